//! What becomes of log lines under a user.ini: findings, documents with their reasons, coverage. The core does all of it, as it does
//! for `load`, `explain`, `check` and `coverage`.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::cli::check::has_key;
use crate::config::diagnostic::{Diagnostic, File, Severity};
use crate::document::field_list::FieldId;
use crate::load::account::{Account, Limits};
use crate::load::output::Visitor;
use crate::load::visit;
use crate::local::open_object::Facts;
use crate::local::settings;
use crate::map::Document;
use crate::map::compiled::{CompiledSection, CompiledSections};
use crate::map::event::Written;
use crate::map::explain::explanation::Explanation;
use crate::report::coverage::Coverage;

/// The most bytes of log lines that the page takes.
pub(super) const MAX_LINES_BYTES: usize = 4 << 20;

/// The most bytes of user.ini: many times what a table of all fields has.
pub(super) const MAX_CONFIG_BYTES: usize = 256 << 10;

const MAX_FINDINGS: usize = 100;

const MAX_DOCUMENTS: usize = 1_000;

/// The longest time that one answer may take.
const MAX_TIME: Duration = Duration::from_secs(5);

/// What findings call the editor's text.
const CONFIG_NAME: &str = "user.ini";

/// What the page asks.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Question {
    pub(super) lines: String,
    /// The text of user.ini; empty for the built-in configuration.
    #[serde(default)]
    pub(super) config: String,
    /// The section that reads the lines; by default the first.
    #[serde(default)]
    pub(super) section: Option<String>,
    /// The document that the page shows, counted from 0; where there are fewer, the last.
    #[serde(default)]
    pub(super) chosen: usize,
}

/// What the page shows: one document with its reasons, the others in one line each. A person looks at one, and types on.
#[derive(Debug, Default, Serialize)]
pub(super) struct Answer {
    /// What is wrong or odd in user.ini. With an error among them there are no documents.
    findings: Vec<Finding>,
    sections: Vec<String>,
    /// The section that has read the lines.
    section: Option<String>,
    /// All documents, in the order of the lines.
    documents: Vec<Listed>,
    /// The number of the document that was asked for among them.
    chosen: usize,
    document: Option<Shown>,
    /// There are more documents, or the time was over.
    more: bool,
    lines: u64,
    coverage: Coverage,
    /// The lines of user.ini that map a key, each with what it has filled.
    own_lines: Vec<OwnLine>,
}

#[derive(Debug, Serialize)]
struct Finding {
    is_error: bool,
    line: usize,
    column: usize,
    message: String,
    help: Option<String>,
    /// What the help would write instead, and for what: the page offers it as a click.
    instead: Option<(String, String)>,
}

/// One document in the list of all.
#[derive(Debug, Serialize)]
struct Listed {
    line: u64,
    /// A rule leaves it out.
    excluded: bool,
    pipeline_error: bool,
    /// The kinds of oddness that its event has.
    problems: Vec<&'static str>,
    /// `event.provider`.
    provider: Option<String>,
    /// `rule.name`, else `event.action`.
    name: Option<String>,
}

#[derive(Debug, Serialize)]
struct Shown {
    /// The text that `bytes` of the explanation's sources count in.
    message: String,
    #[serde(flatten)]
    explanation: Explanation,
    /// The document of the built-in configuration, by dotted field, where it is another.
    built_in: Option<Map<String, Value>>,
}

/// A line of user.ini.
#[derive(Debug, Serialize)]
struct OwnLine {
    field: String,
    line: usize,
    /// Documents whose field it filled.
    filled: u64,
}

pub(super) fn answer(question: &Question) -> Answer {
    let mut answer = Answer::default();
    let files = files(&question.config);
    let sections = match settings::sections(&files) {
        Ok(sections) => sections,
        Err(settings::Error::Config(findings)) => {
            answer.findings = findings_of(&findings);
            return answer;
        }
        Err(error) => {
            answer.findings.push(Finding::without_place(error.to_string()));
            return answer;
        }
    };
    // The lines at hand say which keys there are.
    let sections = sections.knowing(|key| has_key(question.lines.as_bytes(), key));
    answer.findings = findings_of(sections.warnings());
    answer.sections = sections.iter().map(|section| section.log_type().name.clone()).collect();
    let Some(section) = chosen(&sections, question.section.as_deref()) else { return answer };
    answer.section = Some(section.log_type().name.clone());
    answer.load(section, &question.lines, question.chosen);
    if let Some(last) = answer.documents.len().checked_sub(1)
        && last < question.chosen
    {
        answer.load(section, &question.lines, last);
    }
    if !files.is_empty() {
        answer.compare(&question.lines);
        let own_lines = answer.coverage.own_lines(section.log_type());
        answer.own_lines = own_lines
            .map(|(mapping, filled)| OwnLine {
                field: mapping.field.clone(),
                line: mapping.position.line,
                filled,
            })
            .collect();
    }
    answer
}

