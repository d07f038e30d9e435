//! The arguments of the commands that bring back, catch up and compare.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::{ConfigArgs, ConnectionArgs};

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
    #[command(flatten)]
    pub(in crate::cli) config: ConfigArgs,
    /// Rules that leave documents out, as for `load`
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) exclude: Vec<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) connection: ConnectionArgs,
}
