//! The command line as a process of its own, with an environment that this machine's settings cannot change.

use std::process::{Command, Output, Stdio};

use super::services;

/// `es-loader` in the folder of this repository.
pub(crate) fn es_loader() -> Command {
    let mut command = clean(env!("CARGO_BIN_EXE_es-loader"));
    command.current_dir(services::repository()).stdin(Stdio::null());
    command
}

/// A program that does not see the settings of the person who runs the tests.
pub(crate) fn clean(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["AWS_", "ENDPOINT", "OPENSEARCH_", "ES_LOADER_", "RUST_LOG"]
            .iter()
            .any(|ours| text.starts_with(ours))
        {
            command.env_remove(&name);
        }
    }
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    command.env("NO_PROXY", "127.0.0.1,localhost");
    command
}

/// The variables for the AWS of these tests.
pub(crate) fn with_aws(command: &mut Command) -> &mut Command {
    command
        .env("AWS_ENDPOINT_URL", services::aws())
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
}

/// A program that has ended.
#[derive(Debug)]
pub(crate) struct Run {
    /// Exit status.
    pub(crate) status: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(command: &mut Command) -> Self {
        command.output().unwrap().into()
    }

    pub(crate) fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// It has to have ended with this status.
    #[track_caller]
    pub(crate) fn with_status(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{}", self.stderr);
        self
    }

    /// Its report has to have this row: a number, and what it is a number of.
    #[track_caller]
    pub(crate) fn reports(self, count: &str, what: &str) -> Self {
        let row = format!("{count:>12}  {what}");
        assert!(self.stderr.lines().any(|line| line == row), "no `{row}` in\n{}", self.stderr);
        self
    }

    /// Its standard error has to hold this text.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no `{text}` in\n{}", self.stderr);
        self
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
