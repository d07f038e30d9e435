//! The first stage: an event is read. Its text is cut into headers and pairs, and the values of the pairs are known.

use bumpalo::Bump;

use super::base::Device;
use super::collected::{self, Collected};
use super::compiled::CompiledSection;
use super::event::Event;
use super::flat;
use super::record::JsonRecord;
use super::record::paths::Paths;
use super::table::{Sources, UsedFields};
use super::taken_header::taken_header;
use crate::bytes::slice::{part, start_in};
use crate::bytes::trim::trim;
use crate::config::log_type::{FileFormat, RawMessage};
use crate::document::problem::{Problem, Problems};
use crate::log_types::event::{DeviceKind, HeaderKeys, Maker, PairsView};
use crate::packet::redaction::Searched;
use crate::parse::header::{EventHeader, Format, Marker, ParsedEvent};
use crate::parse::marker::EventStart;
use crate::parse::pairs::event_keys::{EventKeys, KeyNames};
use crate::parse::pairs::pair::Pair;
use crate::parse::syslog::SyslogHeader;
use crate::parse::time::Surroundings;
use crate::parse::{cef, leef, syslog};
use crate::read::record::partial;
use crate::read::record::rows::RowColumns;

/// Text of one event that is parsed, in bytes: no sender writes more, and a forged line of millions of keys must not cost memory.
const MAX_PARSED: usize = 1 << 18;

/// An event whose headers and pairs are read.
pub(super) struct ReadEvent<'d> {
    pub(super) event: Event<'d>,
    /// The text that is parsed.
    pub(super) text: &'d str,
    /// The text beyond [`MAX_PARSED`].
    pub(super) beyond: &'d str,
    /// The record, where it is the event itself.
    pub(super) json: Option<Box<JsonRecord<'d>>>,
    /// What the grammars say; `None` where there is no event in the text.
    pub(super) parsed: Option<ParsedEvent<'d>>,
    /// Its header, with what LEEF's attributes say of it.
    pub(super) header: EventHeader<'d>,
    pub(super) syslog: SyslogHeader<'d>,
    /// The number of what the record says of the time, among those that are remembered.
    pub(super) collected: usize,
    /// Where in the record that stands.
    pub(super) collector_field: collected::CollectorField,
    /// The number of the device that wrote the event, among those that are remembered.
    pub(super) device: usize,
    /// The kind of that device, if it is one of the section's product.
    pub(super) device_kind: Option<DeviceKind>,
    pub(super) keyed: EventKeys<'d>,
    pub(super) problems: Problems,
    /// Values of its record were masked: it is counted once, with those of its document.
    pub(super) redacted: bool,
    /// Which fields of the record are the event's.
    pub(super) fields: UsedFields,
    /// The payload of a packet among those fields.
    pub(super) payload: Option<&'d str>,
    /// The event goes on in another line.
    pub(super) is_cut: bool,
}

/// Reads several events, where they stand: they are too large to be moved. `keys` gives empty keys for each; `devices` and `times` are those of
/// earlier events. They go through each step together, as in [`map_events`](super::mapped::map_events).
pub(super) fn read_events<'d>(
    events: &[Event<'d>],
    mut keys: impl FnMut() -> EventKeys<'d>,
    section: &'d CompiledSection,
    devices: &mut Vec<Device>,
    (times, around): (&mut Vec<Collected>, &Surroundings),
    arena: &'d Bump,
) -> Vec<ReadEvent<'d>> {
    let mut read: Vec<_> = events.iter().map(|event| ReadEvent::new(*event, keys())).collect();
    for event in &mut read {
        event.collect_time(section, times, around);
    }
    let mut texts: Vec<_> =
        read.iter_mut().filter_map(|event| event.cut(section, devices, arena).then_some(event)).collect();
    for event in &mut texts {
        event.recognise(section, devices);
    }
    for event in &mut texts {
        event.read_pairs(section, arena);
    }
    for event in texts {
        event.read_syslog_header(section);
    }
    read
}

