//! The second stage: an event is mapped. Its row holds what the table, the header, the profile and the constants say, and what has
//! found no field.

use std::mem::take;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use super::base::{Device, header_fields, syslog_fields};
use super::collected::CollectorField;
use super::compiled::CompiledSection;
use super::left_over::{LeftOver, leave_over_record};
use super::names::field_name;
use super::read::ReadEvent;
use super::record::JsonRecord;
use super::record::value::joined;
use super::table::{Sources, UsedFields, apply_table};
use crate::bytes::trim::trim;
use crate::config::log_type::{FileFormat, RawMessage};
use crate::document::convert::convert;
use crate::document::field_list::FieldId;
use crate::document::origin::Origin;
use crate::document::problem::Problem;
use crate::document::protocol;
use crate::document::row::Row;
use crate::document::trace::Step;
use crate::document::value::Value;
use crate::log_types::event::{EventView, UNTOLD_ACTION};
use crate::log_types::record_view::{RecordSource, RecordView};
use crate::packet::redaction::{self, Redactor};
use crate::parse::header::Format;
use crate::parse::marker::{self, EventStart};
use crate::parse::pairs::event_keys::EventKeys;
use crate::parse::severity::severity_number;
use crate::read::record::{Record, event_fields};

/// An event whose row is filled, but for what every document has.
pub(super) struct MappedEvent<'r, 'd> {
    pub(super) read: &'r mut ReadEvent<'d>,
    pub(super) row: Row<'d>,
    /// The event could not be understood.
    pub(super) pipeline_error: bool,
    /// Which of the record's own fields the table has taken.
    used: UsedFields,
}

/// Maps several events. `rows` gives an empty row for each.
///
/// They go through each step together: the code of one step fits into the processor's instruction cache, that of all steps does
/// not, and would have to be fetched again for each event.
pub(super) fn map_events<'r, 'd>(
    events: &'r mut [ReadEvent<'d>],
    mut rows: impl FnMut() -> Row<'d>,
    section: &'d CompiledSection,
    devices: &'d [Device],
    key: &'d str,
    arena: &'d Bump,
) -> Vec<MappedEvent<'r, 'd>> {
    let mut mapped: Vec<_> = events.iter_mut().map(|read| MappedEvent::new(read, rows())).collect();
    for event in &mut mapped {
        event.table_and_header(section, devices, arena);
    }
    let recognised = mapped.iter_mut().filter(|event| event.read.device_kind.is_some());
    section.profile.enrich(recognised.map(|event| event.view(section, arena)).collect());
    for event in &mut mapped {
        if event.read.device_kind.is_none() {
            section.profile.redact(event.view(section, arena));
            event.untold_action(section);
            // A section's own records, and events of other products, may have the protocol by its number.
            protocol::of_flow(&mut event.row);
        }
        event.constants(section, arena);
        if section.profile.takes_records() {
            // Upstream's scripts run behind its constants, and its sections count on that.
            event.enrich_record(section, key, arena);
        }
    }
    for event in &mut mapped {
        event.leave_over(section, arena);
        event.redact(section, arena);
    }
    mapped
}

impl<'r, 'd> MappedEvent<'r, 'd> {
    fn new(read: &'r mut ReadEvent<'d>, row: Row<'d>) -> Self {
        let mut used = read.fields;
        if let CollectorField::Other(at) = read.collector_field {
            used.take_other(at);
        }
        Self { read, row, pipeline_error: false, used }
    }

    /// The memory of the event, for another one.
    pub(super) fn take_memory(&mut self) -> (Row<'static>, EventKeys<'static>) {
        (take(&mut self.row).emptied(), take(&mut self.read.keyed).emptied())
    }

    /// Fills the fields of the table and of the header.
    fn table_and_header(&mut self, section: &'d CompiledSection, devices: &'d [Device], arena: &'d Bump) {
        let Self { read, row, used, .. } = self;
        let ReadEvent { event, syslog, header, keyed, json, problems, device_kind, .. } = &mut **read;
        let json = json.as_deref();
        let sources = Sources { record: event.record, syslog, header, device: *device_kind, json, arena };
        let has_value = apply_table(section, &sources, keyed, row, used, problems);
        self.tell_pipeline_error(section, has_value, arena);
        let Self { read, row, .. } = self;
        let (Some(parsed), Some(device)) = (&read.parsed, devices.get(read.device)) else { return };
        header_fields(&read.header, (device, read.device_kind), section.profile, row, arena);
        let severity = read.header.severity;
        // LEEF has it among its attributes, which are left over anyway.
        let is_odd = !severity.is_empty() && severity_number(severity).is_none();
        if parsed.format == Format::Cef && is_odd {
            read.problems.add(Problem::ValueDoesNotFit);
            row.leave_over(field_name("severity", section, row, arena), Value::Text(severity));
        }
    }

