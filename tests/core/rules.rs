//! `docs/cef-leef.md`: the parsers do what its examples say, and its rules are those that the code cites.
//!
//! An example is a text and what is read from it, each on a line that starts with `→`. Everything that the parsers give must be told:
//! each pair, text that belongs to no key, and each issue. The prefix, the header, the syslog header and fields of the
//! document are checked where the example tells them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use es_loader::parse::header::Format;
use es_loader::parse::joined::split;
use es_loader::parse::marker::find;
use es_loader::parse::pairs::pair::Pair;
use es_loader::parse::syslog::{self, HeaderTime};
use es_loader::parse::{cef, leef, severity};
use regex::Regex;
use serde_json::Value;

use crate::support::document;

const PAGE: &str = include_str!("../../docs/cef-leef.md");

/// Where rules may be cited.
const FOLDERS: [&str; 6] = ["src", "tests", "benches", "examples", "fuzz/src", "fuzz/fuzz_targets"];

/// A field and its value, as the page writes them.
type Claim = (String, String);

/// One rule of the page.
struct Rule {
    name: &'static str,
    text: &'static str,
}

struct Example {
    /// As the page writes it, for messages.
    written: &'static str,
    text: String,
    claims: Vec<Claim>,
}

/// What the parsers give for a text.
#[derive(Default)]
struct Read {
    /// What an example must tell, in order.
    told: Vec<Claim>,
    /// What it may tell.
    known: BTreeMap<String, String>,
}