impl<'d> ReadEvent<'d> {
    /// An event that has not been read. `keyed` is empty.
    fn new(event: Event<'d>, keyed: EventKeys<'d>) -> Self {
        let end = event.text.floor_char_boundary(MAX_PARSED);
        let (text, beyond) = match event.start {
            // The text is the source of the fields: nothing of it is left over.
            EventStart::InFields => ("", ""),
            _ => event.text.split_at_checked(end).unwrap_or((event.text, "")),
        };
        Self {
            event,
            text,
            beyond,
            json: None,
            parsed: None,
            header: EventHeader::default(),
            syslog: SyslogHeader::default(),
            collected: 0,
            collector_field: collected::CollectorField::Nowhere,
            device: 0,
            device_kind: None,
            keyed,
            problems: Problems::default(),
            redacted: false,
            fields: UsedFields::default(),
            payload: None,
            is_cut: false,
        }
    }

    /// Finds what the record says of the time. `times` are those of earlier events.
    fn collect_time(&mut self, section: &CompiledSection, times: &mut Vec<Collected>, around: &Surroundings) {
        let record = self.event.record;
        (self.collected, self.collector_field) = Collected::remember(times, record, section, around);
        if self.collector_field == collected::CollectorField::Nowhere
            && Collected::is_nothing(times, self.collected)
            && Collected::unread_field(self.event.record, section).is_some()
        {
            self.problems.add(Problem::CollectorTimeUnread);
        }
    }

    /// Cuts the event's text into header and pairs. Gives whether there is a text: an event may also be the record, or fields of it, and
    /// then it is read as a whole.
    fn cut(&mut self, section: &'d CompiledSection, devices: &mut Vec<Device>, arena: &'d Bump) -> bool {
        if self.event.start == EventStart::InFields {
            self.read_fields(section, devices, arena);
            return false;
        }
        if let Some(paths) = section.paths_for(self.event.record, self.event.start) {
            self.event.text = self.read_record(self.event.text, section, paths, arena);
            self.beyond = "";
            self.syslog = syslog::parse("");
            if let Some(json) = &self.json {
                self.problems.merge(json.problems());
            }
            return false;
        }
        // A marker beyond the text that is parsed is none.
        let marker = self.event.start.marker().filter(|marker| marker.version <= self.text.len());
        let in_brackets = |marker: Marker| {
            let start = part(self.text, ..marker.start).trim_end().len();
            syslog::repeated_event(self.text, marker.start, start)
        };
        let repeated = marker.and_then(in_brackets);
        self.is_cut = repeated.is_some_and(|event| event.len() >= syslog::LONGEST_REPEATED);
        let columns = self.event.columns;
        self.parsed = parse(self.text, marker, section, columns, arena, self.keyed.pairs(), &mut self.header);
        self.cut_last_value(arena);
        self.mask_columns(section, arena);
        true
    }

    /// Looks up the keys of the pairs, and reads their values.
    fn read_pairs(&mut self, section: &'d CompiledSection, arena: &'d Bump) {
        let names = if section.is_flat { KeyNames::AsWritten } else { KeyNames::FullNamesToo };
        let is_repeated = self.keyed.find_keys(&section.keys, names);
        if is_repeated {
            self.problems.add(Problem::RepeatedKey);
        }
        self.repair_pairs(section);
        self.keyed.read_values(arena);
        section.payloads.cut_quoted(&mut self.keyed, arena);
        if let (true, Some(_), Some(paths)) = (section.is_flat, &self.parsed, section.paths()) {
            let object = flat::as_object(&self.keyed, self.text, section.payloads, arena);
            self.json = match self.without_secrets(object.json, section, arena) {
                None if !is_repeated => Some(JsonRecord::of_texts(&object, paths, section.keys.len(), arena)),
                clean => JsonRecord::read(clean.unwrap_or(object.json), paths, section.keys.len(), arena),
            }
            .map(Box::new);
        }
    }

