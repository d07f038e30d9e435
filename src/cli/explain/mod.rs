//! `es-loader explain`: where every field of one line's document comes from.

mod explained;
mod why;
mod screen;
mod html;
mod target;

use std::io::Write;
use std::ops::ControlFlow;
use std::process::ExitCode;

use self::explained::{Explained, ExplainedDocument};
use self::html::Page;
use self::screen::Screen;
use self::target::Target;
use super::args::local::ExplainArgs;
use super::failure::Failure;
use super::{output, sample, sections};
use crate::load::account::Limits;
use crate::map::compiled::CompiledSections;

/// The most documents of one line that are explained: a forged line may hold very many events.
const MAX_DOCUMENTS: usize = 100;

pub(super) fn run(args: &ExplainArgs) -> Result<ExitCode, Failure> {
    let sections = sections::compiled(&args.sample.sections)?;
    let target = Target::parse(&args.line)?;
    let explained = explain(args, &target, &sections)?;
    if args.sample.json {
        output::json(&explained)?;
    } else if args.html {
        output::line(Page(&explained));
    } else {
        output::wrote(write!(anstream::stdout(), "{}", Screen(&explained)));
    }
    Ok(ExitCode::SUCCESS)
}

fn explain(args: &ExplainArgs, target: &Target, sections: &CompiledSections) -> Result<Explained, Failure> {
    let object = target.open(&args.sample, sections)?;
    let section = object.section.clone();
    let limits = Limits { lines: target.lines(), ..Limits::default() };
    let mut documents: Vec<ExplainedDocument> = Vec::new();
    let mut more = false;
    let account = sample::show(object, sections, &limits, &mut |document, written| {
        let line = document.event().line.0;
        // Standard input may go on.
        if documents.first().is_some_and(|first| first.explanation.line != line) {
            return ControlFlow::Break(());
        }
        more = documents.len() == MAX_DOCUMENTS;
        if more {
            return ControlFlow::Break(());
        }
        let message = document.event().record.message.to_string();
        let explanation = document.explain();
        documents.push(ExplainedDocument { excluded: written.excluded, message, explanation });
        ControlFlow::Continue(())
    });
    let line = target.to_string();
    if let Some(broken) = account.broken.filter(|_| documents.is_empty()) {
        return Err(Failure(format!("{line}: {}", broken.reason)));
    }
    if account.lines == 0 {
        return Err(Failure(format!("{line}: there is no such line")));
    }
    let left_out_by = account.exclusions.iter();
    let left_out_by = left_out_by.map(|(rule, hits)| (rule.to_owned(), hits.documents)).collect();
    let missing = match sections.named(&section) {
        Some(section) if !args.why.is_empty() => why::narrow(&mut documents, &args.why, section),
        _ => Vec::new(),
    };
    Ok(Explained { line, section, documents, missing, more, left_out_by })
}
