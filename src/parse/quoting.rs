//! Tells from the text before an event whether the event stands inside of other text, as a value of JSON, CSV, XML or YAML does: there
//! its last value would swallow what follows it.

use std::cell::LazyCell;

use super::syslog;
use crate::bytes::slice::bytes;

/// Whether text that stands before an event opens something that ends only behind the event, or separates columns.
///
/// A syslog header opens nothing: its brackets and quotes are closed before the event.
pub(crate) fn is_within_other_text(before: &str) -> bool {
    let bytes = before.as_bytes();
    // Nearly every header is plain.
    let is_header = LazyCell::new(|| syslog::parse(before).time.is_some());
    bytes.iter().any(|byte| is_sign(*byte)) && opens(bytes, &is_header)
}

fn is_sign(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'{' | b'[' | b'(' | b',' | b';' | b'=' | b'<' | b'\t')
}

/// Whether anything is still open at the end of the text, or separated.
fn opens(text: &[u8], is_header: &LazyCell<bool, impl FnOnce() -> bool>) -> bool {
    let mut in_quotes = false;
    let mut is_escaped = false;
    let mut brackets = 0_usize;
    for (at, byte) in text.iter().enumerate() {
        let last = at.checked_sub(1).and_then(|last| text.get(last)).copied();
        let next = text.get(at + 1).copied();
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_quotes,
            b'"' => in_quotes = !in_quotes,
            _ if in_quotes => {}
            b'{' | b'[' | b'(' => brackets += 1,
            b'}' | b']' | b')' => brackets = brackets.saturating_sub(1),
            _ if brackets > 0 => {}
            // The fraction of a second.
            b',' if is_digit(last) && is_digit(next) && is_behind_colon(text, at) => {}
            b'=' if next == Some(b'"') || bytes(text, ..=at).ends_with(syslog::ORIGINAL.as_bytes()) => {}
            b'\'' if last.is_some_and(|last| last.is_ascii_alphanumeric()) => {}
            b'<' if is_digit(next) => {}
            // What Deep Security calls itself may be several words, with any signs (rule F5).
            b',' | b';' | b'=' | b'\'' | b'<' if is_closed(*byte, bytes(text, at + 1..)) && **is_header => {}
            b',' | b';' | b'=' | b'\'' | b'<' => return true,
            _ => {}
        }
    }
    in_quotes || brackets > 0
}

/// Whether a word of a name ends behind one of its signs: what opens there closes there, too.
fn is_closed(sign: u8, behind: &[u8]) -> bool {
    let mut name = behind.iter().take(syslog::LONGEST_NAME);
    let Some(end) = name.position(|byte| *byte == b' ') else { return false };
    match sign {
        b'\'' => bytes(behind, ..end).ends_with(b"'"),
        b'<' => bytes(behind, ..end).ends_with(b">"),
        _ => true,
    }
}

fn is_digit(byte: Option<u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_digit())
}

/// Whether the two digits before `at` stand behind a colon, as seconds do.
fn is_behind_colon(text: &[u8], at: usize) -> bool {
    at.checked_sub(3).and_then(|colon| text.get(colon)) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use super::is_within_other_text;

    #[test]
    fn a_header_opens_nothing() {
        for header in [
            "",
            "Nov 22 15:08:33 ip-10-0-1-7 ",
            "<134>Nov 22 15:08:33,123 host dsa[12]: ",
            "194 <86>2020-09-21T13:51:11+06:30 DeepSec Logs ",
            r#"<34>1 2026-11-22T15:08:33Z host app 12 ID47 [id@32473 iut="3" a="x, {y"] "#,
            "ASM:",
            r#"{"closed":["here, too"]} "#,
            "Bob's Manager ",
            "<134>Original Address=10.0.0.5 ",
            "Nov 22 15:08:33 DSM,Tokyo ",
            "Nov 22 15:08:33 web01;prod dsa[12]: ",
            "Nov 22 15:08:33 site=tokyo ",
            "Nov 22 15:08:33 'prod' ",
            "Nov 22 15:08:33 DSM <prod> ",
        ] {
            assert!(!is_within_other_text(header), "{header}");
        }
    }

    #[test]
    fn what_holds_an_event_opens_something() {
        for before in [
            r#"{"log":""#,
            r#"Nov 22 15:08:33 host app: {"log":""#,
            r#""2026-11-22","host","Nov 22 15:08:33 h "#,
            "2026-11-22,10.0.0.1,",
            "level=info msg=",
            "<event><data>",
            "message: '",
            "['",
            "Nov 22 15:08:33 host app: msg=",
            "Nov 22 15:08:33 host app: 'Nov 22 15:08:33 web01 ",
            "Nov 22 15:08:33 host app: <data> <event>",
            "Nov 22 15:08:33 host,",
        ] {
            assert!(is_within_other_text(before), "{before}");
        }
    }
}
