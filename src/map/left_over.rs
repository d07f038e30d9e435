//! What has found no field: it goes under the prefix, and what is too much of it becomes text.
//!
//! Does not know what a key means.

use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};

use super::compiled::CompiledSection;
use super::table::UsedFields;
use crate::bytes::trim::trim;
use crate::bytes::word::Ends;
use crate::document::field_list::FieldId;
use crate::document::problem::{Problem, Problems};
use crate::document::row::{MAX_STRING, Row};
use crate::document::value::{Leftover, Value};
use crate::log_types::deepsecurity;
use crate::log_types::deepsecurity::{behind_payload, push_without_payloads};
use crate::parse::pairs::event_keys::{EventKeys, is_empty_value};
use crate::read::record::fluentd::Record;

/// Unknown keys that one document takes.
const MAX_LEFTOVERS: usize = 100;

/// Values that one unknown key takes.
const MAX_VALUES: usize = 100;

/// Unknown keys with their values.
struct Groups<'a> {
    groups: ArenaVec<'a, Group<'a>>,
    /// The ends of their keys and a hash of these, each in its own list, because an event may have thousands of keys, each of which is
    /// looked for among all groups.
    ends: ArenaVec<'a, Ends>,
    hashes: ArenaVec<'a, u32>,
}

/// All values of one key.
struct Group<'a> {
    key: &'a str,
    /// The key is one that Deep Security writes.
    is_known: bool,
    values: ArenaVec<'a, &'a str>,
}

impl<'a> Groups<'a> {
    fn new(arena: &'a Bump) -> Self {
        Self {
            groups: ArenaVec::new_in(arena),
            ends: ArenaVec::new_in(arena),
            hashes: ArenaVec::new_in(arena),
        }
    }

    fn find(&mut self, key: &str, ends: &Ends) -> Option<&mut Group<'a>> {
        let hash = short_hash(ends);
        // Without a short cut this is a vector instruction for several groups.
        if !self.hashes.iter().fold(false, |found, of_group| found | (*of_group == hash)) {
            return None;
        }
        let is_it = |(of_group, group): &(&Ends, &mut Group<'_>)| {
            *of_group == ends && (!ends.leave_out_some() || group.key == key)
        };
        self.ends.iter().zip(&mut self.groups).find(is_it).map(|(_, group)| group)
    }

    fn add(&mut self, group: Group<'a>, ends: Ends) {
        self.hashes.push(short_hash(&ends));
        self.ends.push(ends);
        self.groups.push(group);
    }
}

fn short_hash(ends: &Ends) -> u32 {
    u32::try_from(ends.hash() >> 32).unwrap_or_default()
}

/// The payloads of an event's packets, as they stand in its line.
pub(super) fn payloads<'a>(keyed: &EventKeys<'a>) -> impl Iterator<Item = &'a str> {
    keyed.each(deepsecurity::key::PACKET_DATA).map(|at| keyed.raw_at(at))
}

/// Keys that have found no home go under the prefix, as they are.
pub(super) fn leave_over_pairs<'a>(
    keyed: &EventKeys<'a>,
    plan: &CompiledSection,
    unparsed: &'a str,
    beyond: &'a str,
    row: &mut Row<'a>,
    arena: &'a Bump,
    problems: &mut Problems,
) {
    let mut groups = Groups::new(arena);
    let mut text = ArenaString::new_in(arena);
    let mut too_many = 0;
    for (key, value, at) in keyed.unused() {
        let ends = Ends::of(key);
        let has_room = groups.groups.len() < MAX_LEFTOVERS;
        match groups.find(key, &ends) {
            Some(group) if group.values.len() < MAX_VALUES => group.values.push(value),
            None if has_room => {
                let mut values = ArenaVec::new_in(arena);
                // The first value of a repeated key has found a home; here stand all of them, in order.
                if let Some(first) = keyed.first_used_like(at) {
                    values.push(keyed.value_at(first));
                }
                values.push(value);
                groups.add(Group { key, is_known: keyed.is_known(at), values }, ends);
            }
            _ => {
                too_many += 1;
                push_word(&mut text, &[key, "=", value]);
            }
        }
    }
    let mut extra = ArenaVec::new_in(arena);
    for Group { key, is_known, values } in groups.groups {
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
    let unparsed = trim(unparsed);
    if !unparsed.is_empty() || !beyond.is_empty() {
        problems.add(Problem::UnparsedText);
        push_word(&mut text, &[]);
        push_without_payloads(unparsed, &mut text);
        let is_cut = payloads(keyed).any(|payload| payload.as_bytes().as_ptr_range().end == beyond.as_ptr());
        push_without_payloads(if is_cut { behind_payload(beyond) } else { beyond }, &mut text);
    }
    if !text.is_empty() {
        row.set_if_absent(FieldId::UNPARSED, Value::Text(text.into_bump_str()));
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

/// A name that OpenSearch takes as one field, and that is no other field's.
pub(super) fn field_name<'a>(
    key: &'a str,
    plan: &CompiledSection,
    row: &Row<'a>,
    arena: &'a Bump,
) -> &'a str {
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
pub(super) fn leave_over_record<'a>(
    record: &'a Record<'a>,
    used: &UsedFields,
    plan: &CompiledSection,
    row: &mut Row<'a>,
    arena: &'a Bump,
    problems: &mut Problems,
) {
    let hostname = record.hostname.as_deref().filter(|_| !used.hostname);
    if let Some(hostname) = hostname.filter(|hostname| !is_empty_value(hostname)) {
        row.leave_over(field_name("hostname", plan, row, arena), Value::Text(hostname));
    }
    if let Some(tag) = record.tag.as_deref().filter(|tag| !used.tag && !is_empty_value(tag)) {
        row.set_if_absent(FieldId::TAG, Value::Text(tag));
    }
    let others = record.others.iter().enumerate().filter(|(at, _)| {
        u32::try_from(*at).ok().and_then(|at| 1_u64.checked_shl(at)).is_none_or(|bit| used.others & bit == 0)
    });
    let others = others.map(|(_, other)| (other.name.as_ref(), other.value.as_ref()));
    let mut given = others.filter(|(_, value)| !is_empty_value(value));
    let mut extra = ArenaVec::new_in(arena);
    let taken = match row.get(FieldId::EXTRA) {
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
        let mut all = ArenaString::from_str_in(row.text(FieldId::UNPARSED).unwrap_or_default(), arena);
        push_word(&mut all, &[&text]);
        row.set(FieldId::UNPARSED, Value::Text(all.into_bump_str()));
    }
}
