//! What the tests of documents share: a compiled section, fixed facts of an object, and documents read back.

pub(crate) mod pages;
pub(crate) mod tables;
pub(crate) mod panels;
pub(crate) mod strict;

use std::ops::ControlFlow;
use std::sync::LazyLock;

use bumpalo::Bump;
use es_loader::config::Config;
use es_loader::config::diagnostic::{Diagnostic, File};
use es_loader::load::account::{Account, Limits};
use es_loader::load::batch::Batch;
use es_loader::load::load;
use es_loader::map::compiled::{CompiledSection, CompiledSections};
use es_loader::map::event::ObjectFacts;
use es_loader::parse::time;
use es_loader::parse::time::{Surroundings, Zone};
use serde_json::Value;

/// Key of the object that all lines stand in.
pub(crate) const KEY: &str = "ds_agent/2026/11/22/00_host_0.gz";

/// All findings about `files`, errors and warnings, in the order of the files and their lines.
pub(crate) fn check(files: &[File]) -> Vec<Diagnostic> {
    match Config::load(files) {
        Ok(config) => config.warnings,
        Err(findings) => findings,
    }
}

/// Memory for the escapes of one event.
pub(crate) fn arena() -> &'static Bump {
    Box::leak(Box::default())
}

/// The section `[deepsecurity]` as it is shipped.
pub(crate) fn plan() -> &'static CompiledSection {
    static PLAN: LazyLock<CompiledSection> = LazyLock::new(|| plan_with(""));
    &PLAN
}

/// The same with `settings` over it, one a line.
pub(crate) fn plan_with(settings: &str) -> CompiledSection {
    let file = File { name: "user.ini".to_owned(), text: format!("[deepsecurity]\n{settings}\n") };
    plans(file).named("deepsecurity").expect("a section named deepsecurity").clone()
}

/// A section of its own.
pub(crate) fn plan_of_section(name: &str, settings: &str) -> CompiledSection {
    let text = format!("[{name}]\n{settings}\n");
    plans(File { name: "user.ini".to_owned(), text }).named(name).expect("the section").clone()
}

/// All sections that are built in.
pub(crate) fn all() -> &'static CompiledSections {
    static ALL: LazyLock<CompiledSections> = LazyLock::new(|| {
        plans(File { name: "user.ini".to_owned(), text: "[DEFAULT]\nlog_types = all\n".to_owned() })
    });
    &ALL
}

fn plans(file: File) -> CompiledSections {
    let config = Config::load(&[file]).unwrap_or_else(|findings| panic!("{findings:#?}"));
    CompiledSections::new(config).expect("no field is a value and an object")
}

/// What is known of the object: fixed.
pub(crate) fn facts() -> ObjectFacts {
    ObjectFacts {
        bucket: Some("example-siem-logs".to_owned()),
        key: KEY.to_owned(),
        region: Some("ap-northeast-1".to_owned()),
        account: Some("123456789012".to_owned()),
        around: Surroundings {
            key: time::in_key(KEY, &Zone::UTC),
            object: Some("2026-11-22T23:00:00Z".parse().unwrap()),
            load: "2026-11-23T00:00:00Z".parse().unwrap(),
        },
    }
}

/// What one load gave.
pub(crate) struct Loaded {
    pub(crate) ndjson: Vec<u8>,
    pub(crate) documents: Vec<Document>,
    pub(crate) account: Account,
}

/// One bulk operation, read back.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) index: String,
    pub(crate) id: String,
    pub(crate) source: Value,
    pub(crate) json: String,
}

impl Document {
    /// The value at a dotted name; null where there is none.
    pub(crate) fn get(&self, name: &str) -> &Value {
        const NULL: &Value = &Value::Null;
        // The fields with an `@` have no objects around them.
        let mut parts = name.split('.');
        parts.try_fold(&self.source, |object, part| object.get(part)).unwrap_or(NULL)
    }

    /// The text at a dotted name.
    pub(crate) fn text(&self, name: &str) -> &str {
        let value = self.get(name);
        value.as_str().unwrap_or_else(|| panic!("`{name}` is {value} in {}", self.json))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        !self.get(name).is_null()
    }
}

