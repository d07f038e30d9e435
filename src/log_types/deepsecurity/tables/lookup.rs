//! What the tables say of the module, and the action of an event.

use super::actions::{Action, Actions, Disposition};
use super::modules::{Module, ModuleFacts, Product};
use super::products::Named;
use super::system_events::SystemEvent;
use super::tables;
use crate::bytes::trim::trim;
use crate::log_types::event::DeviceKind;

impl Product {
    /// The product of a header's vendor and product where these two tell it; nothing where the event is not Deep Security's, or only
    /// its keys tell more.
    pub fn of(vendor: &str, product: &str) -> Option<Self> {
        match tables().products.named(product, &[])? {
            Named::Writer(writer) if tables().products.is_vendor(vendor) => Some(writer),
            _ => None,
        }
    }
}

impl Module {
    /// What the table says of it.
    pub(crate) fn facts(self) -> &'static ModuleFacts {
        tables().modules.facts.get(self).and_then(Option::as_ref).unwrap_or(&ModuleFacts::UNKNOWN)
    }

    /// The module of an event by product and signature id; unknown where the id is in no range. An id alone never decides, because
    /// 100 to 899 are system events of a Manager and network events of an Agent. System events have no ids as large as those of rules.
    pub fn of_id(product: Product, signature_id: &str) -> Self {
        const FIRST_RULE: u64 = 1_000_000;
        let id = trim(signature_id).parse::<u64>();
        let id = id.ok().filter(|id| product == Product::Agent || *id >= FIRST_RULE);
        let ids = &tables().modules.ids;
        let in_range = |id: u64| {
            let behind = ids.partition_point(|(from, ..)| *from <= id);
            ids.get(behind.checked_sub(1)?).filter(|(_, to, _)| id <= *to)
        };
        match id.and_then(in_range) {
            Some((.., module)) => *module,
            None if product == Product::Manager => Self::System,
            None => Self::Unknown,
        }
    }

    /// The same by the kind of device, as far as that is known.
    pub(crate) fn of_device(device: Option<DeviceKind>, signature_id: &str) -> Self {
        let product = device.and_then(Product::of_device_kind);
        product.map_or(Self::Unknown, |product| Self::of_id(product, signature_id))
    }

    /// The same, or the one that LEEF's `cat` names where the id is in no range.
    pub fn or_of_category(self, category: Option<&str>) -> Self {
        match self {
            Self::Unknown => category.and_then(Self::of_category).unwrap_or(Self::Unknown),
            known => known,
        }
    }

    /// The module that LEEF's `cat` names.
    pub(crate) fn of_category(category: &str) -> Option<Self> {
        let is_it = |name: &str| category.trim().eq_ignore_ascii_case(name);
        tables().modules.categories.iter().find(|(name, _)| is_it(name)).map(|(_, module)| *module)
    }

    /// The module that `EventType` of an event in JSON names.
    pub(crate) fn of_event_type(name: &str) -> Option<Self> {
        tables().modules.event_types.iter().find(|(known, _)| *known == name).map(|(_, module)| *module)
    }

    /// What LEEF's `cat` says of its events.
    pub(crate) fn category(self) -> Option<&'static str> {
        tables().modules.categories.iter().find(|(_, module)| *module == self).map(|(name, _)| *name)
    }

    /// `event.type` of an action that tells it.
    pub(crate) fn types_of(self, act: &str) -> &'static [&'static str] {
        let acts = tables().actions.by_act.get(self);
        let found = acts.and_then(|acts| acts.iter().find(|(word, ..)| act.eq_ignore_ascii_case(word)));
        found.map_or(&[], |(.., types)| *types)
    }
}

impl Action {
    /// Judges `act` where there is one that the module's table has, else the signature id.
    pub fn judge(module: Module, act: Option<&str>, signature_id: &str) -> Self {
        let Actions { by_act, by_id, detect_only } = &tables().actions;
        if let Some(word) = act.and_then(detect_only_word) {
            let renamed = detect_only.iter().find(|(done, _)| word.eq_ignore_ascii_case(done));
            return Self {
                renamed: renamed.map(|(_, not_done)| *not_done),
                disposition: Disposition::Allowed,
            };
        }
        let told = act.and_then(|act| {
            let mut acts = by_act.get(module)?.iter();
            acts.find(|(word, ..)| act.eq_ignore_ascii_case(word)).map(|(_, disposition, _)| *disposition)
        });
        let disposition = told.or_else(|| {
            let mut ids = by_id.get(module)?.iter();
            ids.find(|(id, _)| *id == signature_id).map(|(_, disposition)| *disposition)
        });
        Self { renamed: None, disposition: disposition.unwrap_or(Disposition::Unknown) }
    }
}

/// The action that would have been taken: agents write `IDS:Reset`, the console shows `Detect Only: Reset`.
fn detect_only_word(act: &str) -> Option<&str> {
    let behind = |prefix: &str| {
        let (start, word) = act.split_at_checked(prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then(|| trim(word))
    };
    behind("IDS:").or_else(|| behind("Detect Only:"))
}

impl SystemEvent {
    /// The row of an event: that of its name, else that of its id, else that of the words at an end of its name.
    pub(crate) fn of(signature_id: &str, name: &str) -> Option<&'static Self> {
        let (events, name) = (&tables().system_events, trim(name));
        let by_name =
            || events.iter().find(|event| event.name.eq_ignore_ascii_case(name) && !name.is_empty());
        let by_id = || events.iter().find(|event| event.id == signature_id && !signature_id.is_empty());
        let by_words = || events.iter().find(|event| event.has_words(name));
        by_name().or_else(by_id).or_else(by_words)
    }
}
