//! `es-loader test`: cases of log lines and what has to become of them, so that a change of user.ini is tested as code is.
//!
//! A case is a JSON file:
//!
//! ```json
//! {
//!   "name": "a reset is denied",
//!   "config": "user.ini",
//!   "lines": ["CEF:0|Trend Micro|Deep Security Agent|20|1001251|n|6|act=Reset"],
//!   "documents": [{ "fields": { "event.action": "Reset" }, "absent": ["user.name"] }]
//! }
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::args::local::{ResultFormat, TestArgs};
use super::diff::shown;
use super::failure::Failure;
use super::sample::{self, FlatDocument};
use super::{output, sections};
use crate::bytes::safe::Safe;
use crate::local::files::files_under;
use crate::local::open_object::OpenObject;

/// What the names of cases end in.
const CASE_FILE: &str = ".case.json";

const EXPECTED: Style = AnsiColor::Green.on_default();
const FOUND: Style = AnsiColor::Red.on_default();

/// A case as it stands in its file.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What holds if the case does; the file's name where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The configuration, beside the case; by default that of the command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    config: Option<PathBuf>,
    /// The section that reads the lines; by default the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    section: Option<String>,
    /// The log lines, as an object holds them.
    lines: Vec<String>,
    /// What each document has to be, in the order of the lines.
    #[serde(default)]
    documents: Vec<Expected>,
}

/// What a document has to be.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    index: Option<String>,
    /// A rule leaves it out.
    #[serde(default, skip_serializing_if = "is_false")]
    excluded: bool,
    /// Fields, dotted, with their values; others may stand beside them.
    #[serde(default)]
    fields: BTreeMap<String, Value>,
    /// Fields that it must not have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    absent: Vec<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

struct Tried {
    name: String,
    path: PathBuf,
    /// What is not as the case says, one line each; none if it holds.
    faults: Vec<Difference>,
}

/// What is not as a case says.
struct Difference {
    what: String,
    expected: String,
    found: String,
}

pub(super) fn run(args: &TestArgs) -> Result<ExitCode, Failure> {
    let mut tried = Vec::new();
    for path in case_files(&args.paths)? {
        let mut case = Case::read(&path)?;
        let documents = case.documents(&path, args.config.config.as_deref())?;
        if args.record {
            case.record(&path, documents)?;
        } else {
            let name = case.name.clone().unwrap_or_else(|| path.display().to_string());
            tried.push(Tried { name, faults: case.faults(&documents), path });
        }
    }
    if args.record {
        return Ok(ExitCode::SUCCESS);
    }
    let failed = tried.iter().filter(|tried| !tried.faults.is_empty()).count();
    match args.format {
        ResultFormat::Text => {
            tried.iter().for_each(print);
            output::line(format_args!("{} of {} cases hold", tried.len() - failed, tried.len()));
        }
        ResultFormat::Junit => output::line(junit(&tried, failed)),
        ResultFormat::Github => tried.iter().for_each(annotate),
    }
    Ok(ExitCode::from(u8::from(failed > 0)))
}

/// The cases that paths name: files as they are, and those in folders whose names end in `.case.json`.
fn case_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut cases = Vec::new();
    for path in paths {
        for found in files_under(path) {
            let file = found.map_err(|(path, error)| Failure::at(&path)(error))?;
            if file == *path || file.to_string_lossy().ends_with(CASE_FILE) {
                cases.push(file);
            }
        }
    }
    if cases.is_empty() {
        return Err(Failure(format!("no cases: their names end in {CASE_FILE}")));
    }
    Ok(cases)
}

