//! A record that is the event itself: its own fields become the document, beside those that the table and the log type give it.
//!
//! [`paths`] says what a section wants of its records, [`walk`] finds it in one pass, and what the walk leaves is copied into the document
//! as it stands in the text.

pub(crate) mod paths;
pub(crate) mod value;
mod splice;
mod walk;

use std::mem::take;

use bumpalo::Bump;

use self::paths::Paths;
use self::splice::{Written, splice};
use self::value::{text_of, value_of};
use self::walk::{Carried, Edit, Found, Moved, walk, walk_texts};
pub(super) use self::walk::{TextMember, TextObject};
use super::compiled::CompiledSection;
use super::names::field_name;
use crate::bytes::json::EventText;
use crate::bytes::slice;
use crate::document::field_list::FieldId;
use crate::document::fields::Fields;
use crate::document::problem::{Problem, Problems};
use crate::document::row::Row;
use crate::document::trace::Step;
use crate::document::value::Value;
use crate::parse::pairs::event_keys::{KeyId, is_empty_value};
use crate::read::record::repaired;

/// Fields that the loader gives every document after the table: no record decides about them.
const OF_THE_LOADER: [FieldId; 3] = [FieldId::EVENT_MODULE, FieldId::ECS_VERSION, FieldId::EVENT_INGESTED];

/// Members that one document takes under the prefix.
const MAX_MOVED: usize = 100;

/// A record whose text has been walked over.
#[derive(Debug)]
pub(crate) struct JsonRecord<'a> {
    text: &'a str,
    /// The record's own fields go under the prefix.
    prefixed: bool,
    found: Found<'a>,
    /// Members that the log type adds: the path of their object, and their JSON without braces.
    pub(super) added: Vec<(&'a str, &'a str)>,
}

impl<'a> JsonRecord<'a> {
    /// Reads the object that `text` is. Nothing if it is none.
    pub(super) fn read(text: &'a str, paths: &'a Paths, keys: usize, arena: &'a Bump) -> Option<Self> {
        let (mut text, mut found) = match walk(text, paths, keys, arena) {
            Ok(found) => (text, found),
            Err(_) => {
                let text = &*arena.alloc_str(&repaired(text)?);
                (text, walk(text, paths, keys, arena).ok()?)
            }
        };
        // A document is one line, and some of it is the record's own text. Inside of strings line ends are escaped.
        if memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_some() {
            text = arena.alloc_str(&text.replace(['\n', '\r'], ""));
            found = walk(text, paths, keys, arena).ok()?;
        }
        Some(Self { text, prefixed: paths.prefixed, found, added: Vec::new() })
    }

    /// The same for an object of texts, of which no two have one name.
    pub(super) fn of_texts(object: &TextObject<'a>, paths: &'a Paths, keys: usize, arena: &'a Bump) -> Self {
        let found = walk_texts(object, paths, keys, arena);
        Self { text: object.json, prefixed: paths.prefixed, found, added: Vec::new() }
    }

    /// What was odd about it.
    pub(super) fn problems(&self) -> &Problems {
        &self.found.problems
    }

    /// Whether it has so many values that the section wants that it is an event of the section for sure.
    pub(super) fn has_values(&self) -> bool {
        self.found.values.iter().flatten().count() >= CompiledSection::FEWEST_MEMBERS
    }

