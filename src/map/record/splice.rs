//! Adds members to an object inside of a document that is written already.

use crate::bytes;
use crate::parse::json::{self, behind_blanks, byte};

/// Where a document stands in the bytes that are written.
#[derive(Clone, Copy)]
pub(super) struct Written {
    /// Its opening brace.
    pub(super) start: usize,
    /// The brace or comma before the record's own members. What is added to one of their objects is looked for behind it first.
    pub(super) own: usize,
}

/// Adds `members`, JSON members without braces around them, to the object at `path` of the document. Objects on the way that are not
/// there are made. A path that leads to a value is left as it is. The record's own members move where something is added before them.
pub(super) fn splice(out: &mut Vec<u8>, document: &mut Written, path: &str, members: &[u8]) {
    let Written { start, own } = *document;
    let Some(text) = out.get(start..).and_then(|document| simdutf8::basic::from_utf8(document).ok()) else {
        return;
    };
    let Some(place) = place(text, own.saturating_sub(start), path) else { return };
    let mut added = Vec::with_capacity(members.len() + path.len() + 8);
    if !place.is_empty {
        added.push(b',');
    }
    for step in &place.missing {
        bytes::json::string(step, &mut added);
        added.extend_from_slice(b":{");
    }
    added.extend_from_slice(members);
    added.extend(place.missing.iter().map(|_| b'}'));
    let at = start + place.at;
    if at < own {
        document.own += added.len();
    }
    out.splice(at..at, added);
}

/// Where members go.
struct InsertionPoint<'p> {
    /// The closing brace of the object.
    at: usize,
    /// The object has no member.
    is_empty: bool,
    /// The objects that have to be made.
    missing: Vec<&'p str>,
}

fn place<'p>(text: &str, own: usize, path: &'p str) -> Option<InsertionPoint<'p>> {
    let mut steps = path.split('.').filter(|step| !step.is_empty());
    let mut open = 0;
    let (at, missing) = loop {
        let Some(step) = steps.next() else {
            break (json::value(text, open).ok()?.checked_sub(1)?, Vec::new());
        };
        let found = match open {
            0 if own > 0 => member(text, own, step).or_else(|_| member(text, 0, step)),
            _ => member(text, open, step),
        };
        match found {
            Ok(value) if byte(text, value) == b'{' => open = value,
            Ok(_) => return None,
            Err(end) => break (end?, [step].into_iter().chain(steps).collect()),
        }
    };
    Some(InsertionPoint { at, is_empty: behind_blanks(text, open + 1) == at, missing })
}

/// Where the value of a member stands among those behind the brace or comma at `open`; or else where the object ends.
fn member(text: &str, open: usize, name: &str) -> Result<usize, Option<usize>> {
    let mut at = behind_blanks(text, open + 1);
    while byte(text, at) == b'"' {
        let key = json::string(text, at).map_err(|_| None)?;
        let value = behind_blanks(text, behind_blanks(text, key.end) + 1);
        if text.get(at + 1..key.end - 1) == Some(name) {
            return Ok(value);
        }
        let end = behind_blanks(text, json::value(text, value).map_err(|_| None)?);
        at = behind_blanks(text, end + usize::from(byte(text, end) == b','));
    }
    Err(Some(at).filter(|at| byte(text, *at) == b'}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spliced(document: &str, path: &str) -> String {
        let mut out = [b"x", document.as_bytes()].concat();
        let own = 1 + document.rfind(",\"c\"").unwrap_or(0);
        splice(&mut out, &mut Written { start: 1, own }, path, br#""new":1"#);
        String::from_utf8(out.split_off(1)).unwrap()
    }

    #[test]
    fn members_go_where_their_path_leads() {
        assert_eq!(spliced(r#"{"a":1}"#, ""), r#"{"a":1,"new":1}"#);
        assert_eq!(spliced(r#"{"a":{"b":{}},"c":2}"#, "a.b"), r#"{"a":{"b":{"new":1}},"c":2}"#);
        assert_eq!(spliced(r#"{"a":{"b":1}}"#, "a.c.d"), r#"{"a":{"b":1,"c":{"d":{"new":1}}}}"#);
        assert_eq!(spliced(r#"{"a":1}"#, "a.b"), r#"{"a":1}"#);
        assert_eq!(spliced("{}", "a"), r#"{"a":{"new":1}}"#);
        assert_eq!(spliced(r#"{"a":1,"c":{"d":2}}"#, "c"), r#"{"a":1,"c":{"d":2,"new":1}}"#);
        assert_eq!(spliced(r#"{"a":{},"c":{"a":{}}}"#, "a"), r#"{"a":{"new":1},"c":{"a":{}}}"#);
    }

    #[test]
    fn the_record_s_own_members_are_found_after_something_was_added_before_them() {
        let mut out = br#"{"http":{"a":"b"},"c":{"d":2},"e":{}}"#.to_vec();
        let mut document = Written { start: 0, own: 17 };
        splice(&mut out, &mut document, "http", br#""x":"\",\"e\":{","y":3"#);
        splice(&mut out, &mut document, "e", br#""new":1"#);
        splice(&mut out, &mut document, "c", br#""new":1"#);
        let text = String::from_utf8(out).unwrap();
        assert_eq!(&text[document.own..=document.own + 4], r#","c":"#);
        assert!(text.ends_with(r#","c":{"d":2,"new":1},"e":{"new":1}}"#), "{text}");
    }
}
