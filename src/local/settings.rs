//! What a process is told from outside: its configuration files, and the variables that say how documents are made.

use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;

use crate::config::Config;
use crate::config::diagnostic::{Diagnostic, File, Position};
use crate::map::compiled::CompiledSections;

/// Where the Lambda layer of SIEM on OpenSearch puts the user's configuration.
const LAYER_FILE: &str = "/opt/user.ini";

/// The user's configuration beside the program.
const BESIDE_FILE: &str = "user.ini";

/// The rules that leave documents out, in the order in which they are applied.
const EXCLUSION_FILES: [&str; 2] = ["exclude_log_patterns.csv", "exclude_log_conditions.json"];

/// Why the settings cannot be used.
#[expect(missing_docs, reason = "the messages say what it is")]
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{name}: {error}\n  help: {}", way_out(.error))]
    File { name: String, error: std::io::Error },
    #[error("the configuration cannot be used\n{}", lines(.0))]
    Config(Vec<Diagnostic>),
    #[error("{variable} is `{value}`: expected {expected}")]
    Word { variable: &'static str, value: String, expected: String },
}

fn way_out(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::NotFound => "put the file there, or name the one that is meant",
        std::io::ErrorKind::PermissionDenied => "let the user of this process read it and enter its folders",
        _ => "put a readable file there, or take it away: without one, the built-in configuration counts",
    }
}

fn lines(findings: &[Diagnostic]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The configuration files of this process: `given` alone, or else `ES_LOADER_CONFIG` or the layer's file, then `user.ini` beside
/// the program.
///
/// # Errors
///
/// A file that cannot be read.
pub fn config_files(given: Option<&Path>) -> Result<Vec<File>, Error> {
    if let Some(given) = given {
        return read_files(&[given.to_owned()]);
    }
    let mut paths = Vec::new();
    match std::env::var_os("ES_LOADER_CONFIG").filter(|path| !path.is_empty()) {
        Some(path) => paths.push(PathBuf::from(path)),
        None => paths.extend([PathBuf::from(LAYER_FILE)].into_iter().filter(|path| is_there(path))),
    }
    let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join(BESIDE_FILE)));
    paths.extend(beside.filter(|path| is_there(path)));
    read_files(&paths)
}

/// The rules of this process that leave documents out: the files `given`, or those of `ES_LOADER_EXCLUDE` (separated as in `PATH`), or
/// else `exclude_log_patterns.csv` and `exclude_log_conditions.json` beside each `user.ini` that [`config_files`] looks for.
///
/// # Errors
///
/// A file that cannot be read.
pub fn exclusion_files(given: &[PathBuf], config: Option<&Path>) -> Result<Vec<File>, Error> {
    if !given.is_empty() {
        return read_files(given);
    }
    if let Some(paths) = std::env::var_os("ES_LOADER_EXCLUDE").filter(|paths| !paths.is_empty()) {
        return read_files(&std::env::split_paths(&paths).collect::<Vec<_>>());
    }
    let configs = match (config, std::env::var_os("ES_LOADER_CONFIG").filter(|path| !path.is_empty())) {
        (Some(given), _) => vec![given.to_owned()],
        (None, named) => {
            let program = std::env::current_exe().ok();
            // A layer may hold the rules alone.
            [named.map(PathBuf::from), Some(LAYER_FILE.into()), program].into_iter().flatten().collect()
        }
    };
    let beside = configs.iter().filter_map(|config| config.parent());
    let paths = beside.flat_map(|folder| EXCLUSION_FILES.map(|name| folder.join(name)));
    let mut there: Vec<PathBuf> = Vec::new();
    for path in paths.filter(|path| is_there(path)) {
        if !there.contains(&path) {
            there.push(path);
        }
    }
    read_files(&there)
}

/// Whether something is at a place where a file may be: also what cannot be looked at, so that reading it says why.
fn is_there(path: &Path) -> bool {
    path.try_exists().unwrap_or(true)
}

/// Reads configuration files.
///
/// # Errors
///
/// A file that cannot be read, or is not UTF-8.
pub fn read_files(paths: &[PathBuf]) -> Result<Vec<File>, Error> {
    let read = |path: &PathBuf| {
        let name = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => String::from_utf8(bytes)
                .map(|text| File { name: name.clone(), text })
                .map_err(|error| Error::Config(vec![not_utf8(&name, &error)])),
            Err(error) => Err(Error::File { name, error }),
        }
    };
    paths.iter().map(read).collect()
}

/// The finding for the first bytes of a file that are not UTF-8.
fn not_utf8(name: &str, error: &FromUtf8Error) -> Diagnostic {
    let bytes = error.as_bytes();
    let valid = error.utf8_error().valid_up_to();
    let before = bytes.get(..valid).map(String::from_utf8_lossy).unwrap_or_default();
    let position = Position::start(name).after(&before.replace("\r\n", "\n").replace('\r', "\n"));
    let byte = bytes.get(valid).copied().unwrap_or_default();
    let guess = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "the file is UTF-16: save it as UTF-8",
        _ => "save the file as UTF-8",
    };
    Diagnostic::error(&position, format!("the byte {byte:#04x} is not UTF-8")).help(guess)
}

