//! Blocks of IP addresses in CIDR notation (RFC 4632).

use std::net::IpAddr;

/// A block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    /// First address.
    pub address: IpAddr,
    /// Length of the prefix in bits.
    pub prefix: u8,
}

impl Cidr {
    /// Whether `address` is in the block. IPv4-mapped IPv6 addresses (RFC 4291, 2.5.5.2) count as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (block, address) = (bits(self.address), bits(address));
        let is_ipv4 = is_mapped(block) && self.prefix_of_bits() >= MAPPED;
        (block ^ address) & self.mask() == 0 && is_ipv4 == is_mapped(address)
    }

    /// The block with this prefix that holds the address: this one, if the address is its first.
    pub(super) fn with_first_address(self) -> Self {
        let first = IpAddr::V6((bits(self.address) & self.mask()).into());
        Self { address: if self.address.is_ipv4() { first.to_canonical() } else { first }, ..self }
    }

    /// The bits of an IPv6 address that the addresses of the block share.
    fn mask(&self) -> u128 {
        u128::MAX.checked_shl(128 - self.prefix_of_bits()).unwrap_or(0)
    }

    fn prefix_of_bits(&self) -> u32 {
        let mapped = if self.address.is_ipv4() { MAPPED } else { 0 };
        (mapped + u32::from(self.prefix)).min(128)
    }
}

/// Length of the prefix that all IPv4-mapped addresses share: `::ffff:0:0/96`.
const MAPPED: u32 = 96;

/// An address as IPv6, with an IPv4 address mapped.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn is_mapped(bits: u128) -> bool {
    bits >> 32 == 0xffff
}
