//! A section of user.ini made ready for events: its fields numbered, its keys numbered, its table compiled.
//!
//! Made once at start-up. Does not know events.

use std::collections::{BTreeSet, HashSet};

use bumpalo::Bump;
use foldhash::fast::RandomState;

use super::exclude::rules::Rules;
use super::exclude::{Matcher, PatternTarget};
use super::record::paths::{Paths, WantedPaths, Wish};
use super::sources;
use crate::bytes::hex::hex;
use crate::config::diagnostic::{Diagnostic, File, Position, has_errors};
use crate::config::log_type::{FileFormat, LogType, Rotation, SourceName};
use crate::config::{Config, UnloadedSection};
use crate::document::convert::convert;
use crate::document::ecs::Type;
use crate::document::field_list::FieldId;
use crate::document::fields::{self, Fields};
use crate::document::origin::{Origin, RecordField};
use crate::log_types::event::{KnownKeys, SourceCondition};
use crate::log_types::record_fields;
use crate::log_types::{self, Profile};
use crate::packet::quoted::Payloads;
use crate::packet::redaction::{Redactor, Searched};
use crate::parse::marker::EventStart;
use crate::parse::pairs::event_keys::KeyTable;
use crate::read::record::event_fields;
use crate::read::record::fluentd::{Record, time_fields};
use crate::read::record::raw::{Delimiter, members, raw_records};
use crate::read::record::rows::{RowColumns, Shape, column};

/// What documents say of the container that wrote an event.
pub(super) const CONTAINER: [&str; 3] = ["container.id", "container.name", "cloud.instance.id"];

/// A section, compiled.
#[derive(Clone, Debug)]
pub struct CompiledSection {
    pub(crate) log_type: LogType,
    /// What its log type has to say beyond the table.
    pub(crate) profile: &'static dyn Profile,
    /// Where the values of the paths that the profile names come from.
    pub(crate) profile_origins: Vec<Origin>,
    pub(crate) payloads: Payloads,
    pub(crate) redactor: Redactor,
    /// Columns of rows that hold a part of a request or a secret, by their names.
    pub(crate) secret_columns: Vec<(String, Searched)>,
    pub(crate) fields: Fields,
    pub(crate) keys: KeyTable,
    /// What it wants of records that are the events themselves; nothing where each record holds the text of an event.
    wanted: Option<WantedPaths>,
    /// Lines are rows of texts with names, and no JSON.
    pub(crate) is_flat: bool,
    /// The members of its events, where they are objects of JSON of a known form, without those that collectors write too.
    members: HashSet<String, RandomState>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) statics: Vec<(FieldId, Vec<String>)>,
    pub(crate) time_keys: Vec<Origin>,
    pub(crate) doc_id: Option<Origin>,
    pub(crate) doc_id_suffix: Option<Origin>,
    /// user.ini has switched `event.kind` off.
    pub(crate) kind_is_off: bool,
    pub(crate) exclusion: Option<Matcher>,
    pub(crate) own_log_group: Option<String>,
    /// All its events should be of one product: others are counted.
    pub(crate) one_product: bool,
    /// Action lines have an `_id`.
    pub(crate) ids: bool,
}

/// All sections, compiled.
#[derive(Clone, Debug)]
pub struct CompiledSections {
    /// In the order of the files.
    sections: Vec<CompiledSection>,
    /// Sections that are left out because they have errors.
    faulty: Vec<UnloadedSection>,
    /// Sections that are passed over because their objects are in a format that is not read yet.
    passed_over: Vec<UnloadedSection>,
    /// SHA-256 of the configuration.
    fingerprint: [u8; 32],
    /// What is odd about the files and the rules.
    warnings: Vec<Diagnostic>,
    /// Those of the warnings that are about a key which is not known, with the key.
    unknown_keys: Vec<(String, Diagnostic)>,
}

