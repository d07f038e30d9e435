//! ECS's categorization: `event.kind`, `event.category`, `event.type` and `event.outcome` from its closed lists.

use super::action::Disposition;
use super::keys::key;
use super::module::Module;
use super::profile::Context;
use crate::field::FieldId;
use crate::row::Value;

pub(super) fn classify(context: &mut Context<'_, '_>, disposition: Disposition) {
    let module = context.module;
    if let Some(provider) = module.provider() {
        context.row.set_if_absent(FieldId::EVENT_PROVIDER, Value::Word(provider));
    }
    let act = context.keyed.value(key::ACT);
    let verdict = match disposition {
        Disposition::Blocked => Some("denied"),
        Disposition::Allowed => Some("allowed"),
        Disposition::Unknown => None,
    };
    let (kind, category, usual_type): (&str, &[&str], &str) = match module {
        Module::AntiMalware => ("alert", &["malware"], "info"),
        Module::ApplicationControl | Module::DeviceControl => ("alert", &["intrusion_detection"], "info"),
        Module::Firewall => ("event", &["network"], "connection"),
        Module::IntrusionPrevention => ("alert", &["intrusion_detection", "network"], "info"),
        Module::IntegrityMonitoring => ("event", changed_object(context), changed_how(act)),
        Module::WebReputation => ("alert", &["network"], "info"),
        Module::LogInspection => ("event", &["host"], "info"),
        Module::System => system(context.signature_id),
        Module::Unknown => ("event", &[], "info"),
    };
    context.row.set_if_absent(FieldId::EVENT_KIND, Value::Word(kind));
    if !category.is_empty() {
        context.row.set_if_absent(FieldId::EVENT_CATEGORY, Value::Words(category));
    }
    // Allowed and denied are types of these categories only (ECS, allowed values of event.category).
    let takes_verdict = category.iter().any(|name| matches!(*name, "intrusion_detection" | "network"));
    let types: &[&str] = match (verdict.filter(|_| takes_verdict), usual_type) {
        (Some("denied"), "connection") => &["connection", "denied"],
        (Some(_), "connection") => &["connection", "allowed"],
        (Some("denied"), _) => &["denied"],
        (Some(_), _) => &["allowed"],
        (None, "connection") => &["connection"],
        (None, "creation") => &["creation"],
        (None, "deletion") => &["deletion"],
        (None, "change") => &["change"],
        (None, "start") => &["start"],
        (None, _) => &["info"],
    };
    context.row.set_if_absent(FieldId::EVENT_TYPE, Value::Words(types));
    if let Some(outcome) = outcome(context, disposition) {
        context.row.set_if_absent(FieldId::EVENT_OUTCOME, Value::Word(outcome));
    }
}

fn changed_object(context: &Context<'_, '_>) -> &'static [&'static str] {
    let is_registry = context.row.text(FieldId::FILE_PATH).is_some_and(|path| {
        path.get(..5).is_some_and(|root| root.eq_ignore_ascii_case("HKEY_"))
            || path.get(..5).is_some_and(|root| matches!(root, "HKLM\\" | "HKCU\\" | "HKCR\\"))
    });
    if is_registry { &["registry"] } else { &["file"] }
}

fn changed_how(act: Option<&str>) -> &'static str {
    match act {
        Some("created") => "creation",
        Some("deleted") => "deletion",
        _ => "change",
    }
}

/// System events about signing in; all others only inform.
fn system(signature_id: &str) -> (&'static str, &'static [&'static str], &'static str) {
    match signature_id {
        "160" | "397" | "600" => ("event", &["authentication"], "start"),
        _ => ("event", &[], "info"),
    }
}

/// From the point of view of the reporting agent: a firewall that blocks as intended succeeds (ECS, event.outcome).
fn outcome(context: &Context<'_, '_>, disposition: Disposition) -> Option<&'static str> {
    match (context.module, context.signature_id) {
        (Module::System, "600") => Some("success"),
        (Module::System, "160" | "397") => Some("failure"),
        (Module::System, _) => None,
        (Module::AntiMalware, _) => {
            let result = context.row.text(FieldId::DS_RESULT).unwrap_or_default();
            if result.to_ascii_lowercase().contains("fail") {
                Some("failure")
            } else {
                (disposition == Disposition::Blocked).then_some("success")
            }
        }
        _ => (disposition == Disposition::Blocked).then_some("success"),
    }
}
