//! OpenSearch, and S3 with SQS: found or started once for all tests of this process, by the scripts of this repository.
#![allow(clippy::panic, reason = "helpers of tests: to fail is to panic")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The address of an OpenSearch node: `OPENSEARCH_URL`, or a node that ends with this process.
pub(crate) fn opensearch() -> &'static str {
    static URL: OnceLock<Result<String, String>> = OnceLock::new();
    started(&URL, "opensearch")
}

/// The address of S3 and SQS, of a server that ends with this process.
pub(crate) fn aws() -> &'static str {
    static URL: OnceLock<Result<String, String>> = OnceLock::new();
    started(&URL, "aws")
}

/// A script of this repository.
pub(crate) fn script(name: &str) -> Command {
    Command::new(repository().join("scripts").join(name))
}

/// A path in this repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Starts a server by its script, and gives its address; where that is impossible, every test that needs it says why.
fn started(url: &'static OnceLock<Result<String, String>>, name: &str) -> &'static str {
    match url.get_or_init(|| start(script(name), name)) {
        Ok(url) => url,
        Err(reason) => panic!("{reason}"),
    }
}

/// Runs `start` of a script that gives an address.
pub(crate) fn start(mut script: Command, name: &str) -> Result<String, String> {
    let holder = std::process::id().to_string();
    let done = script
        .args(["start", "--exit-with", &holder])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("scripts/{name} cannot be run: {error}; it needs bash"))?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned());
    }
    let words = String::from_utf8_lossy(&done.stderr).trim().to_owned();
    Err(format!(
        "this test needs what `scripts/{name} start` starts, and that fails ({}):\n{words}",
        done.status
    ))
}