/// What becomes of an S3 key.
#[derive(Clone, Copy, Debug)]
pub enum Choice<'p> {
    /// It is loaded by this section.
    Load(&'p CompiledSection),
    /// The section of this name takes such keys, but its `s3_key_ignored` leaves this one out.
    Ignored(&'p str),
    /// It belongs to the section of this name, which has errors, so that no event can be mapped by it.
    Faulty(&'p str),
    /// It belongs to the section of this name, whose objects are in a format that is not read yet.
    PassedOver(&'p str),
    /// No section's `s3_key` matches.
    Unknown,
}

/// One line of the table: the field and where its value comes from.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) field: FieldId,
    pub(crate) kind: Type,
    pub(crate) origins: Vec<Origin>,
    /// What it asks of an event.
    pub(crate) condition: Option<SourceCondition>,
    /// The field takes the values of all origins, not of the first that has one.
    pub(crate) is_list: bool,
}

impl CompiledSection {
    /// Compiles a section.
    ///
    /// # Errors
    ///
    /// A field that would be both a value and an object, or more fields than a document can have.
    pub fn new(mut log_type: LogType) -> Result<Self, Box<Diagnostic>> {
        let added = places(&log_type).map(|(field, _)| field.as_str());
        let named = log_types::named(&log_type.name, log_type.is_scripted);
        let profile = named.unwrap_or(log_types::default_profile());
        let added = added.chain(profile.added_fields().iter().copied());
        let of_container = if log_type.firelens.is_some() { CONTAINER.as_slice() } else { &[] };
        let added = added.chain(of_container.iter().copied());
        let fields = Fields::new(&log_type.field_prefix, profile.own_fields(), added)
            .map_err(|error| contradiction(&log_type, &error))?;
        // What could not be understood says so, whatever user.ini switches off.
        let is_kind = |name: &&String| *name == "event.kind";
        let kind_is_off = log_type.switched_off.iter().any(|name| is_kind(&name));
        let off = log_type.switched_off.iter().filter(|name| !is_kind(name));
        let fields = fields.without(off.map(String::as_str));
        let known = profile.known_keys();
        let is_json = matches!(log_type.file_format, FileFormat::Json);
        let is_flat = matches!(log_type.file_format, FileFormat::Text(_) | FileFormat::Csv(_));
        let are_events = is_flat || (is_json && named.is_none_or(|profile| profile.takes_records()));
        let wanted = are_events.then(|| {
            let mut wanted = WantedPaths::new(log_type.is_prefix_set);
            if profile.takes_records() && !log_type.is_prefix_set {
                let known = record_fields::of(&log_type.name);
                known.for_each(|field| wanted.add(field.name, Wish::Known(field.kind)));
            }
            wanted
        });
        let (wanted, of_flat) = if is_flat { (None, wanted) } else { (wanted, None) };
        let mut sources = SourceCompiler {
            known,
            keys: KeyTable::new(known.names, known.aliases),
            wanted,
            records: is_json,
            rows: matches!(log_type.file_format, FileFormat::Csv(_)),
        };
        let mut rules = Vec::new();
        for mapping in &log_type.mappings {
            let Some(field) = fields.id(&mapping.field) else { continue };
            let origins: Vec<_> = mapping.sources.iter().map(|source| sources.origin(source)).collect();
            let condition = match origins.as_slice() {
                [Origin::Key { key, .. }] if mapping.built_in => profile.condition(&mapping.field, *key),
                _ => None,
            };
            rules.push(Rule {
                field,
                kind: fields.kind(field),
                origins,
                condition,
                is_list: mapping.is_list,
            });
        }
        rules.shrink_to_fit();
        let statics = log_type
            .statics
            .iter()
            .filter_map(|constant| {
                Some((fields.id(&constant.field)?, constant.values().map(ToOwned::to_owned).collect()))
            })
            .collect();
        if sources.wanted.is_some() && log_type.event_time.keys.is_empty() {
            log_type.event_time.keys.push(SourceName::Key("@timestamp".to_owned()));
        }
        let time_keys = log_type.event_time.keys.iter().map(|source| sources.origin(source)).collect();
        let doc_id = log_type.doc_id.as_ref().map(|source| sources.origin(source));
        let doc_id_suffix = log_type.doc_id_suffix.as_ref().map(|source| sources.origin(source));
        let profile_origins = profile.paths().iter();
        let profile_origins =
            profile_origins.map(|path| sources.origin(&SourceName::Key((*path).to_owned()))).collect();
        let SourceCompiler { keys, wanted, .. } = sources;
        let mut wanted = wanted.or(of_flat);
        if let Some(wanted) = &mut wanted {
            log_type.json_to_text.iter().for_each(|path| wanted.add(path.clone(), Wish::AsText));
            let renamed = log_type.renamed.iter();
            renamed.for_each(|(new, old)| wanted.add(old.clone(), Wish::Renamed(new.as_str().into())));
            profile.dropped().iter().for_each(|path| wanted.add(*path, Wish::LeftOut));
            wanted.shrink();
        }
        // One mention is the built-in one: who adds the name once more wants it out.
        for name in profile.identifiers() {
            let keys = &mut log_type.redaction.keys;
            if let Some(at) = keys.iter().position(|key| key == name) {
                keys.remove(at);
            }
        }
        let one_product = !is_flat
            && (named.is_some_and(|profile| !profile.takes_records()) || !log_type.products.is_empty());
        let redactor = Redactor::new(&log_type.redaction, &log_type.redact_headers, None);
        let mut section = Self {
            members: HashSet::default(),
            secret_columns: secret_columns(&log_type, profile, &redactor),
            redactor,
            log_type,
            profile,
            profile_origins,
            payloads: Payloads(profile.payload_key()),
            fields,
            keys,
            wanted,
            is_flat,
            rules,
            statics,
            time_keys,
            doc_id,
            doc_id_suffix,
            kind_is_off,
            exclusion: None,
            one_product,
            own_log_group: None,
            ids: true,
        };
        let has_members = is_json || matches!(section.log_type.file_format, FileFormat::Csv(_));
        if has_members && section.profile.takes_records() {
            let names = section.names().filter_map(|name| Some(name.split('.').next()?.to_owned()));
            section.members = names.filter(|name| !is_collectors(name)).collect();
        }
        Ok(section)
    }

    /// The section.
    pub fn log_type(&self) -> &LogType {
        &self.log_type
    }

    /// The fields that its documents can have.
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The names of its rows in objects that name none, and the shapes that its log type's records are known to have.
    pub(crate) fn row_columns(&self) -> RowColumns {
        let shape = |name: &String| {
            let kind = record_fields::of(&self.log_type.name)
                .find(|field| field.name == name)
                .map(|field| field.kind);
            match kind {
                Some(Type::Ip) => Shape::Address,
                Some(Type::Long) => Shape::Number,
                _ => Shape::Any,
            }
        };
        let mut forms = self.log_type.csv_columns.iter().map(|names| RowColumns {
            names: names.as_slice().into(),
            shapes: names.iter().map(shape).collect(),
            ..RowColumns::default()
        });
        let first = forms.next().unwrap_or_default();
        RowColumns { others: forms.collect(), ..first }
    }

    /// The names of values that it knows: those that its table and its profile read, those of its rows and of its log type's records.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        let LogType { name, mappings, event_time, doc_id, doc_id_suffix, csv_columns, .. } = &self.log_type;
        let sources = mappings.iter().flat_map(|mapping| &mapping.sources).chain(&event_time.keys);
        let read = sources.chain(doc_id).chain(doc_id_suffix).map(SourceName::name);
        let of_records = record_fields::of(name).map(|field| field.name);
        let read = read.chain(self.profile.paths().iter().copied()).chain(of_records);
        read.chain(csv_columns.iter().flatten().map(String::as_str)).map(ToOwned::to_owned)
    }

    /// Whether it tells its events from other objects of JSON by their members.
    pub(crate) fn knows_members(&self) -> bool {
        !self.members.is_empty()
    }

    /// Whether an object of JSON has a member that the events of the section have, where those are known.
    pub(crate) fn has_member_of(&self, json: &str) -> bool {
        !self.knows_members()
            || members(json).unwrap_or_default().keys().any(|name| self.members.contains(&**name))
    }

    /// So many members tell an event: a few of them are words that collectors may use as well.
    pub(crate) const FEWEST_MEMBERS: usize = 3;

    /// Whether a text of JSON is an event of the section, or holds a list of them: it has members that only they have.
    pub(crate) fn is_event(&self, json: &str) -> bool {
        let json = json.trim();
        if !json.starts_with('{') {
            return false;
        }
        let delimiter = self.log_type.json_delimiter.as_deref().map(Delimiter::new);
        let mut records = Vec::new();
        raw_records(json, delimiter.as_ref(), &mut records);
        let first = records.first().filter(|first| first.json);
        let members = first.and_then(|first| members(&first.raw)).unwrap_or_default();
        members.keys().filter(|name| self.members.contains(&***name)).count() >= Self::FEWEST_MEMBERS
    }

    /// Whether the JSON of a line holds events, which are objects of their own, and not the text of one.
    pub(crate) fn holds_events(&self) -> bool {
        let LogType { json_delimiter, event_time, .. } = &self.log_type;
        let from_envelope =
            |source: &SourceName| matches!(source, SourceName::Key(name) if name == "cwe_timestamp");
        self.takes_json()
            && (self.profile.takes_records()
                || json_delimiter.is_some()
                || event_time.keys.iter().any(from_envelope))
    }

    /// Whether an object of JSON can be an event of the section, and not only hold the text of one.
    pub(crate) fn takes_json(&self) -> bool {
        self.wanted.is_some() && !self.is_flat
    }

    /// What is wanted of this record, if it is the event itself: it is JSON, and no event starts in a text of it.
    pub(crate) fn paths_for(&self, record: &Record<'_>, start: EventStart) -> Option<&Paths> {
        let is_event = record.json && !record.raw.is_empty() && start.marker().is_none();
        if is_event && !self.is_flat { self.paths() } else { None }
    }

    /// What is wanted of events that are records, or rows of texts with names.
    pub(crate) fn paths(&self) -> Option<&Paths> {
        self.wanted.as_ref().map(|wanted| wanted.tree(&self.fields))
    }

    fn exclude(&mut self, rules: &Rules) {
        let Self { fields, keys, wanted, log_type, profile, .. } = self;
        let rows = matches!(log_type.file_format, FileFormat::Csv(_));
        let records = matches!(log_type.file_format, FileFormat::Json);
        let known = profile.known_keys();
        let mut sources =
            SourceCompiler { known, keys: std::mem::take(keys), wanted: wanted.take(), records, rows };
        let target = |name: &str, named: &SourceName| {
            // A plain name is a key of the event, as it is in the table, even where a field has the same name.
            let is_field = name.contains('.') || name.starts_with('@');
            if let Some(field) = is_field.then(|| fields.id(name)).flatten() {
                return PatternTarget::Field(field);
            }
            let behind_prefix = name.strip_prefix(fields.prefix()).and_then(|name| name.strip_prefix('.'));
            PatternTarget::Origin(match behind_prefix {
                Some(key) => sources.origin(&SourceName::Key(key.to_owned())),
                None => sources.origin(named),
            })
        };
        self.exclusion = Matcher::new(rules, &self.log_type.name, target);
        (self.keys, self.wanted) = (sources.keys, sources.wanted);
    }
}

impl CompiledSections {
    /// Compiles all sections.
    ///
    /// # Errors
    ///
    /// A field that would be both a value and an object, a constant that does not fit its field, or a line for a field that the
    /// loader itself fills, each with its place.
    pub fn new(config: Config) -> Result<Self, Vec<Diagnostic>> {
        let mut sections = Vec::new();
        let mut findings = Vec::new();
        let Config { log_types, fingerprint, mut warnings, mut faulty, passed_over, only_sound } = config;
        let mut unknown_keys = Vec::new();
        for log_type in log_types {
            let may_be_left_out = only_sound && !log_type.built_in;
            let (name, s3_key) = (log_type.name.clone(), log_type.s3_key.clone());
            let compiled = CompiledSection::new(log_type).map_err(|finding| vec![*finding]);
            let checked = compiled.and_then(|section| {
                let found = [misfits(&section), sources::faults(&section.log_type)].concat();
                if has_errors(&found) {
                    return Err(found);
                }
                warnings.extend(found);
                Ok(section)
            });
            match checked {
                Ok(section) => {
                    unknown_keys.extend(sources::unknown_keys(&section.log_type, section.profile));
                    sections.push(section);
                }
                Err(found) if may_be_left_out => {
                    warnings.extend(found);
                    faulty.push(UnloadedSection { name, s3_key: Some(s3_key), before: sections.len() });
                }
                Err(found) => findings.extend(found),
            }
        }
        warnings.extend(unknown_keys.iter().map(|(_, finding)| finding.clone()));
        findings.sort_by_key(|finding| (finding.position.line, finding.position.column));
        if findings.is_empty() {
            Ok(Self { sections, fingerprint, faulty, passed_over, warnings, unknown_keys })
        } else {
            Err([warnings, findings].concat())
        }
    }

    /// With rules that leave documents out: the texts of `exclude_log_patterns.csv` and of files with JMESPath conditions.
    ///
    /// # Errors
    ///
    /// What is wrong with a file, with its places.
    pub fn excluding(mut self, files: &[File]) -> Result<Self, Vec<Diagnostic>> {
        let names: Vec<&str> = self.sections.iter().map(|section| section.log_type.name.as_str()).collect();
        let rules = match Rules::read(files, &names) {
            Ok(rules) => rules,
            Err(findings) => return Err([self.warnings, findings].concat()),
        };
        for section in &mut self.sections {
            let unknown =
                sources::unknown_fields(&section.log_type, &section.fields, section.profile, &rules);
            self.warnings.extend(unknown.iter().map(|(_, finding)| finding.clone()));
            self.unknown_keys.extend(unknown);
            section.exclude(&rules);
        }
        self.warnings.extend(rules.findings);
        Ok(self)
    }

    /// With a key by which redacted values stay comparable, in sections that ask for it.
    #[must_use]
    pub fn with_redact_key(mut self, key: Option<&str>) -> Self {
        let asks = |section: &&mut CompiledSection| section.log_type.redaction.hash;
        for section in self.sections.iter_mut().filter(asks) {
            let LogType { redaction, redact_headers, .. } = &section.log_type;
            section.redactor = Redactor::new(redaction, redact_headers, key.map(str::as_bytes));
            if key.is_none() {
                let name = &section.log_type.name;
                let message = format!(
                    "section [{name}]: 'redact = hash' has no key, values are masked by their length"
                );
                let finding = Diagnostic::warning(&Position::start("environment"), message);
                self.warnings.push(finding.help("set ES_LOADER_REDACT_KEY to a secret text"));
            }
        }
        self
    }

    /// Without the records that CloudWatch Logs sends from this log group, the process's own.
    pub fn without_own_log(mut self, log_group: &str) -> Self {
        for section in &mut self.sections {
            section.own_log_group = Some(log_group.to_owned());
        }
        self
    }

    /// What is odd about the configuration, and then about the rules that leave documents out.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The same, with documents that get their `_id` from OpenSearch: the one kind that time-series collections of OpenSearch
    /// Serverless take. What is sent twice is there twice then.
    pub fn without_ids(mut self) -> Self {
        self.sections.iter_mut().for_each(|section| section.ids = false);
        self
    }

    /// The same, without warnings about keys that are met in a sample after all.
    #[must_use]
    pub fn knowing(mut self, is_in_sample: impl Fn(&str) -> bool) -> Self {
        let Self { warnings, unknown_keys, .. } = &mut self;
        unknown_keys.retain(|(key, _)| is_in_sample(key));
        warnings.retain(|warning| unknown_keys.iter().all(|(_, known)| known != warning));
        self
    }

    /// The section for an S3 key: the first whose `s3_key` matches.
    pub fn for_key(&self, key: &str) -> Choice<'_> {
        let found = self.sections.iter().position(|section| section.log_type.s3_key.is_match(key));
        let first = found.unwrap_or(usize::MAX);
        let mut passed_over = self.passed_over.iter().filter(|section| section.before <= first);
        if let Some(section) = passed_over.find(|section| section.takes(key)) {
            return Choice::PassedOver(&section.name);
        }
        match found.and_then(|at| self.sections.get(at)) {
            None => {
                let faulty = self.faulty.iter().find(|section| section.takes(key));
                faulty.map_or(Choice::Unknown, |faulty| Choice::Faulty(&faulty.name))
            }
            Some(section) if section.log_type.ignores(key) => Choice::Ignored(&section.log_type.name),
            Some(section) => Choice::Load(section),
        }
    }

    /// The section of a name.
    pub fn named(&self, name: &str) -> Option<&CompiledSection> {
        self.sections.iter().find(|section| section.log_type.name == name)
    }

    /// The names that sections write to as to an alias: those of `index_rotation = auto`.
    pub fn aliases(&self) -> BTreeSet<&str> {
        let indices = self.sections.iter().map(|section| &section.log_type.index);
        indices.filter(|index| index.rotation == Rotation::Auto).map(|index| index.name.as_str()).collect()
    }

    /// SHA-256 of the configuration, in hexadecimal digits: [`Config::fingerprint`].
    pub fn fingerprint(&self) -> String {
        hex(&self.fingerprint)
    }

    /// All sections in the order of the files.
    pub fn iter(&self) -> impl Iterator<Item = &CompiledSection> {
        self.sections.iter()
    }
}

