//! The profile: what a Deep Security event says beyond the table of user.ini.
//!
//! Takes a row that the table has begun. A field that the table has set stays, but for three that would mislead: a detect-only
//! action, a protocol number, and the address of a proxy.

use bumpalo::Bump;

use super::action::{Action, Disposition};
use super::classify::classify;
use super::custom_keys::custom_keys;
use super::details::details;
use super::endpoints::{agent_address, process, requested_url, users};
use super::keys::key;
use super::known_keys::known_keys;
use super::module::Module;
use super::network::network;
use super::packets::packets;
use super::related::related;
use super::vulnerability::techniques;
use crate::config::LogType;
use crate::field::{FieldId, Fields};
use crate::keys::Keyed;
use crate::problem::Problems;
use crate::row::trace::{Read, Step};
use crate::row::{Row, Value};

/// What the profile works on.
pub(crate) struct Context<'c, 'a> {
    pub(crate) arena: &'a Bump,
    pub(crate) fields: &'c Fields,
    pub(crate) log_type: &'c LogType,
    pub(crate) keyed: &'c mut Keyed<'a>,
    pub(crate) row: &'c mut Row<'a>,
    pub(crate) problems: &'c mut Problems,
    pub(crate) module: Module,
    /// Signature id of the header.
    pub(crate) signature_id: &'a str,
}

/// Fills the row with what the event's module, actions, packet and custom keys say.
pub(crate) fn apply(context: &mut Context<'_, '_>) {
    custom_keys(context);
    let disposition = action(context);
    known_keys(context);
    context.row.step(Step::Technique);
    techniques(context);
    agent_address(context);
    context.row.step(Step::User);
    users(context);
    process(context);
    context.row.step(Step::Url);
    requested_url(context);
    // A proxy's address may give way to its client's in the packet: the flow is the proxy's.
    context.row.step(Step::Network);
    network(context);
    packets(context);
    context.row.step(Step::Details);
    details(context);
    context.row.step(Step::Class);
    classify(context, disposition);
    context.row.step(Step::Related);
    related(context);
}

fn action(context: &mut Context<'_, '_>) -> Disposition {
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
    action.disposition
}
