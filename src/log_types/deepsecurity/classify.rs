//! ECS's categorization: `event.kind`, `event.category`, `event.type` and `event.outcome` from its closed lists.

use super::context::Context;
use super::details::is_registry_path;
use super::system;
use super::system::SignIn;
use super::tables::actions::Disposition;
use super::tables::keys::key;
use super::tables::modules::Module;
use crate::document::field_list::FieldId;
use crate::document::value::Value;

/// What an event is by ECS's lists; `types` are those of an event that nothing was blocked or let through by.
struct Class {
    kind: &'static str,
    category: &'static [&'static str],
    types: &'static [&'static str],
}

pub(super) fn classify(context: &mut Context<'_, '_>) {
    let module = context.module;
    if let (Some(provider), Some(name)) = (module.provider(), module.name()) {
        context.row.set_if_absent(FieldId::EVENT_PROVIDER, Value::Word(provider));
        context.row.set_if_absent(FieldId::RULE_RULESET, Value::Word(name));
    }
    let disposition = if has_failed(context) { Disposition::Allowed } else { context.disposition };
    let sign_in = if module == Module::System { system::sign_in(context) } else { None };
    let Class { kind, category, types } = class(context, sign_in);
    context.row.set_if_absent(FieldId::EVENT_KIND, Value::Word(kind));
    if !category.is_empty() {
        context.row.set_if_absent(FieldId::EVENT_CATEGORY, Value::Words(category));
    }
    // Allowed and denied are types of these categories only (ECS, allowed values of event.category).
    let takes_verdict = category.iter().any(|name| matches!(*name, "intrusion_detection" | "network"));
    let types: &[&str] = match (disposition, types) {
        _ if !takes_verdict => types,
        (Disposition::Blocked, ["connection"]) => &["connection", "denied"],
        (Disposition::Allowed, ["connection"]) => &["connection", "allowed"],
        (Disposition::Blocked, _) => &["denied"],
        (Disposition::Allowed, _) => &["allowed"],
        (Disposition::Unknown, types) => types,
    };
    if !types.is_empty() {
        context.row.set_if_absent(FieldId::EVENT_TYPE, Value::Words(types));
    }
    let word = match disposition {
        Disposition::Blocked => Some("blocked"),
        Disposition::Allowed => Some("detected"),
        Disposition::Unknown => None,
    };
    if let Some(word) = word {
        context.row.set_if_absent(FieldId::DS_DISPOSITION, Value::Word(word));
    }
    if let Some(outcome) = outcome(context, sign_in, disposition) {
        context.row.set_if_absent(FieldId::EVENT_OUTCOME, Value::Word(outcome));
    }
}

fn class(context: &Context<'_, '_>, sign_in: Option<SignIn>) -> Class {
    let (kind, category, types): (_, &'static [_], &'static [_]) = match context.module {
        Module::AntiMalware => ("alert", &["malware"], &["info"]),
        Module::ApplicationControl | Module::DeviceControl => ("alert", &["intrusion_detection"], &["info"]),
        // A connection has two ends (ECS, event.type).
        Module::Firewall if has_both_ends(context) => ("event", &["network"], &["connection"]),
        Module::Firewall => ("event", &["network"], &["info"]),
        Module::IntrusionPrevention => ("alert", &["intrusion_detection", "network"], &["info"]),
        Module::IntegrityMonitoring => changed_object(context),
        Module::WebReputation => ("alert", &["network"], &["info"]),
        Module::LogInspection => ("event", &["host"], &["info"]),
        Module::System => match sign_in {
            Some(SignIn::Done | SignIn::Failed) => ("event", &["authentication"], &["start"]),
            Some(SignIn::Ended) => ("event", &["authentication"], &["end"]),
            Some(SignIn::Locked) => ("event", &["authentication"], &["info"]),
            None => ("event", &[], &["info"]),
        },
        Module::Unknown => ("event", &[], &["info"]),
    };
    Class { kind, category, types }
}

fn has_both_ends(context: &Context<'_, '_>) -> bool {
    context.row.has(FieldId::SOURCE_IP) && context.row.has(FieldId::DESTINATION_IP)
}

type Parts = (&'static str, &'static [&'static str], &'static [&'static str]);

/// ECS has no type for a registry event that says nothing of what was done.
fn changed_object(context: &Context<'_, '_>) -> Parts {
    let is_registry = context.row.text(FieldId::FILE_PATH).is_some_and(is_registry_path);
    let category: &[&str] = if is_registry { &["registry"] } else { &["file"] };
    let act = context.keyed.value(key::ACT).unwrap_or_default();
    let is = |word: &str| act.eq_ignore_ascii_case(word);
    let types: &[&str] = match act {
        _ if is("created") => &["creation"],
        _ if is("deleted") => &["deletion"],
        _ if is("updated") || is("renamed") => &["change"],
        _ if is_registry => &[],
        _ => &["info"],
    };
    ("event", category, types)
}

/// Whether Anti-Malware says that its action came to nothing.
fn has_failed(context: &Context<'_, '_>) -> bool {
    let names_failure =
        |result: &str| result.as_bytes().windows(4).any(|window| window.eq_ignore_ascii_case(b"fail"));
    context.module == Module::AntiMalware && context.row.text(FieldId::DS_RESULT).is_some_and(names_failure)
}

/// From the point of view of the reporting agent: a firewall that blocks as intended succeeds (ECS, event.outcome).
fn outcome(
    context: &Context<'_, '_>,
    sign_in: Option<SignIn>,
    disposition: Disposition,
) -> Option<&'static str> {
    match sign_in {
        Some(SignIn::Done | SignIn::Ended) => return Some("success"),
        Some(SignIn::Failed) => return Some("failure"),
        Some(SignIn::Locked) | None => {}
    }
    if has_failed(context) {
        return Some("failure");
    }
    (disposition == Disposition::Blocked).then_some("success")
}
