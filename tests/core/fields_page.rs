//! `docs/fields.md` says what the loader does: it is made of the list of fields and of what each key of each module fills.
//!
//! Which module writes which key, and an example of each, stands in `config/log_types/deepsecurity/examples.csv`.

use std::collections::BTreeMap;
use std::fmt::Write;

use es_loader::document::ecs::Type;
use serde_json::Value;

use crate::support::pages::assert_part;
use crate::support::tables::{Row, deepsecurity};
use crate::support::{document, plan};

const PAGE: &str = "docs/fields.md";

/// To accept what the code gives: `UPDATE_FIXTURES=1 cargo test the_page_of_fields`, then read the difference.
#[test]
fn the_page_of_fields_is_what_the_loader_does() {
    let made = page();
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::write(PAGE, &made).unwrap();
    }
    let written = std::fs::read_to_string(PAGE).unwrap();
    for (number, (made, written)) in (1..).zip(made.lines().zip(written.lines())) {
        assert_eq!(made, written, "{PAGE}:{number}; UPDATE_FIXTURES=1 writes it anew");
    }
    assert_eq!(made.lines().count(), written.lines().count());
}

/// To accept what the table says: `UPDATE_FIXTURES=1 cargo test the_page_of_modules`, then read the difference.
#[test]
fn the_page_of_modules_is_what_the_table_says() {
    const HEAD: [&str; 6] =
        ["module", "product", "ids", "`event.provider`", "`event.kind`", "`event.category`"];
    let mut made = format!("| {} |\n|{}\n", HEAD.join(" | "), "---|".repeat(HEAD.len()));
    for row in deepsecurity("modules") {
        let cells = ["module", "product", "ids", "provider", "kind", "category"]
            .map(|name| row.list(name).join(", "));
        made += &format!("| {} |\n", cells.join(" | ").replace("|  |", "| |"));
    }
    assert_part("docs/deep-security.md", "config/log_types/deepsecurity/modules.csv", &made);
}

#[test]
fn each_module_writes_events_of_its_own_name() {
    for section in sections().iter().filter(|section| section.is_module()) {
        assert_eq!(document(&event(section, "")).text("rule.ruleset"), section.title);
    }
}

/// What one table of the page is about.
struct Section {
    title: String,
    /// `Agent` or `Manager`.
    product: String,
    /// A signature id of the module.
    id: String,
    keys: Vec<Key>,
}

/// A key in the events of a module.
struct Key {
    name: String,
    /// What its label key says: all generations of it.
    labels: Vec<String>,
    example: String,
    /// Pairs that the value is read together with.
    with: String,
}

const COMMON: &str = "Every module";

const OTHER: &str = "Others";

impl Section {
    fn is_module(&self) -> bool {
        self.title != COMMON && self.title != OTHER
    }

    fn new(title: &str, product: &str, id: &str, module: &str) -> Self {
        let labels = deepsecurity("labels");
        let examples = deepsecurity("examples");
        let keys = examples.iter().filter(|row| row.cell("module") == module).map(|row| Key {
            name: row.cell("key").to_owned(),
            labels: labels_of(module, row.cell("key"), &labels),
            example: row.cell("example").to_owned(),
            with: row.cell("with").to_owned(),
        });
        Self { title: title.to_owned(), product: product.to_owned(), id: id.to_owned(), keys: keys.collect() }
    }
}

/// The labels of a custom key in a module. Those that can stand at any key have no module.
fn labels_of(module: &str, key: &str, labels: &[Row]) -> Vec<String> {
    let is_custom = labels.iter().any(|row| row.cell("key") == key);
    let is_it = |row: &&Row| match module {
        "" => is_custom && row.list("modules").is_empty(),
        module => row.cell("key") == key && row.list("modules").contains(&module),
    };
    let found = labels.iter().filter(is_it).flat_map(|row| [row.cell("label"), row.cell("other label")]);
    found.filter(|label| !label.is_empty()).map(str::to_owned).collect()
}

/// The keys of all modules, of each, and of none.
fn sections() -> Vec<Section> {
    let modules = deepsecurity("modules");
    let modules = modules.iter().map(|row| {
        let name = row.cell("module");
        Section::new(name, row.cell("product"), row.cell("example id"), name)
    });
    [Section::new(COMMON, "Agent", "3002795", "*")]
        .into_iter()
        .chain(modules)
        .chain([Section::new(OTHER, "Agent", "3002795", "")])
        .collect()
}

