//! One event as an ECS document: the table of user.ini first, then the product's profile, then what both leave over.
//!
//! Takes a record and the text of one event in it, writes the two lines of its bulk operation. Never loses an event: what cannot be
//! understood is a document too. Does not know objects, requests or the network.

use std::borrow::Cow;

use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};

use crate::config::{FileFormat, HeaderField, RawMessage, SyslogField};
use crate::convert::{convert, trim};
use crate::deepsecurity::{self, Module, Product, behind_payload, push_without_payloads, without_payloads};
use crate::exclude::{Exclusions, Hits};
use crate::field::FieldId;
use crate::identity::Identity;
use crate::index_name::IndexNames;
use crate::json;
use crate::keys::{Keyed, is_empty_value};
use crate::marker::{self, Format, Marker};
use crate::pair::{Escapes, Pair};
use crate::plan::{Origin, Plan, RecordField};
use crate::problem::{Problem, Problems};
use crate::record::Record;
use crate::recycle::emptied;
use crate::row::{Leftover, MAX_STRING, Row, Value};
use crate::syslog;
use crate::time::{self, Surroundings, ZonedTime};
use crate::{cef, leef};

/// Text of one event that is parsed: no sender writes more, and a forged line of millions of keys must not cost memory.
const MAX_PARSED: usize = 1 << 18;

/// Unknown keys that one document takes.
const MAX_LEFTOVERS: usize = 100;

/// Values that one unknown key takes.
const MAX_VALUES: usize = 100;

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
    /// fluentd's time of the event before: its neighbors have the same.
    created: Created,
    /// The writer of the event before: its neighbors have the same.
    writer: Writer,
    /// `event.ingested`, written once.
    ingested: String,
    index_names: IndexNames<'p>,
    arena: Bump,
    row: Row<'static>,
    keyed: Keyed<'static>,
    pairs: Vec<Pair<'static>>,
    hits: Hits,
}

/// A header, whichever format it is in.
#[derive(Clone, Copy, Debug, Default)]
struct Header<'a> {
    version: &'a str,
    vendor: &'a str,
    product: &'a str,
    device_version: &'a str,
    signature_id: &'a str,
    name: &'a str,
    severity: &'a str,
}

/// fluentd's `timestamp`, read.
#[derive(Clone, Debug, Default)]
struct Created {
    text: String,
    time: Option<ZonedTime>,
    /// The time as it stands in documents.
    written: String,
}

impl Created {
    /// The time that `text` says: `self`, if it is the same as before.
    fn update(&mut self, text: &str) {
        if self.text != text {
            let time = time::parse_fluentd(text);
            *self = Self { text: text.to_owned(), time, written: time.map(write_time).unwrap_or_default() };
        }
    }
}

