//! `es-loader load` from S3, or into OpenSearch.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::buckets::expand;
use super::connect;
use crate::cli::args::local::LoadArgs;
use crate::cli::failure::Failure;
use crate::cli::inputs::{Input, total_bytes};
use crate::cli::interrupt::Interrupt;
use crate::cli::{output, progress};
use crate::edge::dead_letters::write::DeadLetters;
use crate::edge::delivery::outcome::Options;
use crate::edge::delivery::sink::Sink;
use crate::edge::object_loader::ObjectLoader;
use crate::edge::opensearch::readiness::findings;
use crate::edge::together::SMALL;
use crate::load::account::Limits;
use crate::local::cores::workers;
use crate::local::sink::LocalSink;
use crate::map::compiled::CompiledSections;
use crate::report::{ObjectReport, Outcome, Report};

/// Loads the inputs into `sink`, or else into OpenSearch.
pub(crate) fn run(
    args: &LoadArgs,
    inputs: Vec<Input>,
    sections: Arc<CompiledSections>,
    sink: Option<LocalSink>,
    interrupt: &Interrupt,
) -> Result<Report, Failure> {
    let runtime = connect::runtime()?;
    let report = runtime.block_on(async {
        let place = connect::dead_letter_place(&args.dead_letter).filter(|_| sink.is_none());
        let needs_s3 =
            inputs.iter().any(Input::is_remote) || place.is_some_and(|place| place.starts_with("s3://"));
        let (aws, s3) = if needs_s3 {
            let (aws, s3) = connect::aws(args.connection.region.clone()).await?;
            (Some(aws), Some(s3))
        } else {
            (None, None)
        };
        let sink = match sink {
            Some(sink) => Sink::Local(sink),
            None => {
                let client = connect::opensearch(&args.connection, aws.as_ref()).await?;
                for finding in findings(&client, &sections).await {
                    output::notice(format_args!("es-loader: {finding}"));
                }
                Sink::OpenSearch(Box::new(client), Options::default())
            }
        };
        let inputs = match &s3 {
            Some(s3) => expand(s3, inputs).await?,
            None => inputs,
        };
        let dead_letters = place.and_then(|place| DeadLetters::parse(place, s3.as_ref()));
        let limits = Limits { workers: workers(), ..Limits::default() };
        let mut loader = ObjectLoader::new(sections, s3, sink, limits).with_dead_letters(dead_letters);
        loader.stop = Some(interrupt.flag());
        let _bar = (!args.quiet).then(|| progress::show(Arc::clone(&loader.progress), total_bytes(&inputs)));
        let mut report = Report::default();
        for group in inputs.chunk_by(|one, other| is_small(one) && is_small(other)) {
            load_group(&loader, group, interrupt, &mut report).await;
            if interrupt.has_come() {
                break;
            }
        }
        Ok(report)
    });
    // What still reads or waits is not worth waiting for.
    runtime.shutdown_background();
    report
}

/// Loads one input, or some small ones that share their requests. Behind a signal no other one is begun.
async fn load_group(loader: &ObjectLoader, group: &[Input], interrupt: &Interrupt, report: &mut Report) {
    let (begun, mut done) = (Cell::new(0), 0);
    let inputs = group.iter().cloned().take_while(|_| !interrupt.has_come());
    let begin = |loader: ObjectLoader, input: Input| {
        begun.set(begun.get() + 1);
        async move { load(&loader, input).await }
    };
    let is_cut = tokio::select! {
        () = loader.together(inputs, begin, |loaded| {
            done += 1;
            report.add(&loaded);
        }) => false,
        () = stopped(interrupt) => true,
    };
    if !is_cut {
        return;
    }
    for input in group.iter().take(begun.get()).skip(done) {
        let reason =
            "the load was stopped here, and not all documents have an answer; load it again".to_owned();
        report.add(&ObjectReport::not_loaded(input.name(), Outcome::Failed { reason, retry: true }));
    }
}

/// Waits for a signal, and then until documents that were read should have their answers.
async fn stopped(interrupt: &Interrupt) {
    const LOOK: Duration = Duration::from_millis(50);
    const PATIENCE: Duration = Duration::from_secs(5);
    while !interrupt.has_come() {
        tokio::time::sleep(LOOK).await;
    }
    tokio::time::sleep(PATIENCE).await;
}

/// Whether an input is loaded together with others.
fn is_small(input: &Input) -> bool {
    input.bytes().is_some_and(|bytes| bytes <= SMALL)
}

/// Loads one input; a prefix has been replaced by its objects before.
pub(super) async fn load(loader: &ObjectLoader, input: Input) -> ObjectReport {
    match input {
        Input::File { path, section } => loader.load_file(&path, &section, Timestamp::now()).await,
        Input::Object(object) => {
            let mut report = loader.load_object(&object, Timestamp::now(), None).await;
            if let Outcome::Failed { reason, .. } = &mut report.outcome
                && report.is_missing
            {
                reason.push_str("; to load all objects of a prefix, end it with /");
            }
            report
        }
        Input::NotLoaded(report) => *report,
        Input::Prefix { bucket, prefix } => {
            ObjectReport::not_loaded(format!("s3://{bucket}/{prefix}"), Outcome::no_s3_client())
        }
    }
}
