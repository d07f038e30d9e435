//! What can be odd about a line without costing its document, counted by kind.
//!
//! Does not know where counts are shown.

/// One kind of oddness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(usize)]
pub enum Problem {
    /// Bytes that are not UTF-8 were replaced by U+FFFD.
    NotUtf8,
    /// The line was longer than the limit.
    LineCut,
    /// The runtime of a container has cut the event.
    EventCut,
    /// A JSON record that is cut or damaged.
    BrokenJson,
    /// A JSON record without `message`.
    MessageMissing,
    /// A line outside of the envelope that `via_cwl` promises.
    NotInEnvelope,
    /// No CEF or LEEF event in the line.
    NoEvent,
    /// The event stands inside of other text, which is not read.
    EventWithinOtherText,
    /// A further field of the record has an event.
    FurtherEventField,
    /// The header of another event inside of a value.
    EventInValue,
    /// The event's header is cut.
    IncompleteHeader,
    /// A whole event of a product that is not the section's.
    UnknownProduct,
    /// Text of the event that belongs to no key.
    UnparsedText,
    /// A LEEF event without a delimiter: cut at blanks.
    DelimiterGuessed,
    /// A key came more than once.
    RepeatedKey,
    /// Text in `msg` looked like keys.
    KeysInMessage,
    /// A known key stands inside of the value of another.
    KeyInValue,
    /// A value did not fit its field's type: kept as text.
    ValueDoesNotFit,
    /// More unknown keys than a document takes: kept as text.
    TooManyKeys,
    /// A string was longer than OpenSearch takes: cut.
    StringCut,
    /// A packet that is not base64.
    PacketNotBase64,
    /// Values of headers or parameters were taken out of a packet.
    PacketRedacted,
    /// Values of parameters were taken out of URLs.
    ParametersRedacted,
    /// The field in which the collector says when it read the line has no time that can be read.
    CollectorTimeUnread,
    /// The event's own time could not be used.
    TimeFallback,
    /// Nothing names the zone of the event's time: it was taken for UTC.
    ZoneAssumed,
    /// Only the clock of the load says which year the event's time is of.
    YearByLoad,
    /// The event's time is after the object's last change.
    TimeAfterObject,
    /// `doc_id` names a field that the event does not have: the id is made from the content.
    DocIdMissing,
    /// The value of `doc_id` is longer than OpenSearch takes: the id is made from the content.
    DocIdTooLong,
    /// A key of a record that is a field of ours, or that OpenSearch takes for none: it went under the prefix.
    KeyMoved,
    /// Objects in objects beyond what OpenSearch takes: kept as text.
    TooDeep,
}

impl Problem {
    /// All kinds.
    pub const ALL: [Self; 32] = [
        Self::NotUtf8,
        Self::LineCut,
        Self::EventCut,
        Self::BrokenJson,
        Self::MessageMissing,
        Self::NotInEnvelope,
        Self::NoEvent,
        Self::EventWithinOtherText,
        Self::FurtherEventField,
        Self::EventInValue,
        Self::IncompleteHeader,
        Self::UnknownProduct,
        Self::UnparsedText,
        Self::DelimiterGuessed,
        Self::RepeatedKey,
        Self::KeysInMessage,
        Self::KeyInValue,
        Self::ValueDoesNotFit,
        Self::TooManyKeys,
        Self::StringCut,
        Self::PacketNotBase64,
        Self::PacketRedacted,
        Self::ParametersRedacted,
        Self::CollectorTimeUnread,
        Self::TimeFallback,
        Self::ZoneAssumed,
        Self::YearByLoad,
        Self::TimeAfterObject,
        Self::DocIdMissing,
        Self::DocIdTooLong,
        Self::KeyMoved,
        Self::TooDeep,
    ];

