//! Events as ECS documents: the table of user.ini first, then the product's profile, then what both leave over.
//!
//! Takes records and the texts of events in them, writes the two lines of each bulk operation. Never loses an event: what cannot be
//! understood is a document too. Does not know objects, requests or the network.
//!
//! A few events go through each stage together: the code of one stage fits into the processor's instruction cache, that of all
//! of them does not, and would have to be fetched again for each event.

mod base;
mod explain;
mod left_over;
mod read;
mod ready;
mod table;

use std::mem::take;
use std::ops::ControlFlow;

use bumpalo::Bump;

pub use self::ready::Document;

use self::base::{Created, Writer, base_fields, event_time, header_fields, ingested, syslog_fields};
use self::left_over::{field_name, leave_over_pairs, leave_over_record, payloads};
use self::read::{Header, Parsed, complete_leef_header, leef_header_keys, parse};
use self::table::{Sources, UsedFields, apply_table};
use crate::cef;
use crate::config::{FileFormat, RawMessage};
use crate::convert::convert;
use crate::deepsecurity::{self, Disposition, Module, Product, without_payloads};
use crate::exclude::{Exclusions, Hits};
use crate::field::FieldId;
use crate::identity::Identity;
use crate::index_name::IndexNames;
use crate::keys::{Keyed, is_empty_value};
use crate::marker::Format;
use crate::object::LineNumber;
use crate::plan::{Plan, RecordField};
use crate::problem::{Problem, Problems};
use crate::record::Record;
use crate::row::trace::{Read, Step};
use crate::row::{Row, Value};
use crate::syslog;
use crate::time::{self, Surroundings, ZonedTime};

/// Text of one event that is parsed: no sender writes more, and a forged line of millions of keys must not cost memory.
const MAX_PARSED: usize = 1 << 18;

/// The longest `_id` that OpenSearch takes, in bytes.
const MAX_ID: usize = 512;

/// What is the same for all documents of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectFacts {
    /// Bucket, or nothing for a local file.
    pub bucket: Option<String>,
    /// Key, or the path of a local file.
    pub key: String,
    /// Region of the bucket.
    pub region: Option<String>,
    /// Account that the loader runs in.
    pub account: Option<String>,
    /// Times.
    pub around: Surroundings,
}

/// One event on its way to its document.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// The record that it came in.
    pub record: &'a Record<'a>,
    /// Its part of the record's message.
    pub text: &'a str,
    /// The line of the object that it stands in.
    pub line: LineNumber,
    /// Its line's identity.
    pub identity: &'a Identity<'a>,
    /// Its number among the documents of its line, counted from 0.
    pub part: usize,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// `@timestamp`.
    pub time: jiff::Timestamp,
    /// The event could not be understood.
    pub pipeline_error: bool,
    /// A rule has left the document out: nothing was written.
    pub excluded: bool,
}

/// Makes documents of one object's events.
pub struct Documents<'p> {
    plan: &'p Plan,
    facts: ObjectFacts,
    /// fluentd's times, read: neighbors have the same.
    created: Vec<Created>,
    /// The writers of the last events: there are not many.
    writers: Vec<Writer>,
    /// `event.ingested`, written once.
    ingested: String,
    index_names: IndexNames<'p>,
    arena: Bump,
    /// The memory of events that are done.
    spare: Vec<(Row<'static>, Keyed<'static>)>,
    hits: Hits,
    /// Rows note why their values are what they are.
    traced: bool,
}

/// Writers and times that are remembered, before all are forgotten.
const REMEMBERED: usize = 64;

/// An event between the stages.
struct Work<'d> {
    event: Event<'d>,
    /// The text that is parsed, and what is beyond the limit.
    text: (&'d str, &'d str),
    parsed: Option<Parsed<'d>>,
    header: Header<'d>,
    syslog: syslog::Header<'d>,
    /// The number of the event's writer.
    writer: usize,
    product: Option<Product>,
    module_of_id: Module,
    module: Module,
    disposition: Disposition,
    keyed: Keyed<'d>,
    row: Row<'d>,
    used: UsedFields,
    pipeline_error: bool,
    time: ZonedTime,
    time_origin: time::Origin,
    id_suffix: Option<&'d str>,
    problems: Problems,
}

impl<'p> Documents<'p> {
    /// Documents for the events of one object.
    pub fn new(plan: &'p Plan, facts: ObjectFacts) -> Self {
        Self {
            plan,
            created: Vec::new(),
            writers: Vec::new(),
            ingested: ingested(facts.around.load),
            facts,
            index_names: IndexNames::new(&plan.log_type.index),
            arena: Bump::new(),
            spare: Vec::new(),
            hits: Hits::default(),
            traced: false,
        }
    }

