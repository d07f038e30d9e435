//! Where the value of a field comes from.

use crate::parse::header::HeaderField;
use crate::parse::pairs::event_keys::KeyId;
use crate::parse::syslog::SyslogField;

/// Where a value comes from.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// A key of the event, or else the field of the record that has this name. An event that has keys at all does not have those of its log
    /// type in its record.
    Key { key: KeyId, name: Box<str>, is_known: bool },
    /// One of fluentd's own fields: the record's, whatever the event says, because log text must not pass for it.
    /// Where the record is the event itself, the path of the same name, by its key.
    Record(RecordField, Option<KeyId>),
    /// The event's header.
    Header(HeaderField),
    /// The syslog header.
    Syslog(SyslogField),
}

/// fluentd's own fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordField {
    Hostname,
    Timestamp,
    Tag,
}

impl RecordField {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Hostname, Self::Timestamp, Self::Tag];

    /// The field's name in the record.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hostname => "hostname",
            Self::Timestamp => "timestamp",
            Self::Tag => "tag",
        }
    }
}
