//! `docs/config.md` names every key: it is made of the tables of keys, and of the defaults.

use std::fmt::Write;

use es_loader::config::diagnostic::{File, Severity};
use serde_json::{Value, json};

use crate::support::check;
use crate::support::pages::assert_part;

/// To accept what the tables say: `UPDATE_FIXTURES=1 cargo test the_page_of_keys`, then read the difference.
#[test]
fn the_page_of_keys_is_what_the_tables_say() {
    assert_part("docs/config.md", "config/keys.tsv", &made());
}

#[test]
fn each_example_of_a_key_is_accepted() {
    for key in rows(include_str!("../../config/keys.tsv")) {
        let [name, _, _, _, example, ..] = key.as_slice() else { continue };
        if example.is_empty() {
            continue;
        }
        let pattern =
            if *name == "file_format" { "" } else { "file_format = text\nlog_pattern = (?P<a>.)\n" };
        let needed = match *name {
            "index_name" => "s3_key = one/\n",
            "s3_key" => "index_name = log-one\n",
            _ => "index_name = log-one\ns3_key = one/\n",
        };
        let pattern = if *name == "log_pattern" { "file_format = text\n" } else { pattern };
        let lists = "source.ip = a\ndestination.ip = a\nevent.action = a\nlabels.env = a\n";
        let text = format!("[one]\n{needed}{pattern}{name} = {example}\n{lists}");
        let file = File { name: "user.ini".to_owned(), text };
        let told: Vec<_> =
            check(&[file]).into_iter().filter(|finding| finding.severity == Severity::Error).collect();
        assert!(told.is_empty(), "{name}: {told:?}");
    }
}

/// To accept what the tables say: `UPDATE_FIXTURES=1 cargo test the_schema_of_keys`.
#[test]
fn the_schema_of_keys_is_what_the_tables_say() {
    let made = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/config.schema.json");
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    assert_eq!(made, std::fs::read_to_string(&path).unwrap());
}

/// The keys of a section as JSON Schema, for editors and programs that read user.ini into an object of sections.
fn schema() -> Value {
    let mut keys = serde_json::Map::new();
    for cells in rows(include_str!("../../config/keys.tsv")) {
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        let mut key = json!({"type": "string", "description": format!("{} Value: {}.", cell(3), cell(2))});
        let default = default(cell(0));
        if !default.is_empty() {
            key["default"] = json!(default);
        }
        if !cell(4).is_empty() {
            key["examples"] = json!([cell(4)]);
        }
        if let Some(words) = words(cell(2)) {
            key["enum"] = json!(words);
        }
        if !cell(1).is_empty() {
            let text = format!("Old name of {}.", cell(0));
            keys.insert(
                cell(1).to_owned(),
                json!({"type": "string", "deprecated": true, "description": text}),
            );
        }
        keys.insert(cell(0).to_owned(), key);
    }
    for cells in rows(include_str!("../../config/upstream-keys.tsv")) {
        let text = format!("No setting here: {}. {}.", cells[3], cells[4]);
        keys.insert(cells[0].to_owned(), json!({"type": "string", "deprecated": true, "description": text}));
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "user.ini of es-loader: an object of its sections",
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "properties": keys,
            "patternProperties": {
                "^[A-Za-z0-9_@-]+(\\.[A-Za-z0-9_@-]+)+$": {
                    "type": "string",
                    "description": "A line of the table: the field, and its sources or its constant.",
                },
            },
            "additionalProperties": {"type": "string", "description": "A variable that other values refer to by ${NAME}, or a listed field."},
        },
    })
}

/// The words of a form that is a list of words: `json, cef, leef or text`.
fn words(form: &str) -> Option<Vec<&str>> {
    let (front, last) = form.split_once(" or ")?;
    let words: Vec<&str> = front.split(", ").chain([last]).collect();
    words.iter().all(|word| !word.contains(' ')).then_some(words)
}

#[test]
fn the_schema_names_each_key_once_and_takes_the_examples() {
    let schema = schema();
    let keys = &schema["additionalProperties"]["properties"];
    for (name, key) in keys.as_object().unwrap() {
        let words = key["enum"].as_array().cloned().unwrap_or_default();
        for example in key["examples"].as_array().into_iter().flatten() {
            assert!(words.is_empty() || words.contains(example), "{name}: {example}");
        }
    }
    assert_eq!(keys["file_format"]["enum"], json!(["json", "cef", "leef", "text", "multiline", "csv"]));
    assert_eq!(keys["redact"]["default"], "length");
    assert_eq!(keys["index"]["deprecated"], true);
}

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().skip(1).map(|line| line.split('\t').collect())
}

fn default(name: &str) -> String {
    let text = include_str!("../../config/default.ini");
    let mut lines = text.lines().skip_while(|line| !line.starts_with(&format!("{name} =")));
    let first = lines.next().and_then(|line| line.split_once('=')).map_or("", |(_, value)| value.trim());
    let more = lines.take_while(|line| line.starts_with(' ')).map(str::trim);
    std::iter::once(first).chain(more).collect::<Vec<_>>().join(" ")
}

fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{}`", text.replace('|', "\\|")) }
}

/// The keys as a table. A default that is a long list stands behind it.
fn made() -> String {
    const LONG: usize = 80;
    let mut page = "| key | value | default | meaning |\n|---|---|---|---|\n".to_owned();
    let mut lists = String::new();
    for cells in rows(include_str!("../../config/keys.tsv")) {
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        let (name, form, example) = (code(cell(0)), cell(2), code(cell(4)));
        let old = if cell(1).is_empty() { String::new() } else { format!(" (old name: {})", code(cell(1))) };
        let value = match words(form) {
            Some(words) => words.iter().map(|word| code(word)).collect::<Vec<_>>().join(", "),
            None if example.is_empty() => form.to_owned(),
            None => format!("{form}: {example}"),
        };
        let default = match code(&default(cell(0))) {
            list if list.len() > LONG => {
                writeln!(lists, "* {name}: {list}").unwrap();
                "below".to_owned()
            }
            default => default,
        };
        writeln!(
            page,
            "| {name}{old} | {value} | {default} | {} |",
            cell(3).replace('|', "\\|").replace('<', "&lt;")
        )
        .unwrap();
    }
    write!(page, "\nThe defaults that are lists:\n\n{lists}\n").unwrap();
    page.push_str("## Keys of the Python loader that are no settings here\n\n");
    page.push_str(
        "| key | values that ask for nothing | any other value | why | instead |\n|---|---|---|---|---|\n",
    );
    for cells in rows(include_str!("../../config/upstream-keys.tsv")) {
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default().replace('|', "\\|");
        let accepted = match cell(1).as_str() {
            "" => "empty".to_owned(),
            "*" => "none".to_owned(),
            words => words.split(' ').map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        };
        writeln!(page, "| `{}` | {accepted} | {} | {} | {} |", cell(0), cell(2), cell(3), cell(4)).unwrap();
    }
    page
}
