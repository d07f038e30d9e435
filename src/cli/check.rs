//! `es-loader check`: the configuration, with every error's place and way out.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::Failure;
use super::args::CheckArgs;
use crate::config::{self, Config, File, Severity};
use crate::plan::Plans;

/// Where the Lambda layer of SIEM on OpenSearch puts the user's configuration.
const LAYER_FILE: &str = "/opt/user.ini";

/// The user's configuration beside the program.
const BESIDE_FILE: &str = "user.ini";

pub(super) fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let files = if args.files.is_empty() { find(None)? } else { read(&args.files)? };
    let findings = config::check(&files);
    for finding in &findings {
        eprintln!("{finding}");
    }
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Ok(ExitCode::from(1));
    }
    let plans = compile(&files)?;
    for plan in plans.iter() {
        let log_type = plan.log_type();
        println!(
            "[{}] takes keys that match `{}`, maps {} fields, writes to {}",
            log_type.name,
            log_type.s3_key,
            log_type.mappings.len(),
            log_type.index.name
        );
    }
    let read: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    println!("no errors in {}", if read.is_empty() { "the built-in configuration".to_owned() } else { read.join(", ") });
    Ok(ExitCode::SUCCESS)
}

/// The configuration of this process: `given`, or the files that are there by convention; warnings go to standard error.
pub(super) fn plans(given: Option<&Path>) -> Result<Plans, Failure> {
    let files = find(given)?;
    let plans = compile(&files)?;
    for finding in config::check(&files) {
        eprintln!("{finding}");
    }
    Ok(plans)
}

/// The configuration files of this process.
///
/// `given` stands alone; otherwise `ES_LOADER_CONFIG` or the layer's file, then `user.ini` beside the program.
pub(crate) fn find(given: Option<&Path>) -> Result<Vec<File>, Failure> {
    if let Some(given) = given {
        return read(&[given.to_owned()]);
    }
    let mut paths = Vec::new();
    match std::env::var_os("ES_LOADER_CONFIG").filter(|path| !path.is_empty()) {
        Some(path) => paths.push(PathBuf::from(path)),
        None => paths.extend([PathBuf::from(LAYER_FILE)].into_iter().filter(|path| path.exists())),
    }
    let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join(BESIDE_FILE)));
    paths.extend(beside.filter(|path| path.exists()));
    read(&paths)
}

fn read(paths: &[PathBuf]) -> Result<Vec<File>, Failure> {
    let read_one = |path: &PathBuf| {
        let name = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => Ok(File { name, text: String::from_utf8_lossy(&bytes).into_owned() }),
            Err(error) => Err(Failure(format!("{name}: {error}"))),
        }
    };
    paths.iter().map(read_one).collect()
}

/// The files, compiled.
pub(crate) fn compile(files: &[File]) -> Result<Plans, Failure> {
    let config = Config::load(files).map_err(|findings| {
        let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
        Failure(format!("the configuration cannot be used\n{}", lines.join("\n")))
    })?;
    Plans::new(config).map_err(|(section, error)| Failure(format!("section [{section}]: {error}")))
}
