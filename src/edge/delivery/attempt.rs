//! One bulk attempt: what its answer means for each of its documents, and what has to be sent next.
//!
//! Each document is booked once, as indexed or as rejected, or goes into a further attempt.

use std::collections::BTreeSet;
use std::time::Instant;

use super::outcome::Delivery;
use crate::deliver::bulk::fault::Fault;
use crate::deliver::bulk::{Judgement, Verdict, index_and_id, raw_form};
use crate::deliver::dead_letter::letter::Refused;
use crate::load::batch::Batch;
use crate::read::object::line::LineNumber;

/// The documents of one bulk request.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) batch: Batch,
    /// Why the documents are in their raw form, one refusal for each; empty while they are in their own form.
    refusals: Vec<Refusal>,
    /// How often its documents were sent again after a pause.
    pub(crate) retries: u32,
    /// When the batch came in.
    pub(crate) since: Instant,
}

/// A document that was refused in its own form.
#[derive(Clone, Debug)]
struct Refusal {
    fault: Fault,
    /// Its own form.
    document: Vec<u8>,
}

/// What follows from an answer.
#[derive(Debug, Default)]
pub(crate) struct Next {
    /// To be sent without a pause: halves, and raw forms.
    pub(crate) at_once: Vec<Attempt>,
    /// To be sent again after a pause, and why.
    pub(crate) later: Option<(Attempt, Fault)>,
    /// To be sent to other indices, because theirs are closed, with the fault that said so.
    pub(crate) closed: Option<(Attempt, Fault)>,
    /// Cannot be sent, nor can anything after it, and why.
    pub(crate) denied: Option<(Attempt, Fault)>,
    /// Refused in both forms.
    pub(crate) refused: Vec<Refused>,
    /// The batch, of which only the memory is needed any more.
    pub(crate) spent: Option<Batch>,
    /// The cluster could not keep up.
    pub(crate) pressure: bool,
    /// The request was larger than the endpoint takes.
    pub(crate) too_large: bool,
}

impl Attempt {
    pub(crate) fn new(batch: Batch, since: Instant) -> Self {
        Self { batch, refusals: Vec::new(), retries: 0, since }
    }

    /// Books the documents that the answer settles, and gives what has to be sent next.
    pub(crate) fn settle(self, judgement: Judgement, delivery: &mut Delivery) -> Next {
        match judgement {
            Judgement::Items { verdicts, took } => {
                delivery.cluster_time += took;
                self.settle_items(verdicts, delivery)
            }
            Judgement::Again(fault) => {
                Next { pressure: fault.is_pressure(), later: Some((self, fault)), ..Next::default() }
            }
            Judgement::Denied(fault) => Next { denied: Some((self, fault)), ..Next::default() },
            Judgement::TooLarge(fault) => {
                let size = self.batch.body.len();
                let lone = format!(
                    "the document alone is too large for a request, with {size} bytes: {}",
                    fault.reason
                );
                let too_large = self.batch.len() > 1;
                Next {
                    too_large,
                    ..self.divide(Fault::new(fault.status, &fault.error_type, &lone), delivery)
                }
            }
            Judgement::Malformed(fault) => self.divide(fault, delivery),
        }
    }

    /// Books the documents that the cluster holds already, and gives the others.
    pub(crate) fn without(self, held: &BTreeSet<usize>, delivery: &mut Delivery) -> Attempt {
        held.iter().for_each(|index| self.book_indexed(*index, delivery));
        self.select((0..self.batch.len()).filter(|index| !held.contains(index)).collect())
    }

    /// The two halves: only smaller attempts can show which document is at fault.
    pub(crate) fn halves(&self) -> [Attempt; 2] {
        let middle = self.batch.len() / 2;
        [self.select((0..middle).collect()), self.select((middle..self.batch.len()).collect())]
    }

    /// The lines that its documents were made of.
    pub(crate) fn lines(&self) -> impl Iterator<Item = LineNumber> {
        self.batch.items.iter().map(|item| item.line)
    }

