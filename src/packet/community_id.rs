//! Community ID, version 1: one name for a flow in either direction, the same in every tool that knows it.
//!
//! Follows the specification of github.com/corelight/community-id-spec with seed 0. Does not know events.

use std::net::IpAddr;

use base64_simd::{Out, STANDARD};
use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};
use sha1::{Digest, Sha1};

/// What a flow is known by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    /// IANA number of the protocol.
    pub(crate) protocol: u8,
    /// Ports, or type and code of ICMP; nothing where the protocol has neither.
    pub(crate) ports: Option<(u16, u16)>,
}

impl Flow {
    /// The flow's name; nothing where its addresses are of two families.
    pub(crate) fn community_id(self, arena: &Bump) -> Option<&str> {
        if self.source.is_ipv4() != self.destination.is_ipv4() {
            return None;
        }
        let (ports, one_way) = self.ports_of_the_flow();
        let (from, to) = ports.unwrap_or_default();
        let (source, destination, from, to) = if one_way || (self.source, from) <= (self.destination, to) {
            (self.source, self.destination, from, to)
        } else {
            (self.destination, self.source, to, from)
        };
        // A seed of zero before, and padding between the protocol and the ports.
        let mut flow = ArenaVec::with_capacity_in(40, arena);
        flow.extend_from_slice_copy(&[0, 0]);
        for address in [source, destination] {
            match address {
                IpAddr::V4(address) => flow.extend_from_slice_copy(&address.octets()),
                IpAddr::V6(address) => flow.extend_from_slice_copy(&address.octets()),
            }
        }
        flow.extend_from_slice_copy(&[self.protocol, 0]);
        if ports.is_some() {
            flow.extend_from_slice_copy(&from.to_be_bytes());
            flow.extend_from_slice_copy(&to.to_be_bytes());
        }
        let mut digits = [0; 28];
        let mut id = ArenaString::with_capacity_in("1:".len() + digits.len(), arena);
        id.push_str("1:");
        id.push_str(STANDARD.encode_as_str(&Sha1::digest(&flow), Out::from_slice(&mut digits)));
        Some(id.into_bump_str())
    }

    /// An ICMP message that has an answer counts as a port for it; one that has none goes one way, with its code.
    fn ports_of_the_flow(self) -> (Option<(u16, u16)>, bool) {
        let pairs: &[(u16, u16)] = match self.protocol {
            1 => &[(0, 8), (9, 10), (13, 14), (15, 16), (17, 18)],
            58 => &[(128, 129), (130, 131), (133, 134), (135, 136), (139, 140), (144, 145)],
            _ => return (self.ports, false),
        };
        let Some((kind, _)) = self.ports else { return (None, false) };
        let answer = pairs.iter().find_map(|(one, other)| match kind {
            _ if kind == *one => Some(*other),
            _ if kind == *other => Some(*one),
            _ => None,
        });
        match answer {
            Some(answer) => (Some((kind, answer)), false),
            None => (self.ports, true),
        }
    }
}
