//! What the payloads of an event's packets say.
//!
//! `packet` decodes and redacts them.

use bumpalo::collections::Vec as ArenaVec;

use super::context::Context;
use super::tables::keys::key;
use crate::document::field_list::FieldId;
use crate::document::problem::Problem;
use crate::document::trace::{Outcome, Read, Step};
use crate::document::value::{Address, Value};
use crate::log_types::derived::set_url_parts;
use crate::packet::payload;
use crate::packet::payload::{Decoded, Packet, Redaction};
use crate::packet::url;
use crate::packet::{datagram, dns, http, tls};

/// Decodes and redacts the payloads of an event's packets.
pub(crate) fn packets(context: &mut Context<'_, '_>) {
    let mut payloads = ArenaVec::new_in(context.arena);
    let mut next = context.keyed.at(key::PACKET_DATA);
    while let Some(at) = next {
        next = context.keyed.next(key::PACKET_DATA, at);
        let Some(value) = context.keyed.filled_at(at) else { continue };
        if context.keyed.is_used(at) {
            continue;
        }
        context.keyed.mark_used(at);
        context.row.trace.reason(Step::Packet, || Read::Pair(at));
        let redact = context.redact();
        let decoded = Packet::decode_redacted(value, &redact, context.arena);
        if decoded.redaction == Redaction::Done {
            context.problems.add(Problem::PacketRedacted);
        }
        if matches!(decoded.packet, Packet::Damaged(_)) {
            context.problems.add(Problem::PacketNotBase64);
        }
        // Only these modules see packets: elsewhere, text that a message quotes passes for one.
        let inner = if context.module.facts().has_packets { look_inside(context, &decoded) } else { None };
        let (Packet::Text(shown) | Packet::Binary(shown) | Packet::Damaged(shown)) = decoded.packet;
        payloads.extend(Some(inner.unwrap_or(shown)).filter(|shown| !shown.is_empty()));
    }
    match payloads.into_bump_slice() {
        [] => {}
        [payload] => context.row.set(FieldId::DS_PACKET_DATA, Value::Text(payload)),
        payloads => context.row.set(FieldId::DS_PACKET_DATA, Value::Texts(payloads)),
    }
    if context.module.facts().has_packets {
        told_client(context);
    }
}

/// Reads what the packet carries. Gives the text behind the headers of a whole IP packet, which is what is worth searching: the
/// headers say nothing that the event does not.
fn look_inside<'a>(context: &mut Context<'_, 'a>, decoded: &Decoded<'a>) -> Option<&'a str> {
    if let Packet::Text(text) = decoded.packet {
        message(context, text);
        return None;
    }
    let ends = context.row.ip(FieldId::SOURCE_IP).zip(context.row.ip(FieldId::DESTINATION_IP));
    let carried = ends.and_then(|(one, other)| datagram::payload(decoded.bytes, (one.ip, other.ip)));
    let redact = context.redact();
    let text = carried.and_then(|carried| payload::carried_text(carried, &redact, context.arena));
    if let Some(text) = text {
        message(context, text);
        return Some(text);
    }
    let bytes = carried.unwrap_or(decoded.bytes);
    if let Some(name) = tls::server_name(bytes) {
        context.row.set_if_absent(FieldId::TLS_CLIENT_SERVER_NAME, Value::Word(name));
        context.row.set_if_absent(FieldId::NETWORK_PROTOCOL, Value::Word("tls"));
    } else if is_dns(context)
        && let Some(question) = dns::question(bytes, context.arena)
    {
        context.row.set_if_absent(
            FieldId::DNS_TYPE,
            Value::Word(if question.is_answer { "answer" } else { "query" }),
        );
        context.row.set_if_absent(FieldId::DNS_QUESTION_NAME, Value::Text(question.name));
        if let Some(kind) = question.kind {
            context.row.set_if_absent(FieldId::DNS_QUESTION_TYPE, Value::Word(kind));
        }
        context.row.set_if_absent(FieldId::NETWORK_PROTOCOL, Value::Word("dns"));
    }
    None
}

/// Whether the packet goes to or from a name server, by UDP: over TCP a message can be anywhere in the stream.
fn is_dns(context: &Context<'_, '_>) -> bool {
    let is_port = |key| matches!(context.keyed.value(key), Some("53" | "5353"));
    (is_port(key::SPT) || is_port(key::DPT)) && context.row.text(FieldId::NETWORK_TRANSPORT) == Some("udp")
}

fn message<'a>(context: &mut Context<'_, 'a>, text: &'a str) {
    if let Some(request) = http::request(text, context.arena) {
        self::request(context, request);
    } else if let Some((version, status)) = http::response(text) {
        context.row.set_if_absent(FieldId::HTTP_RESPONSE_STATUS_CODE, Value::Long(status));
        context.row.set_if_absent(FieldId::HTTP_VERSION, Value::Text(version));
        context.row.set_if_absent(FieldId::NETWORK_PROTOCOL, Value::Word("http"));
    }
}

