//! Reads the lines of the wanted range, with their identities, some at a time, and decodes them.

use std::borrow::Cow;
use std::io::Read;
use std::mem;
use std::sync::Arc;

use encoding_rs::Encoding;

use crate::config::log_type::FileFormat;
use crate::document::id::{Identities, Identity};
use crate::map::compiled::CompiledSection;
use crate::read::object::line::Line;
use crate::read::object::{Lines, first_line};
use crate::read::record;
use crate::read::record::csv;
use crate::read::record::csv::{CsvHeader, CsvLine};
use crate::read::record::rows::{RowColumns, RowNames};
use crate::trigger::object_ref::LineRange;

/// The most lines, records or events that go through a stage together: so many stay in the processor's cache.
pub(super) const EVENTS_TOGETHER: usize = 16;

/// What may stand in front of a line: a byte order mark where files were joined, and NUL bytes where a file was truncated while its
/// writer went on behind them.
pub(super) const PADDING: [char; 2] = ['\u{feff}', '\0'];

/// Reads the lines of one object.
pub(super) struct LineReader {
    range: LineRange,
    identities: Identities,
    is_over: bool,
    kinds: LineKinds,
}

/// What tells the lines of CSV, and those that are no events, from the others.
struct LineKinds {
    /// Lines at the front that are still to be passed over.
    front: u64,
    /// A line that begins with `#` is a directive.
    is_w3c: bool,
    columns: Columns,
}

/// What is known of columns in the object.
enum Columns {
    /// The first line is still to be read, which may be a header: this is `message_key`.
    Unread(Option<String>),
    None,
    /// The section's lines are rows of values, in this encoding.
    Rows(RowNames, Option<&'static Encoding>),
    /// A directive has named the values of the lines behind it.
    Directed(Arc<RowColumns>),
    /// The object has a header, and a line may end within a value.
    Named {
        header: Arc<CsvHeader>,
        in_value: bool,
    },
}

/// A line of the wanted range, with its identity.
pub(super) struct NumberedLine<'b> {
    pub(super) line: Line<'b>,
    /// A blank line has none.
    pub(super) identity: Option<Identity<'b>>,
    /// What it is in an object of CSV, or why it is no event.
    pub(super) csv: Option<CsvLine>,
}

/// A line, decoded.
pub(crate) struct Text<'b> {
    pub(crate) line: Line<'b>,
    /// A blank line has none.
    pub(crate) identity: Option<&'b Identity<'b>>,
    pub(crate) text: Cow<'b, str>,
    /// Not all of it was UTF-8.
    pub(crate) replaced: bool,
    /// The names of its values, where it is a row of them.
    pub(crate) columns: Option<&'b RowColumns>,
}

impl<'b> Text<'b> {
    /// Decodes a line, from `encoding` where one is named.
    pub(crate) fn of(numbered: &'b NumberedLine<'_>, encoding: Option<&'static Encoding>) -> Self {
        let NumberedLine { line, identity, csv } = numbered;
        let (text, replaced) = match (identity, encoding) {
            (Some(_), None) => record::decode(line.bytes),
            (Some(_), Some(encoding)) => record::decode_as(line.bytes, encoding),
            (None, _) => Default::default(),
        };
        let columns = if let Some(CsvLine::Row(columns)) = csv { Some(&**columns) } else { None };
        Self { line: *line, identity: identity.as_ref(), text, replaced: replaced > 0, columns }
    }
}

impl LineReader {
    pub(super) fn new(range: LineRange, section: &CompiledSection) -> Self {
        let log_type = section.log_type();
        let has_records = matches!(log_type.file_format, FileFormat::Json) && !section.holds_events();
        let columns = match log_type.file_format {
            FileFormat::Csv(delimiter) => {
                let names = RowNames::new(delimiter, section.names(), section.row_columns());
                Columns::Rows(names, log_type.encoding)
            }
            _ if has_records => Columns::Unread(log_type.message_key.clone()),
            _ => Columns::None,
        };
        Self {
            range,
            identities: Identities::default(),
            is_over: false,
            kinds: LineKinds { front: log_type.header_lines, is_w3c: section.profile.is_w3c(), columns },
        }
    }

