//! Values of known keys on the way to their fields: `keys.csv` says which field takes which key.
//!
//! A value that does not fit its field stays unused, so that it goes under the prefix.

use bumpalo::collections::Vec as ArenaVec;

use super::context::Context;
use super::tables::keys::{Destination, key};
use super::tables::modules::Module;
use super::tables::tables;
use crate::document::convert::{convert, convert_to, lowercase};
use crate::document::ecs::Type;
use crate::document::field_list::FieldId;
use crate::document::problem::Problem;
use crate::document::trace::{Read, Step};
use crate::document::value::Value;
use crate::log_types::derived::{is_path, is_registry_path};
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
    } else if field == Some(FieldId::FILE_PATH) && is_registry_path(value) {
        set_destination(context, Destination::Field(FieldId::REGISTRY_PATH), at, value);
    } else if field == Some(FieldId::FILE_PATH) && watched(context) == Some(Watched::User) {
        set_destination(context, Destination::Field(FieldId::USER_TARGET_NAME), at, value);
    } else if field == Some(FieldId::FILE_PATH)
        && (names_no_file(context.module, value) || !matches!(watched(context), None | Some(Watched::File)))
    {
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
/// (`Security`): a file's path is an absolute one. A key of the registry is none.
pub(super) fn names_no_file(module: Module, value: &str) -> bool {
    let may_be_other = matches!(module, Module::IntegrityMonitoring | Module::LogInspection);
    is_registry_path(value) || may_be_other && !is_path(value)
}

/// What Integrity Monitoring saw a change of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Watched {
    File,
    Registry,
    Process,
    User,
    Group,
    Software,
    /// A service, a port, or what is not told: `filePath` has its name.
    Other,
}

/// What an event of Integrity Monitoring is about, if it tells that: the agent's word, else what its path looks like.
pub(super) fn watched(context: &Context<'_, '_>) -> Option<Watched> {
    if context.module != Module::IntegrityMonitoring {
        return None;
    }
    // The vendor's page "Events in JSON format", EntityType.
    let told = context.keyed.value(key::ENTITY_TYPE).map(|kind| match kind {
        "File" | "Directory" => Watched::File,
        "RegistryKey" | "RegistryValue" => Watched::Registry,
        "Process" => Watched::Process,
        "User" => Watched::User,
        "Group" => Watched::Group,
        "InstalledSoftware" => Watched::Software,
        _ => Watched::Other,
    });
    told.or_else(|| {
        let path = context.row.text(FieldId::FILE_PATH).or_else(|| context.keyed.value(key::FILE_PATH))?;
        Some(match path {
            _ if is_registry_path(path) => Watched::Registry,
            _ if is_path(path) => Watched::File,
            _ => Watched::Other,
        })
    })
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

/// `image | name | id`; the separators are not escaped, so that other numbers of parts are left as they are. The whole stays where a part of
/// it is not known.
fn set_container<'a>(context: &mut Context<'_, 'a>, value: &'a str) -> bool {
    let mut parts = value.split(" | ").map(str::trim);
    let (Some(image), Some(name), Some(id), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return context.row.take_if_absent(&[(FieldId::DS_CONTAINER, Value::Text(value))]);
    };
    let parts = [
        (FieldId::CONTAINER_IMAGE_NAME, image),
        (FieldId::CONTAINER_NAME, name),
        (FieldId::CONTAINER_ID, id),
    ];
    let is_known = |part: &str| !is_not_known(part);
    let known = parts.map(|(field, part)| (field, Value::of_text(if is_known(part) { part } else { "" })));
    context.row.take_if_absent(&known) && parts.iter().all(|(_, part)| is_known(part))
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
