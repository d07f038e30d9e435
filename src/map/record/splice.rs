//! Adds members to an object inside of a document that is written already.

use crate::bytes;
use crate::parse::json;
use crate::parse::json::{behind_blanks, byte};

/// Adds `members`, JSON members without braces around them, to the object at `path` of the document that begins at `start` of `out`.
/// Objects on the way that are not there are made. A path that leads to a value is left as it is.
pub(super) fn splice(out: &mut Vec<u8>, start: usize, path: &str, members: &[u8]) {
    let Some(text) = out.get(start..).and_then(|document| std::str::from_utf8(document).ok()) else { return };
    let Some(place) = place(text, path) else { return };
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

fn place<'p>(text: &str, path: &'p str) -> Option<InsertionPoint<'p>> {
    let mut steps = path.split('.').filter(|step| !step.is_empty());
    let mut open = 0;
    loop {
        let step = steps.next();
        match step.map(|step| (step, member(text, open, step))) {
            Some((_, Some(value))) if byte(text, value) == b'{' => open = value,
            Some((_, Some(_))) => return None,
            found => {
                let missing = found.map(|(step, _)| step).into_iter().chain(steps).collect();
                let at = json::value(text, open).ok()?.checked_sub(1)?;
                let is_empty = behind_blanks(text, open + 1) == at;
                return Some(InsertionPoint { at, is_empty, missing });
            }
        }
    }
}

/// Where the value of a member stands in the object that opens at `open`.
fn member(text: &str, open: usize, name: &str) -> Option<usize> {
    let mut at = behind_blanks(text, open + 1);
    while byte(text, at) == b'"' {
        let key = json::string(text, at).ok()?;
        let value = behind_blanks(text, behind_blanks(text, key.end) + 1);
        if text.get(at + 1..key.end - 1) == Some(name) {
            return Some(value);
        }
        let end = behind_blanks(text, json::value(text, value).ok()?);
        at = behind_blanks(text, end + usize::from(byte(text, end) == b','));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spliced(document: &str, path: &str) -> String {
        let mut out = [b"x", document.as_bytes()].concat();
        splice(&mut out, 1, path, br#""new":1"#);
        String::from_utf8(out.split_off(1)).unwrap()
    }

    #[test]
    fn members_go_where_their_path_leads() {
        assert_eq!(spliced(r#"{"a":1}"#, ""), r#"{"a":1,"new":1}"#);
        assert_eq!(spliced(r#"{"a":{"b":{}},"c":2}"#, "a.b"), r#"{"a":{"b":{"new":1}},"c":2}"#);
        assert_eq!(spliced(r#"{"a":{"b":1}}"#, "a.c.d"), r#"{"a":{"b":1,"c":{"d":{"new":1}}}}"#);
        assert_eq!(spliced(r#"{"a":1}"#, "a.b"), r#"{"a":1}"#);
        assert_eq!(spliced("{}", "a"), r#"{"a":{"new":1}}"#);
    }
}
