//! What Deep Security's keys, modules, actions and codes mean: the tables of `config/log_types/deepsecurity/`, read once.

pub(crate) mod actions;
pub(crate) mod codes;
pub(crate) mod fields;
pub(crate) mod keys;
pub(crate) mod labels;
pub(crate) mod modules;
pub(crate) mod sign_ins;

use std::sync::LazyLock;

use self::actions::Actions;
use self::codes::Codes;
use self::fields::FieldNames;
use self::keys::Keys;
use self::labels::Labels;
use self::modules::Modules;
use self::sign_ins::SignIn;
use crate::bytes::table;
use crate::bytes::table::TableError;
use crate::document::ecs::Type;
use crate::document::field_list::ListedField;
use crate::parse::pairs::event_keys::KeyId;

/// The texts of the tables.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "each field is named after its file, which says what is in it")]
pub struct Texts {
    pub fields: &'static str,
    pub keys: &'static str,
    pub modules: &'static str,
    pub labels: &'static str,
    pub actions: &'static str,
    pub detect_only: &'static str,
    pub codes: &'static str,
    pub sign_ins: &'static str,
}

impl Texts {
    /// The tables that are compiled in.
    pub const SHIPPED: Self = Self {
        fields: include_str!("../../../../config/log_types/deepsecurity/fields.csv"),
        keys: include_str!("../../../../config/log_types/deepsecurity/keys.csv"),
        modules: include_str!("../../../../config/log_types/deepsecurity/modules.csv"),
        labels: include_str!("../../../../config/log_types/deepsecurity/labels.csv"),
        actions: include_str!("../../../../config/log_types/deepsecurity/actions.csv"),
        detect_only: include_str!("../../../../config/log_types/deepsecurity/detect_only.csv"),
        codes: include_str!("../../../../config/log_types/deepsecurity/codes.csv"),
        sign_ins: include_str!("../../../../config/log_types/deepsecurity/sign_ins.csv"),
    };
}

/// The tables, with names of fields, keys and modules as numbers.
#[derive(Debug)]
pub struct Tables {
    pub(super) own_fields: Vec<ListedField>,
    pub(super) keys: Keys,
    pub(super) labels: Labels,
    pub(super) modules: Modules,
    pub(super) actions: Actions,
    pub(super) codes: Codes,
    pub(super) sign_ins: Vec<SignIn>,
}

impl Tables {
    /// Reads the tables.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with file and line: a name that is in no other table, a word that a column does not take, a key,
    /// a label or an id that stands there twice.
    pub fn read(texts: &Texts) -> Result<Self, TableError> {
        let own_fields = fields::read(texts.fields)?;
        let names = FieldNames::new(&own_fields);
        let keys = Keys::read(texts.keys, &names)?;
        Ok(Self {
            labels: Labels::read(texts.labels, &names, &keys)?,
            modules: Modules::read(texts.modules)?,
            actions: Actions::read(texts.actions, texts.detect_only)?,
            codes: Codes::read(texts.codes, &names)?,
            sign_ins: sign_ins::read(texts.sign_ins)?,
            keys,
            own_fields,
        })
    }
}

/// The fields that only Deep Security's documents have, in document order.
pub fn own_fields() -> &'static [ListedField] {
    &tables().own_fields
}

/// The names of the keys that have a meaning here, by number.
pub(crate) fn known_keys() -> &'static [&'static str] {
    &tables().keys.names
}

/// LEEF's spellings of some of them.
pub(crate) fn aliases() -> &'static [(&'static str, KeyId)] {
    &tables().keys.aliases
}

/// All spellings of the known keys, with the type of what goes under the prefix by that name because it does not fit its field.
pub(crate) fn left_over_keys() -> impl Iterator<Item = (&'static str, Type)> {
    tables().keys.left_over()
}

/// The tables that are compiled in.
pub(super) fn tables() -> &'static Tables {
    static TABLES: LazyLock<Tables> = LazyLock::new(|| table::compiled_in(Tables::read(&Texts::SHIPPED)));
    &TABLES
}
