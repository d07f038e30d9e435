//! `es-loader coverage`: what the configuration makes of a sample.

use std::ops::ControlFlow;
use std::process::ExitCode;

use serde::Serialize;

use super::args::local::CoverageArgs;
use super::failure::Failure;
use super::inputs::Input;
use super::network::Buckets;
use super::{inputs, output, sample, sections};
use crate::bytes::safe::Safe;
use crate::config::log_type::Mapping;
use crate::deliver::bulk::Verdicts;
use crate::load::account::Limits;
use crate::map::compiled::CompiledSections;
use crate::report::coverage::Coverage;
use crate::report::{ObjectReport, Outcome, Report};

pub(super) fn run(args: &CoverageArgs) -> Result<ExitCode, Failure> {
    let sections = sections::compiled(&args.sample.sections)?;
    let (coverage, report) = cover(args, &sections)?;
    let own_lines = sections.iter().flat_map(|section| coverage.own_lines(section.log_type()));
    let unmatched: Vec<&Mapping> =
        own_lines.filter(|(_, filled)| *filled == 0).map(|(mapping, _)| mapping).collect();
    if args.sample.json {
        let never_matched = unmatched.iter().map(|mapping| OwnLine::of(mapping)).collect();
        let (objects, excluded) = (report.objects, report.balance().excluded);
        output::json(&Sum { objects, excluded, coverage: &coverage, never_matched })?;
    } else if coverage.documents > 0 || report.failures.is_empty() {
        output::line(coverage.to_string().trim_end());
    }
    for mapping in unmatched {
        let (place, sources) = (&mapping.position, mapping.source_names());
        let (field, sources) = (Safe(&mapping.field), Safe(&sources));
        output::notice(format_args!("{place}: no line of the sample fills {field} from {sources}"));
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
    never_matched: Vec<OwnLine<'c>>,
}

/// A line of user.ini.
#[derive(Serialize)]
struct OwnLine<'c> {
    field: &'c str,
    file: &'c str,
    line: usize,
}

impl<'c> OwnLine<'c> {
    fn of(mapping: &'c Mapping) -> Self {
        let Mapping { field, position, .. } = mapping;
        Self { field, file: &position.file, line: position.line }
    }
}

fn cover(args: &CoverageArgs, sections: &CompiledSections) -> Result<(Coverage, Report), Failure> {
    let mut inputs = inputs::of_paths(&args.paths, args.sample.log_type.as_deref(), sections)?;
    let mut buckets = None;
    if inputs.iter().any(Input::is_remote) {
        let connected = Buckets::connect(args.sample.region.clone())?;
        inputs = connected.expand(inputs)?;
        buckets = Some(connected);
    }
    let mut coverage = Coverage::default();
    let mut report = Report::default();
    for input in inputs {
        let object = match sample::open(input, sections, buckets.as_ref()) {
            Ok(object) => object,
            Err(not_loaded) => {
                report.add(&not_loaded);
                continue;
            }
        };
        let name = object.name.clone();
        let account = sample::show(object, sections, &Limits::default(), &mut |document, written| {
            if !written.excluded {
                coverage.add(document);
            }
            ControlFlow::Continue(())
        });
        coverage.add_account(&account);
        let verdicts = Verdicts { indexed: account.handed_over(), ..Verdicts::default() };
        report.add(&ObjectReport { account, verdicts, ..ObjectReport::not_loaded(name, Outcome::Loaded) });
    }
    Ok((coverage, report))
}