    /// Lets the profile see a record that is the event itself.
    fn enrich_record(&mut self, section: &'d CompiledSection, key: &'d str, arena: &'d Bump) {
        let Self { read, row, .. } = self;
        let mut added = Vec::new();
        let ReadEvent { keyed, json: Some(_), .. } = &**read else { return };
        let sources = read.sources(arena);
        let envelope = read.event.record.envelope.as_deref();
        row.trace.step(Step::LogType);
        section.profile.enrich_record(RecordView {
            arena,
            fields: &section.fields,
            log_type: &section.log_type,
            key,
            log_group: envelope.and_then(|envelope| envelope.log_group.as_deref()),
            log_stream: envelope.and_then(|envelope| envelope.log_stream.as_deref()),
            source: &ProfileSource { sources, keyed, section },
            row,
            added: &mut added,
        });
        if let Some(json) = &mut read.json {
            json.added = added;
        }
    }

    /// Says in the document why it could not be understood, if it could not. `has_value` is whether the table found a value of the
    /// event's.
    fn tell_pipeline_error(&mut self, section: &CompiledSection, has_value: bool, arena: &'d Bump) {
        let Self { read, row, .. } = self;
        let record = read.event.record;
        // Where an event stands in a record that is not read, the fields around it are not the event.
        let is_mapped = || record.message_missing && has_value && !holds_marker(record);
        let is_of_log = |json: &JsonRecord<'_>| json.has_values() || section.has_member_of(read.event.text);
        let is_event = read.parsed.is_some() || read.json.as_deref().is_some_and(is_of_log) || is_mapped();
        let incomplete = read.parsed.as_ref().is_some_and(|parsed| parsed.incomplete_header);
        let (problem, message) = match section.log_type.file_format {
            _ if is_broken_json(record, section) || is_unread_json(read, section) => {
                (Problem::BrokenJson, "the line's JSON is cut or damaged")
            }
            _ if incomplete => (Problem::IncompleteHeader, "the event's header is cut short"),
            _ if is_event => {
                if read.is_cut {
                    let message =
                        "a container's runtime or a relay has cut the event: its last value is not whole";
                    tell_error(row, Problem::EventCut, message);
                }
                return;
            }
            _ if read.event.start == EventStart::WithinOtherText || holds_marker(record) => {
                (Problem::EventWithinOtherText, within_other_text(record, arena))
            }
            FileFormat::Text(_) if read.event.columns.is_some() => {
                (Problem::NoEvent, "the line has not one value, between tabs, for each name of '#Fields:'")
            }
            FileFormat::Text(_) => (Problem::NoEvent, "log_pattern does not match the line"),
            FileFormat::Csv(_) => (
                Problem::NoEvent,
                "the row has no values, or no line before it names a column that the section maps: 'csv_columns' names the columns",
            ),
            FileFormat::Json if section.takes_json() => {
                (Problem::NoEvent, "the line is no object of JSON, or one of another log")
            }
            _ => (Problem::NoEvent, "no CEF or LEEF event in the line"),
        };
        self.pipeline_error = true;
        read.problems.add(problem);
        row.trace.step(Step::PipelineError);
        row.set(FieldId::EVENT_KIND, Value::Text("pipeline_error"));
        tell_error(row, problem, message);
        if section.one_product {
            row.set_if_absent(FieldId::EVENT_ACTION, Value::Word("line-not-understood"));
        }
    }

