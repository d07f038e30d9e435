//! Where a value of JSON ends, without reading what it holds.
//!
//! Clever: the text is looked at in blocks, as words of bits, of which only brackets are met one by one. Byte by byte it was 7 % of a load
//! of CloudTrail's events, of which this leaves a third. The plain twin reads blocks with backslashes, and all of them in the tests.

use crate::bytes::blocks::{BLOCK, places_of};

/// The brackets that are open in JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
        let (blocks, rest) = bytes.as_chunks();
        let mut at = 0;
        for block in blocks {
            let end = self.end_in_block(block);
            if end.is_some() || self.is_broken {
                return end.map(|end| at + end);
            }
            at += BLOCK;
        }
        self.end_in_bytes(rest).map(|end| at + end)
    }

    fn end_in_block(&mut self, block: &[u8; BLOCK]) -> Option<usize> {
        let [quotes, backslashes, line_ends, brace, bracket, end_of_brace, end_of_bracket] =
            places_of(*b"\"\\\n{[}]", block);
        if self.is_escaped || backslashes != 0 {
            return self.end_in_bytes(block);
        }
        let strings = between(quotes) ^ if self.in_string { u64::MAX } else { 0 };
        let opening = (brace | bracket) & !strings;
        let mut met = opening | (end_of_brace | end_of_bracket) & !strings | line_ends & strings;
        while met != 0 {
            let bit = met & met.wrapping_neg();
            let end = met.trailing_zeros() as usize + 1;
            met ^= bit;
            if opening & bit != 0 {
                self.depth += 1;
                continue;
            }
            self.is_broken = strings & bit != 0;
            self.depth = self.depth.saturating_sub(u64::from(!self.is_broken));
            if self.is_broken || self.depth == 0 {
                self.in_string = self.is_broken;
                self.read += end;
                return (!self.is_broken).then_some(end);
            }
        }
        self.in_string = strings >> (BLOCK - 1) != 0;
        self.read += BLOCK;
        None
    }

    fn end_in_bytes(&mut self, bytes: &[u8]) -> Option<usize> {
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

/// The bits from each first quote up to the one that ends its string.
fn between(quotes: u64) -> u64 {
    [1, 2, 4, 8, 16, 32].iter().fold(quotes, |bits, step| bits ^ bits << step)
}

#[cfg(test)]
mod tests {
    use proptest::{prop_assert_eq, proptest};

    use super::Nesting;

    proptest! {
        #[test]
        fn a_value_ends_where_a_look_at_each_byte_says(
            text in "([a-c:,]{0,9}|\"[a-c{}\\[\\]]{0,30}\"|[{\\[]|[}\\]]|\\\\[\"n]){0,60}\n?[\"}]{0,4}.{0,80}",
            cut in 0_usize..300,
        ) {
            let bytes = text.as_bytes();
            let (first, rest) = bytes.split_at(cut.min(bytes.len()));
            let (mut one, mut other) = (Nesting::inside(), Nesting::inside());
            for part in [first, rest] {
                let end = one.end(part);
                prop_assert_eq!(end, other.end_in_bytes(part));
                prop_assert_eq!(&one, &other);
                if end.is_some() || one.is_broken {
                    break;
                }
            }
        }
    }
}
