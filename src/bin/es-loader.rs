//! The command line.

fn main() -> std::process::ExitCode {
    es_loader::cli::run()
}
