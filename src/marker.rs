//! Where the event starts in a text: the leftmost `CEF:` or `LEEF:` with a version and a pipe behind it
//! (rules H1, H2, L-1), or the place where a relay has eaten the marker (rule H8).
//!
//! Does not know what stands before or behind the marker.

/// The two formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// ArcSight Common Event Format.
    Cef,
    /// IBM QRadar Log Event Extended Format.
    Leef,
}

/// Where an event starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    /// Which format.
    pub format: Format,
    /// Byte offset of the marker: what stands before is the prefix.
    pub start: usize,
    /// Byte offset of the version, behind `CEF:` and blanks.
    pub version: usize,
    /// The marker was missing, and a whole header told what it must have been (rule H8).
    pub restored: bool,
}

/// Finds the leftmost marker in `text`.
pub fn find(text: &str) -> Option<Marker> {
    let _ = text;
    todo!()
}

/// Splits a text that holds several events, one after the other (rule H3): at a line end, or a `#012`, that is
/// followed by a full marker. Gives the text itself where there is only one.
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    std::iter::once(text)
}
