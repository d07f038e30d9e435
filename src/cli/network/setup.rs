//! `es-loader setup`: installs the index templates and the dashboards.

use std::process::ExitCode;

use serde_json::Value;

use super::connect;
use crate::cli::args::common::ConnectionArgs;
use crate::cli::args::network::{DashboardsArgs, SetupArgs};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::edge::opensearch::client::{ApiError, OpenSearch, in_path};
use crate::edge::opensearch::readiness::version;
use crate::edge::opensearch::send_error::SendError;
use crate::edge::opensearch::write_alias::{WriteAlias, first_index};
use crate::map::compiled::CompiledSections;
use crate::setup::dashboard;
use crate::setup::template::without_flat_object;

/// Tries to install a template over a connection that breaks.
const TRIES: u32 = 3;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NameIs {
    /// An alias, or a data stream.
    Alias,
    /// An index.
    Index,
    /// Nothing.
    Free,
}

/// Installs the templates, each under its name, and the dashboards, where the arguments name a server for them.
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
        import_dashboards(&args.dashboards, &args.connection, sections).await?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Makes the first index behind an alias, where its name stands for nothing yet.
async fn begin_alias(client: &OpenSearch, alias: &str) -> Result<(), Failure> {
    let first = first_index(alias);
    let is = what_is(client, alias).await?;
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

/// What a name stands for.
///
/// # Errors
///
/// No answer, or one that says neither yes nor no.
async fn what_is(client: &OpenSearch, name: &str) -> Result<NameIs, ApiError> {
    match client.get(&format!("{}?filter_path=*.settings.index.uuid", in_path(name))).await {
        Ok(Value::Object(indices)) if indices.contains_key(name) => Ok(NameIs::Index),
        Ok(_) => Ok(NameIs::Alias),
        Err(ApiError::Refused { fault, .. }) if fault.status == 404 => Ok(NameIs::Free),
        Err(error) => Err(error),
    }
}

/// A refusal with what to do about it.
async fn told(client: &OpenSearch, error: &ApiError) -> Failure {
    let help = match error {
        ApiError::Refused { fault, .. } if fault.status == 403 => {
            "the user or role may not write index templates. The Security plugin allows it by `cluster_manage_index_templates` (on a domain, map \
             the role's ARN to a role with it), a domain's access policy by es:ESHttpPut, the data access policy of OpenSearch Serverless \
             by aoss:UpdateIndex. Somebody who may can install what `es-loader setup --print` prints"
        }
        error if is_dashboards(client, error).await => {
            "OpenSearch Dashboards answers there. --endpoint takes the address of the cluster itself, mostly on port 9200; --dashboards URL \
             installs the dashboards"
        }
        _ => return Failure(error.to_string()),
    };
    Failure(format!("{error}\nhelp: {help}"))
}

/// Whether it is OpenSearch Dashboards that answered with something else than an error of OpenSearch's: it tells its state, where it lets us
/// look, or sends us to its own pages.
async fn is_dashboards(client: &OpenSearch, error: &ApiError) -> bool {
    match error {
        ApiError::Refused { fault, .. } if !fault.error_type.is_empty() => return false,
        ApiError::Send(SendError::Redirected { endpoint, target }) if endpoint == target => return true,
        ApiError::Refused { .. } => {}
        ApiError::Send(_) => return false,
    }
    match client.get("api/status").await {
        Ok(answer) => answer.get("status").is_some(),
        Err(ApiError::Send(SendError::Redirected { endpoint, target })) => endpoint == target,
        Err(_) => false,
    }
}

/// Installs a template, over an older one of its name; in its form for old versions, if the cluster wants that.
async fn install(client: &OpenSearch, name: &str, template: &Value) -> Result<(), Failure> {
    let older = without_flat_object(template);
    match put(client, name, template).await {
        Err(ApiError::Refused { fault, .. })
            if fault.reason.contains("flat_object") && older != *template =>
        {
            if let Err(error) = put(client, name, &older).await {
                return Err(told(client, &error).await);
            }
            output::notice(format_args!(
                "es-loader: {name} is installed in its form for old versions: no search finds keys that nobody knows"
            ));
        }
        Err(error) => return Err(told(client, &error).await),
        Ok(()) => {}
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

/// Imports the dashboards, over older ones of the same ids, if the arguments name a server.
async fn import_dashboards(
    args: &DashboardsArgs,
    connection: &ConnectionArgs,
    sections: &CompiledSections,
) -> Result<(), Failure> {
    let Some(address) = &args.dashboards else { return Ok(()) };
    let with_dashboard = |section| Some((section, dashboard::saved_objects(section, args.language)?));
    let (section, mut objects) = match &args.log_type {
        None => sections
            .iter()
            .find_map(with_dashboard)
            .ok_or_else(|| Failure("no section of the configuration has a dashboard".to_owned()))?,
        Some(name) => {
            let section = sections.named(name);
            let section =
                section.ok_or_else(|| Failure(format!("no section [{name}] in the configuration")))?;
            with_dashboard(section)
                .ok_or_else(|| Failure(format!("there is no dashboard for logs of section [{name}]")))?
        }
    };
    objects.push_str(dashboard::one_address(args.language));
    let taken = connect::client(address, connection, None).await?.import(&objects).await?;
    let index = &section.log_type().index.name;
    output::line(format_args!(
        "dashboards {index}-summary and {} are imported: {taken} saved objects",
        dashboard::ONE_ADDRESS
    ));
    Ok(())
}
