//! What each module says in its own way: codes that stand for words, lists in `msg`, parts of a path.

use bumpalo::collections::Vec as ArenaVec;

use super::computers::last_brackets;
use super::context::Context;
use super::known_keys::{Watched, watched};
use super::tables::keys::key;
use super::tables::modules::Module;
use super::tables::tables;
use super::vulnerability;
use crate::document::field_list::FieldId;
use crate::document::row::Row;
use crate::document::value::Value;
use crate::log_types::derived::{self, extension, is_path, is_registry_path};
use crate::parse::pairs::event_keys::is_not_known;

pub(super) fn module_fields(context: &mut Context<'_, '_>) {
    let action = match watched(context) {
        Some(Watched::Registry) => Some("registry-changed"),
        Some(Watched::File) | None => None,
        Some(_) => Some("object-changed"),
    };
    if let Some(action) = action {
        context.row.set_if_absent(FieldId::EVENT_ACTION, Value::Word(action));
    }
    words_of_codes(context);
    match context.module {
        Module::AntiMalware => {
            registry_target(context);
            infected_file(context.row);
            file_parts(context.row);
        }
        Module::ApplicationControl | Module::DeviceControl => file_parts(context.row),
        Module::IntegrityMonitoring => changes(context),
        Module::IntrusionPrevention => vulnerability::of_rule(context),
        Module::WebReputation => {
            if let Some(reason) = context.keyed.value(key::MSG) {
                context.row.set_if_absent(FieldId::EVENT_REASON, Value::Text(reason));
            }
        }
        Module::System | Module::Firewall | Module::LogInspection | Module::Unknown => {}
    }
}

/// Sets the words of the codes that the module writes.
fn words_of_codes(context: &mut Context<'_, '_>) {
    for list in tables().codes.of(context.module) {
        let code = match list.code_of {
            None => Some(context.signature_id),
            Some(field) => match context.row.get(field) {
                Value::Text(code) | Value::Json(code) => Some(code),
                _ => None,
            },
        };
        if let Some(word) = code.and_then(|code| list.word(code)) {
            context.row.set_if_absent(list.field, Value::Word(word));
        }
    }
}

/// `msg` names what of the object was changed, with commas; where the Manager relays the event, it may tell that in sentences ("Syslog
/// message formats", Integrity Monitoring), which are no list.
fn changes(context: &mut Context<'_, '_>) {
    let attributes = context.keyed.value(key::MSG).unwrap_or_default().split(',').map(str::trim);
    let attributes = attributes.filter(|attribute| !attribute.is_empty());
    let attributes = ArenaVec::from_iter_in(attributes, context.arena);
    let is_name = |attribute: &&str| attribute.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !attributes.is_empty() && attributes.iter().all(is_name) {
        let attributes = Value::Texts(attributes.into_bump_slice());
        context.row.set_if_absent(FieldId::DS_CHANGED_ATTRIBUTES, attributes);
    }
    file_parts(context.row);
}

/// Malware and spyware aim at keys of the registry too.
fn registry_target(context: &mut Context<'_, '_>) {
    let kind = context.row.text(FieldId::DS_MALWARE_TARGET_TYPE);
    let is_registry = kind.is_some_and(|kind| kind.to_ascii_lowercase().contains("registry"));
    let is_item = context.row.text(FieldId::DS_RESOURCE_TYPE_NAME) == Some("System Registry");
    let target = |field, certain: bool| {
        let path = context.row.text(field).filter(|path| !is_not_known(path) && *path != "Multiple")?;
        (certain || is_registry_path(path)).then_some(path)
    };
    let path = target(FieldId::DS_MALWARE_TARGET, is_registry)
        .or_else(|| target(FieldId::DS_INFECTED_RESOURCE, is_item));
    if let Some(path) = path {
        context.row.set_if_absent(FieldId::REGISTRY_PATH, Value::Text(path));
    }
}

/// Spyware events have no `filePath` ("Events in JSON format", MalwareType): their item is the file, where it is one.
fn infected_file(row: &mut Row<'_>) {
    if let Some(item) =
        row.text(FieldId::DS_INFECTED_RESOURCE).filter(|item| is_path(item) && !is_registry_path(item))
    {
        row.set_if_absent(FieldId::FILE_PATH, Value::Text(item));
    }
}

/// The parts of the file's path. A line of the user's own may have given it a key of the registry.
fn file_parts(row: &mut Row<'_>) {
    match row.text(FieldId::FILE_PATH) {
        Some(path) if is_registry_path(path) => row.set_if_absent(FieldId::REGISTRY_PATH, Value::Text(path)),
        Some(path) => derived::file_parts(outer_file(path), row),
        None => {}
    }
}

/// A file inside of an archive is written `archive(path)`; either path may hold brackets of its own.
fn outer_file(path: &str) -> &str {
    // A name without a folder has an extension, and so has the archive: `Copy(2)` is one name. The inner file may be an archive, too.
    let is_archive = |outer: &str, inner: &str| {
        let names_file = || extension(inner.trim_end_matches(')')).and(extension(outer)).is_some();
        (inner.contains(['\\', '/']) || names_file()) && !inner.starts_with(' ')
    };
    match last_brackets(path) {
        Some((outer, inner)) if is_archive(outer, inner) && !outer.ends_with(' ') => outer,
        _ => path,
    }
}
