//! The trace of one event: which step set a field, what the step read for it, and which values the field did not take.
//!
//! The steps note this while they work. A trace that is off, as it is but for `explain`, costs one comparison where a value is set.

use super::field_list::FieldId;
use super::value::Value;
use crate::parse::header::HeaderField;
use crate::parse::pairs::event_keys::PairIndex;
use crate::parse::syslog::SyslogField;

/// The steps that set fields, in the order in which an event takes them.
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
    Forwarded,
    Details,
    Class,
    Related,
    SyslogHeader,
    Constant,
    LogType,
    LeftOver,
    Record,
    RawMessage,
    Redaction,
    Time,
    Created,
    Base,
    Id,
}

impl Step {
    /// The name of the step for programs.
    pub(crate) fn name(self) -> &'static str {
        self.words().0
    }

    /// What the step does, for people.
    pub(crate) fn meaning(self) -> &'static str {
        self.words().1
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Table => ("table", "the table of user.ini"),
            Self::PipelineError => ("pipeline_error", "the line could not be understood"),
            Self::Header => ("header", "the event's header"),
            Self::CustomKey => ("custom_key", "a custom key, by its label or its module"),
            Self::Action => ("action", "what a detect-only action did not do"),
            Self::KnownKey => ("known_key", "the field of this key"),
            Self::Technique => ("technique", "techniques of ATT&CK"),
            Self::Agent => ("agent", "the agent's computer"),
            Self::User => ("user", "the source's user"),
            Self::Process => ("process", "the process, a name or a path"),
            Self::Url => ("url", "the URL and its parts"),
            Self::Network => ("network", "the flow: protocol, family, direction, size"),
            Self::Packet => ("packet", "what the packet says"),
            Self::Forwarded => ("forwarded", "X-Forwarded-For, by trusted_proxies"),
            Self::Details => ("details", "what the module says in its own way"),
            Self::Class => ("class", "the categories of ECS, by module and action"),
            Self::Related => ("related", "each address, host, user and hash of the event, once"),
            Self::SyslogHeader => ("syslog_header", "the syslog header"),
            Self::Constant => ("constant", "a constant of user.ini"),
            Self::LogType => ("log_type", "what a record of this type of log means"),
            Self::LeftOver => ("left_over", "left over"),
            Self::Record => ("record", "the record's own field"),
            Self::RawMessage => ("raw_message", "the event's text, as raw_message says"),
            Self::Redaction => {
                ("redaction", "values of parameters that redact_params or redact_keys name are not written")
            }
            Self::Time => ("time", "the choice among the times of the event"),
            Self::Created => ("created", "when fluentd read the line"),
            Self::Base => ("base", "the section's settings and what is known of the object"),
            Self::Id => ("id", "the document's id"),
        }
    }
}

/// What a step read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Read<'a> {
    /// The step does not say. A text shows it all the same: it is a slice of what was read.
    #[default]
    Unstated,
    /// A pair of the event.
    Pair(PairIndex),
    /// A field of the event's header.
    Header(HeaderField),
    /// A field of the syslog header.
    Syslog(SyslogField),
    /// The field of the record that has this name.
    Record(&'a str),
}

/// Why a field is offered a value.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reason<'a> {
    pub(crate) step: Step,
    pub(crate) read: Read<'a>,
}

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The field took it, in place of any other. [`Value::Absent`] clears the field.
    Set,
    /// The field kept the value that it had.
    Overridden,
    /// The field took the value of an earlier source on the same line of the table.
    LaterSource,
    /// The value does not fit the field.
    Rejected,
    /// The event does not meet what the line of the table asks for, for this reason.
    Unmet(&'static str),
}

/// One value that a field was offered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Note<'a> {
    /// The field; `None` where the value does not fit any that its key may fill.
    pub(crate) field: Option<FieldId>,
    pub(crate) value: Value<'a>,
    pub(crate) outcome: Outcome,
    pub(crate) reason: Reason<'a>,
}

/// The trace of one event. It is off by default.
#[derive(Debug, Default)]
pub(crate) struct Trace<'a>(Option<Box<Notes<'a>>>);

#[derive(Debug, Default)]
struct Notes<'a> {
    reason: Reason<'a>,
    /// The value of the next note.
    value: Value<'a>,
    notes: Vec<Note<'a>>,
}

impl<'a> Trace<'a> {
    /// A trace that keeps notes.
    pub(crate) fn on() -> Self {
        Self(Some(Box::default()))
    }

    /// Whether notes are kept.
    #[inline]
    pub(crate) fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// All notes in the order in which they were made.
    pub(crate) fn notes(&self) -> &[Note<'a>] {
        self.0.as_ref().map_or(&[], |trace| &trace.notes)
    }

    /// Says which step offers the values that follow, and what it reads for them.
    #[inline]
    pub(crate) fn reason(&mut self, step: Step, read: impl FnOnce() -> Read<'a>) {
        if let Some(trace) = &mut self.0 {
            trace.reason = Reason { step, read: read() };
        }
    }

    /// Says which step offers the values that follow.
    #[inline]
    pub(crate) fn step(&mut self, step: Step) {
        self.reason(step, Read::default);
    }

    /// The same for values that are read from what the step before has read.
    #[inline]
    pub(crate) fn step_of_the_same(&mut self, step: Step) {
        if let Some(trace) = &mut self.0 {
            trace.reason.step = step;
        }
    }

    /// Notes a value that a field did not take, because it kept the one that it had.
    #[inline]
    pub(crate) fn overridden(&mut self, field: FieldId, value: Value<'a>) {
        self.note(Some(field), value, Outcome::Overridden);
    }

    /// Notes a text that does not fit a field.
    #[inline]
    pub(crate) fn rejected(&mut self, field: Option<FieldId>, text: &'a str) {
        self.note(field, Value::Text(text), Outcome::Rejected);
    }

    /// Notes what became of a value.
    #[inline]
    pub(crate) fn note(&mut self, field: Option<FieldId>, value: Value<'a>, outcome: Outcome) {
        if let Some(trace) = &mut self.0 {
            // As an argument of a call it would need memory of its own, and then so would every value that is set.
            trace.value = value;
            trace.add(field, outcome);
        }
    }
}

impl Notes<'_> {
    #[cold]
    #[inline(never)]
    fn add(&mut self, field: Option<FieldId>, outcome: Outcome) {
        self.notes.push(Note { field, value: self.value, outcome, reason: self.reason });
    }
}
