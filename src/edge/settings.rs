//! What a process is told from outside: its configuration files and its clients, the same for the command line and the function.
//!
//! Does not know arguments: what they say is handed in.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use aws_types::SdkConfig;

use super::auth::{Auth, AuthError, Password};
use super::dead_letter::DeadLetters;
use super::endpoint::{Endpoint, EndpointError, Service};
use super::opensearch::{OpenSearch, Settings, SetupError};
use super::s3::S3;
use crate::config::{Config, Diagnostic, File};
use crate::plan::Plans;

/// Where the Lambda layer of SIEM on OpenSearch puts the user's configuration.
const LAYER_FILE: &str = "/opt/user.ini";

/// The user's configuration beside the program.
const BESIDE_FILE: &str = "user.ini";

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
    /// The endpoint.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// Credentials or region.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// The OpenSearch client.
    #[error(transparent)]
    Client(#[from] SetupError),
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
pub fn plans(files: &[File]) -> Result<Plans, Error> {
    let config = Config::load(files).map_err(Error::Config)?;
    Plans::new(config).map_err(Error::Config)
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

/// A client for S3. `EXPECTED_BUCKET_OWNER` names the account that every bucket has to belong to.
pub fn s3(aws: &SdkConfig) -> S3 {
    let own_endpoint = std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
    S3::new(aws, own_endpoint, filled_variable("EXPECTED_BUCKET_OWNER"))
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
