//! The name of a member of a record.

/// A name with what is asked of each: to read it once for all is quicker.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name<'a> {
    pub(super) text: &'a str,
    /// Its dots are steps of a path.
    pub(super) has_dots: bool,
}

impl<'a> Name<'a> {
    #[inline]
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, has_dots: memchr::memchr(b'.', text.as_bytes()).is_some() }
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
