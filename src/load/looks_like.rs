//! What a line without an event looks like, for people who wonder what was stored there.

/// Says what the text of a line looks like.
pub(super) fn looks_like(text: &str) -> &'static str {
    let text = text.trim();
    let count = |character: char| text.matches(character).count();
    if text.contains('\0') || count(char::REPLACEMENT_CHARACTER) > text.len() / 20 {
        return "binary data, or text in another encoding: 'encoding' in user.ini names one";
    }
    match text.as_bytes().first() {
        Some(b'{' | b'[') => {
            return "JSON without an event in a field that is looked at: 'message_key' in user.ini names another";
        }
        Some(b'<') if !text.as_bytes().get(1).is_some_and(u8::is_ascii_digit) => return "XML or HTML",
        _ => {}
    }
    let is_label = |piece: &str| {
        let label = piece.split(':').next().unwrap_or_default();
        label.len() < piece.len()
            && !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if text.contains('\t') {
        return if text.split('\t').all(is_label) { "LTSV" } else { "columns between tabs" };
    }
    if count(':') >= 5 && !text.contains(' ')
        || text.split(':').count() == 7 && text.split(':').nth(1) == Some("x")
    {
        return "columns between colons, as in /etc/passwd";
    }
    if count(',') >= 2 || count(';') >= 2 {
        return "CSV";
    }
    "text without CEF or LEEF events"
}
