//! `es-loader setup`: what the cluster needs before the first document.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::process::ExitCode;

use serde_json::Value;

use super::Failure;
use super::args::SetupArgs;
use super::{check, connect, dashboards, iam, output};
use crate::edge::opensearch::client::{ApiError, OpenSearch};
use crate::setup::template;

/// Tries to install a template over a connection that breaks.
const TRIES: u32 = 3;

pub(super) fn run(args: &SetupArgs) -> Result<ExitCode, Failure> {
    if args.iam.print_iam {
        output::line(serde_json::to_string_pretty(&iam::policy(&args.iam))?);
        return Ok(ExitCode::SUCCESS);
    }
    let plans = check::plans(args.config.config.as_deref(), &[])?;
    let templates = without_ties(template::index_templates(&plans));
    if args.print {
        for (_, template) in &templates {
            output::line(serde_json::to_string_pretty(template)?);
        }
        return Ok(ExitCode::SUCCESS);
    }
    connect::runtime()?.block_on(async {
        let has_endpoint = args.connection.endpoint.as_deref().is_some_and(|endpoint| !endpoint.is_empty());
        if has_endpoint || args.dashboards.dashboards.is_none() {
            let client = connect::opensearch(&args.connection, None).await?;
            for (name, template) in &templates {
                install(&client, name, template).await?;
            }
        }
        dashboards::install(&args.dashboards, &args.connection, &plans).await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// The cluster refuses two templates of the same priority that match the same name: where one index name begins with another, the
/// longer one gets the higher priority. It comes first, so that a lower one of an earlier setup is not in the way of the shorter.
fn without_ties(mut templates: Vec<(String, Value)>) -> Vec<(String, Value)> {
    let names: BTreeSet<String> = templates.iter().map(|(name, _)| name.clone()).collect();
    let begins = |name: &str, with: &str| name.strip_prefix(with).is_some_and(|rest| rest.starts_with('-'));
    for (name, template) in &mut templates {
        let shorter = names.iter().filter(|other| begins(name, other)).count();
        let priority = template["priority"].as_u64().unwrap_or_default();
        template["priority"] = Value::from(priority + u64::try_from(shorter).unwrap_or_default());
    }
    templates.sort_by_key(|(_, template)| Reverse(template["priority"].as_u64()));
    templates
}

/// Installs a template, over an older one of its name.
async fn install(client: &OpenSearch, name: &str, template: &Value) -> Result<(), Failure> {
    let mut tries = 1;
    // A connection that a proxy has closed meanwhile breaks under the next request; to install a template twice does no harm.
    while let Err(error) = client.put_index_template(name, template).await {
        match error {
            ApiError::Send(error) if error.can_pass() && tries < TRIES => tries += 1,
            error => return Err(error.into()),
        }
    }
    output::line(format_args!("index template {name} is installed for {}", template["index_patterns"]));
    Ok(())
}
