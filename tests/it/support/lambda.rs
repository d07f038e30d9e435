//! The function's own binary behind the Lambda runtime interface, as on AWS: one process, one event at a time.

use std::fs::File;
use std::io::Write;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::program::{clean, with_aws};
use super::services::{self, script};
use super::site::Site;

/// The longest that an answer may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A function that waits for events. It ends with its owner.
pub(crate) struct Lambda {
    port: String,
    function: Child,
    log: PathBuf,
}

/// What an invocation gives.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    /// It went well, and this is its answer.
    Done(Value),
    /// It failed, with this message.
    Failed(String),
}

/// Starts the function with the configuration of `site` behind the runtime interface at `address`; gives it and where its log is.
pub(super) fn spawn(site: &Site, variables: &[(&str, &str)], address: &str) -> (Child, PathBuf) {
    let log = site.path("function.log");
    let mut function = clean(env!("CARGO_BIN_EXE_es-loader-lambda"));
    with_aws(&mut function)
        .env("ES_LOADER_CONFIG", site.config())
        .envs(variables.iter().copied())
        .env("AWS_LAMBDA_RUNTIME_API", address)
        .env("AWS_LAMBDA_FUNCTION_NAME", "es-loader-lambda")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .stdin(Stdio::null())
        .stdout(File::create(&log).unwrap())
        .stderr(File::options().append(true).open(&log).unwrap());
    (function.spawn().unwrap(), log)
}

impl Lambda {
    /// Starts a runtime interface on a free port, and the function with the configuration of `site` behind it.
    pub(crate) fn start(site: &Site) -> Self {
        Self::start_with(site, &[("ENDPOINT", services::opensearch())])
    }

    /// The same with an endpoint, and whatever else is set for it.
    pub(crate) fn start_with(site: &Site, variables: &[(&str, &str)]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        let url =
            services::start(with_port("lambda", &port), "lambda").unwrap_or_else(|reason| panic!("{reason}"));
        let (function, log) = spawn(site, variables, &format!("{url}/.rt/es-loader-lambda"));
        Self { port, function, log }
    }

    /// Sends an event and waits for the answer.
    pub(crate) fn invoke(&mut self, event: &Value) -> Answer {
        let mut caller = with_port("lambda", &self.port);
        caller.args(["invoke", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut caller = caller.spawn().unwrap();
        caller.stdin.take().unwrap().write_all(event.to_string().as_bytes()).unwrap();
        let until = Instant::now() + PATIENCE;
        while caller.try_wait().unwrap().is_none() {
            if let Some(status) = self.function.try_wait().unwrap() {
                panic!("the function ended ({status}):\n{}", self.log());
            }
            assert!(Instant::now() < until, "no answer in {PATIENCE:?}:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        let output = caller.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let answer: Value = serde_json::from_str(&text).unwrap_or_else(|error| {
            panic!("{error}: `{text}` {}\n{}", String::from_utf8_lossy(&output.stderr), self.log())
        });
        match answer.get("errorMessage").and_then(Value::as_str) {
            Some(message) => Answer::Failed(message.to_owned()),
            None => Answer::Done(answer),
        }
    }

    /// What the function wrote to its log.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Lambda {
    fn drop(&mut self) {
        let _ = self.function.kill();
        let _ = self.function.wait();
        let _ = with_port("lambda", &self.port).arg("stop").output();
    }
}

fn with_port(name: &str, port: &str) -> Command {
    let mut script = script(name);
    script.env("LAMBDA_PORT", port);
    script
}