/// Loads bytes by a plan, with the fixed facts.
pub(crate) fn load_bytes(plan: &CompiledSection, bytes: &[u8]) -> Loaded {
    load_with(plan, facts(), &Limits::default(), bytes)
}

/// Loads bytes, and reads all documents back.
pub(crate) fn load_with(plan: &CompiledSection, facts: ObjectFacts, limits: &Limits, bytes: &[u8]) -> Loaded {
    let mut ndjson = Vec::new();
    let mut documents = Vec::new();
    let account = load(bytes, plan, facts, limits, &mut |batch: &mut Batch| {
        ndjson.extend_from_slice(&batch.body);
        documents.extend((0..batch.len()).map(|at| read_back(batch, at)));
        ControlFlow::Continue(())
    });
    Loaded { ndjson, documents, account }
}

/// A document of a batch, read back.
pub(crate) fn read_back(batch: &Batch, at: usize) -> Document {
    let (action, document) = batch.pair(at).expect("a document of the batch");
    let action: Value = serde_json::from_slice(action).expect("an action line that is JSON");
    let json = std::str::from_utf8(document).expect("a document that is UTF-8").to_owned();
    let text = |name: &str| action["index"][name].as_str().expect("a name in the action line").to_owned();
    let source = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
    Document { index: text("_index"), id: text("_id"), source, json }
}

/// A line as fluentd writes it.
pub(crate) fn fluentd_line(message: &str) -> Vec<u8> {
    fluentd_line_at(message, "2026-11-22T15:08:40+09:00")
}

/// A line that fluentd has read at `timestamp`.
pub(crate) fn fluentd_line_at(message: &str, timestamp: &str) -> Vec<u8> {
    let record = serde_json::json!({
        "message": message,
        "hostname": "ip-10-0-1-7",
        "timestamp": timestamp,
        "tag": "ds_agent.var.log.dsa.log",
    });
    let mut line = record.to_string().into_bytes();
    line.push(b'\n');
    line
}

/// The only document of one message, by the shipped section.
pub(crate) fn document(message: &str) -> Document {
    document_by(plan(), message)
}

/// The only document of one message.
pub(crate) fn document_by(plan: &CompiledSection, message: &str) -> Document {
    let mut loaded = load_bytes(plan, &fluentd_line(message));
    assert_eq!(loaded.documents.len(), 1, "{message}");
    loaded.documents.remove(0)
}

/// The message of an agent's CEF event, as rsyslog writes it.
pub(crate) fn agent_event(signature_id: &str, extension: &str) -> String {
    format!(
        "Nov 22 15:08:33 ip-10-0-1-7 CEF: 0|Trend Micro|Deep Security Agent|20.0.0.1194|{signature_id}|A rule|6|{extension}"
    )
}

/// The message of an Intrusion Prevention event with a payload.
pub(crate) fn packet_event(source: &str, payload: &[u8]) -> String {
    use base64::Engine as _;
    let data = base64::engine::general_purpose::STANDARD.encode(payload).replace('=', "\\=");
    agent_event(
        "1000552",
        &format!(
            "cn1=1 cn1Label=Host ID src={source} dst=10.0.0.5 in=100 proto=TCP spt=1 dpt=80 act=Reset TrendMicroDsPacketData={data}"
        ),
    )
}

/// Whether a document lets anybody read `secret`: as text, or as base64 at any of its three alignments.
pub(crate) fn tells(document: &str, secret: &str) -> bool {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let inner = |skip: usize| {
        let padded = [&"\0\0\0"[..skip], secret].concat();
        let encoded = STANDARD.encode(padded);
        // The first and the last group depend on the neighbors.
        let end = encoded.trim_end_matches('=').len().saturating_sub(2);
        encoded.get(4..end).unwrap().to_owned()
    };
    document.contains(secret) || (0..3).any(|skip| document.contains(&inner(skip)))
}

/// A file that a tool packed: see `fixtures/containers/make`.
pub(crate) fn packed(name: &str) -> Vec<u8> {
    std::fs::read(format!("fixtures/containers/{name}")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Lines of 100 bytes that do not compress away, so that damage hits data.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 1u32;
    (0..length)
        .map(|at| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if at % 100 == 99 { b'\n' } else { b'a' + (state >> 24) as u8 % 26 }
        })
        .collect()
}