/// Whether collectors write a member of this name into their records.
fn is_collectors(name: &str) -> bool {
    RecordField::ALL.iter().any(|field| field.name() == name)
        || time_fields().contains(&name)
        || event_fields::is_name(name)
}

/// The place of the line that brings the contradiction in: the later of the two, as the other may be built in.
fn contradiction(log_type: &LogType, error: &fields::Error) -> Box<Diagnostic> {
    let (is_meant, help): (&dyn Fn(&str) -> bool, _) = match error {
        fields::Error::ValueAndObject { value, inside } => {
            (&move |field| field == value || field == inside, "give the field of this line another name")
        }
        fields::Error::TooMany { .. } => (&|_| true, "take lines out, or part them between sections"),
    };
    let position = places(log_type).filter(|(field, _)| is_meant(field)).map(|(_, position)| position).last();
    let nowhere = Position::start(&log_type.name);
    Box::new(
        Diagnostic::error(position.unwrap_or(&nowhere), format!("section [{}]: {error}", log_type.name))
            .help(help),
    )
}

fn places(log_type: &LogType) -> impl Iterator<Item = (&String, &Position)> {
    let mappings = log_type.mappings.iter().map(|mapping| (&mapping.field, &mapping.position));
    mappings.chain(log_type.statics.iter().map(|constant| (&constant.field, &constant.position)))
}

