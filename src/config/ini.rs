//! One file's text as sections of entries, each with its places.
//!
//! rust-ini reads the keys and values. It differs from Python's configparser in its comments, its indentation and
//! its backslashes, so it is given the lines levelled: no comments, entries at the margin, continuation lines one
//! blank deeper, a blank at each end. Does not know layers, interpolation or keys.

use std::borrow::Cow;
use std::collections::HashMap;

use ini::{Ini, ParseOption};

use super::diagnostic::{Diagnostic, File, Place};
use super::diagnostic::{Findings, quoted};
use super::lines::{Fault, Kind, Line, Lines};
use super::{field, keys};

/// One `key = value`.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The key as it is written.
    pub(super) written: String,
    /// The value before interpolation; its lines are parted by `\n`.
    pub(super) raw: String,
    /// Where the key stands.
    pub(super) place: Place,
    /// Line and column of each line of `raw`.
    pub(super) starts: Vec<(usize, usize)>,
}

/// One section of one file.
#[derive(Clone, Debug)]
pub(super) struct Section {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) entries: Vec<Entry>,
}

impl Entry {
    /// Where the value begins; where it is empty, the key.
    pub(super) fn value_place(&self) -> Place {
        self.place_at(0)
    }

    /// Where the byte `offset` of `raw` stands.
    pub(super) fn place_at(&self, offset: usize) -> Place {
        let before = self.raw.get(..offset).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count();
        let columns = before.get(line_start..).unwrap_or_default().chars().count();
        match self.starts.get(line) {
            Some((number, column)) => {
                Place { file: self.place.file.clone(), line: *number, column: column + columns }
            }
            None => self.place.clone(),
        }
    }
}

/// The sections of `file`. Lines with a fault are reported and left out.
pub(super) fn sections(file: &File, findings: &mut Findings) -> Vec<Section> {
    let text = line_ends(file.text.strip_prefix('\u{feff}').unwrap_or(&file.text));
    let mut outline = Outline::new(file, findings);
    for line in Lines::new(&text) {
        outline.add(&line);
    }
    let (mut sections, levelled) = (outline.sections, outline.levelled);
    match values(&levelled) {
        Ok(mut values) => {
            for section in &mut sections {
                for entry in &mut section.entries {
                    match values.remove(&(section.name.clone(), entry.written.clone())) {
                        Some(value) => entry.take(value),
                        None => findings.push(Diagnostic::error(&entry.place, misread(&entry.written))),
                    }
                }
            }
            for (_, key) in values.keys() {
                let place = Place { file: file.name.clone(), line: 1, column: 1 };
                findings.push(Diagnostic::error(&place, misread(key)));
            }
        }
        Err(error) => {
            let place = Place { file: file.name.clone(), line: 1, column: 1 };
            findings.push(Diagnostic::error(&place, format!("the file cannot be read: {error}")));
        }
    }
    sections
}

/// Line scanner and rust-ini must agree on every text; if they ever do not, no value may be guessed.
fn misread(key: &str) -> String {
    format!("key {} is read in two ways, which is a defect of es-loader", quoted(key))
}

impl Entry {
    fn take(&mut self, value: String) {
        let lead = self.starts.len().saturating_sub(value.split('\n').count());
        // A value that begins on the line below its key has an empty first line, which rust-ini leaves out.
        self.starts.drain(..lead.min(self.starts.len()));
        self.raw = value;
    }
}

/// The file's sections without their values, and its text levelled for rust-ini.
struct Outline<'f> {
    file: &'f File,
    findings: &'f mut Findings,
    sections: Vec<Section>,
    levelled: String,
    /// Index of the section that lines belong to; nothing after a faulty header.
    section: Option<usize>,
    /// Index of the entry that continuation lines belong to; nothing for one left out.
    entry: Option<usize>,
    section_index: HashMap<String, usize>,
    entry_index: HashMap<(usize, String), usize>,
    /// Blank lines that belong to the value only if another line follows.
    blanks: Vec<usize>,
}

impl<'f> Outline<'f> {
    fn new(file: &'f File, findings: &'f mut Findings) -> Self {
        Self {
            file,
            findings,
            sections: Vec::new(),
            levelled: String::new(),
            section: None,
            entry: None,
            section_index: HashMap::new(),
            entry_index: HashMap::new(),
            blanks: Vec::new(),
        }
    }

    fn add(&mut self, line: &Line<'_>) {
        let place = Place { file: self.file.name.clone(), line: line.number, column: line.column };
        match line.kind {
            Kind::Header(name) => self.header(name, place),
            Kind::Entry { key, value, value_column } => self.entry(key, value, value_column, place),
            Kind::Continuation(value) => self.continuation(value, &place),
            Kind::Blank => self.blanks.push(line.number),
            Kind::Fault(ref fault) => self.fault(fault, &place),
        }
    }

