//! What an event says was done, and whether it was done at all.
//!
//! `IDS:` in front of an action means that the rule only detects: the console says "Detect Only" and nothing was blocked or
//! reset.

use super::modules::Module;
use crate::bytes::trim::trim;

/// Whether what was found could go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// It was stopped.
    Blocked,
    /// It was seen, and went on.
    Allowed,
    /// The event is not about something to be stopped, or does not say.
    Unknown,
}

/// An action, judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// `DetectOnly:NotReset` and kin, where the agent's word reads as something that never happened.
    pub renamed: Option<&'static str>,
    /// What became of it.
    pub disposition: Disposition,
}

impl Action {
    /// Judges `act` where there is one, and the signature id for the modules that have no `act`.
    pub fn judge(module: Module, act: Option<&str>, signature_id: &str) -> Self {
        let renamed = act.and_then(rename_detect_only);
        let disposition = match (module, act) {
            (_, Some(act)) if detect_only_word(act).is_some() => Disposition::Allowed,
            (Module::Firewall | Module::IntrusionPrevention, Some(act)) => network_word(act),
            (Module::ApplicationControl, Some(act)) if act.eq_ignore_ascii_case("blocked") => {
                Disposition::Blocked
            }
            (Module::ApplicationControl, Some(act)) if act.eq_ignore_ascii_case("detectonly") => {
                Disposition::Allowed
            }
            (Module::ApplicationControl, _) => match signature_id {
                "6002100" | "6002200" => Disposition::Blocked,
                "6001100" | "6001200" => Disposition::Allowed,
                _ => Disposition::Unknown,
            },
            (Module::WebReputation, _) => match signature_id {
                "5000000" => Disposition::Blocked,
                "5000001" => Disposition::Allowed,
                _ => Disposition::Unknown,
            },
            (Module::DeviceControl, _) => match signature_id {
                "7000000" | "7000200" | "7001000" | "7001200" | "7002000" | "7002200" => Disposition::Blocked,
                _ => Disposition::Unknown,
            },
            (Module::AntiMalware, Some(act)) => malware_word(act),
            _ => Disposition::Unknown,
        };
        Self { renamed, disposition }
    }
}

/// The action that would have been taken: agents write `IDS:Reset`, the console shows `Detect Only: Reset`.
fn detect_only_word(act: &str) -> Option<&str> {
    let behind = |prefix: &str| {
        let (start, word) = act.split_at_checked(prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then(|| trim(word))
    };
    behind("IDS:").or_else(|| behind("Detect Only:"))
}

fn rename_detect_only(act: &str) -> Option<&'static str> {
    let word = detect_only_word(act)?;
    [
        ("Reset", "DetectOnly:NotReset"),
        ("Deny", "DetectOnly:NotDeny"),
        ("Block", "DetectOnly:NotBlock"),
        ("Insert", "DetectOnly:NotInsert"),
        ("Delete", "DetectOnly:NotDelete"),
        ("Replace", "DetectOnly:NotReplace"),
    ]
    .into_iter()
    .find_map(|(done, not_done)| word.eq_ignore_ascii_case(done).then_some(not_done))
}

fn network_word(act: &str) -> Disposition {
    if is_one_of(act, &["deny", "block", "reset"]) {
        Disposition::Blocked
    } else if is_one_of(act, &["log", "allow", "bypass", "force allow"]) {
        Disposition::Allowed
    } else {
        Disposition::Unknown
    }
}

fn malware_word(act: &str) -> Disposition {
    let handled =
        ["quarantine", "quarantined", "delete", "deleted", "clean", "cleaned", "terminate", "terminated"];
    if is_one_of(act, &handled)
        || is_one_of(act, &["deny access", "denyaccess", "access denied", "accessdenied"])
    {
        Disposition::Blocked
    } else if is_one_of(act, &["pass", "passed"]) {
        Disposition::Allowed
    } else {
        Disposition::Unknown
    }
}

fn is_one_of(act: &str, words: &[&str]) -> bool {
    words.iter().any(|word| act.eq_ignore_ascii_case(word))
}
