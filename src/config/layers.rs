//! The files as one: built-in settings below, then each file over the ones before it, key by key.
//!
//! Sections keep the order in which they were first seen, as in Python's configparser: the built-in ones come first. Old names of
//! keys become their new ones here, so that one overrides the other.

use indexmap::IndexMap;
use sha2::{Digest, Sha256};

use super::diagnostic::{BUILT_IN, Diagnostic, File, Findings, Position, quoted};
use super::ini::{self, DEFAULT, Entry, FileSection};
use super::keys;

/// The text of a section, and behind it the lines that it has in common with another one.
macro_rules! with_common {
    ($own:literal, $common:literal) => {
        concat!(
            include_str!(concat!("../../config/log_types/", $own, ".ini")),
            include_str!(concat!("../../config/log_types/", $common, ".ini"))
        )
    };
}

/// The built-in sections that are off unless somebody asks for them, in upstream's order: the first whose `s3_key` matches wins.
const LOG_TYPES: [(&str, &str); 18] = [
    ("vpcflowlogs", include_str!("../../config/log_types/vpcflowlogs.ini")),
    ("cloudtrail", include_str!("../../config/log_types/cloudtrail.ini")),
    ("networkfirewall", include_str!("../../config/log_types/networkfirewall.ini")),
    ("guardduty", include_str!("../../config/log_types/guardduty.ini")),
    ("nlb", include_str!("../../config/log_types/nlb.ini")),
    ("alb", with_common!("alb", "web/load_balancer")),
    ("clb", with_common!("clb", "web/load_balancer")),
    ("s3accesslog", include_str!("../../config/log_types/s3accesslog.ini")),
    ("cloudfront-realtime", include_str!("../../config/log_types/cloudfront-realtime.ini")),
    ("cloudfront-standard", include_str!("../../config/log_types/cloudfront-standard.ini")),
    ("waf", include_str!("../../config/log_types/waf.ini")),
    ("route53resolver", include_str!("../../config/log_types/route53resolver.ini")),
    ("linux-secure", with_common!("linux-secure", "linux/lines")),
    ("linux-os-syslog", with_common!("linux-os-syslog", "linux/lines")),
    ("apache-access", with_common!("apache-access", "web/access")),
    ("apache-error", include_str!("../../config/log_types/apache-error.ini")),
    ("nginx-access", with_common!("nginx-access", "web/access")),
    ("nginx-error", include_str!("../../config/log_types/nginx-error.ini")),
];

/// A section with the entries of all files, under the new names of their keys.
#[derive(Clone, Debug)]
pub(super) struct Section {
    pub(super) name: String,
    /// Where its header stands, in the last file that has one.
    pub(super) position: Position,
    /// The built-in configuration has it, whether or not a file overrides it.
    pub(super) built_in: bool,
    entries: IndexMap<String, Entry>,
}

impl Section {
    fn new(name: &str, position: &Position) -> Self {
        Self {
            name: name.to_owned(),
            position: position.clone(),
            built_in: position.is_built_in(),
            entries: IndexMap::new(),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// Keys and entries, in the order in which the keys were first seen.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(key, entry)| (key.as_str(), entry))
    }
}

#[derive(Debug)]
pub(super) struct Layers {
    pub(super) defaults: Section,
    pub(super) sections: IndexMap<String, Section>,
}

impl Layers {
    /// Reads the built-in configuration, and `files` over it.
    pub(super) fn read(files: &[File], findings: &mut Findings) -> Self {
        let start = Position::start(BUILT_IN);
        let mut layers = Self { defaults: Section::new(DEFAULT, &start), sections: IndexMap::new() };
        for text in [include_str!("../../config/default.ini"), include_str!("../../config/user.ini")] {
            layers.add(built_in(text, findings), findings);
        }
        let files: Vec<Vec<FileSection>> = files.iter().map(|file| ini::sections(file, findings)).collect();
        for text in asked_for(&files, findings) {
            layers.add(built_in(text, findings), findings);
        }
        for sections in files {
            layers.add(sections, findings);
        }
        layers
    }

    /// SHA-256 over all keys and values: the same for files that say the same, wherever their lines stand.
    pub(super) fn fingerprint(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        for section in std::iter::once(&self.defaults).chain(self.sections.values()) {
            hasher.update(format!("[{}]\n", section.name));
            for (key, entry) in section.iter() {
                // The lengths keep a value from passing for further keys.
                hasher.update(format!("{}:{key}={}:{}\n", key.len(), entry.raw.len(), entry.raw));
            }
        }
        hasher.finalize().into()
    }

