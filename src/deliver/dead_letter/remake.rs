//! Makes the document of a dead letter once more: from its line, by a configuration that may have changed since, or as it was recorded.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use jiff::Timestamp;
use serde_json::Value;

use super::letter::DeadLetter;
use crate::bytes::json;
use crate::deliver::bulk::index_and_id;
use crate::document::id::Identities;
use crate::load::account::Limits;
use crate::load::batch::Batch;
use crate::load::load;
use crate::map::compiled::{Choice, CompiledSection, CompiledSections};
use crate::map::event::ObjectFacts;
use crate::parse::time;
use crate::parse::time::{Surroundings, Zone};
use crate::read::object::line::LineNumber;
use crate::trigger::object_ref::LineRange;

/// The most equal lines of one object among which the line of a record is searched.
const EQUAL_LINES: u64 = 1_000;

/// The most bytes of equal lines that are parsed again to find one of them.
const EQUAL_BYTES: usize = 64 << 20;

/// What becomes of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remade {
    /// The document that its line gives today: JSON.
    OfLine(Vec<u8>),
    /// The document as it was recorded: the line was not kept, no section takes it, or it gives another number of documents.
    AsRecorded(Vec<u8>),
    /// A rule leaves the document out today.
    Excluded,
    /// The record has neither a line that gives its document nor a document.
    Nothing,
}

impl DeadLetter {
    /// The record's document by the present configuration; `now` becomes its `event.ingested`.
    pub fn remake(&self, sections: &CompiledSections, now: Timestamp) -> Remade {
        let found = self
            .raw_line()
            .zip(self.section(sections))
            .and_then(|(line, section)| self.of_line(&line, section, now));
        match (found, &self.document) {
            (Some(remade), _) => remade,
            (None, Some(document)) => Remade::AsRecorded(document.get().as_bytes().to_vec()),
            (None, None) => Remade::Nothing,
        }
    }

    /// Adds a document to a batch, under the record's own index and `id`, which OpenSearch makes where it is empty.
    pub fn push_to(&self, batch: &mut Batch, id: &str, document: &[u8], line: LineNumber) {
        let mut action = br#"{"index":{"_index":"#.to_vec();
        json::string(&self.index, &mut action);
        if !id.is_empty() {
            action.extend_from_slice(br#","_id":"#);
            json::string(id, &mut action);
        }
        action.extend_from_slice(b"}}");
        batch.push(&action, document, line);
    }

    /// The fields in which a document differs from the recorded one, except the time of loading. `None` means that no document is
    /// recorded.
    pub fn differences(&self, document: &[u8]) -> Option<BTreeSet<String>> {
        let recorded = serde_json::from_str(self.document.as_ref()?.get()).ok()?;
        let mut fields = BTreeSet::new();
        compare(&recorded, &serde_json::from_slice(document).unwrap_or_default(), "", &mut fields);
        fields.remove("event.ingested");
        Some(fields)
    }

    /// The section that takes the record's object today, or else the one that took it.
    fn section<'p>(&self, sections: &'p CompiledSections) -> Option<&'p CompiledSection> {
        if let Choice::Load(section) = sections.for_key(&self.key) {
            return Some(section);
        }
        let mut all = sections.iter();
        let only = all.next().filter(|_| all.next().is_none());
        self.recorded("/@log_type").and_then(|name| sections.named(&name)).or(only)
    }

    fn recorded(&self, pointer: &str) -> Option<String> {
        let document: Value = serde_json::from_str(self.document.as_ref()?.get()).ok()?;
        Some(document.pointer(pointer)?.as_str()?.to_owned())
    }

    fn facts(&self, section: &CompiledSection, now: Timestamp) -> ObjectFacts {
        let zone = section.log_type().event_time.tz.as_ref();
        let by_key = time::in_key(&self.key, zone.unwrap_or(&Zone::UTC));
        // The object was written shortly before the letter; its own time is not recorded.
        let written = self.time.parse().ok();
        ObjectFacts {
            bucket: self.bucket.clone(),
            key: self.key.clone(),
            region: self.recorded("/cloud/region"),
            account: self.recorded("/cloud/account/id"),
            around: Surroundings::new(by_key, written, now),
        }
    }

    fn of_line(&self, line: &[u8], section: &CompiledSection, now: Timestamp) -> Option<Remade> {
        let made = LineDocuments::of(line, 1, section, self.facts(section, now));
        if let Some(document) = made.with_id(&self.id) {
            return Some(Remade::OfLine(document));
        }
        let Some((number, id)) = self.number_among_equals(line, made.events) else {
            // Its id is not made of its content, or another setting made it then: with one event there is no doubt.
            return match (made.events, made.excluded, made.documents.into_iter().next()) {
                (1, 0, Some((_, document))) => Some(Remade::OfLine(document)),
                (1, 1, None) => Some(Remade::Excluded),
                _ => None,
            };
        };
        let made = LineDocuments::of(line, number, section, self.facts(section, now));
        let document = made.with_id(&self.id).or_else(|| made.with_content_id(&id));
        match (document, made.excluded) {
            (Some(document), _) => Some(Remade::OfLine(document)),
            (None, 0) => None,
            (None, _) => Some(Remade::Excluded),
        }
    }

    /// The number of the record's line among equal lines of its object, and the id that its content gives.
    fn number_among_equals(&self, line: &[u8], events: u64) -> Option<(u64, String)> {
        let mut identities = Identities::default();
        let most = u64::try_from(EQUAL_BYTES / line.len().max(1)).unwrap_or(EQUAL_LINES);
        (1..=EQUAL_LINES.min(most).max(1)).find_map(|number| {
            let identity = identities.next(line);
            (0..usize::try_from(events.max(1)).ok()?).find_map(|part| {
                let id = identity.document(part).to_string();
                let behind = self.id.strip_prefix(&id)?;
                (behind.is_empty() || behind.starts_with('_')).then_some((number, id))
            })
        })
    }
}

