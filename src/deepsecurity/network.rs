//! Protocol, address family and direction of a packet.

use super::keys::key;
use super::profile::Context;
use crate::field::FieldId;
use crate::keys::KeyId;
use crate::row::Value;

pub(super) fn network(context: &mut Context<'_, '_>) {
    if let Some(transport) = context.row.text(FieldId::NETWORK_TRANSPORT)
        && transport.parse::<u8>().is_ok()
    {
        context.row.set_if_absent(FieldId::NETWORK_IANA_NUMBER, Value::Text(transport));
        context
            .row
            .set(FieldId::NETWORK_TRANSPORT, protocol_name(transport).map_or(Value::Absent, Value::Text));
    }
    let address = context.row.ip(FieldId::DESTINATION_IP).or_else(|| context.row.ip(FieldId::SOURCE_IP));
    if let Some(address) = address
        && context.module.is_network()
    {
        context.row.set_if_absent(
            FieldId::NETWORK_TYPE,
            Value::Word(if address.ip.is_ipv4() { "ipv4" } else { "ipv6" }),
        );
    }
    // The agent tells bytes by direction: only one of the two is about the packet of the event.
    let direction = match (bytes(context, key::IN), bytes(context, key::OUT)) {
        (Some(_), None) => Some("ingress"),
        (None, Some(_)) => Some("egress"),
        (Some(incoming), Some(0)) if incoming > 0 => Some("ingress"),
        (Some(0), Some(outgoing)) if outgoing > 0 => Some("egress"),
        _ => None,
    };
    if let Some(direction) = direction
        && context.module.is_network()
    {
        context.row.set_if_absent(FieldId::NETWORK_DIRECTION, Value::Word(direction));
    }
}

fn bytes(context: &Context<'_, '_>, key: KeyId) -> Option<i64> {
    context.keyed.value(key)?.parse().ok()
}

/// Names of the protocols that security events are about, by IANA number.
fn protocol_name(number: &str) -> Option<&'static str> {
    Some(match number {
        "1" => "icmp",
        "2" => "igmp",
        "6" => "tcp",
        "17" => "udp",
        "47" => "gre",
        "50" => "esp",
        "51" => "ah",
        "58" => "ipv6-icmp",
        "132" => "sctp",
        _ => return None,
    })
}
