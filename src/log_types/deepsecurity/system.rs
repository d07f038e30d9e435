//! System events of the Manager: who signed in, who tried to, and whom or what an event is about.

use super::computers::{Computer, computers};
use super::context::Context;
use super::tables::keys::key;
use super::tables::system_events::{About, SystemEvent};
use super::user_changes::user_changes;
use crate::document::convert::address;
use crate::document::field_list::FieldId;
use crate::document::trace::{Read, Step};
use crate::document::value::Value;
use crate::log_types::derived;
use crate::parse::pairs::event_keys::EventKeys;

/// Whom the Manager names where nobody did it, or it does not know who.
const NOBODY: &str = "System";

/// Where an event comes from whose `src` is the Manager that wrote it: where the person was who signs in, or who scans a computer. `msg`
/// tells it behind `from`; in another language than English, a sign-in's message does that with the only address in it. An address in
/// quotes may be the account's name.
pub(super) fn place_of<'a>(event: &SystemEvent, keyed: &EventKeys<'a>) -> Option<&'a str> {
    let message = keyed.value(key::MSG).filter(|_| event.tells_place())?;
    let behind_from =
        message.rsplit_once(" from ").and_then(|(_, place)| place.split_ascii_whitespace().next());
    let trimmed =
        |place: &'a str| place.trim_matches(|c| matches!(c, '.' | ',' | ';' | '(' | ')' | '\'' | '"'));
    // Only a name that has a domain is none of the other words of a message.
    let is_name = |word: &'a str| {
        !word.contains(['\'', '"']) && trimmed(word).contains('.') && derived::is_host_name(trimmed(word))
    };
    match behind_from.filter(|word| address(trimmed(word)).is_some() || is_name(word)) {
        Some(word) => Some(trimmed(word)),
        None if event.is_sign_in() && !(message.is_ascii() && message.contains('\'')) => {
            only_address(message, keyed.value(key::TARGET))
        }
        None => None,
    }
}

/// The only address in a text, unless that is the name of `account`.
fn only_address<'a>(text: &'a str, account: Option<&str>) -> Option<&'a str> {
    let words = text.split(|c: char| !c.is_ascii_hexdigit() && !matches!(c, '.' | ':'));
    let words = words.map(|word| word.trim_end_matches(['.', ':']));
    let mut found = words.filter(|word| word.len() > 2 && address(word).is_some());
    let only = found.next().filter(|only| Some(*only) != account)?;
    found.next().is_none().then_some(only)
}

/// Who did it and from where, the Manager that wrote it, the account and the computer that it is about.
pub(super) fn who_and_whom(context: &mut Context<'_, '_>) {
    let Some(event) = context.system else { return };
    context.row.trace.step(Step::Details);
    if event.is_sign_in() {
        account_of_sign_in(context);
    }
    place(context, event);
    if context.is_manager_s {
        manager(context);
    }
    target_as_host(context);
    if event.is_sign_in() {
        return;
    }
    let target = context.keyed.value(key::TARGET);
    let Some(account) = target.filter(|_| about(context, event) == About::User) else { return };
    context.row.set_if_absent(FieldId::USER_TARGET_NAME, Value::Text(account));
    if let Some(id) = context.keyed.value(key::TARGET_ID) {
        context.row.set_if_absent(FieldId::USER_TARGET_ID, Value::Text(id));
    }
    if event.class.types.contains(&"change") {
        user_changes(context);
    }
}

/// What `target` names.
fn about(context: &Context<'_, '_>, event: &SystemEvent) -> About {
    const COMPUTERS: [&str; 4] = ["host", "computer", "virtual machine", "instance"];
    match context.keyed.value(key::TARGET_TYPE) {
        Some(kind) if kind.eq_ignore_ascii_case("user") => About::User,
        Some(kind) if COMPUTERS.iter().any(|name| kind.eq_ignore_ascii_case(name)) => About::Computer,
        Some(_) => About::Other,
        None => event.about,
    }
}

