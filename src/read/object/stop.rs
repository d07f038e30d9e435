//! Why the text of an object ends.

/// Why there is no more text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The object ended where it should.
    End,
    /// The bytes are wrong, and will be wrong at the next try.
    Damaged(String),
    /// The reader failed.
    SourceFailed(String),
}

/// What one call has decoded.
pub(crate) struct Filled {
    /// The number of bytes written to the front of the buffer.
    pub(crate) bytes: usize,
    /// Why nothing follows these bytes, if nothing does.
    pub(crate) stop: Option<Stop>,
}
