//! The lines of a configuration file, told apart by the rules of Python's configparser.
//!
//! Takes text with `\n` as its only line end, gives header, entry and continuation lines with their places.
//! Comment lines are left out. Does not know which keys there are.

/// One line that says something.
#[derive(Debug)]
pub(super) struct Line<'t> {
    /// Counted from 1.
    pub(super) number: usize,
    /// First character that is not blank, counted from 1 in characters.
    pub(super) column: usize,
    /// What it is.
    pub(super) kind: Kind<'t>,
}

/// What a line is.
#[derive(Debug)]
pub(super) enum Kind<'t> {
    /// `[name]`
    Header(&'t str),
    /// `key = value`, both without blanks around them.
    Entry { key: &'t str, value: &'t str, value_column: usize },
    /// Deeper than its entry: goes on with the value.
    Continuation(&'t str),
    /// Blank, between lines of a value or behind it.
    Blank,
    /// None of these.
    Fault(Fault<'t>),
}

/// Why a line is none of the lines that there are.
#[derive(Debug)]
pub(super) enum Fault<'t> {
    BeforeFirstSection,
    UnclosedHeader,
    EmptyHeader,
    HeaderCharacter(char),
    TextAfterHeader(&'t str),
    NoDelimiter(&'t str),
    NoKey,
    BackslashInKey(&'t str),
}

/// What an indented line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    /// Nothing: it is read as a line of its own.
    Nothing,
    /// The value of the entry above.
    Value,
    /// A line with a fault: left out with it.
    Fault,
}

/// Goes through the lines of a text.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    lines: std::iter::Enumerate<std::str::Split<'t, char>>,
    in_section: bool,
    /// Text before the first section has been seen: it is one fault, however long it is.
    lost: bool,
    open: Open,
    indent: usize,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            lines: text.split('\n').enumerate(),
            in_section: false,
            lost: false,
            open: Open::Nothing,
            indent: 0,
        }
    }

    /// `None` for a line that says nothing.
    fn kind(&mut self, trimmed: &'t str, indent: usize) -> Option<Kind<'t>> {
        if trimmed.starts_with(['#', ';']) {
            return None;
        }
        if trimmed.is_empty() {
            return (self.open == Open::Value).then_some(Kind::Blank);
        }
        if self.in_section && indent > self.indent {
            match self.open {
                Open::Value => return Some(Kind::Continuation(trimmed)),
                Open::Fault => return None,
                Open::Nothing => {}
            }
        }
        self.indent = indent;
        let kind = if let Some(rest) = trimmed.strip_prefix('[') {
            // Whatever is wrong with the header, the lines below it belong to another section than those above.
            self.in_section = true;
            header(rest)
        } else if self.in_section {
            entry(trimmed, indent)
        } else if self.lost {
            return None;
        } else {
            self.lost = true;
            Kind::Fault(Fault::BeforeFirstSection)
        };
        self.open = match kind {
            Kind::Header(_) => Open::Nothing,
            Kind::Fault(_) => Open::Fault,
            _ => Open::Value,
        };
        Some(kind)
    }
}

impl<'t> Iterator for Lines<'t> {
    type Item = Line<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (at, line) = self.lines.next()?;
            let indent = line.chars().take_while(|c| c.is_whitespace()).count();
            if let Some(kind) = self.kind(line.trim(), indent) {
                return Some(Line { number: at + 1, column: indent + 1, kind });
            }
        }
    }
}

/// The rest of a header behind its bracket.
fn header(rest: &str) -> Kind<'_> {
    let Some((name, after)) = rest.split_once(']') else { return Kind::Fault(Fault::UnclosedHeader) };
    let (name, after) = (name.trim(), after.trim());
    if name.is_empty() {
        return Kind::Fault(Fault::EmptyHeader);
    }
    if let Some(c) = name.chars().find(|c| c.is_control() || matches!(c, '\\' | '[' | ':' | '}')) {
        return Kind::Fault(Fault::HeaderCharacter(c));
    }
    // configparser reads up to the last bracket of the line: only where there is no other do both agree.
    if !after.is_empty() && (!after.starts_with(['#', ';']) || after.contains(']')) {
        return Kind::Fault(Fault::TextAfterHeader(after));
    }
    Kind::Header(name)
}

fn entry(trimmed: &str, indent: usize) -> Kind<'_> {
    let Some((key, value)) = trimmed.split_once(['=', ':']) else {
        return Kind::Fault(Fault::NoDelimiter(trimmed));
    };
    let blanks = value.chars().take_while(|c| c.is_whitespace()).count();
    let value_column = indent + key.chars().count() + 1 + blanks + 1;
    let key = key.trim_end();
    if key.is_empty() {
        return Kind::Fault(Fault::NoKey);
    }
    if key.contains('\\') {
        return Kind::Fault(Fault::BackslashInKey(key));
    }
    Kind::Entry { key, value: value.trim(), value_column }
}
