//! The arguments of the commands that bring back, catch up and compare.

use std::path::PathBuf;

use clap::{Args as ClapArgs, value_parser};
use jiff::civil::Date;

use super::{ConfigArgs, ConnectionArgs, Ids};

/// How documents are made, and which are left out.
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct PlanArgs {
    #[command(flatten)]
    pub(in crate::cli) config: ConfigArgs,
    /// Rules that leave documents out, as for `load`
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) exclude: Vec<PathBuf>,
}

/// Days, both ends among them.
#[derive(Debug, ClapArgs)]
pub(in crate::cli) struct DayArgs {
    /// First day, YYYY-MM-DD: of the date folders in keys as they stand, or else of an object's last change in UTC
    #[arg(long, value_name = "DATE")]
    pub(in crate::cli) since: Option<Date>,
    /// Last day
    #[arg(long, value_name = "DATE")]
    pub(in crate::cli) until: Option<Date>,
}

/// `backfill`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0 everything arrived, 1 some lines or documents were rejected, 2 it could not be finished: run it again."
)]
pub(in crate::cli) struct BackfillArgs {
    /// s3://BUCKET/PREFIX: all objects whose keys begin so
    #[arg(value_name = "ADDRESS")]
    pub(in crate::cli) address: String,
    #[command(flatten)]
    pub(in crate::cli) days: DayArgs,
    /// Show what would be loaded, and load nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Do not ask
    #[arg(long)]
    pub(in crate::cli) yes: bool,
    /// Objects that are loaded at a time
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = value_parser!(u8).range(1..))]
    pub(in crate::cli) concurrency: u8,
    /// File that remembers which objects are done; by default es-loader-backfill-HASH.json in this folder, named by source and
    /// target
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) checkpoint: Option<PathBuf>,
    /// Do not load, but have the function do it: send one S3 event for each object to this queue
    #[arg(long, value_name = "QUEUE_URL")]
    pub(in crate::cli) enqueue: Option<String>,
    /// Folder, or s3://BUCKET/PREFIX/, for documents that OpenSearch refuses for good
    #[arg(long, env = "ES_LOADER_DEAD_LETTER", value_name = "PLACE")]
    pub(in crate::cli) dead_letter: Option<String>,
    /// Whether documents have an _id of their content, as for `load`
    #[arg(long, env = "ES_LOADER_DOCUMENT_IDS", value_enum, default_value_t = Ids::On, value_name = "ON|OFF")]
    pub(in crate::cli) document_ids: Ids,
    #[command(flatten)]
    pub(in crate::cli) plan: PlanArgs,
    #[command(flatten)]
    pub(in crate::cli) connection: ConnectionArgs,
}

/// `redrive`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0 everything arrived, 1 some documents were rejected once more, 2 it could not be finished."
)]
pub(in crate::cli) struct RedriveArgs {
    /// s3://BUCKET/PREFIX, a folder or a file of dead letters, or the URL of a queue with messages that the function gave up
    #[arg(value_name = "PLACE")]
    pub(in crate::cli) place: String,
    /// Show groups, and what becomes of them by the present configuration, and send nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Send only the groups of these numbers; by default all
    #[arg(long, value_name = "N")]
    pub(in crate::cli) group: Vec<usize>,
    /// Delete a file of dead letters once every record in it was indexed
    #[arg(long, conflicts_with = "dry_run")]
    pub(in crate::cli) delete: bool,
    /// For a queue: folder, or s3://BUCKET/PREFIX/, for documents that OpenSearch refuses for good
    #[arg(long, env = "ES_LOADER_DEAD_LETTER", value_name = "PLACE")]
    pub(in crate::cli) dead_letter: Option<String>,
    /// Whether documents are sent with the _id of their content, as for `load`
    #[arg(long, env = "ES_LOADER_DOCUMENT_IDS", value_enum, default_value_t = Ids::On, value_name = "ON|OFF")]
    pub(in crate::cli) document_ids: Ids,
    #[command(flatten)]
    pub(in crate::cli) plan: PlanArgs,
    #[command(flatten)]
    pub(in crate::cli) connection: ConnectionArgs,
}

/// `audit`.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Exit status: 0 everything is there, once; 1 some documents are not, or too often; 2 it could not be finished."
)]
pub(in crate::cli) struct AuditArgs {
    /// Files, folders, s3://BUCKET/KEY, or s3://BUCKET/PREFIX/ for all objects under it
    #[arg(required = true)]
    pub(in crate::cli) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) days: DayArgs,
    /// Write all objects and their numbers to standard output, as JSON
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// Section of the configuration for local files, as for `load`
    #[arg(long, value_name = "SECTION")]
    pub(in crate::cli) log_type: Option<String>,
    /// Whether documents have an _id of their content, as for `load`; without, they can only be counted
    #[arg(long, env = "ES_LOADER_DOCUMENT_IDS", value_enum, default_value_t = Ids::On, value_name = "ON|OFF")]
    pub(in crate::cli) document_ids: Ids,
    #[command(flatten)]
    pub(in crate::cli) plan: PlanArgs,
    #[command(flatten)]
    pub(in crate::cli) connection: ConnectionArgs,
}
