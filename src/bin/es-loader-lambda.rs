//! The Lambda function: settings and clients once at start, then one event after the other.

// The runtime's service, the clients and the delivery nest their futures deeper than the default limit.
#![recursion_limit = "256"]

use std::fmt;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use es_loader::config::diagnostic::Severity;
use es_loader::edge::aws;
use es_loader::edge::clients;
use es_loader::edge::clients::Error;
use es_loader::edge::delivery::outcome::Options;
use es_loader::edge::delivery::sink::Sink;
use es_loader::edge::function;
use es_loader::edge::function::{Answers, Function};
use es_loader::edge::logging;
use es_loader::edge::object_loader::ObjectLoader;
use es_loader::edge::opensearch::readiness::findings;
use es_loader::load::account::Limits;
use es_loader::local::cores::workers;
use es_loader::local::not_used::{SCRIPT_FOLDERS, not_used};
use es_loader::local::settings;
use es_loader::local::settings::{Answer, DocumentIds};
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    logging::begin();
    let started = Timestamp::now();
    // The function takes no event before all settings are known to be good: without them no object could be loaded.
    let function = match start(started).await {
        Ok(function) => function,
        Err(error) => {
            tracing::error!(%error, "the function cannot start");
            return ExitCode::FAILURE;
        }
    };
    match run(&function).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the runtime interface cannot be reached");
            ExitCode::FAILURE
        }
    }
}

async fn start(started: Timestamp) -> Result<Function, Error> {
    let files = settings::config_files(None)?;
    let exclusions = settings::exclusion_files(&[], None)?;
    let ids = settings::document_ids()?;
    let answers = Answers {
        broken: settings::answer("ES_LOADER_BROKEN_OBJECT", Answer::Retry)?,
        missing: settings::answer("ES_LOADER_MISSING_OBJECT", Answer::Done)?,
    };
    let sections = Arc::new(ids.apply(settings::sound_sections_excluding(&files, &exclusions)?));
    for finding in sections.warnings() {
        match finding.severity {
            Severity::Error => tracing::error!(%finding, "configuration: the section is left out"),
            Severity::Warning => tracing::warn!(%finding, "configuration"),
        }
    }
    let folders = SCRIPT_FOLDERS.map(Path::new);
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for told in not_used(names, &folders) {
        tracing::warn!("{told}");
    }
    if files.is_empty() {
        tracing::info!("no user.ini is there: the built-in configuration is used");
    }
    if ids == DocumentIds::OpenSearch {
        tracing::warn!("{}", settings::WITHOUT_IDS);
    }
    let aws = aws::load(None).await;
    let client = clients::opensearch_of_environment(&aws).await?;
    // Beside the first event: nothing waits for the answer.
    let (asked, of) = (client.clone(), Arc::clone(&sections));
    tokio::spawn(async move {
        for finding in findings(&asked, &of).await {
            tracing::warn!("{finding}");
        }
    });
    let sink = Sink::OpenSearch(Box::new(client), Options::default());
    let s3 = clients::s3(&aws).await?;
    let queue = clients::queue(&aws)?;
    if queue.is_none() {
        tracing::info!("no queue is named by SQS_SPLITTED_LOGS_URL: an object that takes too long fails");
    }
    let dead_letters = clients::dead_letters(&s3);
    let limits = Limits { workers: workers(), ..Limits::default() };
    let loader = ObjectLoader::new(sections, Some(s3), sink, limits).with_dead_letters(dead_letters);
    let mut function = Function::new(loader, queue, started);
    (function.metrics, function.answers, function.back_off) = (true, answers, Some(aws));
    Ok(function)
}

async fn run(function: &Function) -> Result<(), lambda_runtime::Error> {
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        let now = (Timestamp::now(), Instant::now());
        function.handle(&event.payload, now, event.context.deadline).await.map_err(Failed)
    }))
    .await
}

/// An invocation that failed. The runtime writes its debug form to the log, where the text of the error stands already.
struct Failed(function::Error);

impl fmt::Debug for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the invocation failed: {}", self.0.kind())
    }
}

impl From<Failed> for Diagnostic {
    fn from(Failed(error): Failed) -> Self {
        Self { error_type: error.kind().to_owned(), error_message: error.to_string() }
    }
}
