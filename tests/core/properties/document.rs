//! From bytes to bulk requests: every line is accounted for, and each document is one that OpenSearch takes.

use es_loader::load::account::Limits;
use es_loader::read::object::Inflation;

use es_loader::map::compiled::CompiledSection;

use crate::support::strict::{Names, check_document_with};
use crate::support::{Loaded, all, facts, fluentd_line, load_with, plan};

/// OpenSearch's `index.mapping.depth.limit`.
const DEEPEST: usize = 20;

pub(super) fn property(bytes: &[u8]) {
    check(bytes);
    // Most bytes are no record; as a message all of them are.
    let (message, _) = es_loader::read::record::decode(bytes);
    check(&fluentd_line(&message));
}

/// The same for each section that is built in.
pub(super) fn of_each_section(bytes: &[u8]) {
    for section in all().iter() {
        check_in(section, Names::OfLog, bytes);
    }
}

/// Loads the bytes as events of Deep Security, and panics unless all is as it should be.
pub(super) fn check(bytes: &[u8]) {
    check_in(plan(), Names::Listed, bytes);
}

fn check_in(section: &CompiledSection, names: Names, bytes: &[u8]) {
    let limits = Limits {
        line_bytes: 1 << 16,
        batch_bytes: 2000,
        keep_lines: true,
        inflation: Inflation { bytes: 1 << 18, ratio: 100, ratio_from: 1 << 16 },
        ..Limits::default()
    };
    let Loaded { ndjson, documents, account } = load_with(section, facts(), &limits, bytes);
    let name = &section.log_type().name;
    assert_eq!(account.lines - account.blank_lines + account.further_events, account.documents, "{name}");
    assert_eq!(account.handed_over(), documents.len() as u64);
    assert_eq!(account.bulk_bytes, ndjson.len() as u64);
    assert!(ndjson.is_empty() || ndjson.ends_with(b"\n"));
    let lines = ndjson.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(lines, 2 * documents.len(), "two lines for each operation");
    // RFC 8259 section 7: these and no others have to be escaped.
    assert!(!ndjson.iter().any(|byte| *byte < b' ' && *byte != b'\n'), "a control character");
    for document in &documents {
        check_document_with(&document.json, section.fields(), names);
        let deep = depth(&document.source);
        assert!(
            names == Names::OfLog || deep <= DEEPEST,
            "{deep} objects inside of each other: {}",
            document.json
        );
    }
}

fn depth(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Object(object) => 1 + object.values().map(depth).max().unwrap_or(0),
        serde_json::Value::Array(items) => items.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
