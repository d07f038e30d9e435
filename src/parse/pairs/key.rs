//! What a key looks like (rule E4), and what separates pairs (rule E1).

/// The text that stands before an `=` and may be a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word<'a> {
    /// The text.
    pub(crate) text: &'a str,
    /// It holds nothing but letters, digits, `_` and `-`, as nearly every key does.
    pub(crate) is_name: bool,
}

impl Word<'_> {
    /// Whether the word is shaped like a key, see [`is_key`].
    pub(crate) fn is_key(self) -> bool {
        if !self.is_name {
            return is_key(self.text);
        }
        self.text.bytes().next().is_some_and(|first| first != b'-')
    }
}

/// A byte that may stand between a value and the next key. A no-break space is none.
pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// A byte of a name: a key up to its first dot or bracket.
pub(crate) fn is_name(byte: u8) -> bool {
    // A table, because this is asked for every byte of every key.
    const NAME: [bool; 256] = {
        let mut table = [false; 256];
        let mut byte = 0_u8;
        let mut rest = table.as_mut_slice();
        while let Some((entry, behind)) = rest.split_first_mut() {
            *entry = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
            byte = byte.wrapping_add(1);
            rest = behind;
        }
        table
    };
    NAME.get(usize::from(byte)).is_some_and(|&is_name| is_name)
}

/// A character that may be cut off at the end of a record.
pub(crate) fn is_padding(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n' | '\0')
}

/// Whether `word` is shaped like a key: an ASCII name, then any number of `.part`, then any number of `[digits]`.
///
/// Takes `ad.Error_,Code`, `ad.field[0]`, `X-Some`, `_cefVer`, `c6a1`; refuses a dot at either end, which a field
/// name in OpenSearch could not have.
fn is_key(word: &str) -> bool {
    let bytes = word.as_bytes();
    if !bytes.first().is_some_and(|&byte| is_name(byte) && byte != b'-') {
        return false;
    }
    let Some(end) = bytes.iter().position(|&byte| !is_name(byte)) else {
        return true;
    };
    word.get(end..).and_then(without_indices).is_some_and(are_parts)
}

/// Whether `text` starts with a key and its `=`. Looks no further than the first byte that no plain key can hold.
pub(crate) fn starts_with_key(text: &str) -> bool {
    let bytes = text.as_bytes();
    let name = bytes.iter().position(|&byte| !is_name(byte)).unwrap_or(bytes.len());
    if bytes.get(name) == Some(&b'=') {
        return name > 0 && bytes.first() != Some(&b'-');
    }
    let stop = |byte: u8| is_blank(byte) || matches!(byte, b'=' | b'|' | b'#' | b'\\');
    let Some(end) = bytes.iter().skip(name).position(|&byte| stop(byte)).map(|end| name + end) else {
        return false;
    };
    bytes.get(end) == Some(&b'=') && text.get(..end).is_some_and(is_key)
}

/// The text before any `[0][1]` at its end; nothing where a bracket is left open or holds no number.
fn without_indices(mut text: &str) -> Option<&str> {
    while let Some(inner) = text.strip_suffix(']') {
        let (before, digits) = inner.rsplit_once('[')?;
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        text = before;
    }
    Some(text)
}

/// Whether `text` is nothing, or `.part` as often as you like.
fn are_parts(text: &str) -> bool {
    let foreign = |byte: u8| is_blank(byte) || matches!(byte, b'=' | b'|' | b'\\' | b'[' | b']');
    text.is_empty()
        || text
            .strip_prefix('.')
            .is_some_and(|parts| !parts.bytes().any(foreign) && parts.split('.').all(|part| !part.is_empty()))
}
