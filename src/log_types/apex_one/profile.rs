//! The profile: what an event of Apex Central says beyond the table of user.ini. A field that the table has set stays.

use super::tables::{Action, Kind, Role, TABLES};
use crate::bytes::trim::trim;
use crate::document::convert::{address, lowercase};
use crate::document::field_list::{FieldId, ListedField};
use crate::document::trace::{Read, Step};
use crate::document::value::Value;
use crate::log_types::Profile;
use crate::log_types::derived::{derive, last_name, path_in, separators};
use crate::log_types::event::{DeviceKind, EventView, KnownKeys, Maker};
use crate::log_types::maker::plain_name;
use crate::parse::pairs::event_keys::{KeyId, PairIndex, is_not_known};

/// The profile of Apex One.
#[derive(Debug)]
pub(crate) struct ApexOne;

/// "CEF Virus/Malware Logs" of Trend Vision One has the second name, since 2026.
const VENDORS: [&str; 2] = ["trend micro", "trendai"];
const PRODUCT: &str = "apex central";

impl Profile for ApexOne {
    fn takes_records(&self) -> bool {
        false
    }

    fn maker(&self, vendor: &str, product: &str, added: &[String]) -> Maker {
        let product = plain_name(product);
        let is_product = product == PRODUCT || added.iter().any(|name| plain_name(name) == product);
        let is_device = is_product && VENDORS.contains(&plain_name(vendor).as_str());
        if is_device { Maker::Device(DeviceKind(0)) } else { Maker::Other }
    }

    fn enrich(&self, events: Vec<EventView<'_, '_>>) {
        for mut event in events {
            let Some(kind) = TABLES.kind(event.header.signature_id) else { continue };
            let action = action(&mut event, kind);
            keys(&mut event, kind);
            file(&mut event);
            endpoint(&mut event, kind);
            derive(event.row, event.arena);
            classify(&mut event, kind, action);
        }
    }

    fn own_fields(&self) -> &'static [ListedField] {
        &TABLES.own_fields
    }

    fn known_keys(&self) -> KnownKeys {
        TABLES.known_keys()
    }
}

/// What was done: as its key says, or as the id does where the key has a number that is not known. Gives it if it is known.
fn action(event: &mut EventView<'_, '_>, kind: &Kind) -> Option<&'static Action> {
    let told = event.keyed.value(kind.action);
    let in_id = behind_id(event, kind).filter(|_| kind.id_tells == "action");
    let known = [told, in_id].into_iter().flatten().find_map(|text| TABLES.action(kind, text));
    let words = known.map(|action| action.words).or(in_id).or(told);
    if let Some(words) = words
        && event.row.text(FieldId::EVENT_ACTION).is_none_or(|set| Some(set) == told)
    {
        event
            .row
            .trace
            .reason(Step::Action, || event.keyed.at(kind.action).map_or(Read::Unstated, Read::Pair));
        event.row.set(FieldId::EVENT_ACTION, Value::Text(words));
        let is_kept =
            |told| told == words || event.row.take_if_absent(&[(FieldId::APEX_ACT, Value::Text(told))]);
        let is_kept = told.is_some_and(is_kept);
        let custom = if let Role::Custom(label) = TABLES.role(kind.action) { Some(label) } else { None };
        for key in [Some(kind.action), custom].into_iter().flatten().filter(|_| is_kept) {
            event.keyed.mark_key_used(key);
        }
    }
    known
}

fn keys(event: &mut EventView<'_, '_>, kind: &Kind) {
    for number in 1..=event.keyed.len() {
        let unused = event.keyed.unused_known(number).filter(|(_, _, text)| !is_not_known(text));
        let Some((key, at, text)) = unused else { continue };
        event.row.trace.reason(Step::KnownKey, || Read::Pair(at));
        let done = match TABLES.role(key) {
            Role::Field(field) => event.fill(field, at, text),
            Role::Sha1(field) if text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                event.fill(field, at, lowercase(text, event.arena))
            }
            Role::Sha1(field) => event.refuse(field, at, text),
            Role::Custom(label) => custom(event, kind, label, at, text),
            Role::FileName | Role::FilePath | Role::None => false,
        };
        if done {
            event.keyed.mark_used(at);
        }
    }
}

