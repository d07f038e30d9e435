//! Findings about a configuration, in the forms that people, programs, GitHub and code scanning read.

use serde_json::{Value, json};

use super::args::local::FindingFormat;
use super::failure::Failure;
use super::output;
use super::test::github_text;
use crate::config::diagnostic::Diagnostic;

/// Writes all findings: for people to standard error, else to standard output.
pub(super) fn write(findings: &[Diagnostic], format: FindingFormat) -> Result<(), Failure> {
    match format {
        FindingFormat::Text => findings.iter().for_each(output::notice),
        FindingFormat::Json => output::json(&findings.iter().map(as_json).collect::<Vec<_>>())?,
        FindingFormat::Github => findings.iter().for_each(|finding| output::line(annotation(finding))),
        FindingFormat::Sarif => output::json(&sarif(findings))?,
    }
    Ok(())
}

fn text(finding: &Diagnostic) -> String {
    match &finding.help {
        Some(help) => format!("{}; {help}", finding.message),
        None => finding.message.clone(),
    }
}

fn as_json(finding: &Diagnostic) -> Value {
    let Diagnostic { severity, position, message, help } = finding;
    json!({
        "severity": severity.to_string(),
        "file": position.file,
        "line": position.line,
        "column": position.column,
        "message": message,
        "help": help,
    })
}

fn annotation(finding: &Diagnostic) -> String {
    let position = &finding.position;
    // In a property, a comma and a colon end it.
    let file = github_text(&position.file).replace(':', "%3A").replace(',', "%2C");
    let place = format!("file={file},line={},col={}", position.line, position.column);
    format!("::{} {place}::{}", finding.severity, github_text(&text(finding)))
}

/// A log of SARIF 2.1.0 with one run.
fn sarif(findings: &[Diagnostic]) -> Value {
    let result = |finding: &Diagnostic| {
        let position = &finding.position;
        json!({
            "ruleId": "user.ini",
            "level": finding.severity.to_string(),
            "message": { "text": text(finding) },
            "locations": [{ "physicalLocation": {
                "artifactLocation": { "uri": position.file },
                "region": { "startLine": position.line, "startColumn": position.column },
            } }],
        })
    };
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "es-loader",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": [{ "id": "user.ini", "shortDescription": { "text": "What is wrong or odd in user.ini" } }],
            } },
            "results": findings.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}
