//! Who and what an event is about: the agent's computer, the process, the URL.

use super::computers::computer;
use super::context::Context;
use super::known_keys::{Watched, refuse, watched};
use super::system::{host_of_target, is_nobody};
use super::tables::keys::key;
use crate::document::convert::ip;
use crate::document::field_list::FieldId;
use crate::document::trace::{Read, Step};
use crate::document::value::Value;
use crate::log_types::derived::{last_name, set_url_parts};
use crate::packet::url;

/// `dvc` is the agent's computer: an address, or (in the vendor's own samples) a name; `dvchost` a name, or an IPv6 address. Where a
/// module's events happen on that computer and nothing names another source, its address is the source's. Where a system event is about
/// another computer, that one is the host, as a whole, and this one the observer alone.
pub(super) fn agent_address(context: &mut Context<'_, '_>) {
    let is_host = host_of_target(context).is_none();
    for agent_key in [key::DVC, key::DVCHOST] {
        let Some((at, value)) = context.keyed.unused_value(agent_key) else { continue };
        context.row.trace.reason(Step::Agent, || Read::Pair(at));
        let Some(agent) = computer(value, true, context.arena) else {
            refuse(context, Some(FieldId::OBSERVER_IP), at, value);
            continue;
        };
        // The agent watches the computer that it runs on.
        let (field, host, value) = match (agent.names, agent.address) {
            ([name, ..], _) => (FieldId::OBSERVER_HOSTNAME, FieldId::HOST_NAME, Value::Text(name)),
            ([], Some(address)) => {
                (FieldId::OBSERVER_IP, FieldId::HOST_IP, Value::Ip(context.arena.alloc(address)))
            }
            ([], None) => continue,
        };
        let is_taken = context.row.take_if_absent(&[(field, value)]) || context.row.get(field) == value;
        if is_taken && is_host {
            context.row.set_if_absent(host, value);
        }
        let is_whole = if is_host && (is_taken || host == FieldId::HOST_NAME) {
            agent.tell_address_and_instance(context.row, context.arena)
        } else {
            (agent.address.is_none() || host == FieldId::HOST_IP) && agent.instance.is_none()
        };
        if is_taken && is_whole {
            context.keyed.mark_used(at);
        }
    }
    let names_a_source =
        || [key::SRC, key::SHOST, key::SMAC].iter().any(|source| context.keyed.value(*source).is_some());
    if context.module.facts().is_on_the_host
        && !names_a_source()
        && let Some(address) = context.row.ip(FieldId::OBSERVER_IP)
    {
        context.row.set_if_absent(FieldId::SOURCE_IP, Value::Ip(address));
        let read = |key| context.keyed.value(key).filter(|text| ip(text) == Some(address.ip));
        if !context.row.is_off(FieldId::SOURCE_IP)
            && let Some(text) = read(key::DVC).or_else(|| read(key::DVCHOST))
        {
            context.row.set_if_absent(FieldId::SOURCE_ADDRESS, Value::Text(text));
        }
    }
}

/// Who did it: `suser` stands for the source's user, and no event has another one. A Manager's `System` is nobody.
pub(super) fn users(context: &mut Context<'_, '_>) {
    for (user_key, field) in [(key::SUSER, FieldId::SOURCE_USER_NAME), (key::SUID, FieldId::SOURCE_USER_ID)] {
        if let Some(user) = context.keyed.value(user_key).filter(|user| !is_nobody(context, user)) {
            context.row.set_if_absent(field, Value::Text(user));
        }
    }
}

/// A process is a name or a path, or has both in keys of their own; `N/A` where the agent does not know. One that is watched is that of
/// the event.
pub(super) fn process(context: &mut Context<'_, '_>) {
    let is_watched = watched(context) == Some(Watched::Process);
    let keys = is_watched.then_some(key::FILE_PATH).into_iter();
    for process_key in keys.chain([key::SPROC, key::PROCESS_NAME, key::DS_PROCESS_IMAGE, key::DS_PROCESS]) {
        let Some((at, value)) = context.keyed.unused_value(process_key) else { continue };
        context.row.trace.reason(Step::Process, || Read::Pair(at));
        let name = last_name(value);
        let path = if name.len() < value.len() { value } else { "" };
        let parts = [(FieldId::PROCESS_EXECUTABLE, path), (FieldId::PROCESS_NAME, name)];
        if context.row.take_if_absent(&parts.map(|(field, part)| (field, Value::of_text(part))))
            || context.row.text(FieldId::PROCESS_NAME) == Some(value)
        {
            context.keyed.mark_used(at);
        }
    }
}

pub(super) fn requested_url(context: &mut Context<'_, '_>) {
    let Some((at, value)) = context.keyed.unused_value(key::REQUEST) else { return };
    if context.row.take_if_absent(&[(FieldId::URL_ORIGINAL, Value::Text(value))]) {
        set_url_parts(context.row, url::split_url(value));
        context.keyed.mark_used(at);
    }
}
