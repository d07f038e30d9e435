//! The Lambda function: settings and clients once at start, then one event after the other.

// The runtime's service, the clients and the delivery nest their futures deeper than the default limit.
#![recursion_limit = "256"]

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use es_loader::edge::endpoint::Service;
use es_loader::edge::function::Function;
use es_loader::edge::settings::{self, filled_variable};
use es_loader::edge::work::{Target, Worker};
use es_loader::edge::{aws, deliver};
use es_loader::load::Limits;
use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lambda_runtime::tracing::init_default_subscriber();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the function cannot start");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), lambda_runtime::Error> {
    let started = Timestamp::now();
    let plans = Arc::new(settings::plans(&settings::config_files(None)?)?);
    let endpoint = filled_variable("ENDPOINT").ok_or(
        "no OpenSearch endpoint: set the environment variable ENDPOINT to the address of the domain",
    )?;
    let service = match filled_variable("ENDPOINT_SERVICE").as_deref() {
        None => None,
        Some("es") => Some(Service::Es),
        Some("aoss") => Some(Service::Aoss),
        Some(other) => return Err(format!("ENDPOINT_SERVICE is `{other}`: expected es or aoss").into()),
    };
    let user = filled_variable("OPENSEARCH_USER").map(|user| (user, settings::password()));
    let ca = filled_variable("OPENSEARCH_CA");
    let aws = aws::load(None).await;
    let client =
        settings::opensearch(&endpoint, service, user, ca.as_deref().map(std::path::Path::new), &aws)?;
    let target = Target::OpenSearch(Box::new(client), deliver::Options::default());
    let s3 = settings::s3(&aws);
    let letters = settings::dead_letters(&s3);
    let worker = Worker::new(plans, Some(s3), target, Limits::default(), None).keeping(letters);
    let function = Function::new(worker, started).with_metrics();
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| {
        let function = &function;
        async move {
            let now = (Timestamp::now(), Instant::now());
            function
                .handle(&event.payload, now, event.context.deadline)
                .await
                .map_err(lambda_runtime::Error::from)
        }
    }))
    .await
}
