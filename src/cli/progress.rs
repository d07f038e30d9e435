//! What is shown while a load goes on: a bar on a terminal, once it takes over a second, and, wherever standard error leads, why
//! documents have to wait.

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::output;
use crate::bytes::safe::Safe;
use crate::edge::delivery::progress::{Delay, Progress};

/// How often there is something new to see.
const TICK: Duration = Duration::from_millis(200);

/// From when on there is a bar.
const BAR_AFTER: Duration = Duration::from_secs(1);

/// A delay that is shorter is nobody's business.
const DELAY_AFTER: Duration = Duration::from_secs(1);

/// A delay is named again after so long.
const DELAY_EVERY: Duration = Duration::from_secs(15);

/// Shows how many of `total` bytes are read, and what holds the load up, until the returned task is aborted.
pub(super) fn show(progress: Arc<Progress>, total: Option<u64>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let started = Instant::now();
        let is_terminal = std::io::stderr().is_terminal();
        let mut bar = None;
        let mut told: Option<Instant> = None;
        loop {
            tokio::time::sleep(TICK).await;
            if is_terminal && started.elapsed() >= BAR_AFTER {
                bar.get_or_insert_with(|| Cleared(new_bar(total))).0.set_position(progress.bytes_read());
            }
            let Some(delay) = progress.delay().filter(|delay| delay.since.elapsed() >= DELAY_AFTER) else {
                continue;
            };
            if told.is_none_or(|told| told < delay.since || told.elapsed() >= DELAY_EVERY) {
                told = Some(Instant::now());
                let line = line(&delay);
                match &bar {
                    Some(Cleared(bar)) => bar.println(line),
                    None => output::notice(line),
                }
            }
        }
    })
}

fn line(delay: &Delay) -> String {
    let documents = if delay.documents == 1 { "document" } else { "documents" };
    format!(
        "es-loader: nothing went through for {} s, {} {documents} will be sent again: {}",
        delay.since.elapsed().as_secs(),
        delay.documents,
        Safe(&delay.fault.to_string())
    )
}

fn new_bar(total: Option<u64>) -> ProgressBar {
    match total {
        Some(total) => {
            ProgressBar::new(total).with_style(style("{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta}"))
        }
        None => ProgressBar::new_spinner().with_style(style("{spinner} {bytes} {bytes_per_sec}")),
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// A bar that leaves the terminal as it was, also when its task is aborted.
struct Cleared(ProgressBar);

impl Drop for Cleared {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
