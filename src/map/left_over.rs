//! What has found no field: it goes under the prefix, and what is too much of it becomes text.
//!
//! Does not know what a key means.

use std::collections::HashMap;

use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};
use foldhash::fast::RandomState;

use super::compiled::CompiledSection;
use super::names::{field_name, free_name};
use super::table::UsedFields;
use crate::bytes::trim::trim;
use crate::document::field_list::FieldId;
use crate::document::problem::{Problem, Problems};
use crate::document::row::{MAX_STRING, Row};
use crate::document::value::{Leftover, Value};
use crate::packet::quoted::behind_payload;
use crate::parse::pairs::event_keys::{EventKeys, is_empty_value};
use crate::read::record::fluentd::Record;

/// Unknown keys that one document takes.
const MAX_LEFTOVERS: usize = 100;

/// Values that one unknown key takes.
const MAX_VALUES: usize = 100;

/// Up to so many groups, a walk is quicker than a map.
const FEW: usize = 8;

/// All values of one key that has found no field.
struct LeftOverKey<'a> {
    key: &'a str,
    /// The key is one that the section knows.
    is_known: bool,
    values: ArenaVec<'a, &'a str>,
}

/// Keys that have found no field, each with its values, in the order of the event.
struct Groups<'a> {
    groups: ArenaVec<'a, LeftOverKey<'a>>,
    /// The place of each key, once there are more than [`FEW`]: an event may have thousands of keys.
    places: HashMap<&'a str, usize, RandomState>,
}

impl<'a> Groups<'a> {
    fn new(arena: &'a Bump) -> Self {
        Self { groups: ArenaVec::new_in(arena), places: HashMap::default() }
    }

    fn find(&mut self, key: &str) -> Option<&mut LeftOverKey<'a>> {
        if self.places.is_empty() {
            return self.groups.iter_mut().find(|group| group.key == key);
        }
        self.places.get(key).and_then(|place| self.groups.get_mut(*place))
    }

    fn add(&mut self, group: LeftOverKey<'a>) {
        self.groups.push(group);
        if self.groups.len() > FEW {
            let known = self.places.len();
            self.places.extend(self.groups.iter().map(|group| group.key).zip(0..).skip(known));
        }
    }
}

/// What the pairs of an event leave over.
pub(super) struct LeftOver<'e, 'a> {
    pub(super) keyed: &'e EventKeys<'a>,
    /// Text of the event that belongs to no key.
    pub(super) unparsed: &'a str,
    /// Text beyond the part that is parsed.
    pub(super) beyond: &'a str,
    pub(super) section: &'e CompiledSection,
    pub(super) arena: &'a Bump,
}