fn page() -> String {
    let mut page = String::from(
        "# Fields\n\n\
        This page is made by a test out of the loader itself (`UPDATE_FIXTURES=1 cargo test --test core the_page_of_fields`): the first table \
        is its list of fields,\nthe others are what it does with one key at a time, by the shipped `user.ini`. \
        [deep-security.md](deep-security.md) tells the rules behind them.\n\n\
        ## All fields\n\n\
        In the order of the document. `deepsecurity` is the `field_prefix` of the section.\n\n\
        | field | type | meaning |\n|---|---|---|\n",
    );
    for (_, field) in plan().fields().iter() {
        writeln!(page, "| `{}` | {} | {} |", field.name, type_name(field.kind), field.meaning).unwrap();
    }
    page.push_str(
        "\n## The header\n\n\
        | part of CEF's header | example | field | type | in the document | meaning |\n|---|---|---|---|---|---|\n",
    );
    let base = ["Trend Micro", "Deep Security Agent", "20.0.1.690", "1000552", "XSS Prevention", "10"];
    let parts = ["vendor", "product", "version", "signature id", "name", "severity"];
    let other = ["TrendMicro", "Deep Security", "20.0", "2002779", "Another rule", "3"];
    for ((at, part), other) in parts.iter().enumerate().zip(other) {
        let mut changed = base;
        changed[at] = other;
        let line = |header: [&str; 6]| format!("Nov 22 15:08:33 h CEF: 0|{}|cn1=1", header.join("|"));
        rows(&mut page, part, &format!("`{}`", base[at]), &filled(&line(changed), &line(base)));
    }
    page.push_str(
        "\n`event.kind`, `event.category`, `event.type`, `event.provider` and `rule.ruleset` follow from product and signature id.\n\n\
        ## Keys\n\n\
        Each table has one key a row, with an example as the event writes it and all the fields that it fills; `related.*` collects \
        addresses, names, users and hashes\nfrom all of them and is left out here. Custom keys are read by their label, and without \
        one by their module. A value that does not fit its field is\n`deepsecurity.KEY`, a key that is nowhere on this page \
        `deepsecurity.extra.KEY`. Where a `user.ini` does not put `cs1` into `rule.category`, it is\n`deepsecurity.dpi_note`, \
        `deepsecurity.action_reason` or `deepsecurity.li_description`.\n",
    );
    for section in &sections() {
        table(&mut page, section);
    }
    leef(&mut page);
    page
}

fn table(page: &mut String, section: &Section) {
    writeln!(page, "\n### {}\n", section.title).unwrap();
    if section.title == OTHER {
        page.push_str(
            "Known from other parsers, in no list of a module; `sha256` is a label of any `csN`.\n\n",
        );
    } else if section.is_module() {
        writeln!(page, "Tried with the id {} of the {}.\n", section.id, section.product).unwrap();
    }
    page.push_str(
        "| key | example | field | type | in the document | meaning |\n|---|---|---|---|---|---|\n",
    );
    for key in &section.keys {
        let shown = match key.labels.as_slice() {
            [] => format!("`{}`", key.name),
            labels => format!("`{}` {}", key.name, labels.join(" / ")),
        };
        rows(page, &shown, &code(&key.example), &filled_by(section, key));
    }
}

/// What a key fills; all generations of its label have to say the same, and so has the module where it knows the key without one.
fn filled_by(section: &Section, key: &Key) -> Vec<(String, Value)> {
    let without = event(section, &key.with);
    let pair = |label: Option<&str>| {
        let label = label.map(|label| format!(" {}Label={label}", key.name)).unwrap_or_default();
        event(section, &format!("{} {}={}{label}", key.with, key.name, key.example))
    };
    let bare = filled(&without, &pair(None));
    let labeled: Vec<_> = key.labels.iter().map(|label| filled(&without, &pair(Some(label)))).collect();
    for other in &labeled {
        assert_eq!(other, &labeled[0], "{}: {}", section.title, key.name);
        if section.title != OTHER {
            assert_eq!(other, &bare, "{}: {} without a label", section.title, key.name);
        }
    }
    labeled.into_iter().next().unwrap_or(bare)
}