fn account_of_sign_in(context: &mut Context<'_, '_>) {
    let Context { keyed, row, .. } = context;
    let named = |key| keyed.value(key).filter(|name| *name != NOBODY);
    let account = named(key::TARGET).or_else(|| account_in_message(keyed)).or_else(|| named(key::SUSER));
    if let Some(account) = account {
        row.set_if_absent(FieldId::USER_NAME, Value::Text(account));
        row.set_if_absent(FieldId::SOURCE_USER_NAME, Value::Text(account));
    }
    if let Some((at, performer)) = keyed.unused_value(key::SUSER)
        && account.is_some()
        && (row.text(FieldId::USER_NAME) == Some(performer)
            || row.take_if_absent(&[(FieldId::DS_PERFORMED_BY, Value::Text(performer))]))
    {
        keyed.mark_used(at);
    }
}

fn place(context: &mut Context<'_, '_>, event: &SystemEvent) {
    let Context { arena, keyed, row, .. } = context;
    let Some(place) = place_of(event, keyed) else { return };
    match address(place).map(|from| &*arena.alloc(from)) {
        Some(from) => {
            if event.is_sign_in() {
                row.set_if_absent(FieldId::CLIENT_IP, Value::Ip(from));
            }
            row.set_if_absent(FieldId::SOURCE_IP, Value::Ip(from));
        }
        None => row.set_if_absent(FieldId::SOURCE_DOMAIN, Value::Text(place)),
    }
    row.set_if_absent(FieldId::SOURCE_ADDRESS, Value::Text(place));
}

/// The Manager that `src` is (the vendor's page "Syslog message formats", system events), and `suser` where it names nobody.
fn manager(context: &mut Context<'_, '_>) {
    let Context { arena, keyed, row, .. } = context;
    if let Some((at, source)) = keyed.unused_value(key::SRC)
        && let Some(manager) = address(source).map(|manager| &*arena.alloc(manager))
        // Who signs in at the Manager itself is its source.
        && row.ip(FieldId::SOURCE_IP).is_none_or(|from| manager.ip != from.ip)
    {
        row.trace.reason(Step::Details, || Read::Pair(at));
        let fields = [FieldId::OBSERVER_IP, FieldId::SERVER_IP];
        if fields.map(|field| row.take_if_absent(&[(field, Value::Ip(manager))])).contains(&true) {
            keyed.mark_used(at);
        }
    }
    if let Some((at, NOBODY)) = keyed.unused_value(key::SUSER)
        && row.take_if_absent(&[(FieldId::DS_PERFORMED_BY, Value::Word(NOBODY))])
    {
        keyed.mark_used(at);
    }
}

/// Whether a name that `suser` gives is nobody's.
pub(super) fn is_nobody(context: &Context<'_, '_>, name: &str) -> bool {
    context.is_manager_s && name == NOBODY
}

/// The account in `User password incorrect for username 'NAME' on an attempt to sign in from …`.
fn account_in_message<'a>(keyed: &EventKeys<'a>) -> Option<&'a str> {
    let (_, quoted) = keyed.value(key::MSG)?.split_once("username '")?;
    let (account, _) = quoted.rsplit_once("' on ").or_else(|| quoted.rsplit_once('\''))?;
    Some(account).filter(|account| !account.is_empty())
}

/// The computers that a system event is about.
pub(super) fn computers_of<'a>(context: &Context<'_, 'a>) -> &'a [Computer<'a>] {
    let Some(event) = context.system else { return &[] };
    let about = about(context, event);
    let target = context.keyed.value(key::TARGET).filter(|_| about != About::User);
    target.map_or(&[], |target| computers(target, about == About::Computer, context.arena))
}

/// The one computer that a system event is about, which is the host. An Agent's event is about the Agent's own.
pub(super) fn host_of_target<'a>(context: &Context<'_, 'a>) -> Option<&'a Computer<'a>> {
    let names_agent = || [key::DVC, key::DVCHOST].iter().any(|key| context.keyed.value(*key).is_some());
    match computers_of(context) {
        [only] if context.is_manager_s || !names_agent() => Some(only),
        _ => None,
    }
}

fn target_as_host(context: &mut Context<'_, '_>) {
    let Some(computer) = host_of_target(context) else { return };
    computer.tell_address_and_instance(context.row, context.arena);
    if let Some(name) = computer.names.first() {
        context.row.set_if_absent(FieldId::HOST_NAME, Value::Text(name));
    }
}
