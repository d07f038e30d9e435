//! The tables of `config/log_types/apex_one/`, read once. Each tells at its top what its columns mean.

use std::sync::LazyLock;

use crate::bytes::table;
use crate::bytes::table::{FactRow, FactTable, TableError, fact_table};
use crate::document::field_list::{FieldId, ListedField, base_fields, name_fields};
use crate::log_types::event::KnownKeys;
use crate::parse::pairs::event_keys::KeyId;

const FIELDS: FactTable = fact_table!("config/log_types/apex_one/fields.csv");
const KEYS: FactTable = fact_table!("config/log_types/apex_one/keys.csv");

name_fields! { FIELDS, FieldId::FIRST_OWN;
    APEX_ACT "%.act"; APEX_DISPOSITION "%.disposition";
}

/// What becomes of a key's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It goes to this field, as its type.
    Field(FieldId),
    /// It goes to this field, as 40 hexadecimal digits.
    Sha1(FieldId),
    /// This key, its label, tells.
    Custom(KeyId),
    FileName,
    FilePath,
    /// Nothing, beyond what the table of user.ini says.
    None,
}

/// A kind of event.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) id: &'static str,
    pub(super) id_tells: &'static str,
    pub(super) provider: &'static str,
    /// Keys of the host, of its address and of its user.
    pub(super) endpoint: [Vec<KeyId>; 3],
    pub(super) action: KeyId,
    pub(super) event_kind: &'static str,
    pub(super) category: &'static [&'static str],
}

/// An action of some kinds of events.
#[derive(Debug)]
pub(super) struct Action {
    kinds: &'static [&'static str],
    code: &'static str,
    pub(super) words: &'static str,
    pub(super) disposition: &'static str,
    /// `event.type` of the disposition.
    pub(super) types: &'static [&'static str],
    pub(super) outcome: &'static str,
}

/// All tables.
#[derive(Debug)]
pub(super) struct Tables {
    pub(super) own_fields: Vec<ListedField>,
    names: Vec<&'static str>,
    aliases: Vec<(&'static str, KeyId)>,
    roles: Vec<Role>,
    kinds: Vec<Kind>,
    actions: Vec<Action>,
    /// By label and code, any where there is none, in some kinds of events or all: the field, and the words for the code.
    labels: Vec<(&'static [&'static str], [&'static str; 2], FieldId, &'static str)>,
}

pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(|| table::compiled_in(Tables::read()));

impl Tables {
    fn read() -> Result<Self, TableError> {
        let own_fields = FIELDS.read(ListedField::read)?;
        let fields: Vec<_> = base_fields().iter().chain(&own_fields).map(|field| field.name).collect();
        let names = KEYS.read(|row| row.cell("key"))?;
        let field =
            |row: &FactRow<'_>| row.cell("field").and_then(|name| Ok(FieldId(find(row, &fields, name)?)));
        let key = |row: &FactRow<'_>, name: &str| find(row, &names, name).map(KeyId);
        let keys = |row: &FactRow<'_>, column| -> Result<Vec<_>, _> {
            row.list(column)?.iter().map(|name| key(row, name)).collect()
        };
        let aliases = KEYS.read(|row| Ok((row.cell("other spelling")?, key(&row, row.cell("key")?)?)))?;
        Ok(Self {
            aliases: aliases.into_iter().filter(|(alias, _)| !alias.is_empty()).collect(),
            roles: KEYS.read(|row| {
                Ok(match (row.cell("as")?, row.cell("field")?) {
                    ("custom", _) => Role::Custom(key(&row, &format!("{}Label", row.cell("key")?))?),
                    ("file name", _) => Role::FileName,
                    ("file path", _) => Role::FilePath,
                    ("sha1", _) => Role::Sha1(field(&row)?),
                    ("", "") => Role::None,
                    ("", _) => Role::Field(field(&row)?),
                    (role, _) => return Err(row.error(format_args!("a key is not read as '{role}'"))),
                })
            })?,
            kinds: fact_table!("config/log_types/apex_one/kinds.csv").read(|row| {
                Ok(Kind {
                    name: row.cell("kind")?,
                    id: row.cell("id")?,
                    id_tells: row.cell("id tells")?,
                    provider: row.cell("provider")?,
                    endpoint: [keys(&row, "host")?, keys(&row, "address")?, keys(&row, "user")?],
                    action: key(&row, row.cell("action")?)?,
                    event_kind: row.cell("event.kind")?,
                    category: row.list("event.category")?,
                })
            })?,
            actions: fact_table!("config/log_types/apex_one/actions.csv").read(|row| {
                let disposition = row.cell("disposition")?;
                Ok(Action {
                    kinds: row.list("kinds")?,
                    code: row.cell("code")?,
                    words: row.cell("action")?,
                    disposition,
                    types: row.one_of("disposition", disposition, TYPES)?,
                    outcome: row.cell("outcome")?,
                })
            })?,
            labels: fact_table!("config/log_types/apex_one/labels.csv").read(|row| {
                let label = [row.cell("label")?, row.cell("code")?];
                Ok((row.list("kinds")?, label, field(&row)?, row.cell("words")?))
            })?,
            names,
            own_fields,
        })
    }

    pub(super) fn known_keys(&'static self) -> KnownKeys {
        KnownKeys { names: &self.names, aliases: &self.aliases }
    }

    pub(super) fn role(&self, key: KeyId) -> Role {
        self.roles.get(usize::from(key.0)).copied().unwrap_or(Role::None)
    }

    /// The key of a role that only one has.
    pub(super) fn key_of(&self, role: Role) -> Option<KeyId> {
        (0..).map(KeyId).zip(&self.roles).find(|(_, of_key)| **of_key == role).map(|(key, _)| key)
    }

    /// The kind of an event. The last one takes any id.
    pub(super) fn kind(&self, id: &str) -> Option<&Kind> {
        let begins = |kind: &Kind| kind.id.ends_with(':') && id.starts_with(kind.id);
        self.kinds.iter().find(|kind| id == kind.id || kind.id.is_empty() || begins(kind))
    }

    pub(super) fn action(&self, kind: &Kind, text: &str) -> Option<&Action> {
        let is_it = |action: &&Action| action.code == text || action.words.eq_ignore_ascii_case(text);
        self.actions.iter().filter(is_it).find(|action| action.kinds.contains(&kind.name))
    }

    /// The fields that a custom value has, with the words for it where it is a code.
    pub(super) fn meanings(
        &self,
        kind: &Kind,
        label: &str,
        text: &str,
    ) -> impl Iterator<Item = (FieldId, &'static str)> {
        let is_it = move |kinds: &[&str], [known, code]: &[&str; 2]| {
            (kinds.is_empty() || kinds.contains(&kind.name))
                && (code.is_empty() || *code == text)
                && known.split('_').eq(label.split([' ', '_']))
        };
        let labels = self.labels.iter().filter(move |(kinds, label, ..)| is_it(kinds, label));
        labels.map(|(.., field, words)| (*field, *words))
    }
}

/// `event.type` of an action's disposition.
const TYPES: &[(&str, &[&str])] = &[("blocked", &["denied"]), ("detected", &["allowed"]), ("", &["info"])];

/// The position of a name among those that a cell can have.
fn find(row: &FactRow<'_>, names: &[&str], name: &str) -> Result<u16, TableError> {
    let found = (0..).zip(names).find(|(_, known)| **known == name).map(|(number, _)| number);
    found.ok_or_else(|| row.error(format_args!("'{name}' is not known")))
}
