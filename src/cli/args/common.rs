//! Arguments that several commands have.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::local::settings::Service;

/// The configuration, and the rules that leave documents out.
#[derive(Debug, ClapArgs)]
pub(crate) struct SectionArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Rules that leave documents out (CSV, or JSON with JMESPath conditions); by default $ES_LOADER_EXCLUDE, or else
    /// exclude_log_patterns.csv and exclude_log_conditions.json beside the configuration
    #[arg(long, value_name = "FILE")]
    pub(crate) exclude: Vec<PathBuf>,
}

#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct ConfigArgs {
    /// Configuration, over the built-in one; by default $ES_LOADER_CONFIG or /opt/user.ini, then user.ini beside the program
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "OpenSearch")]
pub(crate) struct ConnectionArgs {
    /// Address of the domain, collection or node
    #[arg(long, env = "ENDPOINT", value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// Sign requests for this service even if the address does not tell
    #[arg(long, env = "ENDPOINT_SERVICE", value_enum, value_name = "SERVICE")]
    pub(crate) service: Option<Service>,
    /// User for basic authentication; the password comes from $OPENSEARCH_PASSWORD
    #[arg(long, env = "OPENSEARCH_USER", value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// Send the password over plain http to another host, where everybody on the way can read it
    #[arg(long)]
    pub(crate) password_over_http: bool,
    /// File with the certificates (PEM) of a private certificate authority
    #[arg(long, env = "OPENSEARCH_CA", value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// AWS region; by default as all AWS tools find it
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
}

/// How lines are read that are looked at and not sent.
#[derive(Debug, ClapArgs)]
pub(crate) struct SampleArgs {
    /// Print JSON, for programs
    #[arg(long)]
    pub(crate) json: bool,
    /// Section of the configuration; by default the one whose s3_key matches the path, or the only one
    #[arg(long, value_name = "SECTION")]
    pub(crate) log_type: Option<String>,
    #[command(flatten)]
    pub(crate) sections: SectionArgs,
    /// AWS region; by default as all AWS tools find it
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
}