fn write_time(time: ZonedTime) -> String {
    let mut text = Vec::new();
    time.write(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// What vendor, product and version of a header say.
#[derive(Clone, Debug, Default)]
struct Writer {
    vendor: String,
    product: String,
    version: String,
    /// `agent.name`
    name: String,
    kind: Option<Product>,
}

impl Writer {
    /// The writer that `header` names: `self`, if it is the same as before.
    fn update(&mut self, header: &Header<'_>) {
        let is_other = self.vendor != header.vendor || self.product != header.product;
        if is_other {
            replace(&mut self.vendor, header.vendor);
            replace(&mut self.product, header.product);
            self.kind = Product::of(header.vendor, header.product);
        }
        if is_other || self.version != header.device_version {
            replace(&mut self.version, header.device_version);
            self.name.clear();
            for part in [header.vendor, header.product, header.device_version].map(trim) {
                if !part.is_empty() && !self.name.is_empty() {
                    self.name.push(' ');
                }
                self.name.push_str(part);
            }
        }
    }
}

/// Sets a text without giving its memory back.
fn replace(text: &mut String, with: &str) {
    text.clear();
    text.push_str(with);
}

/// An event, parsed but for its pairs.
struct Parsed<'a> {
    prefix: &'a str,
    header: Header<'a>,
    unparsed: &'a str,
    incomplete: bool,
    format: Format,
}

/// What a source can be read from.
struct Sources<'e, 'a> {
    record: &'a Record<'a>,
    syslog: &'e syslog::Header<'a>,
    header: Header<'a>,
    arena: &'a Bump,
}

impl<'p> Documents<'p> {
    /// Documents for the events of one object.
    pub fn new(plan: &'p Plan, facts: ObjectFacts) -> Self {
        Self {
            plan,
            created: Created::default(),
            writer: Writer::default(),
            ingested: ingested(facts.around.load),
            facts,
            index_names: IndexNames::new(&plan.log_type.index),
            arena: Bump::new(),
            row: Row::default(),
            keyed: Keyed::default(),
            pairs: Vec::new(),
            hits: Hits::default(),
        }
    }

    /// Adds what the rules have done so far to an account.
    pub fn account_exclusions(&self, exclusions: &mut Exclusions) {
        if let Some(rules) = &self.plan.exclusion {
            rules.account(&self.hits, exclusions);
        }
    }

    /// Writes the bulk operation of one event: its action line and its document, each with its line end. Writes nothing if a rule
    /// leaves the document out.
    ///
    /// `text` is the event's part of the record's message, `part` its number among the documents of its line.
    pub fn write(
        &mut self,
        record: &Record<'_>,
        text: &str,
        (identity, part): (&Identity<'_>, usize),
        out: &mut Vec<u8>,
        problems: &mut Problems,
    ) -> Written {
        self.arena.reset();
        let arena = &self.arena;
        let plan = self.plan;
        let mut row = Row::recycle(std::mem::take(&mut self.row), &plan.fields);
        let mut keyed = Keyed::recycle(std::mem::take(&mut self.keyed), &plan.keys);
        let mut pairs: Vec<Pair<'_>> = std::mem::take(&mut self.pairs);

        let (parsed_text, beyond) =
            text.split_at_checked(text.floor_char_boundary(MAX_PARSED)).unwrap_or((text, ""));
        let parsed = parse(parsed_text, plan, arena, &mut pairs, problems);
        keyed.fill(&pairs, &plan.keys);
        let header = parsed.as_ref().map(|parsed| parsed.header).unwrap_or_default();
        self.writer.update(&header);
        let writer = &self.writer;
        let product = writer.kind;
        let module_of_id =
            product.map_or(Module::Unknown, |product| Module::of_id(product, header.signature_id));
        if let (Some(_), Some(Format::Cef)) = (product, parsed.as_ref().map(|parsed| parsed.format)) {
            deepsecurity::fold_quoted_text(&mut keyed, parsed_text, module_of_id, problems);
        }
        if product.is_some() {
            deepsecurity::keep_paths(&mut keyed);
        }
        keyed.read_values(arena);
        deepsecurity::cut_quoted_payloads(&mut keyed, arena);
        let header = complete_header(&parsed, &keyed);
        let syslog = syslog::parse(parsed.as_ref().map_or("", |parsed| parsed.prefix));

        let sources = Sources { record, syslog: &syslog, header, arena };
        let mut used_record = UsedFields::default();
        let mapped = apply_table(plan, &sources, &mut keyed, &mut row, &mut used_record, problems);
        let is_event = parsed.is_some() || (record.message_missing && mapped);
        let incomplete = parsed.as_ref().is_some_and(|parsed| parsed.incomplete);
        let is_broken_json = is_broken_json(record, plan);
        let pipeline_error = !is_event || incomplete || is_broken_json;
        if pipeline_error {
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
            problems.add(problem);
            row.set(FieldId::EVENT_KIND, Value::Text("pipeline_error"));
            row.set_if_absent(FieldId::ERROR_TYPE, Value::Text(kind));
            row.set_if_absent(FieldId::ERROR_MESSAGE, Value::Text(message));
        }
        if let Some(parsed) = &parsed {
            header_fields(&header, writer, module_of_id, &mut row, arena);
            // LEEF has it among its attributes, which are left over anyway.
            let is_odd = !header.severity.is_empty() && cef::severity_number(header.severity).is_none();
            if parsed.format == Format::Cef && is_odd {
                problems.add(Problem::ValueDoesNotFit);
                row.leave_over(field_name("severity", plan, &row, arena), Value::Text(header.severity));
            }
        }
        let category = keyed.value(deepsecurity::key::CAT);
        let module = match product {
            Some(_) => module_of_id.or_of_category(category),
            None => Module::Unknown,
        };
        if product.is_some() {
            leef_header_keys(&mut keyed, &header, module, category);
        }
        let mut context = deepsecurity::Context {
            arena,
            fields: &plan.fields,
            log_type: &plan.log_type,
            keyed: &mut keyed,
            row: &mut row,
            problems,
            module,
            signature_id: header.signature_id,
        };
        match product {
            Some(_) => deepsecurity::apply(&mut context),
            // A header that is cut may have lost the product: secrets are taken out all the same.
            None => deepsecurity::packets(&mut context),
        }
        syslog_fields(&syslog, &mut row);
        for (field, value) in &plan.statics {
            if let Some(value) = convert(value, plan.fields.kind(*field), arena) {
                row.set(*field, value);
            }
        }

        let unparsed = parsed.as_ref().map_or("", |parsed| parsed.unparsed);
        leave_over_pairs(&keyed, plan, unparsed, beyond, &mut row, arena, problems);
        leave_over_record(record, &used_record, plan, &mut row, arena, problems);
        let raw = match plan.log_type.raw_message {
            RawMessage::Full => Some(text),
            RawMessage::Never if !pipeline_error => None,
            RawMessage::WithoutPacket | RawMessage::Never => {
                Some(without_payloads(text, payloads(&keyed), parsed_text.len(), arena))
            }
        };
        if let Some(raw) = raw.filter(|raw| !raw.is_empty()) {
            row.set(FieldId::MESSAGE, Value::Text(raw));
        }

        self.created.update(record.timestamp.as_deref().unwrap_or_default());
        let created = self.created.time;
        let (time, origin) = event_time(plan, &sources, &keyed, created, &self.facts.around);
        if !matches!(origin, time::Origin::Syslog | time::Origin::Field) {
            problems.add(Problem::TimeFallback);
        }
        row.set(FieldId::TIMESTAMP, Value::Time(time));
        row.set(FieldId::DS_TIMESTAMP_SOURCE, Value::Word(origin.word()));
        match created {
            Some(_) => row.set_if_absent(FieldId::EVENT_CREATED, Value::Word(&self.created.written)),
            None => {
                if let Some(text) = record.timestamp.as_deref().filter(|text| !is_empty_value(text)) {
                    row.leave_over(field_name("timestamp", plan, &row, arena), Value::Text(text));
                }
            }
        }
        base_fields(plan, &self.facts, &self.ingested, &mut row);

        let content_id = identity.document(part);
        let suffix = plan.doc_id_suffix.as_ref().and_then(|origin| sources.first(origin, &keyed));
        // An id that had to be cut could be another document's.
        let longest = MAX_ID - suffix.map_or(0, |suffix| suffix.len() + 1).min(MAX_ID);
        let named_id = plan.doc_id.as_ref().and_then(|origin| sources.first(origin, &keyed));
        let named_id = named_id.filter(|id| id.len() <= longest);
        let suffix = suffix.filter(|_| longest >= content_id.as_str().len());
        if plan.doc_id.is_some() && named_id.is_none() {
            problems.add(Problem::DocIdMissing);
        }
        let id = named_id.unwrap_or(content_id.as_str());
        row.set(FieldId::ID, Value::Text(arena.alloc_str(id)));
        let index = self.index_names.name(time.instant, self.facts.around.load);
        let start = out.len();
        write_action(index, plan.ids.then_some((id, suffix)), out);
        let document = out.len();
        let cut = row.write_json(&plan.fields, out);
        let excluded = plan.exclusion.as_ref().is_some_and(|rules| {
            let json = out.get(document..).unwrap_or_default();
            rules.excludes(|origin| sources.first(origin, &keyed), &row, json, &mut self.hits)
        });
        if excluded {
            out.truncate(start);
        } else {
            out.push(b'\n');
        }
        problems.add_many(Problem::StringCut, u64::from(cut));

        self.row = row.emptied();
        self.keyed = keyed.emptied();
        self.pairs = emptied(pairs);
        Written { time: time.instant, pipeline_error, excluded }
    }
}

fn parse<'a>(
    text: &'a str,
    plan: &'a Plan,
    arena: &'a Bump,
    pairs: &mut Vec<Pair<'a>>,
    problems: &mut Problems,
) -> Option<Parsed<'a>> {
    if let FileFormat::Text(pattern) = &plan.log_type.file_format {
        let captures = pattern.captures(text)?;
        for name in pattern.capture_names().flatten() {
            if let Some(group) = captures.name(name) {
                pairs.push(Pair { key: name, raw: group.as_str(), escapes: Escapes::None });
            }
        }
        return Some(Parsed {
            prefix: "",
            header: Header::default(),
            unparsed: "",
            incomplete: false,
            format: Format::Cef,
        });
    }
    let marker = marker::find(text)?;
    Some(match marker.format {
        Format::Cef => parse_cef(text, marker, arena, pairs, problems),
        Format::Leef => parse_leef(text, marker, arena, pairs, problems),
    })
}

