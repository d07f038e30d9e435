//! Records: nothing but blanks, NUL bytes and record separators gives none, anything else at least one, and what is JSON by the book is read as JSON.

use std::collections::BTreeMap;

use es_loader::read::record::{Spare, decode, records};

use super::slices::place;
use crate::support::strict::Strict;

pub(super) fn property(bytes: &[u8]) {
    let (text, replaced) = decode(bytes);
    assert_eq!(replaced == 0, std::str::from_utf8(bytes).is_ok());
    let all: Vec<_> = records(&text, &mut Spare::default()).collect();
    let is_blank = text.trim_matches([' ', '\t', '\n', '\r', '\0', '\u{1e}']).is_empty();
    assert_eq!(all.is_empty(), is_blank, "{} records of {text:?}", all.len());
    assert!(all.len() <= text.len(), "{} records of {text:?}", all.len());
    for record in all.iter().filter(|record| !record.json) {
        place(&text, &record.message);
    }
    // No text is given twice: an escape is longer than what it means, and a lone surrogate (six) than its replacement (three). Only a
    // control character that stands bare in a message that is no string grows: to the six bytes that JSON asks for.
    let given: usize = all.iter().map(|record| record.message.len()).sum();
    let bare = text.bytes().filter(u8::is_ascii_control).count();
    assert!(given <= text.len() + 5 * bare, "{given} bytes of messages in {text:?}");

    let Ok(object) = serde_json::from_str::<BTreeMap<String, Strict>>(&text) else { return };
    if has_repeated_keys(&text) {
        return;
    }
    // An envelope is the records in it.
    if all.iter().any(|record| record.envelope.is_some() || record.left_out.is_some()) {
        return;
    }
    let [record] = all.as_slice() else { panic!("{} records of {text:?}", all.len()) };
    assert!(record.json, "{text:?}");
    for (name, given) in [
        ("message", Some(&record.message)),
        ("hostname", record.hostname.as_ref()),
        ("tag", record.tag.as_ref()),
    ] {
        if let Some(Strict::Text(expected)) = object.get(name) {
            assert_eq!(given.map(|given| given.as_ref()), Some(expected.as_str()), "`{name}` of {text:?}");
        }
    }
    assert_eq!(record.message_missing, !object.contains_key("message"), "{text:?}");
}

fn has_repeated_keys(text: &str) -> bool {
    serde_json::from_str::<Strict>(text).is_err()
}
