//! One object from its bytes to its bulk requests, and the account of what was in it.
//!
//! Takes a reader, a compiled section and what is known of the object; hands batches to a sink as they fill. Memory depends on the
//! longest line and the size of a batch, not on the object. Does not know where bytes come from nor where batches go.

use std::borrow::Cow;
use std::io::Read;
use std::ops::ControlFlow;

use jiff::Timestamp;

use crate::bulk::{Batch, Item};
use crate::config::FileFormat;
use crate::document::{Document, Documents, Event, ObjectFacts, Written};
use crate::event::LineRange;
use crate::exclude::{self, Action, Exclusions};
use crate::identity::{Identities, Identity};
use crate::marker;
use crate::metrics::Ages;
use crate::object::{Break, Inflation, Line, LineNumber, Lines};
use crate::plan::Plan;
use crate::problem::{Problem, Problems};
use crate::record::{self, Record};

/// Bounds of one load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A batch is handed over when its next document would make it larger than this, in bytes.
    pub batch_bytes: usize,
    /// Longer lines are cut there, in bytes.
    pub line_bytes: usize,
    /// Only these lines.
    pub lines: Option<LineRange>,
    /// Batches keep the lines that their documents were made of.
    pub keep_lines: bool,
    /// A packed object that grows over this breaks off there.
    pub inflation: Inflation,
}

impl Default for Limits {
    /// Requests of 5 MB, as OpenSearch Service recommends; lines of 16 MiB.
    fn default() -> Self {
        Self {
            batch_bytes: 5_000_000,
            line_bytes: 16 << 20,
            lines: None,
            keep_lines: false,
            inflation: Inflation::default(),
        }
    }
}

/// The account of one object. Every line is in it, and every event: `lines` - `blank_lines` + `further_events` = `documents`; and each
/// document was left out by a rule or handed to the sink, unless that wanted no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Lines, blank ones too, of the range that was asked for.
    pub lines: u64,
    /// Lines with nothing in them.
    pub blank_lines: u64,
    /// Events beyond the first of their line.
    pub further_events: u64,
    /// Documents: as many as lines that are not blank, and more where a line holds several events. Those that a rule left out are
    /// among them, but in none of the numbers below.
    pub documents: u64,
    /// What the rules have done that leave documents out, or count them.
    pub exclusions: Exclusions,
    /// Documents of events that could not be understood.
    pub pipeline_errors: u64,
    /// Bytes of text, after decompression.
    pub text_bytes: u64,
    /// Bytes of bulk requests, before compression.
    pub bulk_bytes: u64,
    /// The earliest event time.
    pub first_event: Option<Timestamp>,
    /// The latest event time.
    pub last_event: Option<Timestamp>,
    /// How old the events were when they were loaded.
    pub ages: Ages,
    /// What was odd.
    pub problems: Problems,
    /// Where the object broke off.
    pub broken: Option<Break>,
    /// The sink wanted no more.
    pub stopped: bool,
}

impl Account {
    /// Documents that were handed to the sink.
    pub fn handed_over(&self) -> u64 {
        self.documents - self.exclusions.excluded().min(self.documents)
    }
}

/// Loads one object. The sink may take the batch's contents, or leave them to be thrown away; it is never handed an empty one.
pub fn load<R: Read>(
    reader: R,
    plan: &Plan,
    facts: ObjectFacts,
    limits: &Limits,
    sink: &mut dyn FnMut(&mut Batch) -> ControlFlow<()>,
) -> Account {
    let now = facts.around.load;
    run(reader, Documents::new(plan, facts), plan, now, limits, Takers { sink, visitor: None })
}

/// Who is shown a document, and what became of it; may have seen enough.
pub type Visitor<'v> = dyn FnMut(&Document<'_, '_, '_>, Written) -> ControlFlow<()> + 'v;

/// The same way for an object whose documents are looked at instead of sent: they can say where each value comes from.
pub fn visit<R: Read>(
    reader: R,
    plan: &Plan,
    facts: ObjectFacts,
    limits: &Limits,
    visitor: &mut Visitor<'_>,
) -> Account {
    let now = facts.around.load;
    let documents = Documents::new(plan, facts).traced();
    let takers = Takers { sink: &mut |_| ControlFlow::Continue(()), visitor: Some(visitor) };
    run(reader, documents, plan, now, limits, takers)
}

/// Who takes what a load makes.
struct Takers<'l> {
    sink: &'l mut dyn FnMut(&mut Batch) -> ControlFlow<()>,
    visitor: Option<&'l mut Visitor<'l>>,
}

