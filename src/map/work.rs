//! An event between the stages.

use crate::config::log_type::{FileFormat, RawMessage};
use crate::document::convert::convert;
use crate::document::field_list::FieldId;
use crate::document::origin::RecordField;
use crate::document::problem::{Problem, Problems};
use crate::document::row::Row;
use crate::document::trace::{Read, Step};
use crate::document::value::Value;
use crate::log_types::deepsecurity;
use crate::log_types::deepsecurity::context::Context;
use crate::log_types::deepsecurity::{Disposition, Module, Product, without_payloads};
use crate::map::base::{Created, Writer, base_fields, event_time, header_fields, syslog_fields};
use crate::map::compiled::CompiledSection;
use crate::map::event::Event;
use crate::map::event::ObjectFacts;
use crate::map::left_over::{field_name, leave_over_pairs, leave_over_record, payloads};
use crate::map::read::{Header, Parsed, complete_leef_header, leef_header_keys, parse};
use crate::map::table::{Sources, UsedFields, apply_table};
use crate::parse::header::Format;
use crate::parse::pairs::event_keys::{EventKeys, is_empty_value};
use crate::parse::syslog;
use crate::parse::time;
use crate::parse::time::ZonedTime;
use crate::read::record::Record;
use bumpalo::Bump;

use crate::parse::severity;

/// The longest `_id` that OpenSearch takes, in bytes.
pub(crate) const MAX_ID: usize = 512;

/// Text of one event that is parsed: no sender writes more, and a forged line of millions of keys must not cost memory.
const MAX_PARSED: usize = 1 << 18;

/// A JSON line that is cut or damaged is read as text, as far as there is an event in it; but its values may hold the rest of the
/// record, so a person has to look at it.
fn is_broken_json(record: &Record<'_>, plan: &CompiledSection) -> bool {
    matches!(plan.log_type.file_format, FileFormat::Json)
        && !record.json
        && record.message.trim_start().starts_with('{')
}

/// An event between the stages.
pub(crate) struct Work<'d> {
    pub(crate) event: Event<'d>,
    /// The text that is parsed, and what is beyond the limit.
    pub(crate) text: (&'d str, &'d str),
    pub(crate) parsed: Option<Parsed<'d>>,
    pub(crate) header: Header<'d>,
    pub(crate) syslog: syslog::Header<'d>,
    /// The number of the event's writer.
    pub(crate) writer: usize,
    pub(crate) product: Option<Product>,
    pub(crate) module_of_id: Module,
    pub(crate) module: Module,
    pub(crate) disposition: Disposition,
    pub(crate) keyed: EventKeys<'d>,
    pub(crate) row: Row<'d>,
    pub(crate) used: UsedFields,
    pub(crate) pipeline_error: bool,
    pub(crate) time: ZonedTime,
    pub(crate) time_origin: time::Origin,
    pub(crate) id_suffix: Option<&'d str>,
    pub(crate) problems: Problems,
}

impl<'d> Work<'d> {
    pub(crate) fn new(event: Event<'d>, row: Row<'d>, keyed: EventKeys<'d>) -> Self {
        let text = event.text;
        Self {
            event,
            text: text.split_at_checked(text.floor_char_boundary(MAX_PARSED)).unwrap_or((text, "")),
            parsed: None,
            header: Header::default(),
            syslog: syslog::Header::default(),
            writer: 0,
            product: None,
            module_of_id: Module::Unknown,
            module: Module::Unknown,
            disposition: Disposition::Unknown,
            keyed,
            row,
            used: UsedFields::default(),
            pipeline_error: false,
            time: ZonedTime::utc(jiff::Timestamp::UNIX_EPOCH),
            time_origin: time::Origin::Load,
            id_suffix: None,
            problems: Problems::default(),
        }
    }

