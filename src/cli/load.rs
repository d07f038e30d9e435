//! `es-loader load`: files, folders, S3 and events, by the same steps as the function.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;

use super::args::local::{LoadArgs, To};
use super::failure::Failure;
use super::inputs::{Input, total_bytes};
use super::interrupt::{self, Interrupt};
use super::{inputs, network, output, progress, sections};
use crate::bytes::safe::Safe;
use crate::load::account::Limits;
use crate::local::cores::workers;
use crate::local::open_object::OpenObject;
use crate::local::progress::Progress;
use crate::local::sink::{LocalSink, NOBODY_READS};
use crate::map::compiled::CompiledSections;
use crate::report::{ObjectReport, Outcome, Report};

pub(super) fn run(args: LoadArgs) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    if args.json && args.to == To::Ndjson {
        return Err(Failure(
            "--json and --to ndjson both write to standard output: take one of them out".to_owned(),
        ));
    }
    let interrupt = Interrupt::listen()?;
    let sections = Arc::new(sections::to_send(&args.sections, args.document_ids)?);
    let inputs = match &args.event {
        Some(file) => inputs::of_event(file)?,
        None => inputs::of_paths(&args.paths, args.log_type.as_deref(), &sections)?,
    };
    let sink = match args.to {
        To::Opensearch => None,
        To::Ndjson => Some(LocalSink::Ndjson),
        To::None => Some(LocalSink::Nothing),
    };
    let report = match sink {
        Some(sink) if !inputs.iter().any(Input::is_remote) => {
            load_files(inputs, &sections, &sink, &args, &interrupt)
        }
        sink => network::load(&args, inputs, Arc::clone(&sections), sink, &interrupt)?,
    };
    let verb = match args.to {
        To::Opensearch => {
            format!("indexed into {}", Safe(args.connection.endpoint.as_deref().unwrap_or_default()))
        }
        To::Ndjson => "written to standard output".to_owned(),
        To::None => "made, and sent nowhere".to_owned(),
    };
    let status = if interrupt.has_come() { interrupt::STOPPED } else { report.exit_status() as u8 };
    if args.json {
        output::json(&report.to_json(started.elapsed(), status))?;
    } else if !is_unread(&report) && (!args.quiet || status != 0) {
        let stopped = if interrupt.has_come() { "stopped by a signal; so far:\n" } else { "" };
        let screen = report.screen(&verb, started.elapsed());
        let next_step = next_step(args.to, &sections, &report);
        output::notice(format_args!("{stopped}{screen}{next_step}").to_string().trim_end());
    }
    Ok(ExitCode::from(status))
}

/// Whether the reader of the documents has gone: it has what it wants, and wants no report.
fn is_unread(report: &Report) -> bool {
    report.failures.iter().any(|(_, reason)| reason == NOBODY_READS)
}

fn load_files(
    inputs: Vec<Input>,
    sections: &CompiledSections,
    sink: &LocalSink,
    args: &LoadArgs,
    interrupt: &Interrupt,
) -> Report {
    let limits = LocalSink::limits(Limits { workers: workers(), ..Limits::default() });
    let progress = Arc::new(Progress::default());
    let _bar = (!args.quiet).then(|| progress::show(Arc::clone(&progress), total_bytes(&inputs)));
    let mut report = Report::default();
    for input in inputs {
        if interrupt.has_come() || is_unread(&report) {
            break;
        }
        let loaded = match input {
            Input::File { path, section } => match OpenObject::file(&path, &section, Timestamp::now()) {
                Ok(object) if object.size == Some(0) => {
                    ObjectReport::not_loaded(object.name, Outcome::empty_object())
                }
                Ok(object) => {
                    let object = object.stopped_by(interrupt.flag());
                    let object = object.monitored(Arc::clone(&progress), Arc::default(), None);
                    sink.load(object, sections, &limits, &progress)
                }
                Err(error) => ObjectReport::failed(path.display().to_string(), error),
            },
            Input::NotLoaded(report) => *report,
            Input::Object(_) | Input::Prefix { .. } => continue,
        };
        report.add(&loaded);
    }
    report
}

/// Where to go from here.
fn next_step(to: To, sections: &CompiledSections, report: &Report) -> String {
    match to {
        _ if report.verdicts.indexed == 0 || report.foreign > 0 => String::new(),
        To::Opensearch => {
            let indices: BTreeSet<String> =
                sections.iter().map(|section| format!("{}*", section.log_type().index.name)).collect();
            let indices: Vec<String> = indices.into_iter().collect();
            format!(
                "\nnext: search {} for source.ip, destination.ip or a word of @message (visible after a refresh, some seconds)\n",
                indices.join(",")
            )
        }
        To::Ndjson | To::None => {
            "\nnext: the same with --to opensearch --endpoint URL, after es-loader setup --endpoint URL\n"
                .to_owned()
        }
    }
}
