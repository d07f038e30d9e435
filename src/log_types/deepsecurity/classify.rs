//! ECS's categorization: `event.kind`, `event.category`, `event.type` and `event.outcome` from its closed lists.

use super::context::Context;
use super::known_keys::{Watched, watched};
use super::tables::actions::{Action, Disposition};
use super::tables::class::EventClass;
use super::tables::keys::key;
use super::tables::modules::{Module, ModuleFacts};
use crate::document::field_list::FieldId;
use crate::document::value::Value;
use crate::log_types::event::UNTOLD_ACTION;
use crate::parse::pairs::event_keys::is_not_known;

pub(super) fn classify(context: &mut Context<'_, '_>) {
    let module = context.module;
    if let ModuleFacts { provider: Some(provider), name: Some(name), .. } = module.facts() {
        context.row.set_if_absent(FieldId::EVENT_PROVIDER, Value::Word(provider));
        context.row.set_if_absent(FieldId::RULE_RULESET, Value::Word(name));
    }
    let disposition = disposition(context);
    let EventClass { kind, category, types } = class(context);
    context.row.set_if_absent(FieldId::EVENT_KIND, Value::Word(kind));
    if !category.is_empty() {
        context.row.set_if_absent(FieldId::EVENT_CATEGORY, Value::Words(category));
    }
    // Allowed and denied are types of these categories only (ECS, allowed values of event.category).
    let takes_verdict = category.iter().any(|name| matches!(*name, "intrusion_detection" | "network"));
    let types: &[&str] = match (disposition, types) {
        _ if !takes_verdict => types,
        (Disposition::Blocked, ["connection"]) => &["connection", "denied"],
        (Disposition::Allowed | Disposition::Permitted, ["connection"]) => &["connection", "allowed"],
        (Disposition::Blocked, _) => &["denied"],
        (Disposition::Allowed | Disposition::Permitted, _) => &["allowed"],
        (Disposition::Unknown, types) => types,
    };
    if !types.is_empty() {
        context.row.set_if_absent(FieldId::EVENT_TYPE, Value::Words(types));
    }
    let word = match disposition {
        Disposition::Blocked => Some("blocked"),
        Disposition::Allowed => Some("detected"),
        Disposition::Permitted => Some("allowed"),
        Disposition::Unknown => None,
    };
    if let Some(word) = word {
        context.row.set_if_absent(FieldId::DS_DISPOSITION, Value::Word(word));
    }
    context.row.set_if_absent(
        FieldId::EVENT_ACTION,
        Value::Word(context.system.map_or(UNTOLD_ACTION, |event| event.action)),
    );
    if let Some(outcome) = outcome(context, disposition) {
        context.row.set_if_absent(FieldId::EVENT_OUTCOME, Value::Word(outcome));
    }
}

fn class(context: &Context<'_, '_>) -> EventClass {
    let own = context.system.map_or(context.module.facts().class, |event| event.class);
    match context.module {
        // A connection has two ends (ECS, event.type).
        Module::Firewall if has_both_ends(context) => EventClass { types: &["connection"], ..own },
        Module::IntegrityMonitoring => changed_object(context, own),
        _ => own,
    }
}

fn has_both_ends(context: &Context<'_, '_>) -> bool {
    context.row.has(FieldId::SOURCE_IP) && context.row.has(FieldId::DESTINATION_IP)
}

/// A list of ECS's words.
type Words = &'static [&'static str];

/// The categories of what Integrity Monitoring watches besides files, each with its types for what was told, created, changed and deleted
/// (ECS, allowed values of event.category). ECS has no type for a registry event that says nothing of what was done.
const OBJECTS: [(Watched, Words, [Words; 4]); 6] = [
    (Watched::Registry, &["registry"], [&[], &["creation"], &["change"], &["deletion"]]),
    (Watched::Process, &["process"], [&["info"], &["start"], &["change"], &["end"]]),
    (
        Watched::User,
        &["iam"],
        [&["user", "info"], &["user", "creation"], &["user", "change"], &["user", "deletion"]],
    ),
    (
        Watched::Group,
        &["iam"],
        [&["group", "info"], &["group", "creation"], &["group", "change"], &["group", "deletion"]],
    ),
    (Watched::Software, &["package"], [&["info"], &["installation"], &["change"], &["deletion"]]),
    (Watched::Other, &["configuration"], [&["info"], &["creation"], &["change"], &["deletion"]]),
];

fn changed_object(context: &Context<'_, '_>, own: EventClass) -> EventClass {
    let done = context.module.types_of(context.keyed.value(key::ACT).unwrap_or_default());
    let object = watched(context).and_then(|watched| OBJECTS.iter().find(|(object, ..)| *object == watched));
    let Some((_, category, [told, created, changed, deleted])) = object else {
        return EventClass { types: if done.is_empty() { own.types } else { done }, ..own };
    };
    let types = match done {
        ["creation"] => created,
        ["change"] => changed,
        ["deletion"] => deleted,
        _ => told,
    };
    EventClass { category, types, ..own }
}

/// What became of what was found: Anti-Malware's `act` says what was to be done, and `result` what was, unless its word is not known.
fn disposition(context: &Context<'_, '_>) -> Disposition {
    if has_failed(context) {
        return Disposition::Allowed;
    }
    let told = result(context).map(|done| Action::judge(context.module, Some(done), "").disposition);
    told.unwrap_or(context.disposition)
}

/// Whether Anti-Malware says that its action came to nothing.
fn has_failed(context: &Context<'_, '_>) -> bool {
    let names = |result: &str, word: &str| {
        result.as_bytes().windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
    };
    result(context).is_some_and(|result| names(result, "fail") || names(result, "unable"))
}

/// The outcome of Anti-Malware's action, without what stands in brackets behind it: of `Quarantined (Scan Failed)` the file is in
/// quarantine.
fn result<'a>(context: &Context<'_, 'a>) -> Option<&'a str> {
    let result = context.row.text(FieldId::DS_RESULT).filter(|result| !is_not_known(result))?;
    if context.module != Module::AntiMalware {
        return None;
    }
    Some(result.split_once('(').map_or(result, |(done, _)| done).trim())
}

/// From the point of view of the reporting agent: a firewall that blocks as intended succeeds (ECS, event.outcome).
fn outcome(context: &Context<'_, '_>, disposition: Disposition) -> Option<&'static str> {
    if let Some(outcome) = context.system.and_then(|event| event.outcome) {
        return Some(outcome);
    }
    if has_failed(context) {
        return Some("failure");
    }
    (disposition == Disposition::Blocked).then_some("success")
}
