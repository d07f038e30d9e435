//! One object, from its bytes to its bulk requests, and the account of what was in it.
//!
//! [`load`] takes a reader, a compiled section and what is known of the object, and hands batches to a sink as they fill. Memory
//! depends on the longest line and on the size of a batch. Of each line of the object it keeps only some bytes, to find equal lines.

pub mod account;
pub mod ages;
pub mod clocks;
mod looks_like;
pub mod batch;
mod reading;
mod line_records;
mod stages;
pub mod output;
pub(crate) mod parallel;

use std::io::Read;
use std::num::NonZero;
use std::ops::ControlFlow;

use jiff::Timestamp;

use self::account::{Account, Limits};
use self::output::{BatchSink, Outlets, Output, Visitor};
use self::reading::LineReader;
use self::stages::Stages;
use crate::config::log_type::{FileFormat, LogType};
use crate::map::Documents;
use crate::map::compiled::CompiledSection;
use crate::map::event::ObjectFacts;
use crate::read::object::{Grouping, Lines};
use crate::trigger::object_ref::LineRange;

/// Loads one object. The sink may take the contents of a batch; what it leaves is thrown away. It never gets an empty batch.
pub fn load<R: Read + Send>(
    reader: R,
    section: &CompiledSection,
    facts: ObjectFacts,
    limits: &Limits,
    sink: &mut BatchSink<'_>,
) -> Account {
    let now = facts.around.load;
    let outlets = Outlets { sink: Some(sink), visitor: None };
    run(reader, Documents::new(section, facts), section, now, limits, outlets)
}

/// Reads an object as [`load`] does, and shows its documents to `visitor` instead of sending them. These documents can say where each
/// of their values comes from.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::ops::ControlFlow;
///
/// use es_loader::config::Config;
/// use es_loader::config::diagnostic::File;
/// use es_loader::load::account::Limits;
/// use es_loader::load::visit;
/// use es_loader::local::open_object::Facts;
/// use es_loader::map::compiled::CompiledSections;
///
/// let user_ini = File { name: "user.ini".to_owned(), text: "[deepsecurity]\nlabels.policy = cs6\n".to_owned() };
/// let config = Config::load(&[user_ini]).expect("no mistake in it");
/// let sections = CompiledSections::new(config).expect("no field is a value and an object");
/// let section = sections.named("deepsecurity").ok_or("it is built in")?;
/// let line = "CEF:0|Trend Micro|Deep Security Agent|20.0|1000552|IPS|6|src=10.0.3.77 act=Reset cs6=web";
/// let facts = Facts::local("an object".to_owned(), "2026-11-29T00:00:00Z".parse()?).complete(section);
///
/// let account = visit(line.as_bytes(), section, facts, &Limits::default(), &mut |document, _| {
///     let explanation = document.explain();
///     let value = |name: &str| explanation.fields.iter().find(|field| field.field == name).map(|field| &field.value);
///     assert_eq!(value("source.ip"), Some(&"10.0.3.77".into()), "the table");
///     assert_eq!(value("labels.policy"), Some(&"web".into()), "the line of user.ini");
///     assert_eq!(value("event.provider"), Some(&"intrusion_prevention".into()), "the log type");
///     ControlFlow::Continue(())
/// });
/// assert_eq!(account.lines, 1);
/// # Ok(())
/// # }
/// ```
pub fn visit<R: Read + Send>(
    reader: R,
    section: &CompiledSection,
    facts: ObjectFacts,
    limits: &Limits,
    visitor: &mut Visitor<'_>,
) -> Account {
    let now = facts.around.load;
    let documents = Documents::new(section, facts).traced();
    let limits = &Limits { workers: NonZero::<usize>::MIN, ..*limits };
    let outlets = Outlets { sink: None, visitor: Some(visitor) };
    run(reader, documents, section, now, limits, outlets)
}

fn run<'l, R: Read + Send>(
    reader: R,
    documents: Documents<'l>,
    section: &'l CompiledSection,
    now: Timestamp,
    limits: &Limits,
    outlets: Outlets<'l>,
) -> Account {
    let mut lines = Lines::new(reader, limits.line_bytes, limits.inflation).grouped(grouping(section));
    let mut reading = LineReader::new(limits.lines.unwrap_or(LineRange { start: 1, end: None }), section);
    let mut stages = Stages::new(section, documents);
    let mut output = Output::new(*limits, now, outlets);
    let flow = all(&mut lines, &mut reading, &mut stages, &mut output, limits.workers);
    let mut account = output.into_account();
    account.stopped = flow.is_break();
    account.exclusions.merge(&stages.take_exclusions());
    account.text_bytes = lines.decoded_bytes();
    account.broken = lines.broken().cloned();
    account
}

/// What an event is among the lines of the section's objects.
fn grouping(section: &CompiledSection) -> Grouping {
    let LogType { first_line, json_delimiter, file_format, .. } = &section.log_type;
    match (first_line, json_delimiter, file_format) {
        (Some(first_line), _, _) => Grouping::FirstLine(first_line.clone()),
        (None, _, FileFormat::Csv(Some(delimiter))) => Grouping::Rows(*delimiter),
        (None, Some(name), _) if section.holds_events() => Grouping::Array(name.clone()),
        (None, _, _) => Grouping::Json,
    }
}

/// Bytes of text after which several workers share the rest of an object: for less, threads cost more than they gain.
const LARGE: u64 = 256 << 10;

fn all<R: Read + Send>(
    lines: &mut Lines<R>,
    reading: &mut LineReader,
    stages: &mut Stages<'_>,
    output: &mut Output<'_>,
    workers: NonZero<usize>,
) -> ControlFlow<()> {
    while workers.get() == 1 || lines.decoded_bytes() < LARGE {
        let Some(chunk) = reading.next(lines) else { return output.flush() };
        stages.lines(&chunk, output)?;
    }
    parallel::all(lines, reading, stages, output, workers)?;
    output.flush()
}
