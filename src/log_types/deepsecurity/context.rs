//! What the steps of the profile work on.

use bumpalo::Bump;

use super::tables::actions::Disposition;
use super::tables::modules::Module;
use super::tables::system_events::SystemEvent;
use crate::config::log_type::LogType;
use crate::document::fields::Fields;
use crate::document::problem::Problems;
use crate::document::row::Row;
use crate::log_types::event::EventView;
use crate::packet::payload::Redact;
use crate::packet::redaction::Redactor;
use crate::parse::header::EventHeader;
use crate::parse::pairs::event_keys::EventKeys;

/// An event on its way through the steps.
pub(crate) struct Context<'c, 'a> {
    pub(crate) arena: &'a Bump,
    pub(crate) fields: &'c Fields,
    pub(crate) log_type: &'c LogType,
    pub(crate) redactor: &'c Redactor,
    pub(crate) keyed: &'c mut EventKeys<'a>,
    pub(crate) row: &'c mut Row<'a>,
    pub(crate) problems: &'c mut Problems,
    pub(crate) header: &'c EventHeader<'a>,
    pub(crate) signature_id: &'a str,
    pub(crate) module: Module,
    /// Whether it is a system event that the Manager wrote: an Agent's is one by its category.
    pub(crate) is_manager_s: bool,
    /// What is known of the system event, if it is one.
    pub(crate) system: Option<&'static SystemEvent>,
    /// What was done about the event, known from the first step on.
    pub(crate) disposition: Disposition,
}

impl<'c, 'a> Context<'c, 'a> {
    /// The context of an event whose signature id tells `module`.
    pub(super) fn new(event: EventView<'c, 'a>, module: Module) -> Self {
        let EventView { arena, fields, log_type, redactor, header, keyed, row, problems, .. } = event;
        Self {
            arena,
            fields,
            log_type,
            redactor,
            keyed,
            row,
            problems,
            signature_id: header.signature_id,
            header,
            module,
            is_manager_s: module == Module::System,
            system: None,
            disposition: Disposition::Unknown,
        }
    }

    /// What is taken out of packets.
    pub(super) fn redact(&self) -> Redact<'c> {
        Redact { headers: &self.log_type.redact_headers, others: self.redactor }
    }
}