fn parse_cef<'a>(
    text: &'a str,
    marker: Marker,
    arena: &'a Bump,
    pairs: &mut Vec<Pair<'a>>,
    problems: &mut Problems,
) -> Parsed<'a> {
    let event = cef::parse(text, marker, pairs);
    if event.issues.repeated_key {
        problems.add(Problem::RepeatedKey);
    }
    let header = Header {
        version: event.header.version,
        vendor: keep(event.header.vendor, arena),
        product: keep(event.header.product, arena),
        device_version: keep(event.header.device_version, arena),
        signature_id: keep(event.header.event_class_id, arena).trim(),
        name: keep(event.header.name, arena),
        severity: keep(event.header.severity, arena),
    };
    Parsed {
        prefix: event.prefix,
        header,
        unparsed: event.unparsed,
        incomplete: event.issues.incomplete_header,
        format: Format::Cef,
    }
}

fn parse_leef<'a>(
    text: &'a str,
    marker: Marker,
    arena: &'a Bump,
    pairs: &mut Vec<Pair<'a>>,
    problems: &mut Problems,
) -> Parsed<'a> {
    let event = leef::parse(text, marker, pairs);
    problems.add_many(Problem::DelimiterGuessed, u64::from(event.issues.delimiter_guessed));
    if event.issues.repeated_key {
        problems.add(Problem::RepeatedKey);
    }
    if Product::of(&event.header.vendor, &event.header.product).is_some() {
        deepsecurity::split_blank_separated(pairs);
        deepsecurity::find_escapes(pairs);
    }
    // A delimiter field that names no delimiter is text like any other that belongs to no key.
    let unparsed = match event.header.delimiter_raw {
        Some(field) if event.unparsed.is_empty() => field,
        Some(field) => &*arena.alloc_str(&[field, " ", event.unparsed].concat()),
        None => event.unparsed,
    };
    let header = Header {
        version: event.header.version,
        vendor: keep(event.header.vendor, arena),
        product: keep(event.header.product, arena),
        device_version: keep(event.header.product_version, arena),
        signature_id: keep(event.header.event_id, arena).trim(),
        ..Header::default()
    };
    Parsed {
        prefix: event.prefix,
        header,
        unparsed,
        incomplete: event.issues.incomplete_header,
        format: Format::Leef,
    }
}

