//! What built-in lines of the table ask of an event: a line of the user's own takes each value as it comes.

use super::known_keys::names_no_file;
use super::network::is_outgoing;
use super::system::place_of;
use super::tables::keys::key;
use super::tables::modules::Module;
use super::tables::system_events::SystemEvent;
use super::tables::tables;
use crate::document::convert::address;
use crate::log_types::event::{Questioned, SourceCondition};
use crate::parse::pairs::event_keys::KeyId;

/// The condition of the line `field = key`.
pub(super) fn condition(field: &str, key: KeyId) -> Option<SourceCondition> {
    Some(match (field, key) {
        ("rule.category", key::CS1) => SourceCondition { unmet: OTHER_MEANING, holds: is_note },
        ("host.id", key::CN1) => SourceCondition { unmet: OTHER_MEANING, holds: is_host_id },
        ("file.path", key::FNAME) => SourceCondition {
            unmet: "it is the name of a log or a key of the registry, and no path of a file",
            holds: is_file,
        },
        ("source.ip", key::SRC) => SourceCondition {
            unmet: "src is the Manager that wrote the event: msg tells who signed in or scanned, where anything does",
            holds: is_source,
        },
        ("source.bytes", key::IN) | ("destination.bytes", key::OUT) => {
            SourceCondition { unmet: "the packet goes out: its bytes come from its source", holds: comes_in }
        }
        _ => return None,
    })
}

const OTHER_MEANING: &str =
    "its label says that it is something else, or an event of another product has no label for it";

fn is_note(event: &Questioned<'_, '_>) -> bool {
    match event.keyed.value(key::CS1_LABEL) {
        Some(label) => tables().labels.is_of_table(label, key::CS1),
        None => {
            event.device.is_some()
                && Module::of_device(event.device, event.header.signature_id) != Module::ApplicationControl
        }
    }
}

fn is_host_id(event: &Questioned<'_, '_>) -> bool {
    match event.keyed.value(key::CN1_LABEL) {
        Some(label) => tables().labels.is_of_table(label, key::CN1),
        None => event.device.is_some(),
    }
}

fn is_file(event: &Questioned<'_, '_>) -> bool {
    let module = Module::of_device(event.device, event.header.signature_id);
    event.keyed.value(key::FNAME).is_none_or(|name| !names_no_file(module, name))
}

fn is_source(event: &Questioned<'_, '_>) -> bool {
    if Module::of_device(event.device, event.header.signature_id) != Module::System {
        return true;
    }
    let system = SystemEvent::of(event.header.signature_id, event.header.name);
    let from = system.and_then(|system| place_of(system, event.keyed)).and_then(address);
    let source = event.keyed.value(key::SRC).and_then(address);
    source.is_none_or(|source| from.is_some_and(|from| source.ip == from.ip))
}

fn comes_in(event: &Questioned<'_, '_>) -> bool {
    !(is_outgoing(event.keyed)
        && Module::of_device(event.device, event.header.signature_id).facts().has_packets)
}