fn request<'a>(context: &mut Context<'_, 'a>, request: http::Request<'a>) {
    context.row.set_if_absent(FieldId::NETWORK_PROTOCOL, Value::Word("http"));
    context.row.set_if_absent(FieldId::HTTP_REQUEST_METHOD, Value::Text(request.method));
    if let Some(version) = request.version {
        context.row.set_if_absent(FieldId::HTTP_VERSION, Value::Text(version));
    }
    context.row.set_if_absent(FieldId::URL_ORIGINAL, Value::Text(request.target));
    set_url_parts(context.row, url::split_target(request.target, Some(request.method)));
    if let Some(host) = request.host {
        let (domain, port) = url::split_authority(host);
        set_url_parts(context.row, url::Parts { domain, port, ..url::Parts::default() });
    }
    for (field, text) in [
        (FieldId::USER_AGENT_ORIGINAL, request.user_agent),
        (FieldId::HTTP_REQUEST_REFERRER, request.referrer),
    ] {
        if let Some(text) = text {
            context.row.set_if_absent(field, Value::Text(text));
        }
    }
    if !request.forwarded.is_empty() && !context.row.is_off(FieldId::SOURCE_IP) {
        forwarded_for(context, request.forwarded.into_bump_slice());
    }
}

/// Why an address of X-Forwarded-For is not the source's.
const NOT_BELIEVED: &str = "X-Forwarded-For is not believed: the sender of the packet is none of trusted_proxies, and anybody can write that header";

/// X-Forwarded-For can be forged by the client, but not behind a proxy that appends to it: the right-most address that is no
/// proxy of ours is the client, if the peer is one of them. What stands left of it, or comes from another peer, nobody vouches for.
fn forwarded_for<'a>(context: &mut Context<'_, 'a>, addresses: &'a [Address<'a>]) {
    let log_type = context.log_type;
    let peer = context.row.ip(FieldId::SOURCE_IP).filter(|peer| log_type.trusts(peer.ip));
    let client = peer.and_then(|_| addresses.iter().rposition(|address| !log_type.trusts(address.ip)));
    let first_believed = match (peer, client) {
        (None, _) => addresses.len(),
        (Some(_), client) => client.unwrap_or_default(),
    };
    if let Some(peer) = peer
        && let Some(client) = client.and_then(|at| addresses.get(at))
    {
        let peer_text = peer.text.unwrap_or_else(|| context.arena.alloc_str(&peer.ip.to_string()));
        context.row.trace.step_of_the_same(Step::Forwarded);
        context.row.set(FieldId::SOURCE_IP, Value::Ip(client));
        context.row.set_if_absent(FieldId::SOURCE_ADDRESS, Value::Text(peer_text));
    }
    context.row.trace.step_of_the_same(Step::Forwarded);
    if let (None, Some(nearest)) = (peer, addresses.last()) {
        context.row.trace.note(Some(FieldId::SOURCE_IP), Value::Ip(nearest), Outcome::Unmet(NOT_BELIEVED));
    }
    let (unverified, believed) = addresses.split_at_checked(first_believed).unwrap_or_default();
    // `related` reads them from here.
    for (field, addresses) in [(FieldId::RELATED_IP, believed), (FieldId::DS_UNVERIFIED, unverified)] {
        context.row.add_ips(field, addresses.iter().copied(), context.arena);
    }
    context.row.trace.step_of_the_same(Step::Packet);
}

/// The client by the agent's own word (`xff`: "Syslog message formats", Intrusion Prevention), where the packet has not told it: the source
/// is still a proxy.
fn told_client(context: &mut Context<'_, '_>) {
    let Some(last) = context.row.ip(FieldId::NETWORK_FORWARDED_IP).copied() else { return };
    let is_proxy = |ip| context.log_type.trusts(ip);
    if context.row.ip(FieldId::SOURCE_IP).is_some_and(|peer| is_proxy(peer.ip))
        && !is_proxy(last.ip)
        && !context.row.is_off(FieldId::SOURCE_IP)
    {
        forwarded_for(context, context.arena.alloc([last]));
    }
}

/// Marks the last address of X-Forwarded-For, as the agent tells it, as unverified unless the packet comes from a trusted proxy.
pub(super) fn mark_unverified_forwarded(context: &mut Context<'_, '_>) {
    let Some(last) = context.row.ip(FieldId::NETWORK_FORWARDED_IP) else { return };
    let peer = context.row.ip(FieldId::SOURCE_IP);
    if !peer.is_some_and(|peer| context.log_type.trusts(peer.ip)) {
        context.row.trace.step(Step::Forwarded);
        context.row.trace.note(Some(FieldId::SOURCE_IP), Value::Ip(last), Outcome::Unmet(NOT_BELIEVED));
        context.row.add_ips(FieldId::DS_UNVERIFIED, [*last], context.arena);
    }
}