    /// Reads the syslog header before the event.
    fn read_syslog_header(&mut self, section: &CompiledSection) {
        let Some(parsed) = &self.parsed else {
            self.syslog = SyslogHeader { time: syslog::parse(self.text).time, ..Default::default() };
            return;
        };
        if parsed.delimiter_guessed {
            self.problems.add(Problem::DelimiterGuessed);
        }
        if parsed.format == Format::Leef {
            let HeaderKeys { name, severity } = section.profile.header_keys();
            self.header.name = name.iter().find_map(|key| self.keyed.value(*key)).unwrap_or_default();
            self.header.severity = severity.and_then(|key| self.keyed.value(key)).unwrap_or_default();
        }
        self.syslog = syslog::of_event(parsed.prefix);
        if self.syslog.time.is_none() || self.syslog.priority.is_none() {
            let taken = taken_header(self.event.record);
            self.syslog.priority = self.syslog.priority.or(taken.priority);
            if self.syslog.time.is_none() {
                self.syslog.time = taken.time;
                self.syslog.hostname = self.syslog.hostname.or(taken.hostname);
                self.syslog.appname = self.syslog.appname.or(taken.appname);
            }
        }
    }

    /// Makes the last value of an event that goes on in another line text of no key: the rest of it is not here.
    fn cut_last_value(&mut self, arena: &'d Bump) {
        let Some(parsed) = &mut self.parsed else { return };
        let is_cut =
            self.is_cut || syslog::is_partial(parsed.prefix) || partial::is_partial(self.event.record);
        if !is_cut || self.event.start.marker().is_none() {
            return;
        }
        self.is_cut = true;
        self.problems.add(Problem::EventCut);
        if let Some(Pair { key, raw, .. }) = self.keyed.pairs().pop() {
            let blank = if parsed.unparsed.is_empty() { "" } else { " " };
            parsed.unparsed = arena.alloc_str(&[parsed.unparsed, blank, key, "=", raw].concat());
        }
    }

    /// Reads the JSON of a record that is the event itself, without its secrets. Gives the text that `@message` shows. The event's id is
    /// made of the line as it was.
    fn read_record(
        &mut self,
        text: &'d str,
        section: &'d CompiledSection,
        paths: &'d Paths,
        arena: &'d Bump,
    ) -> &'d str {
        let clean = self.without_secrets(text, section, arena).unwrap_or(text);
        self.json = JsonRecord::read(clean, paths, section.keys.len(), arena).map(Box::new);
        if section.log_type.raw_message == RawMessage::Full { text } else { clean }
    }

    /// The JSON of a record without its secrets, if it has any.
    fn without_secrets(&mut self, json: &str, section: &CompiledSection, arena: &'d Bump) -> Option<&'d str> {
        let clean = section.redactor.clean_text(json, Searched::Json, arena);
        self.redacted |= clean.is_some();
        clean
    }

    /// Masks the secrets of those columns of a row that only their names tell, in the text that `@message` shows too.
    fn mask_columns(&mut self, section: &CompiledSection, arena: &'d Bump) {
        let text = self.event.text;
        let (mut masked, mut kept) = (String::new(), 0);
        for pair in self.keyed.pairs() {
            let column = section.secret_columns.iter().find(|(name, _)| name == pair.key);
            let Some((_, searched)) = column.filter(|_| pair.raw != "-") else { continue };
            let Some(clean) = section.redactor.clean_text(pair.raw, *searched, arena) else { continue };
            self.redacted = true;
            let start = start_in(pair.raw, text);
            if let Some(before) = text.get(kept..start) {
                masked.push_str(before);
                masked.push_str(clean);
                kept = start + pair.raw.len();
            }
            pair.raw = clean;
        }
        if kept > 0 && section.log_type.raw_message != RawMessage::Full {
            masked.push_str(part(text, kept..));
            self.event.text = arena.alloc_str(&masked);
        }
    }

    /// The same for an event that comes as fields of JSON: nothing in it is cut, escaped or joined.
    #[cold]
    fn read_fields(&mut self, section: &'d CompiledSection, devices: &mut Vec<Device>, arena: &'d Bump) {
        let fields = &self.event.record.others;
        let Some(event) = section.profile.read_fields(fields, arena, self.keyed.pairs()) else { return };
        self.header = event.header;
        self.syslog = event.syslog;
        self.payload = event.payload;
        event.read.into_iter().for_each(|at| self.fields.take_other(at));
        self.parsed = Some(ParsedEvent::default());
        self.recognise(section, devices);
        self.keyed.find_keys(&section.keys, KeyNames::AsWritten);
        self.keyed.read_values(arena);
        section.payloads.cut_quoted(&mut self.keyed, arena);
    }

    /// Tells which device wrote the event, and repairs LEEF's attributes as it writes them.
    fn recognise(&mut self, section: &CompiledSection, devices: &mut Vec<Device>) {
        let maker;
        (self.device, maker) = Device::remember(devices, &self.header, section);
        self.device_kind = match maker {
            Maker::Device(kind) => Some(kind),
            Maker::Other => None,
            Maker::AskPairs => {
                let added = &section.log_type.products;
                section.profile.device_by_pairs(&self.header, self.keyed.pairs(), added)
            }
        };
        let Some(parsed) = &self.parsed else { return };
        match self.device_kind {
            Some(_) if parsed.format == Format::Leef => {
                section.profile.repair_attributes(self.keyed.pairs());
            }
            None if section.one_product && !parsed.incomplete_header => {
                self.problems.add(Problem::UnknownProduct);
            }
            _ => {}
        }
    }

    fn repair_pairs(&mut self, section: &CompiledSection) {
        let (Some(parsed), Some(device)) = (&self.parsed, self.device_kind) else { return };
        section.profile.repair_pairs(&mut PairsView {
            text: self.text,
            format: parsed.format,
            device,
            signature_id: self.header.signature_id,
            keyed: &mut self.keyed,
            problems: &mut self.problems,
        });
    }

    /// What sources can be read from.
    pub(super) fn sources<'e>(&'e self, arena: &'d Bump) -> Sources<'e, 'd> {
        let Self { event, syslog, header, device_kind, json, .. } = self;
        Sources { record: event.record, syslog, header, device: *device_kind, json: json.as_deref(), arena }
    }
}

