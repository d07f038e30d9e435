use super::Failure;
use super::args::CoverageArgs;
use std::process::ExitCode;
pub(super) fn run(_args: CoverageArgs) -> Result<ExitCode, Failure> {
    Ok(ExitCode::SUCCESS)
}
