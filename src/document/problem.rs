//! What can be odd about a line without costing its document, counted by kind.
//!
//! Does not know where counts are shown.

/// The kinds, each with a name for programs and with what happened, for people.
macro_rules! problems {
    ($($kind:ident $name:literal $meaning:literal;)*) => {
        /// One kind of oddness.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(usize)]
        pub enum Problem {
            $(#[doc = $meaning] $kind,)*
        }

        impl Problem {
            /// All kinds.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$kind),*];

            /// A name for programs.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }

            /// What happened, for people.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$kind => $meaning,)*
                }
            }
        }
    };
}

problems! {
    NotUtf8 "not_utf8" "bytes that are not UTF-8, or half a pair of UTF-16, replaced by U+FFFD";
    LineCut "line_cut" "line longer than the limit, its end passed over";
    EventCut "event_cut" "event that a container's runtime or a relay has cut, its last value kept as unparsed text";
    BrokenJson "broken_json" "JSON record cut or damaged, indexed as pipeline_error";
    MessageMissing "message_missing" "JSON record without message, kept whole as text";
    NotInEnvelope "not_in_envelope" "line outside of CloudWatch Logs' envelope, which via_cwl promises";
    NoEvent "no_event" "line without an event of its log type, indexed as pipeline_error";
    EventWithinOtherText "event_within_other_text" "event inside of JSON, CSV or other text that is not read, indexed as pipeline_error";
    FurtherEventField "further_event_field" "another field of the record with an event, left as text";
    EventInValue "event_in_value" "header of another event inside of a value, left as text";
    IncompleteHeader "incomplete_header" "header cut short, indexed as pipeline_error";
    UnknownProduct "unknown_product" "event of another product, mapped by the table alone; 'products' adds its name";
    UnparsedText "unparsed_text" "text that belongs to no key, kept as unparsed";
    DelimiterGuessed "delimiter_guessed" "LEEF event without a delimiter, cut at blanks";
    RepeatedKey "repeated_key" "key met more than once, the first value counts";
    KeysInMessage "keys_in_message" "text in msg that looks like keys, left as text";
    KeyInValue "key_in_value" "known key inside of another's value, left as text";
    ValueDoesNotFit "value_does_not_fit" "value that does not fit its field, kept as text";
    TooManyKeys "too_many_keys" "more unknown keys than a document takes, kept as text";
    StringCut "string_cut" "string over 32,766 bytes, cut";
    PacketNotBase64 "packet_not_base64" "packet that is not base64, or not up to its end, kept as far as it is";
    PacketRedacted "packet_redacted" "packet with headers or parameters whose values are not written";
    ParametersRedacted "parameters_redacted" "URL with parameters whose values are not written";
    CollectorTimeUnread "collector_time_unread" "collector's time in a form that is not read, kept as text ('collector_time_key' names a field that has one)";
    TimeFallback "time_fallback" "event without a usable time of its own";
    ZoneAssumed "time_zone_assumed" "time zone assumed to be UTC: name the zone of the clocks in timestamp_tz";
    YearByLoad "year_by_load" "time without a year, which only the time of the load tells";
    TimeAfterObject "time_after_object" "time over 14 hours after the object's last change, whose time chooses the index";
    DocIdMissing "doc_id_missing" "event without the field that doc_id names";
    DocIdTooLong "doc_id_too_long" "doc_id longer than the 512 bytes that OpenSearch takes, its id is made of the content";
    KeyMoved "key_moved" "key of a record that is a field of ours or none at all, moved under the prefix";
    TooDeep "too_deep" "objects nested too deep, kept as text";
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