/// The editor's text as a file; none where there is no text.
fn files(config: &str) -> Vec<File> {
    match config.trim() {
        "" => Vec::new(),
        _ => vec![File { name: CONFIG_NAME.to_owned(), text: config.to_owned() }],
    }
}

/// The user.ini that switches on the built-in section of this name, and says nothing else.
fn built_in(name: &str) -> Vec<File> {
    let is_on = settings::sections(&[]).is_ok_and(|sections| sections.named(name).is_some());
    let text = if is_on { String::new() } else { format!("[DEFAULT]\nlog_types = {name}\n") };
    vec![File { name: CONFIG_NAME.to_owned(), text }]
}

/// The section of this name, or else the first.
fn chosen<'s>(sections: &'s CompiledSections, name: Option<&str>) -> Option<&'s CompiledSection> {
    name.and_then(|name| sections.named(name)).or_else(|| sections.iter().next())
}

impl Answer {
    /// Lists the documents of the lines, and explains the chosen one.
    fn load(&mut self, section: &CompiledSection, lines: &str, chosen: usize) {
        let (mut documents, mut coverage, mut shown) = (Vec::new(), Coverage::default(), None);
        let (account, more) = read(lines, section, &mut |document, written| {
            if !written.excluded {
                coverage.add(document);
            }
            if documents.len() == chosen {
                shown = Some(Shown::new(document));
            }
            documents.push(Listed::new(document, written));
            ControlFlow::Continue(())
        });
        coverage.add_account(&account);
        (self.documents, self.coverage) = (documents, coverage);
        (self.chosen, self.document) = (chosen, shown);
        (self.more, self.lines) = (more, account.lines);
    }

    /// Sets beside the chosen document what the built-in configuration makes of its event.
    fn compare(&mut self, lines: &str) {
        let Some(name) = self.section.as_deref() else { return };
        // A section of the user's own has no built-in one to compare with.
        let Ok(sections) = settings::sections(&built_in(name)) else { return };
        let Some(section) = sections.named(name) else { return };
        let Some(shown) = &mut self.document else { return };
        let mut before = self.chosen;
        read(lines, section, &mut |document, _| {
            let Some(fewer) = before.checked_sub(1) else {
                let (own, built_in) = (by_field(&shown.explanation), by_field(&document.explain()));
                shown.built_in = (own != built_in).then_some(built_in);
                return ControlFlow::Break(());
            };
            before = fewer;
            ControlFlow::Continue(())
        });
    }
}

impl Listed {
    fn new(document: &Document<'_, '_, '_>, written: Written) -> Self {
        let row = document.row();
        let text = |field| row.text(field).map(str::to_owned);
        Self {
            line: document.event().line.0,
            excluded: written.excluded,
            pipeline_error: written.pipeline_error,
            problems: document.problems().iter().map(|(problem, _)| problem.name()).collect(),
            provider: text(FieldId::EVENT_PROVIDER),
            name: text(FieldId::RULE_NAME).or_else(|| text(FieldId::EVENT_ACTION)),
        }
    }
}

impl Shown {
    fn new(document: &Document<'_, '_, '_>) -> Self {
        let message = document.event().record.message.to_string();
        Self { message, explanation: document.explain(), built_in: None }
    }
}

/// Shows each document of the lines, until there are too many or the time is over; whether that was so stands beside the account.
fn read(lines: &str, section: &CompiledSection, show: &mut Visitor<'_>) -> (Account, bool) {
    let facts = Facts::local("playground".to_owned(), Timestamp::now()).complete(section);
    let started = Instant::now();
    let (mut documents, mut more) = (0, false);
    let reader = Cursor::new(lines.as_bytes());
    let account = visit(reader, section, facts, &Limits::default(), &mut |document, written| {
        more = documents == MAX_DOCUMENTS || started.elapsed() > MAX_TIME;
        if more {
            return ControlFlow::Break(());
        }
        documents += 1;
        show(document, written)
    });
    (account, more)
}

