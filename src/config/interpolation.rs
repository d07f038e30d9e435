//! `${key}` and `${section:key}` in values, by the rules of Python's ExtendedInterpolation.
//!
//! `$$` is a dollar sign; a dollar sign in front of anything else is an error. References go ten deep.

use std::collections::HashSet;
use std::fmt::Display;

use super::diagnostic::{Diagnostic, quoted};
use super::ini::{DEFAULT, Entry};
use super::keys;
use super::layers::{self, Layers, Section};
use super::suggestion::did_you_mean;

/// configparser's limit.
const DEEPEST: usize = 10;
/// Ten levels of ten references each would be ten thousand million texts: no file means that.
const LONGEST: usize = 64 * 1024;
const MOST_REFERENCES: usize = 1000;

/// Sections and keys that some value refers to.
pub(super) type Used = HashSet<(String, String)>;

/// The value of `entry`, which stands in `section` or is inherited by it, with its references resolved. What it
/// refers to is added to `used`.
pub(super) fn resolve(
    layers: &Layers,
    section: &Section,
    entry: &Entry,
    used: &mut Used,
) -> Result<String, Box<Diagnostic>> {
    let mut expansion = Expansion { layers, entry, out: String::new(), references: 0, used };
    expansion.add(section, &entry.raw, 1)?;
    Ok(expansion.out)
}

/// A value while it grows.
struct Expansion<'a> {
    layers: &'a Layers,
    entry: &'a Entry,
    out: String,
    references: usize,
    used: &'a mut Used,
}

impl Expansion<'_> {
    fn add(&mut self, section: &Section, raw: &str, depth: usize) -> Result<(), Box<Diagnostic>> {
        if depth > DEEPEST {
            return self.error(
                format!("references go deeper than {DEEPEST}"),
                "look for a key that refers to itself",
            );
        }
        let mut rest = raw;
        while let Some((text, behind)) = rest.split_once('$') {
            self.push(text)?;
            if let Some(behind) = behind.strip_prefix('$') {
                self.push("$")?;
                rest = behind;
            } else if let Some((path, behind)) =
                behind.strip_prefix('{').and_then(|path| path.split_once('}'))
            {
                self.reference(section, path, depth)?;
                rest = behind;
            } else if behind.starts_with('{') {
                return self.error("'${' without '}'", "write '${key}', or '$$' for a dollar sign");
            } else {
                return self.error("single '$'", "write '$$' for a dollar sign");
            }
        }
        self.push(rest)
    }

    fn reference(&mut self, section: &Section, path: &str, depth: usize) -> Result<(), Box<Diagnostic>> {
        self.references += 1;
        if self.references > MOST_REFERENCES {
            return self.error(format!("more than {MOST_REFERENCES} references"), "write the value out");
        }
        let layers = self.layers;
        let (section, key) = match path.split_once(':') {
            None => (section, path),
            Some((_, key)) if key.contains(':') => {
                return self
                    .error(format!("reference {} with two ':'", quoted(path)), "write '${section:key}'");
            }
            Some((name, key)) => match layers.section(name) {
                Some(section) => (section, key),
                None => {
                    let names = layers.sections.keys().map(String::as_str).chain([DEFAULT]);
                    let help = if layers::is_log_type(name) {
                        Some(format!("switch it on: write 'log_types = {name}' into [DEFAULT]"))
                    } else if keys::is_upstreams_section(name) {
                        Some("upstream's aws.ini has it: write the value out, or copy that section into this file".to_owned())
                    } else {
                        did_you_mean(name, names)
                    };
                    return self.unknown(format!("reference to the unknown section {}", quoted(name)), help);
                }
            },
        };
        let key = keys::new_name(key).unwrap_or(key);
        let own = section.get(key).map(|entry| (section, entry));
        match own.or_else(|| layers.defaults.get(key).map(|entry| (&layers.defaults, entry))) {
            Some((home, entry)) => {
                self.used.insert((home.name.clone(), key.to_owned()));
                // configparser counts only those values that refer on.
                if entry.raw.contains('$') {
                    self.add(section, &entry.raw, depth + 1)
                } else {
                    self.push(&entry.raw)
                }
            }
            None => {
                let known = section.iter().chain(layers.defaults.iter()).map(|(key, _)| key);
                let otherwise =
                    "a source is written without '${}', which stands for another line of this file";
                let help = did_you_mean(key, known).or_else(|| Some(otherwise.to_owned()));
                self.unknown(format!("reference to the unknown key {}", quoted(path)), help)
            }
        }
    }

    fn push(&mut self, text: &str) -> Result<(), Box<Diagnostic>> {
        if self.out.len() + text.len() > LONGEST {
            return self.error(format!("value grows beyond {LONGEST} bytes"), "write it shorter");
        }
        self.out.push_str(text);
        Ok(())
    }

    fn error(&self, what: impl Display, help: &str) -> Result<(), Box<Diagnostic>> {
        self.unknown(what, Some(help.to_owned()))
    }

    fn unknown(&self, what: impl Display, help: Option<String>) -> Result<(), Box<Diagnostic>> {
        let message = format!("{what} in the value of {}", quoted(&self.entry.written));
        Err(Box::new(Diagnostic { help, ..Diagnostic::error(&self.entry.position_at(0), message) }))
    }
}
