//! What the payloads of an event's packets say.
//!
//! `packet` decodes and redacts them.

use std::net::IpAddr;

use bumpalo::collections::Vec as ArenaVec;

use super::endpoints::set_url_parts;
use super::keys::key;
use super::packet::{self, Packet, Redaction};
use super::profile::Context;
use crate::field::FieldId;
use crate::problem::Problem;
use crate::row::{Address, Value};
use crate::url;

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
        let (packet, redaction) = Packet::decode(value, &context.log_type.redact_headers, context.arena);
        if redaction == Redaction::Done {
            context.problems.add(Problem::PacketRedacted);
        }
        match packet {
            Packet::Text("") => {}
            Packet::Text(text) => {
                payloads.push(text);
                // Only these modules see packets: elsewhere, text that a message quotes passes for one.
                if context.module.is_network()
                    && let Some(request) = packet::request(text, context.arena)
                {
                    http(context, &request);
                }
            }
            Packet::Binary(base64) => payloads.push(base64),
            Packet::Damaged(rest) => {
                context.problems.add(Problem::PacketNotBase64);
                payloads.push(rest);
            }
        }
    }
    match payloads.into_bump_slice() {
        [] => {}
        [payload] => context.row.set(FieldId::DS_PACKET_DATA, Value::Text(payload)),
        payloads => context.row.set(FieldId::DS_PACKET_DATA, Value::Texts(payloads)),
    }
}

fn http<'a>(context: &mut Context<'_, 'a>, request: &packet::Request<'a>) {
    context.row.set_if_absent(FieldId::HTTP_REQUEST_METHOD, Value::Text(request.method));
    context.row.set_if_absent(FieldId::URL_ORIGINAL, Value::Text(request.target));
    set_url_parts(context, url::split_target(request.target));
    if let Some(host) = request.host {
        let (domain, port) = url::split_authority(host);
        set_url_parts(context, url::Parts { domain, port, ..url::Parts::default() });
    }
    for (field, text) in [
        (FieldId::USER_AGENT_ORIGINAL, request.user_agent),
        (FieldId::HTTP_REQUEST_REFERRER, request.referrer),
    ] {
        if let Some(text) = text {
            context.row.set_if_absent(field, Value::Text(text));
        }
    }
    if !request.forwarded.is_empty() {
        forwarded_for(context, &request.forwarded);
    }
}

/// X-Forwarded-For can be forged by the client, but not behind a proxy that appends to it: the right-most address that is no
/// proxy of ours is the client, if the peer is one of them.
fn forwarded_for(context: &mut Context<'_, '_>, addresses: &[IpAddr]) {
    let is_trusted = |ip: IpAddr| context.log_type.trusted_proxies.iter().any(|block| block.contains(ip));
    if let Some(peer) = context.row.ip(FieldId::SOURCE_IP)
        && is_trusted(peer.ip)
        && let Some(client) = addresses.iter().rev().find(|ip| !is_trusted(**ip))
    {
        let peer_text = context.arena.alloc_str(&peer.ip.to_string());
        context.row.set(FieldId::SOURCE_IP, Value::Ip((*client).into()));
        context.row.set_if_absent(FieldId::SOURCE_ADDRESS, Value::Text(peer_text));
    }
    // `related` reads them from here.
    let addresses = context.arena.alloc_slice_fill_iter(addresses.iter().copied().map(Address::from));
    context.row.set(FieldId::RELATED_IP, Value::Ips(addresses));
}