    /// What the profile of the section sees.
    fn view<'w>(&'w mut self, section: &'w CompiledSection, arena: &'d Bump) -> EventView<'w, 'd> {
        let Self { read, row, .. } = self;
        let ReadEvent { header, keyed, problems, device_kind, .. } = &mut **read;
        EventView {
            arena,
            fields: &section.fields,
            log_type: &section.log_type,
            redactor: &section.redactor,
            device: *device_kind,
            header,
            keyed,
            row,
            problems,
        }
    }

    /// Gives an event of a log type whose own words tell no action one all the same, so that a table by action has no gap.
    fn untold_action(&mut self, section: &CompiledSection) {
        if section.one_product {
            self.row.trace.step(Step::Class);
            self.row.set_if_absent(FieldId::EVENT_ACTION, Value::Word(UNTOLD_ACTION));
        }
    }

    /// Fills the fields of the syslog header and the constants.
    fn constants(&mut self, section: &'d CompiledSection, arena: &'d Bump) {
        let Self { read, row, pipeline_error, .. } = self;
        syslog_fields(&read.syslog, row);
        row.trace.step(Step::Constant);
        let may_set = |field| field != FieldId::EVENT_KIND || !*pipeline_error;
        if section.kind_is_off && may_set(FieldId::EVENT_KIND) {
            row.set(FieldId::EVENT_KIND, Value::Absent);
        }
        for (field, values) in section.statics.iter().filter(|(field, _)| may_set(*field)) {
            let kind = section.fields.kind(*field);
            if let [value] = values.as_slice() {
                if let Some(value) = convert(value, kind, arena) {
                    row.set(*field, value);
                }
                continue;
            }
            let values = values.iter().filter_map(|value| convert(value, kind, arena));
            if let Some(value) = joined(ArenaVec::from_iter_in(values, arena), arena) {
                row.set(*field, value);
            }
        }
    }

    /// Keeps what has found no field, and the raw line.
    fn leave_over(&mut self, section: &'d CompiledSection, arena: &'d Bump) {
        let Self { read, row, used, pipeline_error } = self;
        let ReadEvent { event, text, beyond, parsed, keyed, json, problems, payload, .. } = &mut **read;
        let unparsed = parsed.as_ref().map_or("", |parsed| parsed.unparsed);
        row.trace.step(Step::LeftOver);
        match json {
            Some(json) => {
                json.settle(section, row, arena, problems);
                if section.log_type.firelens.is_some() {
                    leave_over_record(event.record, used, section, row, arena, problems);
                }
                if let Some(collector) = event.record.collector() {
                    if let Some(field) = &collector.message_field {
                        row.set(FieldId::MESSAGE_FIELD, Value::Text(field));
                    }
                    leave_over_record(collector, &UsedFields::default(), section, row, arena, problems);
                }
                if !unparsed.trim().is_empty() {
                    problems.add(Problem::UnparsedText);
                    row.set_if_absent(FieldId::UNPARSED, Value::Text(unparsed.trim()));
                }
            }
            None => {
                if let Some(field) = &event.record.message_field {
                    row.set(FieldId::MESSAGE_FIELD, Value::Text(field));
                }
                LeftOver { keyed, unparsed, beyond, section, arena }.keep(row, problems);
                leave_over_record(event.record, used, section, row, arena, problems);
            }
        }
        let raw = match section.log_type.raw_message {
            RawMessage::Full => event.text,
            RawMessage::Never if !*pipeline_error => return,
            RawMessage::WithoutPacket | RawMessage::Never => match payload {
                None => section.payloads.without(event.text, section.payloads.raw(keyed), text.len(), arena),
                Some(payload) => section.payloads.without_field(event.text, payload, arena),
            },
        };
        if !raw.is_empty() {
            row.trace.step(Step::RawMessage);
            row.set(FieldId::MESSAGE, Value::Text(raw));
        }
    }

    /// Masks secrets in all texts of the document: values of parameters, passwords of URLs, members of JSON, card numbers. The id has been
    /// made of the line as it was.
    fn redact(&mut self, section: &'d CompiledSection, arena: &'d Bump) {
        let Self { read, row, .. } = self;
        let redactor = &section.redactor;
        let is_json = read.json.is_some() && !section.is_flat;
        row.trace.step(Step::Redaction);
        // Fields are parts of the event's text, of its record's other fields, or of packets, which are clean by now.
        let may_be_anywhere =
            is_json || !read.event.record.others.is_empty() || redactor.may_find_in(read.event.text);
        // The record that is an event itself was cleaned before its fields were read.
        let is_as_it_should_be = section.log_type.raw_message == RawMessage::Full || is_json;
        let clean = |field, text: &'d str| match field {
            Some(FieldId::MESSAGE) if is_as_it_should_be => None,
            Some(FieldId::MESSAGE) => {
                let values = without_json_secrets(text, &read.keyed, redactor, arena);
                let text = values.unwrap_or(text);
                redactor.clean_text(text, searched(field, text)?, arena).or(values)
            }
            _ => redactor.clean_text(text, searched(field, text)?, arena),
        };
        let redacted = if may_be_anywhere {
            row.rewrite_texts(&section.fields, arena, clean)
        } else {
            // What is known to be a query holds a parameter from its first letter on.
            let of_urls = [FieldId::URL_ORIGINAL, FieldId::URL_QUERY, FieldId::URL_FRAGMENT];
            let rewritten = of_urls.map(|field| row.rewrite_text(field, |text| clean(Some(field), text)));
            rewritten.contains(&true)
        };
        if redacted || read.redacted {
            read.problems.add(Problem::ParametersRedacted);
        }
    }
}

