//! `es-loader load`: the function's own path over files, folders, S3 and events.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;

use super::args::{LoadArgs, To};
use super::{Failure, check, connect, output, progress};
use crate::bytes::safe::Safe;
use crate::edge::aws::s3::S3;
use crate::edge::cores::makers;
use crate::edge::dead_letters::write::DeadLetters;
use crate::edge::delivery::outcome;
use crate::edge::files::files_under;
use crate::edge::work::{Target, Worker};
use crate::load::account::Limits;
use crate::map::compiled::{Choice, CompiledSections};
use crate::report::{ObjectReport, Outcome, Report};
use crate::trigger;
use crate::trigger::ObjectKey;
use crate::trigger::object_ref::ObjectRef;

/// Something to load.
pub(super) enum Input {
    /// A local file, and the section that takes it.
    File { path: PathBuf, log_type: String },
    /// An object of S3.
    Object(Box<ObjectRef>),
    /// What needs no loading, with its reason.
    NotLoaded(Box<ObjectReport>),
}

pub(super) fn run(args: LoadArgs) -> Result<ExitCode, Failure> {
    let plans = check::plans_to_send(args.config.config.as_deref(), &args.exclude, args.document_ids)?;
    let plans = Arc::new(plans);
    connect::runtime()?.block_on(load(args, plans))
}

async fn load(args: LoadArgs, plans: Arc<CompiledSections>) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let keeps_in_s3 = args.dead_letter.as_ref().is_some_and(|place| place.starts_with("s3://"));
    let reads_from_s3 = args.event.is_some() || args.paths.iter().any(|path| s3_address(path).is_some());
    let needs_s3 = reads_from_s3 || keeps_in_s3;
    let (aws, s3) = match needs_s3 {
        true => connect::aws(args.connection.region.clone()).await.map(|(aws, s3)| (Some(aws), Some(s3)))?,
        false => (None, None),
    };
    let (target, verb) = match args.to {
        To::Opensearch => {
            let client = connect::opensearch(&args.connection, aws.as_ref()).await?;
            let verb =
                format!("indexed into {}", Safe(args.connection.endpoint.as_deref().unwrap_or_default()));
            (Target::OpenSearch(Box::new(client), outcome::Options::default()), verb)
        }
        To::Ndjson => (Target::Ndjson, "written to standard output".to_owned()),
        To::None => (Target::Nothing, "made, and sent nowhere".to_owned()),
    };
    let inputs = match &args.event {
        Some(file) => event_inputs(file)?,
        None => path_inputs(&args.paths, args.log_type.as_deref(), &plans, s3.as_ref()).await?,
    };
    let letters = args.dead_letter.as_deref().filter(|place| !place.is_empty() && args.to == To::Opensearch);
    let no_client = || Failure("no S3 client: this is a defect of the program".to_owned());
    let letters = letters.map(|place| DeadLetters::parse(place, || s3.clone().ok_or_else(no_client)));
    let letters = letters.transpose()?;
    let limits = Limits { makers: makers(), ..Limits::default() };
    let worker = Worker::new(Arc::clone(&plans), s3, target, limits, None).keeping(letters);
    let bar = progress::show(worker.progress(), total_bytes(&inputs));
    let mut report = Report::default();
    for input in &inputs {
        let loaded = match input {
            Input::File { path, log_type } => worker.load_file(path, log_type, Timestamp::now()).await,
            Input::Object(object) => worker.load_object(object, Timestamp::now(), None).await,
            Input::NotLoaded(report) => ObjectReport::clone(report),
        };
        report.add(&loaded);
    }
    bar.abort();
    // The bar clears itself when its task is gone.
    let _ = bar.await;
    let screen = report.screen(&verb, started.elapsed());
    let next_step = next_step(args.to, &plans, &report);
    output::notice(format_args!("{screen}{next_step}").to_string().trim_end());
    Ok(ExitCode::from(report.exit_status() as u8))
}

fn event_inputs(file: &Path) -> Result<Vec<Input>, Failure> {
    let at = |error: String| Failure(format!("{}: {error}", file.display()));
    let text = std::fs::read(file).map_err(|error| at(error.to_string()))?;
    let event = serde_json::from_slice(&text).map_err(|error| at(format!("not JSON: {error}")))?;
    let mut inputs = Vec::new();
    for message in trigger::parse(&event).messages {
        inputs.extend(message.objects.into_iter().map(|object| Input::Object(Box::new(object))));
        inputs.extend(message.skipped.into_iter().map(|skipped| {
            let outcome = Outcome::Skipped(skipped.reason.to_string());
            Input::NotLoaded(Box::new(ObjectReport::not_loaded(skipped.what, outcome)))
        }));
        inputs.extend(message.errors.into_iter().map(|error| {
            let outcome = Outcome::Failed { reason: error.to_string(), retry: false };
            Input::NotLoaded(Box::new(ObjectReport::not_loaded(file.display().to_string(), outcome)))
        }));
    }
    Ok(inputs)
}

