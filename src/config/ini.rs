//! One file as sections of entries, each with its position.
//!
//! rust-ini reads the names, keys and values; the [`Outline`] of the file says where they stand.

use std::collections::HashMap;

use indexmap::IndexMap;
use indexmap::map::Entry::Occupied;
use ini::{Ini, ParseOption, Properties};

use super::diagnostic::{Diagnostic, File, Findings, Position, quoted};
use super::outline::{EntryOutline, Outline, SectionOutline};
use super::{field, keys};

/// The section whose values every other one inherits. It may stand in a file more than once.
pub(super) const DEFAULT: &str = "DEFAULT";

/// One `key = value`.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The key as it is written.
    pub(super) written: String,
    /// The value before interpolation; its lines are separated by `\n`.
    pub(super) raw: String,
    /// Where the key stands.
    pub(super) position: Position,
    /// Line and column of each line of `raw`.
    value_lines: Vec<(usize, usize)>,
}

#[derive(Clone, Debug)]
pub(super) struct FileSection {
    pub(super) name: String,
    pub(super) position: Position,
    pub(super) entries: Vec<Entry>,
}

impl Entry {
    /// Where the byte `offset` of `raw` stands; where the value is empty, the key.
    pub(super) fn position_at(&self, offset: usize) -> Position {
        let (mut line, mut columns) = (0, 0);
        for (_, c) in self.raw.char_indices().take_while(|(at, _)| *at < offset) {
            (line, columns) = if c == '\n' { (line + 1, 0) } else { (line, columns + 1) };
        }
        match self.value_lines.get(line) {
            Some(&(line, column)) => {
                Position { file: self.position.file.clone(), line, column: column + columns }
            }
            None => self.position.clone(),
        }
    }

    /// Warns of lines of the value that were probably meant as lines of their own.
    fn warn_of_indented_lines(&self, findings: &mut Findings) {
        if self.value_lines.len() < 2 {
            return;
        }
        for (text, &(line, column)) in self.raw.split('\n').zip(&self.value_lines) {
            if line > self.position.line && looks_like_a_line_of_its_own(text) {
                let position = Position { file: self.position.file.clone(), line, column };
                let message = format!(
                    "this line is part of the value of {}, because it is indented",
                    quoted(&self.written)
                );
                findings.push(
                    Diagnostic::warning(&position, message)
                        .help("begin it at the margin to make it a line of its own"),
                );
            }
        }
    }
}

/// Whether an indented line has the form of a header, or of an entry with a key that can be.
fn looks_like_a_line_of_its_own(text: &str) -> bool {
    if let Some(name) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return !name.contains([',', ' ']);
    }
    let Some((key, _)) = text.split_once(['=', ':']) else { return false };
    let key = key.trim_end();
    keys::is_known(key) || field::is_dotted_name(key)
}

/// The sections of `file`. What stands there twice is reported, and its second time left out.
pub(super) fn sections(file: &File, findings: &mut Findings) -> Vec<FileSection> {
    let outline = Outline::new(file, findings);
    let ini = match parsed(&outline) {
        Ok(ini) => ini,
        Err(reason) => {
            let start = Position::start(&file.name);
            findings.push(Diagnostic::error(&start, format!("the file cannot be read: {reason}")));
            return Vec::new();
        }
    };
    let mut sections: IndexMap<&str, FileSection> = IndexMap::new();
    let mut keys_of_default: HashMap<&str, Position> = HashMap::new();
    for ((name, properties), SectionOutline { position, entries }) in named(&ini).zip(outline.sections) {
        let section = match sections.entry(name) {
            Occupied(first) if name != DEFAULT => {
                let (what, help) = (format!("section [{name}]"), "put the lines of both into one section");
                findings.push(second_time(&what, &first.get().position, &position, help));
                continue;
            }
            slot => {
                slot.or_insert_with(|| FileSection { name: name.to_owned(), position, entries: Vec::new() })
            }
        };
        let mut own_keys = HashMap::new();
        let first_keys = if name == DEFAULT { &mut keys_of_default } else { &mut own_keys };
        for ((key, value), EntryOutline { position, value_lines }) in properties.iter().zip(entries) {
            if let Some(first) = first_keys.get(key) {
                let (what, help) = (format!("key {}", quoted(key)), "keep one of the two lines");
                findings.push(second_time(&what, first, &position, help));
                continue;
            }
            first_keys.insert(key, position.clone());
            let entry = Entry { written: key.to_owned(), raw: value.to_owned(), position, value_lines };
            entry.warn_of_indented_lines(findings);
            section.entries.push(entry);
        }
    }
    sections.into_values().collect()
}

fn second_time(what: &str, first: &Position, second: &Position, help: &str) -> Diagnostic {
    Diagnostic::error(second, format!("{what} stands here for the second time, first at {first}")).help(help)
}

/// What rust-ini reads in the levelled text, if it has found the sections and entries that the outline has.
fn parsed(outline: &Outline) -> Result<Ini, String> {
    let option = ParseOption {
        enabled_quote: false,
        enabled_escape: false,
        enabled_indented_mutiline_value: true,
        enabled_preserve_key_leading_whitespace: false,
    };
    let ini = Ini::load_from_str_opt(&outline.levelled, option).map_err(|error| error.to_string())?;
    let read = named(&ini).map(|(_, properties)| properties.iter().count());
    if read.eq(outline.sections.iter().map(|section| section.entries.len())) {
        Ok(ini)
    } else {
        // No value may be guessed.
        Err("its lines are told apart in two ways, which is a defect of es-loader".to_owned())
    }
}

/// The sections with a name; rust-ini has one without, for lines before the first header.
fn named(ini: &Ini) -> impl Iterator<Item = (&str, &Properties)> {
    ini.iter().filter_map(|(name, properties)| Some((name?, properties)))
}
