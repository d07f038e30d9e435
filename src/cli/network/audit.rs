//! `es-loader audit`: the lines of objects against the documents in the cluster.

use std::collections::BTreeMap;
use std::fmt;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use serde::Serialize;
use serde_json::json;

use super::buckets::expand;
use super::connect;
use super::load::load;
use crate::bytes::safe::Safe;
use crate::cli::args::network::AuditArgs;
use crate::cli::failure::Failure;
use crate::cli::inputs::{Input, total_bytes};
use crate::cli::{inputs, output, progress, sections};
use crate::deliver::expected::Expected;
use crate::edge::audit::{Finding, Verdict, compare};
use crate::edge::delivery::sink::Sink;
use crate::edge::object_loader::ObjectLoader;
use crate::edge::opensearch::client::OpenSearch;
use crate::load::account::Limits;
use crate::load::parallel::lock;
use crate::local::cores::workers;
use crate::local::sink::LocalSink;
use crate::map::compiled::CompiledSections;
use crate::report::screen::Count;
use crate::report::{ExitStatus, ObjectReport, Outcome};

/// Objects with differences that are named.
const NAMED: usize = 20;

#[derive(Debug, Serialize)]
struct Audited {
    object: String,
    #[serde(flatten)]
    finding: Option<Finding>,
    /// Why it could not be compared, or why it has nothing to compare.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip)]
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Compared(Verdict),
    Skipped,
    Failed,
}

/// The states, what the summary calls them, and what is said of their objects.
const STATES: [(State, &str, &str); 7] = [
    (State::Compared(Verdict::Fine), "fine", "objects are fine"),
    (State::Compared(Verdict::Missing), "missing", "objects are missing"),
    (State::Compared(Verdict::Short), "short", "objects are short"),
    (State::Compared(Verdict::Double), "double", "objects have more documents than lines"),
    (State::Compared(Verdict::Unknown), "unknown", "objects have documents in closed indices"),
    (State::Skipped, "skipped", "objects are not loaded"),
    (State::Failed, "failed", "objects could not be compared"),
];

pub(crate) fn run(args: AuditArgs) -> Result<ExitCode, Failure> {
    let sections = args.document_ids.apply(sections::compiled(&args.sections)?);
    connect::runtime()?.block_on(audit(args, Arc::new(sections)))
}

async fn audit(args: AuditArgs, sections: Arc<CompiledSections>) -> Result<ExitCode, Failure> {
    args.days.check()?;
    let mut inputs = inputs::of_paths(&args.paths, args.log_type.as_deref(), &sections)?;
    let mut aws = None;
    let mut s3 = None;
    if inputs.iter().any(Input::is_remote) {
        let (settings, client) = connect::aws(args.connection.region.clone()).await?;
        inputs = expand(&client, inputs).await?;
        (aws, s3) = (Some(settings), Some(client));
    }
    let client = connect::opensearch(&args.connection, aws.as_ref()).await?;
    inputs.retain(|input| match input {
        Input::Object(object) => args.days.take(object),
        _ => true,
    });
    if inputs.is_empty() {
        output::notice("es-loader: no object is of these days: there is nothing to compare");
    }
    let expected = Arc::new(Mutex::new(Expected::default()));
    let sink = Sink::Local(LocalSink::Ids(Arc::clone(&expected)));
    let limits = Limits { workers: workers(), ..Limits::default() };
    let loader = ObjectLoader::new(Arc::clone(&sections), s3, sink, limits);
    let bar = progress::show(Arc::clone(&loader.progress), total_bytes(&inputs));
    let mut all = Vec::new();
    for input in inputs {
        let place = match &input {
            Input::File { path, .. } => (None, path.display().to_string()),
            Input::Object(object) => (Some(object.bucket.clone()), object.key.as_str().to_owned()),
            Input::NotLoaded(_) | Input::Prefix { .. } => (None, String::new()),
        };
        let report = load(&loader, input).await;
        let expected = std::mem::take(&mut *lock(&expected));
        all.push(compared(&client, &sections, (place.0.as_deref(), &place.1), report, &expected).await);
    }
    drop(bar);
    let audit = Audit(all);
    if args.json {
        output::line(serde_json::to_string(&audit.json())?);
    } else {
        output::line(audit.to_string().trim_end());
    }
    Ok(ExitCode::from(audit.exit_status() as u8))
}

