//! The arguments of the commands that work on the cluster, on buckets and on queues.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args as ClapArgs, value_parser};
use jiff::Timestamp;
use jiff::civil::Date;

use super::common::{ConfigArgs, ConnectionArgs, SectionArgs};
use crate::local::settings::DocumentIds;
use crate::setup::dashboard::Language;

/// `setup`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Exit status: 0 it is installed or printed, 2 it is not.")]
pub(crate) struct SetupArgs {
    /// Print the index template instead of installing it
    #[arg(long)]
    pub(crate) print: bool,
    /// The form for OpenSearch 1.3 to 2.6, in which no search finds keys that nobody knows; an old cluster gets it unasked
    #[arg(long)]
    pub(crate) without_flat_object: bool,
    #[command(flatten)]
    pub(crate) dashboards: DashboardsArgs,
    #[command(flatten)]
    pub(crate) iam: IamArgs,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// `setup --dashboards`.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "OpenSearch Dashboards")]
pub(crate) struct DashboardsArgs {
    /// Import the dashboards into OpenSearch Dashboards at this address, with the same sign-in: that of a section, and "One address"
    /// over all logs. The template is installed too where an endpoint is given
    #[arg(long, value_name = "URL", conflicts_with_all = ["print", "print_iam"])]
    pub(crate) dashboards: Option<String>,
    /// Language of their titles
    #[arg(long, value_enum, default_value_t = Language::English, value_name = "en|ja", requires = "dashboards")]
    pub(crate) language: Language,
    /// Section whose dashboard it is; by default the first one whose logs have one
    #[arg(long, value_name = "SECTION", requires = "dashboards")]
    pub(crate) log_type: Option<String>,
}

/// `setup --print-iam`.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "IAM")]
pub(crate) struct IamArgs {
    /// Print the policy of the function's role, as template.yaml grants it, and install nothing
    #[arg(long, conflicts_with = "print")]
    pub(crate) print_iam: bool,
    /// Bucket with the logs
    #[arg(long, value_name = "NAME", requires = "print_iam")]
    pub(crate) bucket: Option<String>,
    /// How the keys of the logs begin; by default as in template.yaml, ds_agent/
    #[arg(long, value_name = "PREFIX")]
    pub(crate) key_prefix: Option<String>,
    /// KMS key of the bucket
    #[arg(long, value_name = "ARN", requires = "print_iam")]
    pub(crate) kms_key_arn: Option<String>,
    /// Role of another account, in which its buckets are read
    #[arg(long, value_name = "ARN", requires = "print_iam")]
    pub(crate) log_archive_role_arn: Option<String>,
    /// Queue that starts the function and takes what an invocation has no time for
    #[arg(long, value_name = "ARN", requires = "print_iam")]
    pub(crate) queue_arn: Option<String>,
    /// Queue for events that failed for good
    #[arg(long, value_name = "ARN", requires = "print_iam")]
    pub(crate) dead_letter_queue_arn: Option<String>,
    /// Domain of OpenSearch Service
    #[arg(long, value_name = "ARN", requires = "print_iam")]
    pub(crate) domain_arn: Option<String>,
    /// Collection of OpenSearch Serverless
    #[arg(long, value_name = "ARN", requires = "print_iam", conflicts_with = "domain_arn")]
    pub(crate) collection_arn: Option<String>,
    /// Bucket for documents that OpenSearch refuses for good
    #[arg(long, value_name = "NAME", requires = "print_iam")]
    pub(crate) dead_letter_bucket: Option<String>,
    /// How the keys of such documents begin; by default as in template.yaml, es-loader/dead-letter/
    #[arg(long, value_name = "PREFIX")]
    pub(crate) dead_letter_prefix: Option<String>,
    /// KMS key of that bucket
    #[arg(long, value_name = "ARN", requires = "print_iam")]
    pub(crate) dead_letter_kms_key_arn: Option<String>,
    /// Pattern of the indices of all sections; by default as in template.yaml, log-deepsecurity*
    #[arg(long, value_name = "PATTERN")]
    pub(crate) index_pattern: Option<String>,
    /// Secret with user and password, for a cluster without IAM
    #[arg(long, value_name = "ARN", requires = "print_iam")]
    pub(crate) secret_arn: Option<String>,
    /// Log group of the function
    #[arg(long, value_name = "ARN", requires = "print_iam")]
    pub(crate) log_group_arn: Option<String>,
    /// The function is in a VPC
    #[arg(long, requires = "print_iam")]
    pub(crate) vpc: bool,
}

/// Days, both ends among them.
#[derive(Debug, ClapArgs)]
pub(crate) struct DayArgs {
    /// First day, YYYY-MM-DD: of the date folders in keys as they stand, or else of an object's last change in UTC
    #[arg(long, value_name = "DATE")]
    pub(crate) since: Option<Date>,
    /// Last day
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Option<Date>,
}

/// `backfill`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0 everything arrived, 1 something was rejected or damaged, or most lines are no events, 2 it could not be finished: run it again."
)]
pub(crate) struct BackfillArgs {
    /// s3://BUCKET/PREFIX: all objects whose keys begin so
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: String,
    #[command(flatten)]
    pub(crate) days: DayArgs,
    /// Show what would be loaded, and load nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask
    #[arg(long)]
    pub(crate) yes: bool,
    /// Objects that are loaded at a time
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = value_parser!(u8).range(1..))]
    pub(crate) concurrency: u8,
    /// File that remembers which objects are done; by default es-loader-backfill-HASH.json in this folder, named by source and
    /// target
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Do not load, but have the function do it: send one S3 event for each object to this queue
    #[arg(long, value_name = "QUEUE_URL")]
    pub(crate) enqueue: Option<String>,
    /// Folder, or s3://BUCKET/PREFIX/, for documents that OpenSearch refuses for good
    #[arg(long, env = "ES_LOADER_DEAD_LETTER", value_name = "PLACE")]
    pub(crate) dead_letter: Option<String>,
    /// Whether documents have an _id of their content, as for `load`
    #[arg(long, env = "ES_LOADER_DOCUMENT_IDS", value_enum, default_value_t = DocumentIds::Content, value_name = "ON|OFF")]
    pub(crate) document_ids: DocumentIds,
    #[command(flatten)]
    pub(crate) sections: SectionArgs,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// `redrive`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0 everything arrived, 1 some documents were rejected once more, 2 it could not be finished."
)]
pub(crate) struct RedriveArgs {
    /// s3://BUCKET/PREFIX, a folder or a file of dead letters, or the URL of a queue with messages that the function gave up
    #[arg(value_name = "PLACE")]
    pub(crate) place: String,
    /// Show groups, and what becomes of them by the present configuration, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Send only the groups of these numbers; by default all
    #[arg(long, value_name = "N")]
    pub(crate) group: Vec<usize>,
    /// Delete a file of dead letters once every record in it was indexed
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) delete: bool,
    /// For a queue: folder, or s3://BUCKET/PREFIX/, for documents that OpenSearch refuses for good
    #[arg(long, env = "ES_LOADER_DEAD_LETTER", value_name = "PLACE")]
    pub(crate) dead_letter: Option<String>,
    /// Whether documents are sent with the _id of their content, as for `load`
    #[arg(long, env = "ES_LOADER_DOCUMENT_IDS", value_enum, default_value_t = DocumentIds::Content, value_name = "ON|OFF")]
    pub(crate) document_ids: DocumentIds,
    #[command(flatten)]
    pub(crate) sections: SectionArgs,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// `audit`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0 everything is there, once; 1 some documents are not, or too often; 2 it could not be finished."
)]
pub(crate) struct AuditArgs {
    /// Files, folders, s3://BUCKET/KEY, or s3://BUCKET/PREFIX/ for all objects under it
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) days: DayArgs,
    /// Write all objects and their numbers to standard output, as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Section of the configuration for local files, as for `load`
    #[arg(long, value_name = "SECTION")]
    pub(crate) log_type: Option<String>,
    /// Whether documents have an _id of their content, as for `load`; without, they can only be counted
    #[arg(long, env = "ES_LOADER_DOCUMENT_IDS", value_enum, default_value_t = DocumentIds::Content, value_name = "ON|OFF")]
    pub(crate) document_ids: DocumentIds,
    #[command(flatten)]
    pub(crate) sections: SectionArgs,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// `timeline`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Exit status: 0 the cluster answered, 2 it did not.")]