    /// A name for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotUtf8 => "not_utf8",
            Self::LineCut => "line_cut",
            Self::EventCut => "event_cut",
            Self::BrokenJson => "broken_json",
            Self::MessageMissing => "message_missing",
            Self::NotInEnvelope => "not_in_envelope",
            Self::NoEvent => "no_event",
            Self::EventWithinOtherText => "event_within_other_text",
            Self::FurtherEventField => "further_event_field",
            Self::EventInValue => "event_in_value",
            Self::IncompleteHeader => "incomplete_header",
            Self::UnknownProduct => "unknown_product",
            Self::UnparsedText => "unparsed_text",
            Self::DelimiterGuessed => "delimiter_guessed",
            Self::RepeatedKey => "repeated_key",
            Self::KeysInMessage => "keys_in_message",
            Self::KeyInValue => "key_in_value",
            Self::ValueDoesNotFit => "value_does_not_fit",
            Self::TooManyKeys => "too_many_keys",
            Self::StringCut => "string_cut",
            Self::PacketNotBase64 => "packet_not_base64",
            Self::PacketRedacted => "packet_redacted",
            Self::ParametersRedacted => "parameters_redacted",
            Self::CollectorTimeUnread => "collector_time_unread",
            Self::TimeFallback => "time_fallback",
            Self::ZoneAssumed => "time_zone_assumed",
            Self::YearByLoad => "year_by_load",
            Self::TimeAfterObject => "time_after_object",
            Self::DocIdMissing => "doc_id_missing",
            Self::DocIdTooLong => "doc_id_too_long",
            Self::KeyMoved => "key_moved",
            Self::TooDeep => "too_deep",
        }
    }

    /// What happened, for people.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::NotUtf8 => "bytes that are not UTF-8, replaced by U+FFFD",
            Self::LineCut => "line longer than the limit, its end passed over",
            Self::EventCut => {
                "event that a container's runtime or a relay has cut, its last value kept as unparsed text"
            }
            Self::BrokenJson => "JSON record cut or damaged, indexed as pipeline_error",
            Self::MessageMissing => "JSON record without message, kept whole as text",
            Self::NotInEnvelope => "line outside of CloudWatch Logs' envelope, which via_cwl promises",
            Self::NoEvent => "line without an event of its log type, indexed as pipeline_error",
            Self::EventWithinOtherText => {
                "event inside of JSON, CSV or other text that is not read, indexed as pipeline_error"
            }
            Self::FurtherEventField => "another field of the record with an event, left as text",
            Self::EventInValue => "header of another event inside of a value, left as text",
            Self::IncompleteHeader => "header cut short, indexed as pipeline_error",
            Self::UnknownProduct => {
                "event of another product, mapped by the table alone; 'products' adds its name"
            }
            Self::UnparsedText => "text that belongs to no key, kept as unparsed",
            Self::DelimiterGuessed => "LEEF event without a delimiter, cut at blanks",
            Self::RepeatedKey => "key met more than once, the first value counts",
            Self::KeysInMessage => "text in msg that looks like keys, left as text",
            Self::KeyInValue => "known key inside of another's value, left as text",
            Self::ValueDoesNotFit => "value that does not fit its field, kept as text",
            Self::TooManyKeys => "more unknown keys than a document takes, kept as text",
            Self::StringCut => "string over 32,766 bytes, cut",
            Self::PacketNotBase64 => "packet that is not base64, kept as it is",
            Self::PacketRedacted => "packet with headers or parameters whose values are not written",
            Self::ParametersRedacted => "URL with parameters whose values are not written",
            Self::CollectorTimeUnread => {
                "collector's time in a form that is not read, kept as text ('collector_time_key' names a field that has one)"
            }
            Self::TimeFallback => "event without a usable time of its own",
            Self::ZoneAssumed => "time zone assumed to be UTC: name the zone of the clocks in timestamp_tz",
            Self::YearByLoad => "time without a year, which only the time of the load tells",
            Self::TimeAfterObject => {
                "time over 14 hours after the object's last change, whose time chooses the index"
            }
            Self::DocIdMissing => "event without the field that doc_id names",
            Self::DocIdTooLong => {
                "doc_id longer than the 512 bytes that OpenSearch takes, its id is made of the content"
            }
            Self::KeyMoved => {
                "key of a record that is a field of ours or none at all, moved under the prefix"
            }
            Self::TooDeep => "objects nested too deep, kept as text",
        }
    }
}

/// Counts by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Problems([u64; Problem::ALL.len()]);

impl Problems {
    /// Counts one.
    pub fn add(&mut self, problem: Problem) {
        self.add_many(problem, 1);
    }

    /// Counts several.
    pub fn add_many(&mut self, problem: Problem, count: u64) {
        if let Some(counter) = self.0.get_mut(problem as usize) {
            *counter += count;
        }
    }

    /// Counts all of another's.
    pub fn merge(&mut self, other: &Self) {
        for (count, other) in self.0.iter_mut().zip(other.0) {
            *count += other;
        }
    }

    /// How many there were of one kind.
    pub fn count(&self, problem: Problem) -> u64 {
        self.0.get(problem as usize).copied().unwrap_or_default()
    }

    /// The kinds that there were, with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (Problem, u64)> + '_ {
        Problem::ALL.into_iter().map(|problem| (problem, self.count(problem))).filter(|(_, count)| *count > 0)
    }
}
