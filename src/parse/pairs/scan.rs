//! The scan that cuts a text into pairs: a new key begins only where a key-shaped word follows whitespace and is
//! followed at once by an unescaped `=` (rules E1, E4, E5). Any other `=` is value text.
//!
//! One pass looks for `=` and backslashes; an `=` looks back over a name, and to the nearest whitespace if it is no
//! plain name, never past the `=` before it, and such a word is read once more. So the time is linear in the text, whatever it holds
//! (rule P2). Does not know headers, pipes, or what is to be cut off at the ends.

use super::key::{Word, is_blank};
use super::marks::{Mark, Marks};
use super::pair::{Escapes, Pair};

/// Where the first key may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FirstKey {
    /// At the very start, or behind whitespace.
    AnyWhere,
    /// Only behind whitespace: the start of the text is the start of a value.
    BehindBlank,
}

/// Hands every pair of `text` to `emit`, in order; gives the text before the first key.
///
/// One whitespace character (or CR LF) before a key is the separator, what stands before that belongs to the value
/// (rule E10). Words for which `is_key` is false are value text.
pub(crate) fn scan<'a>(
    text: &'a str,
    first: FirstKey,
    is_key: impl Fn(Word<'_>) -> bool,
    mut emit: impl FnMut(Pair<'a>),
) -> &'a str {
    let bytes = text.as_bytes();
    let mut leading = text;
    let mut open: Option<Open<'a>> = None;
    let mut backslashes = Backslashes::default();
    let mut escaped = None;
    let mut floor = 0;
    for Mark { at, behind_name } in Marks::new(bytes) {
        if escaped == Some(at) {
            continue;
        }
        if bytes.get(at) == Some(&b'\\') {
            escaped = Some(at + 1);
            backslashes.note(at, bytes.get(at + 1).copied());
            continue;
        }
        if let Some(word) = last_word(text, floor, (behind_name, at), first).filter(|&word| is_key(word)) {
            let end = separator_start(bytes, floor, at - word.text.len());
            match open {
                Some(open) => emit(open.close(text, end, &backslashes)),
                None => leading = text.get(..end).unwrap_or_default(),
            }
            open = Some(Open { key: word.text, value: at + 1 });
            backslashes = Backslashes::default();
        }
        floor = at + 1;
    }
    if let Some(open) = open {
        emit(open.close(text, text.len(), &backslashes));
    }
    leading
}

/// A key whose value has begun.
struct Open<'a> {
    key: &'a str,
    value: usize,
}

impl<'a> Open<'a> {
    fn close(self, text: &'a str, end: usize, backslashes: &Backslashes) -> Pair<'a> {
        Pair {
            key: self.key,
            raw: text.get(self.value..end).unwrap_or_default(),
            escapes: backslashes.escapes(end),
        }
    }
}

/// What the backslashes of the value at hand tell about its sender.
#[derive(Default)]
struct Backslashes {
    any: bool,
    first_undefined: Option<usize>,
}

impl Backslashes {
    fn note(&mut self, at: usize, next: Option<u8>) {
        self.any = true;
        let undefined = next.is_some_and(|next| !matches!(next, b'\\' | b'=' | b'n' | b'r' | b'|'));
        if undefined && self.first_undefined.is_none() {
            self.first_undefined = Some(at);
        }
    }

    /// Rule E7b. A backslash at the very end of the value says nothing, and only the last one can stand there.
    fn escapes(&self, end: usize) -> Escapes {
        match self.first_undefined {
            Some(at) if at + 1 < end => Escapes::EqualsOnly,
            _ if self.any => Escapes::Cef,
            _ => Escapes::None,
        }
    }
}

/// The word behind the last whitespace between `floor` and `end`; at the very start it may stand without. All bytes from
/// `name` to `end` are those of a name, the one before is not.
#[inline]
fn last_word(text: &str, floor: usize, (name, end): (usize, usize), first: FirstKey) -> Option<Word<'_>> {
    let at_start = || (floor == 0 && first == FirstKey::AnyWhere).then_some(0);
    let (start, is_name) = if name <= floor {
        (at_start()?, true)
    } else {
        let before = text.as_bytes().get(floor..name)?;
        if before.last().is_some_and(|&byte| is_blank(byte)) {
            (name, true)
        } else {
            let blank = before.iter().rposition(|&byte| is_blank(byte));
            (blank.map(|blank| floor + blank + 1).or_else(at_start)?, false)
        }
    };
    Some(Word { text: text.get(start..end)?, is_name })
}

/// Where the separator before the key at `start` begins: one whitespace character, or CR LF.
fn separator_start(bytes: &[u8], floor: usize, start: usize) -> usize {
    let end = start.saturating_sub(1);
    let before = end.wrapping_sub(1);
    let pair = end > floor && bytes.get(end) == Some(&b'\n') && bytes.get(before) == Some(&b'\r');
    if pair { before } else { end }
}
