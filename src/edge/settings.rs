//! What a process is told from outside: its configuration files and its clients, the same for the command line and the function.
//!
//! Does not know arguments: what they say is handed in.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use aws_types::SdkConfig;

use super::aws::auth::{Auth, AuthError, Password};
use super::aws::roles::{RoleError, bucket_roles};
use super::aws::s3::S3;
use super::aws::secret;
use super::aws::secret::SecretError;
use super::aws::sqs::{Queue, QueueError};
use super::dead_letters::write::DeadLetters;
use super::opensearch::client::{OpenSearch, Settings, SetupError};
use super::opensearch::endpoint::{Endpoint, EndpointError, Service};
use crate::config::Config;
use crate::config::diagnostic::{Diagnostic, File};
use crate::map::compiled::CompiledSections;

/// Where the Lambda layer of SIEM on OpenSearch puts the user's configuration.
const LAYER_FILE: &str = "/opt/user.ini";

/// The user's configuration beside the program.
const BESIDE_FILE: &str = "user.ini";

/// The rules that leave documents out, in the order in which they are applied.
const EXCLUSION_FILES: [&str; 2] = ["exclude_log_patterns.csv", "exclude_log_conditions.json"];

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A configuration file cannot be read.
    #[error("{name}: {error}")]
    File {
        /// The file.
        name: String,
        /// Why.
        error: std::io::Error,
    },
    /// The configuration has errors.
    #[error("the configuration cannot be used\n{}", lines(.0))]
    Config(Vec<Diagnostic>),
    /// A variable with a word that means nothing.
    #[error("{variable} is `{value}`: expected {expected}")]
    Word {
        /// The variable.
        variable: &'static str,
        /// Its value.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
    /// Nothing says where documents go.
    #[error("no OpenSearch endpoint: set the environment variable ENDPOINT to the address of the domain")]
    NoEndpoint,
    /// A password without its user.
    #[error("the secret of OPENSEARCH_SECRET names no user: give it a username, or set OPENSEARCH_USER")]
    NoUser,
    /// The secret.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The endpoint.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// Credentials or region.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// The OpenSearch client.
    #[error(transparent)]
    Client(#[from] SetupError),
    /// Roles of other accounts.
    #[error(transparent)]
    Role(#[from] RoleError),
    /// The queue.
    #[error(transparent)]
    Queue(#[from] QueueError),
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
        None => paths.extend([PathBuf::from(LAYER_FILE)].into_iter().filter(|path| path.exists())),
    }
    let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join(BESIDE_FILE)));
    paths.extend(beside.filter(|path| path.exists()));
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
            [Some(named.map_or_else(|| LAYER_FILE.into(), PathBuf::from)), program]
                .into_iter()
                .flatten()
                .collect()
        }
    };
    let beside = configs.iter().filter_map(|config| config.parent());
    let paths = beside.flat_map(|folder| EXCLUSION_FILES.map(|name| folder.join(name)));
    read_files(&paths.filter(|path| path.exists()).collect::<Vec<_>>())
}

/// Reads configuration files; bytes that are not UTF-8 are replaced.
///
/// # Errors
///
/// A file that cannot be read.
pub fn read_files(paths: &[PathBuf]) -> Result<Vec<File>, Error> {
    let read = |path: &PathBuf| {
        let name = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => Ok(File { name, text: String::from_utf8_lossy(&bytes).into_owned() }),
            Err(error) => Err(Error::File { name, error }),
        }
    };
    paths.iter().map(read).collect()
}

/// The configuration, compiled.
///
/// # Errors
///
/// What is wrong with it.
pub fn plans(files: &[File]) -> Result<CompiledSections, Error> {
    let config = Config::load(files).map_err(Error::Config)?;
    CompiledSections::new(config).map_err(Error::Config)
}

/// Who gives documents their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentIds {
    /// We do, from their content: what is sent twice is there once.
    Content,
    /// OpenSearch does: what is sent twice is there twice.
    OpenSearch,
}

/// What it costs to leave ids to OpenSearch.
pub const WITHOUT_IDS: &str = "documents are sent without _id (ES_LOADER_DOCUMENT_IDS=off): whatever is sent again, after a \
     time-out, for a second notification or by a continuation, is there twice; equal documents have the same @id";

/// Who gives documents their ids: `on` (or nothing) and `off` of `ES_LOADER_DOCUMENT_IDS`.
///
/// # Errors
///
/// Another word.
pub fn document_ids() -> Result<DocumentIds, Error> {
    match filled_variable("ES_LOADER_DOCUMENT_IDS").as_deref() {
        None | Some("on") => Ok(DocumentIds::Content),
        Some("off") => Ok(DocumentIds::OpenSearch),
        Some(other) => Err(Error::Word {
            variable: "ES_LOADER_DOCUMENT_IDS",
            value: other.to_owned(),
            expected: "on or off",
        }),
    }
}

