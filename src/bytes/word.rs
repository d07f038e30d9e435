//! A key as three numbers: quicker to compare and to hash than its text.
//!
//! Does not know which keys there are.

/// The first and the last eight bytes of a key, and its length. Keys of up to sixteen bytes are the same if these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    first: u64,
    last: u64,
    length: usize,
}

/// Bytes of a word.
pub(crate) const WORD: usize = 8;

impl Ends {
    pub(crate) fn of(key: &str) -> Self {
        let bytes = key.as_bytes();
        let (first, last) = match (bytes.first_chunk(), bytes.last_chunk()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => (padded(bytes), padded(bytes)),
        };
        Self { first, last, length: bytes.len() }
    }

    /// The same for a key that is a slice of `text`: without a branch on its length, which no processor can foretell.
    #[inline]
    pub(crate) fn within(text: &str, key: &str) -> Self {
        let length = key.len();
        let start = key.as_ptr().addr().wrapping_sub(text.as_ptr().addr());
        let bytes = text.as_bytes().get(start..start.wrapping_add(length.max(WORD))).unwrap_or_default();
        let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) else {
            return Self::of(key);
        };
        let (first, last) = (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
        let unused = 8 * (WORD - length.min(WORD));
        // No key is empty, so at least one byte of the word is used.
        let mask = u64::MAX.checked_shr(u32::try_from(unused).unwrap_or(0)).unwrap_or(0);
        Self { first: first & mask, last: last & mask, length }
    }

    /// A number whose every bit depends on each of the three.
    #[inline]
    pub(crate) fn hash(self) -> u64 {
        /// 2 to the 64th, divided by the golden ratio: multiplying by it carries every bit to the upper ones.
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let length = u64::try_from(self.length).unwrap_or(u64::MAX);
        (self.first ^ self.last.rotate_left(23) ^ length).wrapping_mul(SPREAD).rotate_left(24)
    }

    /// Whether a byte that is not zero stands in these ends.
    #[inline]
    pub(crate) fn has(self, byte: u8) -> bool {
        const ONES: u64 = u64::from_le_bytes([1; WORD]);
        let has_zero = |word: u64| word.wrapping_sub(ONES) & !word & ONES << 7 != 0;
        let all = ONES * u64::from(byte);
        has_zero(self.first ^ all) || has_zero(self.last ^ all)
    }

    /// Whether two keys with these ends can differ in between.
    #[inline]
    pub(crate) fn leave_out_some(self) -> bool {
        self.length > 2 * WORD
    }
}

/// Fewer than eight bytes as a word, zeros behind them: put together of two halves that may overlap.
fn padded(bytes: &[u8]) -> u64 {
    let behind = |length: usize| 8 * (bytes.len() - length);
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << behind(4)
    } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        u64::from(u16::from_le_bytes(*first)) | u64::from(u16::from_le_bytes(*last)) << behind(2)
    } else {
        bytes.first().map_or(0, |byte| u64::from(*byte))
    }
}
