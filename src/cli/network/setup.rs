//! `es-loader setup`: installs the index templates and the dashboard.

use std::process::ExitCode;

use serde_json::Value;

use super::{connect, dashboards};
use crate::cli::args::network::SetupArgs;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::edge::opensearch::client::{ApiError, OpenSearch};
use crate::edge::opensearch::readiness::version;
use crate::map::compiled::CompiledSections;

/// Tries to install a template over a connection that breaks.
const TRIES: u32 = 3;

/// Installs the templates, each under its name, and the dashboard, where the arguments name a server for it.
pub(crate) fn run(
    args: &SetupArgs,
    sections: &CompiledSections,
    templates: &[(String, Value)],
) -> Result<ExitCode, Failure> {
    connect::runtime()?.block_on(async {
        let has_endpoint = args.connection.endpoint.as_deref().is_some_and(|endpoint| !endpoint.is_empty());
        if has_endpoint || args.dashboards.dashboards.is_none() {
            let client = connect::opensearch(&args.connection, None).await?;
            if let Some(finding) = version(&client).await {
                output::notice(format_args!("es-loader: {finding}"));
            }
            for (name, template) in templates {
                install(&client, name, template).await?;
            }
        }
        dashboards::install(&args.dashboards, &args.connection, sections).await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Installs a template, over an older one of its name.
async fn install(client: &OpenSearch, name: &str, template: &Value) -> Result<(), Failure> {
    let mut tries = 1;
    // A connection that a proxy has closed breaks under the next request. To install a template twice does no harm.
    while let Err(error) = client.put_index_template(name, template).await {
        match error {
            ApiError::Send(error) if error.can_pass() && tries < TRIES => tries += 1,
            error => return Err(error.into()),
        }
    }
    output::line(format_args!("index template {name} is installed for {}", template["index_patterns"]));
    Ok(())
}
