//! The text of one event, read: its header, whichever format it is in, and its pairs.
//!
//! Does not know fields.

use crate::parse::severity;
use std::borrow::Cow;

use bumpalo::Bump;

use super::compiled::CompiledSection;
use crate::bytes::trim::trim;
use crate::config::log_type::FileFormat;
use crate::log_types::deepsecurity;
use crate::log_types::deepsecurity::{Module, Product};
use crate::parse::header::{Format, Marker};
use crate::parse::marker;
use crate::parse::pairs::event_keys::EventKeys;
use crate::parse::pairs::pair::{Escapes, Pair};
use crate::parse::{cef, leef};

/// A header, whichever format it is in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Header<'a> {
    pub(super) version: &'a str,
    pub(super) vendor: &'a str,
    pub(super) product: &'a str,
    pub(super) device_version: &'a str,
    pub(super) signature_id: &'a str,
    pub(super) name: &'a str,
    pub(super) severity: &'a str,
}

/// An event, parsed but for its header and its pairs.
pub(super) struct Parsed<'a> {
    pub(super) prefix: &'a str,
    pub(super) unparsed: &'a str,
    pub(super) incomplete: bool,
    pub(super) format: Format,
    /// LEEF's attributes were cut at blanks.
    pub(super) delimiter_guessed: bool,
}

pub(super) fn parse<'a>(
    text: &'a str,
    plan: &'a CompiledSection,
    arena: &'a Bump,
    pairs: &mut Vec<Pair<'a>>,
    header: &mut Header<'a>,
) -> Option<Parsed<'a>> {
    if let FileFormat::Text(pattern) = &plan.log_type.file_format {
        let captures = pattern.captures(text)?;
        for name in pattern.capture_names().flatten() {
            if let Some(group) = captures.name(name) {
                pairs.push(Pair { key: name, raw: group.as_str(), escapes: Escapes::None });
            }
        }
        return Some(Parsed {
            prefix: "",
            unparsed: "",
            incomplete: false,
            format: Format::Cef,
            delimiter_guessed: false,
        });
    }
    let marker = marker::find(text)?;
    Some(match marker.format {
        Format::Cef => parse_cef(text, marker, arena, pairs, header),
        Format::Leef => parse_leef(text, marker, arena, pairs, header),
    })
}

fn parse_cef<'a>(
    text: &'a str,
    marker: Marker,
    arena: &'a Bump,
    pairs: &mut Vec<Pair<'a>>,
    header: &mut Header<'a>,
) -> Parsed<'a> {
    let event = cef::parse(text, marker, pairs);
    *header = Header {
        version: event.header.version,
        vendor: keep(event.header.vendor, arena),
        product: keep(event.header.product, arena),
        device_version: keep(event.header.device_version, arena),
        signature_id: trim(keep(event.header.event_class_id, arena)),
        name: keep(event.header.name, arena),
        severity: keep(event.header.severity, arena),
    };
    Parsed {
        prefix: event.prefix,
        unparsed: event.unparsed,
        incomplete: event.incomplete_header,
        format: Format::Cef,
        delimiter_guessed: false,
    }
}

fn parse_leef<'a>(
    text: &'a str,
    marker: Marker,
    arena: &'a Bump,
    pairs: &mut Vec<Pair<'a>>,
    header: &mut Header<'a>,
) -> Parsed<'a> {
    let event = leef::parse(text, marker, pairs);
    if Product::of(&event.header.vendor, &event.header.product).is_some() {
        deepsecurity::split_blank_separated(pairs);
        deepsecurity::find_escapes(pairs);
    }
    // A delimiter field that names no delimiter is text like any other that belongs to no key.
    let unparsed = match event.header.unknown_delimiter {
        Some(field) if event.unparsed.is_empty() => field,
        Some(field) => &*arena.alloc_str(&[field, " ", event.unparsed].concat()),
        None => event.unparsed,
    };
    *header = Header {
        version: event.header.version,
        vendor: keep(event.header.vendor, arena),
        product: keep(event.header.product, arena),
        device_version: keep(event.header.product_version, arena),
        signature_id: trim(keep(event.header.event_id, arena)),
        ..Header::default()
    };
    Parsed {
        prefix: event.prefix,
        unparsed,
        incomplete: event.incomplete_header,
        format: Format::Leef,
        delimiter_guessed: event.delimiter_guessed,
    }
}

fn keep<'a>(text: Cow<'a, str>, arena: &'a Bump) -> &'a str {
    match text {
        Cow::Borrowed(text) => text,
        Cow::Owned(text) => arena.alloc_str(&text),
    }
}

/// LEEF has name and severity among its attributes.
pub(super) fn complete_leef_header<'a>(header: &mut Header<'a>, keyed: &EventKeys<'a>) {
    let value = |key| keyed.value(key);
    header.name =
        value(deepsecurity::key::NAME).or_else(|| value(deepsecurity::key::DESC)).unwrap_or_default();
    header.severity = value(deepsecurity::key::SEV).unwrap_or_default();
}

/// Attributes that say what CEF's header says need no home of their own.
pub(super) fn leef_header_keys<'a>(
    keyed: &mut EventKeys<'a>,
    header: &Header<'a>,
    module: Module,
    category: Option<&str>,
) {
    use deepsecurity::key;
    for header_key in [key::NAME, key::DESC] {
        if keyed.value(header_key) == Some(header.name) {
            keyed.mark_key_used(header_key);
        }
    }
    if keyed.value(key::SEV) == Some(header.severity) && severity::severity_number(header.severity).is_some()
    {
        keyed.mark_key_used(key::SEV);
    }
    if category.and_then(Module::of_category) == Some(module) {
        keyed.mark_key_used(key::CAT);
    }
}
