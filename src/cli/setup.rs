//! `es-loader setup`: what the cluster needs before the first document.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::process::ExitCode;

use serde_json::Value;

use super::args::common::SectionArgs;
use super::args::network::SetupArgs;
use super::failure::Failure;
use super::{iam, network, output, sections};
use crate::setup::template;

pub(super) fn run(args: &SetupArgs) -> Result<ExitCode, Failure> {
    if args.iam.print_iam {
        output::line(serde_json::to_string_pretty(&iam::policy(&args.iam)?)?);
        return Ok(ExitCode::SUCCESS);
    }
    let config = SectionArgs { config: args.config.clone(), exclude: Vec::new() };
    let sections = sections::compiled(&config)?;
    let mut templates = without_ties(template::index_templates(&sections));
    if args.without_flat_object {
        templates.iter_mut().for_each(|(_, template)| *template = template::without_flat_object(template));
    }
    if !args.print {
        return network::setup(args, &sections, &templates);
    }
    for (_, template) in &templates {
        output::line(serde_json::to_string_pretty(template)?);
    }
    Ok(ExitCode::SUCCESS)
}

/// Gives the template of the longer name the higher priority where one index name begins with another: the cluster refuses two
/// templates of the same priority that match the same name. The longer name comes first, so that a template of an earlier setup is
/// not in the way.
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