fn run<'l, R: Read>(
    reader: R,
    documents: Documents<'l>,
    plan: &'l Plan,
    now: Timestamp,
    limits: &Limits,
    takers: Takers<'l>,
) -> Account {
    let mut lines = Lines::new(reader, limits.line_bytes, limits.inflation);
    let mut loader = Loader {
        plan,
        range: limits.lines.unwrap_or(LineRange { start: 1, end: None }),
        identities: Identities::default(),
        documents,
        part: (LineNumber(0), 0),
        output: Output {
            batch: Batch::default(),
            operation: Vec::new(),
            now,
            batch_bytes: limits.batch_bytes,
            keep_lines: limits.keep_lines,
            counted: 0,
            account: Account::default(),
            takers,
        },
    };
    let flow = loader.all(&mut lines);
    let mut account = loader.output.account;
    account.stopped = flow.is_break();
    loader.documents.account_exclusions(&mut account.exclusions);
    account.text_bytes = lines.decoded_bytes();
    account.broken = lines.broken().cloned();
    account
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Lines, records and events that go through a stage together: few enough to stay in the processor's cache.
const FEW: usize = 16;

struct Loader<'l> {
    plan: &'l Plan,
    range: LineRange,
    identities: Identities,
    documents: Documents<'l>,
    /// How many documents a line has given so far.
    part: (LineNumber, usize),
    output: Output<'l>,
}

/// A line as text.
struct Text<'b> {
    line: Line<'b>,
    /// A blank line has none.
    identity: Option<Identity<'b>>,
    text: Cow<'b, str>,
    /// Not all of it was UTF-8.
    replaced: bool,
}

impl Loader<'_> {
    fn all<R: Read>(&mut self, lines: &mut Lines<R>) -> ControlFlow<()> {
        let last = self.range.end.unwrap_or(u64::MAX);
        loop {
            let few = lines.next_few(FEW);
            let Some(end) = few.last().map(|line| line.number.0) else { break };
            self.lines(&few)?;
            if end >= last {
                break;
            }
        }
        self.output.flush()
    }

    fn lines(&mut self, few: &[Line<'_>]) -> ControlFlow<()> {
        let mut texts = Vec::with_capacity(few.len());
        for line in few {
            // Equal lines are counted from the first line on, also when only a part of the object is loaded.
            let identity = (!is_blank(line.bytes)).then(|| self.identities.next(line.bytes));
            if (self.range.start..=self.range.end.unwrap_or(u64::MAX)).contains(&line.number.0) {
                let (text, replaced) = match identity {
                    Some(_) => record::decode(line.bytes),
                    None => Default::default(),
                };
                texts.push(Text { line: *line, identity, text, replaced: replaced > 0 });
            }
        }
        let mut records = Vec::with_capacity(FEW);
        for text in &texts {
            for record in records_of(text, &self.plan.log_type().file_format) {
                records.push((text, record));
                if records.len() == FEW {
                    self.records(&records, &texts)?;
                    records.clear();
                }
            }
        }
        self.records(&records, &texts)?;
        self.output.count_all(&texts);
        ControlFlow::Continue(())
    }

    fn records(&mut self, records: &[(&Text<'_>, Record<'_>)], texts: &[Text<'_>]) -> ControlFlow<()> {
        let mut events = Vec::with_capacity(FEW);
        for (text, record) in records {
            let Text { line: Line { number: line, .. }, identity: Some(identity), .. } = text else {
                continue;
            };
            if let Some(rule) = exclude::own_rule(record, self.plan.own_log_group.as_deref()) {
                self.events(&events, texts)?;
                events.clear();
                let part = self.next_part(*line);
                self.output.leave_out(rule, part, *line, texts);
                continue;
            }
            if record.message_missing {
                self.output.account.problems.add(Problem::MessageMissing);
            }
            for text in marker::split(&record.message) {
                let part = self.next_part(*line);
                events.push(Event { record, text, line: *line, identity, part });
                if events.len() == FEW {
                    self.events(&events, texts)?;
                    events.clear();
                }
            }
        }
        self.events(&events, texts)
    }

    fn events(&mut self, events: &[Event<'_>], texts: &[Text<'_>]) -> ControlFlow<()> {
        let Self { documents, output, .. } = self;
        documents.make(events, &mut |document| output.take(document, texts))
    }

    /// The number of a line's next document.
    fn next_part(&mut self, line: LineNumber) -> usize {
        let (of, next) = &mut self.part;
        if *of != line {
            (*of, *next) = (line, 0);
        }
        *next += 1;
        *next - 1
    }
}

/// Whether a line says nothing. Files that were written one behind the other have byte order marks inside.
fn is_blank(mut bytes: &[u8]) -> bool {
    while let [0xef, 0xbb, 0xbf, behind @ ..] = bytes {
        bytes = behind;
    }
    bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0)
}

