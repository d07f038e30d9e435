//! `es-loader generate`: made-up logs, for trying things out and for measuring.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use super::args::local::GenerateArgs;
use super::failure::Failure;
use crate::generate;
use crate::generate::{Encoding, Options};

pub(super) fn run(args: &GenerateArgs) -> Result<ExitCode, Failure> {
    let mut options = Options { seed: args.seed, lines: args.lines, ..Options::default() };
    let share = |percent| f64::from(percent) / 100.0;
    options.leef_share = args.leef.map_or(options.leef_share, share);
    options.hostile_share = args.hostile.map_or(options.hostile_share, share);
    let is_gzip = args.out.as_ref().and_then(|path| path.extension()).is_some_and(|name| name == "gz");
    options.encoding = if is_gzip { Encoding::Gzip } else { Encoding::Plain };
    let summary = match &args.out {
        Some(path) => {
            let mut out = BufWriter::new(File::create(path).map_err(Failure::at(path))?);
            generate::run(&options, &mut out)
                .and_then(|summary| out.flush().map(|()| summary))
                .map_err(Failure::at(path))?
        }
        None => {
            let mut out = BufWriter::new(io::stdout().lock());
            match generate::run(&options, &mut out).and_then(|summary| out.flush().map(|()| summary)) {
                Ok(summary) => summary,
                // `generate | head` has seen enough.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
                Err(error) => return Err(error.into()),
            }
        }
    };
    if let Some(path) = &args.truth {
        let json = serde_json::to_vec_pretty(&summary)?;
        std::fs::write(path, json).map_err(Failure::at(path))?;
    }
    Ok(ExitCode::SUCCESS)
}
