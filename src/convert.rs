//! Text to the value that a field's type asks for.
//!
//! Gives nothing where the text does not fit: the caller keeps it as text elsewhere. Does not know fields.

use std::net::{IpAddr, Ipv6Addr};

use bumpalo::Bump;

use crate::ecs::Type;
use crate::row::Value;
use crate::time;

/// The value of `text` as `kind`.
pub fn convert<'a>(text: &'a str, kind: Type, arena: &'a Bump) -> Option<Value<'a>> {
    let text = trim(text);
    match kind {
        Type::Keyword | Type::Text => Some(Value::Text(text)),
        Type::Lowercase => Some(Value::Text(lowercase(text, arena))),
        Type::Long => long(text).map(Value::Long),
        Type::Float => text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::Float),
        Type::Ip => ip(text).map(Value::Ip),
        Type::Date => time::parse_iso8601(text, Some(jiff::tz::Offset::UTC)).map(Value::Time),
        Type::Mac => mac(text, arena).map(Value::Text),
        Type::GeoPoint => None,
    }
}

/// Trims blanks: nearly always there are none, and then one look at each end tells.
pub(crate) fn trim(text: &str) -> &str {
    let is_inside = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    if is_inside(text.as_bytes().first()) && is_inside(text.as_bytes().last()) { text } else { text.trim() }
}

/// `text` in lower case, itself where it is already.
pub fn lowercase<'a>(text: &'a str, arena: &'a Bump) -> &'a str {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let copy = arena.alloc_str(text);
        copy.make_ascii_lowercase();
        copy
    } else {
        text
    }
}

/// A decimal integer of at most 64 bits, signed.
pub fn long(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// An address: IPv4, IPv6 in any notation, in brackets, with a zone. An IPv4 address inside an IPv6 one (`::ffff:10.0.0.1`)
/// is the IPv4 address, which is what OpenSearch finds it by. A leading-zero IPv4 (`010.0.0.1`) is refused, as OpenSearch
/// refuses it.
pub fn ip(text: &str) -> Option<IpAddr> {
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Some(ip.to_canonical());
    }
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let (address, _zone) = inner.split_once('%').unwrap_or((inner, ""));
    address.parse::<Ipv6Addr>().ok().map(|ip| IpAddr::V6(ip).to_canonical())
}

/// A MAC address as RFC 7042 writes it: pairs of upper-case hexadecimal digits with hyphens. Takes `:`, `-`, `.` or nothing
/// between the digits; six octets (EUI-48) or eight (EUI-64).
pub fn mac<'a>(text: &str, arena: &'a Bump) -> Option<&'a str> {
    let mut digits = [0_u8; 16];
    let mut count = 0;
    if !matches!(text.len(), 12 | 14 | 16 | 17 | 19 | 23) {
        return None;
    }
    for byte in text.bytes() {
        if matches!(byte, b':' | b'-' | b'.') {
            continue;
        }
        if !byte.is_ascii_hexdigit() {
            return None;
        }
        *digits.get_mut(count)? = byte.to_ascii_uppercase();
        count += 1;
    }
    let mut written = [b'-'; 23];
    let (pairs, _) = digits.as_chunks::<2>();
    for (place, pair) in written.chunks_mut(3).zip(pairs) {
        for (digit, byte) in place.iter_mut().zip(pair) {
            *digit = *byte;
        }
    }
    let length = match count {
        12 => 17,
        16 => 23,
        _ => return None,
    };
    std::str::from_utf8(written.get(..length)?).ok().map(|text| &*arena.alloc_str(text))
}