impl Case {
    fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(Failure::at(path))?;
        serde_json::from_str(&text).map_err(Failure::at(path))
    }

    fn documents(&self, path: &Path, given: Option<&Path>) -> Result<Vec<FlatDocument>, Failure> {
        let beside = |config: &PathBuf| path.parent().unwrap_or(Path::new("")).join(config);
        let config = self.config.as_ref().map(beside).or_else(|| given.map(Path::to_owned));
        let sections = sections::of(config.as_deref(), &[])?;
        let section = match &self.section {
            Some(name) => sections.named(name),
            None => sections.iter().next(),
        };
        let section = section.ok_or_else(|| {
            let name = self.section.as_deref().unwrap_or_default();
            Failure(format!("{}: there is no section [{name}]", path.display()))
        })?;
        let reader = Cursor::new(self.lines.join("\n").into_bytes());
        let section = section.log_type().name.clone();
        Ok(sample::documents(OpenObject::without_file("test", Box::new(reader), section), &sections).0)
    }

    fn record(&mut self, path: &Path, documents: Vec<FlatDocument>) -> Result<(), Failure> {
        self.documents = documents.into_iter().map(Expected::from).collect();
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        std::fs::write(path, text).map_err(Failure::at(path))
    }

    fn faults(&self, documents: &[FlatDocument]) -> Vec<Difference> {
        let mut faults = Vec::new();
        if documents.len() != self.documents.len() {
            let (expected, found) = (self.documents.len().to_string(), documents.len().to_string());
            faults.push(Difference { what: "documents".to_owned(), expected, found });
        }
        for (number, (expected, found)) in (1..).zip(self.documents.iter().zip(documents)) {
            faults.extend(expected.faults(found).map(|fault| Difference {
                what: if self.documents.len() > 1 {
                    format!("document {number}, {}", fault.what)
                } else {
                    fault.what
                },
                ..fault
            }));
        }
        faults
    }
}

impl From<FlatDocument> for Expected {
    /// Without what is another thing tomorrow.
    fn from(mut document: FlatDocument) -> Self {
        let excluded = document.index.is_none();
        if document.is_dated_by_load {
            document.index = None;
            document.fields.remove("@timestamp");
        }
        Self { excluded, index: document.index, fields: document.fields, absent: Vec::new() }
    }
}

impl Expected {
    fn faults(&self, found: &FlatDocument) -> impl Iterator<Item = Difference> {
        let left_out = "left out by a rule".to_owned();
        let of_index = match (self.excluded, &self.index, &found.index) {
            (true, _, Some(index)) => Some((left_out, index.clone())),
            (false, _, None) => Some(("indexed".to_owned(), left_out)),
            (false, Some(expected), Some(index)) if expected != index => {
                Some((expected.clone(), index.clone()))
            }
            _ => None,
        };
        let of_index =
            of_index.map(|(expected, found)| Difference { what: "index".to_owned(), expected, found });
        let fields = self.fields.iter().filter(|(field, value)| found.fields.get(*field) != Some(value));
        let fields = fields.map(|(field, value)| Difference {
            what: field.clone(),
            expected: shown(Some(value)),
            found: shown(found.fields.get(field)),
        });
        let absent = self.absent.iter().filter_map(|field| {
            let value = found.fields.get(field)?;
            Some(Difference { what: field.clone(), expected: shown(None), found: shown(Some(value)) })
        });
        of_index.into_iter().chain(fields).chain(absent)
    }
}

fn print(tried: &Tried) {
    if tried.faults.is_empty() {
        return;
    }
    output::line(format_args!("{}: {}", tried.path.display(), tried.name));
    for Difference { what, expected, found } in &tried.faults {
        let (what, expected, found) = (Safe(what), Safe(expected), Safe(found));
        // Only these lines have colours, and only where a terminal shows them.
        output::wrote(writeln!(
            anstream::stdout(),
            "  {what}\n    {EXPECTED}- {expected}{EXPECTED:#}\n    {FOUND}+ {found}{FOUND:#}"
        ));
    }
}

fn annotate(tried: &Tried) {
    for Difference { what, expected, found } in &tried.faults {
        let text = format!("{}: {what} is {found}, expected {expected}", tried.name);
        output::line(format_args!("::error file={}::{}", tried.path.display(), github_text(&text)));
    }
}

/// A text in an annotation of GitHub's workflows.
pub(super) fn github_text(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn junit(tried: &[Tried], failed: usize) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"es-loader test\" tests=\"{}\" failures=\"{failed}\">\n",
        tried.len()
    );
    for Tried { name, path, faults } in tried {
        let (name, path) = (xml_text(name), xml_text(&path.display().to_string()));
        let _ = write!(xml, "  <testcase name=\"{name}\" classname=\"{path}\"");
        if faults.is_empty() {
            xml.push_str("/>\n");
            continue;
        }
        xml.push_str(">\n");
        for Difference { what, expected, found } in faults {
            let text = format!("{what} is {found}, expected {expected}");
            let _ = writeln!(xml, "    <failure message=\"{}\"/>", xml_text(&text));
        }
        xml.push_str("  </testcase>\n");
    }
    xml.push_str("</testsuite>");
    xml
}

/// A text in XML; characters that XML cannot hold are left out.
fn xml_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => out.push(c),
        }
    }
    out
}
