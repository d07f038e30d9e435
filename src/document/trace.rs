//! What gives the fields of one event their values, noted as it happens: which step, what it read, what lost and what was refused.
//!
//! Off but for `explain`: a row without a trace pays one comparison where a value is set. Does not know what a field means.

use super::field_list::FieldId;
use super::origin::{Origin, RecordField};
use super::value::Value;
use crate::parse::header::HeaderField;
use crate::parse::pairs::event_keys::PairIndex;
use crate::parse::syslog::SyslogField;

/// A step on the way from an event to its row, in the order in which they are gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Step {
    #[default]
    Table,
    PipelineError,
    Header,
    CustomKey,
    Action,
    KnownKey,
    Technique,
    Agent,
    User,
    Process,
    Url,
    Network,
    Packet,
    Details,
    Class,
    Related,
    SyslogHeader,
    Constant,
    LeftOver,
    RawMessage,
    Time,
    Created,
    Base,
    Id,
}

impl Step {
    /// A name for programs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::PipelineError => "pipeline_error",
            Self::Header => "header",
            Self::CustomKey => "custom_key",
            Self::Action => "action",
            Self::KnownKey => "known_key",
            Self::Technique => "technique",
            Self::Agent => "agent",
            Self::User => "user",
            Self::Process => "process",
            Self::Url => "url",
            Self::Network => "network",
            Self::Packet => "packet",
            Self::Details => "details",
            Self::Class => "class",
            Self::Related => "related",
            Self::SyslogHeader => "syslog_header",
            Self::Constant => "constant",
            Self::LeftOver => "left_over",
            Self::RawMessage => "raw_message",
            Self::Time => "time",
            Self::Created => "created",
            Self::Base => "base",
            Self::Id => "id",
        }
    }

    /// What it does, for people.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Table => "the table of user.ini",
            Self::PipelineError => "the line could not be understood",
            Self::Header => "the event's header",
            Self::CustomKey => "a custom key, by its label or its module",
            Self::Action => "what a detect-only action did not do",
            Self::KnownKey => "the field of this key",
            Self::Technique => "techniques of ATT&CK",
            Self::Agent => "the agent's computer",
            Self::User => "the source's user",
            Self::Process => "the process, a name or a path",
            Self::Url => "the URL and its parts",
            Self::Network => "the flow: protocol, family, direction, size",
            Self::Packet => "what the packet says",
            Self::Details => "what the module says in its own way",
            Self::Class => "the categories of ECS, by module and action",
            Self::Related => "gathered from the other fields",
            Self::SyslogHeader => "the syslog header",
            Self::Constant => "a constant of user.ini",
            Self::LeftOver => "left over",
            Self::RawMessage => "the event's text, as raw_message says",
            Self::Time => "the choice among the times of the event",
            Self::Created => "when fluentd read the line",
            Self::Base => "the section's settings and what is known of the object",
            Self::Id => "the document's id",
        }
    }
}

/// What a step read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Read<'a> {
    /// It does not say: where the value stands tells.
    #[default]
    Untold,
    /// A pair of the event.
    Pair(PairIndex),
    /// A source of the table's line, and the pair where that is a key of the event.
    Origin(&'a Origin, Option<PairIndex>),
    /// A field of the event's header.
    Header(HeaderField),
    /// A field of the syslog header.
    Syslog(SyslogField),
    /// One of fluentd's own fields.
    Record(RecordField),
}

/// Why a field gets a value.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reason<'a> {
    pub(crate) step: Step,
    pub(crate) read: Read<'a>,
}

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The field took it, in place of any other. No value takes the field's away.
    Set,
    /// The field had one already.
    Lost,
    /// It does not fit.
    Refused,
}

/// One value on its way to a field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Note<'a> {
    /// The field, where it is known for what the value was meant.
    pub(crate) field: Option<FieldId>,
    pub(crate) value: Value<'a>,
    pub(crate) fate: Fate,
    pub(crate) reason: Reason<'a>,
}

/// All that was noted of one event.
#[derive(Debug, Default)]
pub(crate) struct Trace<'a> {
    pub(crate) reason: Reason<'a>,
    /// The value that a note is about to be made of.
    pub(crate) value: Value<'a>,
    pub(crate) notes: Vec<Note<'a>>,
}

impl Trace<'_> {
    #[cold]
    #[inline(never)]
    pub(crate) fn note(&mut self, field: Option<FieldId>, fate: Fate) {
        self.notes.push(Note { field, value: self.value, fate, reason: self.reason });
    }
}