    fn header(&mut self, name: &str, place: Place) {
        self.entry = None;
        self.blanks.clear();
        let known = self.section_index.get(name).copied();
        if let Some(first) = known.and_then(|at| self.sections.get(at))
            && name != super::layers::DEFAULT
        {
            let message =
                format!("section [{name}] stands here for the second time, first at {}", first.place);
            self.findings
                .push(Diagnostic::error(&place, message).help("put the lines of both into one section"));
            self.section = None;
            return;
        }
        let at = known.unwrap_or(self.sections.len());
        if known.is_none() {
            self.section_index.insert(name.to_owned(), at);
            self.sections.push(Section { name: name.to_owned(), place, entries: Vec::new() });
        }
        self.section = Some(at);
        self.levelled.push('[');
        self.levelled.push_str(name);
        self.levelled.push_str("]\n");
    }

    fn entry(&mut self, key: &str, value: &str, value_column: usize, place: Place) {
        self.entry = None;
        self.blanks.clear();
        let Some(at) = self.section else { return };
        let Some(section) = self.sections.get_mut(at) else { return };
        let slot = (at, key.to_owned());
        if let Some(first) = self.entry_index.get(&slot).and_then(|first| section.entries.get(*first)) {
            let message =
                format!("key {} stands here for the second time, first at {}", quoted(key), first.place);
            self.findings.push(Diagnostic::error(&place, message).help("keep one of the two lines"));
            return;
        }
        self.entry = Some(section.entries.len());
        self.entry_index.insert(slot, section.entries.len());
        let starts = vec![(place.line, value_column)];
        section.entries.push(Entry { written: key.to_owned(), raw: String::new(), place, starts });
        self.levelled.push_str(key);
        self.levelled.push_str("= ");
        self.push_value_line(value);
    }

    fn continuation(&mut self, value: &str, place: &Place) {
        let blanks = std::mem::take(&mut self.blanks);
        let section = self.section.and_then(|at| self.sections.get_mut(at));
        let Some(entry) = section.and_then(|section| section.entries.get_mut(self.entry?)) else { return };
        if looks_like_a_line_of_its_own(value) {
            let message = format!(
                "this line is part of the value of {}, because it is indented",
                quoted(&entry.written)
            );
            self.findings.push(
                Diagnostic::warning(place, message)
                    .help("begin it at the margin to make it a line of its own"),
            );
        }
        entry.starts.extend(blanks.iter().map(|number| (*number, 1)));
        entry.starts.push((place.line, place.column));
        self.levelled.extend(blanks.iter().map(|_| '\n'));
        self.levelled.push(' ');
        self.push_value_line(value);
    }

    /// rust-ini takes a backslash at the end of a line as "goes on below"; a blank behind it keeps it a backslash.
    fn push_value_line(&mut self, value: &str) {
        self.levelled.push_str(value);
        self.levelled.push_str(" \n");
    }

    fn fault(&mut self, fault: &Fault<'_>, place: &Place) {
        self.entry = None;
        self.blanks.clear();
        let finding = match fault {
            Fault::BeforeFirstSection => Diagnostic::error(place, "text before the first section")
                .help("begin with '[DEFAULT]', or with the name of a log type in brackets"),
            Fault::UnclosedHeader => Diagnostic::error(place, "section header without ']'"),
            Fault::EmptyHeader => Diagnostic::error(place, "section without a name"),
            Fault::HeaderCharacter(c) => {
                let c = quoted(&c.to_string());
                Diagnostic::error(place, format!("section name with {c}"))
                    .help("use letters, digits, '-' and '_'")
            }
            Fault::TextAfterHeader(text) => {
                Diagnostic::error(place, format!("text behind the section header: {}", quoted(text)))
                    .help("put it on a line of its own")
            }
            Fault::NoDelimiter(text) => {
                Diagnostic::error(place, format!("{} is neither 'key = value' nor '[section]'", quoted(text)))
                    .help("a line that goes on with the value above must be indented deeper than its key")
            }
            Fault::NoKey => Diagnostic::error(place, "value without a key"),
            Fault::BackslashInKey(key) => {
                Diagnostic::error(place, format!("unknown key {}: no key has a backslash", quoted(key)))
            }
        };
        if let Fault::UnclosedHeader
        | Fault::EmptyHeader
        | Fault::HeaderCharacter(_)
        | Fault::TextAfterHeader(_) = fault
        {
            self.section = None;
        }
        self.findings.push(finding);
    }
}

/// Whether an indented line was probably meant as an entry or a header.
fn looks_like_a_line_of_its_own(value: &str) -> bool {
    if let Some(name) = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return !name.contains([',', ' ']);
    }
    let Some((key, _)) = value.split_once(['=', ':']) else { return false };
    let key = key.trim_end();
    keys::is_known(key) || field::is_dotted_name(key)
}

/// configparser opens files in text mode, where `\r\n` and a lone `\r` end a line as well.
fn line_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() }
}

/// What rust-ini reads in the levelled text, by section and key.
fn values(levelled: &str) -> Result<HashMap<(String, String), String>, ini::ParseError> {
    let option = ParseOption {
        enabled_quote: false,
        enabled_escape: false,
        enabled_indented_mutiline_value: true,
        enabled_preserve_key_leading_whitespace: false,
    };
    let ini = Ini::load_from_str_opt(levelled, option)?;
    let mut values = HashMap::new();
    for (section, properties) in ini.iter() {
        for (key, value) in properties.iter() {
            values.insert((section.unwrap_or_default().to_owned(), key.to_owned()), value.to_owned());
        }
    }
    Ok(values)
}
