//! Whole IP packets: agents record some from the IP header or the Ethernet header on, most only what the transport carries.
//!
//! Follows IEEE 802.3 and 802.1Q, RFC 791, RFC 8200, RFC 9293 and RFC 768. Reads no options and no extension headers.

use std::net::IpAddr;

use nom::bytes::complete::take;
use nom::number::complete::{be_u8, be_u16, be_u32, be_u128};
use nom::{IResult, Parser};

const TCP: u8 = 6;
const UDP: u8 = 17;

/// What TCP or UDP carries in an IP packet between these two, in either direction, with or without its frame; nothing where the bytes are
/// no such packet: text can begin like one, but not with both addresses in their places.
pub(crate) fn payload(bytes: &[u8], ends: (IpAddr, IpAddr)) -> Option<&[u8]> {
    carried(bytes, ends).or_else(|| carried(packet_of_frame(bytes)?, ends))
}

/// The IP packet in a frame of Ethernet: the type that says so stands behind both addresses and the tags of VLANs.
fn packet_of_frame(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes.get(12..)?;
    while let [0x81, 0x00, _, _, behind @ ..] | [0x88, 0xa8, _, _, behind @ ..] = rest {
        rest = behind;
    }
    match rest {
        [0x08, 0x00, packet @ ..] | [0x86, 0xdd, packet @ ..] => Some(packet),
        _ => None,
    }
}

fn carried(bytes: &[u8], ends: (IpAddr, IpAddr)) -> Option<&[u8]> {
    let (header, (protocol, from, to)) = match bytes.first()? >> 4 {
        4 => ipv4(bytes).ok()?,
        6 => ipv6(bytes).ok()?,
        _ => return None,
    };
    if (from, to) != ends && (to, from) != ends {
        return None;
    }
    match protocol {
        TCP => {
            let (_, length) = be_u8::<_, ()>(header.get(12..)?).ok()?;
            header.get(usize::from(length >> 4) * 4..)
        }
        UDP => header.get(8..),
        _ => None,
    }
}

/// The packet behind its header; protocol, source, destination.
fn ipv4(bytes: &[u8]) -> IResult<&[u8], (u8, IpAddr, IpAddr)> {
    let (rest, (start, _, protocol, _)) = (be_u8, take(8_usize), be_u8, be_u16).parse(bytes)?;
    let (rest, (from, to)) = (be_u32, be_u32).parse(rest)?;
    let options = usize::from(start & 0x0f).saturating_sub(5) * 4;
    let (rest, _) = take(options)(rest)?;
    Ok((rest, (protocol, IpAddr::V4(from.into()), IpAddr::V4(to.into()))))
}

fn ipv6(bytes: &[u8]) -> IResult<&[u8], (u8, IpAddr, IpAddr)> {
    let (rest, (_, protocol, _)) = (take(6_usize), be_u8, be_u8).parse(bytes)?;
    let (rest, (from, to)) = (be_u128, be_u128).parse(rest)?;
    Ok((rest, (protocol, IpAddr::V6(from.into()), IpAddr::V6(to.into()))))
}
