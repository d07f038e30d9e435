//! Sends the documents of a file of dead letters to the cluster once more, and accounts for its records.

use std::collections::BTreeSet;
use std::io::Read;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use jiff::Timestamp;

use super::dead_letters::files::{Contents, read_records};
use super::delivery::outcome::{DeliveryContext, Options};
use super::delivery::sink::send;
use super::opensearch::client::OpenSearch;
use crate::deliver::dead_letter::Cause;
use crate::deliver::dead_letter::letter::DeadLetter;
use crate::deliver::dead_letter::remake::Remade;
use crate::load::account::{Account, Limits};
use crate::load::batch::Batch;
use crate::load::output::BatchSink;
use crate::load::parallel::lock;
use crate::local::settings::DocumentIds;
use crate::map::compiled::CompiledSections;
use crate::map::exclude::RuleAction;
use crate::read::object::line::LineNumber;
use crate::report::{ObjectReport, Outcome};

/// Which records are sent again, and how.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// The sections that make their documents, under the ids that are recorded.
    pub(crate) sections: Arc<CompiledSections>,
    /// Whether the recorded ids are sent.
    pub(crate) ids: DocumentIds,
    /// Only records of these causes are sent; `None` means all records.
    pub(crate) chosen: Option<BTreeSet<Cause>>,
}

/// What became of a file of records.
#[derive(Debug)]
pub(crate) struct Resent {
    /// What became of the chosen records: each counts as a line.
    pub(crate) report: ObjectReport,
    /// What was in the file.
    pub(crate) contents: Contents,
}

impl Resent {
    /// Whether the file is no longer needed: every record of it was indexed, or is left out by a rule of today.
    pub(crate) fn is_settled(&self) -> bool {
        let balance = self.report.balance();
        self.report.outcome == Outcome::Loaded
            && self.contents.fault.is_none()
            && balance.indexed + balance.excluded == self.contents.records
    }
}

/// Sends those records of the file `name` that `order` asks for.
pub(crate) async fn resend(
    name: String,
    reader: impl Read + Send + 'static,
    order: &Arc<Order>,
    client: &OpenSearch,
) -> Resent {
    let started = Instant::now();
    let contents = Arc::new(Mutex::new(Contents::default()));
    let (order, found) = (Arc::clone(order), Arc::clone(&contents));
    let sections = Some(Arc::clone(&order.sections));
    let mut report = ObjectReport::not_loaded(name, Outcome::Loaded);
    let parse = move |sink: &mut BatchSink<'_>| {
        let mut outbox = Outbox { order: &order, sink, account: Account::default(), batch: Batch::default() };
        let contents = read_records(reader, &mut |number, letter| {
            let flow = outbox.take(LineNumber(number), &letter);
            outbox.account.stopped = flow.is_break();
            flow.is_continue()
        });
        if !outbox.account.stopped && !outbox.batch.is_empty() {
            outbox.account.stopped = outbox.flush().is_break();
        }
        let account = outbox.account;
        *lock(&found) = contents;
        account
    };
    let is_over = AtomicBool::new(false);
    let mut context = DeliveryContext { sections, ..DeliveryContext::default() };
    send(parse, (client, &Options::default()), (LineNumber(1), None), &is_over, &mut context, &mut report)
        .await;
    let contents = lock(&contents).clone();
    let failure = contents.fault.clone().or(report.balance().check().err().map(|error| error.to_string()));
    if let (Some(reason), Outcome::Loaded) = (failure, &report.outcome) {
        report.outcome = Outcome::Failed { reason, retry: false };
    }
    report.took = started.elapsed();
    Resent { report, contents }
}

/// Makes batches of the documents, and accounts for the records.
struct Outbox<'o> {
    order: &'o Order,
    sink: &'o mut BatchSink<'o>,
    account: Account,
    batch: Batch,
}

impl Outbox<'_> {
    fn take(&mut self, number: LineNumber, letter: &DeadLetter) -> ControlFlow<()> {
        if self.order.chosen.as_ref().is_some_and(|chosen| !chosen.contains(&Cause::of(letter))) {
            return ControlFlow::Continue(());
        }
        self.account.lines += 1;
        let document = match letter.remake(&self.order.sections, Timestamp::now()) {
            Remade::OfLine(document) | Remade::AsRecorded(document) => document,
            Remade::Excluded => {
                self.account.documents += 1;
                self.account.exclusions.add("the rules of today", RuleAction::Exclude, 1);
                return ControlFlow::Continue(());
            }
            Remade::Nothing => {
                self.account.blank_lines += 1;
                return ControlFlow::Continue(());
            }
        };
        // A document that no batch takes any more counts as unsent.
        self.account.documents += 1;
        let size = self.batch.body.len() + document.len();
        if !self.batch.is_empty() && size > Limits::default().batch_bytes {
            self.flush()?;
        }
        let id = match self.order.ids {
            DocumentIds::Content => letter.id.as_str(),
            DocumentIds::OpenSearch => "",
        };
        letter.push_to(&mut self.batch, id, &document, number);
        ControlFlow::Continue(())
    }

    fn flush(&mut self) -> ControlFlow<()> {
        self.account.bulk_bytes += u64::try_from(self.batch.body.len()).unwrap_or(u64::MAX);
        let flow = (self.sink)(&mut self.batch);
        self.batch = Batch::default();
        flow
    }
}
