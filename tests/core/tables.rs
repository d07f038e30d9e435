//! The tables of facts under `config/`: what is wrong with one is told with its file and line.

use std::collections::BTreeMap;

use es_loader::document::ecs;
use es_loader::log_types::deepsecurity::{SHIPPED, Tables};

use crate::support::tables::{Row, deepsecurity, table};
use crate::support::{document, plan};

#[test]
fn the_shipped_tables_are_read() {
    let read = Tables::read(SHIPPED);
    assert!(read.is_ok(), "{}", read.unwrap_err());
}

const FIELDS: &str = "field,type,meaning\n";
const KEYS: &str = "key,leef,field,as,left over,value\n";
const MODULES: &str = "module,provider,product,ids,cat,event type,rule id offset,on the host,quotes text,messages,packets,kind,category,type,example id\n";
const LABELS: &str = "modules,key,label,other label,field,as,table,path\n";
const ACTIONS: &str = "modules,act,id,disposition,type\n";

#[test]
fn what_is_wrong_with_a_table_is_told_with_file_and_line() {
    for (name, text, fault) in [
        (
            "fields",
            [FIELDS, "%.a,keyword,A\n# a comment\n\n%.b,keywrd,B\n"],
            "5: 'keywrd' in the column 'type' is none of: keyword, lowercase, text, long, count, port, transport, float, ip, date, mac, geo_point, flat",
        ),
        (
            "keys",
            [KEYS, "src,,source.ip,,,\ndst,,destination.adress,,,\n"],
            "3: the field 'destination.adress' is neither in fields.csv nor in config/fields.csv",
        ),
        (
            "keys",
            [KEYS, "src,,,hsh,,\n"],
            "2: 'hsh' in the column 'as' is none of: hash, icmp, container, code, custom, label",
        ),
        (
            "keys",
            [KEYS, "cs1,,,custom,,\ncs2,,,custom,,\ncs1Label,,,label,,\n"],
            "4: the label 'cs1Label' does not stand right behind its key",
        ),
        ("keys", [KEYS, "src,,source.ip,\n"], "2: the row has 4 cells, the table 6 columns"),
        ("keys", ["key,leef,field,left over\n", "src,,source.ip,\n"], "2: there is no column 'as'"),
        (
            "keys",
            [KEYS, "fname,,file.path,,,path; paht\n"],
            "2: 'paht' in the column 'value' is none of: path, own word, quotes, guarded, agent",
        ),
        (
            "modules",
            [MODULES, "Firewal,firewall,Agent,20,,,,,,,,event,,info,20\n"],
            "2: 'Firewal' in the column 'module' is none of: System, Anti-Malware, Application Control, Device Control, Firewall, Integrity Monitoring, Intrusion Prevention, Log Inspection, Web Reputation",
        ),
        ("modules", [MODULES, "Firewall,firewall,Agent,a-b,,,,,,,,event,,info,20\n"], "2: 'a' is no number"),
        (
            "modules",
            [MODULES, "Firewall,firewall,Agent,20,,,,,,,no,event,,info,20\n"],
            "2: 'no' in the column 'packets' is none of: yes",
        ),
        ("labels", [LABELS, "Firewall,src,Label,,%.act,,,\n"], "2: 'src' is no custom key of keys.csv"),
        (
            "actions",
            [ACTIONS, "Firewall,Deny,,stopped,\n"],
            "2: 'stopped' in the column 'disposition' is none of: blocked, detected, allowed",
        ),
    ] {
        let file = format!("config/log_types/deepsecurity/{name}.csv");
        let mut tables = SHIPPED;
        tables.iter_mut().find(|table| table.file == file).unwrap().text = String::leak(text.concat());
        let error = Tables::read(tables).map(|_| ()).unwrap_err();
        assert_eq!(error.to_string(), format!("{file}:{fault}"));
    }
}

