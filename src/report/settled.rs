//! What of an object was settled before its load was cut.

use crate::deliver::bulk::Tally;
use crate::load::account::Account;

/// The lines that were settled before a load was cut, from the first on, and what became of their documents. Each document of these
/// lines is counted, and none of the lines behind them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// What was in the lines.
    pub account: Account,
    /// Documents that the target took.
    pub indexed: u64,
    /// Of these: in their raw form.
    pub raw: Tally,
    /// Of these: with their left-over keys in one object.
    pub moved: Tally,
    /// Of these: dropped by an ingest pipeline.
    pub dropped: Tally,
    /// Documents that the target refused.
    pub rejected: Tally,
}
