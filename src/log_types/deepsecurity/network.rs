//! Protocol, address family, direction, size and name of a packet's flow.

use super::context::Context;
use super::tables::keys::key;
use crate::document::field_list::FieldId;
use crate::document::value::Value;
use crate::packet::community_id::Flow;
use crate::parse::pairs::event_keys::KeyId;

pub(super) fn network(context: &mut Context<'_, '_>) {
    let protocol = protocol(context);
    if !context.module.facts().has_packets {
        return;
    }
    if protocol.is_some_and(|protocol| !has_ports(protocol)) {
        drop_zero_ports(context);
    }
    let address = context.row.ip(FieldId::DESTINATION_IP).or_else(|| context.row.ip(FieldId::SOURCE_IP));
    let family = match address {
        Some(address) if address.ip.is_ipv4() => Some("ipv4"),
        Some(_) => Some("ipv6"),
        None => family_of_frame(context),
    };
    if let Some(family) = family {
        context.row.set_if_absent(FieldId::NETWORK_TYPE, Value::Word(family));
    }
    size_and_direction(context);
    if let Some(protocol) = protocol {
        community_id(context, protocol);
    }
}

/// The number of the packet's protocol. Where the agent gives a number, its name takes its place.
fn protocol(context: &mut Context<'_, '_>) -> Option<u8> {
    let transport = context.row.text(FieldId::NETWORK_TRANSPORT)?;
    let Ok(number) = transport.parse::<u8>() else {
        return PROTOCOLS.iter().find(|(_, name)| *name == transport).map(|(number, _)| *number);
    };
    context.row.set_if_absent(FieldId::NETWORK_IANA_NUMBER, Value::Text(transport));
    let name = PROTOCOLS.iter().find(|(known, _)| *known == number).map(|(_, name)| *name);
    context.row.set(FieldId::NETWORK_TRANSPORT, name.map_or(Value::Absent, Value::Word));
    Some(number)
}

/// Names of the protocols that security events are about, by IANA number.
const PROTOCOLS: [(u8, &str); 16] = [
    (6, "tcp"),
    (17, "udp"),
    (1, "icmp"),
    (58, "ipv6-icmp"),
    (2, "igmp"),
    (47, "gre"),
    (50, "esp"),
    (51, "ah"),
    (132, "sctp"),
    (4, "ipv4"),
    (41, "ipv6"),
    (33, "dccp"),
    (88, "eigrp"),
    (89, "ospf"),
    (103, "pim"),
    (136, "udplite"),
];

fn has_ports(protocol: u8) -> bool {
    matches!(protocol, 6 | 17 | 33 | 132 | 136)
}

/// Agents write port 0 for a protocol that has no ports.
fn drop_zero_ports(context: &mut Context<'_, '_>) {
    for field in [FieldId::SOURCE_PORT, FieldId::DESTINATION_PORT] {
        if port(context, field) == Some(0) {
            context.row.set(field, Value::Absent);
        }
    }
}

/// The agent's word for the frame, where it tells no address.
fn family_of_frame(context: &Context<'_, '_>) -> Option<&'static str> {
    let frame = context.keyed.value(key::FRAME_TYPE)?;
    let families = [("IP", "ipv4"), ("IPV4", "ipv4"), ("IPv6", "ipv6"), ("ARP", "arp"), ("REVARP", "rarp")];
    families.into_iter().find_map(|(word, family)| frame.eq_ignore_ascii_case(word).then_some(family))
}

/// The agent tells bytes by direction: only one of the two is about the packet of the event.
fn size_and_direction(context: &mut Context<'_, '_>) {
    let (incoming, outgoing) = (bytes(context, key::IN), bytes(context, key::OUT));
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

fn bytes(context: &Context<'_, '_>, key: KeyId) -> Option<i64> {
    context.keyed.value(key)?.parse().ok().filter(|bytes| *bytes >= 0)
}

/// A port of the row.
fn port(context: &Context<'_, '_>, field: FieldId) -> Option<u16> {
    match context.row.get(field) {
        Value::Json(text) => text.parse().ok(),
        Value::Long(number) => u16::try_from(number).ok(),
        _ => None,
    }
}

fn community_id(context: &mut Context<'_, '_>, protocol: u8) {
    let (Some(source), Some(destination)) =
        (context.row.ip(FieldId::SOURCE_IP), context.row.ip(FieldId::DESTINATION_IP))
    else {
        return;
    };
    let ports = match protocol {
        1 | 58 => match (context.row.get(FieldId::DS_ICMP_TYPE), context.row.get(FieldId::DS_ICMP_CODE)) {
            (Value::Long(kind), Value::Long(code)) => u16::try_from(kind).ok().zip(u16::try_from(code).ok()),
            _ => return,
        },
        _ if has_ports(protocol) => {
            let ports = port(context, FieldId::SOURCE_PORT).zip(port(context, FieldId::DESTINATION_PORT));
            // Two zeros say that the agent did not look: another flow of the two hosts would have the same name.
            if matches!(ports, None | Some((0, 0))) {
                return;
            }
            ports
        }
        _ => None,
    };
    let flow = Flow { source: source.ip, destination: destination.ip, protocol, ports };
    if let Some(id) = flow.community_id(context.arena) {
        context.row.set_if_absent(FieldId::NETWORK_COMMUNITY_ID, Value::Word(id));
    }
}
