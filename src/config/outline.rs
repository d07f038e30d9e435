//! The lines of a configuration file, told apart by the rules of Python's configparser.
//!
//! An [`Outline`] says where the sections, entries and value lines of a file stand, which rust-ini does not tell, and
//! holds the text that rust-ini reads. It knows lines only: rust-ini reads names, keys and values.

use std::borrow::Cow;
use std::sync::Arc;

use super::diagnostic::{Diagnostic, File, Findings, Position, quoted};

/// Where everything in a file stands, and its text levelled for rust-ini.
///
/// The levelled text has no comments, its headers and entries begin at the margin, its continuation lines begin with
/// one blank, and each line of a value ends with one: rust-ini would take a backslash at the end of a line for "goes on
/// below".
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub(super) levelled: String,
    /// The headers in the order of the file.
    pub(super) sections: Vec<SectionOutline>,
}

/// Where a section stands.
#[derive(Debug)]
pub(super) struct SectionOutline {
    pub(super) position: Position,
    pub(super) entries: Vec<EntryOutline>,
}

/// Where an entry stands.
#[derive(Debug)]
pub(super) struct EntryOutline {
    pub(super) position: Position,
    /// Line and column of each line of its value, from the first that is not blank.
    pub(super) value_lines: Vec<(usize, usize)>,
}

impl Outline {
    /// Reads the lines of `file`. Lines with a fault are reported and left out, with all that belongs to them.
    pub(super) fn new(file: &File, findings: &mut Findings) -> Self {
        let mut reader = Reader {
            name: file.name.as_str().into(),
            findings,
            outline: Self::default(),
            region: Region::BeforeSections,
            open: Open::Nothing,
            indent: 0,
        };
        let text = with_line_feeds(file.text.strip_prefix('\u{feff}').unwrap_or(&file.text));
        for (number, line) in (1..).zip(text.split('\n')) {
            reader.line(number, line);
        }
        reader.outline
    }
}

/// configparser opens files in text mode, where `\r\n` and a lone `\r` end a line as well.
fn with_line_feeds(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() }
}

struct Reader<'f> {
    /// The file's.
    name: Arc<str>,
    findings: &'f mut Findings,
    outline: Outline,
    region: Region,
    open: Open,
    /// Indentation of the last line that was a header, an entry or a fault.
    indent: usize,
}

/// The part of the file that a line is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Region {
    BeforeSections,
    /// Also before the first section; it has been reported, and is one fault however long it is.
    ReportedText,
    Section,
    /// Below a faulty header: whichever section was meant, its entries belong to no other one.
    FaultySection,
}

/// What a deeper line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    /// To nothing: it is a line of its own.
    Nothing,
    /// To the value of the entry above.
    Value,
    /// To a line that is left out, as it is itself.
    LeftOut,
}

impl Reader<'_> {
    fn line(&mut self, number: usize, line: &str) {
        let text = line.trim();
        if text.starts_with(['#', ';']) {
            return;
        }
        if text.is_empty() {
            return self.blank(number);
        }
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        if indent > self.indent && self.open != Open::Nothing {
            return self.continuation(number, indent, text);
        }
        self.indent = indent;
        let position = Position { file: self.name.clone(), line: number, column: indent + 1 };
        if let Some(rest) = text.strip_prefix('[') {
            self.header(rest, position);
        } else if matches!(self.region, Region::Section | Region::FaultySection) {
            self.entry(text, position);
        } else if self.region == Region::BeforeSections {
            self.region = Region::ReportedText;
            let finding = Diagnostic::error(&position, "text before the first section");
            self.findings
                .push(finding.help("begin with '[DEFAULT]', or with the name of a log type in brackets"));
        }
    }

    fn header(&mut self, rest: &str, position: Position) {
        match header_name(rest, &position) {
            Ok(name) => {
                (self.region, self.open) = (Region::Section, Open::Nothing);
                self.outline.levelled.extend(["[", name, "]\n"]);
                self.outline.sections.push(SectionOutline { position, entries: Vec::new() });
            }
            Err(finding) => {
                (self.region, self.open) = (Region::FaultySection, Open::LeftOut);
                self.findings.push(finding);
            }
        }
    }

    fn entry(&mut self, text: &str, position: Position) {
        self.open = Open::LeftOut;
        match value_column(text, &position) {
            Err(finding) => self.findings.push(finding),
            Ok(column) if self.region == Region::Section => {
                self.open = Open::Value;
                self.outline.levelled.extend([text, " \n"]);
                let value_lines = column.map(|column| (position.line, column)).into_iter().collect();
                if let Some(section) = self.outline.sections.last_mut() {
                    section.entries.push(EntryOutline { position, value_lines });
                }
            }
            Ok(_) => {}
        }
    }

    fn continuation(&mut self, number: usize, indent: usize, text: &str) {
        if let Some(entry) = self.open_entry() {
            entry.value_lines.push((number, indent + 1));
            self.outline.levelled.extend([" ", text, " \n"]);
        }
    }

    /// A blank line belongs to a value if a line of the value follows; rust-ini drops it otherwise.
    fn blank(&mut self, number: usize) {
        if let Some(entry) = self.open_entry() {
            if !entry.value_lines.is_empty() {
                entry.value_lines.push((number, 1));
            }
            self.outline.levelled.push('\n');
        }
    }

    /// The entry whose value is open.
    fn open_entry(&mut self) -> Option<&mut EntryOutline> {
        if self.open != Open::Value {
            return None;
        }
        self.outline.sections.last_mut()?.entries.last_mut()
    }
}

/// The name in a header, whose text behind the opening bracket is `rest`.
fn header_name<'t>(rest: &'t str, position: &Position) -> Result<&'t str, Diagnostic> {
    let error = |message: &str| Diagnostic::error(position, message);
    let (name, after) = rest.split_once(']').ok_or_else(|| error("section header without ']'"))?;
    let (name, after) = (name.trim(), after.trim());
    if name.is_empty() {
        return Err(error("section without a name"));
    }
    if let Some(c) = name.chars().find(|c| c.is_control() || matches!(c, '\\' | '[' | ':' | '}')) {
        let message = format!("section name with {}", quoted(&c.to_string()));
        return Err(error(&message).help("use letters, digits, '-' and '_'"));
    }
    // configparser reads up to the last bracket of the line: only where there is no other do both agree.
    if !after.is_empty() && (!after.starts_with(['#', ';']) || after.contains(']')) {
        let message = format!("text behind the section header: {}", quoted(after));
        return Err(error(&message).help("put it on a line of its own"));
    }
    Ok(name)
}

/// The column at which the value of an entry begins; nothing if the entry's own line has no value.
fn value_column(text: &str, position: &Position) -> Result<Option<usize>, Diagnostic> {
    let error = |message: String| Diagnostic::error(position, message);
    let (key, value) = text.split_once(['=', ':']).ok_or_else(|| {
        error(format!("{} is neither 'key = value' nor '[section]'", quoted(text)))
            .help("a line that goes on with the value above must be indented deeper than its key")
    })?;
    if key.is_empty() {
        return Err(error("value without a key".to_owned()));
    }
    // rust-ini looks for no delimiter right behind a backslash.
    if key.contains('\\') {
        return Err(error(format!("unknown key {}: no key has a backslash", quoted(key.trim_end()))));
    }
    let blanks = value.chars().take_while(|c| c.is_whitespace()).count();
    let column = position.column + key.chars().count() + 1 + blanks;
    Ok((!value.trim().is_empty()).then_some(column))
}
