//! Text to the value that a field's type asks for.
//!
//! Gives nothing where the text does not fit: the caller keeps it as text elsewhere. Does not know fields.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bumpalo::Bump;

use super::ecs::Type;
use super::protocol::Protocol;
use super::value::{Address, Value};
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
        Type::Transport => transport(text)?,
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

/// A transport protocol: its IANA keyword in lower case, or its number, which Deep Security writes as `Other: 47`. Other text (`N/A`, `RAW`)
/// does not fit.
fn transport(text: &str) -> Option<Value<'_>> {
    if let Some(protocol) = Protocol::of_name(text) {
        return Some(Value::Word(protocol.name));
    }
    let number = text.strip_prefix("Other:").map_or(text, str::trim_start);
    let is_number = number.bytes().all(|byte| byte.is_ascii_digit()) && number.parse::<u8>().is_ok();
    is_number.then_some(Value::Text(number))
}

/// Whether a 64-bit integer is written the way JSON writes it.
fn is_plain_integer(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_shortest = bytes.len() == 1 || bytes.first().is_some_and(|first| *first != b'0');
    // Any number of 18 digits is one of 64 bits.
    is_shortest && bytes.len() <= 18 && bytes.iter().all(u8::is_ascii_digit)
}

/// Reads an address as [`ip`] does. An IPv4 address keeps its text, because documents write it in the same way.
pub(crate) fn address(text: &str) -> Option<Address<'_>> {
    match text.parse::<Ipv4Addr>() {
        Ok(ip) => Some(Address { ip: IpAddr::V4(ip), text: Some(text) }),
        Err(_) => ip(text).map(Address::from),
    }
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

/// Reads a MAC address of six octets (EUI-48) or eight (EUI-64), with `:`, `-`, `.` or nothing between the digits. Gives it in the
/// notation of RFC 7042: pairs of upper-case hexadecimal digits with hyphens.
pub fn mac<'a>(text: &'a str, arena: &'a Bump) -> Option<Value<'a>> {
    /// The lengths of six or eight octets with a separator behind each octet, behind each second octet, or without separators.
    const LENGTHS: [usize; 6] = [12, 14, 16, 17, 19, 23];
    if !LENGTHS.contains(&text.len()) {
        return None;
    }
    let mut written = [b'-'; 23];
    let mut digits = 0;
    for digit in text.bytes().filter(|byte| !matches!(byte, b':' | b'-' | b'.')) {
        if !digit.is_ascii_hexdigit() {
            return None;
        }
        *written.get_mut(digits + digits / 2)? = digit.to_ascii_uppercase();
        digits += 1;
    }
    let length = matches!(digits, 12 | 16).then(|| digits + digits / 2 - 1)?;
    let written = str::from_utf8(written.get(..length)?).ok()?;
    Some(Value::Word(arena.alloc_str(written)))
}