pub(crate) struct TimelineArgs {
    /// IPv4 or IPv6 address that somebody asks about
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: IpAddr,
    /// First time: so long ago (30m, 1h, 7d), or a date or time such as 2026-11-28 or 2026-11-28T03:10:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<Since>,
    /// Events that are shown, the last ones
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = value_parser!(u16).range(1..=10_000))]
    pub(crate) limit: u16,
    /// Write the events to standard output as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Indices that are searched
    #[arg(long, value_name = "PATTERN", default_value = "log-*")]
    pub(crate) index: String,
    #[command(flatten)]
    pub(crate) connection: ConnectionArgs,
}

/// A time as OpenSearch reads it in a query.
#[derive(Clone, Debug)]
pub(crate) struct Since(pub(crate) String);

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.trim_end_matches(['s', 'm', 'h', 'd', 'w']);
        let is_ago = text.len() == number.len() + 1 && number.parse::<u32>().is_ok();
        if is_ago {
            return Ok(Self(format!("now-{text}")));
        }
        let is_time = text.parse::<Date>().is_ok() && text.len() == 10 || text.parse::<Timestamp>().is_ok();
        if is_time {
            Ok(Self(text.to_owned()))
        } else {
            Err("neither an age such as 1h nor a date or time".to_owned())
        }
    }
}
