//! The documents of one bulk request.

use super::mark::Mark;
use super::raw_lines::RawLines;
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

impl Batch {
    /// An empty batch with memory for as much as `room` says.
    pub(crate) fn with_room(room: Room) -> Self {
        let Room { body, lines } = room;
        Self {
            body: Vec::with_capacity(body + SPARE),
            items: Vec::new(),
            lines: RawLines::with_capacity(if lines == 0 { 0 } else { lines + SPARE }),
            marks: Vec::new(),
        }
    }

    /// How much it holds.
    pub(crate) fn room(&self) -> Room {
        Room { body: self.body.len(), lines: self.lines.bytes() }
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

/// How much a batch holds, in bytes: the next one will need as much memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    body: usize,
    lines: usize,
}

/// Room for the document that does not fit into a batch: nearly all documents are smaller.
const SPARE: usize = 64 << 10;