    /// Reads headers and pairs.
    pub(crate) fn read(&mut self, plan: &'d CompiledSection, writers: &mut Vec<Writer>, arena: &'d Bump) {
        let (text, _) = self.text;
        self.parsed = parse(text, plan, arena, self.keyed.pairs(), &mut self.header);
        if self.keyed.find_keys(text, &plan.keys) {
            self.problems.add(Problem::RepeatedKey);
        }
        (self.writer, self.product) = Writer::remember(writers, &self.header);
        if self.parsed.as_ref().is_some_and(|parsed| parsed.delimiter_guessed) {
            self.problems.add(Problem::DelimiterGuessed);
        }
        self.module_of_id =
            self.product.map_or(Module::Unknown, |product| Module::of_id(product, self.header.signature_id));
        let is = |format| self.parsed.as_ref().is_some_and(|parsed| parsed.format == format);
        let (is_cef, is_leef) = (is(Format::Cef), is(Format::Leef));
        if self.product.is_some() {
            if is_cef {
                deepsecurity::fold_quoted_text(&mut self.keyed, text, self.module_of_id, &mut self.problems);
            }
            deepsecurity::keep_paths(&mut self.keyed);
        }
        self.keyed.read_values(arena);
        deepsecurity::cut_quoted_payloads(&mut self.keyed, arena);
        if is_leef {
            complete_leef_header(&mut self.header, &self.keyed);
        }
        self.syslog = syslog::parse(self.parsed.as_ref().map_or("", |parsed| parsed.prefix));
    }

    /// Fills the fields of the table and of the header.
    pub(crate) fn map(&mut self, plan: &'d CompiledSection, writers: &'d [Writer], arena: &'d Bump) {
        let record = self.event.record;
        let sources = Sources { record, syslog: &self.syslog, header: &self.header, arena };
        let mapped =
            apply_table(plan, &sources, &mut self.keyed, &mut self.row, &mut self.used, &mut self.problems);
        let is_event = self.parsed.is_some() || (record.message_missing && mapped);
        let incomplete = self.parsed.as_ref().is_some_and(|parsed| parsed.incomplete);
        let is_broken_json = is_broken_json(record, plan);
        self.pipeline_error = !is_event || incomplete || is_broken_json;
        if self.pipeline_error {
            let (problem, kind, message) = match plan.log_type.file_format {
                _ if is_broken_json => {
                    (Problem::BrokenJson, "broken_json", "the line's JSON is cut or damaged")
                }
                _ if incomplete => {
                    (Problem::IncompleteHeader, "incomplete_header", "the event's header is cut short")
                }
                FileFormat::Text(_) => (Problem::NoEvent, "no_event", "log_pattern does not match the line"),
                _ => (Problem::NoEvent, "no_event", "no CEF or LEEF event in the line"),
            };
            self.problems.add(problem);
            self.row.step(Step::PipelineError);
            self.row.set(FieldId::EVENT_KIND, Value::Text("pipeline_error"));
            self.row.set_if_absent(FieldId::ERROR_TYPE, Value::Text(kind));
            self.row.set_if_absent(FieldId::ERROR_MESSAGE, Value::Text(message));
        }
        let (Some(parsed), Some(writer)) = (&self.parsed, writers.get(self.writer)) else { return };
        let severity = self.header.severity;
        header_fields(&self.header, writer, self.module_of_id, &mut self.row, arena);
        // LEEF has it among its attributes, which are left over anyway.
        let is_odd = !severity.is_empty() && severity::severity_number(severity).is_none();
        if parsed.format == Format::Cef && is_odd {
            self.problems.add(Problem::ValueDoesNotFit);
            self.row.leave_over(field_name("severity", plan, &self.row, arena), Value::Text(severity));
        }
    }

    /// Tells the module where only the category does.
    pub(crate) fn know_module(&mut self) {
        if self.product.is_none() {
            return;
        }
        let category = self.keyed.value(deepsecurity::key::CAT);
        self.module = self.module_of_id.or_of_category(category);
        leef_header_keys(&mut self.keyed, &self.header, self.module, category);
    }

