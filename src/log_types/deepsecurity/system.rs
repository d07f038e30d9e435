//! System events of the Manager: who signed in, who tried to, and whom or what an event is about.

use super::context::Context;
use super::tables::keys::key;
use super::tables::sign_ins::SignIn;
use crate::document::convert;
use crate::document::field_list::FieldId;
use crate::document::value::Address;
use crate::document::value::Value;

/// The sign-in that an event of the Manager is about.
pub(super) fn sign_in(context: &Context<'_, '_>) -> Option<&'static SignIn> {
    SignIn::of(context.signature_id, context.row.text(FieldId::RULE_NAME).unwrap_or_default())
}

/// The account that an event is about, and where the person was: `src` is the Manager's own address, and only `msg` ends with
/// the other one.
pub(super) fn accounts(context: &mut Context<'_, '_>) {
    let target = context.keyed.value(key::TARGET);
    let is_user = |kind: &str| kind.eq_ignore_ascii_case("user");
    let about_user = context.keyed.value(key::TARGET_TYPE).is_some_and(is_user);
    let about_sign_in = sign_in(context).is_some();
    if let Some(target) = target.filter(|target| (about_sign_in || about_user) && *target != "N/A") {
        context.row.set_if_absent(FieldId::USER_TARGET_NAME, Value::Text(target));
    }
    if about_sign_in
        && let Some(message) = context.keyed.value(key::MSG)
        && let Some((_, place)) = message.rsplit_once(" from ")
        && let Some(address) = convert::address(place.trim_end_matches('.'))
    {
        context.row.set_if_absent(FieldId::CLIENT_IP, Value::Ip(context.arena.alloc(address)));
    }
}

/// A computer that an event is about: `Krill (192.168.1.4)`, also with doubled brackets. Name and address.
pub(super) fn computer(target: &str) -> Option<(&str, Address<'_>)> {
    let (name, address) = target.strip_suffix(')')?.rsplit_once('(')?;
    let address = convert::address(address.trim_end_matches(')'))?;
    Some((name.trim_end_matches(['(', ' ']), address))
}
