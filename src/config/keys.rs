//! The keys that a section can have: the settings, and upstream's keys that are no settings here.
//!
//! Every key of upstream's aws.ini stands in one of two tables, so that none is ignored in silence: `config/keys.tsv` has the
//! settings, each with the form of its value and its meaning, and `config/upstream-keys.tsv` what becomes of the others. What a
//! setting is where no file names it stands in `config/default.ini`.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::diagnostic::{Severity, quoted};

/// The settings by name, each with its older name or an empty one.
static SETTINGS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let rows = rows(include_str!("../../config/keys.tsv"));
    rows.map(|[name, old_name, _form, _meaning]| (name, old_name)).collect()
});

/// Upstream's keys that are no settings here.
static UPSTREAM: LazyLock<Vec<UpstreamKey>> = LazyLock::new(|| {
    let rows = rows(include_str!("../../config/upstream-keys.tsv"));
    let key = |[name, accepted, otherwise, reason, way_out]: [&'static str; 5]| {
        let severity = if otherwise == "error" { Severity::Error } else { Severity::Warning };
        UpstreamKey { name, accepted, severity, reason, way_out }
    };
    rows.map(key).collect()
});

/// The rows of a table below its header.
fn rows<const CELLS: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; CELLS]> {
    table.lines().skip(1).map(|line| {
        let mut cells = line.split('\t');
        [(); CELLS].map(|()| cells.next().unwrap_or_default())
    })
}

/// A key of upstream's that is no setting here.
#[derive(Debug)]
pub(super) struct UpstreamKey {
    name: &'static str,
    /// The values besides the empty one that ask for nothing, in any case of letters; `*` where no value does anything.
    accepted: &'static str,
    /// How bad any other value is: without an enrichment events can be loaded, from a container that is not read they cannot.
    severity: Severity,
    reason: &'static str,
    way_out: &'static str,
}

/// What is wrong with `value` under `key`, if that is a key of upstream's that is no setting here: an error where the value asks for
/// something that there is not, a warning where no value does anything. The texts are the message and the way out.
pub(super) fn upstream_fault(key: &str, value: &str) -> Option<(Severity, String, &'static str)> {
    let upstream = UPSTREAM.iter().find(|upstream| upstream.name == key);
    let UpstreamKey { accepted, severity, reason, way_out, .. } = upstream?;
    if *accepted == "*" {
        return Some((Severity::Warning, format!("key '{key}' has no effect: {reason}"), way_out));
    }
    if value.is_empty() || accepted.split(' ').any(|word| word.eq_ignore_ascii_case(value)) {
        return None;
    }
    let what = match severity {
        Severity::Error => format!("key '{key}' cannot be {}: {reason}", quoted(value)),
        Severity::Warning => format!("key '{key}' has no effect with {}: {reason}", quoted(value)),
    };
    Some((*severity, what, way_out))
}

/// What a setting is where no file names it, as far as that stands on one line.
pub(super) fn built_in_default(key: &str) -> &'static str {
    let mut lines = include_str!("../../config/default.ini").lines().filter_map(|line| line.split_once(" ="));
    lines.find(|(name, _)| *name == key).map_or("", |(_, value)| value.trim())
}

/// The new name of a key that has one.
pub(super) fn new_name(key: &str) -> Option<&'static str> {
    SETTINGS.iter().find(|(_, old_name)| *old_name == key && !key.is_empty()).map(|(name, _)| *name)
}

/// Whether `key` is any key with a meaning of its own, by whichever name.
pub(super) fn is_known(key: &str) -> bool {
    static ALL: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        let old_names = SETTINGS.iter().map(|(_, old_name)| *old_name).filter(|name| !name.is_empty());
        names().chain(old_names).collect()
    });
    ALL.contains(key)
}

/// Every key that a typing error can have been meant as.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|(name, _)| *name).chain(UPSTREAM.iter().map(|key| key.name))
}

/// Whether upstream has a section of this name.
pub(super) fn is_upstreams_section(section: &str) -> bool {
    /// One a line.
    const SECTIONS: &str = include_str!("../../config/upstream-sections.txt");
    SECTIONS.lines().any(|name| name == section)
}