/// The configuration with its rules that leave documents out, compiled.
///
/// # Errors
///
/// What is wrong with either.
pub fn plans_excluding(files: &[File], exclusions: &[File]) -> Result<CompiledSections, Error> {
    let plans = plans(files)?.excluding(exclusions).map_err(Error::Config)?;
    Ok(match filled_variable("AWS_LAMBDA_LOG_GROUP_NAME") {
        Some(log_group) => plans.without_own_log(&log_group),
        None => plans,
    })
}

/// The configuration of this process with its rules, compiled, with or without ids.
///
/// # Errors
///
/// What is wrong with it.
pub fn plans_with_ids(
    files: &[File],
    exclusions: &[File],
    ids: DocumentIds,
) -> Result<CompiledSections, Error> {
    let plans = plans_excluding(files, exclusions)?;
    Ok(match ids {
        DocumentIds::Content => plans,
        DocumentIds::OpenSearch => plans.without_ids(),
    })
}

/// A client for a cluster: basic authentication where there is a user, signed requests for Amazon's hosts or where a service is
/// wanted, plain ones otherwise.
///
/// # Errors
///
/// An endpoint, certificate file, region or credentials that cannot be used.
pub fn opensearch(
    endpoint: &str,
    wanted: Option<Service>,
    user: Option<(String, Password)>,
    ca: Option<&Path>,
    aws: &SdkConfig,
) -> Result<OpenSearch, Error> {
    let endpoint = Endpoint::parse(endpoint)?;
    let auth = match (user, endpoint.signing(wanted)) {
        (Some((user, password)), _) => Auth::Basic { user, password },
        (None, Some(signing)) => Auth::sigv4(signing, aws)?,
        (None, None) => Auth::None,
    };
    let mut settings = Settings::new(endpoint, auth);
    settings.ca_file = ca.map(Path::to_owned);
    Ok(OpenSearch::new(settings)?)
}

/// The client that the environment describes: `ENDPOINT`, `ENDPOINT_SERVICE` (`es`, `aoss`), `OPENSEARCH_USER` with
/// `OPENSEARCH_PASSWORD` or with the secret `OPENSEARCH_SECRET`, which may name the user too, and `OPENSEARCH_CA`. Asks no one but
/// Secrets Manager.
///
/// # Errors
///
/// No endpoint, or any of them unusable.
pub async fn opensearch_of_environment(aws: &SdkConfig) -> Result<OpenSearch, Error> {
    let endpoint = filled_variable("ENDPOINT").ok_or(Error::NoEndpoint)?;
    let variable = "ENDPOINT_SERVICE";
    let service = match filled_variable(variable).as_deref() {
        None => None,
        Some("es") => Some(Service::Es),
        Some("aoss") => Some(Service::Aoss),
        Some(other) => {
            return Err(Error::Word { variable, value: other.to_owned(), expected: "es or aoss" });
        }
    };
    let user = match filled_variable("OPENSEARCH_SECRET") {
        Some(id) => {
            let secret = secret::read(aws, &id).await?;
            let user = filled_variable("OPENSEARCH_USER").or(secret.user).ok_or(Error::NoUser)?;
            Some((user, secret.password))
        }
        None => filled_variable("OPENSEARCH_USER").map(|user| (user, password())),
    };
    let ca = filled_variable("OPENSEARCH_CA").map(PathBuf::from);
    opensearch(&endpoint, service, user, ca.as_deref(), aws)
}

/// A client for S3. `EXPECTED_BUCKET_OWNER` names the account that every bucket has to belong to; buckets of other accounts
/// are read in the roles that [`bucket_roles`] finds.
///
/// # Errors
///
/// Half of a role, or what is not one.
pub async fn s3(aws: &SdkConfig) -> Result<S3, Error> {
    let own_endpoint = std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
    let s3 = S3::new(aws, own_endpoint, filled_variable("EXPECTED_BUCKET_OWNER"));
    let roles = bucket_roles(filled_variable)?;
    Ok(if roles.is_empty() { s3 } else { s3.with_roles(aws, roles).await })
}

/// The queue that takes what an invocation has no time for, where `SQS_SPLITTED_LOGS_URL` names one: so SIEM on OpenSearch calls it.
///
/// # Errors
///
/// Not the URL of a queue.
pub fn queue(aws: &SdkConfig) -> Result<Option<Queue>, Error> {
    Ok(filled_variable("SQS_SPLITTED_LOGS_URL").map(|url| Queue::new(aws, &url)).transpose()?)
}

/// Where documents are kept that OpenSearch refuses for good: `ES_LOADER_DEAD_LETTER`, `s3://BUCKET/PREFIX/` or a folder.
pub fn dead_letters(s3: &S3) -> Option<DeadLetters> {
    let place = filled_variable("ES_LOADER_DEAD_LETTER")?;
    let Ok(letters) = DeadLetters::parse(&place, || Ok::<_, Infallible>(s3.clone()));
    Some(letters)
}

/// The password for basic authentication, from `OPENSEARCH_PASSWORD`.
pub fn password() -> Password {
    Password(filled_variable("OPENSEARCH_PASSWORD").unwrap_or_default())
}

/// An environment variable that says something.
pub fn filled_variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
