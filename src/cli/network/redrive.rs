//! `es-loader redrive`: dead letters grouped by their causes, and sent again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;

use super::{connect, redrive_queue};
use crate::bytes::safe::Safe;
use crate::bytes::slice::cut;
use crate::cli::args::network::RedriveArgs;
use crate::cli::failure::Failure;
use crate::cli::inputs::s3_address;
use crate::cli::{output, sections};
use crate::deliver::dead_letter::Cause;
use crate::deliver::dead_letter::letter::DeadLetter;
use crate::deliver::dead_letter::remake::Remade;
use crate::edge::dead_letters::files::{DeadLetterFile, read_records};
use crate::edge::opensearch::client::OpenSearch;
use crate::edge::redrive::{Order, resend};
use crate::local::settings::{self, DocumentIds};
use crate::map::compiled::CompiledSections;
use crate::report::{ExitStatus, ObjectReport, Outcome, Report};

/// Characters of a sample that are shown.
const SAMPLE: usize = 200;

/// Fields that are named where documents differ.
const NAMED_FIELDS: usize = 8;

/// Records of one cause.
#[derive(Debug, Default)]
struct CauseGroup {
    count: u64,
    /// The first of them: where it came from, and its line or document.
    sample: (String, String),
    fate: Fate,
}

/// What the present configuration makes of records.
#[derive(Debug, Default)]
struct Fate {
    same: u64,
    differing: u64,
    fields: BTreeSet<String>,
    recorded: u64,
    excluded: u64,
    nothing: u64,
}

/// All records, by their causes.
#[derive(Debug, Default)]
struct Survey {
    groups: BTreeMap<Cause, CauseGroup>,
    records: u64,
    /// Files that could not be read, or not wholly.
    faults: Vec<String>,
}

pub(crate) fn run(args: RedriveArgs) -> Result<ExitCode, Failure> {
    if args.place.starts_with("https://") || args.place.starts_with("http://") {
        let sections = Arc::new(sections::to_send(&args.sections, args.document_ids)?);
        return connect::runtime()?.block_on(redrive_queue::redrive(args, sections));
    }
    // Documents are found again by their ids, whether these are sent or not.
    let sections = Arc::new(sections::compiled(&args.sections)?);
    if args.document_ids == DocumentIds::OpenSearch {
        output::notice(settings::WITHOUT_IDS);
    }
    connect::runtime()?.block_on(redrive(args, sections))
}

async fn redrive(args: RedriveArgs, sections: Arc<CompiledSections>) -> Result<ExitCode, Failure> {
    let (files, aws) = match s3_address(Path::new(&args.place)) {
        Some((bucket, prefix)) => {
            let (aws, s3) = connect::aws(args.connection.region.clone()).await?;
            (DeadLetterFile::in_bucket(&s3, bucket, prefix).await?, Some(aws))
        }
        None => (DeadLetterFile::in_folder(Path::new(&args.place))?, None),
    };
    let survey = survey(&files, &sections, args.dry_run).await?;
    survey.show(&args.place, files.len(), args.dry_run);
    let chosen = survey.choose(&args.group)?;
    if args.dry_run || survey.records == 0 {
        let status = if survey.faults.is_empty() { ExitStatus::Complete } else { ExitStatus::Unfinished };
        return Ok(ExitCode::from(status as u8));
    }
    let client = connect::opensearch(&args.connection, aws.as_ref()).await?;
    let order = Arc::new(Order { sections, ids: args.document_ids, chosen });
    let report = send(&files, &args, &order, &client).await;
    Ok(ExitCode::from(report.exit_status() as u8))
}

/// Sends the records of all files that are ordered, and tells what became of them.
async fn send(
    files: &[DeadLetterFile],
    args: &RedriveArgs,
    order: &Arc<Order>,
    client: &OpenSearch,
) -> Report {
    let started = Instant::now();
    let mut report = Report::default();
    let mut deleted = 0_usize;
    for file in files {
        let (reader, state) = match file.open().await {
            Ok(opened) => opened,
            // It was there a moment ago: the survey has named all others.
            Err(error) => {
                report.add(&not_read(file, &error.to_string()));
                continue;
            }
        };
        let resent = resend(file.name(), reader, order, client).await;
        report.add(&resent.report);
        if report.unsent.total() > 0 {
            output::notice(
                "es-loader: the cluster takes no more documents, so the other files are left as they are",
            );
            break;
        }
        if args.delete && resent.is_settled() {
            match file.remove(&state).await {
                Ok(true) => deleted += 1,
                Ok(false) => output::notice(format_args!(
                    "es-loader: {} has been written anew meanwhile, and stays",
                    Safe(&file.name())
                )),
                Err(error) => report.add(&not_read(file, &error.to_string())),
            }
        }
    }
    output::report(&report, args.connection.endpoint.as_deref(), started.elapsed());
    if args.delete {
        output::notice(format_args!(
            "{deleted} files of dead letters deleted{}",
            match files.len().saturating_sub(deleted) {
                0 => String::new(),
                kept => format!(
                    ", {kept} kept: not every record of them was indexed, or they were not reached or changed meanwhile"
                ),
            }
        ));
    }
    report
}

