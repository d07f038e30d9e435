//! `es-loader explain`: where every field of one line's document comes from.

mod screen;
mod target;

use std::io::Write;
use std::ops::ControlFlow;
use std::process::ExitCode;

use serde::Serialize;

use self::screen::Screen;
use self::target::Target;
use super::args::ExplainArgs;
use super::sample;
use super::sample::Look;
use super::{Failure, connect, output};
use crate::load::account::{Account, Limits};
use crate::map::Document;
use crate::map::event::Written;
use crate::map::explain::explanation::Explanation;

pub(super) fn run(args: &ExplainArgs) -> Result<ExitCode, Failure> {
    let plans = sample::plans(&args.sample)?;
    let target = Target::parse(&args.line)?;
    let explained = connect::runtime()?.block_on(async {
        let limits = Limits { lines: target.lines(), ..Limits::default() };
        let sample = target.open(&args.sample, &plans).await?;
        let section = sample.log_type.clone();
        let (account, seen) = sample.show(&plans, limits, Seen::default()).await?;
        Explained::new(&target, section, seen, account)
    })?;
    if args.sample.json {
        output::json(&explained)?;
    } else {
        // A reader that has gone has seen enough.
        let _ = write!(anstream::stdout(), "{}", Screen(&explained));
    }
    Ok(ExitCode::SUCCESS)
}

/// Documents of one line that are explained: a forged line may hold very many events.
const MAX_DOCUMENTS: usize = 100;

/// What there is to say of a line.
#[derive(Debug, Serialize)]
struct Explained {
    /// The line's place, as it was given.
    line: String,
    /// The section that takes it.
    section: String,
    /// Its documents; none of a blank line.
    documents: Vec<Shown>,
    /// There are more of them.
    more: bool,
    /// Rules that have left documents out, and how many.
    left_out_by: Vec<(String, u64)>,
}

#[derive(Debug, Serialize)]
struct Shown {
    /// A rule leaves it out.
    excluded: bool,
    #[serde(flatten)]
    explanation: Explanation,
}

impl Explained {
    fn new(target: &Target, section: String, seen: Seen, account: Account) -> Result<Self, Failure> {
        let Seen { documents, more } = seen;
        let name = target.to_string();
        if let Some(broken) = account.broken.filter(|_| documents.is_empty()) {
            return Err(Failure(format!("{name}: {}", broken.reason)));
        }
        if account.lines == 0 {
            return Err(Failure(format!("{name}: there is no such line")));
        }
        let left_out_by = account.exclusions.iter();
        let left_out_by = left_out_by.map(|(rule, hits)| (rule.to_owned(), hits.documents)).collect();
        Ok(Self { line: name, section, documents, more, left_out_by })
    }
}

/// The documents of one line.
#[derive(Default)]
struct Seen {
    documents: Vec<Shown>,
    more: bool,
}

impl Look for Seen {
    fn document(&mut self, document: &Document<'_, '_, '_>, written: Written) -> ControlFlow<()> {
        let line = document.event().line.0;
        // Standard input may go on.
        if self.documents.first().is_some_and(|first| first.explanation.line != line) {
            return ControlFlow::Break(());
        }
        self.more = self.documents.len() == MAX_DOCUMENTS;
        if self.more {
            return ControlFlow::Break(());
        }
        self.documents.push(Shown { excluded: written.excluded, explanation: document.explain() });
        ControlFlow::Continue(())
    }
}
