//! The form of the function's own log: with `AWS_LAMBDA_LOG_FORMAT=JSON` each line has the `timestamp` and `level` by which Lambda filters.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use lambda_runtime::tracing::subscriber;
use lambda_runtime::tracing::subscriber::filter::{EnvFilter, LevelFilter};
use lambda_runtime::tracing::subscriber::fmt::format::Writer;
use lambda_runtime::tracing::subscriber::fmt::time::FormatTime;

use crate::local::settings::filled_variable;

/// The level that Lambda's filter lets through: `AWS_LAMBDA_LOG_LEVEL`.
const LEVEL: &str = "AWS_LAMBDA_LOG_LEVEL";

/// Begins the log on standard output, from the level on that `AWS_LAMBDA_LOG_LEVEL` or else `RUST_LOG` names; otherwise from INFO on.
pub fn begin() {
    // Lambda knows FATAL, and what is as bad is an error here.
    let level = filled_variable(LEVEL)
        .map(|level| if level.eq_ignore_ascii_case("FATAL") { "ERROR".to_owned() } else { level });
    let level = level.or_else(|| filled_variable("RUST_LOG"));
    let level = level.and_then(|level| LevelFilter::from_str(&level).ok()).unwrap_or(LevelFilter::INFO);
    let filter = EnvFilter::builder().with_default_directive(level.into()).from_env_lossy();
    let log = subscriber::fmt().with_target(false).with_env_filter(filter).with_writer(std::io::stdout);
    if filled_variable("AWS_LAMBDA_LOG_FORMAT").is_some_and(|format| format.eq_ignore_ascii_case("JSON")) {
        log.json().with_timer(Clock).init();
    } else {
        log.without_time().init();
    }
}

/// The level of lines that Lambda's filter must never drop, as those with metrics: the lowest that it lets through, and at least INFO.
pub(super) fn level_that_passes() -> &'static str {
    match filled_variable(LEVEL).unwrap_or_default().to_ascii_uppercase().as_str() {
        "WARN" => "WARN",
        "ERROR" => "ERROR",
        "FATAL" => "FATAL",
        _ => "INFO",
    }
}

/// The time in RFC 3339, to the millisecond.
struct Clock;

impl FormatTime for Clock {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        write!(writer, "{:.3}", Timestamp::now())
    }
}
