//! The question of a DNS message (RFC 1035, section 4.1).

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;
use nom::Parser;
use nom::multi::length_data;
use nom::number::complete::{be_u8, be_u16};

/// The longest name, in characters (RFC 1035, section 2.3.4).
const LONGEST: usize = 253;

/// What a message asks.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    /// Whether the message answers it.
    pub(crate) is_answer: bool,
    /// The name, without the dot at its end; `.` for the root.
    pub(crate) name: &'a str,
    /// `A`, `AAAA`, …; nothing for a type without a name here.
    pub(crate) kind: Option<&'static str>,
}

/// The first question of the message that `bytes` are; nothing where they are none, or where the name is cut.
pub(crate) fn question<'a>(bytes: &[u8], arena: &'a Bump) -> Option<Question<'a>> {
    const ANSWER: u16 = 0x8000;
    const RESERVED: u16 = 0x0040;
    let (mut rest, (_, flags, questions, _, _, _)) =
        (be_u16::<_, ()>, be_u16, be_u16, be_u16, be_u16, be_u16).parse(bytes).ok()?;
    // One question is all that anybody asks at a time.
    if questions != 1 || flags & RESERVED != 0 {
        return None;
    }
    let mut name = ArenaString::new_in(arena);
    loop {
        let (behind, label) = length_data(be_u8::<_, ()>).parse(rest).ok()?;
        rest = behind;
        if label.is_empty() {
            break;
        }
        if !name.is_empty() {
            name.push('.');
        }
        let is_plain = label.len() <= 63 && label.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'.');
        name.push_str(std::str::from_utf8(label).ok().filter(|_| is_plain)?);
        if name.len() > LONGEST {
            return None;
        }
    }
    if name.is_empty() {
        name.push('.');
    }
    let (_, kind) = be_u16::<_, ()>(rest).ok()?;
    Some(Question { is_answer: flags & ANSWER != 0, name: name.into_bump_str(), kind: kind_name(kind) })
}

fn kind_name(kind: u16) -> Option<&'static str> {
    Some(match kind {
        1 => "A",
        2 => "NS",
        5 => "CNAME",
        6 => "SOA",
        12 => "PTR",
        15 => "MX",
        16 => "TXT",
        28 => "AAAA",
        33 => "SRV",
        35 => "NAPTR",
        41 => "OPT",
        43 => "DS",
        48 => "DNSKEY",
        64 => "SVCB",
        65 => "HTTPS",
        251 => "IXFR",
        252 => "AXFR",
        255 => "ANY",
        257 => "CAA",
        _ => return None,
    })
}
