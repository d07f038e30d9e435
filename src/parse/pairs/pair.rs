//! One key and its value, as CEF's extension and LEEF's attributes carry them.
//!
//! Takes slices of the line, gives the value with its escapes undone. Does not know which keys exist, nor
//! what a value means.

use std::borrow::Cow;

use bumpalo::Bump;
use memchr::memchr_iter;

use super::index::Index;
pub(crate) use super::index::has_repeated_key;

/// How the escapes of a value are to be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escapes {
    /// The value holds no escape: the raw text is the value.
    None,
    /// CEF's own: `\=` `\\` `\n` `\r`; any other backslash stays (rules E6, E7).
    Cef,
    /// The sender did not escape: only `\=` is undone (rule E7b).
    EqualsOnly,
}

/// A key with its raw value, both slices of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair<'a> {
    /// The key as written.
    pub key: &'a str,
    /// The value as written, escapes and all.
    pub raw: &'a str,
    /// What has to be done to `raw` to get the value.
    pub escapes: Escapes,
}

impl<'a> Pair<'a> {
    /// The value with its escapes undone; borrowed where there are none.
    pub fn value(&self) -> Cow<'a, str> {
        let Some(first) = next_escape(self.raw, self.escapes) else {
            return Cow::Borrowed(self.raw);
        };
        let mut value = String::with_capacity(self.raw.len());
        unescape(first, self.escapes, |piece| value.push_str(piece));
        Cow::Owned(value)
    }

    /// The same as [`Pair::value`], the unescaped copy living in `arena`.
    #[inline]
    pub fn value_in(&self, arena: &'a Bump) -> &'a str {
        if self.escapes == Escapes::None { self.raw } else { self.unescaped_in(arena) }
    }

    fn unescaped_in(&self, arena: &'a Bump) -> &'a str {
        let Some(first) = next_escape(self.raw, self.escapes) else {
            return self.raw;
        };
        let mut value = bumpalo::collections::String::with_capacity_in(self.raw.len(), arena);
        unescape(first, self.escapes, |piece| value.push_str(piece));
        value.into_bump_str()
    }
}

/// The label of `key`: the value of the first `<key>Label` among `pairs`, trimmed (rule L1). Nothing where there
/// is none, or a blank one.
///
/// Walks the pairs once; [`labelled`] is the way to ask for all of them.
pub fn label_of<'a>(pairs: &[Pair<'a>], key: &str) -> Option<Cow<'a, str>> {
    let label = pairs.iter().find(|pair| pair.key.strip_suffix(LABEL) == Some(key))?;
    Some(trimmed(label.value())).filter(|label| !label.is_empty())
}

/// Every label with the pair that it names: `cs1` where there is a `cs1Label`, and so for any key (rule L1).
///
/// In the order of the labels; labels are trimmed. A label that names nothing is left out, one that is used for
/// two keys comes twice, and of a repeated key the first pair is given (rule E9).
pub fn labelled<'p, 'a>(pairs: &'p [Pair<'a>]) -> impl Iterator<Item = (Cow<'a, str>, &'p Pair<'a>)> {
    let index = Index::new(pairs);
    pairs.iter().filter_map(move |label| {
        let key = label.key.strip_suffix(LABEL).filter(|key| !key.is_empty())?;
        Some((trimmed(label.value()), index.first(key)?))
    })
}

const LABEL: &str = "Label";

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// An escape that means something.
struct Escape<'a> {
    before: &'a str,
    meant: &'static str,
    behind: &'a str,
}

fn unescape(first: Escape<'_>, escapes: Escapes, mut push: impl FnMut(&str)) {
    let mut escape = first;
    loop {
        push(escape.before);
        push(escape.meant);
        match next_escape(escape.behind, escapes) {
            Some(next) => escape = next,
            None => return push(escape.behind),
        }
    }
}

fn next_escape(text: &str, escapes: Escapes) -> Option<Escape<'_>> {
    if escapes == Escapes::None {
        return None;
    }
    let bytes = text.as_bytes();
    // Parity needs no state: under `Cef` a doubled backslash is itself an escape, so the search goes on behind it.
    memchr_iter(b'\\', bytes).find_map(|at| {
        let meant = match (bytes.get(at + 1)?, escapes) {
            (b'=', _) => "=",
            (b'\\', Escapes::Cef) => "\\",
            (b'n', Escapes::Cef) => "\n",
            (b'r', Escapes::Cef) => "\r",
            _ => return None,
        };
        Some(Escape { before: text.get(..at)?, meant, behind: text.get(at + 2..)? })
    })
}
