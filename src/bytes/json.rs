//! JSON text of single values, appended to a vector (RFC 8259).

/// Appends a text as a string, quotes included.
///
/// serde_json writes it (section 7: quotes, backslashes and control characters are escaped). It looks up each byte in a table, while
/// most values of a document have nothing to escape: the compiler makes vector instructions of one look at a whole value.
pub(crate) fn string(text: &str, out: &mut Vec<u8>) {
    if text.bytes().fold(false, |found, byte| found | needs_escape(byte)) {
        // Writing to a vector cannot fail.
        let _ = serde_json::to_writer(out, text);
    } else {
        plain_string(text, out);
    }
}

/// Appends a text in which nothing needs an escape as a string, quotes included.
pub(crate) fn plain_string(text: &str, out: &mut Vec<u8>) {
    debug_assert!(!text.bytes().any(needs_escape), "{text:?}");
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

fn needs_escape(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}
