//! `user.ini` as types: made once at start-up, so that no ini text is looked at per event.
//!
//! [`Config::load`] takes the texts of the configuration files and gives a [`Config`], or every error with its file,
//! line, column and way out. It reads no file and no environment.
//!
//! ```text
//! text → outline: levelled lines and where they stand → ini: rust-ini reads them → layers: the files as one
//!      → resolved: what a section inherits and refers to → section: one LogType, or what is wrong
//! ```
//!
//! rust-ini reads names, keys and values. Upstream reads its files with Python's configparser, which has other rules for
//! comments, indentation and backslashes, and rust-ini tells no positions: so [`outline`] goes over the lines first, and
//! hands rust-ini a text that both read alike. Nothing less works: the test
//! `rust_ini_alone_does_not_read_what_configparser_reads` has the lines that show it.

pub mod log_type;
pub mod diagnostic;
mod outline;
mod ini;
mod keys;
mod layers;
mod interpolation;
mod resolved;
mod consistency;
mod section;
mod value;
mod time_format;
mod pattern;
mod source;
mod mapping;
mod field;
mod suggestion;

use self::diagnostic::{BUILT_IN, Diagnostic, File, Findings, has_errors, in_order};
use self::layers::Layers;
use self::log_type::LogType;

pub(crate) use self::diagnostic::quoted;
pub(crate) use self::layers::is_log_type;
pub(crate) use self::pattern::whole as whole_pattern;
pub(crate) use self::source::{is_of_cloudwatch, named as source_named};
#[cfg(feature = "cli")]
pub(crate) use self::suggestion::closest;
pub(crate) use self::suggestion::did_you_mean;

/// The whole configuration.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The sections in the order of the files; the first whose `s3_key` matches a key wins.
    pub log_types: Vec<LogType>,
    /// What is old or odd in the files, in the order of the files and their lines.
    pub warnings: Vec<Diagnostic>,
    /// SHA-256 over all keys and values, built-in ones included: equal for files that say the same.
    pub fingerprint: [u8; 32],
    /// The sections that are left out because they have errors: none unless [`Config::load_sound`] has read the files.
    pub(crate) faulty: Vec<UnloadedSection>,
    /// The sections whose objects are in a format that is not read yet.
    pub(crate) passed_over: Vec<UnloadedSection>,
    /// [`Config::load_sound`] has read the files.
    pub(crate) only_sound: bool,
}

/// A section whose objects are not loaded.
#[derive(Clone, Debug)]
pub(crate) struct UnloadedSection {
    pub(crate) name: String,
    /// Its `s3_key`, if that can be read.
    pub(crate) s3_key: Option<regex::Regex>,
    /// How many sections that are loaded come before it.
    pub(crate) before: usize,
}

impl UnloadedSection {
    /// Whether an object of this key belongs to it.
    pub(crate) fn takes(&self, key: &str) -> bool {
        self.s3_key.as_ref().is_some_and(|s3_key| s3_key.is_match(key))
    }
}

impl Config {
    /// The built-in configuration with `files` over it, in order: a later file overrides an earlier one key by key.
    ///
    /// The built-in configuration is `[DEFAULT]` and the `[deepsecurity]` section that config/user.ini ships. Its
    /// sections come first. `s3_key =` without a value switches one off, and a list (`ecs`, `script_ecs`) of the
    /// user's leaves out the built-in lines of fields that are in no list any more.
    ///
    /// ```
    /// use es_loader::config::diagnostic::File;
    /// use es_loader::config::Config;
    ///
    /// let file = |text: &str| [File { name: "user.ini".to_owned(), text: text.to_owned() }];
    /// let config = Config::load(&file("[waf]\nindex_name = log-waf\ns3_key = ^waf/\nsource.ip = src")).unwrap();
    /// let waf = config.log_types.iter().find(|log_type| log_type.name == "waf").unwrap();
    /// assert_eq!((waf.index.name.as_str(), waf.mappings[0].field.as_str()), ("log-waf", "source.ip"));
    ///
    /// let errors = Config::load(&file("[waf]\nindex_name = log-waf\ns3_kee = ^waf/")).unwrap_err();
    /// assert_eq!(
    ///     errors[1].to_string(),
    ///     "user.ini:3:1: error: unknown key 's3_kee'\n  help: did you mean 's3_key'?"
    /// );
    /// ```
    ///
    /// # Errors
    ///
    /// Returns all findings, at least one of them an error, in the order of the files and their lines.
    pub fn load(files: &[File]) -> Result<Self, Vec<Diagnostic>> {
        Self::read(files, false)
    }

    /// The same, in which a section that is not built in may have errors: it is left out, and they are warnings. Whoever loads by it
    /// loads the other sections as if its file did not have it, and has to keep the objects that belong to it.
    ///
    /// # Errors
    ///
    /// Returns all findings, if there is an error outside of such sections.
    pub fn load_sound(files: &[File]) -> Result<Self, Vec<Diagnostic>> {
        Self::read(files, true)
    }

    fn read(files: &[File], only_sound: bool) -> Result<Self, Vec<Diagnostic>> {
        let mut findings = Findings::default();
        let mut faults = Findings::default();
        let layers = Layers::read(files, &mut findings);
        let (log_types, faulty, passed_over) = section::log_types(&layers, &mut findings, &mut faults);
        let fingerprint = layers.fingerprint();
        let failed = has_errors(&findings) || (has_errors(&faults) && !only_sound);
        findings.append(&mut faults);
        let names: Vec<&str> =
            std::iter::once(BUILT_IN).chain(files.iter().map(|file| file.name.as_str())).collect();
        let findings = in_order(findings, &names);
        if failed {
            Err(findings)
        } else {
            Ok(Self { log_types, warnings: findings, fingerprint, faulty, passed_over, only_sound })
        }
    }
}
