//! The server that a TLS client asks for: the extension `server_name` (RFC 6066, section 3) of a ClientHello (RFC 8446, section 4.1.2).

use nom::bytes::complete::{tag, take};
use nom::multi::length_data;
use nom::number::complete::{be_u8, be_u16};
use nom::{IResult, Parser};

/// The name in the ClientHello that `bytes` start with; nothing where there is none, or where it is cut.
pub(crate) fn server_name(bytes: &[u8]) -> Option<&str> {
    let (mut rest, _) = extensions(bytes).ok()?;
    while let Ok((behind, (kind, data))) = (be_u16::<_, ()>, length_data(be_u16)).parse(rest) {
        if kind == 0 {
            return host_name(data);
        }
        rest = behind;
    }
    None
}

/// What follows the fixed part of a ClientHello. The lengths of record, message and extensions are not looked at: the rest may
/// be cut, or in another packet.
fn extensions(bytes: &[u8]) -> IResult<&[u8], ()> {
    let (rest, _) = (tag(&[22, 3][..]), take(3_usize)).parse(bytes)?;
    let (rest, _) = (tag(&[1][..]), take(3_usize + 2 + 32)).parse(rest)?;
    let (rest, _) = (length_data(be_u8), length_data(be_u16), length_data(be_u8)).parse(rest)?;
    let (rest, _) = be_u16(rest)?;
    Ok((rest, ()))
}

fn host_name(data: &[u8]) -> Option<&str> {
    let (_, (_, kind, name)) = (be_u16::<_, ()>, be_u8, length_data(be_u16)).parse(data).ok()?;
    let is_host = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_name = kind == 0 && !name.is_empty() && name.len() <= 255 && name.iter().all(is_host);
    std::str::from_utf8(name).ok().filter(|_| is_name)
}