fn event(section: &Section, extension: &str) -> String {
    format!(
        "Nov 22 15:08:33 ip-10-0-1-7 CEF: 0|Trend Micro|Deep Security {}|20.0.1.690|{}|A rule|6|{}",
        section.product,
        section.id,
        extension.trim()
    )
}

/// LEEF's keys against the same line without each.
fn leef(page: &mut String) {
    page.push_str(
        "\n## LEEF\n\n\
        The keys of LEEF are those of CEF, but for these. What CEF's header says, LEEF says by attributes; the module follows from the id, \
        and from `cat` where the id is in no range.\n\n\
        | key | example | field | type | in the document | meaning |\n|---|---|---|---|---|---|\n",
    );
    for row in deepsecurity("examples").iter().filter(|row| row.cell("module") == "LEEF") {
        let (name, example) = (row.cell("key"), row.cell("example"));
        let line = |attributes: &str| {
            // An id that is in no range: its module is told by `cat` alone.
            format!("Nov 22 15:08:33 h LEEF: 2.0|Trend Micro|Deep Security Agent|20.0.560|99|{attributes}")
        };
        let filled = filled(&line("cn1=1"), &line(&format!("cn1=1#011{name}={example}")));
        assert!(!filled.is_empty(), "{name}");
        rows(page, &format!("`{name}`"), &code(example), &filled);
    }
}

/// The fields that `line` has and `without` has not, or not with this value, in the order of the document.
fn filled(without: &str, line: &str) -> Vec<(String, Value)> {
    let [without, with] = [without, line].map(|line| {
        let mut fields = BTreeMap::new();
        flatten("", &document(line).source, &mut fields);
        fields.retain(|name, _| !name.starts_with("related.") && name != "@id" && name != "@message");
        fields
    });
    let mut filled: Vec<(String, Value)> =
        with.into_iter().filter(|(name, value)| without.get(name) != Some(value)).collect();
    let order = |name: &str| {
        plan()
            .fields()
            .id(name)
            .map_or(usize::MAX, |id| plan().fields().iter().position(|(other, _)| other == id).unwrap())
    };
    filled.sort_by_key(|(name, _)| order(name));
    filled
}

fn flatten(object: &str, value: &Value, fields: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(inner) => {
            for (key, value) in inner {
                let name = if object.is_empty() { key.clone() } else { format!("{object}.{key}") };
                flatten(&name, value, fields);
            }
        }
        value => drop(fields.insert(object.to_owned(), value.clone())),
    }
}

/// One row for each field; the key stands in the first.
fn rows(page: &mut String, key: &str, example: &str, filled: &[(String, Value)]) {
    assert!(!filled.is_empty(), "{key} fills nothing");
    let mut shown = (key, example);
    for (name, value) in filled {
        let field =
            plan().fields().id(name).and_then(|id| plan().fields().iter().find(|(other, _)| *other == id));
        let (kind, meaning) = match field {
            Some((_, field)) => (type_name(field.kind), field.meaning.as_ref()),
            None => ("keyword", "The value as it is"),
        };
        let (key, example) = std::mem::take(&mut shown);
        writeln!(page, "| {key} | {example} | `{name}` | {kind} | {} | {meaning} |", in_document(value))
            .unwrap();
    }
}

fn in_document(value: &Value) -> String {
    match value {
        Value::Array(values) => values.iter().map(in_document).collect::<Vec<_>>().join(", "),
        Value::String(text) => code(&text.replace('\r', "").replace('\n', "⏎")),
        value => code(&value.to_string()),
    }
}

/// Text in a cell of a table, as it is; long text is cut.
fn code(text: &str) -> String {
    let mut shown: String = text.chars().take(64).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("`{}`", shown.replace('|', "\\|"))
}

fn type_name(kind: Type) -> &'static str {
    match kind {
        Type::Keyword => "keyword",
        Type::Lowercase => "keyword, lower case",
        Type::Text => "text",
        Type::Long => "long",
        Type::Count => "long, not negative",
        Type::Port => "port",
        Type::Transport => "keyword of IANA",
        Type::Float => "float",
        Type::Ip => "ip",
        Type::Date => "date",
        Type::Mac => "MAC address",
        Type::GeoPoint => "geo_point",
        Type::Flat => "flat_object",
    }
}