/// Compiles the configuration.
///
/// # Errors
///
/// What is wrong with it.
pub fn sections(files: &[File]) -> Result<CompiledSections, Error> {
    compiled(files, Config::load)
}

/// Compiles the files, and the built-in sections that `ES_LOADER_LOG_TYPES` names.
fn compiled(
    files: &[File],
    load: fn(&[File]) -> Result<Config, Vec<Diagnostic>>,
) -> Result<CompiledSections, Error> {
    let mut files = files.to_vec();
    if let Some(names) = filled_variable("ES_LOADER_LOG_TYPES") {
        let text = format!("[DEFAULT]\nlog_types = {}", names.replace(['\n', '\r', ','], " "));
        files.push(File { name: "ES_LOADER_LOG_TYPES".to_owned(), text });
    }
    load(&files).and_then(CompiledSections::new).map_err(Error::Config)
}

/// The same with its rules that leave documents out, for a function, which loads by the sections without errors: a section that is not
/// built in must not keep the others from being loaded. Its errors are among the warnings.
///
/// # Errors
///
/// What is wrong with either, outside of such sections.
pub fn sound_sections_excluding(files: &[File], exclusions: &[File]) -> Result<CompiledSections, Error> {
    excluding(compiled(files, Config::load_sound)?, exclusions)
}

/// Compiles the configuration with its rules that leave documents out.
///
/// # Errors
///
/// What is wrong with either.
pub fn sections_excluding(files: &[File], exclusions: &[File]) -> Result<CompiledSections, Error> {
    excluding(sections(files)?, exclusions)
}

fn excluding(sections: CompiledSections, exclusions: &[File]) -> Result<CompiledSections, Error> {
    let sections = sections.excluding(exclusions).map_err(Error::Config)?;
    let sections = sections.with_redact_key(filled_variable("ES_LOADER_REDACT_KEY").as_deref());
    Ok(match filled_variable("AWS_LAMBDA_LOG_GROUP_NAME") {
        Some(log_group) => sections.without_own_log(&log_group),
        None => sections,
    })
}

/// What gives documents their `_id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum DocumentIds {
    /// Made of their content: what is sent again is there once.
    #[cfg_attr(feature = "cli", value(name = "on"))]
    Content,
    /// Made by OpenSearch: what is sent again is there twice.
    #[cfg_attr(
        feature = "cli",
        value(name = "off", help = "Made by OpenSearch: what is sent again is there twice")
    )]
    OpenSearch,
}

impl DocumentIds {
    /// The sections, whose documents have an `_id` or not.
    pub fn apply(self, sections: CompiledSections) -> CompiledSections {
        match self {
            Self::Content => sections,
            Self::OpenSearch => sections.without_ids(),
        }
    }
}

/// The warning for [`DocumentIds::OpenSearch`].
pub const WITHOUT_IDS: &str = "documents are sent without _id (ES_LOADER_DOCUMENT_IDS=off): whatever is sent again, after a \
     time-out, for a second notification or by a continuation, is there twice; equal documents have the same @id";

/// What the variable `ES_LOADER_DOCUMENT_IDS` says: `on`, as if it were not set, or `off`.
///
/// # Errors
///
/// Another word.
pub fn document_ids() -> Result<DocumentIds, Error> {
    let ids =
        word("ES_LOADER_DOCUMENT_IDS", &[("on", DocumentIds::Content), ("off", DocumentIds::OpenSearch)]);
    Ok(ids?.unwrap_or(DocumentIds::Content))
}

/// The service of AWS that requests to OpenSearch are signed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Service {
    /// A domain of Amazon OpenSearch Service.
    Es,
    /// A collection of OpenSearch Serverless.
    Aoss,
}

impl Service {
    /// The name in the signature's scope.
    pub fn name(self) -> &'static str {
        match self {
            Self::Es => "es",
            Self::Aoss => "aoss",
        }
    }
}

/// What becomes of the message of an object that another try most likely finds as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Done,
    /// It comes again, and at last to the dead-letter queue.
    Retry,
}

/// What a variable says: `done` or `retry`, and `default` if it is not set.
///
/// # Errors
///
/// Another word.
pub fn answer(variable: &'static str, default: Answer) -> Result<Answer, Error> {
    Ok(word(variable, &[("done", Answer::Done), ("retry", Answer::Retry)])?.unwrap_or(default))
}

/// What a variable that takes one of some words means, if it is set.
///
/// # Errors
///
/// Another word.
pub fn word<T: Copy>(variable: &'static str, words: &[(&str, T)]) -> Result<Option<T>, Error> {
    let Some(value) = filled_variable(variable) else { return Ok(None) };
    let meaning = words.iter().find(|(word, _)| *word == value).map(|(_, meaning)| *meaning);
    let expected = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" or ");
    meaning.map(Some).ok_or_else(|| Error::Word { variable, value, expected: expected() })
}

/// Whether a proxy is spoken to by TLS, whatever the address behind it.
pub fn is_proxy_tls() -> bool {
    ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]
        .into_iter()
        .filter_map(filled_variable)
        .any(|proxy| proxy.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:")))
}

/// An environment variable, where it is set and not empty.
pub fn filled_variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
