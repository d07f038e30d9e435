//! Where a value of JSON ends, without reading what it holds.

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
        for (at, byte) in bytes.iter().enumerate() {
            self.read += 1;
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' if self.in_string => self.is_escaped = true,
                b'"' => self.in_string = !self.in_string,
                b'\n' if self.in_string => {
                    self.is_broken = true;
                    return None;
                }
                _ if self.in_string => {}
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
        }
        None
    }
}
