//! Protocol, address family, direction, size and name of a packet's flow.

use super::context::Context;
use super::known_keys::take;
use super::tables::keys::{Destination, key};
use crate::document::field_list::FieldId;
use crate::document::protocol::{self, Protocol};
use crate::document::trace::{Read, Step};
use crate::document::value::Value;
use crate::log_types::derived;
use crate::parse::pairs::event_keys::{EventKeys, KeyId};

pub(super) fn network(context: &mut Context<'_, '_>) {
    transferred(context);
    ends(context);
    let protocol = protocol::of_flow(context.row);
    if !context.module.facts().has_packets {
        return;
    }
    if !protocol.and_then(Protocol::of_number).is_some_and(|protocol| protocol.has_ports) {
        drop_zero_ports(context);
    }
    let address = context.row.ip(FieldId::DESTINATION_IP).or_else(|| context.row.ip(FieldId::SOURCE_IP));
    // The frame of ARP has addresses of IP in it, but none of its packets.
    let family = match (family_of_frame(context), address) {
        (Some(frame @ ("arp" | "rarp")), _) | (Some(frame), None) => Some(frame),
        (_, Some(address)) => Some(if address.ip.is_ipv4() { "ipv4" } else { "ipv6" }),
        (None, None) => None,
    };
    if let Some(family) = family {
        context.row.set_if_absent(FieldId::NETWORK_TYPE, Value::Word(family));
    }
    size_and_direction(context);
    let icmp = match [FieldId::DS_ICMP_TYPE, FieldId::DS_ICMP_CODE].map(|field| context.row.get(field)) {
        [Value::Long(kind), Value::Long(code)] => u16::try_from(kind).ok().zip(u16::try_from(code).ok()),
        _ => None,
    };
    derived::community_id(context.row, context.arena, protocol, icmp);
}

/// ECS counts what a source sends; the agent counts what comes in and goes out. A packet goes from its source to its destination, so that
/// what goes out comes from the source too.
fn transferred(context: &mut Context<'_, '_>) {
    let (mut incoming, mut outgoing) = (FieldId::SOURCE_BYTES, FieldId::DESTINATION_BYTES);
    if context.module.facts().has_packets && is_outgoing(context.keyed) {
        std::mem::swap(&mut incoming, &mut outgoing);
    }
    for (key, field) in [(key::IN, incoming), (key::OUT, outgoing)] {
        let Some((at, value)) = context.keyed.unused_value(key) else { continue };
        context.row.trace.reason(Step::Network, || Read::Pair(at));
        take(context, Destination::Field(field), at, value);
    }
    context.row.trace.step(Step::Network);
}

/// Both ends as they were read, whatever they are, and the name of one that is a host's (ECS, source.address, source.domain).
fn ends(context: &mut Context<'_, '_>) {
    // The Manager's own address is in src.
    let sources = if context.is_manager_s {
        [key::SCANNER, key::SRC, key::SHOST]
    } else {
        [key::SRC, key::SCANNER, key::SHOST]
    };
    for (keys, field, ip, domain) in [
        (sources.as_slice(), FieldId::SOURCE_ADDRESS, FieldId::SOURCE_IP, FieldId::SOURCE_DOMAIN),
        (
            &[key::DST, key::DHOST],
            FieldId::DESTINATION_ADDRESS,
            FieldId::DESTINATION_IP,
            FieldId::DESTINATION_DOMAIN,
        ),
    ] {
        // Who switches the address off wants it nowhere.
        if context.row.is_off(ip) {
            continue;
        }
        // The Manager is no source of what it writes of.
        if context.is_manager_s && field == FieldId::SOURCE_ADDRESS && !context.row.has(ip) {
            continue;
        }
        let told = keys.iter().find_map(|key| context.keyed.value(*key));
        if let Some(end) = told {
            context.row.set_if_absent(field, Value::Text(end));
            if !context.row.has(ip) && derived::is_host_name(end) {
                context.row.set_if_absent(domain, Value::Text(end));
            }
        }
    }
}

/// Agents write port 0 where the protocol has no ports, or where there is none.
fn drop_zero_ports(context: &mut Context<'_, '_>) {
    for field in [FieldId::SOURCE_PORT, FieldId::DESTINATION_PORT] {
        if derived::port(context.row, field) == Some(0) {
            context.row.set(field, Value::Absent);
        }
    }
}

/// The agent's word for the frame.
fn family_of_frame(context: &Context<'_, '_>) -> Option<&'static str> {
    let frame = context.keyed.value(key::FRAME_TYPE)?;
    let families = [("IP", "ipv4"), ("IPV4", "ipv4"), ("IPv6", "ipv6"), ("ARP", "arp"), ("REVARP", "rarp")];
    families.into_iter().find_map(|(word, family)| frame.eq_ignore_ascii_case(word).then_some(family))
}

/// Whether the packet of an event goes out: only then the agent counts bytes that do.
pub(super) fn is_outgoing(keyed: &EventKeys<'_>) -> bool {
    bytes(keyed, key::OUT).is_some_and(|out| match bytes(keyed, key::IN) {
        Some(incoming) => incoming == 0 && out > 0,
        None => true,
    })
}

/// The agent tells bytes by direction: only one of the two is about the packet of the event.
fn size_and_direction(context: &mut Context<'_, '_>) {
    let (incoming, outgoing) = (bytes(context.keyed, key::IN), bytes(context.keyed, key::OUT));
    let direction = match (incoming, outgoing) {
        (Some(_), None) => "ingress",
        (None, Some(_)) => "egress",
        (Some(incoming), Some(0)) if incoming > 0 => "ingress",
        (Some(0), Some(outgoing)) if outgoing > 0 => "egress",
        (Some(_), Some(_)) => "",
        (None, None) => return,
    };
    if !direction.is_empty() {
        context.row.set_if_absent(FieldId::NETWORK_DIRECTION, Value::Word(direction));
    }
    let total = incoming.unwrap_or_default().checked_add(outgoing.unwrap_or_default());
    if let Some(total) = total {
        context.row.set_if_absent(FieldId::NETWORK_BYTES, Value::Long(total));
    }
}

fn bytes(keyed: &EventKeys<'_>, key: KeyId) -> Option<i64> {
    keyed.value(key)?.parse().ok().filter(|bytes| *bytes >= 0)
}
