//! The tables of facts under `config/`: what is wrong with one is told with its file and line.

use std::collections::BTreeSet;

use es_loader::document::ecs;
use es_loader::log_types::deepsecurity::{Tables, Texts};

use crate::support::tables::{Row, deepsecurity, table};
use crate::support::{document, plan};

#[test]
fn the_shipped_tables_are_read() {
    let read = Tables::read(&Texts::SHIPPED);
    assert!(read.is_ok(), "{}", read.unwrap_err());
}

const KEYS: &str = "key,leef,field,as,left over\n";

const MODULES: &str = "module,provider,product,ids,cat,rule id offset,on the host,quotes text,packets,kind,category,type,example id\n";

/// A table of one row, and one of two.
fn after(columns: &str, rows: &[&str]) -> &'static str {
    String::leak([columns, &rows.join("\n"), "\n"].concat())
}

#[test]
fn what_is_wrong_with_a_table_is_told_with_file_and_line() {
    const SHIPPED: Texts = Texts::SHIPPED;
    let keys = |rows: &[&str]| Texts { keys: after(KEYS, rows), ..SHIPPED };
    let modules = |rows: &[&str]| Texts { modules: after(MODULES, rows), ..SHIPPED };
    let labels =
        |rows: &[&str]| Texts { labels: after("modules,key,label,other label,field,as\n", rows), ..SHIPPED };
    let actions =
        |rows: &[&str]| Texts { actions: after("modules,act,id,disposition,type\n", rows), ..SHIPPED };
    let codes = |rows: &[&str]| Texts { codes: after("module,code of,code,field,word\n", rows), ..SHIPPED };
    let fields = |rows: &[&str]| Texts { fields: after("field,type,meaning\n", rows), ..SHIPPED };
    for (texts, fault) in [
        (
            fields(&["%.a,keyword,A", "# a comment", "", "%.b,keywrd,B"]),
            "fields.csv:5: 'keywrd' in the column 'type' is none of: keyword, lowercase, text, long, count, port, transport, float, ip, date, mac, geo_point, flat",
        ),
        (
            fields(&["%.a,keyword,A", "%.a,long,B"]),
            "fields.csv:3: every document has the field '%.a' already",
        ),
        (fields(&["source.ip,ip,A"]), "fields.csv:2: every document has the field 'source.ip' already"),
        (fields(&["%.a,keyword,"]), "fields.csv:2: the field has no meaning"),
        (
            keys(&["src,,source.ip,,", "dst,,destination.adress,,"]),
            "keys.csv:3: the field 'destination.adress' is neither in fields.csv nor in config/fields.csv",
        ),
        (keys(&["src,,source.ip,,", "src,,client.ip,,"]), "keys.csv:3: the key 'src' stands here twice"),
        (keys(&["src,,source.ip,,", "spt,src,source.port,,"]), "keys.csv:3: the key 'src' stands here twice"),
        (
            keys(&["src,,,hsh,"]),
            "keys.csv:2: 'hsh' in the column 'as' is none of: hash, icmp, container, code, custom, label",
        ),
        (
            keys(&["cs1,,,custom,", "cs2,,,custom,", "cs1Label,,,label,"]),
            "keys.csv:4: the label 'cs1Label' does not stand right behind its key",
        ),
        (keys(&["src,,source.ip,"]), "keys.csv:2: the row has 4 cells, the table 5 columns"),
        (
            Texts { keys: "key,leef,field,left over\nsrc,,source.ip,\n", ..SHIPPED },
            "keys.csv:2: there is no column 'as'",
        ),
        (
            modules(&["Firewal,firewall,Agent,20,,,,,,event,,info,20"]),
            "modules.csv:2: 'Firewal' in the column 'module' is none of: System, Anti-Malware, Application Control, Device Control, Firewall, Integrity Monitoring, Intrusion Prevention, Log Inspection, Web Reputation",
        ),
        (
            modules(&[
                "Firewall,firewall,Agent,20; 100-199,,,,,,event,,info,20",
                "Web Reputation,web_reputation,Agent,150-250,,,,,,event,,info,20",
            ]),
            "modules.csv:3: the ids 150-250 are none, or another module has some of them",
        ),
        (modules(&["Firewall,firewall,Agent,a-b,,,,,,event,,info,20"]), "modules.csv:2: 'a' is no number"),
        (
            modules(&["Firewall,firewall,Agent,20,,,,,no,event,,info,20"]),
            "modules.csv:2: 'no' in the column 'packets' is none of: yes",
        ),
        (
            labels(&["*,cn1,Host ID,,host.id,", "Firewall,cs1,Host ID,,%.act,"]),
            "labels.csv:3: the label 'Host ID' stands here twice",
        ),
        (labels(&["Firewall,src,Label,,%.act,"]), "labels.csv:2: 'src' is no custom key of keys.csv"),
        (
            labels(&["*,cn1,Host ID,,host.id,", "Firewall,cn1,Other,,%.act,"]),
            "labels.csv:3: the key 'cn1' of this module stands here twice",
        ),
        (
            actions(&["Firewall,Deny,,blocked,", "Firewall,deny,,detected,"]),
            "actions.csv:3: 'deny' stands here twice",
        ),
        (
            actions(&["Firewall,Deny,,stopped,"]),
            "actions.csv:2: 'stopped' in the column 'disposition' is none of: blocked, detected",
        ),
        (
            codes(&[
                "Anti-Malware,%.risk_level,0,%.risk_level_name,low",
                "Anti-Malware,%.risk_level,0,%.risk_level_name,high",
            ]),
            "codes.csv:3: the code '0' stands here twice, or behind '*'",
        ),
    ] {
        let error = Tables::read(&texts).map(|_| ()).unwrap_err().to_string();
        assert_eq!(error, format!("config/log_types/deepsecurity/{fault}"));
    }
}