    /// What a step of the product's profile works on.
    pub(crate) fn context<'w>(&'w mut self, plan: &'w CompiledSection, arena: &'d Bump) -> Context<'w, 'd> {
        Context {
            arena,
            fields: &plan.fields,
            log_type: &plan.log_type,
            keyed: &mut self.keyed,
            row: &mut self.row,
            problems: &mut self.problems,
            module: self.module,
            signature_id: self.header.signature_id,
            disposition: &mut self.disposition,
        }
    }

    /// Fills the fields of the syslog header and the constants.
    pub(crate) fn fixed(&mut self, plan: &'d CompiledSection, arena: &'d Bump) {
        if self.product.is_none() {
            // A header that is cut may have lost the product: secrets are taken out all the same.
            deepsecurity::packets(&mut self.context(plan, arena));
        }
        syslog_fields(&self.syslog, &mut self.row);
        self.row.step(Step::Constant);
        for (field, value) in &plan.statics {
            if let Some(value) = convert(value, plan.fields.kind(*field), arena) {
                self.row.set(*field, value);
            }
        }
    }

    /// Keeps what has found no field, and the raw line.
    pub(crate) fn leave_over(&mut self, plan: &'d CompiledSection, arena: &'d Bump) {
        let Self { event, text: (text, beyond), keyed, row, problems, .. } = self;
        let unparsed = self.parsed.as_ref().map_or("", |parsed| parsed.unparsed);
        row.step(Step::LeftOver);
        leave_over_pairs(keyed, plan, unparsed, beyond, row, arena, problems);
        leave_over_record(event.record, &self.used, plan, row, arena, problems);
        let raw = match plan.log_type.raw_message {
            RawMessage::Full => Some(event.text),
            RawMessage::Never if !self.pipeline_error => None,
            RawMessage::WithoutPacket | RawMessage::Never => {
                Some(without_payloads(event.text, payloads(keyed), text.len(), arena))
            }
        };
        if let Some(raw) = raw.filter(|raw| !raw.is_empty()) {
            row.step(Step::RawMessage);
            row.set(FieldId::MESSAGE, Value::Text(raw));
        }
    }

    /// Fills the times, the id and what is the same for all.
    pub(crate) fn complete(
        &mut self,
        plan: &'d CompiledSection,
        created: &'d Created,
        facts: &'d ObjectFacts,
        ingested: &'d str,
        arena: &'d Bump,
    ) {
        let Event { record, identity, part, .. } = self.event;
        let sources = Sources { record, syslog: &self.syslog, header: &self.header, arena };
        let (time, origin) = event_time(plan, &sources, &self.keyed, created.time, &facts.around);
        if !matches!(origin, time::Origin::Syslog | time::Origin::Field) {
            self.problems.add(Problem::TimeFallback);
        }
        (self.time, self.time_origin) = (time, origin);
        self.row.step(Step::Time);
        self.row.set(FieldId::TIMESTAMP, Value::Time(arena.alloc(time)));
        self.row.set(FieldId::TIMESTAMP_SOURCE, Value::Word(origin.word()));
        self.row.because(Step::Created, || Read::Record(RecordField::Timestamp));
        match created.time {
            Some(_) => self.row.set_if_absent(FieldId::EVENT_CREATED, Value::Word(&created.written)),
            None => {
                if let Some(text) = record.timestamp.as_deref().filter(|text| !is_empty_value(text)) {
                    self.row.leave_over(field_name("timestamp", plan, &self.row, arena), Value::Text(text));
                }
            }
        }
        base_fields(plan, facts, ingested, &mut self.row);

        let content_id = identity.document(part).text_in(arena);
        let suffix = plan.doc_id_suffix.as_ref().and_then(|origin| sources.first(origin, &self.keyed));
        // An id that had to be cut could be another document's.
        let longest = MAX_ID - suffix.map_or(0, |suffix| suffix.len() + 1).min(MAX_ID);
        let named_id = plan.doc_id.as_ref().and_then(|origin| sources.first(origin, &self.keyed));
        let named_id = named_id.filter(|id| id.len() <= longest);
        self.id_suffix = suffix.filter(|_| longest >= content_id.len());
        if plan.doc_id.is_some() && named_id.is_none() {
            self.problems.add(Problem::DocIdMissing);
        }
        let id = match named_id {
            Some(id) => Value::Text(id),
            None => Value::Word(content_id),
        };
        self.row.step(Step::Id);
        self.row.set(FieldId::ID, id);
    }
}