async fn compared(
    client: &OpenSearch,
    sections: &CompiledSections,
    place: (Option<&str>, &str),
    report: ObjectReport,
    expected: &Expected,
) -> Audited {
    let object = report.object;
    let (state, reason) = match (report.outcome, report.log_type.and_then(|name| sections.named(&name))) {
        (Outcome::Skipped(skip), _) => (State::Skipped, skip.to_string()),
        (Outcome::Failed { reason, .. }, _) => (State::Failed, reason),
        (Outcome::Loaded, None) => (State::Failed, "no section took it".to_owned()),
        (Outcome::Loaded, Some(section)) => {
            let indices = format!("{}*", section.log_type().index.name);
            match compare(client, &indices, place, expected).await {
                Ok(finding) => {
                    let broken = report.account.broken.map(|broken| {
                        format!("compared up to where it breaks off, after {} bytes of text", broken.offset)
                    });
                    let state = State::Compared(finding.verdict);
                    return Audited { object, finding: Some(finding), reason: broken, state };
                }
                Err(error) => (State::Failed, error.to_string()),
            }
        }
    };
    Audited { object, finding: None, reason: Some(reason), state }
}

/// What became of all objects.
struct Audit(Vec<Audited>);

impl Audit {
    fn objects(&self, state: State) -> u64 {
        self.0.iter().filter(|audited| audited.state == state).count() as u64
    }

    fn sum(&self, number: impl Fn(&Finding) -> u64) -> u64 {
        self.0.iter().filter_map(|audited| audited.finding.as_ref()).map(number).sum()
    }

    fn exit_status(&self) -> ExitStatus {
        let compared = self.0.iter().filter(|audited| matches!(audited.state, State::Compared(_))).count();
        if self.objects(State::Failed) > 0
            || self.objects(State::Compared(Verdict::Unknown)) > 0
            || compared == 0
        {
            ExitStatus::Unfinished
        } else if self.objects(State::Compared(Verdict::Fine)) < compared as u64 {
            ExitStatus::Rejected
        } else {
            ExitStatus::Complete
        }
    }

    fn json(&self) -> serde_json::Value {
        let states = STATES.map(|(state, name, _)| (name, self.objects(state)));
        let sums = [
            ("expected", self.sum(|finding| finding.expected)),
            ("counted", self.sum(|finding| finding.counted)),
            ("by_id_only", self.sum(|finding| finding.by_id_only)),
            ("lost", self.sum(|finding| finding.lost)),
        ];
        let summary: BTreeMap<&str, u64> = states.into_iter().chain(sums).collect();
        json!({ "objects": self.0, "summary": summary })
    }
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |count: u64, what: &str| match count {
            0 => Ok(()),
            count => writeln!(f, "{:>12}  {what}", Count(count).to_string()),
        };
        row(self.sum(|finding| finding.expected), "documents expected")?;
        row(self.sum(|finding| finding.lost), "documents are not there")?;
        row(
            self.sum(|finding| finding.by_id_only),
            "documents found by id only, because another object held the same lines, or the key is not searchable",
        )?;
        for (state, _, what) in STATES {
            row(self.objects(state), what)?;
        }
        let named = self.0.iter().filter(|audited| match audited.state {
            // One that breaks off is fine up to there.
            State::Compared(Verdict::Fine) => audited.reason.is_some(),
            State::Skipped => false,
            _ => true,
        });
        for (number, audited) in named.enumerate() {
            if number == NAMED {
                return writeln!(f, "and more: --json names all");
            }
            writeln!(f, "{audited}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Audited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", Safe(&self.object))?;
        if let Some(Finding { verdict, expected, counted, lost, .. }) = &self.finding {
            match verdict {
                Verdict::Fine => write!(f, "fine, {expected} documents")?,
                Verdict::Missing => write!(f, "missing, none of its {expected} documents is there")?,
                Verdict::Short => write!(f, "short, {lost} of its {expected} documents are not there")?,
                Verdict::Double => write!(f, "double, {counted} documents name it, and it gives {expected}")?,
                Verdict::Unknown => write!(
                    f,
                    "unknown, some of its {expected} documents are in a closed index, or in a shard that does not answer"
                )?,
            }
        }
        match &self.reason {
            Some(reason) if self.finding.is_some() => write!(f, "; {}", Safe(reason)),
            Some(reason) => write!(f, "{}", Safe(reason)),
            None => Ok(()),
        }
    }
}
