//! The profile: what a Deep Security event says beyond the table of user.ini.
//!
//! Takes a row that the table has begun. A field that the table has set stays, but for those that would mislead: a detect-only action,
//! a protocol number, the address of a proxy, and the port 0 of a protocol that has no ports. Addresses are added to `related.ip`.

use std::sync::LazyLock;

use bumpalo::Bump;
use memchr::arch::all::packedpair::HeuristicFrequencyRank;
use memchr::memmem::{Finder, FinderBuilder};

use super::classify::classify;
use super::conditions::condition;
use super::context::Context;
use super::custom_keys::custom_keys;
use super::hosts::{agent_address, process, requested_url, users};
use super::json_event;
use super::known_keys::known_keys;
use super::module_fields::module_fields;
use super::network::network;
use super::packets::{mark_unverified_forwarded, packets};
use super::pair_repair::{
    find_escapes, fold_other_event, fold_quoted_text, keep_paths, split_blank_separated,
};
use super::parsed_cef;
use super::related::related;
use super::system::who_and_whom;
use super::tables::actions::Action;
use super::tables::keys::{Trait, key};
use super::tables::modules::{Module, Product};
use super::tables::products::Named;
use super::tables::system_events::SystemEvent;
use super::tables::{own_fields, tables};
use super::vulnerability::{techniques, vulnerabilities};
use crate::bytes::find;
use crate::bytes::trim::trim;
use crate::document::field_list::{FieldId, ListedField, Type};
use crate::document::problem::Problem;
use crate::document::trace::{Read, Step};
use crate::document::value::Value;
use crate::log_types::Profile;
use crate::log_types::event::{
    Dashboard, DeviceKind, EventView, HeaderKeys, KnownKeys, Maker, PairsView, RecordEvent, SourceCondition,
};
use crate::packet::quoted::PayloadKey;
use crate::parse::header::EventHeader;
use crate::parse::pairs::event_keys::{EventKeys, KeyId};
use crate::parse::pairs::pair::Pair;
use crate::parse::severity::severity_number;
use crate::read::record::Other;

/// The profile of Deep Security.
#[derive(Debug)]
pub(crate) struct DeepSecurity;

impl Profile for DeepSecurity {
    fn takes_records(&self) -> bool {
        false
    }

