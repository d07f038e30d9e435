//! What the steps of the profile work on.

use super::tables::actions::Disposition;
use super::tables::modules::Module;
use crate::config::log_type::LogType;
use crate::document::fields::Fields;
use crate::document::problem::Problems;
use crate::document::row::Row;
use crate::parse::pairs::event_keys::EventKeys;
use bumpalo::Bump;

/// What the profile works on.
pub(crate) struct Context<'c, 'a> {
    pub(crate) arena: &'a Bump,
    pub(crate) fields: &'c Fields,
    pub(crate) log_type: &'c LogType,
    pub(crate) keyed: &'c mut EventKeys<'a>,
    pub(crate) row: &'c mut Row<'a>,
    pub(crate) problems: &'c mut Problems,
    pub(crate) module: Module,
    /// Signature id of the header.
    pub(crate) signature_id: &'a str,
    /// What was done about the event, known from the first step on.
    pub(crate) disposition: &'c mut Disposition,
}