fn records_of<'t>(text: &'t Text<'_>, format: &FileFormat) -> impl Iterator<Item = Record<'t>> {
    let is_json = matches!(format, FileFormat::Json);
    let message = text.text.trim_start_matches(BYTE_ORDER_MARK);
    let records = is_json.then(|| record::records(message)).into_iter().flatten();
    let is_record = !is_json && text.identity.is_some();
    records.chain(is_record.then(|| Record { message: message.into(), ..Record::default() }))
}

/// Where documents go, and the account of them.
struct Output<'l> {
    batch: Batch,
    /// An operation on its way from a full batch to the next.
    operation: Vec<u8>,
    now: Timestamp,
    batch_bytes: usize,
    keep_lines: bool,
    /// How many of the lines at hand are in the account.
    counted: usize,
    account: Account,
    takers: Takers<'l>,
}

impl Output<'_> {
    fn take(&mut self, mut document: Document<'_, '_, '_>, texts: &[Text<'_>]) -> ControlFlow<()> {
        let Event { line, part, .. } = *document.event();
        self.count_through(line, texts);
        let start = self.batch.body.len();
        let account = &mut self.account;
        let written = document.write(&mut self.batch.body, &mut account.problems);
        account.documents += 1;
        account.further_events += u64::from(part > 0);
        if let Some(visitor) = &mut self.takers.visitor {
            visitor(&document, written)?;
        }
        if written.excluded {
            return ControlFlow::Continue(());
        }
        account.ages.add(self.now.as_second().saturating_sub(written.time.as_second()));
        account.pipeline_errors += u64::from(written.pipeline_error);
        account.first_event = Some(account.first_event.map_or(written.time, |first| first.min(written.time)));
        account.last_event = Some(account.last_event.map_or(written.time, |last| last.max(written.time)));
        if start > 0 && self.batch.body.len() > self.batch_bytes {
            // The operation that is too much for this batch begins the next one.
            self.operation.extend(self.batch.body.drain(start..));
            self.flush()?;
            self.batch.body.append(&mut self.operation);
        }
        let end = self.batch.body.len();
        let start = self.batch.items.last().map_or(0, |item| item.end);
        self.batch.items.push(Item { start, end, line });
        if self.keep_lines
            && let Some(text) = self.counted.checked_sub(1).and_then(|last| texts.get(last))
        {
            self.batch.lines.add(line, text.line.bytes);
        }
        ControlFlow::Continue(())
    }

    /// Counts a record that the loader itself has written.
    fn leave_out(&mut self, rule: &'static str, part: usize, line: LineNumber, texts: &[Text<'_>]) {
        self.count_through(line, texts);
        self.account.documents += 1;
        self.account.further_events += u64::from(part > 0);
        self.account.exclusions.add(rule, Action::Exclude, 1);
    }

    /// Counts the lines at hand up to this one: those behind it have not been loaded if the sink wants no more.
    fn count_through(&mut self, line: LineNumber, texts: &[Text<'_>]) {
        while let Some(text) = texts.get(self.counted).filter(|text| text.line.number <= line) {
            self.counted += 1;
            self.account.lines += 1;
            self.account.blank_lines += u64::from(text.identity.is_none());
            if text.identity.is_some() && text.line.cut > 0 {
                self.account.problems.add(Problem::LineCut);
            }
            if text.replaced {
                self.account.problems.add(Problem::NotUtf8);
            }
        }
    }

    fn count_all(&mut self, texts: &[Text<'_>]) {
        self.count_through(LineNumber(u64::MAX), texts);
        self.counted = 0;
    }

    fn flush(&mut self) -> ControlFlow<()> {
        if self.batch.items.is_empty() {
            return ControlFlow::Continue(());
        }
        self.account.bulk_bytes += u64::try_from(self.batch.body.len()).unwrap_or(u64::MAX);
        let flow = (self.takers.sink)(&mut self.batch);
        self.batch.body.clear();
        self.batch.items.clear();
        self.batch.lines.clear();
        flow
    }
}