/// What the documents of log lines hold.
pub(super) struct Found {
    /// Their fields with their values.
    pub(super) fields: Vec<(String, Value)>,
    /// The lines that are no event, counted from 1.
    pub(super) not_understood: BTreeSet<u64>,
    /// The line at which reading ended, where there are more.
    pub(super) end: Option<u64>,
}

/// What the documents hold that the lines give under the user.ini at hand, or the built-in one where that has errors.
pub(super) fn found(question: &Question) -> Found {
    let mut found = Found { fields: Vec::new(), not_understood: BTreeSet::new(), end: Some(0) };
    let own = settings::sections(&files(&question.config)).or_else(|_| settings::sections(&[]));
    if let Ok(sections) = own
        && let Some(section) = chosen(&sections, question.section.as_deref())
    {
        let mut last = 0;
        let (_, more) = read(&question.lines, section, &mut |document, written| {
            last = document.event().line.0;
            if written.pipeline_error {
                found.not_understood.insert(last);
            }
            found
                .fields
                .extend(document.explain().fields.into_iter().map(|field| (field.field, field.value)));
            ControlFlow::Continue(())
        });
        found.end = more.then_some(last);
    }
    found
}

/// The headers whose values the built-in configuration takes out of packets.
pub(super) fn redacted_headers() -> Vec<String> {
    let sections = settings::sections(&[]).ok();
    let section = sections.as_ref().and_then(|sections| chosen(sections, None));
    section.map(|section| section.log_type().redact_headers.clone()).unwrap_or_default()
}

/// The first findings, errors before warnings, and how many more there are.
fn findings_of(diagnostics: &[Diagnostic]) -> Vec<Finding> {
    let of = |is_error: bool| {
        diagnostics.iter().filter(move |diagnostic| (diagnostic.severity == Severity::Error) == is_error)
    };
    let mut findings: Vec<Finding> = of(true).chain(of(false)).take(MAX_FINDINGS).map(Finding::new).collect();
    let more = diagnostics.len().saturating_sub(MAX_FINDINGS);
    if more > 0 {
        let is_error = findings.last().is_some_and(|last| last.is_error);
        findings.push(Finding { is_error, ..Finding::without_place(format!("and {more} findings more")) });
    }
    findings
}

/// The fields of a document but those that say when and by which text it was loaded.
fn by_field(explanation: &Explanation) -> Map<String, Value> {
    let fields = explanation.fields.iter().filter(|field| field.field != "event.ingested");
    fields.map(|field| (field.field.clone(), field.value.clone())).collect()
}

impl Finding {
    fn new(diagnostic: &Diagnostic) -> Self {
        Self {
            is_error: diagnostic.severity == Severity::Error,
            line: diagnostic.position.line,
            column: diagnostic.position.column,
            message: diagnostic.message.clone(),
            help: diagnostic.help.clone(),
            instead: suggestion(diagnostic),
        }
    }

    fn without_place(message: String) -> Self {
        Self { is_error: true, line: 1, column: 1, message, help: None, instead: None }
    }
}

/// The words that a "did you mean" swaps: the message quotes the one that stands there, the help the one that may be meant.
fn suggestion(diagnostic: &Diagnostic) -> Option<(String, String)> {
    let help = diagnostic.help.as_deref()?.strip_prefix("did you mean ")?;
    Some((quoted(&diagnostic.message)?.to_owned(), quoted(help)?.to_owned()))
}

/// The first text between single quotes.
fn quoted(text: &str) -> Option<&str> {
    text.split('\'').nth(1)
}

#[cfg(test)]
mod tests {
    use super::super::examples;
    use super::*;

    impl Question {
        pub(in super::super) fn of(example: &examples::Example) -> Self {
            let (lines, config) = (example.lines.to_owned(), example.config.to_owned());
            Self { lines, config, section: Some(example.section.to_owned()), chosen: 0 }
        }
    }