#[test]
fn each_example_is_read_as_the_page_says() {
    let mut wrong = String::new();
    for rule in rules() {
        for example in examples(rule.text) {
            for difference in differences(&example) {
                wrong.push_str(&format!("{} {}\n  {difference}\n", rule.name, example.written));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn each_rule_has_an_example_and_names_its_source() {
    let rules = rules();
    let names: BTreeSet<&str> = rules.iter().map(|rule| rule.name).collect();
    assert_eq!(names.len(), rules.len(), "two rules have one name");
    for Rule { name, text } in rules {
        assert!(!examples(text).is_empty(), "{name} has no example");
        let source = text.split("\nSource: ").nth(1).unwrap_or_else(|| panic!("{name} has no source"));
        let kinds = ["CEF, ", "LEEF, ", "RFC ", "practice: "];
        assert!(kinds.iter().any(|kind| source.starts_with(kind)), "{name}: {source}");
    }
}

#[test]
fn each_rule_that_the_code_cites_is_on_the_page_and_no_other() {
    let written: BTreeSet<String> = rules().iter().map(|rule| rule.name.to_owned()).collect();
    let mut cited = BTreeMap::new();
    for folder in FOLDERS {
        visit(Path::new(folder), &mut |file, code| {
            if file == Path::new(file!()) {
                return;
            }
            let names = cited_in_comments(code).into_iter().chain(cited_by_tests(code, &written));
            cited.extend(names.map(|name| (name, file.display().to_string())));
        });
    }
    for (name, file) in &cited {
        assert!(written.contains(name), "{file} cites rule {name}, which docs/cef-leef.md does not have");
    }
    for name in &written {
        assert!(cited.contains_key(name), "docs/cef-leef.md has rule {name}, which nothing cites");
    }
}

#[test]
fn citations_are_found_in_comments_and_in_names_of_tests() {
    let code = "
        //! The rules H1, H2 and\n//! L-1, and what (rule E7b) says.\n
        let url = \"Rule Update\"; // Rules L-5 to L-8: any.\n
        #[test]\n#[ignore]\nfn p1_and_p2_a_long_line() {}\n
        fn h3_no_test() {}\n
        #[test]\nfn s3_is_no_rule() {}\n
        #[test]\nfn h77_is_no_rule_of_ours() {}\n";
    let names = |names: &str| names.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(cited_in_comments(code), names("E7b H1 H2 L-1 L-5 L-6 L-7 L-8"));
    assert_eq!(cited_by_tests(code, &names("H1 L-1 P1 P2")), names("H77 P1 P2"));
    assert_eq!(cited_by_tests("#[test]\nfn l1_x() {}", &names("H1 L-1")), names("L-1"));
}

/// The rules of the page: a heading of the third level that starts with a name, and the text up to the next heading.
fn rules() -> Vec<Rule> {
    let sections = PAGE.split("\n### ").skip(1);
    let rules = sections.map(|section| {
        let (title, text) = section.split_once('\n').unwrap();
        let (name, _) = title.split_once(": ").unwrap_or_else(|| panic!("{title}"));
        Rule { name, text: text.split("\n## ").next().unwrap() }
    });
    rules.collect()
}

/// The examples of a rule: in fences, an empty line between two.
fn examples(rule: &'static str) -> Vec<Example> {
    let fences = rule.split("```text\n").skip(1).map(|fence| fence.split("\n```").next().unwrap());
    fences.flat_map(|fence| fence.split("\n\n")).map(example).collect()
}

fn example(written: &'static str) -> Example {
    let (text, claims) = written.split_once("\n→ ").unwrap_or_else(|| panic!("{written}"));
    let claims = claims.split("\n→ ").map(|claim| {
        let (field, value) = claim.split_once(':').unwrap_or((claim, ""));
        (field.to_owned(), meant(value.strip_prefix(' ').unwrap_or(value)))
    });
    Example { written, text: meant(text), claims: claims.collect() }
}

/// The text that the page means: signs for characters that would not be seen, and `{ab × 1000}` for a thousand `ab`.
fn meant(written: &str) -> String {
    static REPEATED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{(.+?) × ([0-9]+)\}").unwrap());
    let signs =
        [("␉", "\t"), ("␊", "\n"), ("␍", "\r"), ("␀", "\0"), ("␠", " "), ("⍽", "\u{a0}"), ("␣", "\u{feff}")];
    let text = signs.iter().fold(written.to_owned(), |text, (sign, character)| text.replace(sign, character));
    let repeat = |found: &regex::Captures<'_>| found[1].repeat(found[2].parse().unwrap());
    REPEATED.replace_all(&text, repeat).into_owned()
}

/// Where an example is wrong.
fn differences(example: &Example) -> Vec<String> {
    let read = read(&example.text);
    let mut wrong = Vec::new();
    let mut told = Vec::new();
    for (field, value) in &example.claims {
        if let Some(field) = field.strip_prefix("document ") {
            let document = document(&example.text);
            let promised: Value =
                serde_json::from_str(value).unwrap_or_else(|error| panic!("{error}: {value}"));
            if *document.get(field) != promised {
                wrong.push(format!("document {field}: {}, not {promised}", document.get(field)));
            }
        } else if let Some(given) = read.known.get(field) {
            if given != value {
                wrong.push(format!("{field}: {}, not {}", short(given), short(value)));
            }
        } else {
            told.push((field.clone(), value.clone()));
        }
    }
    if told != read.told {
        let lines = |claims: &[Claim]| {
            claims.iter().map(|(field, value)| format!("\n    {field}: {}", short(value))).collect::<String>()
        };
        wrong.push(format!("gives{}\n  but the page says{}", lines(&read.told), lines(&told)));
    }
    wrong
}

/// A value for a message.
fn short(value: &str) -> String {
    value.chars().take(100).collect()
}

fn read(text: &str) -> Read {
    let mut read = Read::default();
    let events: Vec<&str> = split(text).collect();
    if events.len() > 1 {
        read.told = (1..).zip(events).map(|(n, event)| (format!("event {n}"), event.to_owned())).collect();
        return read;
    }
    let Some(marker) = find(text) else {
        read.told.push(("no event".to_owned(), String::new()));
        return read;
    };
    if marker.restored {
        read.tell("marker", "restored");
    }
    let mut pairs = Vec::new();
    let (prefix, unparsed, incomplete_header, delimiter_guessed) = match marker.format {
        Format::Cef => {
            let event = cef::parse(text, marker, crate::support::arena(), &mut pairs);
            let header = event.header;
            read.know("cef.version", header.version);
            read.know("cef.device_vendor", header.vendor);
            read.know("cef.device_product", header.product);
            read.know("cef.device_version", header.device_version);
            read.know("cef.device_event_class_id", header.signature_id);
            read.know("cef.name", header.name);
            let number = severity::severity_number(header.severity);
            read.know("severity as a number", number.map_or("none".to_owned(), |number| number.to_string()));
            read.know("cef.severity", header.severity);
            (event.prefix, event.unparsed, event.incomplete_header, false)
        }
        Format::Leef => {
            let event = leef::parse(text, marker, crate::support::arena(), &mut pairs);
            let header = event.header;
            read.know("leef.version", header.version);
            read.know("leef.vendor", header.vendor);
            read.know("leef.product", header.product);
            read.know("leef.product_version", header.device_version);
            read.know("leef.event_id", header.signature_id);
            read.know("unknown delimiter", event.unknown_delimiter.unwrap_or("none"));
            (event.prefix, event.unparsed, event.incomplete_header, event.delimiter_guessed)
        }
    };
    read.know_syslog(prefix);
    read.tell_pairs(&pairs);
    if !unparsed.is_empty() {
        read.tell("unparsed", unparsed);
    }
    if incomplete_header {
        read.tell("issue", "incomplete header");
    }
    if delimiter_guessed {
        read.tell("issue", "delimiter guessed");
    }
    read
}

impl Read {
    fn tell(&mut self, field: &str, value: impl Into<String>) {
        self.told.push((field.to_owned(), value.into()));
    }

    fn know(&mut self, field: &str, value: impl Into<String>) {
        self.known.insert(field.to_owned(), value.into());
    }

    fn know_syslog(&mut self, prefix: &str) {
        let header = syslog::of_event(prefix);
        let time = header.time.map(|time| match time {
            HeaderTime::Bsd { month, day, time, .. } => {
                let nanosecond = time.subsec_nanosecond();
                let fraction = if nanosecond == 0 { String::new() } else { format!(".{nanosecond:09}") };
                format!("{month:02}-{day:02} {}{fraction}, no year", time.strftime("%H:%M:%S"))
            }
            HeaderTime::Zoned(time, offset) => format!("{time}, written at {offset}"),
            HeaderTime::Civil(time) => format!("{time}, no offset"),
        });
        let priority = header.priority.map(|priority| priority.to_string());
        let text = |text: Option<&str>| text.unwrap_or("none").to_owned();
        self.know("prefix", prefix);
        self.know("syslog.priority", text(priority.as_deref()));
        self.know("syslog time", text(time.as_deref()));
        self.know("syslog.hostname", text(header.hostname));
        self.know("syslog.appname", text(header.appname));
    }

    fn tell_pairs(&mut self, pairs: &[Pair<'_>]) {
        for pair in pairs {
            self.tell(pair.key, pair.value());
        }
    }
}

/// Hands every Rust file below `folder` to `each`, with its text.
fn visit(folder: &Path, each: &mut impl FnMut(&Path, &str)) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            visit(&path, each);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            each(&path, &fs::read_to_string(&path).unwrap());
        }
    }
}

/// The rules that comments name: `rule E9`, `rules H1, H2 and L-1`, `rules L-5 to L-8`.
fn cited_in_comments(code: &str) -> BTreeSet<String> {
    static CITATION: LazyLock<Regex> = LazyLock::new(|| {
        let name = "[A-Z]-?[0-9]+[a-z]?";
        Regex::new(&format!(r"\b[Rr]ules? ({name}(?:(?:, and |, | and | or | to ){name})*)\b")).unwrap()
    });
    let comments = comments(code);
    let lists = CITATION.captures_iter(&comments).map(|found| found.get(1).unwrap().as_str());
    lists.flat_map(|list| list.split(", ").flat_map(|part| part.split(" and ")).flat_map(spread)).collect()
}

/// The rules from `L-5` to `L-8`, or the one that is named.
fn spread(part: &str) -> Vec<String> {
    let part = part.trim_start_matches("and ");
    let number = |name: &str| name.trim_start_matches(|c: char| !c.is_ascii_digit()).parse::<u8>().unwrap();
    match part.split_once(" to ") {
        Some((first, last)) => {
            let group = first.trim_end_matches(|c: char| c.is_ascii_digit());
            (number(first)..=number(last)).map(|number| format!("{group}{number}")).collect()
        }
        None => part.split(" or ").map(str::to_owned).collect(),
    }
}

/// What the comments of a file say; those on lines that follow each other are one text.
fn comments(code: &str) -> String {
    let mut text = String::new();
    for line in code.lines() {
        match line.split_once("//") {
            Some((_, comment)) => {
                text.push_str(comment.trim_start_matches(['/', '!']).trim());
                text.push(' ');
            }
            None => text.push('\n'),
        }
    }
    text
}

/// The rules that tests are named after: `e7b_…`, `p1_and_p2_…`; `l1_…` cites L-1.
/// A name whose letter no rule of `written` has is no citation.
fn cited_by_tests(code: &str, written: &BTreeSet<String>) -> BTreeSet<String> {
    static NAME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"#\[test\]\s+(?:#\[[^\n]*\s+)*fn ([a-z])([0-9]+[a-z]?)_(?:and_([a-z])([0-9]+[a-z]?)_)?")
            .unwrap()
    });
    let mut cited = BTreeSet::new();
    for found in NAME.captures_iter(code) {
        for (letter, number) in [(1, 2), (3, 4)] {
            let (Some(letter), Some(number)) = (found.get(letter), found.get(number)) else { continue };
            let letter = letter.as_str().to_uppercase();
            let names = ["", "-"].map(|hyphen| format!("{letter}{hyphen}{}", number.as_str()));
            let known: Vec<_> = names.iter().filter(|name| written.contains(*name)).cloned().collect();
            if !known.is_empty() {
                cited.extend(known);
            } else if written.iter().any(|name| name.starts_with(&letter)) {
                cited.insert(format!("{letter}{}", number.as_str()));
            }
        }
    }
    cited
}