fn custom<'a>(
    event: &mut EventView<'_, 'a>,
    kind: &Kind,
    label_key: KeyId,
    at: PairIndex,
    text: &'a str,
) -> bool {
    let Some(label) = event.keyed.value(label_key) else { return false };
    let mut done = false;
    for (field, words) in TABLES.meanings(kind, label, text) {
        // The name of a threat or of a policy says more than the name of the log, which stands in the header.
        if field == FieldId::RULE_NAME && event.row.text(field) == Some(trim(event.header.name)) {
            event.row.set(field, Value::Absent);
        }
        match words {
            "" => done |= event.fill(field, at, text),
            words => event.row.set_if_absent(field, Value::Word(words)),
        }
    }
    if done {
        event.keyed.mark_key_used(label_key);
    }
    done
}

/// Some kinds of events write the folder and the name of a file, some the path twice, some only one of them.
fn file(event: &mut EventView<'_, '_>) {
    let keys = [Role::FileName, Role::FilePath].map(|role| TABLES.key_of(role));
    let [name, path] = keys.map(|key| event.keyed.value(key?));
    let is_path = |text: &&str| text.contains(separators(text));
    let join = |(folder, name): (&str, &str)| path_in(folder, name, event.arena);
    let folder = path.filter(is_path).filter(|path| Some(last_name(path)) != name);
    let whole = name.filter(is_path).or_else(|| folder.zip(name).map(join)).or(path.filter(is_path));
    let (field, text) = match whole {
        Some(whole) => (FieldId::FILE_PATH, Some(whole)),
        None => (FieldId::FILE_NAME, name.or(path)),
    };
    let Some(text) = text else { return };
    event.row.trace.step(Step::Details);
    event.row.set_if_absent(field, Value::Text(text));
    let is_in_field = event.row.text(field) == Some(text);
    for key in keys.into_iter().flatten() {
        let is_part = |own: &str| text.starts_with(own) || text.ends_with(own);
        if is_in_field && event.keyed.value(key).is_some_and(is_part) {
            event.keyed.mark_key_used(key);
        }
    }
}

/// The computer that the agent runs on, and its user. Some events write its address in the place of its name.
fn endpoint(event: &mut EventView<'_, '_>, kind: &Kind) {
    let fields = [FieldId::HOST_NAME, FieldId::HOST_IP, FieldId::USER_NAME];
    for (keys, field) in kind.endpoint.iter().zip(fields) {
        let has_value = |key: &&KeyId| event.keyed.value(**key).is_some();
        let Some(at) = keys.iter().find(has_value).and_then(|key| event.keyed.at(*key)) else { continue };
        let text = event.keyed.value_at(at);
        let is_address = field == FieldId::HOST_NAME && address(text).is_some();
        event.row.trace.reason(Step::Agent, || Read::Pair(at));
        if event.fill(if is_address { FieldId::HOST_IP } else { field }, at, text) {
            event.keyed.mark_used(at);
        }
    }
}

fn classify(event: &mut EventView<'_, '_>, kind: &Kind, action: Option<&Action>) {
    // Allowed and denied are types of these categories only (ECS, allowed values of event.category).
    let takes_verdict = kind.category.iter().any(|name| matches!(*name, "intrusion_detection" | "network"));
    let types = action.filter(|_| takes_verdict).map_or(&["info"] as &[_], |action| action.types);
    let number = behind_id(event, kind).filter(|_| kind.id_tells == "rule");
    let EventView { row, header, .. } = event;
    row.trace.step(Step::Class);
    for (field, word) in [
        (FieldId::EVENT_KIND, kind.event_kind),
        (FieldId::EVENT_PROVIDER, kind.provider),
        (FieldId::RULE_RULESET, kind.name),
        (FieldId::APEX_DISPOSITION, action.map_or("", |action| action.disposition)),
        (FieldId::EVENT_OUTCOME, action.map_or("", |action| action.outcome)),
    ] {
        if !word.is_empty() {
            row.set_if_absent(field, Value::Word(word));
        }
    }
    if !kind.category.is_empty() {
        row.set_if_absent(FieldId::EVENT_CATEGORY, Value::Words(kind.category));
    }
    row.set_if_absent(FieldId::EVENT_TYPE, Value::Words(types));
    // An action is no rule's id, and a rule's number is not the whole id.
    if !kind.id_tells.is_empty() && row.text(FieldId::RULE_ID) == Some(header.signature_id) {
        row.set(FieldId::RULE_ID, number.map_or(Value::Absent, Value::Text));
    }
}

fn behind_id<'a>(event: &EventView<'_, 'a>, kind: &Kind) -> Option<&'a str> {
    event.header.signature_id.strip_prefix(kind.id).filter(|rest| !rest.is_empty())
}