    fn settle_items(self, verdicts: Vec<Verdict>, delivery: &mut Delivery) -> Next {
        let mut next = Next::default();
        let mut raw = Attempt::new(Batch::default(), self.since);
        let (mut again, mut closed, mut denied) =
            (SameFate::default(), SameFate::default(), SameFate::default());
        for (index, verdict) in verdicts.into_iter().enumerate() {
            match verdict {
                Verdict::Indexed | Verdict::Duplicate => self.book_indexed(index, delivery),
                Verdict::Again(fault) => {
                    next.pressure |= fault.is_pressure();
                    again.add(index, fault);
                }
                Verdict::Closed(fault) => closed.add(index, fault),
                Verdict::Denied(fault) => denied.add(index, fault),
                Verdict::Refused(fault) => {
                    next.refused.extend(self.refuse(index, fault, &mut raw, delivery));
                }
            }
        }
        if !raw.batch.is_empty() {
            next.at_once.push(raw);
        }
        next.later = again.of(&self);
        next.closed = closed.of(&self);
        next.denied = denied.of(&self);
        next.spent = Some(self.batch);
        next
    }

    fn divide(self, fault: Fault, delivery: &mut Delivery) -> Next {
        if self.batch.len() > 1 {
            return Next { at_once: self.halves().into(), ..Next::default() };
        }
        let mut raw = Attempt::new(Batch::default(), self.since);
        let refused = self.refuse(0, fault, &mut raw, delivery).into_iter().collect();
        let at_once = if raw.batch.is_empty() { Vec::new() } else { vec![raw] };
        Next { at_once, refused, ..Next::default() }
    }

    fn book_indexed(&self, index: usize, delivery: &mut Delivery) {
        delivery.indexed += 1;
        if let (Some(refusal), Some(item)) = (self.refusals.get(index), self.batch.items.get(index)) {
            delivery.raw.add(&refusal.fault, item.line);
        }
    }

    /// Adds a document that is refused for the first time to `raw`; rejects and returns one that was in its raw form already.
    fn refuse(
        &self,
        index: usize,
        fault: Fault,
        raw: &mut Attempt,
        delivery: &mut Delivery,
    ) -> Option<Refused> {
        let item = self.batch.items.get(index)?;
        let (action, sent) = self.batch.pair(index).unwrap_or_default();
        let first = self.refusals.get(index);
        if first.is_none()
            && let Some(form) = raw_form(sent, &fault)
        {
            raw.batch.push(action, &form, item.line);
            if let Some(line) = self.batch.lines.get(item.line) {
                raw.batch.lines.add(item.line, line);
            }
            raw.refusals.push(Refusal { fault, document: sent.to_vec() });
            return None;
        }
        let (fault, document) = match first {
            Some(first) if first.fault != fault => {
                let reason = format!("{}; as its raw form: {fault}", first.fault.reason);
                (Fault::new(first.fault.status, &first.fault.error_type, &reason), first.document.as_slice())
            }
            Some(first) => (fault, first.document.as_slice()),
            None => (fault, sent),
        };
        delivery.rejected.add(&fault, item.line);
        let (index, id) = index_and_id(action).unwrap_or_default();
        Some(Refused {
            line: item.line,
            raw_line: self.batch.lines.get(item.line).map(<[u8]>::to_vec),
            index,
            id,
            document: document.to_vec(),
            fault,
        })
    }

    fn select(&self, indices: Vec<usize>) -> Attempt {
        Attempt {
            refusals: indices.iter().filter_map(|&index| self.refusals.get(index).cloned()).collect(),
            batch: self.batch.select(indices),
            retries: self.retries,
            since: self.since,
        }
    }
}

/// Documents with the same verdict, and the fault of the first one.
#[derive(Default)]
struct SameFate {
    indices: Vec<usize>,
    fault: Option<Fault>,
}

impl SameFate {
    fn add(&mut self, index: usize, fault: Fault) {
        self.indices.push(index);
        self.fault.get_or_insert(fault);
    }

    fn of(self, attempt: &Attempt) -> Option<(Attempt, Fault)> {
        let fault = self.fault?;
        Some((attempt.select(self.indices), fault))
    }
}
