//! What analysts pivot on: every address, host name, user and digest of an event, once each.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use super::computers::computer;
use super::context::Context;
use super::system::{NamePart, computers_of};
use super::tables::keys::key;
use crate::document::convert;
use crate::document::field_list::FieldId;
use crate::document::row::Row;
use crate::document::trace::Step;
use crate::document::value::{Address, Value};
use crate::parse::pairs::event_keys::is_not_known;

const ADDRESSES: [FieldId; 7] = [
    FieldId::SOURCE_IP,
    FieldId::DESTINATION_IP,
    FieldId::OBSERVER_IP,
    FieldId::NETWORK_FORWARDED_IP,
    FieldId::CLIENT_IP,
    FieldId::HOST_IP,
    FieldId::SERVER_IP,
];

/// Agents and clients write addresses here as well. The collector's host is none of the event's: `server.name` is not among them.
const HOSTS: [FieldId; 8] = [
    FieldId::HOST_NAME,
    FieldId::OBSERVER_HOSTNAME,
    FieldId::HOST_HOSTNAME,
    FieldId::SOURCE_DOMAIN,
    FieldId::DESTINATION_DOMAIN,
    FieldId::URL_DOMAIN,
    FieldId::TLS_CLIENT_SERVER_NAME,
    FieldId::DNS_QUESTION_NAME,
];

const USERS: [FieldId; 4] = [
    FieldId::USER_NAME,
    FieldId::SOURCE_USER_NAME,
    FieldId::USER_TARGET_NAME,
    FieldId::DESTINATION_USER_NAME,
];

const HASHES: [FieldId; 3] = [FieldId::FILE_HASH_MD5, FieldId::FILE_HASH_SHA1, FieldId::FILE_HASH_SHA256];

/// Collects them. What the table has set stays; addresses are added to it.
pub(super) fn related(context: &mut Context<'_, '_>) {
    let arena = context.arena;
    let mut parts = ArenaVec::new_in(arena);
    computers_of(context, |part| parts.push(part));
    let agent = context.keyed.value(key::DVCHOST).and_then(|name| computer(name, true, arena));
    parts.extend(agent.into_iter().flat_map(|agent| agent.names).map(|name| NamePart::Name(name)));
    context.row.trace.step(Step::Related);
    let row = &mut *context.row;
    let mut ips = ArenaVec::with_capacity_in(4, arena);
    // Whatever a client claims to be must not be found where it is looked for.
    let unverified = match row.get(FieldId::DS_UNVERIFIED) {
        Value::Ips(addresses) => addresses,
        _ => &[],
    };
    let is_unverified = |field: FieldId, address: &Address<'_>| {
        field == FieldId::NETWORK_FORWARDED_IP && unverified.iter().any(|other| other.ip == address.ip)
    };
    for (field, address) in ADDRESSES.iter().filter_map(|field| Some((*field, row.ip(*field)?))) {
        if !is_unverified(field, address) {
            add_address(&mut ips, *address);
        }
    }
    let known = row.ip(FieldId::SOURCE_IP).and_then(|address| address.text);
    let peer = row.text(FieldId::SOURCE_ADDRESS).filter(|peer| known != Some(peer));
    if let Some(peer) = peer.and_then(convert::address) {
        add_address(&mut ips, peer);
    }
    for address in row.get(FieldId::RELATED_IP).ips() {
        add_address(&mut ips, *address);
    }
    let mut hosts = ArenaVec::with_capacity_in(4, arena);
    for name in HOSTS.iter().filter_map(|field| row.text(*field)).filter(|name| !is_not_known(name)) {
        match address_of(name) {
            Some(address) => add_address(&mut ips, address),
            None => add_once(&mut hosts, name),
        }
    }
    for part in &parts {
        match part {
            NamePart::Address(address) => add_address(&mut ips, *address),
            NamePart::Name(name) => add_once(&mut hosts, *name),
        }
    }
    if !ips.is_empty() {
        row.set(FieldId::RELATED_IP, Value::Ips(ips.into_bump_slice()));
    }
    if !hosts.is_empty() {
        row.set_if_absent(FieldId::RELATED_HOSTS, Value::Texts(hosts.into_bump_slice()));
    }
    related_texts(row, arena, FieldId::RELATED_USER, &USERS);
    related_texts(row, arena, FieldId::RELATED_HASH, &HASHES);
}

/// The address that stands in the place of a host's name.
fn address_of(name: &str) -> Option<Address<'_>> {
    let starts = name.bytes().next()?;
    let may_be = starts.is_ascii_digit() || starts == b'[' || memchr::memchr(b':', name.as_bytes()).is_some();
    if may_be { convert::address(name) } else { None }
}

fn related_texts<'a>(row: &mut Row<'a>, arena: &'a Bump, target: FieldId, fields: &[FieldId]) {
    if row.has(target) {
        return;
    }
    let mut texts = ArenaVec::new_in(arena);
    for text in fields.iter().filter_map(|field| row.text(*field)) {
        if !is_not_known(text) {
            add_once(&mut texts, text);
        }
    }
    if !texts.is_empty() {
        row.set(target, Value::Texts(texts.into_bump_slice()));
    }
}

fn add_address<'a>(addresses: &mut ArenaVec<'_, Address<'a>>, address: Address<'a>) {
    if !addresses.iter().any(|other| other.ip == address.ip) {
        addresses.push(address);
    }
}

fn add_once<T: PartialEq>(items: &mut ArenaVec<'_, T>, item: T) {
    if !items.contains(&item) {
        items.push(item);
    }
}
