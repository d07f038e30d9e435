//! What analysts pivot on, beyond what follows from any document: the computers that a system event is about, the agent's other names, and
//! addresses that a proxy vouches for.

use bumpalo::collections::Vec as ArenaVec;

use super::computers::computer;
use super::context::Context;
use super::system::{NamePart, computers_of};
use super::tables::keys::key;
use crate::document::convert::address;
use crate::document::field_list::FieldId;
use crate::log_types::derived;

/// Collects them. What the table has set stays; addresses are added to it.
pub(super) fn related(context: &mut Context<'_, '_>) {
    let arena = context.arena;
    let (mut addresses, mut names) = (ArenaVec::new_in(arena), ArenaVec::new_in(arena));
    computers_of(context, |part| match part {
        NamePart::Address(address) => addresses.push(address),
        NamePart::Name(name) => names.push(name),
    });
    let agent = context.keyed.value(key::DVCHOST).and_then(|name| computer(name, true, arena));
    names.extend(agent.into_iter().flat_map(|agent| agent.names).copied());
    let row = &mut *context.row;
    // Whatever a client claims to be must not be found where it is looked for.
    let unverified = row.get(FieldId::DS_UNVERIFIED).ips();
    let forwarded = row.ip(FieldId::NETWORK_FORWARDED_IP).copied();
    addresses.extend(forwarded.filter(|ip| !unverified.iter().any(|other| other.ip == ip.ip)));
    let known = row.ip(FieldId::SOURCE_IP).and_then(|address| address.text);
    let peer = row.text(FieldId::SOURCE_ADDRESS).filter(|peer| known != Some(peer));
    addresses.extend(peer.and_then(address));
    derived::related(row, arena, &addresses, &names);
}
