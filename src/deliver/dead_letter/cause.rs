//! The cause of a refusal, without what differs from document to document, so that equal causes can be counted.

use super::letter::DeadLetter;
use crate::bytes::slice;
use crate::deliver::bulk::fault::REASON_LIMIT;

/// The longest name in brackets that is kept, in bytes.
const LONGEST_NAME: usize = 100;

/// Why documents were refused. Causes are ordered by their fields, so that groups keep their numbers from run to run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cause {
    /// HTTP status of the refusal.
    pub status: u16,
    /// OpenSearch's name for the error.
    pub error_type: String,
    /// What OpenSearch said, without values: see [`general`].
    pub reason: String,
    /// The index that the documents were sent to.
    pub index: String,
}

impl Cause {
    /// The cause that a record tells.
    pub fn of(letter: &DeadLetter) -> Self {
        Self {
            status: letter.status,
            error_type: letter.error_type.clone(),
            reason: general(&letter.reason),
            index: letter.index.clone(),
        }
    }
}

/// A reason without what belongs to one document: quoted text becomes `'…'`, numbers become `#`, and what stands in brackets becomes
/// `[…]`, unless it looks like the name of a field or type.
pub fn general(reason: &str) -> String {
    let reason = slice::part(reason, ..reason.floor_char_boundary(REASON_LIMIT));
    let mut out = String::with_capacity(reason.len());
    let mut rest = reason;
    while let Some(first) = rest.chars().next() {
        let behind = slice::part(rest, first.len_utf8()..);
        let close = match first {
            '\'' | '"' => Some(first),
            '[' => Some(']'),
            _ => None,
        };
        // A quote that nothing ends was cut off with the reason: the rest is a value.
        let (inside, after) = match close {
            Some(close) => behind.split_once(close).unwrap_or((behind, "")),
            None => ("", behind),
        };
        rest = after;
        match first {
            '[' if is_name(inside) => out.extend(["[", inside, "]"]),
            '[' => out.push_str("[…]"),
            '\'' | '"' => out.push_str("'…'"),
            digit if digit.is_ascii_digit() => {
                out.push('#');
                rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            }
            other => out.push(other),
        }
    }
    out
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_NAME
        && text.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.' | b'@' | b'-'))
}
