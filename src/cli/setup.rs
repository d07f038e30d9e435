//! `es-loader setup`: what the cluster needs before the first document.

use std::process::ExitCode;

use serde_json::Value;

use super::Failure;
use super::args::SetupArgs;
use super::{check, connect};
use crate::edge::opensearch::OpenSearch;
use crate::template;

pub(super) fn run(args: SetupArgs) -> Result<ExitCode, Failure> {
    let plans = check::plans(args.config.config.as_deref())?;
    let templates: Vec<(String, Value)> = plans.iter().map(template::index_template).collect();
    if args.print {
        for (_, template) in &templates {
            println!("{}", serde_json::to_string_pretty(template)?);
        }
        return Ok(ExitCode::SUCCESS);
    }
    connect::runtime()?.block_on(async {
        let client = connect::opensearch(&args.connection, None).await?;
        for (name, template) in &templates {
            install(&client, name, template).await?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Installs a template unless the cluster has the very same.
async fn install(client: &OpenSearch, name: &str, template: &Value) -> Result<(), Failure> {
    client.put_index_template(name, template).await?;
    println!("index template {name} is installed for {}", template["index_patterns"]);
    Ok(())
}
