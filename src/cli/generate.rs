//! `es-loader generate`: made-up logs, for trying things out and for measuring.

use std::fs::{File, create_dir_all};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use super::args::local::GenerateArgs;
use super::failure::Failure;
use crate::generate::{self, Encoding, LOG_TYPES, Options, Summary};

pub(super) fn run(args: &GenerateArgs) -> Result<ExitCode, Failure> {
    let mut options = Options { seed: args.seed, lines: args.lines, ..Options::default() };
    let share = |percent| f64::from(percent) / 100.0;
    options.leef_share = args.leef.map_or(options.leef_share, share);
    options.hostile_share = args.hostile.map_or(options.hostile_share, share);
    let log_type = LOG_TYPES.iter().find(|log_type| args.log_type.as_deref() == Some(log_type.name));
    let path = match (&args.out, log_type) {
        (Some(folder), Some(log_type)) if folder.is_dir() || ends_in_slash(folder) => {
            Some(folder.join(log_type.key))
        }
        (out, _) => out.clone(),
    };
    let is_gzip = path.as_ref().and_then(|path| path.extension()).is_some_and(|name| name == "gz");
    options.encoding = if is_gzip { Encoding::Gzip } else { Encoding::Plain };
    let write = |out: &mut dyn Write| -> io::Result<Summary> {
        let mut out = BufWriter::new(out);
        let summary = match log_type {
            Some(log_type) => log_type.run(&options, &mut out)?,
            None => generate::run(&options, &mut out)?,
        };
        out.flush()?;
        Ok(summary)
    };
    let summary = match &path {
        Some(path) => {
            if let Some(folder) = path.parent().filter(|_| path != args.out.as_deref().unwrap_or(path)) {
                create_dir_all(folder).map_err(Failure::at(folder))?;
            }
            File::create(path).and_then(|mut file| write(&mut file)).map_err(Failure::at(path))?
        }
        None => match write(&mut io::stdout().lock()) {
            Ok(summary) => summary,
            // `generate | head` has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
            Err(error) => return Err(error.into()),
        },
    };
    if let Some(path) = &args.truth {
        let json = serde_json::to_vec_pretty(&summary)?;
        std::fs::write(path, json).map_err(Failure::at(path))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether a path names a folder by its last character: it need not be there.
fn ends_in_slash(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b"/")
}
