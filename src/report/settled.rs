//! What of an object was settled before its load was cut.

use crate::deliver::bulk::Verdicts;
use crate::load::account::Account;

/// The lines that were settled before a load was cut, from the first on, and what became of their documents. Each document of these
/// lines is counted, and none of the lines behind them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// What was in the lines.
    pub account: Account,
    /// What the target said of their documents.
    pub verdicts: Verdicts,
}
