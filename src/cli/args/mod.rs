//! The arguments as they are typed: nothing is opened or computed here.

pub(crate) mod common;
pub(crate) mod local;
pub(crate) mod network;

use anstream::ColorChoice;
use clap::{Parser, Subcommand, ValueEnum};

#[cfg(feature = "playground")]
use self::local::PlaygroundArgs;
use self::local::{
    CheckArgs, CompletionsArgs, CoverageArgs, DiffArgs, ExplainArgs, GenerateArgs, LoadArgs, TestArgs,
};
use self::network::{AuditArgs, BackfillArgs, RedriveArgs, SetupArgs, TimelineArgs};

/// Loads Trend Micro Deep Security logs from S3 into OpenSearch.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub(crate) struct Args {
    /// Whether what is printed has colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// When text has colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

impl Color {
    /// Makes it the choice of all that is printed.
    pub(crate) fn choose(self) {
        let choice = match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        };
        choice.write_global();
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Load objects: files, folders, s3:// addresses, or those that an S3 event names
    Load(LoadArgs),
    /// Tell where each field of one line's document comes from
    Explain(ExplainArgs),
    /// Tell what the configuration makes of a sample: keys without a field, fields never filled, modules, versions
    Coverage(CoverageArgs),
    /// Check configuration files
    Check(CheckArgs),
    /// Check that log lines become the documents that test cases say
    Test(TestArgs),
    /// Tell which documents of a sample another configuration changes
    Diff(DiffArgs),
    /// Install the index template and the dashboards, or print what the function's role has to be allowed
    Setup(Box<SetupArgs>),
    /// Load what lies in a bucket already, day by day, and go on where it was stopped
    Backfill(BackfillArgs),
    /// Send again what OpenSearch refused: dead letters, or the messages of a dead-letter queue
    Redrive(RedriveArgs),
    /// Compare the lines of objects with the documents in OpenSearch
    Audit(AuditArgs),
    /// Show what all logs know of an address, in the order of time
    Timeline(TimelineArgs),
    /// Write made-up logs, the same for the same seed
    Generate(GenerateArgs),
    /// Write the completions of a shell
    Completions(CompletionsArgs),
    /// Open a page that shows what becomes of a line while you change user.ini
    #[cfg(feature = "playground")]
    Playground(PlaygroundArgs),
}