    /// Any section by its name, `DEFAULT` among them.
    pub(super) fn section(&self, name: &str) -> Option<&Section> {
        if name == DEFAULT { Some(&self.defaults) } else { self.sections.get(name) }
    }

    fn add(&mut self, sections: Vec<FileSection>, findings: &mut Findings) {
        for FileSection { name, position, entries } in sections {
            let (old, new): (Vec<Entry>, Vec<Entry>) =
                entries.into_iter().partition(|entry| keys::new_name(&entry.written).is_some());
            let mut renamed: Vec<(&str, Entry)> = Vec::new();
            for entry in old {
                let Some(new_name) = keys::new_name(&entry.written) else { continue };
                match new.iter().find(|new| new.written == new_name && new.raw != entry.raw) {
                    Some(new) => findings.push(both_names(&entry, new)),
                    None => {
                        warn_of_old_name(&entry, new_name, findings);
                        renamed.push((new_name, entry));
                    }
                }
            }
            let section = self.section_for(&name, position);
            section.entries.extend(new.into_iter().map(|entry| (entry.written.clone(), entry)));
            section.entries.extend(renamed.into_iter().map(|(name, entry)| (name.to_owned(), entry)));
        }
    }

    /// The section of that name, whose header stands at `position` in the file that is being added.
    fn section_for(&mut self, name: &str, position: Position) -> &mut Section {
        if name == DEFAULT {
            return &mut self.defaults;
        }
        let section = self.sections.entry(name.to_owned()).or_insert_with(|| Section::new(name, &position));
        section.position = position;
        section
    }
}

fn built_in(text: &str, findings: &mut Findings) -> Vec<FileSection> {
    ini::sections(&File { name: BUILT_IN.to_owned(), text: text.to_owned() }, findings)
}

/// Whether a built-in section has this name.
pub(crate) fn is_log_type(name: &str) -> bool {
    LOG_TYPES.iter().any(|(known, _)| *known == name)
}

/// The built-in sections that `log_types` of `files` asks for. A section of a file that has its own index and keys is whole in itself:
/// nothing built in stands below it.
fn asked_for(files: &[Vec<FileSection>], findings: &mut Findings) -> Vec<&'static str> {
    let sections = || files.iter().flatten();
    let defaults = sections().rev().filter(|section| section.name == DEFAULT);
    let Some(list) = defaults.filter_map(|section| last(section, &["log_types"])).next() else {
        return Vec::new();
    };
    let words: Vec<&str> = list.raw.split([' ', '\t', '\n', ',']).filter(|word| !word.is_empty()).collect();
    for word in words.iter().filter(|word| !["all", "deepsecurity"].contains(*word) && !is_log_type(word)) {
        let message = format!("log_types: {} is no built-in section", quoted(word));
        let names: Vec<&str> = LOG_TYPES.iter().map(|(name, _)| *name).collect();
        let help = format!("they are: all {}", names.join(" "));
        findings.push(Diagnostic::error(&list.position, message).help(help));
    }
    let is_whole = |section: &FileSection| {
        last(section, &["index_name", "index"]).is_some() && last(section, &["s3_key"]).is_some()
    };
    let asked = LOG_TYPES.iter().filter(|(name, _)| {
        let is_listed = words.iter().any(|word| *word == "all" || word == name);
        is_listed && !sections().filter(|section| section.name == *name).any(is_whole)
    });
    asked.map(|(_, text)| *text).collect()
}

/// The last entry of a section under one of these names.
fn last<'s>(section: &'s FileSection, names: &[&str]) -> Option<&'s Entry> {
    section.entries.iter().rev().find(|entry| names.contains(&entry.written.as_str()))
}

fn warn_of_old_name(old: &Entry, new_name: &str, findings: &mut Findings) {
    // Nobody can act on a warning about what is built in.
    if !old.position.is_built_in() {
        let message = format!("key '{}' is the old name of '{new_name}'", old.written);
        findings.push(Diagnostic::warning(&old.position, message).help(format!("write '{new_name}'")));
    }
}

fn both_names(old: &Entry, new: &Entry) -> Diagnostic {
    let message = format!(
        "key '{}' is the old name of '{}', which says {} at {} while this says {}",
        old.written,
        new.written,
        quoted(&new.raw),
        new.position,
        quoted(&old.raw)
    );
    Diagnostic::error(&old.position, message).help(format!("keep '{}' alone", new.written))
}
