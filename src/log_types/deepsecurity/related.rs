//! What analysts pivot on, beyond what follows from any document: the computers that a system event is about, the agent's other names, and
//! addresses that a proxy vouches for.

use bumpalo::collections::Vec as ArenaVec;

use super::computers::computer;
use super::context::Context;
use super::system::computers_of;
use super::tables::keys::key;
use crate::document::convert::address;
use crate::document::field_list::FieldId;
use crate::log_types::derived;

/// Collects them. What the table has set stays; addresses are added to it.
pub(super) fn related(context: &mut Context<'_, '_>) {
    let arena = context.arena;
    let targets = computers_of(context);
    let agent = context.keyed.value(key::DVCHOST).and_then(|name| computer(name, true, arena));
    let addresses = targets.iter().chain(&agent).filter_map(|computer| computer.address);
    let mut addresses = ArenaVec::from_iter_in(addresses, arena);
    let names = targets.iter().chain(&agent).flat_map(|computer| computer.names).copied();
    let names = ArenaVec::from_iter_in(names, arena);
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