    fn is_event(&self, fields: &[Other<'_>]) -> bool {
        json_event::module(fields).is_some() || parsed_cef::is_event(fields)
    }

    fn read_fields<'a>(
        &self,
        fields: &'a [Other<'a>],
        arena: &'a Bump,
        pairs: &mut Vec<Pair<'a>>,
    ) -> Option<RecordEvent<'a>> {
        json_event::read(fields, arena, pairs).or_else(|| parsed_cef::read(fields, pairs))
    }

    fn maker(&self, vendor: &str, product: &str, added: &[String]) -> Maker {
        let products = &tables().products;
        match products.named(product, added) {
            None => Maker::Other,
            Some(Named::Writer(writer)) if products.is_vendor(vendor) => Maker::Device(writer.device_kind()),
            Some(_) => Maker::AskPairs,
        }
    }

    fn device_by_pairs(
        &self,
        header: &EventHeader<'_>,
        pairs: &[Pair<'_>],
        added: &[String],
    ) -> Option<DeviceKind> {
        writer_by_pairs(header, pairs, added).map(Product::device_kind)
    }

    fn enrich(&self, events: Vec<EventView<'_, '_>>) {
        let mut contexts: Vec<_> = events
            .into_iter()
            .map(|event| {
                let module = Module::of_device(event.device, event.header.signature_id);
                Context::new(event, module)
            })
            .collect();
        for step in STEPS {
            contexts.iter_mut().for_each(step);
        }
    }

    fn condition(&self, field: &str, key: KeyId) -> Option<SourceCondition> {
        condition(field, key)
    }

    fn own_fields(&self) -> &'static [ListedField] {
        own_fields()
    }

    fn known_keys(&self) -> KnownKeys {
        let keys = &tables().keys;
        KnownKeys { names: &keys.names, aliases: &keys.aliases }
    }

    fn left_over_keys(&self) -> Vec<(&'static str, Type)> {
        tables().keys.left_over().collect()
    }

    fn payload_key(&self) -> Option<&'static PayloadKey> {
        Some(&PAYLOAD)
    }

    fn repair_attributes(&self, attributes: &mut Vec<Pair<'_>>) {
        split_blank_separated(attributes);
        find_escapes(attributes);
    }

    fn repair_pairs(&self, event: &mut PairsView<'_, '_>) {
        let module = Module::of_device(Some(event.device), event.signature_id);
        fold_other_event(event);
        fold_quoted_text(event, module);
        if memchr::memchr(b'"', event.text.as_bytes()).is_some() {
            let quotes_text = module.facts().quotes_text || module == Module::Unknown;
            event
                .keyed
                .unquote(|key| tables().keys.is(key, Trait::Quotes) || (quotes_text && key == key::MSG));
        }
        keep_paths(event.keyed, module);
        if has_key_in_value(event.keyed) {
            event.problems.add(Problem::KeyInValue);
        }
    }

    fn header_keys(&self) -> HeaderKeys {
        HeaderKeys { name: &[key::NAME, key::DESC], severity: Some(key::SEV) }
    }

    fn rule_id_offset(&self, device: DeviceKind, signature_id: &str) -> u64 {
        Module::of_device(Some(device), signature_id).facts().rule_id_offset
    }

    fn dashboard(&self) -> Option<Dashboard> {
        Some(Dashboard {
            english: include_str!("../../../config/dashboard.ndjson"),
            japanese: include_str!("../../../config/dashboard.ja.ndjson"),
            index: "log-deepsecurity",
            prefix: "deepsecurity",
        })
    }

    fn redact(&self, event: EventView<'_, '_>) {
        packets(&mut Context::new(event, Module::Unknown));
    }
}

/// The writer of an event whose vendor is unknown, or whose product says neither Agent nor Manager. An unknown vendor counts only with a
/// key that nobody else writes. System events have none of the keys that name an agent's computer.
fn writer_by_pairs(header: &EventHeader<'_>, pairs: &[Pair<'_>], added: &[String]) -> Option<Product> {
    let products = &tables().products;
    let named = products.named(header.product, added)?;
    let is_own = |pair: &Pair<'_>| {
        pair.key.starts_with("TrendMicroDs")
            && tables().keys.names.contains(&pair.key)
            && !trim(pair.raw).is_empty()
    };
    if !products.is_vendor(header.vendor) && !pairs.iter().any(is_own) {
        return None;
    }
    match named {
        Named::Writer(writer) => Some(writer),
        Named::Unsaid => {
            let keys = &tables().keys;
            let is_agent_s =
                |pair: &Pair<'_>| keys.number(pair.key).is_some_and(|key| keys.is(key, Trait::Agent));
            let is_rule = Module::of_id(Product::Agent, header.signature_id) != Module::Unknown
                && header.signature_id.len() >= 7;
            Some(if pairs.iter().any(is_agent_s) || is_rule { Product::Agent } else { Product::Manager })
        }
    }
}

/// Whether a value has a key of Deep Security's own in it that no blank parts from the text before it: its value is lost in the other.
/// Texts that quote others, and payloads, are not looked at.
fn has_key_in_value(keyed: &EventKeys<'_>) -> bool {
    static OWN: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("TrendMicroDs"));
    keyed.all().any(|(_, pair, _)| {
        if matches!(pair.key, "msg" | "TrendMicroDsPacketData") {
            return false;
        }
        // Few values have an equals sign: most need no search for a name.
        if find::first(b'=', pair.raw.as_bytes()).is_none() {
            return false;
        }
        let is_known =
            |text: &str| text.split_once('=').is_some_and(|(name, _)| tables().keys.number(name).is_some());
        let own = OWN.find(pair.raw.as_bytes()).and_then(|at| pair.raw.get(at..));
        own.is_some_and(is_known)
    })
}

