//! The arguments as they are typed: nothing is opened or computed here.

mod operations;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum, value_parser};

use crate::edge::settings::DocumentIds;

pub(super) use self::operations::{AuditArgs, BackfillArgs, DayArgs, PlanArgs, RedriveArgs};

/// Loads Trend Micro Deep Security logs from S3 into OpenSearch.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Load objects: files, folders, s3:// addresses, or those that an S3 event names
    Load(LoadArgs),
    /// Tell where each field of one line's document comes from
    Explain(ExplainArgs),
    /// Tell what the configuration makes of a sample: keys without a field, fields never filled, modules, versions
    Coverage(CoverageArgs),
    /// Check configuration files
    Check(CheckArgs),
    /// Install the index template and the dashboard, or print what the function's role has to be allowed
    Setup(Box<SetupArgs>),
    /// Load what lies in a bucket already, day by day, and go on where it was stopped
    Backfill(BackfillArgs),
    /// Send again what OpenSearch refused: dead letters, or the messages of a dead-letter queue
    Redrive(RedriveArgs),
    /// Compare the lines of objects with the documents in OpenSearch
    Audit(AuditArgs),
    /// Write made-up logs, the same for the same seed
    Generate(GenerateArgs),
}

/// `load`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0 everything arrived, 1 some lines or documents were rejected, 2 it could not be finished."
)]
pub(super) struct LoadArgs {
    /// Files, folders, s3://BUCKET/KEY, or s3://BUCKET/PREFIX/ for all objects under it
    #[arg(required_unless_present = "event")]
    pub(super) paths: Vec<PathBuf>,
    /// An event as S3, SQS, SNS or EventBridge send it to the function (JSON); its objects are loaded
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    pub(super) event: Option<PathBuf>,
    /// Where documents go
    #[arg(long, value_enum, default_value_t = To::Opensearch)]
    pub(super) to: To,
    /// Folder, or s3://BUCKET/PREFIX/, for documents that OpenSearch refuses for good
    #[arg(long, env = "ES_LOADER_DEAD_LETTER", value_name = "PLACE")]
    pub(super) dead_letter: Option<String>,
    /// Section of the configuration for local files; by default the one whose s3_key matches the path
    #[arg(long, value_name = "SECTION")]
    pub(super) log_type: Option<String>,
    /// Whether documents have an _id of their content; a time-series collection of OpenSearch Serverless takes none
    #[arg(long, env = "ES_LOADER_DOCUMENT_IDS", value_enum, default_value_t = Ids::On, value_name = "ON|OFF")]
    pub(super) document_ids: Ids,
    #[command(flatten)]
    pub(super) config: ConfigArgs,
    /// Rules that leave documents out (CSV, or JSON with JMESPath conditions); by default $ES_LOADER_EXCLUDE, or else
    /// exclude_log_patterns.csv and exclude_log_conditions.json beside the configuration
    #[arg(long, value_name = "FILE")]
    pub(super) exclude: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
}

/// Who gives documents their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Ids {
    /// From the content of documents: what is sent again is there once
    On,
    /// By OpenSearch
    Off,
}

impl From<Ids> for DocumentIds {
    fn from(ids: Ids) -> Self {
        match ids {
            Ids::On => DocumentIds::Content,
            Ids::Off => DocumentIds::OpenSearch,
        }
    }
}

/// Where documents go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum To {
    /// Into OpenSearch, at --endpoint
    Opensearch,
    /// To standard output, as the body of a _bulk request
    Ndjson,
    /// Nowhere: only the report
    None,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ConfigArgs {
    /// Configuration, over the built-in one; by default $ES_LOADER_CONFIG or /opt/user.ini, then user.ini beside the program
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "OpenSearch")]
pub(super) struct ConnectionArgs {
    /// Address of the domain, collection or node
    #[arg(long, env = "ENDPOINT", value_name = "URL")]
    pub(super) endpoint: Option<String>,
    /// Sign requests for this service even if the address does not tell
    #[arg(long, env = "ENDPOINT_SERVICE", value_enum, value_name = "SERVICE")]
    pub(super) service: Option<ServiceName>,
    /// User for basic authentication; the password comes from $OPENSEARCH_PASSWORD
    #[arg(long, env = "OPENSEARCH_USER", value_name = "NAME")]
    pub(super) user: Option<String>,
    /// File with the certificates (PEM) of a private certificate authority
    #[arg(long, env = "OPENSEARCH_CA", value_name = "FILE")]
    pub(super) ca: Option<PathBuf>,
    /// AWS region; by default as all AWS tools find it
    #[arg(long, value_name = "REGION")]
    pub(super) region: Option<String>,
}

/// The service that requests are signed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ServiceName {
    /// A domain of Amazon OpenSearch Service
    Es,
    /// A collection of OpenSearch Serverless
    Aoss,
}

/// `explain`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Exit status: 0 the line was explained, 2 it could not be read.")]
pub(super) struct ExplainArgs {
    /// The line itself, FILE:N, s3://BUCKET/KEY#N, or - for the first line of standard input
    pub(super) line: String,
    #[command(flatten)]
    pub(super) sample: SampleArgs,
}

/// `coverage`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0 everything was read, 1 an object is damaged, 2 an object could not be read."
)]
pub(super) struct CoverageArgs {
    /// Files, folders, s3://BUCKET/KEY, or s3://BUCKET/PREFIX/ for all objects under it
    #[arg(required = true)]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) sample: SampleArgs,
}

