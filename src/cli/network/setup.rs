//! `es-loader setup`: installs the index templates and the dashboard.

use std::process::ExitCode;

use serde_json::Value;

use super::{connect, dashboards};
use crate::cli::args::network::SetupArgs;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::edge::opensearch::client::{ApiError, OpenSearch};
use crate::edge::opensearch::readiness::version;
use crate::edge::opensearch::write_alias::{FirstIndex, NameIs, WriteAlias};
use crate::map::compiled::CompiledSections;
use crate::setup::template::without_flat_object;

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
            for alias in sections.aliases().into_iter().filter(|_| !client.is_collection()) {
                begin_alias(&client, alias).await?;
            }
        }
        dashboards::install(&args.dashboards, &args.connection, sections).await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Makes the first index behind an alias, where its name stands for nothing yet.
async fn begin_alias(client: &OpenSearch, alias: &str) -> Result<(), Failure> {
    let first = FirstIndex(alias);
    let is = client.what_is(alias).await?;
    let made = if is == NameIs::Free { client.make_write_alias(alias).await } else { WriteAlias::NoAlias };
    match (is, made) {
        (NameIs::Alias, _) => output::line(format_args!("alias {alias} is there")),
        (NameIs::Index, _) => output::notice(format_args!(
            "es-loader: {alias} is an index, and with index_rotation = auto it should be an alias: documents go there, and it is \
             never rolled over"
        )),
        (NameIs::Free, WriteAlias::Made) => {
            output::line(format_args!("index {first} is made, with the alias {alias} to write to"));
        }
        (NameIs::Free, WriteAlias::IndexIsThere) => {
            return Err(Failure(format!(
                "index {first} is there, but not its alias {alias}: give it the alias with is_write_index, or delete the index"
            )));
        }
        (NameIs::Free, WriteAlias::NoAlias) => {
            output::line(format_args!("{alias} will be a data stream, as its index template says"));
        }
        (NameIs::Free, WriteAlias::Refused(fault) | WriteAlias::Unanswered(fault)) => {
            return Err(Failure(format!("{fault}")));
        }
    }
    Ok(())
}

/// Installs a template, over an older one of its name; in its form for old versions, if the cluster wants that.
async fn install(client: &OpenSearch, name: &str, template: &Value) -> Result<(), Failure> {
    let older = without_flat_object(template);
    match put(client, name, template).await {
        Err(ApiError::Refused { fault, .. })
            if fault.reason.contains("flat_object") && older != *template =>
        {
            put(client, name, &older).await?;
            output::notice(format_args!(
                "es-loader: {name} is installed in its form for old versions: no search finds keys that nobody knows"
            ));
        }
        done => done?,
    }
    output::line(format_args!("index template {name} is installed for {}", template["index_patterns"]));
    Ok(())
}

async fn put(client: &OpenSearch, name: &str, template: &Value) -> Result<(), ApiError> {
    let mut tries = 1;
    // A connection that a proxy has closed breaks under the next request. To install a template twice does no harm.
    while let Err(error) = client.put_index_template(name, template).await {
        match error {
            ApiError::Send(error) if error.can_pass() && tries < TRIES => tries += 1,
            error => return Err(error),
        }
    }
    Ok(())
}
