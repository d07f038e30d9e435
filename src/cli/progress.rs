//! Shows how far a load is: a bar on a terminal, once the load takes over a second, and everywhere a line while documents have to wait.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use super::output;
use crate::bytes::safe::Safe;
use crate::local::progress::{Counts, Delay, Progress};

/// The time between two looks at the progress.
const TICK: Duration = Duration::from_millis(200);

/// How long a load takes before it gets a bar.
const BAR_AFTER: Duration = Duration::from_secs(1);

/// How long a delay lasts before it is named.
const DELAY_AFTER: Duration = Duration::from_secs(1);

/// The time after which a delay is named again.
const DELAY_EVERY: Duration = Duration::from_secs(15);

/// Shows the progress until it is dropped; the terminal is as before then.
pub(crate) struct Shown {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Shows how many of `total` bytes are read, and what delays the load.
pub(crate) fn show(progress: Arc<Progress>, total: Option<u64>) -> Shown {
    let (stop, stopped) = channel();
    let thread = thread::spawn(move || watch(&progress, total, &stopped));
    Shown { stop: Some(stop), thread: Some(thread) }
}

impl Drop for Shown {
    fn drop(&mut self) {
        drop(self.stop.take());
        // The thread has nothing to say: if it panicked, there was no bar.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn watch(progress: &Progress, total: Option<u64>, stopped: &Receiver<()>) {
    let started = Instant::now();
    let is_terminal = std::io::stderr().is_terminal();
    let mut bar: Option<ProgressBar> = None;
    let mut named: Option<Instant> = None;
    while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
        if is_terminal && started.elapsed() >= BAR_AFTER {
            let bar = bar.get_or_insert_with(|| new_bar(total));
            bar.set_message(told(progress.counts()));
            bar.set_position(progress.bytes_read());
        }
        let Some(delay) = progress.delay().filter(|delay| delay.since.elapsed() >= DELAY_AFTER) else {
            continue;
        };
        if named.is_none_or(|named| named < delay.since || named.elapsed() >= DELAY_EVERY) {
            named = Some(Instant::now());
            let line = line(&delay);
            match &bar {
                Some(bar) => bar.println(line),
                None => output::notice(line),
            }
        }
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

fn line(delay: &Delay) -> String {
    let documents = if delay.documents == 1 { "document" } else { "documents" };
    format!(
        "es-loader: nothing went through for {} s, {} {documents} will be sent again: {}",
        delay.since.elapsed().as_secs(),
        delay.documents,
        Safe(&delay.fault.with_way_out())
    )
}

/// `1,200 documents, 3 rejected, 40 sent again`; what is zero is not said, but for the documents.
fn told(Counts { indexed, rejected, sent_again }: Counts) -> String {
    let mut told = format!("{} documents", HumanCount(indexed));
    for (count, what) in [(rejected, "rejected"), (sent_again, "sent again")] {
        if count > 0 {
            told.push_str(&format!(", {} {what}", HumanCount(count)));
        }
    }
    told
}

fn new_bar(total: Option<u64>) -> ProgressBar {
    match total {
        Some(total) => ProgressBar::new(total)
            .with_style(style("{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}  {msg}")),
        None => ProgressBar::new_spinner().with_style(style("{spinner} {bytes} {bytes_per_sec}  {msg}")),
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_beside_the_documents() {
        let counts = |indexed, rejected, sent_again| told(Counts { indexed, rejected, sent_again });
        assert_eq!(counts(1200, 0, 0), "1,200 documents");
        assert_eq!(counts(1200, 3, 0), "1,200 documents, 3 rejected");
        assert_eq!(counts(0, 0, 40), "0 documents, 40 sent again");
        assert_eq!(counts(7, 1, 2), "7 documents, 1 rejected, 2 sent again");
    }

    #[test]
    fn counts_of_several_objects_add_up() {
        let progress = Progress::default();
        let first = Counts { indexed: 5, rejected: 1, sent_again: 0 };
        progress.add_counts(Counts::default(), first);
        progress.add_counts(first, Counts { indexed: 9, ..first });
        progress.add_counts(Counts::default(), Counts { indexed: 2, rejected: 0, sent_again: 3 });
        assert_eq!(progress.counts(), Counts { indexed: 11, rejected: 1, sent_again: 3 });
    }
}
