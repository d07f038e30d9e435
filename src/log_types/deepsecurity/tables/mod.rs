//! What Deep Security's keys, modules, actions and codes mean: the tables of `config/log_types/deepsecurity/`, read once.

mod files;
pub(crate) mod fields;
pub(crate) mod class;
pub(crate) mod keys;
pub(crate) mod modules;
pub(crate) mod products;
pub(crate) mod labels;
pub(crate) mod actions;
pub(crate) mod codes;
pub(crate) mod system_events;
pub(crate) mod written;
pub(crate) mod json;
mod lookup;

use std::sync::LazyLock;

use self::actions::Actions;
use self::codes::Codes;
use self::fields::FieldNames;
pub use self::files::SHIPPED;
use self::json::Json;
use self::keys::Keys;
use self::labels::Labels;
use self::modules::Modules;
use self::products::Products;
use self::system_events::SystemEvent;
use self::written::WrittenKeys;
use crate::bytes::table;
use crate::bytes::table::{FactTable, TableError};
use crate::document::field_list::{FieldId, ListedField, Type, base_fields};

/// The tables, with names of fields, keys and modules as numbers.
#[derive(Debug)]
pub struct Tables {
    pub(super) own_fields: Vec<ListedField>,
    pub(super) keys: Keys,
    pub(super) labels: Labels,
    pub(super) modules: Modules,
    pub(super) actions: Actions,
    pub(super) codes: Codes,
    pub(super) system_events: Vec<SystemEvent>,
    pub(super) products: Products,
    pub(super) written: WrittenKeys,
    pub(super) json: Json,
}

impl Tables {
    /// Reads the tables, given in the order of [`SHIPPED`].
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with file and line: a name that is in no other table, or a word that a column does not take.
    pub fn read(tables: [FactTable; 13]) -> Result<Self, TableError> {
        let [
            fields,
            keys,
            modules,
            labels,
            actions,
            detect_only,
            codes,
            system_events,
            vendors,
            products,
            examples,
            json_keys,
            json_words,
        ] = tables;
        let own_fields = fields.read(ListedField::read)?;
        let names = FieldNames::new(&own_fields);
        let keys = Keys::read(keys, &names)?;
        Ok(Self {
            modules: Modules::read(modules)?,
            labels: Labels::read(labels, &names, &keys)?,
            actions: Actions::read(actions, detect_only)?,
            codes: Codes::read(codes, &names)?,
            system_events: system_events.read(SystemEvent::read)?,
            products: Products::read(vendors, products)?,
            written: WrittenKeys::read(examples, &keys)?,
            json: Json::read(json_keys, json_words)?,
            keys,
            own_fields,
        })
    }
}

impl Tables {
    /// The type of a field of every document, or of Deep Security's own.
    pub(super) fn kind(&self, FieldId(number): FieldId) -> Option<Type> {
        let own = || self.own_fields.get(usize::from(number.checked_sub(FieldId::FIRST_OWN)?));
        base_fields().get(usize::from(number)).or_else(own).map(|field| field.kind)
    }
}

/// The fields that only Deep Security's documents have, in document order.
pub fn own_fields() -> &'static [ListedField] {
    &tables().own_fields
}

/// The tables that are compiled in.
pub(super) fn tables() -> &'static Tables {
    static TABLES: LazyLock<Tables> = LazyLock::new(|| table::compiled_in(Tables::read(SHIPPED)));
    &TABLES
}
