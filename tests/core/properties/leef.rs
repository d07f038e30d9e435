//! LEEF: everything that is given lies in the line, in its order, so work and memory are bounded by the line's length.

use bumpalo::Bump;
use es_loader::parse::header::Format;
use es_loader::parse::leef;
use es_loader::parse::marker;
use es_loader::read::record::decode;

use super::cef::check_pairs;
use super::slices::{borrowed_or_shorter, in_order, place};

/// Keys of Deep Security that stand behind blanks in its published samples.
const KNOWN: [&str; 4] = ["cn1", "cn1Label", "src", "act"];

pub(super) fn property(bytes: &[u8]) {
    let (text, _) = decode(bytes);
    check(&text);
    // Most bytes are no event; as attributes all of them are.
    check(&format!("LEEF:1.0|v|p|1|id|{text}"));
    check(&format!("LEEF:2.0|v|p|1|id|{text}"));
}

fn check(text: &str) {
    let Some(marker) = marker::find(text).filter(|marker| marker.format == Format::Leef) else { return };
    assert!(
        marker.start <= marker.version && text.is_char_boundary(marker.version),
        "{marker:?} in {text:?}"
    );
    let (arena, mut pairs) = (Bump::new(), Vec::new());
    let event = leef::parse(text, marker, &arena, &mut pairs);
    let header = &event.header;
    for part in [event.prefix, header.version, event.unparsed, event.unknown_delimiter.unwrap_or_default()] {
        place(text, part);
    }
    for field in [&header.vendor, &header.product, &header.device_version, &header.signature_id] {
        borrowed_or_shorter(text, field);
    }
    check_pairs(text, &pairs);
    let cut: Vec<_> = pairs.iter().flat_map(|pair| leef::split_blank_separated(*pair, &KNOWN)).collect();
    in_order(text, cut.iter().flat_map(|pair| [pair.key, pair.raw]));
}
