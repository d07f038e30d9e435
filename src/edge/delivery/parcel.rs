//! A batch on its way: what an answer to it means for each of its documents, and what is sent next.
//!
//! Books every document once, as indexed or rejected, or hands it on. Does not send, wait, or look at a clock.

use std::collections::BTreeSet;
use std::time::Instant;

use super::outcome::Delivery;
use crate::deliver::bulk::fault::Fault;
use crate::deliver::bulk::{Judgement, Verdict, index_and_id, raw_form};
use crate::deliver::dead_letter::letter::Refused;
use crate::load::batch::Batch;
use crate::read::object::line::LineNumber;

/// Documents that travel together.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(crate) batch: Batch,
    /// Why the documents are in their raw form, one refusal for each; empty as long as they are in their own.
    refusals: Vec<Refusal>,
    /// How often its documents were put off.
    pub(crate) put_off: u32,
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
    /// To be sent without waiting: halves, and raw forms.
    pub(crate) at_once: Vec<Parcel>,
    /// To be sent again after a while, and why.
    pub(crate) later: Option<(Parcel, Fault)>,
    /// To be sent to other indices, because theirs are closed, and why.
    pub(crate) closed: Option<(Parcel, Fault)>,
    /// Cannot be sent, nor can what comes after it, and why.
    pub(crate) denied: Option<(Parcel, Fault)>,
    /// Refused in both forms.
    pub(crate) refused: Vec<Refused>,
    /// The batch, of which nothing is needed any more but its memory.
    pub(crate) spent: Option<Batch>,
    /// The cluster could not keep up.
    pub(crate) pressure: bool,
    /// The request was larger than the endpoint takes.
    pub(crate) too_large: bool,
}

impl Parcel {
    pub(crate) fn new(batch: Batch, since: Instant) -> Self {
        Self { batch, refusals: Vec::new(), put_off: 0, since }
    }

    /// Books what the answer settles, and gives the rest.
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

    /// Books documents that the cluster holds already, and gives the rest.
    pub(crate) fn without(self, held: &BTreeSet<usize>, delivery: &mut Delivery) -> Parcel {
        for index in held {
            delivery.duplicates += 1;
            self.book_indexed(*index, delivery);
        }
        self.select((0..self.batch.len()).filter(|index| !held.contains(index)).collect())
    }

    /// The two halves; nothing else tells which of its documents is at fault.
    pub(crate) fn halves(&self) -> [Parcel; 2] {
        let middle = self.batch.len() / 2;
        [self.select((0..middle).collect()), self.select((middle..self.batch.len()).collect())]
    }

    /// The lines its documents were made of.
    pub(crate) fn lines(&self) -> impl Iterator<Item = LineNumber> {
        self.batch.items.iter().map(|item| item.line)
    }

    fn settle_items(self, verdicts: Vec<Verdict>, delivery: &mut Delivery) -> Next {
        let mut next = Next::default();
        let mut raw = Parcel::new(Batch::default(), self.since);
        let (mut again, mut closed, mut denied) =
            (Putting::default(), Putting::default(), Putting::default());
        for (index, verdict) in verdicts.into_iter().enumerate() {
            match verdict {
                Verdict::Indexed => self.book_indexed(index, delivery),
                Verdict::Duplicate => {
                    delivery.duplicates += 1;
                    self.book_indexed(index, delivery);
                }
                Verdict::Again(fault) => {
                    next.pressure |= fault.is_pressure();
                    again.put(index, fault);
                }
                Verdict::Closed(fault) => closed.put(index, fault),
                Verdict::Denied(fault) => denied.put(index, fault),
                Verdict::Refused(fault) => {
                    next.refused.extend(self.refuse(index, fault, &mut raw, delivery));
                }
            }
        }
        if !raw.batch.is_empty() {
            next.at_once.push(raw);
        }
        next.later = again.take_from(&self);
        next.closed = closed.take_from(&self);
        next.denied = denied.take_from(&self);
        next.spent = Some(self.batch);
        next
    }

    fn divide(self, fault: Fault, delivery: &mut Delivery) -> Next {
        if self.batch.len() > 1 {
            return Next { at_once: self.halves().into(), ..Next::default() };
        }
        let mut raw = Parcel::new(Batch::default(), self.since);
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

    /// A document that is refused for the first time goes to `raw`; for the second time it is rejected, and given out.
    fn refuse(
        &self,
        index: usize,
        fault: Fault,
        raw: &mut Parcel,
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

    fn select(&self, indices: Vec<usize>) -> Parcel {
        Parcel {
            refusals: indices.iter().filter_map(|&index| self.refusals.get(index).cloned()).collect(),
            batch: self.batch.select(indices),
            put_off: self.put_off,
            since: self.since,
        }
    }
}

/// Documents with the same fate, and the first one's fault.
#[derive(Default)]
struct Putting {
    indices: Vec<usize>,
    fault: Option<Fault>,
}

impl Putting {
    fn put(&mut self, index: usize, fault: Fault) {
        self.indices.push(index);
        self.fault.get_or_insert(fault);
    }

    fn take_from(self, parcel: &Parcel) -> Option<(Parcel, Fault)> {
        let fault = self.fault?;
        Some((parcel.select(self.indices), fault))
    }
}
