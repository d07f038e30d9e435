//! `docs/config.md` names every key: it is made of the tables of keys, and of the defaults.

use std::fmt::Write;

use es_loader::config::check;
use es_loader::config::diagnostic::{File, Severity};

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

fn made() -> String {
    let mut page = String::new();
    for cells in rows(include_str!("../../config/keys.tsv")) {
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        let name = cell(0);
        writeln!(page, "### `{name}`\n\n{}\n", cell(3)).unwrap();
        writeln!(page, "* Value: {}", cell(2)).unwrap();
        let default = default(name);
        let default = if default.is_empty() { "none".to_owned() } else { code(&default) };
        writeln!(page, "* Default: {default}").unwrap();
        if !cell(4).is_empty() {
            writeln!(page, "* Example: {}", code(&format!("{name} = {}", cell(4)))).unwrap();
        }
        if !cell(1).is_empty() {
            writeln!(page, "* Old name, accepted with a warning: {}", code(cell(1))).unwrap();
        }
        writeln!(page, "* Since: {}\n", if cell(5).is_empty() { "0.2.0" } else { cell(5) }).unwrap();
    }
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