/// The text of an event without the secrets of those of its values that are JSON, if they have any.
fn without_json_secrets<'d>(
    text: &'d str,
    keyed: &EventKeys<'_>,
    redactor: &Redactor,
    arena: &'d Bump,
) -> Option<&'d str> {
    let values = keyed.all().map(|(_, pair, _)| trim(pair.raw)).filter(|raw| raw.starts_with(['{', '[']));
    values.fold(None, |clean, raw| match redactor.clean_text(raw, redaction::Searched::Json, arena) {
        Some(masked) => Some(arena.alloc_str(&clean.unwrap_or(text).replace(raw, masked))),
        None => clean,
    })
}

/// As what a text of a field is searched for secrets. What identifies an object or a document is no text of the event's.
pub(super) fn searched(field: Option<FieldId>, text: &str) -> Option<redaction::Searched> {
    Some(match field {
        Some(FieldId::LOG_S3KEY | FieldId::LOG_S3BUCKET | FieldId::ID) => return None,
        Some(FieldId::URL_QUERY | FieldId::URL_FRAGMENT) => redaction::Searched::Query,
        Some(FieldId::URL_ORIGINAL) => redaction::Searched::Url,
        _ if text.starts_with(['{', '[']) => redaction::Searched::Json,
        _ => redaction::Searched::Text,
    })
}

/// Says in the document what is wrong with its event.
fn tell_error<'d>(row: &mut Row<'d>, problem: Problem, message: &'d str) {
    row.set_if_absent(FieldId::ERROR_TYPE, Value::Text(problem.name()));
    row.set_if_absent(FieldId::ERROR_MESSAGE, Value::Text(message));
}

/// Whether the source of a record of JSON has the marker of an event anywhere.
fn holds_marker(record: &Record<'_>) -> bool {
    record.json && marker::find(&record.raw).is_some()
}

/// Says where the event stands that is not read, and what to do.
fn within_other_text<'d>(record: &Record<'_>, arena: &'d Bump) -> &'d str {
    let is_event = |text: &str| marker::start(text).marker().is_some();
    let field = record.json.then(|| event_fields::any_field(record, &is_event)).flatten();
    field.map_or(
        "the event stands inside of JSON, CSV, XML or other text that is not read here: let the collector write JSON with the event in a field of its own",
        |field| {
            arena.alloc_str(&format!(
                "an event stands in the field '{field}', which is not looked at, or not where it begins: if it is the line's own, name the field in 'message_key'"
            ))
        },
    )
}

/// A record that should be the event itself, but whose JSON cannot be read.
fn is_unread_json(read: &ReadEvent<'_>, section: &CompiledSection) -> bool {
    read.json.is_none() && section.paths_for(read.event.record, read.event.start).is_some()
}

/// Whether the line is JSON that is cut or damaged: it is kept as text, because a value that is read there could hold the rest of the
/// record.
fn is_broken_json(record: &Record<'_>, section: &CompiledSection) -> bool {
    matches!(section.log_type.file_format, FileFormat::Json)
        && !record.json
        && record.message.trim_start().starts_with('{')
}

/// The values of the paths that the profile of a section names.
struct ProfileSource<'e, 'd> {
    sources: Sources<'e, 'd>,
    keyed: &'e EventKeys<'d>,
    section: &'e CompiledSection,
}

impl ProfileSource<'_, '_> {
    fn origin(&self, path: &str) -> Option<&Origin> {
        let number = self.section.profile.paths().iter().position(|known| *known == path)?;
        self.section.profile_origins.get(number)
    }
}

impl<'d> RecordSource<'d> for ProfileSource<'_, 'd> {
    fn text(&self, path: &str) -> Option<&'d str> {
        self.sources.first(self.origin(path)?, self.keyed)
    }

    fn json(&self, path: &str) -> Option<&'d str> {
        self.sources.raw(self.origin(path)?)
    }
}