/// Lines that could never have an effect.
fn misfits(section: &CompiledSection) -> Vec<Diagnostic> {
    let arena = Bump::new();
    let misfit =
        |position: &Position, message: String, help: &str| Diagnostic::error(position, message).help(help);
    let constants = section.log_type.statics.iter().filter(|constant| {
        let kind = section.fields.id(&constant.field).map(|field| section.fields.kind(field));
        let misfits = |kind: Type| constant.values().any(|value| convert(value, kind, &arena).is_none());
        kind.is_some_and(misfits)
    });
    let owned = [FieldId::TIMESTAMP_SOURCE, FieldId::TIMESTAMP_DOUBT];
    let is_owned = |field: &str| section.fields.id(field).is_some_and(|id| owned.contains(&id));
    let taken = places(&section.log_type).filter(|(field, _)| is_owned(field));
    constants
        .map(|constant| {
            let message =
                format!("constant '{}' does not fit the type of {}", constant.value, constant.field);
            misfit(&constant.position, message, "write a value of the field's type, or choose another field")
        })
        .chain(taken.map(|(field, position)| {
            misfit(position, format!("field {field} is filled by the loader itself"), "choose another name")
        }))
        .collect()
}

/// The source that is the time by which CloudWatch Logs took an event.
const OF_CLOUDWATCH: &str = "cwl_timestamp";

