//! What the Python loader of SIEM on OpenSearch takes from its surroundings and this one does not: told once at start.

use std::path::Path;

/// Where a layer puts scripts for the Python loader.
pub const SCRIPT_FOLDERS: [&str; 3] = ["/opt", "/opt/siem", "/opt/python/siem"];

/// Variables by the start of their names, with what to do instead.
const VARIABLES: [(&str, &str); 4] = [
    (
        "GEOIP_BUCKET",
        "there is no GeoIP database in the loader: use an ingest pipeline with the ip2geo processor",
    ),
    (
        "AOSS_TYPE",
        "the address tells OpenSearch Serverless; for a time-series collection set ES_LOADER_DOCUMENT_IDS=off",
    ),
    ("LOG_LEVEL", "set AWS_LAMBDA_LOG_LEVEL, or the function's application log level"),
    ("POWERTOOLS_", "logs and metrics are written without Powertools, under the same names"),
];

/// One text for each variable and script that has no effect.
pub fn not_used(variables: impl Iterator<Item = String>, folders: &[&Path]) -> Vec<String> {
    let mut told: Vec<String> = variables
        .filter_map(|name| {
            let (_, instead) = VARIABLES.iter().find(|(start, _)| match start.strip_suffix('_') {
                Some(_) => name.starts_with(start),
                None => name == *start,
            })?;
            Some(format!("the variable {name} has no effect: {instead}"))
        })
        .collect();
    told.sort();
    for folder in folders {
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut scripts: Vec<String> = files
            .filter_map(|file| file.file_name().into_string().ok())
            .filter(|name| name.starts_with("sf_") && name.ends_with(".py"))
            .collect();
        scripts.sort();
        told.extend(scripts.iter().map(|name| {
            format!(
                "the script {} is not run: user.ini and the log type decide what a document holds",
                folder.join(name).display()
            )
        }));
    }
    told
}
