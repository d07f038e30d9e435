//! What gives the fields of one event their values, noted as it happens: which step, what it read, what lost and what was refused.
//!
//! Off but for `explain`: a row without a trace pays one comparison where a value is set. Does not know what a field means.

use super::{Row, Value};
use crate::config::{HeaderField, SyslogField};
use crate::field::FieldId;
use crate::keys::At;
use crate::plan::{Origin, RecordField};

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
    Pair(At),
    /// A source of the table's line, and the pair where that is a key of the event.
    Origin(&'a Origin, Option<At>),
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
pub(super) struct Trace<'a> {
    reason: Reason<'a>,
    /// The value that a note is about to be made of.
    value: Value<'a>,
    notes: Vec<Note<'a>>,
}

impl Trace<'_> {
    #[cold]
    #[inline(never)]
    fn note(&mut self, field: Option<FieldId>, fate: Fate) {
        self.notes.push(Note { field, value: self.value, fate, reason: self.reason });
    }
}

impl<'a> Row<'a> {
    /// Notes from here on what happens to the row.
    pub(crate) fn start_trace(&mut self) {
        self.trace = Some(Box::default());
    }

    /// What was noted, in order.
    pub(crate) fn notes(&self) -> &[Note<'a>] {
        self.trace.as_ref().map_or(&[], |trace| &trace.notes)
    }

    /// Tells why the values come that are set from here on.
    #[inline]
    pub(crate) fn because(&mut self, step: Step, read: impl FnOnce() -> Read<'a>) {
        if let Some(trace) = &mut self.trace {
            trace.reason = Reason { step, read: read() };
        }
    }

    /// The same for a step that does not say what it reads.
    #[inline]
    pub(crate) fn step(&mut self, step: Step) {
        self.because(step, Read::default);
    }

    /// Tells of a value that came too late for its field.
    #[inline]
    pub(crate) fn lose(&mut self, field: FieldId, value: Value<'a>) {
        self.note(Some(field), value, Fate::Lost);
    }

    /// Tells of a value that does not fit.
    #[inline]
    pub(crate) fn refuse(&mut self, field: Option<FieldId>, value: &'a str) {
        self.note(field, Value::Text(value), Fate::Refused);
    }

    /// Tells of a value that a field has taken.
    #[inline]
    pub(super) fn note_taken(&mut self, field: FieldId) {
        if self.trace.is_some() {
            self.note(Some(field), self.get(field), Fate::Set);
        }
    }

    /// Tells what became of a value.
    #[inline]
    pub(super) fn note(&mut self, field: Option<FieldId>, value: Value<'a>, fate: Fate) {
        if let Some(trace) = &mut self.trace {
            // As an argument it would need memory of its own, and then so would every value that is set.
            trace.value = value;
            trace.note(field, fate);
        }
    }
}
