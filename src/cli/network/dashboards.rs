//! `es-loader setup --dashboards`: the dashboard of a section, and the one over all logs.

use super::connect;
use crate::cli::args::common::ConnectionArgs;
use crate::cli::args::network::{DashboardsArgs, LanguageName};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::map::compiled::CompiledSections;
use crate::setup::dashboard;
use crate::setup::dashboard::{Language, ONE_ADDRESS};

/// Imports the dashboards, over older ones of the same ids, if the arguments name a server.
pub(super) async fn install(
    args: &DashboardsArgs,
    connection: &ConnectionArgs,
    sections: &CompiledSections,
) -> Result<(), Failure> {
    let Some(address) = &args.dashboards else { return Ok(()) };
    let language = match args.language {
        LanguageName::En => Language::English,
        LanguageName::Ja => Language::Japanese,
    };
    let with_dashboard = |section| Some((section, dashboard::saved_objects(section, language)?));
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
    objects.push_str(dashboard::one_address(language));
    let taken = connect::client(address, connection, None).await?.import(&objects).await?;
    let index = &section.log_type().index.name;
    output::line(format_args!(
        "dashboards {index}-summary and {ONE_ADDRESS} are imported: {taken} saved objects"
    ));
    Ok(())
}