    /// The value of a field in an explanation, and what else it holds.
    fn field<'a>(document: &'a Value, name: &str) -> &'a Value {
        document["fields"].as_array().unwrap().iter().find(|field| field["field"] == name).unwrap()
    }

    fn ask(lines: &str, config: &str) -> Value {
        let question = Question { lines: lines.to_owned(), config: config.to_owned(), ..Question::default() };
        serde_json::to_value(answer(&question)).unwrap()
    }

    #[test]
    fn each_example_gives_documents_that_are_understood() {
        for example in examples::ALL {
            let answer = serde_json::to_value(answer(&Question::of(example))).unwrap();
            assert_eq!(answer["section"], example.section);
            assert_eq!(answer["findings"], Value::Array(Vec::new()), "{example:?}");
            let documents = answer["documents"].as_array().unwrap();
            assert!(!documents.is_empty(), "{example:?}");
            assert!(documents.iter().all(|document| document["pipeline_error"] == false), "{example:?}");
        }
    }

    #[test]
    fn a_typing_error_is_offered_as_a_click() {
        let answer = ask("", "[deepsecurity]\ntrusted_proxis = 10.0.0.0/8\n");
        let finding = &answer["findings"][0];
        assert_eq!(finding["instead"], serde_json::json!(["trusted_proxis", "trusted_proxies"]));
        assert_eq!((&finding["line"], &finding["is_error"]), (&2.into(), &true.into()));
        assert_eq!(answer["documents"], Value::Array(Vec::new()));
    }

    #[test]
    fn a_change_of_the_mapping_shows_what_the_built_in_one_gives() {
        let line = "CEF:0|Trend Micro|Deep Security Agent|20|1001251|n|6|act=Log cs1=CVE-2007-5355";
        let answer = ask(line, "[deepsecurity]\nlabels.rule_text = cs1\nlabels.nothing = cs9\n");
        let built_in = answer["document"]["built_in"].as_object().unwrap();
        assert!(!built_in.contains_key("labels.rule_text"));
    }

    #[test]
    fn a_line_of_user_ini_knows_how_many_documents_it_has_filled() {
        let line =
            |more: &str| format!("CEF:0|Trend Micro|Deep Security Agent|20|1001251|n|6|act=Log {more}\n");
        let lines = [line("src=203.0.113.9 cs1=a"), line("src=203.0.113.9 own=b"), line("msg=x")].concat();
        // What another rule fills, a key's own field or the prefix, is not the line's.
        let config = "[deepsecurity]\nlabels.text = cs1 own\nsource.ip = nokey\ndeepsecurity.mine = own\n\
             related.ip = src\ndestination.port = cs1\n";
        let answer = ask(&lines, config);
        let own = answer["own_lines"].as_array().unwrap();
        let filled: Vec<_> =
            own.iter().map(|own| (own["field"].as_str().unwrap(), own["filled"].as_u64().unwrap())).collect();
        let expected = [
            ("labels.text", 2),
            ("source.ip", 0),
            ("deepsecurity.mine", 1),
            ("related.ip", 2),
            ("destination.port", 0),
        ];
        for own in expected {
            assert!(filled.contains(&own), "{own:?} in {filled:?}");
        }
    }

    #[test]
    fn the_bytes_of_a_source_count_in_the_message() {
        let answer =
            ask(r#"{"message":"CEF:0|Trend Micro|Deep Security Agent|20|1001251|é|6|src=203.0.113.9"}"#, "");
        let document = &answer["document"];
        let bytes = field(document, "source.ip")["sources"][0]["bytes"].as_array().unwrap();
        let (start, end) = (bytes[0].as_u64().unwrap() as usize, bytes[1].as_u64().unwrap() as usize);
        assert_eq!(document["message"].as_str().unwrap().get(start..end), Some("203.0.113.9"));
    }

    #[test]
    fn the_chosen_document_is_explained_and_the_last_where_there_are_fewer() {
        let line = |address: &str| {
            format!("CEF:0|Trend Micro|Deep Security Agent|20|1001251|n|6|act=Log src={address} cs1=a\n")
        };
        let lines = [line("203.0.113.1"), line("203.0.113.2"), line("203.0.113.3")].concat();
        for (chosen, shown, address) in
            [(0, 0, "203.0.113.1"), (1, 1, "203.0.113.2"), (2, 2, "203.0.113.3"), (9, 2, "203.0.113.3")]
        {
            let config = "[deepsecurity]\nlabels.own = cs1\n".to_owned();
            let question = Question { lines: lines.clone(), config, section: None, chosen };
            let answer = serde_json::to_value(answer(&question)).unwrap();
            assert_eq!(answer["chosen"], shown);
            assert_eq!(answer["documents"].as_array().unwrap().len(), 3);
            let document = &answer["document"];
            assert_eq!(field(document, "source.ip")["value"], address);
            assert_eq!(document["built_in"]["source.ip"], address);
        }
    }

    #[test]
    fn an_answer_has_at_most_a_thousand_documents() {
        let line = "CEF:0|Trend Micro|Deep Security Agent|20|1001251|n|6|act=Log\n";
        let answer = ask(&line.repeat(1_200), "");
        assert_eq!(answer["documents"].as_array().unwrap().len(), 1_000);
        assert_eq!(answer["more"], true);
    }
}