/// No value stands in two rows.
fn assert_each_once<'r>(values: impl Iterator<Item = (&'r Row, String)>) {
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for (row, value) in values {
        let other = known.insert(value.clone(), row.place());
        assert_eq!(other, None, "{}: '{value}' stands in two rows", row.place());
    }
}

#[test]
fn no_field_stands_in_two_rows() {
    let files = ["config/fields.csv", "config/other_fields.csv", "config/log_types/deepsecurity/fields.csv"];
    let rows: Vec<Row> = files.into_iter().flat_map(table).collect();
    assert_each_once(rows.iter().map(|row| (row, row.cell("field").to_owned())));
}

#[test]
fn no_key_no_label_and_no_code_stands_in_two_rows() {
    let tables =
        ["keys", "labels", "modules", "actions", "detect_only", "codes", "system_events"].map(deepsecurity);
    let [keys, labels, modules, actions, detect_only, codes, system_events] = &tables;
    for (rows, columns) in [
        (keys, &["key", "leef"][..]),
        (labels, &["label", "other label"]),
        (modules, &["module"]),
        (detect_only, &["act"]),
        (system_events, &["id"]),
        (system_events, &["name"]),
    ] {
        let cells = rows.iter().flat_map(|row| columns.iter().map(move |column| (row, row.cell(column))));
        assert_each_once(
            cells.filter(|(_, cell)| !cell.is_empty()).map(|(row, cell)| (row, cell.to_owned())),
        );
    }
    // Actions are compared without regard to case.
    for (rows, columns) in [(labels, &["key"][..]), (actions, &["act", "id"])] {
        assert_each_once(rows.iter().flat_map(|row| {
            let cells: String = columns.iter().map(|column| row.cell(column).to_lowercase()).collect();
            row.list("modules").into_iter().map(move |module| (row, format!("{module} {cells}")))
        }));
    }
    let code = |row: &Row| {
        ["module", "code of", "code", "field"].map(|column| row.cell(column).to_owned()).join(" ")
    };
    assert_each_once(codes.iter().map(|row| (row, code(row))));
}

#[test]
fn no_id_is_of_two_modules() {
    let mut known: Vec<(u64, u64, String)> = Vec::new();
    for row in deepsecurity("modules") {
        for range in row.list("ids") {
            let (from, to) = range.split_once('-').unwrap_or((range, range));
            let (from, to): (u64, u64) = (from.parse().unwrap(), to.parse().unwrap());
            assert!(from <= to, "{}: the range {range} has no id", row.place());
            let other = known.iter().find(|(other_from, other_to, _)| from <= *other_to && *other_from <= to);
            assert_eq!(other, None, "{}: ids of {range} are another module's", row.place());
            known.push((from, to, row.cell("module").to_owned()));
        }
    }
}

#[test]
fn schemas_and_mappings_are_those_that_the_tables_tell_of() {
    let schemas = ["ecs", "siem", "loader"];
    let mappings = [
        "",
        "text",
        "long",
        "integer",
        "short",
        "object",
        "keyword with text",
        "keyword without doc_values",
        "date of epoch_millis",
        "object not indexed",
        "none",
    ];
    for row in ["config/fields.csv", "config/other_fields.csv"].into_iter().flat_map(table) {
        for (column, words) in [("schema", &schemas[..]), ("mapping", &mappings)] {
            let word = row.cell(column);
            assert!(words.contains(&word), "{}: there is no {column} '{word}'", row.place());
        }
    }
}

#[test]
fn fields_that_user_ini_fills_stand_in_the_order_of_their_names() {
    let rows = table("config/other_fields.csv");
    for (row, next) in rows.iter().zip(rows.iter().skip(1)) {
        let (name, next_name) = (row.cell("field"), next.cell("field"));
        assert!(name < next_name, "{}: '{next_name}' stands behind '{name}'", next.place());
    }
}