/// What paths and addresses name; local files are taken by the section `log_type`, where there is one.
pub(super) async fn path_inputs(
    paths: &[PathBuf],
    log_type: Option<&str>,
    plans: &CompiledSections,
    s3: Option<&S3>,
) -> Result<Vec<Input>, Failure> {
    let mut inputs = Vec::new();
    for path in paths {
        match (s3_address(path), s3) {
            (Some((bucket, key)), Some(s3)) => inputs.extend(s3_inputs(bucket, key, s3).await?),
            _ => {
                for found in files_under(path) {
                    inputs.push(match found {
                        Ok(file) => file_input(file, log_type, plans)?,
                        Err((path, error)) => {
                            let outcome = Outcome::Failed { reason: error.to_string(), retry: false };
                            Input::NotLoaded(Box::new(ObjectReport::not_loaded(
                                path.display().to_string(),
                                outcome,
                            )))
                        }
                    });
                }
            }
        }
    }
    Ok(inputs)
}

/// Bucket and key of an `s3://` address.
pub(super) fn s3_address(path: &Path) -> Option<(&str, &str)> {
    let address = path.to_str()?.strip_prefix("s3://")?;
    Some(address.split_once('/').unwrap_or((address, "")))
}

/// One object, or all under a prefix: an address that ends in `/`, or names a bucket alone, is a prefix.
async fn s3_inputs(bucket: &str, key: &str, s3: &S3) -> Result<Vec<Input>, Failure> {
    if !key.is_empty() && !key.ends_with('/') {
        return Ok(vec![Input::Object(Box::new(ObjectRef::new(bucket, ObjectKey::from_raw(key))))]);
    }
    let mut listing = s3.list(bucket, key);
    let mut inputs = Vec::new();
    while let Some(page) = listing.next_page().await {
        inputs.extend(page?.into_iter().map(|object| Input::Object(Box::new(object))));
    }
    if inputs.is_empty() {
        let outcome = Outcome::Failed { reason: "no objects under this prefix".to_owned(), retry: false };
        inputs.push(Input::NotLoaded(Box::new(ObjectReport::not_loaded(
            format!("s3://{bucket}/{key}"),
            outcome,
        ))));
    }
    Ok(inputs)
}

/// A local file is taken by the section whose `s3_key` matches its path; where there is only one section, by that one.
pub(super) fn file_input(
    path: PathBuf,
    log_type: Option<&str>,
    plans: &CompiledSections,
) -> Result<Input, Failure> {
    if let Some(name) = log_type {
        let Some(plan) = plans.named(name) else {
            let names: Vec<&str> = plans.iter().map(|plan| plan.log_type().name.as_str()).collect();
            return Err(Failure(format!(
                "--log-type {name}: no such section; the sections are: {}",
                names.join(", ")
            )));
        };
        return Ok(Input::File { path, log_type: plan.log_type().name.clone() });
    }
    let key = path.display().to_string();
    let log_type = match plans.for_key(&key) {
        Choice::Load(plan) => plan.log_type().name.clone(),
        Choice::Ignored(section) => {
            let outcome = Outcome::Skipped(format!("s3_key_ignored of [{section}] matches"));
            return Ok(Input::NotLoaded(Box::new(ObjectReport::not_loaded(key, outcome))));
        }
        Choice::Unknown => {
            let mut sections = plans.iter();
            match (sections.next(), sections.next()) {
                (Some(only), None) => only.log_type().name.clone(),
                _ => {
                    let reason = "no section's s3_key matches the path; name one with --log-type".to_owned();
                    let outcome = Outcome::Failed { reason, retry: false };
                    return Ok(Input::NotLoaded(Box::new(ObjectReport::not_loaded(key, outcome))));
                }
            }
        }
    };
    Ok(Input::File { path, log_type })
}

pub(super) fn total_bytes(inputs: &[Input]) -> Option<u64> {
    let sizes = inputs.iter().map(|input| match input {
        Input::File { path, .. } => std::fs::metadata(path).ok().map(|metadata| metadata.len()),
        Input::Object(object) => object.size,
        Input::NotLoaded(_) => Some(0),
    });
    sizes.sum()
}

/// Where to go from here.
fn next_step(to: To, plans: &CompiledSections, report: &Report) -> String {
    match to {
        _ if report.indexed == 0 => String::new(),
        To::Opensearch => {
            let indices: BTreeSet<String> =
                plans.iter().map(|plan| format!("{}*", plan.log_type().index.name)).collect();
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
