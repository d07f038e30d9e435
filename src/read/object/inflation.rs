//! Bounds on the size to which a packed object may grow, against decompression bombs. Plain text does not grow, and has no bounds.

/// How much text a packed object may have. Text that was decoded before a bound was met is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inflation {
    /// The most bytes of text in all.
    pub bytes: u64,
    /// The most bytes of text for each stored byte. Real logs have 10 to 60.
    pub ratio: u64,
    /// The ratio counts from this many bytes of text on, because less does no harm.
    pub ratio_from: u64,
}

impl Default for Inflation {
    /// 64 GiB in all, and from 16 MiB on no more than 1,000 bytes for each stored byte.
    fn default() -> Self {
        Self { bytes: 64 << 30, ratio: 1_000, ratio_from: 16 << 20 }
    }
}

impl Inflation {
    /// Returns which bound `text` bytes out of `stored` bytes exceed, and the way out.
    pub(crate) fn exceeded(&self, text: u64, stored: u64) -> Option<String> {
        let way_out = "if these are logs, load them unpacked or in smaller objects";
        if text > self.bytes {
            return Some(format!(
                "it inflates to more than {} bytes, which is the limit; {way_out}",
                self.bytes
            ));
        }
        if text > self.ratio_from && text / self.ratio > stored {
            return Some(format!(
                "it inflates more than {}-fold, which is the limit, as decompression bombs do; {way_out}",
                self.ratio
            ));
        }
        None
    }
}