/// The keys that a section knows, in the making.
struct SourceCompiler {
    known: KnownKeys,
    keys: KeyTable,
    wanted: Option<WantedPaths>,
    /// Lines are JSON: three names mean fluentd's own fields of the record around an event. Elsewhere there is no record.
    records: bool,
    /// Lines are rows, whose columns have no hyphens in their names.
    rows: bool,
}

impl SourceCompiler {
    /// Where the value of a source comes from. A name that nobody has asked for yet gets a number.
    fn origin(&mut self, source: &SourceName) -> Origin {
        match source {
            // An event that is text has no record of its own: the one around it is that of CloudWatch Logs.
            SourceName::Key(name) if name == OF_CLOUDWATCH && !self.records => {
                Origin::Record(RecordField::Timestamp, None)
            }
            SourceName::Key(name) => {
                let name = &*if self.rows { column(name) } else { name.into() };
                let own = RecordField::ALL.into_iter().find(|field| field.name() == name);
                let field = own.filter(|_| self.records);
                let is_known = self.known.names.contains(&name);
                let of_key = |key| Origin::Key { key, name: name.into(), is_known };
                let Some(wanted) = &mut self.wanted else {
                    return match field {
                        Some(field) => Origin::Record(field, None),
                        None => of_key(self.keys.add(name)),
                    };
                };
                let key = self.keys.add(name);
                wanted.add(name.to_owned(), Wish::Key(key));
                match field {
                    Some(field) => Origin::Record(field, Some(key)),
                    None => of_key(key),
                }
            }
            SourceName::Header(field) => Origin::Header(*field),
            SourceName::Syslog(field) => Origin::Syslog(*field),
        }
    }
}

/// The columns of a section's rows in which nothing but their name tells that they hold a part of a request or a secret: queries, headers,
/// and those that have the name of a header or a member that is to be redacted.
fn secret_columns(log_type: &LogType, profile: &dyn Profile, redactor: &Redactor) -> Vec<(String, Searched)> {
    let FileFormat::Text(pattern) = &log_type.file_format else { return Vec::new() };
    let queries = log_type
        .mappings
        .iter()
        .filter(|mapping| matches!(mapping.field.as_str(), "url.query" | "url.fragment"))
        .flat_map(|mapping| mapping.sources.iter().map(|source| (source.name().to_owned(), Searched::Query)));
    let headers = profile.header_columns().iter().filter_map(|(column, header)| {
        let searched = header.map_or(Some(Searched::Headers), |header| redactor.column(header))?;
        Some(((*column).to_owned(), searched))
    });
    let named = pattern.names().filter_map(|name| Some((name.to_owned(), redactor.column(name)?)));
    queries.chain(headers).chain(named).collect()
}
