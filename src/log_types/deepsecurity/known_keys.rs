//! Values of known keys on the way to their fields: `keys` says which field takes which key.
//!
//! A value that does not fit its field stays unused, so that it goes under the prefix.

use bumpalo::collections::Vec as ArenaVec;

use super::context::Context;
use super::tables::keys::{HOMES, Home};
use crate::document::convert::{convert, convert_to, lowercase};
use crate::document::field_list::FieldId;
use crate::document::problem::Problem;
use crate::document::trace::{Read, Step};
use crate::document::value::Value;
use crate::parse::pairs::event_keys::{KeyId, PairIndex};

pub(super) fn known_keys(context: &mut Context<'_, '_>) {
    for number in 1..=context.keyed.len() {
        let Some((KeyId(key), at, value)) = context.keyed.unused_known(number) else { continue };
        let Some(home) = HOMES.get(usize::from(key)) else { continue };
        context.row.because(Step::KnownKey, || Read::Pair(at));
        let done = match home {
            // Nobody is called so; under the prefix it tells that the agent did not know.
            Home::Field(field) if value == "N/A" && !context.fields.is_prefixed(*field) => {
                context.row.refuse(Some(*field), value);
                continue;
            }
            Home::Field(field) => set_converted(context, *field, value),
            Home::List(field, separators) => set_list(context, *field, value, separators),
            Home::Hash => set_hash(context, value),
            Home::Code => continue,
        };
        if done {
            context.keyed.mark_used(at);
        } else if !matches!(home, Home::Field(field) if context.row.has(*field)) {
            count_misfit(context, at);
        }
    }
}

pub(super) fn set_converted<'a>(context: &mut Context<'_, 'a>, field: FieldId, value: &'a str) -> bool {
    let Context { row, arena, fields, .. } = context;
    let kind = fields.kind(field);
    // A field that has its value already keeps it: this one goes under the prefix.
    if row.has(field) {
        match convert(value, kind, arena) {
            Some(converted) => row.lose(field, converted),
            None => row.refuse(Some(field), value),
        }
        return false;
    }
    let taken = row.set_with(field, |slot| convert_to(slot, value, kind, arena));
    if taken.is_none() {
        row.refuse(Some(field), value);
    }
    taken.is_some()
}

fn set_list<'a>(context: &mut Context<'_, 'a>, field: FieldId, value: &'a str, separators: &[char]) -> bool {
    if context.row.has(field) {
        context.row.lose(field, Value::Text(value));
        return false;
    }
    let parts = value.split(separators).map(str::trim).filter(|part| !part.is_empty());
    let parts = ArenaVec::from_iter_in(parts, context.arena);
    if parts.is_empty() {
        return false;
    }
    context.row.set(field, Value::Texts(parts.into_bump_slice()));
    true
}

pub(super) fn set_hash<'a>(context: &mut Context<'_, 'a>, value: &'a str) -> bool {
    let field = match value.len() {
        32 => FieldId::FILE_HASH_MD5,
        40 => FieldId::FILE_HASH_SHA1,
        64 => FieldId::FILE_HASH_SHA256,
        _ => {
            context.row.refuse(None, value);
            return false;
        }
    };
    if !value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        context.row.refuse(Some(field), value);
        return false;
    }
    if context.row.has(field) {
        context.row.lose(field, Value::Text(value));
        return false;
    }
    context.row.set(field, Value::Text(lowercase(value, context.arena)));
    true
}

pub(super) fn count_misfit(context: &mut Context<'_, '_>, at: PairIndex) {
    if context.keyed.note_misfit(at) {
        context.problems.add(Problem::ValueDoesNotFit);
    }
}