fn parse<'a>(
    text: &'a str,
    marker: Option<Marker>,
    section: &'a CompiledSection,
    columns: Option<&'a RowColumns>,
    arena: &'a Bump,
    pairs: &mut Vec<Pair<'a>>,
    header: &mut EventHeader<'a>,
) -> Option<ParsedEvent<'a>> {
    let mut prefix = "";
    let has_members = || text.trim_start().starts_with('{');
    let flat = match &section.log_type.file_format {
        FileFormat::Text(pattern) => Some(match columns {
            Some(columns) => flat::entry(text, columns, arena, pairs),
            None if section.profile.is_w3c() && has_members() => {
                flat::members(text.trim(), &section.keys, arena, pairs)
            }
            None => flat::groups(text, pattern, arena, pairs).or_else(|| {
                syslog::relayed_lines(text).find_map(|(header, line)| {
                    prefix = header;
                    flat::groups(line, pattern, arena, pairs)
                })
            }),
        }),
        FileFormat::Csv(_) if columns.is_some() && has_members() => {
            Some(flat::members(text.trim(), &section.keys, arena, pairs))
        }
        FileFormat::Csv(delimiter) => {
            Some(columns.and_then(|columns| flat::row(text, *delimiter, columns, arena, pairs)))
        }
        _ => None,
    };
    if let Some(read) = flat {
        return Some(ParsedEvent { prefix, unparsed: read?, ..ParsedEvent::default() });
    }
    let marker = marker?;
    let mut event = match marker.format {
        Format::Cef => cef::parse(text, marker, arena, pairs),
        Format::Leef => leef::parse(text, marker, arena, pairs),
    };
    *header = EventHeader { signature_id: trim(event.header.signature_id), ..event.header };
    // A delimiter field that names no delimiter is text like any other that belongs to no key.
    if let Some(field) = event.unknown_delimiter {
        let blank = if event.unparsed.is_empty() { "" } else { " " };
        event.unparsed = arena.alloc_str(&[field, blank, event.unparsed].concat());
    }
    Some(event)
}