fn keep<'a>(text: Cow<'a, str>, arena: &'a Bump) -> &'a str {
    match text {
        Cow::Borrowed(text) => text,
        Cow::Owned(text) => arena.alloc_str(&text),
    }
}

/// LEEF has name and severity among its attributes.
fn complete_header<'a>(parsed: &Option<Parsed<'a>>, keyed: &Keyed<'a>) -> Header<'a> {
    let Some(parsed) = parsed else { return Header::default() };
    if parsed.format == Format::Cef {
        return parsed.header;
    }
    let value = |key| keyed.value(key);
    Header {
        name: value(deepsecurity::key::NAME).or_else(|| value(deepsecurity::key::DESC)).unwrap_or_default(),
        severity: value(deepsecurity::key::SEV).unwrap_or_default(),
        ..parsed.header
    }
}

/// Attributes that say what CEF's header says need no home of their own.
fn leef_header_keys<'a>(keyed: &mut Keyed<'a>, header: &Header<'a>, module: Module, category: Option<&str>) {
    use deepsecurity::key;
    for header_key in [key::NAME, key::DESC] {
        if keyed.value(header_key) == Some(header.name) {
            keyed.mark_key_used(header_key);
        }
    }
    if keyed.value(key::SEV) == Some(header.severity) && cef::severity_number(header.severity).is_some() {
        keyed.mark_key_used(key::SEV);
    }
    if category.and_then(Module::of_category) == Some(module) {
        keyed.mark_key_used(key::CAT);
    }
}

