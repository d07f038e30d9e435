//! The name of a member of a record.

use crate::bytes::word::Ends;

/// A name with what is asked of each: to read it once for all is quicker.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name<'a> {
    pub(super) text: &'a str,
    pub(super) ends: Ends,
    /// Its dots are steps of a path.
    pub(super) has_dots: bool,
}

impl<'a> Name<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self::within("", text)
    }

    /// The same for a name that is likely to be a slice of `whole`.
    #[inline]
    pub(super) fn within(whole: &str, text: &'a str) -> Self {
        let ends = Ends::within(whole, text);
        let has_dots =
            ends.has(b'.') || ends.leave_out_some() && memchr::memchr(b'.', text.as_bytes()).is_some();
        Self { text, ends, has_dots }
    }

    /// Whether OpenSearch would find a step without a name in a path.
    #[inline]
    pub(super) fn has_empty_part(&self) -> bool {
        if self.has_dots {
            self.text.as_bytes().split(|byte| *byte == b'.').any(|part| part.trim_ascii().is_empty())
        } else {
            self.text.trim_ascii().is_empty()
        }
    }
}