/// How lines are read that are looked at and not sent.
#[derive(Debug, ClapArgs)]
pub(super) struct SampleArgs {
    /// Print JSON, for programs
    #[arg(long)]
    pub(super) json: bool,
    /// Section of the configuration; by default the one whose s3_key matches the path, or the only one
    #[arg(long, value_name = "SECTION")]
    pub(super) log_type: Option<String>,
    #[command(flatten)]
    pub(super) config: ConfigArgs,
    /// Rules that leave documents out, as for load
    #[arg(long, value_name = "FILE")]
    pub(super) exclude: Vec<PathBuf>,
    /// AWS region; by default as all AWS tools find it
    #[arg(long, value_name = "REGION")]
    pub(super) region: Option<String>,
}

/// `check`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Exit status: 0 no errors, 1 errors, 2 a file could not be read.")]
pub(super) struct CheckArgs {
    /// Configuration files, a later one over an earlier one, and rules that leave documents out (.csv, .json); by default those that
    /// `load` reads
    pub(super) files: Vec<PathBuf>,
}

/// `setup`.
#[derive(Debug, ClapArgs)]
pub(super) struct SetupArgs {
    /// Print the index template instead of installing it
    #[arg(long)]
    pub(super) print: bool,
    #[command(flatten)]
    pub(super) dashboards: DashboardsArgs,
    #[command(flatten)]
    pub(super) iam: IamArgs,
    #[command(flatten)]
    pub(super) config: ConfigArgs,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
}

/// `setup --dashboards`.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "OpenSearch Dashboards")]
pub(super) struct DashboardsArgs {
    /// Import the dashboard into OpenSearch Dashboards at this address, with the same sign-in; the template is installed too where
    /// an endpoint is given
    #[arg(long, value_name = "URL", conflicts_with_all = ["print", "print_iam"])]
    pub(super) dashboards: Option<String>,
    /// Language of its titles
    #[arg(long, value_enum, default_value_t = LanguageName::En, value_name = "en|ja", requires = "dashboards")]
    pub(super) language: LanguageName,
    /// Section that it is for
    #[arg(long, value_name = "SECTION", default_value = "deepsecurity", requires = "dashboards")]
    pub(super) log_type: String,
}

/// The language of titles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LanguageName {
    /// English
    En,
    /// Japanese
    Ja,
}

/// `setup --print-iam`.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "IAM")]
pub(super) struct IamArgs {
    /// Print the policy of the function's role, as template.yaml grants it, and install nothing
    #[arg(long, conflicts_with = "print")]
    pub(super) print_iam: bool,
    /// Bucket with the logs
    #[arg(long, value_name = "NAME", requires = "print_iam")]
    pub(super) bucket: Option<String>,
    /// How the keys of the logs begin
    #[arg(long, value_name = "PREFIX", default_value = "ds_agent/")]
    pub(super) key_prefix: String,
    /// KMS key of the bucket
    #[arg(long, value_name = "ARN", requires = "print_iam")]
    pub(super) kms_key_arn: Option<String>,
    /// Role of another account, in which its buckets are read
    #[arg(long, value_name = "ARN", requires = "print_iam")]
    pub(super) log_archive_role_arn: Option<String>,
    /// Queue that starts the function and takes what an invocation has no time for
    #[arg(long, value_name = "ARN", requires = "print_iam")]
    pub(super) queue_arn: Option<String>,
    /// Queue for events that failed for good
    #[arg(long, value_name = "ARN", requires = "print_iam")]
    pub(super) dead_letter_queue_arn: Option<String>,
    /// Domain of OpenSearch Service
    #[arg(long, value_name = "ARN", requires = "print_iam")]
    pub(super) domain_arn: Option<String>,
    /// Collection of OpenSearch Serverless
    #[arg(long, value_name = "ARN", requires = "print_iam", conflicts_with = "domain_arn")]
    pub(super) collection_arn: Option<String>,
    /// Bucket for documents that OpenSearch refuses for good
    #[arg(long, value_name = "NAME", requires = "print_iam")]
    pub(super) dead_letter_bucket: Option<String>,
    /// How the keys of such documents begin
    #[arg(long, value_name = "PREFIX", default_value = "es-loader/dead-letter/")]
    pub(super) dead_letter_prefix: String,
    /// Secret with user and password, for a cluster without IAM
    #[arg(long, value_name = "ARN", requires = "print_iam")]
    pub(super) secret_arn: Option<String>,
    /// Log group of the function
    #[arg(long, value_name = "ARN", requires = "print_iam")]
    pub(super) log_group_arn: Option<String>,
    /// The function is in a VPC
    #[arg(long, requires = "print_iam")]
    pub(super) vpc: bool,
}

/// `generate`.
#[derive(Debug, ClapArgs)]
pub(super) struct GenerateArgs {
    /// The same seed gives the same lines
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// How many lines
    #[arg(long, default_value_t = 1000)]
    pub(super) lines: u64,
    /// File to write, gzipped where it ends in .gz; by default standard output
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// File for what is in the lines (JSON)
    #[arg(long, value_name = "FILE")]
    pub(super) truth: Option<PathBuf>,
    /// Percentage of lines in LEEF
    #[arg(long, value_name = "PERCENT", value_parser = value_parser!(u8).range(..=100))]
    pub(super) leef: Option<u8>,
    /// Percentage of hostile lines: cut, forged, broken bytes, repeated
    #[arg(long, value_name = "PERCENT", value_parser = value_parser!(u8).range(..=100))]
    pub(super) hostile: Option<u8>,
}
