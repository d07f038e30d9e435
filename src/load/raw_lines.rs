//! The lines of a batch's documents, as they stand in the object. They are kept only for dead letters.

use crate::read::object::line::LineNumber;

/// Lines by their numbers, which ascend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawLines {
    bytes: Vec<u8>,
    /// Numbers, each with where its line ends.
    ends: Vec<(LineNumber, usize)>,
}

impl RawLines {
    /// No lines, with room for so many bytes of them.
    pub(super) fn with_capacity(bytes: usize) -> Self {
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