/// Which of fluentd's own fields the table has taken.
#[derive(Clone, Copy, Debug, Default)]
struct UsedFields {
    hostname: bool,
    tag: bool,
    others: u64,
}

impl<'a> Sources<'_, 'a> {
    /// The value of a source that has one.
    fn first(&self, origin: &Origin, keyed: &Keyed<'a>) -> Option<&'a str> {
        let value = match origin {
            Origin::Key(key, name) => keyed.value(*key).or_else(|| self.other(name).map(|(_, value)| value)),
            Origin::Record(field) => match field {
                RecordField::Hostname => self.record.hostname.as_deref(),
                RecordField::Timestamp => self.record.timestamp.as_deref(),
                RecordField::Tag => self.record.tag.as_deref(),
            },
            Origin::Header(field) => Some(match field {
                HeaderField::Version => self.header.version,
                HeaderField::DeviceVendor => self.header.vendor,
                HeaderField::DeviceProduct => self.header.product,
                HeaderField::DeviceVersion => self.header.device_version,
                HeaderField::DeviceEventClassId => self.header.signature_id,
                HeaderField::Name => self.header.name,
                HeaderField::Severity => self.header.severity,
            }),
            Origin::Syslog(field) => match field {
                SyslogField::Hostname => self.syslog.hostname,
                SyslogField::Appname => self.syslog.appname,
                SyslogField::Priority => {
                    self.syslog.priority.map(|priority| &*self.arena.alloc_str(&priority.to_string()))
                }
            },
        };
        value.filter(|value| !is_empty_value(trim(value)))
    }

    fn other(&self, name: &str) -> Option<(usize, &'a str)> {
        let mut others = self.record.others.iter().enumerate();
        others.find(|(_, other)| other.name == name).map(|(at, other)| (at, other.value.as_ref()))
    }
}

/// Fills the fields of the table. Gives whether any got a value of the event's.
fn apply_table<'a>(
    plan: &Plan,
    sources: &Sources<'_, 'a>,
    keyed: &mut Keyed<'a>,
    row: &mut Row<'a>,
    used: &mut UsedFields,
    problems: &mut Problems,
) -> bool {
    let mut any = false;
    for rule in &plan.rules {
        for origin in &rule.origins {
            // Nearly every source is a key of the event.
            let own = if let Origin::Key(key, _) = origin { keyed.value(*key) } else { None };
            let Some(text) = own.or_else(|| sources.first(origin, keyed)) else { continue };
            let Some(value) = convert(text, rule.kind, sources.arena) else {
                let at = if let Origin::Key(key, _) = origin { keyed.at(*key) } else { None };
                if at.is_none_or(|at| keyed.note_misfit(at)) {
                    problems.add(Problem::ValueDoesNotFit);
                }
                continue;
            };
            row.set(rule.field, value);
            // fluentd's own fields stand in every record: they say nothing about the event.
            any |= !matches!(origin, Origin::Record(_));
            match origin {
                Origin::Key(key, name) => match keyed.at(*key) {
                    Some(at) => keyed.mark_used(at),
                    None => {
                        if let Some(bit) =
                            sources.other(name).and_then(|(at, _)| 1_u64.checked_shl(u32::try_from(at).ok()?))
                        {
                            used.others |= bit;
                        }
                    }
                },
                Origin::Record(RecordField::Hostname) => used.hostname = true,
                Origin::Record(RecordField::Tag) => used.tag = true,
                Origin::Record(RecordField::Timestamp) | Origin::Header(_) | Origin::Syslog(_) => {}
            }
            break;
        }
    }
    any
}

