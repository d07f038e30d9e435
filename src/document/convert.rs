//! Text to the value that a field's type asks for.
//!
//! Gives nothing where the text does not fit: the caller keeps it as text elsewhere. Does not know fields.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bumpalo::Bump;
use wide::u8x16;

use super::ecs::Type;
use super::value::{Address, Value};
use crate::bytes::json;
use crate::bytes::trim::trim;
use crate::parse::time;

/// The value of `text` as `kind`.
pub fn convert<'a>(text: &'a str, kind: Type, arena: &'a Bump) -> Option<Value<'a>> {
    let mut value = Value::Absent;
    convert_to(&mut value, trim(text), kind, arena)?;
    Some(value)
}

/// Writes the value of `text`, which has been trimmed, as `kind` into `slot`, or nothing.
pub(crate) fn convert_to<'a>(slot: &mut Value<'a>, text: &'a str, kind: Type, arena: &'a Bump) -> Option<()> {
    *slot = match kind {
        Type::Keyword | Type::Text => Value::Text(text),
        Type::Lowercase => Value::Text(lowercase(text, arena)),
        Type::Long | Type::Count if is_plain_integer(text) => Value::Json(text),
        Type::Long => Value::Long(long(text)?),
        Type::Count => Value::Long(long(text).filter(|count| *count >= 0)?),
        Type::Port => match text.parse::<u16>().ok()? {
            _ if is_plain_integer(text) => Value::Json(text),
            port => Value::Long(i64::from(port)),
        },
        Type::Transport => transport(text, arena)?,
        Type::Float => Value::Float(text.parse::<f64>().ok().filter(|number| number.is_finite())?),
        Type::Ip => Value::Ip(arena.alloc(address(text)?)),
        Type::Date => Value::Time(arena.alloc(time::parse_iso8601(text, Some(jiff::tz::Offset::UTC))?)),
        Type::Mac => mac(text, arena)?,
        Type::GeoPoint | Type::Flat => return None,
    };
    Some(())
}

/// `text` in lower case, itself where it is already.
pub fn lowercase<'a>(text: &'a str, arena: &'a Bump) -> &'a str {
    // Without a short cut this is a vector instruction for many bytes.
    if text.bytes().fold(false, |found, byte| found | byte.is_ascii_uppercase()) {
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

/// A transport protocol: its IANA keyword in lower case, or its number. Text that is neither (`N/A`) does not fit.
fn transport<'a>(text: &'a str, arena: &'a Bump) -> Option<Value<'a>> {
    const SPELLINGS: [(&str, &str); 4] =
        [("tcp", "tcp"), ("udp", "udp"), ("icmp", "icmp"), ("icmpv6", "ipv6-icmp")];
    if let Some((_, keyword)) = SPELLINGS.iter().find(|(name, _)| text.eq_ignore_ascii_case(name)) {
        return Some(Value::Word(keyword));
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse::<u8>().ok().map(|_| Value::Text(text));
    }
    let is_keyword = text.len() <= 32
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'.'));
    is_keyword.then(|| Value::Text(lowercase(text, arena)))
}

/// Whether a 64-bit integer is written the way JSON writes it.
fn is_plain_integer(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_shortest = bytes.len() == 1 || bytes.first().is_some_and(|first| *first != b'0');
    // Any number of 18 digits is one of 64 bits.
    is_shortest && bytes.len() <= 18 && bytes.iter().all(u8::is_ascii_digit)
}

/// An address, see [`ip`], with its text where that is how documents write it.
pub(crate) fn address(text: &str) -> Option<Address<'_>> {
    match ipv4(text.as_bytes()) {
        Some(ip) => Some(Address { ip: IpAddr::V4(ip), text: Some(text) }),
        None => ip(text).map(Address::from),
    }
}

/// The IPv4 address that `text` is to the letter. The standard library's parser takes the same and is slower.
fn ipv4(text: &[u8]) -> Option<Ipv4Addr> {
    let mut octets = [0; 4];
    let mut rest = octets.iter_mut();
    let mut octet = rest.next()?;
    let mut value: u32 = 0;
    let mut digits = 0;
    for byte in text {
        if *byte == b'.' && digits > 0 {
            *octet = u8::try_from(value).ok()?;
            octet = rest.next()?;
            value = 0;
            digits = 0;
            continue;
        }
        // `0` is an octet, `00` and `01` are none.
        if !byte.is_ascii_digit() || digits == 3 || (digits > 0 && value == 0) {
            return None;
        }
        value = value * 10 + u32::from(*byte - b'0');
        digits += 1;
    }
    *octet = u8::try_from(value).ok().filter(|_| digits > 0)?;
    rest.next().is_none().then_some(Ipv4Addr::from(octets))
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

/// A MAC address, which documents write as RFC 7042 does: pairs of upper-case hexadecimal digits with hyphens. Takes `:`,
/// `-`, `.` or nothing between the digits; six octets (EUI-48) or eight (EUI-64).
pub fn mac<'a>(text: &'a str, arena: &'a Bump) -> Option<Value<'a>> {
    if let Ok(written) = text.as_bytes().try_into()
        && is_plain_mac(written)
    {
        return Some(Value::Mac(written));
    }
    unusual_mac(text, arena).map(Value::Text)
}

/// Whether six octets stand in pairs of digits with a separator between each two.
fn is_plain_mac(text: &[u8; 17]) -> bool {
    /// A bit for each place of a separator.
    const SEPARATORS: u32 = 0b0100_1001_0010_0100;
    let (Some(front), [.., last]) = (text.first_chunk(), text) else { return false };
    let bytes = u8x16::new(*front);
    let is = |byte| bytes.simd_eq(u8x16::splat(byte));
    let separators = (is(b':') | is(b'-') | is(b'.')).to_bitmask();
    let digits = json::hex_digits(bytes).to_bitmask();
    separators == SEPARATORS && digits == !SEPARATORS & 0xffff && last.is_ascii_hexdigit()
}

fn unusual_mac<'a>(text: &str, arena: &'a Bump) -> Option<&'a str> {
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