    /// The same, able to say where each value comes from: [`Document::explain`].
    #[must_use]
    pub(crate) fn traced(mut self) -> Self {
        self.traced = true;
        self
    }

    /// The same for other events of the object.
    pub(crate) fn another(&self) -> Self {
        Self { traced: self.traced, ..Self::new(self.plan, self.facts.clone()) }
    }

    /// What the rules have done since this was asked last.
    pub fn take_exclusions(&mut self) -> Exclusions {
        let mut exclusions = Exclusions::default();
        if let Some(rules) = &self.plan.exclusion {
            rules.account(&std::mem::take(&mut self.hits), &mut exclusions);
        }
        exclusions
    }

    /// Makes the documents of a few events, and hands them to `each` in order, until it breaks.
    ///
    /// # Errors
    ///
    /// The break.
    pub fn make(
        &mut self,
        events: &[Event<'_>],
        each: &mut dyn FnMut(Document<'_, '_, 'p>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Self { plan, facts, created, writers, ingested, index_names, arena, spare, hits, traced } = self;
        let plan: &Plan = plan;
        arena.reset();
        let arena = &*arena;

        forget(writers);
        let begun = events.iter().map(|event| {
            let (row, keyed) = spare.pop().unwrap_or_default();
            let mut row = Row::recycle(row, &plan.fields);
            if *traced {
                row.start_trace();
            }
            Work::new(*event, row, Keyed::recycle(keyed, &plan.keys))
        });
        let mut works: Vec<_> = begun.collect();
        for work in &mut works {
            work.read(plan, writers, arena);
        }
        let writers = &*writers;
        for work in &mut works {
            work.map(plan, writers, arena);
        }
        for work in &mut works {
            work.know_module();
        }
        for step in deepsecurity::STEPS {
            for work in works.iter_mut().filter(|work| work.product.is_some()) {
                step(&mut work.context(plan, arena));
            }
        }
        for work in &mut works {
            work.fixed(plan, arena);
        }
        for work in &mut works {
            work.leave_over(plan, arena);
        }
        forget(created);
        let times: Vec<usize> =
            works.iter().map(|work| Created::remember(created, work.event.record)).collect();
        let created = &*created;
        for (work, created) in works.iter_mut().zip(times.iter().filter_map(|number| created.get(*number))) {
            work.complete(plan, created, facts, ingested, arena);
        }
        for work in &works {
            each(Document { work, plan, facts, index_names: &mut *index_names, hits: &mut *hits, arena })?;
        }
        spare.extend(
            works.iter_mut().map(|Work { row, keyed, .. }| (take(row).emptied(), take(keyed).emptied())),
        );
        ControlFlow::Continue(())
    }
}

/// Empties what has grown too long.
fn forget<T>(remembered: &mut Vec<T>) {
    if remembered.len() > REMEMBERED {
        remembered.clear();
    }
}

impl<'d> Work<'d> {
    fn new(event: Event<'d>, row: Row<'d>, keyed: Keyed<'d>) -> Self {
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
    fn read(&mut self, plan: &'d Plan, writers: &mut Vec<Writer>, arena: &'d Bump) {
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
    fn map(&mut self, plan: &'d Plan, writers: &'d [Writer], arena: &'d Bump) {
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
        let is_odd = !severity.is_empty() && cef::severity_number(severity).is_none();
        if parsed.format == Format::Cef && is_odd {
            self.problems.add(Problem::ValueDoesNotFit);
            self.row.leave_over(field_name("severity", plan, &self.row, arena), Value::Text(severity));
        }
    }

    /// Tells the module where only the category does.
    fn know_module(&mut self) {
        if self.product.is_none() {
            return;
        }
        let category = self.keyed.value(deepsecurity::key::CAT);
        self.module = self.module_of_id.or_of_category(category);
        leef_header_keys(&mut self.keyed, &self.header, self.module, category);
    }

    /// What a step of the product's profile works on.
    fn context<'w>(&'w mut self, plan: &'w Plan, arena: &'d Bump) -> deepsecurity::Context<'w, 'd> {
        deepsecurity::Context {
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
    fn fixed(&mut self, plan: &'d Plan, arena: &'d Bump) {
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
    fn leave_over(&mut self, plan: &'d Plan, arena: &'d Bump) {
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
    fn complete(
        &mut self,
        plan: &'d Plan,
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
        self.row.set(FieldId::DS_TIMESTAMP_SOURCE, Value::Word(origin.word()));
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

/// A JSON line that is cut or damaged is read as text, as far as there is an event in it; but its values may hold the rest of the
/// record, so a person has to look at it.
fn is_broken_json(record: &Record<'_>, plan: &Plan) -> bool {
    matches!(plan.log_type.file_format, FileFormat::Json)
        && !record.json
        && record.message.trim_start().starts_with('{')
}