fn not_read(file: &DeadLetterFile, reason: &str) -> ObjectReport {
    let outcome = Outcome::Failed { reason: reason.to_owned(), retry: true };
    ObjectReport::not_loaded(file.name(), outcome)
}

/// Reads all files once, and looks at what the present configuration makes of their records where that is wanted.
async fn survey(
    files: &[DeadLetterFile],
    sections: &Arc<CompiledSections>,
    with_fate: bool,
) -> Result<Survey, Failure> {
    let mut survey = Survey::default();
    for file in files {
        let name = file.name();
        let reader = match file.open().await {
            Ok((reader, _)) => reader,
            Err(error) => {
                survey.faults.push(error.to_string());
                continue;
            }
        };
        let sections = Arc::clone(sections);
        let reading = tokio::task::spawn_blocking(move || {
            let contents = read_records(reader, &mut |_, letter| {
                survey.add(&letter, &sections, with_fate);
                true
            });
            survey.faults.extend(contents.fault.map(|fault| format!("{name}: {fault}")));
            survey
        });
        survey = reading.await?;
    }
    Ok(survey)
}

impl Survey {
    fn add(&mut self, letter: &DeadLetter, sections: &CompiledSections, with_fate: bool) {
        self.records += 1;
        let group = self.groups.entry(Cause::of(letter)).or_insert_with(|| CauseGroup {
            sample: (origin(letter), sample(letter)),
            ..CauseGroup::default()
        });
        group.count += 1;
        if with_fate {
            group.fate.add(letter, sections);
        }
    }

    fn show(&self, place: &str, files: usize, with_fate: bool) {
        output::line(format_args!("{}: {} dead letters in {files} files", Safe(place), self.records));
        for (number, (cause, group)) in self.groups.iter().enumerate() {
            output::line(format_args!(
                "\ngroup {}: {} to {}, status {} {}\n  reason: {}\n  sample: {}\n          {}",
                number + 1,
                group.count,
                Safe(&cause.index),
                cause.status,
                Safe(&cause.error_type),
                Safe(&cause.reason),
                Safe(&group.sample.0),
                Safe(&group.sample.1)
            ));
            if with_fate {
                group.fate.show();
            }
        }
        for fault in &self.faults {
            output::notice(format_args!("es-loader: {}", Safe(fault)));
        }
    }

    /// The causes of the groups with these numbers; nothing for all.
    fn choose(&self, numbers: &[usize]) -> Result<Option<BTreeSet<Cause>>, Failure> {
        if numbers.is_empty() {
            return Ok(None);
        }
        let cause = |number: &usize| {
            let cause = number.checked_sub(1).and_then(|at| self.groups.keys().nth(at));
            cause.cloned().ok_or_else(|| {
                Failure(format!("--group {number}: there is no such group; there are {}", self.groups.len()))
            })
        };
        numbers.iter().map(cause).collect::<Result<_, _>>().map(Some)
    }
}

impl Fate {
    fn add(&mut self, letter: &DeadLetter, sections: &CompiledSections) {
        match letter.remake(sections, Timestamp::now()) {
            Remade::OfLine(document) => match letter.differences(&document) {
                Some(fields) if fields.is_empty() => self.same += 1,
                Some(mut fields) => {
                    self.differing += 1;
                    while self.fields.len() <= NAMED_FIELDS
                        && let Some(field) = fields.pop_first()
                    {
                        self.fields.insert(field);
                    }
                }
                None => self.differing += 1,
            },
            Remade::AsRecorded(_) => self.recorded += 1,
            Remade::Excluded => self.excluded += 1,
            Remade::Nothing => self.nothing += 1,
        }
    }

    fn show(&self) {
        let fields: Vec<&str> = self.fields.iter().take(NAMED_FIELDS).map(String::as_str).collect();
        let more = if self.fields.len() > NAMED_FIELDS { ", …" } else { "" };
        let differing = format!("give another document today (differs in {}{more})", fields.join(", "));
        for (count, what) in [
            (self.differing, differing.as_str()),
            (self.same, "give the same document: only a mended mapping or template lets it in"),
            (self.recorded, "go as they were recorded: no line, or no section for it"),
            (self.excluded, "are left out by a rule today"),
            (self.nothing, "have neither line nor document"),
        ] {
            if count > 0 {
                output::line(format_args!("  {count} {}", Safe(what)));
            }
        }
    }
}

fn origin(letter: &DeadLetter) -> String {
    match &letter.bucket {
        Some(bucket) => format!("s3://{bucket}/{}, line {}", letter.key, letter.line),
        None => format!("{}, line {}", letter.key, letter.line),
    }
}

fn sample(letter: &DeadLetter) -> String {
    let line = letter.raw_line().map(|line| String::from_utf8_lossy(&line).into_owned());
    let text = line.or_else(|| Some(letter.document.as_ref()?.get().to_owned())).unwrap_or_default();
    cut(&text, SAMPLE)
}