fn header_fields<'a>(
    header: &Header<'a>,
    writer: &'a Writer,
    module_of_id: Module,
    row: &mut Row<'a>,
    arena: &'a Bump,
) {
    for (field, text) in [
        (FieldId::OBSERVER_VENDOR, header.vendor),
        (FieldId::OBSERVER_PRODUCT, header.product),
        (FieldId::OBSERVER_VERSION, header.device_version),
        (FieldId::EVENT_CODE, header.signature_id),
        (FieldId::RULE_NAME, header.name),
    ] {
        let text = trim(text);
        if !text.is_empty() {
            row.set_if_absent(field, Value::Text(text));
        }
    }
    if let Some(severity) = cef::severity_number(header.severity) {
        row.set_if_absent(FieldId::EVENT_SEVERITY, Value::Long(i64::from(severity)));
    }
    if !writer.name.is_empty() {
        row.set_if_absent(FieldId::AGENT_NAME, Value::Text(&writer.name));
    }
    if !header.signature_id.is_empty() {
        let offset = module_of_id.rule_id_offset();
        let shifted =
            || header.signature_id.parse::<u64>().ok()?.checked_sub(offset).filter(|id| *id >= 1_000_000);
        let id = match Some(()).filter(|()| offset > 0).and_then(|()| shifted()) {
            Some(id) => arena.alloc_str(&id.to_string()),
            None => header.signature_id,
        };
        row.set_if_absent(FieldId::RULE_ID, Value::Text(id));
    }
}

/// A JSON line that is cut or damaged is read as text, as far as there is an event in it; but its values may hold the rest of the
/// record, so a person has to look at it.
fn is_broken_json(record: &Record<'_>, plan: &Plan) -> bool {
    matches!(plan.log_type.file_format, FileFormat::Json)
        && !record.json
        && record.message.trim_start().starts_with('{')
}

fn syslog_fields<'a>(syslog: &syslog::Header<'a>, row: &mut Row<'a>) {
    if let Some(priority) = syslog.priority {
        row.set_if_absent(FieldId::LOG_SYSLOG_PRIORITY, Value::Long(i64::from(priority)));
    }
    for (field, text) in
        [(FieldId::LOG_SYSLOG_HOSTNAME, syslog.hostname), (FieldId::LOG_SYSLOG_APPNAME, syslog.appname)]
    {
        if let Some(text) = text.filter(|text| !is_empty_value(text)) {
            row.set_if_absent(field, Value::Text(text));
        }
    }
}

/// The load time, to the millisecond.
fn ingested(load: jiff::Timestamp) -> String {
    let load = jiff::Timestamp::from_millisecond(load.as_millisecond()).unwrap_or(load);
    write_time(ZonedTime::utc(load))
}

fn base_fields<'a>(plan: &'a Plan, facts: &'a ObjectFacts, ingested: &'a str, row: &mut Row<'a>) {
    let log_type = &plan.log_type;
    row.set_if_absent(FieldId::LOG_TYPE, Value::Text(&log_type.name));
    row.set_if_absent(FieldId::EVENT_MODULE, Value::Text(&log_type.name));
    row.set_if_absent(FieldId::ECS_VERSION, Value::Text(&log_type.ecs_version));
    row.set(FieldId::EVENT_INGESTED, Value::Word(ingested));
    if let Some(bucket) = &facts.bucket {
        row.set(FieldId::LOG_S3BUCKET, Value::Text(bucket));
        if !log_type.cloud_provider.is_empty() {
            row.set_if_absent(FieldId::CLOUD_PROVIDER, Value::Text(&log_type.cloud_provider));
        }
    }
    row.set(FieldId::LOG_S3KEY, Value::Text(&facts.key));
    for (field, fact) in [(FieldId::CLOUD_REGION, &facts.region), (FieldId::CLOUD_ACCOUNT_ID, &facts.account)]
    {
        if let Some(fact) = fact {
            row.set_if_absent(field, Value::Text(fact));
        }
    }
}