    /// Returns the next chunk. An empty vector means that no line of it was in the range; `None` means that the object is finished.
    pub(super) fn next<'b, R: Read>(&mut self, lines: &'b mut Lines<R>) -> Option<Vec<NumberedLine<'b>>> {
        if self.is_over {
            return None;
        }
        let wanted = self.range.start..=self.range.end.unwrap_or(u64::MAX);
        let chunk = lines.next_few(EVENTS_TOGETHER);
        self.is_over = chunk.last()?.number.0 >= *wanted.end();
        let mut numbered = Vec::with_capacity(chunk.len());
        // Equal lines are counted from the first line on, also when only a part of the object is loaded.
        let lines: Vec<_> = chunk.iter().map(|line| line.bytes).filter(|bytes| !is_blank(bytes)).collect();
        let mut identities = self.identities.next_few(&lines);
        for line in &chunk {
            let identity = if is_blank(line.bytes) { None } else { identities.next() };
            let csv = self.kinds.line(line, identity.is_none());
            if wanted.contains(&line.number.0) {
                numbered.push(NumberedLine { line: *line, identity, csv });
            }
        }
        Some(numbered)
    }
}

impl LineKinds {
    /// What a line is, where that is not told by itself. Takes each line in order.
    fn line(&mut self, line: &Line<'_>, is_blank: bool) -> Option<CsvLine> {
        self.passed_over(line.bytes).or_else(|| if is_blank { None } else { self.columns.line(line) })
    }

    /// Why a line is no event, whatever stands in it. An envelope is no line at the front of a file.
    fn passed_over(&mut self, line: &[u8]) -> Option<CsvLine> {
        if self.front > 0 {
            self.front -= 1;
            return (!first_line::is_envelope(line)).then_some(CsvLine::FRONT);
        }
        if !self.is_w3c || !line.starts_with(b"#") {
            return None;
        }
        if let Some(columns) = RowColumns::of_directive(line) {
            self.columns = Columns::Directed(Arc::new(columns));
        }
        Some(CsvLine::DIRECTIVE)
    }
}

impl Columns {
    /// What a line is, where the object is CSV. Takes each line in order.
    fn line(&mut self, line: &Line<'_>) -> Option<CsvLine> {
        let (header, in_value) = match self {
            Self::None => return None,
            Self::Directed(columns) => return Some(CsvLine::Row(Arc::clone(columns))),
            Self::Rows(names, encoding) => {
                let (text, _) = encoding.map_or_else(
                    || record::decode(line.bytes),
                    |encoding| record::decode_as(line.bytes, encoding),
                );
                let columns = names.line(text.trim_start_matches(PADDING));
                return Some(columns.map_or(CsvLine::NAMES, CsvLine::Row));
            }
            Self::Unread(message_key) => {
                let header = CsvHeader::read(line.bytes, message_key.as_deref());
                let is_header = header.is_some();
                *self = header
                    .map_or(Self::None, |header| Self::Named { header: Arc::new(header), in_value: false });
                return is_header.then_some(CsvLine::NAMES);
            }
            Self::Named { header, in_value } => (header, in_value),
        };
        let ends_in_value = *in_value ^ csv::is_torn(line.bytes);
        let was_in_value = mem::replace(in_value, ends_in_value);
        Some(if was_in_value || ends_in_value {
            CsvLine::Torn
        } else if header.is_repeated_in(line.bytes) {
            CsvLine::NAMES
        } else {
            CsvLine::Values(Arc::clone(header))
        })
    }
}

/// Whether a line holds nothing but blanks, NUL bytes and byte order marks: joined files have such marks inside.
fn is_blank(mut bytes: &[u8]) -> bool {
    while let [0xef, 0xbb, 0xbf, behind @ ..] = bytes {
        bytes = behind;
    }
    bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0)
}
