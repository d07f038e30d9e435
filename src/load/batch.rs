//! The documents of one bulk request, the lines that they were made of, and the places between them at which a load can be cut.

use super::account::Account;
use crate::read::object::line::LineNumber;

/// One document of a batch: where its action line and its document lie in the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// Offset of the first byte of the action line.
    pub start: usize,
    /// Offset behind the document line's `\n`.
    pub end: usize,
    /// The line of the object that the document was made of.
    pub line: LineNumber,
}

/// One bulk request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// NDJSON: for each document an action line and the document, each ended by `\n`.
    pub body: Vec<u8>,
    /// The documents, in the order of the body.
    pub items: Vec<Item>,
    /// The lines that they were made of, where these are kept.
    pub lines: RawLines,
    /// The places at which the load can be cut, in order, where these are wanted.
    pub marks: Vec<Mark>,
}

/// A place between two lines, with the account of all lines before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The last line before it.
    pub line: LineNumber,
    /// The account of the lines up to that one. It has no bytes of text, because these are counted for whole blocks.
    pub account: Account,
}

impl Batch {
    /// An empty batch with memory for so many bytes of body and of lines, and for one document more.
    pub(super) fn with_capacity(body: usize, lines: usize) -> Self {
        let lines = RawLines::with_capacity(if lines == 0 { 0 } else { lines + SPARE });
        Self { body: Vec::with_capacity(body + SPARE), lines, ..Self::default() }
    }

    /// The number of documents.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether it has no document.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Forgets all documents, and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.body.clear();
        self.items.clear();
        self.lines.clear();
        self.marks.clear();
    }

    /// The action line and the document of an item, both without their `\n`.
    ///
    /// `None` means that the batch has no item of this index, or that its offsets do not lie in the body.
    pub fn pair(&self, index: usize) -> Option<(&[u8], &[u8])> {
        let bytes = self.bytes(self.items.get(index)?)?;
        let (action, rest) = bytes.split_at_checked(memchr::memchr(b'\n', bytes)?)?;
        let document = rest.strip_prefix(b"\n")?;
        Some((action, document.strip_suffix(b"\n").unwrap_or(document)))
    }

    /// The action line of an item, without its `\n`; empty where there is no such item.
    pub fn action(&self, index: usize) -> &[u8] {
        self.pair(index).map_or(&[], |(action, _)| action)
    }

    /// The batch with those action lines that `action` gives in place of its own. `None` means that it gives none.
    pub(crate) fn with_actions(&self, action: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Option<Batch> {
        let actions: Vec<_> = (0..self.len()).map(|at| action(self.action(at))).collect();
        if actions.iter().all(Option::is_none) {
            return None;
        }
        let mut changed = Batch { lines: self.lines.clone(), ..Batch::default() };
        for (at, (item, action)) in self.items.iter().zip(actions).enumerate() {
            if let Some((own, document)) = self.pair(at) {
                changed.push(action.as_deref().unwrap_or(own), document, item.line);
            }
        }
        Some(changed)
    }

    /// A batch of those documents whose indices are given, in the order given. It has no marks.
    pub fn select(&self, indices: impl IntoIterator<Item = usize>) -> Batch {
        let mut part = Batch::default();
        for item in indices.into_iter().filter_map(|index| self.items.get(index)) {
            let start = part.body.len();
            part.body.extend_from_slice(self.bytes(item).unwrap_or_default());
            part.items.push(Item { start, end: part.body.len(), line: item.line });
            if let Some(line) = self.lines.get(item.line) {
                part.lines.add(item.line, line);
            }
        }
        part
    }

    /// Adds the documents of a batch that was made of later lines. It has no marks.
    pub fn append(&mut self, behind: &Batch) {
        let offset = self.body.len();
        self.body.extend_from_slice(&behind.body);
        let moved = |item: &Item| Item { start: offset + item.start, end: offset + item.end, ..*item };
        self.items.extend(behind.items.iter().map(moved));
        self.lines.append(&behind.lines);
    }

    /// Adds a document; `action` and `document` are JSON without line ends.
    pub fn push(&mut self, action: &[u8], document: &[u8], line: LineNumber) {
        let start = self.body.len();
        for part in [action, b"\n", document, b"\n"] {
            self.body.extend_from_slice(part);
        }
        self.items.push(Item { start, end: self.body.len(), line });
    }

    fn bytes(&self, item: &Item) -> Option<&[u8]> {
        self.body.get(item.start..item.end)
    }
}

/// Room for the document that does not fit into a batch: nearly all documents are smaller.
const SPARE: usize = 64 << 10;

/// The lines of a batch's documents as they stand in the object, by their numbers, which ascend. They are kept only for dead letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawLines {
    bytes: Vec<u8>,
    /// Numbers, each with where its line ends.
    ends: Vec<(LineNumber, usize)>,
}

impl RawLines {
    /// No lines, with room for so many bytes of them.
    fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), ends: Vec::new() }
    }

    /// How many bytes the lines have together.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Keeps a line. Further documents of a line add nothing, nor does a line that comes out of order.
    pub fn add(&mut self, number: LineNumber, line: &[u8]) {
        if self.ends.last().is_some_and(|(last, _)| *last >= number) {
            return;
        }
        self.bytes.extend_from_slice(line);
        self.ends.push((number, self.bytes.len()));
    }

    /// Adds lines with higher numbers.
    pub(crate) fn append(&mut self, behind: &Self) {
        for (number, _) in &behind.ends {
            self.add(*number, behind.get(*number).unwrap_or_default());
        }
    }

    /// The line of a number.
    pub fn get(&self, number: LineNumber) -> Option<&[u8]> {
        let at = self.ends.binary_search_by_key(&number, |(known, _)| *known).ok()?;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |(_, end)| *end);
        self.bytes.get(start..self.ends.get(at)?.1)
    }

    /// Forgets all lines.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }
}