fn event_time<'a>(
    plan: &Plan,
    sources: &Sources<'_, 'a>,
    keyed: &Keyed<'a>,
    created: Option<ZonedTime>,
    around: &Surroundings,
) -> (ZonedTime, time::Origin) {
    let settings = &plan.log_type.event_time;
    let around = Surroundings { default_offset: settings.tz.or(around.default_offset), ..*around };
    let latest = created.map_or(around.load, |created| created.instant);
    for origin in &plan.time_keys {
        let Some(text) = sources.first(origin, keyed) else { continue };
        let parsed =
            settings.formats.iter().find_map(|format| time::parse(text, format, latest, settings.tz));
        if let Some(time) = parsed.filter(|time| time::is_possible(*time, around.load)) {
            return (time, time::Origin::Field);
        }
    }
    time::choose(sources.syslog.time, created, &around)
}

/// The payloads of an event's packets, as they stand in its line.
fn payloads<'a>(keyed: &Keyed<'a>) -> impl Iterator<Item = &'a str> {
    keyed.each(deepsecurity::key::PACKET_DATA).map(|at| keyed.raw_at(at))
}

/// Keys that have found no home go under the prefix, as they are.
fn leave_over_pairs<'a>(
    keyed: &Keyed<'a>,
    plan: &Plan,
    unparsed: &'a str,
    beyond: &'a str,
    row: &mut Row<'a>,
    arena: &'a Bump,
    problems: &mut Problems,
) {
    let mut groups: ArenaVec<'_, (&str, bool, ArenaVec<'_, &str>)> = ArenaVec::new_in(arena);
    let mut text = ArenaString::new_in(arena);
    let mut too_many = 0;
    for (key, value, at) in keyed.unused() {
        if let Some((_, _, values)) = groups.iter_mut().find(|(name, ..)| *name == key)
            && values.len() < MAX_VALUES
        {
            values.push(value);
        } else if groups.len() < MAX_LEFTOVERS && groups.iter().all(|(name, ..)| *name != key) {
            let mut values = ArenaVec::new_in(arena);
            // The first value of a repeated key has found a home; here stand all of them, in order.
            if let Some(first) = keyed.first_used_like(at) {
                values.push(keyed.value_at(first));
            }
            values.push(value);
            groups.push((key, keyed.is_known(at), values));
        } else {
            too_many += 1;
            push_word(&mut text, &[key, "=", value]);
        }
    }
    let mut extra = ArenaVec::new_in(arena);
    for (key, is_known, values) in groups {
        let value = match values.into_bump_slice() {
            [value] => Value::Text(value),
            values => Value::Texts(values),
        };
        // A field of ours has that name where it holds the value of another key.
        if is_known && !plan.fields.has_under_prefix(key) {
            row.leave_over(field_name(key, plan, row, arena), value);
        } else {
            extra.push(Leftover { key: extra_name(key, &extra, arena), value });
        }
    }
    add_extra(extra, row, arena);
    if too_many > 0 {
        problems.add_many(Problem::TooManyKeys, too_many);
    }
    let unparsed = unparsed.trim();
    if !unparsed.is_empty() || !beyond.is_empty() {
        problems.add(Problem::UnparsedText);
        push_word(&mut text, &[]);
        push_without_payloads(unparsed, &mut text);
        let is_cut = payloads(keyed).any(|payload| payload.as_bytes().as_ptr_range().end == beyond.as_ptr());
        push_without_payloads(if is_cut { behind_payload(beyond) } else { beyond }, &mut text);
    }
    if !text.is_empty() {
        row.set_if_absent(FieldId::DS_UNPARSED, Value::Text(text.into_bump_str()));
    }
}

fn push_word(text: &mut ArenaString<'_>, parts: &[&str]) {
    // The field is cut there anyway.
    if text.len() > MAX_STRING {
        return;
    }
    if !text.is_empty() {
        text.push(' ');
    }
    for part in parts {
        text.push_str(part);
    }
}

/// Keys that nobody knows share one field, whose number of names has no bound: as fields of their own, a few hundred invented ones
/// would fill up the index.
fn add_extra<'a>(extra: ArenaVec<'a, Leftover<'a>>, row: &mut Row<'a>, arena: &'a Bump) {
    if extra.is_empty() {
        return;
    }
    let all = match row.get(FieldId::DS_EXTRA) {
        Value::Object(earlier) => ArenaVec::from_iter_in(earlier.iter().copied().chain(extra), arena),
        _ => extra,
    };
    row.set(FieldId::DS_EXTRA, Value::Object(all.into_bump_slice()));
}

