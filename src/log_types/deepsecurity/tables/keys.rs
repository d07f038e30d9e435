//! The keys that Deep Security writes, and where the value of each goes: `keys.csv`.

use super::fields::FieldNames;
use super::files::KEYS;
use crate::bytes::table::{FactRow, FactTable, TableError};
use crate::document::ecs::Type;
use crate::document::field_list::FieldId;
use crate::parse::pairs::event_keys::KeyId;

/// Where a value goes when the table of user.ini has not taken it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// A step of the profile looks after it.
    Code,
    /// This field, as its type.
    Field(FieldId),
    /// This field, one value for each part between any of these characters.
    List(FieldId, &'static str),
    /// This field, one value for each word.
    Words(FieldId),
    /// A hexadecimal digest: MD5, SHA-1 or SHA-256 by its length.
    Hash,
    /// ICMP type and code, two numbers.
    Icmp,
    /// Image, name and id of a container.
    Container,
}

impl Destination {
    /// Reads the columns `field` and `as`.
    pub(super) fn read(row: &FactRow<'_>, fields: &FieldNames) -> Result<Self, TableError> {
        const WITHOUT_FIELD: [(&str, Destination); 6] = [
            ("hash", Destination::Hash),
            ("icmp", Destination::Icmp),
            ("container", Destination::Container),
            ("code", Destination::Code),
            ("custom", Destination::Code),
            ("label", Destination::Code),
        ];
        let way = row.cell("as")?;
        match way.strip_prefix("list ") {
            Some(separators) => Ok(Self::List(fields.find(row, "field")?, separators.trim())),
            None if way.is_empty() => Ok(Self::Field(fields.find(row, "field")?)),
            None if way == "words" => Ok(Self::Words(fields.find(row, "field")?)),
            None => row.one_of("as", way, &WITHOUT_FIELD),
        }
    }
}

/// What is known of a value besides where it goes: the column `value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trait {
    Path,
    OwnWord,
    Quotes,
    Guarded,
    Agent,
}

/// The table.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    /// The names of the keys, by number.
    pub(crate) names: Vec<&'static str>,
    /// LEEF's spellings.
    pub(crate) aliases: Vec<(&'static str, KeyId)>,
    /// Where the values go, by number.
    pub(crate) destinations: Vec<Destination>,
    /// The custom keys with their labels.
    pub(crate) custom: Vec<(KeyId, KeyId)>,
    /// What else is known of the values, by number.
    traits: Vec<Vec<Trait>>,
    /// What a value is that goes under the prefix by the key's own name, by number.
    left_over: Vec<Type>,
}

impl Keys {
    pub(super) fn read(table: FactTable, fields: &FieldNames) -> Result<Self, TableError> {
        let mut keys = Self::default();
        table.read(|row| keys.add(&row, fields))?;
        Ok(keys)
    }

    fn add(&mut self, row: &FactRow<'_>, fields: &FieldNames) -> Result<(), TableError> {
        const TRAITS: [(&str, Trait); 5] = [
            ("path", Trait::Path),
            ("own word", Trait::OwnWord),
            ("quotes", Trait::Quotes),
            ("guarded", Trait::Guarded),
            ("agent", Trait::Agent),
        ];
        let (name, alias) = (row.cell("key")?, row.cell("leef")?);
        let (number, before) = (self.next(), self.names.last().copied().unwrap_or_default());
        if row.cell("as")? == "label" {
            if name.strip_suffix("Label") != Some(before) {
                return Err(row.error(format_args!("the label '{name}' does not stand right behind its key")));
            }
            self.custom.push((KeyId(number.0 - 1), number));
        }
        if !alias.is_empty() {
            self.aliases.push((alias, number));
        }
        self.names.push(name);
        self.destinations.push(Destination::read(row, fields)?);
        let traits = row.list("value")?.iter().map(|word| row.one_of("value", word, &TRAITS));
        self.traits.push(traits.collect::<Result<_, _>>()?);
        self.left_over.push(row.one_of(
            "left over",
            row.cell("left over")?,
            &[("", Type::Keyword), ("text", Type::Text)],
        )?);
        Ok(())
    }

    fn next(&self) -> KeyId {
        KeyId(u16::try_from(self.names.len()).unwrap_or(u16::MAX))
    }

    /// The number of a name or of LEEF's spelling.
    pub(crate) fn number(&self, name: &str) -> Option<KeyId> {
        let alias = self.aliases.iter().find(|(alias, _)| *alias == name).map(|(_, key)| *key);
        let known = || self.names.iter().position(|known| *known == name);
        alias.or_else(|| u16::try_from(known()?).ok().map(KeyId))
    }

    /// Whether this is known of the value of a key.
    pub(crate) fn is(&self, key: KeyId, what: Trait) -> bool {
        self.traits.get(usize::from(key.0)).is_some_and(|known| known.contains(&what))
    }

    /// The custom key of a name.
    pub(super) fn custom(&self, name: &str) -> Option<KeyId> {
        let is_it = |key: &KeyId| self.names.get(usize::from(key.0)) == Some(&name);
        self.custom.iter().map(|(key, _)| *key).find(is_it)
    }

    /// Every key, with the type of what is left over of it.
    pub(crate) fn left_over(&self) -> impl Iterator<Item = (&'static str, Type)> {
        self.names.iter().copied().zip(self.left_over.iter().copied())
    }
}

macro_rules! name_keys {
    ($($id:ident $name:literal;)*) => {
        /// The keys that the code calls by name.
        pub(crate) mod key {
            $(pub(crate) const $id: super::KeyId = super::KeyId(super::KEYS.row_named($name));)*
        }
    };
}

name_keys! {
    ACT "act"; SRC "src"; SPT "spt"; SMAC "smac"; IN "in"; DST "dst"; DPT "dpt"; DHOST "dhost"; OUT "out"; MSG "msg";
    FNAME "fname"; FILE_PATH "filePath"; ENTITY_TYPE "entityType"; DVC "dvc"; DVCHOST "dvchost"; SHOST "shost"; SUSER "suser";
    SUID "suid"; SPROC "sproc"; PROCESS_NAME "processName"; DS_PROCESS "TrendMicroDsProcess"; REQUEST "request";
    DS_PROCESS_IMAGE "TrendMicroDsProcessImagePath"; SCANNER "TrendMicroDsScannerIp";
    PACKET_DATA "TrendMicroDsPacketData"; FRAME_TYPE "TrendMicroDsFrameType"; CVE "TrendMicroDsCve"; MITRE "TrendMicroDsMitre"; TARGET "target";
    TARGET_TYPE "targetType"; TARGET_ID "targetID"; NAME "name"; DESC "desc"; SEV "sev"; CAT "cat"; CS1 "cs1";
    CS1_LABEL "cs1Label"; CN1 "cn1"; CN1_LABEL "cn1Label";
}