/// The numbers of fields are counted twice: by the compiler, and by the one who reads the table.
#[test]
fn a_section_has_the_fields_of_the_tables_in_their_order() {
    let (base, own) = (table("config/fields.csv"), deepsecurity("fields"));
    let (first, last) = base.split_at(base.len() - 2);
    let listed: Vec<String> = first
        .iter()
        .chain(&own)
        .chain(last)
        .map(|row| row.cell("field").replacen('%', "deepsecurity", 1))
        .collect();
    let fields: Vec<&str> = plan().fields().iter().map(|(_, field)| field.name.as_str()).collect();
    assert_eq!(fields, listed);
}

#[test]
fn every_field_of_a_document_says_what_it_holds() {
    for row in table("config/fields.csv").iter().chain(&deepsecurity("fields")) {
        assert!(!row.cell("meaning").is_empty(), "{}: the field has no meaning", row.place());
    }
}

#[test]
fn a_field_of_ecs_is_one_whose_schema_says_so() {
    assert_eq!(ecs::type_of("source.ip"), Some(ecs::Type::Ip));
    assert_eq!(ecs::type_of("source.nat.port"), Some(ecs::Type::Port));
    for other in ["@id", "event.count", "client.nat.ip", "%.tag", "deepsecurity.act"] {
        assert!(!ecs::is_ecs_field(other), "{other}");
    }
}

#[test]
fn each_key_has_an_example_and_each_example_a_key() {
    let (keys, examples, modules) = (deepsecurity("keys"), deepsecurity("examples"), deepsecurity("modules"));
    for key in keys.iter().filter(|key| key.cell("as") != "label") {
        for name in [key.cell("key"), key.cell("leef")].into_iter().filter(|name| !name.is_empty()) {
            let has_example = examples.iter().any(|example| example.cell("key") == name);
            assert!(has_example, "{}: examples.csv has no example of '{name}'", key.place());
        }
    }
    for example in &examples {
        let (name, module) = (example.cell("key"), example.cell("module"));
        assert!(key_of(name, &keys).is_some(), "{}: keys.csv has no key '{name}'", example.place());
        let is_known = modules.iter().any(|row| row.cell("module") == module);
        assert!(
            is_known || ["*", "", "LEEF"].contains(&module),
            "{}: modules.csv has no module '{module}'",
            example.place()
        );
    }
}

#[test]
fn each_label_of_a_module_has_an_example() {
    let examples = deepsecurity("examples");
    for label in deepsecurity("labels") {
        for module in label.list("modules") {
            let is_it = |row: &Row| row.cell("module") == module && row.cell("key") == label.cell("key");
            let has_example = examples.iter().any(is_it);
            assert!(has_example, "{}: examples.csv has no example of it in {module}", label.place());
        }
    }
}

#[test]
fn the_value_of_an_example_fits_its_field() {
    let (keys, modules) = (deepsecurity("keys"), deepsecurity("modules"));
    for example in deepsecurity("examples") {
        let key = key_of(example.cell("key"), &keys).filter(|key| !key.cell("field").is_empty());
        let Some(key) = key else { continue };
        let module = modules.iter().find(|module| module.cell("module") == example.cell("module"));
        let (product, id) =
            module.map_or(("Agent", "3002795"), |module| (module.cell("product"), module.cell("example id")));
        let event = document(&format!(
            "CEF:0|Trend Micro|Deep Security {product}|20|{id}|n|6|{} {}={}",
            example.cell("with"),
            key.cell("key"),
            example.cell("example")
        ));
        let field = key.cell("field").replacen('%', "deepsecurity", 1);
        assert!(event.has(&field), "{}: it does not fit {field}: {}", example.place(), event.json);
    }
}

/// The key of a name, in CEF's or LEEF's spelling.
fn key_of<'k>(name: &str, keys: &'k [Row]) -> Option<&'k Row> {
    keys.iter().find(|key| key.cell("key") == name || key.cell("leef") == name)
}