impl<'a> LeftOver<'_, 'a> {
    /// Puts the pairs that no field has taken under the prefix. What is too much of them, and what belongs to no key, becomes the text
    /// of `unparsed`.
    pub(super) fn keep(&self, row: &mut Row<'a>, problems: &mut Problems) {
        let mut text = ArenaString::new_in(self.arena);
        let groups = self.group(&mut text, problems);
        self.keep_groups(groups, row);
        self.add_unparsed(&mut text, problems);
        if !text.is_empty() {
            row.set_if_absent(FieldId::UNPARSED, Value::Text(text.into_bump_str()));
        }
    }

    /// Groups the pairs by key. Those for which there is no room are appended to `text`.
    fn group(&self, text: &mut ArenaString<'a>, problems: &mut Problems) -> Groups<'a> {
        let Self { keyed, section, arena, .. } = self;
        let mut groups = Groups::new(arena);
        let mut too_many = 0;
        for (written, value, at) in keyed.unused() {
            let known = keyed.key_at(at);
            // LEEF's spelling of a key is no other key.
            let name = known.and_then(|key| section.keys.name(key)).filter(|name| *name != written);
            let key = name.map_or(written, |name| &*arena.alloc_str(name));
            let has_room = groups.groups.len() < MAX_LEFTOVERS;
            match groups.find(key) {
                Some(group) if group.values.len() < MAX_VALUES => group.values.push(value),
                None if has_room => {
                    let mut values = ArenaVec::new_in(arena);
                    // A field has taken the first value of a repeated key; here stand all of them, in order.
                    values.extend(keyed.first_used_like(at).map(|first| keyed.value_at(first)));
                    values.push(value);
                    groups.add(LeftOverKey { key, is_known: known.is_some(), values });
                }
                _ => {
                    too_many += 1;
                    push_word(text, &[key, "=", value]);
                }
            }
        }
        if too_many > 0 {
            problems.add_many(Problem::TooManyKeys, too_many);
        }
        groups
    }

    /// Known keys become fields of their own, the others share one.
    fn keep_groups(&self, groups: Groups<'a>, row: &mut Row<'a>) {
        let Self { section, arena, .. } = self;
        let mut extra = ArenaVec::new_in(arena);
        for LeftOverKey { key, is_known, values } in groups.groups {
            let value = match values.into_bump_slice() {
                [value] => Value::Text(value),
                values => Value::Texts(values),
            };
            // A field of ours has that name where it holds the value of another key.
            if is_known && !section.fields.layout().has_under_prefix(key) {
                row.leave_over(field_name(key, section, row, arena), value);
            } else {
                let key =
                    free_name(key, arena, |name| extra.iter().any(|other: &Leftover<'_>| other.key == name));
                extra.push(Leftover { key, value });
            }
        }
        add_extra(extra, row, arena);
    }

    /// Appends the text that belongs to no key, without payloads.
    fn add_unparsed(&self, text: &mut ArenaString<'a>, problems: &mut Problems) {
        let Self { keyed, beyond, section, .. } = self;
        let unparsed = trim(self.unparsed);
        if unparsed.is_empty() && beyond.is_empty() {
            return;
        }
        problems.add(Problem::UnparsedText);
        push_word(text, &[]);
        let payloads = section.payloads;
        payloads.push_without(unparsed, text);
        let is_cut =
            payloads.raw(keyed).any(|payload| payload.as_bytes().as_ptr_range().end == beyond.as_ptr());
        payloads.push_without(if is_cut { behind_payload(beyond) } else { beyond }, text);
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
    let all = match row.get(FieldId::EXTRA) {
        Value::Object(earlier) => ArenaVec::from_iter_in(earlier.iter().copied().chain(extra), arena),
        _ => extra,
    };
    row.set(FieldId::EXTRA, Value::Object(all.into_bump_slice()));
}

/// Puts the record's own fields that the table has not taken under the prefix as well.
pub(super) fn leave_over_record<'a>(
    record: &'a Record<'a>,
    used: &UsedFields,
    section: &CompiledSection,
    row: &mut Row<'a>,
    arena: &'a Bump,
    problems: &mut Problems,
) {
    let hostname = record.hostname.as_deref().filter(|_| !used.hostname);
    if let Some(hostname) = hostname.filter(|hostname| !is_empty_value(hostname)) {
        row.leave_over(field_name("hostname", section, row, arena), Value::Text(hostname));
    }
    if let Some(tag) = record.tag.as_deref().filter(|tag| !used.tag && !is_empty_value(tag)) {
        row.set_if_absent(FieldId::TAG, Value::Text(tag));
    }
    let mut others = (record.others.iter().enumerate())
        .filter(|(at, other)| !used.has_other(*at) && !is_empty_value(&other.value))
        .map(|(_, other)| (other.name.as_ref(), other.value.as_ref()));
    let mut extra = ArenaVec::new_in(arena);
    let taken = match row.get(FieldId::EXTRA) {
        Value::Object(taken) => taken,
        _ => &[],
    };
    for (key, value) in others.by_ref().take(MAX_LEFTOVERS) {
        let name = free_name(key, arena, |name| {
            taken.iter().chain(&extra).any(|other: &Leftover<'_>| other.key == name)
        });
        // Another field may quote the event.
        let value = section.payloads.without(value, std::iter::empty(), 0, arena);
        let redactor = &section.redactor;
        let clean = redactor.field(key).and_then(|searched| redactor.clean_text(value, searched, arena));
        if clean.is_some() {
            problems.add(Problem::ParametersRedacted);
        }
        let value = clean.unwrap_or(value);
        extra.push(Leftover { key: name, value: Value::Text(value) });
    }
    add_extra(extra, row, arena);
    let mut text = ArenaString::from_str_in(row.text(FieldId::UNPARSED).unwrap_or_default(), arena);
    let before = text.len();
    for (key, value) in others {
        problems.add(Problem::TooManyKeys);
        push_word(&mut text, &[key, "=", value]);
    }
    if text.len() > before {
        row.set(FieldId::UNPARSED, Value::Text(text.into_bump_str()));
    }
}
