//! The tables of `config/log_types/apex_one/`, which are compiled in and read once. Each tells at its top what its columns mean.

use std::sync::LazyLock;

use crate::document::field_list::{FieldId, OURS};
use crate::log_types::event::KnownKeys;
use crate::parse::pairs::event_keys::KeyId;

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
    pub(super) host: Vec<KeyId>,
    pub(super) address: Vec<KeyId>,
    pub(super) user: Vec<KeyId>,
    pub(super) action: KeyId,
    pub(super) event_kind: &'static str,
    pub(super) category: Vec<&'static str>,
}

/// All tables.
#[derive(Debug)]
pub(super) struct Tables {
    names: Vec<&'static str>,
    aliases: Vec<(&'static str, KeyId)>,
    roles: Vec<Role>,
    kinds: Vec<Kind>,
    actions: Vec<[&'static str; 4]>,
    /// Label and code, the field, the words.
    labels: Vec<([&'static str; 2], FieldId, &'static str)>,
}

pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(Tables::read);

macro_rules! rows {
    ($name:literal) => {
        rows($name, include_str!(concat!("../../../config/log_types/apex_one/", $name)))
    };
}

impl Tables {
    fn read() -> Self {
        let keys: Vec<[_; 4]> = rows!("keys.csv").collect();
        let names: Vec<_> = keys.iter().map(|[name, ..]| *name).collect();
        let key = |name: &str| KeyId(position("keys.csv", &names, name));
        let role = |[name, _, field, role]: &[&str; 4]| match *role {
            "sha1" => Role::Sha1(field_named("keys.csv", field)),
            "custom" => Role::Custom(key(&format!("{name}Label"))),
            "file name" => Role::FileName,
            "file path" => Role::FilePath,
            _ if field.is_empty() => Role::None,
            _ => Role::Field(field_named("keys.csv", field)),
        };
        let kind = |row| {
            let [name, id, id_tells, provider, host, address, user, action, event_kind, category] = row;
            let [host, address, user] = [host, address, user].map(|keys| list(keys).map(key).collect());
            let (action, category) = (key(action), list(category).collect());
            Kind { name, id, id_tells, provider, host, address, user, action, event_kind, category }
        };
        let label =
            |[label, code, field, words]: [_; 4]| ([label, code], field_named("labels.csv", field), words);
        let with_alias = keys.iter().filter(|[_, alias, ..]| !alias.is_empty());
        Self {
            aliases: with_alias.map(|[name, alias, ..]| (*alias, key(name))).collect(),
            roles: keys.iter().map(role).collect(),
            kinds: rows!("kinds.csv").map(kind).collect(),
            actions: rows!("actions.csv").collect(),
            labels: rows!("labels.csv").map(label).collect(),
            names,
        }
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
    pub(super) fn kind(&'static self, id: &str) -> Option<&'static Kind> {
        let begins = |kind: &Kind| kind.id.ends_with(':') && id.starts_with(kind.id);
        self.kinds.iter().find(|kind| id == kind.id || kind.id.is_empty() || begins(kind))
    }

    /// The words of an action, and the disposition.
    pub(super) fn action(&self, kind: &Kind, text: &str) -> Option<(&'static str, &'static str)> {
        let is_it = |[kinds, code, words, _]: &&[&'static str; 4]| {
            (*code == text || words.eq_ignore_ascii_case(text)) && list(kinds).any(|name| name == kind.name)
        };
        self.actions.iter().find(is_it).map(|[_, _, words, disposition]| (*words, *disposition))
    }

    /// The fields that a custom value has, with the words for it where it is a code.
    pub(super) fn meanings(&self, label: &str, text: &str) -> impl Iterator<Item = (FieldId, &'static str)> {
        let is_label = move |known: &str| known.split('_').eq(label.split([' ', '_']));
        let found = self
            .labels
            .iter()
            .filter(move |([known, code], ..)| (code.is_empty() || *code == text) && is_label(known));
        found.map(|(_, field, words)| (*field, *words))
    }
}

/// The rows of a table, by cell. Comments and the names of the columns are left out.
fn rows<const N: usize>(table: &str, text: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    let rows = (1..).zip(text.lines()).filter(|(_, row)| !row.starts_with('#')).skip(1);
    rows.map(move |(line, row)| {
        let cells: Vec<_> = row.split(',').map(str::trim).collect();
        cells.try_into().unwrap_or_else(|_| fault(table, line, "not as many cells as columns"))
    })
}

fn list(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split(';').map(str::trim).filter(|part| !part.is_empty())
}

fn field_named(table: &str, name: &str) -> FieldId {
    let names: Vec<_> = OURS.iter().map(|(name, ..)| *name).collect();
    FieldId(position(table, &names, name))
}

fn position(table: &str, names: &[&str], name: &str) -> u16 {
    let found = (0..).zip(names).find(|(_, known)| **known == name).map(|(number, _)| number);
    found.unwrap_or_else(|| fault(table, 0, &format!("'{name}' is not known")))
}

#[expect(clippy::panic, reason = "a table is part of the program, and the tests read each of them")]
fn fault<T>(table: &str, line: usize, what: &str) -> T {
    panic!("config/log_types/apex_one/{table}:{line}: {what}")
}
