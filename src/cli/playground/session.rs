//! What the page begins with, and the file that it saves: log lines and user.ini.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Serialize};

use super::answer::MAX_LINES_BYTES;
use super::examples;
use crate::cli::failure::Failure;

/// What `"es_loader_playground"` says in a saved file: the version of its form.
const VERSION: u32 = 1;

/// The texts of the page, as a saved file holds them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Session {
    /// The version of the form of saved files.
    #[serde(rename = "es_loader_playground")]
    version: u32,
    /// The log lines.
    pub(super) lines: String,
    /// The text of user.ini.
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
            Some(path) => Self::read(&text(path)?, path)?,
            None => Self { version: VERSION, lines: examples::first().to_owned(), config: String::new() },
        };
        if let Some(path) = config {
            session.config = text(path)?;
        }
        Ok(session)
    }

    fn read(text: &str, path: &Path) -> Result<Self, Failure> {
        match serde_json::from_str::<Self>(text) {
            Ok(session) if session.version > VERSION => {
                Err(Failure(format!("{}: a later version of es-loader has saved it", path.display())))
            }
            Ok(session) => Ok(session),
            Err(_) => Ok(Self { version: VERSION, lines: text.to_owned(), config: String::new() }),
        }
    }
}

/// The text of a file, unpacked where it is gzipped; what is longer than a page takes is an error.
fn text(path: &Path) -> Result<String, Failure> {
    let at = |error: &dyn std::fmt::Display| Failure(format!("{}: {error}", path.display()));
    let limit = MAX_LINES_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let mut file = File::open(path).map_err(|error| at(&error))?;
    file.by_ref().take(limit).read_to_end(&mut bytes).map_err(|error| at(&error))?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut inflated = Vec::new();
        MultiGzDecoder::new(bytes.as_slice())
            .take(limit)
            .read_to_end(&mut inflated)
            .map_err(|error| at(&error))?;
        bytes = inflated;
    }
    if bytes.len() > MAX_LINES_BYTES {
        return Err(at(&format_args!("longer than {MAX_LINES_BYTES} bytes: cut out the lines that matter")));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
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
    fn any_other_text_is_log_lines() {
        let line = r#"{"message":"CEF:0|a|b|c|1|n|5|act=Log"}"#;
        assert_eq!(Session::read(line, Path::new("x.jsonl")).unwrap().lines, line);
    }
}
