//! What the page begins with, and the file that it saves: log lines and user.ini.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::answer::{MAX_CONFIG_BYTES, MAX_LINES_BYTES};
use super::examples;
use crate::cli::failure::Failure;
use crate::cli::inputs;

/// The first name in a saved file.
const MARK: &str = "\"es_loader_playground\"";

/// What it says: the version of the file's form.
const VERSION: u32 = 1;

/// The most bytes of a saved file: JSON may write one character as six.
const MAX_SAVED_BYTES: usize = 6 * (MAX_LINES_BYTES + MAX_CONFIG_BYTES);

/// The texts of the page, as a saved file holds them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Session {
    /// The version of the form of saved files.
    #[serde(rename = "es_loader_playground")]
    version: u32,
    pub(super) lines: String,
    pub(super) config: String,
}

impl Session {
    /// The texts to begin with: those of a saved file or a file of log lines, or else an example.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or was saved by a later version.
    pub(super) fn begin(open: Option<&Path>, config: Option<&Path>) -> Result<Self, Failure> {
        let mut session = match open {
            Some(path) => Self::read(&text(path, MAX_SAVED_BYTES)?, path)?,
            None => Self { version: VERSION, lines: examples::first().to_owned(), config: String::new() },
        };
        if let Some(path) = config {
            session.config = text(path, MAX_CONFIG_BYTES)?;
        }
        Ok(session)
    }

    fn read(text: &str, path: &Path) -> Result<Self, Failure> {
        let session = match serde_json::from_str::<Self>(text) {
            Ok(session) if session.version > VERSION => {
                return Err(Failure::at(path)("a later version of es-loader has saved it"));
            }
            Ok(session) => session,
            Err(error) if is_saved(text) => {
                return Err(Failure::at(path)(format_args!("saved by a playground, but damaged: {error}")));
            }
            Err(_) => Self { version: VERSION, lines: text.to_owned(), config: String::new() },
        };
        match session.lines.len() <= MAX_LINES_BYTES {
            true => Ok(session),
            false => Err(Failure::at(path)(too_long(MAX_LINES_BYTES))),
        }
    }
}

/// Whether a text begins as a saved file does, even where it is no JSON.
fn is_saved(text: &str) -> bool {
    text.trim_start().strip_prefix('{').is_some_and(|inside| inside.trim_start().starts_with(MARK))
}

/// The text of a file, unpacked where it is gzipped; what is longer than so many bytes is an error.
fn text(path: &Path, most: usize) -> Result<String, Failure> {
    let bytes = inputs::text(path, most as u64 + 1)?;
    if bytes.len() > most {
        return Err(Failure::at(path)(too_long(most)));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn too_long(most: usize) -> String {
    format!("longer than {} KiB: cut out what matters", most >> 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_session_is_read_as_it_was() {
        let saved = r#"{"es_loader_playground":1,"lines":"CEF:0|…","config":"[deepsecurity]\n"}"#;
        let session = Session::read(saved, Path::new("saved.json")).unwrap();
        assert_eq!((session.lines.as_str(), session.config.as_str()), ("CEF:0|…", "[deepsecurity]\n"));
    }

    #[test]
    fn a_file_of_a_later_version_is_refused_by_name() {
        let saved = r#"{"es_loader_playground":2,"lines":"","config":""}"#;
        let Failure(text) = Session::read(saved, Path::new("saved.json")).unwrap_err();
        assert_eq!(text, "saved.json: a later version of es-loader has saved it");
    }

    #[test]
    fn a_saved_file_that_is_cut_or_lacks_a_part_is_told_and_is_no_log_line() {
        let whole = "{\n \"es_loader_playground\": 1,\n \"lines\": \"CEF:0|…\",\n \"config\": \"\"\n}";
        for damaged in
            [&whole[..40], r#"{"es_loader_playground":1,"lines":""}"#, r#"{"es_loader_playground":"x"}"#]
        {
            let Failure(text) = Session::read(damaged, Path::new("saved.json")).unwrap_err();
            assert!(text.starts_with("saved.json: saved by a playground, but damaged: "), "{text}");
        }
    }

    #[test]
    fn more_lines_than_the_page_takes_are_refused() {
        let lines = "x".repeat(MAX_LINES_BYTES + 1);
        let Failure(text) = Session::read(&lines, Path::new("big.log")).unwrap_err();
        assert_eq!(text, "big.log: longer than 4096 KiB: cut out what matters");
    }

    #[test]
    fn any_other_text_is_log_lines() {
        let line = r#"{"message":"CEF:0|a|b|c|1|n|5|act=Log"}"#;
        assert_eq!(Session::read(line, Path::new("x.jsonl")).unwrap().lines, line);
    }
}
