//! The arguments of the commands that work on local files, and of `load`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args as ClapArgs, ValueEnum, value_parser};

use super::common::{ConfigArgs, ConnectionArgs, SampleArgs, SectionArgs};
use crate::generate::LOG_TYPES;
use crate::local::settings::DocumentIds;

/// `load`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0 everything arrived, 1 something was rejected or damaged, or most lines are no events, 2 it could not be finished, 130 a signal stopped it."
)]
pub(crate) struct LoadArgs {
    /// Files, folders, s3://BUCKET/KEY, s3://BUCKET/PREFIX/ for all objects under it, or - for standard input
    #[arg(required_unless_present = "event")]
    pub(crate) paths: Vec<PathBuf>,
    /// An event as S3, SQS, SNS or EventBridge send it to the function (JSON); its objects are loaded
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    pub(crate) event: Option<PathBuf>,
    /// Where documents go
    #[arg(long, value_enum, default_value_t = To::Opensearch)]
    pub(crate) to: To,
    /// Print the report as JSON on standard output, for programs
    #[arg(long)]
    pub(crate) json: bool,
    /// Print a report only if something is wrong, and no progress
    #[arg(short, long, conflicts_with = "json")]
    pub(crate) quiet: bool,
    /// Folder, or s3://BUCKET/PREFIX/, for documents that OpenSearch refuses for good
    #[arg(long, env = "ES_LOADER_DEAD_LETTER", value_name = "PLACE")]
    pub(crate) dead_letter: Option<String>,
    /// Section of the configuration for local files; by default the one whose s3_key matches the path
    #[arg(long, value_name = "SECTION")]
    pub(crate) log_type: Option<String>,
    /// Whether documents have an _id of their content; a time-series collection of OpenSearch Serverless takes none
    #[arg(long, env = "ES_LOADER_DOCUMENT_IDS", value_enum, default_value_t = DocumentIds::Content, value_name = "ON|OFF")]
    pub(crate) document_ids: DocumentIds,
    #[command(flatten)]
    pub(crate) sections: SectionArgs,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// Where documents go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum To {
    /// Into OpenSearch, at --endpoint
    Opensearch,
    /// To standard output, as the body of a _bulk request
    Ndjson,
    /// Nowhere: only the report
    None,
}

/// `explain`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Exit status: 0 the line was explained, 2 it could not be read.")]
pub(crate) struct ExplainArgs {
    /// The line itself, FILE:N, s3://BUCKET/KEY#N, or - for the first line of standard input
    pub(crate) line: String,
    /// Tell only of this field: why it is what it is, or why the document does not have it
    #[arg(long, value_name = "FIELD", visible_alias = "field")]
    pub(crate) why: Vec<String>,
    /// Write a page for a ticket (HTML)
    #[arg(long, conflicts_with = "json")]
    pub(crate) html: bool,
    #[command(flatten)]
    pub(crate) sample: SampleArgs,
}

/// `coverage`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0 everything was read, 1 an object is damaged, 2 an object could not be read."
)]
pub(crate) struct CoverageArgs {
    /// Files, folders, s3://BUCKET/KEY, s3://BUCKET/PREFIX/ for all objects under it, or - for standard input
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) sample: SampleArgs,
}

/// `check`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Exit status: 0 no errors, 1 errors, 2 a file could not be read.")]
pub(crate) struct CheckArgs {
    /// Configuration files, a later one over an earlier one, and rules that leave documents out (.csv, .json); by default those that
    /// `load` reads
    pub(crate) files: Vec<PathBuf>,
    /// Lines of yours, gzipped or not: keys that they have are known
    #[arg(long, value_name = "FILE")]
    pub(crate) sample: Vec<PathBuf>,
    /// How findings are written
    #[arg(long, value_enum, default_value_t = FindingFormat::Text)]
    pub(crate) format: FindingFormat,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FindingFormat {
    /// For people
    Text,
    /// One list, for programs
    Json,
    /// Annotations of GitHub's workflows
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

/// `test`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Exit status: 0 all cases hold, 1 one does not, 2 a case could not be read.")]
pub(crate) struct TestArgs {
    /// Cases (*.case.json), or folders of them
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Write what the configuration gives today into the cases, instead of comparing
    #[arg(long)]
    pub(crate) record: bool,
    /// How results are written
    #[arg(long, value_enum, default_value_t = ResultFormat::Text)]
    pub(crate) format: ResultFormat,
}

/// How results of tests are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ResultFormat {
    /// For people
    Text,
    /// JUnit's XML, for CI servers
    Junit,
    /// Annotations of GitHub's workflows
    Github,
}

/// `diff`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Exit status: 0 no document changes, 1 some do, 2 a sample could not be read.")]
pub(crate) struct DiffArgs {
    /// The configuration of today, and the one to come
    #[arg(long, value_name = "FILE", num_args = 1, required = true)]
    pub(crate) config: Vec<PathBuf>,
    /// Section of the configuration; by default the one whose s3_key matches the path, or the only one
    #[arg(long, value_name = "SECTION")]
    pub(crate) log_type: Option<String>,
    /// Files, folders, or - for standard input
    #[arg(required = true)]
    pub(crate) samples: Vec<PathBuf>,
}

/// `completions`.
#[derive(Debug, ClapArgs)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// `generate`.
#[derive(Debug, ClapArgs)]
pub(crate) struct GenerateArgs {
    /// Log type, if it is not Deep Security's
    #[arg(long, value_name = "SECTION", value_parser = PossibleValuesParser::new(LOG_TYPES.each_ref().map(|log_type| log_type.name)), conflicts_with_all = ["leef", "hostile"])]
    pub(crate) log_type: Option<String>,
    /// The same seed gives the same lines
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many lines, or events of a log type
    #[arg(long, default_value_t = 1000)]
    pub(crate) lines: u64,
    /// File to write, gzipped where it ends in .gz; of a log type also a folder, with / at its end if it is not there yet, in which the
    /// object gets the key that its service gives it; by default standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// File for what is in the lines (JSON)
    #[arg(long, value_name = "FILE")]
    pub(crate) truth: Option<PathBuf>,
    /// Percentage of lines in LEEF
    #[arg(long, value_name = "PERCENT", value_parser = value_parser!(u8).range(..=100))]
    pub(crate) leef: Option<u8>,
    /// Percentage of hostile lines: cut, forged, broken bytes, repeated
    #[arg(long, value_name = "PERCENT", value_parser = value_parser!(u8).range(..=100))]
    pub(crate) hostile: Option<u8>,
}

/// `playground`.
#[cfg(feature = "playground")]
#[derive(Debug, ClapArgs)]
pub(crate) struct PlaygroundArgs {
    /// A file that was saved from the page, or log lines to begin with (plain or gzipped)
    #[arg(long, value_name = "FILE")]
    pub(crate) open: Option<PathBuf>,
    /// The user.ini to begin with
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Port on 127.0.0.1; by default a free one
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Print the address, and open no browser
    #[arg(long)]
    pub(crate) no_open: bool,
}