    /// The JSON of a wanted value.
    #[inline]
    pub(crate) fn raw(&self, key: KeyId) -> Option<&'a str> {
        self.found.values.get(usize::from(key.0)).copied().flatten()
    }

    /// Puts what the record says of fields of ours there, where no line of the table has filled them, and the rest of what cannot have
    /// its own name under the prefix.
    pub(super) fn settle(
        &mut self,
        section: &CompiledSection,
        row: &mut Row<'a>,
        arena: &'a Bump,
        problems: &mut Problems,
    ) {
        row.trace.step(Step::LeftOver);
        if let Some(paths) = section.paths() {
            self.place_added(paths, arena);
        }
        let Found { offered, moved, .. } = &mut self.found;
        for offer in offered.iter() {
            let is_free = !row.has(offer.field) && !OF_THE_LOADER.contains(&offer.field);
            let value = if is_free { value_of(offer.raw, offer.kind, arena) } else { None };
            match value {
                Some(value) => row.set(offer.field, value),
                None => moved.push(Moved { path: offer.path, raw: offer.raw }),
            }
        }
        problems.add_many(Problem::KeyMoved, moved.len() as u64);
        problems.add_many(Problem::TooManyKeys, moved.len().saturating_sub(MAX_MOVED) as u64);
        for Moved { path, raw } in moved.iter().take(MAX_MOVED) {
            let text = text_of(raw, arena);
            if !is_empty_value(text) {
                row.leave_over(field_name(path, section, row, arena), Value::Text(text));
            }
        }
    }

    /// Puts members that the log type adds to an object of the record into its text, where the walk has found the object, and no member
    /// of theirs in it. Otherwise they are added when the document is written.
    fn place_added(&mut self, paths: &Paths, arena: &'a Bump) {
        let mut added = take(&mut self.added);
        added.retain(|(path, members)| {
            let Some(end) = self.end_of_object(path, paths) else { return true };
            let Some(root) = self.found.carried.first_mut() else { return true };
            let number = root.edits.partition_point(|edit| edit.start < end);
            if number.checked_sub(1).and_then(|last| root.edits.get(last)).is_some_and(|last| last.end > end)
            {
                return true;
            }
            let name = path.rsplit('.').next().unwrap_or_default();
            let with = arena.alloc_str(&[",\"", name, "\":{", members, "}"].concat());
            root.edits.insert(number, Edit { start: end, end, with });
            false
        });
        self.added = added;
    }

    /// The closing brace of the object in which the object of this path is to be made.
    fn end_of_object(&self, path: &str, paths: &Paths) -> Option<usize> {
        let (outer, _) = path.rsplit_once('.')?;
        if self.prefixed || self.raw(paths.key_at(path)?).is_some() {
            return None;
        }
        let outer = self.raw(paths.key_at(outer)?).filter(|raw| raw.starts_with('{'))?;
        slice::start_in(outer, self.text).checked_add(outer.len() - 1)
    }

    /// Writes the document: the values of the row, and what of the record goes beside them. Gives the number of strings that were cut.
    pub(super) fn write(
        &self,
        row: &Row<'_>,
        fields: &Fields,
        text: EventText<'_>,
        out: &mut Vec<u8>,
    ) -> u32 {
        let start = out.len();
        let cut = row.write_json(fields, text, out);
        let mut document = Written { start, own: start };
        let mut members = Vec::new();
        for carried in self.found.carried.iter().filter(|carried| !carried.is_empty) {
            let path = if self.prefixed { fields.prefix() } else { carried.path };
            if path.is_empty() {
                // The closing brace makes room.
                out.pop();
                document.own = out.len();
                out.push(b',');
                copy(self.text, carried, out);
                out.push(b'}');
            } else {
                members.clear();
                copy(self.text, carried, &mut members);
                splice(out, &mut document, path, &members);
            }
        }
        for (path, members) in &self.added {
            if path.is_empty() {
                out.pop();
                out.extend([b",", members.as_bytes(), b"}"].into_iter().flatten());
            } else if self.prefixed {
                let path = [fields.prefix(), path].join(".");
                splice(out, &mut document, &path, members.as_bytes());
            } else {
                splice(out, &mut document, path, members.as_bytes());
            }
        }
        cut
    }
}

/// Copies the members of an object.
fn copy(text: &str, carried: &Carried<'_>, out: &mut Vec<u8>) {
    let mut at = carried.start;
    for Edit { start, end, with } in &carried.edits {
        out.extend_from_slice(slice::part(text, at..*start).as_bytes());
        out.extend_from_slice(with.as_bytes());
        at = *end;
    }
    out.extend_from_slice(slice::part(text, at..carried.end).as_bytes());
}
