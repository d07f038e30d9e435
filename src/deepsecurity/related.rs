//! What analysts pivot on: every address, host name, user and digest of an event, once each.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use super::profile::Context;
use crate::field::FieldId;
use crate::row::{Address, Row, Value};

/// Collects what analysts pivot on: every address, host name, user and digest of the event, once each.
pub(super) fn related(context: &mut Context<'_, '_>) {
    let arena = context.arena;
    let row = &mut *context.row;
    let mut ips = ArenaVec::with_capacity_in(4, arena);
    for field in
        [FieldId::SOURCE_IP, FieldId::DESTINATION_IP, FieldId::OBSERVER_IP, FieldId::NETWORK_FORWARDED_IP]
    {
        if let Some(address) = row.ip(field) {
            add_address(&mut ips, address);
        }
    }
    if let Some(peer) = row.text(FieldId::SOURCE_ADDRESS).and_then(crate::convert::address) {
        add_address(&mut ips, peer);
    }
    if let Value::Ips(forwarded) = row.get(FieldId::RELATED_IP) {
        for address in forwarded {
            add_address(&mut ips, *address);
        }
    }
    if !ips.is_empty() {
        row.set(FieldId::RELATED_IP, Value::Ips(ips.into_bump_slice()));
    }
    let hosts = [
        FieldId::OBSERVER_HOSTNAME,
        FieldId::HOST_HOSTNAME,
        FieldId::SERVER_NAME,
        FieldId::SOURCE_DOMAIN,
        FieldId::DESTINATION_DOMAIN,
        FieldId::URL_DOMAIN,
    ];
    related_texts(row, arena, FieldId::RELATED_HOSTS, &hosts);
    related_texts(row, arena, FieldId::RELATED_USER, &[FieldId::USER_NAME, FieldId::DESTINATION_USER_NAME]);
    let hashes = [FieldId::FILE_HASH_MD5, FieldId::FILE_HASH_SHA1, FieldId::FILE_HASH_SHA256];
    related_texts(row, arena, FieldId::RELATED_HASH, &hashes);
}

fn related_texts<'a>(row: &mut Row<'a>, arena: &'a Bump, target: FieldId, fields: &[FieldId]) {
    if row.has(target) {
        return;
    }
    let mut texts = ArenaVec::with_capacity_in(2, arena);
    for text in fields.iter().filter_map(|field| row.text(*field)) {
        if !matches!(text, "N/A" | "(no user)") {
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
