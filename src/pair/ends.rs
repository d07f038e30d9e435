//! A key as three numbers: quicker to compare and to hash than its text.
//!
//! Does not know which keys there are.

/// The first and the last bytes of a key, and its length. Keys of up to sixteen bytes are the same if these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    first: u64,
    last: u64,
    length: usize,
}

impl Ends {
    #[inline]
    pub(crate) fn of(key: &str) -> Self {
        let bytes = key.as_bytes();
        let length = bytes.len();
        if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            return Self { first: u64::from_le_bytes(*first), last: u64::from_le_bytes(*last), length };
        }
        let first = if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32
        } else {
            match *bytes {
                [a, b, c] => u64::from(u32::from_le_bytes([a, b, c, 0])),
                [a, b] => u64::from(u16::from_le_bytes([a, b])),
                [a] => u64::from(a),
                _ => 0,
            }
        };
        Self { first, last: 0, length }
    }

    /// A number whose every bit depends on each of the three.
    #[inline]
    pub(crate) fn hash(self) -> u64 {
        /// 2 to the 64th, divided by the golden ratio: multiplying by it carries every bit to the upper ones.
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let length = u64::try_from(self.length).unwrap_or(u64::MAX);
        (self.first ^ self.last.rotate_left(23) ^ length).wrapping_mul(SPREAD).rotate_left(24)
    }

    /// Whether two keys with these ends can differ in between.
    #[inline]
    pub(crate) fn leave_out_some(self) -> bool {
        self.length > 16
    }
}
