//! `es-loader coverage`: what the configuration makes of a sample.

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::Arc;

use serde::Serialize;

use super::args::CoverageArgs;
use super::load::{Input, path_inputs, s3_address};
use super::sample;
use super::sample::{Look, Sample};
use super::{Failure, connect, output};
use crate::bytes::safe::Safe;
use crate::edge::aws::s3::S3;
use crate::load::account::Limits;
use crate::map::Document;
use crate::map::compiled::CompiledSections;
use crate::map::event::Written;
use crate::report::coverage::Coverage;
use crate::report::{ObjectReport, Outcome, Report};

pub(super) fn run(args: &CoverageArgs) -> Result<ExitCode, Failure> {
    let plans = sample::plans(&args.sample)?;
    let (coverage, report) = connect::runtime()?.block_on(cover(args, &plans))?;
    if args.sample.json {
        let sum = Sum { objects: report.objects, excluded: report.balance().excluded, coverage: &coverage };
        output::json(&sum)?;
    } else {
        output::line(coverage.to_string().trim_end());
    }
    for (what, reason) in report.failures.iter().chain(&report.breaks) {
        output::notice(format_args!("es-loader: {}: {}", Safe(what), Safe(reason)));
    }
    for (reason, (count, example)) in &report.skipped {
        output::notice(format_args!(
            "es-loader: passed over {count}: {reason}, for example {}",
            Safe(example)
        ));
    }
    Ok(ExitCode::from(report.exit_status() as u8))
}

#[derive(Serialize)]
struct Sum<'c> {
    objects: u64,
    excluded: u64,
    #[serde(flatten)]
    coverage: &'c Coverage,
}

async fn cover(args: &CoverageArgs, plans: &Arc<CompiledSections>) -> Result<(Coverage, Report), Failure> {
    let s3 = match args.paths.iter().any(|path| s3_address(path).is_some()) {
        true => Some(connect::aws(args.sample.region.clone()).await?.1),
        false => None,
    };
    let mut look = Looker::default();
    let mut report = Report::default();
    for input in path_inputs(&args.paths, args.sample.log_type.as_deref(), plans, s3.as_ref()).await? {
        let (name, sample) = match open(input, plans, s3.as_ref()).await {
            Ok(opened) => opened,
            Err(not_loaded) => {
                report.add(&not_loaded);
                continue;
            }
        };
        let (account, looked) = sample.show(plans, Limits::default(), look).await?;
        look = looked;
        look.coverage.add_problems(&account.problems);
        let indexed = account.handed_over();
        report.add(&ObjectReport { account, indexed, ..ObjectReport::not_loaded(name, Outcome::Loaded) });
    }
    Ok((look.coverage, report))
}

/// An object by its name; or why it is not looked at.
async fn open(
    input: Input,
    plans: &CompiledSections,
    s3: Option<&S3>,
) -> Result<(String, Sample), Box<ObjectReport>> {
    let not_loaded = |name: &str, outcome| Box::new(ObjectReport::not_loaded(name, outcome));
    let failed = |name: &str, reason| not_loaded(name, Outcome::Failed { reason, retry: false });
    match input {
        Input::NotLoaded(report) => Err(report),
        Input::File { path, log_type } => {
            let name = path.display().to_string();
            match Sample::file(&path, log_type) {
                Ok(sample) => Ok((name, sample)),
                Err(error) => Err(failed(&name, error.to_string())),
            }
        }
        Input::Object(object) => {
            let name = format!("s3://{}/{}", object.bucket, object.key.as_str());
            let no_client = || failed(&name, "no S3 client: this is a defect of the program".to_owned());
            match Sample::object(&object, plans, s3.ok_or_else(no_client)?).await {
                Ok(Ok(sample)) => Ok((name, sample)),
                Ok(Err(reason)) => Err(not_loaded(&name, Outcome::Skipped(reason))),
                Err(Failure(reason)) => Err(failed(&name, reason)),
            }
        }
    }
}

#[derive(Default)]
struct Looker {
    coverage: Coverage,
}

impl Look for Looker {
    fn document(&mut self, document: &Document<'_, '_, '_>, written: Written) -> ControlFlow<()> {
        if !written.excluded {
            self.coverage.add(document);
        }
        ControlFlow::Continue(())
    }
}
