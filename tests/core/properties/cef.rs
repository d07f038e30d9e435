//! CEF: everything that is given lies in the line, in its order, so work and memory are bounded by the line's length.

use std::borrow::Cow;

use bumpalo::Bump;
use es_loader::parse::cef;
use es_loader::parse::header::Format;
use es_loader::parse::joined;
use es_loader::parse::marker;
use es_loader::parse::pairs::pair::Pair;
use es_loader::read::record::decode;

use super::slices::{borrowed_or_shorter, in_order, place};

pub(super) fn property(bytes: &[u8]) {
    let (text, _) = decode(bytes);
    check_split(&text);
    check(&text);
    // Most bytes are no event; as an extension all of them are.
    check_split(&format!("CEF:0|v|p|1|id|n|5|{text}"));
    check(&format!("CEF:0|v|p|1|id|n|5|{text}"));
}

/// Between two events is a line end, as it is or as relays write it, and nothing else is left out.
fn check_split(text: &str) {
    let mut end = None;
    for event in joined::split(text) {
        let place = if event.is_empty() { 0..0 } else { place(text, event) };
        if let Some(end) = end {
            let between = &text[end..place.start];
            // A line end in some spelling, behind a carriage return in the same one; a priority leaves nothing out.
            assert!(
                between.len() <= 12 && !between.contains(['=', '|', ' ']),
                "{between:?} is left out of {text:?}"
            );
        } else {
            assert_eq!(place.start, 0, "the front is left out of {text:?}");
        }
        end = Some(place.end);
    }
    assert_eq!(end, Some(text.len()), "the end is left out of {text:?}");
}

fn check(text: &str) {
    let Some(marker) = marker::find(text).filter(|marker| marker.format == Format::Cef) else { return };
    assert!(
        marker.start <= marker.version && text.is_char_boundary(marker.version),
        "{marker:?} in {text:?}"
    );
    let (arena, mut pairs) = (Bump::new(), Vec::new());
    let event = cef::parse(text, marker, &arena, &mut pairs);
    let header = &event.header;
    place(text, event.prefix);
    place(text, header.version);
    place(text, event.unparsed);
    for field in [
        &header.vendor,
        &header.product,
        &header.device_version,
        &header.signature_id,
        &header.name,
        &header.severity,
    ] {
        borrowed_or_shorter(text, field);
    }
    check_pairs(text, &pairs);
}

/// Keys and values in the order of the text; no key is empty, so there are fewer pairs than equals signs.
pub(super) fn check_pairs(text: &str, pairs: &[Pair<'_>]) {
    in_order(text, pairs.iter().flat_map(|pair| [pair.key, pair.raw]));
    let equals_signs = text.bytes().filter(|byte| *byte == b'=').count();
    assert!(pairs.len() <= equals_signs, "{} pairs of {equals_signs} equals signs: {text:?}", pairs.len());
    for pair in pairs {
        assert!(!pair.key.is_empty(), "an empty key in {text:?}");
        match pair.value() {
            Cow::Borrowed(value) => assert_eq!(value, pair.raw),
            Cow::Owned(value) => assert!(value.len() < pair.raw.len(), "{pair:?}"),
        }
    }
}
