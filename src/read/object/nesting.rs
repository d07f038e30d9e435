//! Where a value of JSON ends, without reading what it holds.

use crate::bytes::find::first_of_three;

/// What means anything inside of a string.
const IN_STRING: [u8; 3] = *b"\"\\\n";

/// The brackets that are open in JSON.
#[derive(Default)]
pub(super) struct Nesting {
    depth: u64,
    in_string: bool,
    is_escaped: bool,
    /// A string has a line end in it: it is no JSON.
    pub(super) is_broken: bool,
    /// Bytes that were read.
    pub(super) read: usize,
}

impl Nesting {
    /// Inside of one value.
    pub(super) fn inside() -> Self {
        Self { depth: 1, ..Self::default() }
    }

    /// Goes on with these bytes. Gives where the value ends in them, if it does.
    pub(super) fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if self.in_string && !self.is_escaped && !IN_STRING.contains(byte) {
                let rest = bytes.get(at..).unwrap_or_default();
                let length = first_of_three(IN_STRING, rest).unwrap_or(rest.len());
                self.read += length;
                at += length;
                continue;
            }
            self.read += 1;
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' if self.in_string => self.is_escaped = true,
                b'"' => self.in_string = !self.in_string,
                _ if self.in_string => {
                    self.is_broken = true;
                    return None;
                }
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        None
    }
}