/// The documents of one line, with their ids.
struct LineDocuments {
    documents: Vec<(String, Vec<u8>)>,
    events: u64,
    excluded: u64,
}

impl LineDocuments {
    /// Makes the documents of a line that stands in its object for the `number`th time.
    fn of(line: &[u8], number: u64, section: &CompiledSection, facts: ObjectFacts) -> Self {
        // A blank line in front keeps a line's first bytes from being taken for those of a compressed object.
        let mut text = b"\n".to_vec();
        for _ in 0..number {
            text.extend_from_slice(line);
            // An object's last line may end in a carriage return of its own, which is none of the line end.
            text.extend_from_slice(b"\r\n");
        }
        let only = LineRange { start: number + 1, end: Some(number + 1) };
        let limits = Limits { lines: Some(only), ..Limits::default() };
        let mut documents = Vec::new();
        let account =
            load(text.as_slice(), section, facts, &limits, &mut |batch: &mut Batch| {
                let pairs = (0..batch.len()).filter_map(|at| batch.pair(at));
                documents.extend(pairs.map(|(action, document)| {
                    (index_and_id(action).unwrap_or_default().1, document.to_vec())
                }));
                ControlFlow::Continue(())
            });
        Self { documents, events: account.documents, excluded: account.exclusions.excluded() }
    }

    fn with_id(&self, id: &str) -> Option<Vec<u8>> {
        let is_it = |(other, _): &&(String, Vec<u8>)| !id.is_empty() && other == id;
        self.documents.iter().find(is_it).map(|(_, document)| document.clone())
    }

    /// The document whose id is made of its content, with another suffix than then.
    fn with_content_id(&self, id: &str) -> Option<Vec<u8>> {
        let found = self.documents.iter().find(|(other, _)| other.starts_with(id));
        found.map(|(_, document)| document.clone())
    }
}

fn compare(one: &Value, other: &Value, path: &str, differences: &mut BTreeSet<String>) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for name in names {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                match (one.get(name), other.get(name)) {
                    (Some(one), Some(other)) => compare(one, other, &path, differences),
                    _ => drop(differences.insert(path)),
                }
            }
        }
        _ if one == other => {}
        _ => drop(differences.insert(path.to_owned())),
    }
}