/// A name that OpenSearch takes as one field, and that is no other field's.
fn field_name<'a>(key: &'a str, plan: &Plan, row: &Row<'a>, arena: &'a Bump) -> &'a str {
    free_name(key, arena, |name| {
        plan.fields.has_under_prefix(name) || row.leftovers().iter().any(|other| other.key == name)
    })
}

/// A name that OpenSearch takes as one step of a path, and that none of `others` has.
fn extra_name<'a>(key: &'a str, others: &[Leftover<'a>], arena: &'a Bump) -> &'a str {
    free_name(key, arena, |name| others.iter().any(|other| other.key == name))
}

fn free_name<'a>(key: &'a str, arena: &'a Bump, is_taken: impl Fn(&str) -> bool) -> &'a str {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '@');
    let mut name = key;
    if !key.chars().all(is_safe) || key.len() > 128 {
        let safe = key.chars().take(128).map(|c| if is_safe(c) { c } else { '_' });
        name = ArenaString::from_iter_in(safe, arena).into_bump_str();
    }
    while name.is_empty() || is_taken(name) {
        let mut longer = ArenaString::from_str_in(name, arena);
        longer.push('_');
        name = longer.into_bump_str();
    }
    name
}

/// The record's own fields that the table has not taken stand under the prefix as well.
fn leave_over_record<'a>(
    record: &'a Record<'a>,
    used: &UsedFields,
    plan: &Plan,
    row: &mut Row<'a>,
    arena: &'a Bump,
    problems: &mut Problems,
) {
    let hostname = record.hostname.as_deref().filter(|_| !used.hostname);
    if let Some(hostname) = hostname.filter(|hostname| !is_empty_value(hostname)) {
        row.leave_over(field_name("hostname", plan, row, arena), Value::Text(hostname));
    }
    if let Some(tag) = record.tag.as_deref().filter(|tag| !used.tag && !is_empty_value(tag)) {
        row.set_if_absent(FieldId::DS_TAG, Value::Text(tag));
    }
    let others = record.others.iter().enumerate().filter(|(at, _)| {
        u32::try_from(*at).ok().and_then(|at| 1_u64.checked_shl(at)).is_none_or(|bit| used.others & bit == 0)
    });
    let others = others.map(|(_, other)| (other.name.as_ref(), other.value.as_ref()));
    let mut given = others.filter(|(_, value)| !is_empty_value(value));
    let mut extra = ArenaVec::new_in(arena);
    let taken = match row.get(FieldId::DS_EXTRA) {
        Value::Object(taken) => taken,
        _ => &[],
    };
    for (key, value) in given.by_ref().take(MAX_LEFTOVERS) {
        let name = free_name(key, arena, |name| {
            taken.iter().chain(&extra).any(|other: &Leftover<'_>| other.key == name)
        });
        extra.push(Leftover { key: name, value: Value::Text(value) });
    }
    add_extra(extra, row, arena);
    let mut text = ArenaString::new_in(arena);
    for (key, value) in given {
        problems.add(Problem::TooManyKeys);
        push_word(&mut text, &[key, "=", value]);
    }
    if !text.is_empty() {
        let mut all = ArenaString::from_str_in(row.text(FieldId::DS_UNPARSED).unwrap_or_default(), arena);
        push_word(&mut all, &[&text]);
        row.set(FieldId::DS_UNPARSED, Value::Text(all.into_bump_str()));
    }
}

fn write_action(index: &str, id: Option<(&str, Option<&str>)>, out: &mut Vec<u8>) {
    out.extend_from_slice(br#"{"index":{"_index":"#);
    json::string(index, out);
    if let Some((id, suffix)) = id {
        out.extend_from_slice(br#","_id":"#);
        match suffix {
            Some(suffix) => json::string(&[id, "_", suffix].concat(), out),
            None => json::string(id, out),
        }
    }
    out.extend_from_slice(b"}}\n");
}
