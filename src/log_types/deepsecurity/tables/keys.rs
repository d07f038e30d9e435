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
    FNAME "fname"; FILE_PATH "filePath"; FILE_NAME "fileName"; OLD_FILE_PATH "oldfilePath"; ENTITY_TYPE "entityType";
    FILE_IN_COMPRESSED_FILE "fileInCompressedFile"; DVC "dvc"; DVCHOST "dvchost"; SHOST "shost"; SUSER "suser"; SUID "suid";
    SPROC "sproc"; PROCESS_NAME "processName"; DS_PROCESS "TrendMicroDsProcess"; DS_COMMAND_LINE "TrendMicroDsCommandLine";
    DS_MALWARE_TARGET "TrendMicroDsMalwareTarget"; DUSER "duser";
    REQUEST "request"; PACKET_DATA "TrendMicroDsPacketData"; FRAME_TYPE "TrendMicroDsFrameType"; MITRE "TrendMicroDsMitre";
    TARGET "target"; TARGET_TYPE "targetType"; NAME "name"; DESC "desc"; SEV "sev"; CAT "cat"; CS1 "cs1"; CS1_LABEL "cs1Label"; CN1 "cn1"; CN1_LABEL "cn1Label"; TARGET_ID "targetID";
}