#[test]
fn no_field_stands_in_two_tables() {
    let mut known = BTreeSet::new();
    for file in ["config/fields.csv", "config/other_fields.csv", "config/log_types/deepsecurity/fields.csv"] {
        for row in table(file) {
            assert!(
                known.insert(row.cell("field").to_owned()),
                "{file}:{}: the field '{}' stands in another line too",
                row.line,
                row.cell("field")
            );
        }
    }
}

#[test]
fn fields_that_user_ini_fills_stand_in_the_order_of_their_names() {
    let rows = table("config/other_fields.csv");
    for (row, next) in rows.iter().zip(rows.iter().skip(1)) {
        let (name, next_name) = (row.cell("field"), next.cell("field"));
        assert!(name < next_name, "{}:{}: '{next_name}' stands behind '{name}'", next.file, next.line);
    }
}

/// The numbers of fields are counted twice: by the compiler, and by the one who reads the table.
#[test]
fn a_section_has_the_fields_of_the_tables_in_their_order() {
    let own = deepsecurity("fields");
    let base = table("config/fields.csv");
    let (last, first) = (base.len() - 2, base.len() - 2);
    let listed = base[..first].iter().chain(&own).chain(&base[last..]);
    let listed: Vec<String> = listed.map(|row| row.cell("field").replacen('%', "deepsecurity", 1)).collect();
    let fields: Vec<&str> = plan().fields().iter().map(|(_, field)| field.name.as_str()).collect();
    assert_eq!(fields, listed);
}

#[test]
fn every_field_of_a_document_says_what_it_holds() {
    for row in table("config/fields.csv") {
        assert!(!row.cell("meaning").is_empty(), "{}:{}: the field has no meaning", row.file, row.line);
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
    let (keys, examples) = (deepsecurity("keys"), deepsecurity("examples"));
    for key in keys.iter().filter(|key| key.cell("as") != "label") {
        for name in [key.cell("key"), key.cell("leef")].into_iter().filter(|name| !name.is_empty()) {
            let has_example = examples.iter().any(|example| example.cell("key") == name);
            assert!(has_example, "{}:{}: examples.csv has no example of '{name}'", key.file, key.line);
        }
    }
    let modules = deepsecurity("modules");
    let is_module = |name: &str| modules.iter().any(|module| module.cell("module") == name);
    for example in &examples {
        let (name, module) = (example.cell("key"), example.cell("module"));
        let place = format!("{}:{}", example.file, example.line);
        assert!(key_of(name, &keys).is_some(), "{place}: keys.csv has no key '{name}'");
        assert!(
            ["*", "", "LEEF"].contains(&module) || is_module(module),
            "{place}: modules.csv has no module '{module}'"
        );
    }
}

#[test]
fn each_label_of_a_module_has_an_example() {
    let examples = deepsecurity("examples");
    for label in deepsecurity("labels") {
        for module in label.list("modules") {
            let is_it = |row: &Row| row.cell("module") == module && row.cell("key") == label.cell("key");
            let place = format!("{}:{}", label.file, label.line);
            assert!(examples.iter().any(is_it), "{place}: examples.csv has no example of it in {module}");
        }
    }
}

#[test]
fn the_value_of_an_example_fits_its_field() {
    let (keys, modules) = (deepsecurity("keys"), deepsecurity("modules"));
    for example in deepsecurity("examples") {
        let Some(key) = key_of(example.cell("key"), &keys).filter(|key| !key.cell("field").is_empty()) else {
            continue;
        };
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
        let place = format!("{}:{}", example.file, example.line);
        assert!(event.has(&field), "{place}: the value does not fit the field {field}: {}", event.json);
    }
}

/// The key of a name, in CEF's or LEEF's spelling.
fn key_of<'k>(name: &str, keys: &'k [Row]) -> Option<&'k Row> {
    keys.iter().find(|key| key.cell("key") == name || key.cell("leef") == name)
}
