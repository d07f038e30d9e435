//! The profile: what a Deep Security event says beyond the table of user.ini.
//!
//! Takes a row that the table has begun. A field that the table has set stays, but for three that would mislead: a detect-only
//! action, a protocol number, and the address of a proxy.

use super::context::Context;

use super::classify::classify;
use super::custom_keys::custom_keys;
use super::hosts::{agent_address, process, requested_url, users};
use super::known_keys::known_keys;
use super::module_fields::module_fields;
use super::network::network;
use super::packets::packets;
use super::related::related;
use super::tables::actions::Action;
use super::tables::keys::key;
use super::vulnerability::techniques;
use crate::document::field_list::FieldId;
use crate::document::trace::{Read, Step};
use crate::document::value::Value;

/// The steps that fill a row with what the event's module, actions, packet and custom keys say, in the order in which each event
/// has to take them.
pub(crate) const STEPS: [fn(&mut Context<'_, '_>); 5] = [keys, ends, flow, packets, classes];

fn keys(context: &mut Context<'_, '_>) {
    custom_keys(context);
    action(context);
    known_keys(context);
}

fn ends(context: &mut Context<'_, '_>) {
    context.row.step(Step::Technique);
    techniques(context);
    agent_address(context);
    context.row.step(Step::User);
    users(context);
    process(context);
    context.row.step(Step::Url);
    requested_url(context);
}

/// A proxy's address may give way to its client's in the packet: the flow is the proxy's.
fn flow(context: &mut Context<'_, '_>) {
    context.row.step(Step::Network);
    network(context);
}

fn classes(context: &mut Context<'_, '_>) {
    context.row.step(Step::Details);
    module_fields(context);
    context.row.step(Step::Class);
    classify(context);
    context.row.step(Step::Related);
    related(context);
}

fn action(context: &mut Context<'_, '_>) {
    let act = context.keyed.value(key::ACT);
    let action = Action::judge(context.module, act, context.signature_id);
    if let (Some(renamed), Some(act)) = (action.renamed, act) {
        context.row.because(Step::Action, || context.keyed.at(key::ACT).map_or(Read::Untold, Read::Pair));
        let says_act = context.row.text(FieldId::EVENT_ACTION).is_none_or(|set| set == act);
        if says_act {
            context.row.set(FieldId::EVENT_ACTION, Value::Word(renamed));
        }
        context.row.set_if_absent(FieldId::DS_ACT, Value::Text(act));
        context.keyed.mark_key_used(key::ACT);
    }
    *context.disposition = action.disposition;
}
