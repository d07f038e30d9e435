//! Rows of values of a section (`file_format = csv`): what names their values.
//!
//! A line of names does, as the first of an object or where objects were joined. Only a line whose words the section knows is one: the
//! words of an event name no field. Without such a line the section's own names (`csv_columns`) count.

use std::borrow::Cow;
use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;

use csv::{ReaderBuilder, StringRecord};
use foldhash::fast::RandomState;

use crate::bytes::quotes::Quotes;

/// The names of the values of a row, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowColumns {
    pub(crate) names: Box<[String]>,
    /// The object itself names them. Otherwise a row of another number of values, or of values of other shapes, is not in this form.
    pub(crate) is_named: bool,
    /// The shapes of the values that the section knows.
    pub(crate) shapes: Box<[Shape]>,
    /// Other forms that a row may have.
    pub(crate) others: Vec<RowColumns>,
}

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Any,
    Address,
    Number,
}

impl Shape {
    /// Whether a value looks so, or says nothing.
    pub(crate) fn is_of(self, value: &str) -> bool {
        value == "-"
            || match self {
                Self::Any => true,
                Self::Address => value.parse::<IpAddr>().is_ok(),
                Self::Number => value.bytes().all(|byte| byte.is_ascii_digit()),
            }
    }
}

impl RowColumns {
    /// The names in the directive `#Fields:` of the W3C Extended Log File Format (WD-logfile-960323), whatever stands between them; nothing
    /// in another line.
    pub(crate) fn of_directive(line: &[u8]) -> Option<Self> {
        let names = std::str::from_utf8(line).ok()?.strip_prefix("#Fields:")?;
        let names = names.split(|c: char| !c.is_ascii_alphanumeric() && !"-_()".contains(c));
        let names = names.filter(|name| !name.is_empty()).map(source_of_field).collect();
        Some(Self { names, is_named: true, ..Self::default() })
    }
}

/// The name by which the table knows a field of that format: `cs(User-Agent)` is `cs_user_agent`.
pub(crate) fn source_of_field(name: &str) -> String {
    name.trim_end_matches(')').to_ascii_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "_")
}

/// What names the rows of one object, line by line.
pub(crate) struct RowNames {
    delimiter: Option<u8>,
    /// The names that the section knows.
    known: HashSet<String, RandomState>,
    /// It knows none, and takes those of the first line as they are.
    takes_any: bool,
    columns: Arc<RowColumns>,
}

impl RowNames {
    /// The names of an object without a line of names. `known` are those that the section knows, its own among them, `columns` its own.
    pub(crate) fn new(
        delimiter: Option<u8>,
        known: impl Iterator<Item = String>,
        columns: RowColumns,
    ) -> Self {
        let known: HashSet<String, RandomState> = known.map(|name| column(&name).into_owned()).collect();
        Self { delimiter, takes_any: known.is_empty(), known, columns: Arc::new(columns) }
    }

    /// The names of the values of a line; nothing where it is a line of names itself. Takes each line in order.
    pub(crate) fn line(&mut self, line: &str) -> Option<Arc<RowColumns>> {
        if let Some(names) = self.names_in(line) {
            self.known.extend(names.iter().cloned());
            self.takes_any = false;
            self.columns =
                Arc::new(RowColumns { names: names.into(), is_named: true, ..RowColumns::default() });
            return None;
        }
        Some(Arc::clone(&self.columns))
    }

    /// The names in a line that is one of names: words of which one is known, and all where names are there already, of the section or of a
    /// line. Where none are, so
    /// that no row can be read, most need be words, or two be known: `2fa` and `kB/s` are odd names, and the column of a row's number has none.
    fn names_in(&self, line: &str) -> Option<Vec<String>> {
        let first = self.first_value(line);
        let RowColumns { names: before, is_named, .. } = &*self.columns;
        let is_known = |name: &str| self.known.contains(&*column(name));
        let can_be = match before.first() {
            Some(name) if *is_named => is_word(first) && is_known(first) || *name == name_of_column(0, first),
            _ => is_word(first) || before.is_empty(),
        };
        if !can_be {
            return None;
        }
        let names: Vec<String> = match delimiter_in(line, self.delimiter) {
            None => line.split_whitespace().map(ToOwned::to_owned).collect(),
            Some(delimiter) => values(line, delimiter)?.iter().map(ToOwned::to_owned).collect(),
        };
        let words = names.iter().filter(|name| is_word(name)).count();
        let named = || names.iter().enumerate().map(|(at, name)| name_of_column(at, name).into_owned());
        let are_words = words == names.len();
        let are_known = || are_words && names.iter().all(|name| is_known(name));
        let is_header = if *is_named {
            // A value may be a name by chance, two hardly.
            names.len() > 1 && named().eq(before.iter().cloned()) || names.len() > 2 && are_known()
        } else if !before.is_empty() {
            names.len() > 1 && are_known()
        } else if self.takes_any {
            are_words
        } else {
            let known = names.iter().filter(|name| is_known(name)).count();
            let are_enough = are_words || before.is_empty() && (known > 1 || 2 * words > names.len());
            known > 0 && are_enough
        };
        is_header.then(|| named().collect())
    }

    fn first_value<'l>(&self, line: &'l str) -> &'l str {
        let value = match delimiter_in(line, self.delimiter) {
            None => line.split_whitespace().next(),
            Some(delimiter) => line.split(char::from(delimiter)).next(),
        };
        value.unwrap_or_default().trim().trim_matches('"')
    }
}

/// What separates the values of a line: the section's delimiter. Where that are blanks, and the line has none, commas do.
pub(crate) fn delimiter_in(line: &str, delimiter: Option<u8>) -> Option<u8> {
    let has_commas = || !line.trim_end().contains([' ', '\t']) && line.contains(',');
    delimiter.or_else(|| has_commas().then_some(b','))
}

/// The values of a row. Nothing where a value in quotes has no end.
pub(crate) fn values(row: &str, delimiter: u8) -> Option<StringRecord> {
    if row.lines().count() <= 1 && Quotes::leave_open(row.as_bytes(), delimiter) {
        return None;
    }
    read_row(row, delimiter)
}

/// The values of the first row of a text; nothing where it has none.
pub(super) fn read_row(text: &str, delimiter: u8) -> Option<StringRecord> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(text.len() + 1)
        .from_reader(text.as_bytes());
    let mut values = StringRecord::new();
    reader.read_record(&mut values).ok()?.then_some(values)
}

/// The name of a column. A hyphen becomes an underscore, as upstream has it.
pub(crate) fn column(name: &str) -> Cow<'_, str> {
    let name = name.trim();
    if name.contains('-') { Cow::Owned(name.replace('-', "_")) } else { Cow::Borrowed(name) }
}

/// The same for the column at a place; its number where it has no name.
fn name_of_column(at: usize, name: &str) -> Cow<'_, str> {
    match column(name) {
        Cow::Borrowed("") => Cow::Owned(format!("column_{}", at + 1)),
        name => name,
    }
}

/// Whether a value can be a name: it begins with a letter, and has no character of addresses, paths, JSON or sentences.
fn is_word(name: &str) -> bool {
    let name = name.trim();
    name.starts_with(|first: char| first.is_alphabetic() || matches!(first, '_' | '@'))
        && !name.contains(|c: char| c.is_control() || "\"'=/\\{}[]<>;,|".contains(c))
}