/// The key of a packet's payload.
static PAYLOAD: LazyLock<PayloadKey> = LazyLock::new(|| PayloadKey {
    id: key::PACKET_DATA,
    quoted_in: &[key::MSG, key::DESC, key::NAME],
    finder: FinderBuilder::new().build_forward_with_ranker(OwnLetters, "TrendMicroDsPacketData"),
});

/// Which bytes of that key are rare. Many keys of an event start as it does: only these letters tell it from them.
struct OwnLetters;

impl HeuristicFrequencyRank for OwnLetters {
    fn rank(&self, byte: u8) -> u8 {
        if matches!(byte, b'P' | b'k') { 0 } else { u8::MAX }
    }
}

/// The steps that fill a row with what the event's module, actions, packet and custom keys say, in the order in which each event
/// has to take them.
pub(super) const STEPS: [fn(&mut Context<'_, '_>); 6] = [module, keys, who_and_what, flow, packets, classes];

/// Tells the module by the category where the id does not, and notes which of LEEF's attributes say what CEF's header says: they
/// need no field of their own.
fn module(context: &mut Context<'_, '_>) {
    let Context { keyed, header, module, system, .. } = context;
    let category = keyed.value(key::CAT);
    *module = module.or_of_category(category);
    if *module == Module::System {
        *system = SystemEvent::of(header.signature_id, header.name);
    }
    for name in [key::NAME, key::DESC] {
        if keyed.value(name) == Some(header.name) {
            keyed.mark_key_used(name);
        }
    }
    if keyed.value(key::SEV) == Some(header.severity) && severity_number(header.severity).is_some() {
        keyed.mark_key_used(key::SEV);
    }
    if category.and_then(Module::of_category) == Some(*module) {
        keyed.mark_key_used(key::CAT);
    }
}

fn keys(context: &mut Context<'_, '_>) {
    who_and_whom(context);
    custom_keys(context);
    action(context);
    known_keys(context);
}

fn who_and_what(context: &mut Context<'_, '_>) {
    context.row.trace.step(Step::Technique);
    techniques(context);
    vulnerabilities(context);
    agent_address(context);
    context.row.trace.step(Step::User);
    users(context);
    process(context);
    context.row.trace.step(Step::Url);
    requested_url(context);
}

/// Runs before the packets are read: the address of a proxy gives way to its client's there, but the flow is the proxy's.
fn flow(context: &mut Context<'_, '_>) {
    context.row.trace.step(Step::Network);
    network(context);
    mark_unverified_forwarded(context);
}

fn classes(context: &mut Context<'_, '_>) {
    context.row.trace.step(Step::Details);
    module_fields(context);
    context.row.trace.step(Step::Class);
    classify(context);
    context.row.trace.step(Step::Related);
    related(context);
}

fn action(context: &mut Context<'_, '_>) {
    let act = context.keyed.value(key::ACT);
    let action = Action::judge(context.module, act, context.signature_id);
    if let (Some(renamed), Some(act)) = (action.renamed, act) {
        let at = context.keyed.at(key::ACT);
        context.row.trace.reason(Step::Action, || at.map_or(Read::Unstated, Read::Pair));
        let says_act = context.row.text(FieldId::EVENT_ACTION).is_none_or(|set| set == act);
        if says_act {
            context.row.set(FieldId::EVENT_ACTION, Value::Word(renamed));
        }
        if context.row.take_if_absent(&[(FieldId::DS_ACT, Value::Text(act))]) {
            context.keyed.mark_key_used(key::ACT);
        }
    }
    context.disposition = action.disposition;
}
