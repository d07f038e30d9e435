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
        Ok(load_all(&loader, &inputs, interrupt).await)
    });
    // What still reads or waits is not worth waiting for.
    runtime.shutdown_background();
    report
}

/// Loads the inputs, until a signal comes or the cluster takes nothing: each further object would wait for it as long as the first.
async fn load_all(loader: &ObjectLoader, inputs: &[Input], interrupt: &Interrupt) -> Report {
    let (mut report, stalled) = (Report::default(), Cell::new(false));
    for group in inputs.chunk_by(|one, other| is_small(one) && is_small(other)) {
        load_group(loader, group, (interrupt, &stalled), &mut report).await;
        if interrupt.has_come() {
            break;
        }
    }
    report
}

/// Loads one input, or some small ones that share their requests. Behind a signal no other one is begun, nor where the cluster takes nothing.
async fn load_group(
    loader: &ObjectLoader,
    group: &[Input],
    (interrupt, stalled): (&Interrupt, &Cell<bool>),
    report: &mut Report,
) {
    let (begun, mut done) = (Cell::new(0), 0);
    let inputs = group.iter().cloned().take_while(|_| !interrupt.has_come() && !stalled.get());
    let begin = |loader: ObjectLoader, input: Input| {
        begun.set(begun.get() + 1);
        async move { load(&loader, input).await }
    };
    let is_cut = tokio::select! {
        () = loader.together(inputs, begin, |loaded| {
            done += 1;
            stalled.set(stalled.get() || nothing_went_through(&loaded));
            report.add(&loaded);
        }) => false,
        () = stopped(interrupt) => true,
    };
    let (left, reason) = if is_cut {
        let begun = group.get(done..begun.get()).unwrap_or_default();
        (begun, "the load was stopped here, and not all documents have an answer; load it again")
    } else if stalled.get() {
        (
            group.get(begun.get()..).unwrap_or_default(),
            "not begun, because the cluster takes nothing; load it again",
        )
    } else {
        return;
    };
    for input in left {
        let outcome = Outcome::Failed { reason: reason.to_owned(), retry: true };
        report.add(&ObjectReport::not_loaded(input.name(), outcome));
    }
}

/// Whether the cluster took none of the object's documents, however often they were sent.
fn nothing_went_through(report: &ObjectReport) -> bool {
    report.sent_again > 0 && report.unsent.total() > 0 && report.verdicts.total() == 0
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

#[allow(clippy::unwrap_used, reason = "a test that panics has failed")]
#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::{Arc, Duration, Input, Interrupt, Limits, ObjectLoader, Options, Sink, connect, load_all};
    use crate::edge::aws::auth::Auth;
    use crate::edge::opensearch::client::{OpenSearch, Settings};
    use crate::edge::opensearch::endpoint::Endpoint;

    /// The address of a server that answers 429 to everything.
    fn full_cluster() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let _ = stream.read(&mut [0; 65_536]);
                let _ = stream.write_all(b"HTTP/1.1 429 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            }
        });
        address
    }

    #[test]
    fn where_the_cluster_takes_nothing_no_other_object_waits_for_it() {
        let sections = crate::local::settings::sections(&[]).unwrap();
        let section = sections.iter().next().unwrap().log_type().name.clone();
        let folder = tempfile::tempdir().unwrap();
        let inputs: Vec<Input> = ["a", "b", "c"]
            .map(|name| {
                let path = folder.path().join(name);
                std::fs::write(&path, "line\n".repeat(20_000)).unwrap();
                Input::File { path, section: section.clone() }
            })
            .into();
        let settings = Settings::new(Endpoint::parse(&full_cluster()).unwrap(), Auth::None);
        let (pause, patience) = (Duration::from_millis(1), Duration::from_millis(100));
        let options = Options { pause, longest_pause: pause, patience, ..Options::default() };
        let sink = Sink::OpenSearch(Box::new(OpenSearch::new(settings).unwrap()), options);
        let loader = ObjectLoader::new(Arc::new(sections), None, sink, Limits::default());
        let interrupt = Interrupt::listen().unwrap();
        let report =
            connect::runtime().unwrap().block_on(async { load_all(&loader, &inputs, &interrupt).await });
        let not_begun = |failure: &&(String, String)| failure.1.starts_with("not begun");
        assert_eq!(report.failures.iter().filter(not_begun).count(), 2, "{:?}", report.failures);
    }
}
