//! Values of known keys on the way to their fields: `keys.csv` says which field takes which key.
//!
//! A value that does not fit its field stays unused, so that it goes under the prefix.

use bumpalo::collections::Vec as ArenaVec;

use super::context::Context;
use super::tables::keys::Destination;
use super::tables::modules::Module;
use super::tables::tables;
use crate::document::convert::{convert, convert_to, lowercase};
use crate::document::ecs::Type;
use crate::document::field_list::FieldId;
use crate::document::problem::Problem;
use crate::document::trace::{Read, Step};
use crate::document::value::Value;
use crate::log_types::derived::is_path;
use crate::parse::pairs::event_keys::{KeyId, PairIndex, is_not_known};

pub(super) fn known_keys(context: &mut Context<'_, '_>) {
    let destinations = &tables().keys.destinations;
    for number in 1..=context.keyed.len() {
        let Some((KeyId(key), at, value)) = context.keyed.unused_known(number) else { continue };
        let Some(destination) = destinations.get(usize::from(key)) else { continue };
        if *destination == Destination::Code {
            continue;
        }
        context.row.trace.reason(Step::KnownKey, || Read::Pair(at));
        take(context, *destination, at, value);
    }
}

/// Gives the value of a pair to the fields of `destination`, and notes whether it found a home there.
pub(super) fn take<'a>(
    context: &mut Context<'_, 'a>,
    destination: Destination,
    at: PairIndex,
    value: &'a str,
) {
    let field = field_of(destination);
    let is_prefixed = |field| context.fields.layout().is_prefixed(field);
    // What the agent did not know stands under the prefix alone.
    if is_not_known(value) && !field.is_some_and(is_prefixed) {
        if is_more_than_text(context, destination) {
            refuse(context, field, at, value);
        } else {
            context.row.trace.rejected(field, value);
        }
    } else if field == Some(FieldId::FILE_PATH) && names_no_file(context.module, value) {
        context.row.trace.rejected(field, value);
    } else {
        set_destination(context, destination, at, value);
    }
}

/// Gives the fields of `destination` the value of a pair, and notes that it has found its home, or that it does not fit. Gives whether they
/// took it: a field that has its value keeps it, and the pair is left over.
pub(super) fn set_destination<'a>(
    context: &mut Context<'_, 'a>,
    destination: Destination,
    at: PairIndex,
    value: &'a str,
) -> bool {
    let is_taken = match destination {
        Destination::Code => false,
        _ if is_off(context, destination) => false,
        Destination::Field(field) => set_converted(context, field, at, value),
        Destination::List(field, separators) => {
            let is_separator = |c| separators.chars().any(|separator| separator == c);
            let parts = value.split(is_separator).map(str::trim);
            set_list(context, field, at, parts.filter(|part| !part.is_empty()))
        }
        Destination::Words(field) => set_list(context, field, at, value.split_ascii_whitespace()),
        Destination::Hash => set_hash(context, at, value),
        Destination::Icmp => set_icmp(context, at, value),
        Destination::Container => set_container(context, value),
    };
    if is_taken {
        context.keyed.mark_used(at);
    }
    is_taken
}

/// The field that takes all of a value.
fn field_of(destination: Destination) -> Option<FieldId> {
    match destination {
        Destination::Field(field) | Destination::List(field, _) | Destination::Words(field) => Some(field),
        _ => None,
    }
}

/// Whether a field takes a number, an address, a list or a digest, and not any text.
pub(super) fn is_more_than_text(context: &Context<'_, '_>, destination: Destination) -> bool {
    !matches!(destination, Destination::Field(field) if context.fields.kind(field) == Type::Keyword)
}

/// Integrity Monitoring watches services, ports, users and more besides files, and Log Inspection reads logs of Windows besides files
/// (`Security`): a file's path is an absolute one.
pub(super) fn names_no_file(module: Module, value: &str) -> bool {
    matches!(module, Module::IntegrityMonitoring | Module::LogInspection) && !is_path(value)
}

/// Whether user.ini has switched the field off: then the key goes under the prefix.
fn is_off(context: &Context<'_, '_>, destination: Destination) -> bool {
    field_of(destination).is_some_and(|field| context.row.is_off(field))
}

fn set_converted<'a>(context: &mut Context<'_, 'a>, field: FieldId, at: PairIndex, value: &'a str) -> bool {
    let Context { row, arena, fields, .. } = context;
    let kind = fields.kind(field);
    // A field that has its value already keeps it: this one goes under the prefix.
    if row.has(field) {
        match convert(value, kind, arena) {
            Some(converted) => row.trace.overridden(field, converted),
            None => row.trace.rejected(Some(field), value),
        }
        return false;
    }
    let taken = row.set_with(field, |slot| convert_to(slot, value, kind, arena));
    taken.is_some() || refuse(context, Some(field), at, value)
}

fn set_list<'a>(
    context: &mut Context<'_, 'a>,
    field: FieldId,
    at: PairIndex,
    parts: impl Iterator<Item = &'a str>,
) -> bool {
    let mut list = ArenaVec::with_capacity_in(4, context.arena);
    list.extend(parts);
    if list.is_empty() {
        return refuse(context, Some(field), at, context.keyed.value_at(at));
    }
    context.row.take_if_absent(&[(field, Value::Texts(list.into_bump_slice()))])
}

fn set_hash<'a>(context: &mut Context<'_, 'a>, at: PairIndex, value: &'a str) -> bool {
    let field = match value.len() {
        32 => FieldId::FILE_HASH_MD5,
        40 => FieldId::FILE_HASH_SHA1,
        64 => FieldId::FILE_HASH_SHA256,
        _ => return refuse(context, None, at, value),
    };
    if !value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return refuse(context, Some(field), at, value);
    }
    context.row.take_if_absent(&[(field, Value::Text(lowercase(value, context.arena)))])
}

fn set_icmp<'a>(context: &mut Context<'_, 'a>, at: PairIndex, value: &'a str) -> bool {
    let mut numbers = value.split_ascii_whitespace().map(str::parse::<i64>);
    let (Some(Ok(kind)), Some(Ok(code)), None) = (numbers.next(), numbers.next(), numbers.next()) else {
        return refuse(context, Some(FieldId::DS_ICMP_TYPE), at, value);
    };
    context.row.take_if_absent(&[
        (FieldId::DS_ICMP_TYPE, Value::Long(kind)),
        (FieldId::DS_ICMP_CODE, Value::Long(code)),
    ])
}

/// `image | name | id`; the separators are not escaped, so that other numbers of parts are left as they are.
fn set_container<'a>(context: &mut Context<'_, 'a>, value: &'a str) -> bool {
    let mut parts = value.split(" | ").map(str::trim);
    let (Some(image), Some(name), Some(id), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return context.row.take_if_absent(&[(FieldId::DS_CONTAINER, Value::Text(value))]);
    };
    context.row.take_if_absent(&[
        (FieldId::CONTAINER_IMAGE_NAME, Value::of_text(image)),
        (FieldId::CONTAINER_NAME, Value::of_text(name)),
        (FieldId::CONTAINER_ID, Value::of_text(id)),
    ])
}

/// Counts that the value of a pair does not fit a field. Gives `false`: the pair has found no home.
pub(super) fn refuse<'a>(
    context: &mut Context<'_, 'a>,
    field: Option<FieldId>,
    at: PairIndex,
    value: &'a str,
) -> bool {
    context.row.trace.rejected(field, value);
    // The table may have taken it as text.
    if !context.keyed.is_used(at) && context.keyed.note_misfit(at) {
        context.problems.add(Problem::ValueDoesNotFit);
    }
    false
}
