//! One bulk attempt: what its answer means for each of its documents, and what has to be sent next.
//!
//! Each document is booked once, as indexed or as rejected, or goes into a further attempt.

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::Value;

use super::outcome::Delivery;
use crate::deliver::bulk::fault::Fault;
use crate::deliver::bulk::{
    Altered, Consequence, Judgement, Verdict, extra_form, index_and_id, is_create, raw_form,
};
use crate::deliver::dead_letter::letter::Refused;
use crate::load::batch::Batch;
use crate::map::compiled::CompiledSections;
use crate::read::object::line::LineNumber;

/// The forms in which a document is sent, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Own,
    /// With left-over keys in one object, for an index that has no room for more fields.
    Extra,
    Raw,
}

/// The documents of one bulk request.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) batch: Batch,
    form: Form,
    /// Why the documents are not in their own form, one refusal for each; empty while they are.
    refusals: Vec<RefusedDocument>,
    /// The index of all documents stands in the address of the request.
    pub(crate) in_path: bool,
    /// The alias of all documents was missing, and its first index was made.
    pub(crate) alias_made: bool,
    /// The last answer put off each of its documents by itself, so that nothing speaks against a request with all of them and others.
    is_rest: bool,
    /// How often its documents were sent again after a pause.
    pub(crate) retries: u32,
    /// When the batch came in.
    pub(crate) since: Instant,
}

/// A document that was refused in its own form.
#[derive(Clone, Debug)]
struct RefusedDocument {
    /// Why the form before this one was refused.
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
    /// To be sent as `create`, because their indices are data streams.
    pub(crate) create: Option<Attempt>,
    /// To be sent to other indices, because theirs are closed, with the fault that said so.
    pub(crate) closed: Option<(Attempt, Fault)>,
    /// Cannot be sent, nor can anything after it, and why.
    pub(crate) denied: Option<(Attempt, Fault)>,
    /// Refused in all forms, each with the last fault: someone has to find out whose fault it is.
    pub(crate) in_doubt: Option<(Attempt, Vec<Fault>)>,
    /// To be sent again with the index in the address.
    pub(crate) index_in_path: Option<Attempt>,
    /// To be sent again once the alias that they go to is there.
    pub(crate) no_alias: Option<(Attempt, Fault)>,
    /// The batch, of which only the memory is needed any more.
    pub(crate) spent: Option<Batch>,
    /// The cluster could not keep up.
    pub(crate) pressure: bool,
    /// The request was larger than the endpoint takes.
    pub(crate) too_large: bool,
}

impl Attempt {
    pub(crate) fn new(batch: Batch, since: Instant) -> Self {
        Self {
            batch,
            form: Form::Own,
            refusals: Vec::new(),
            in_path: false,
            alias_made: false,
            is_rest: false,
            retries: 0,
            since,
        }
    }

    /// Books the documents that the answer settles, and gives what has to be sent next. `sections` say where documents keep what no
    /// table knows.
    pub(crate) fn settle(
        self,
        judgement: Judgement,
        sections: Option<&CompiledSections>,
        delivery: &mut Delivery,
    ) -> Next {
        match judgement {
            Judgement::Items { verdicts, took } => {
                delivery.cluster_time += took;
                self.settle_items(verdicts, sections, delivery)
            }
            Judgement::Again(fault) => {
                let whole = Attempt { is_rest: false, ..self };
                Next { pressure: fault.is_pressure(), later: Some((whole, fault)), ..Next::default() }
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
                    ..self.divide(Fault::new(fault.status, &fault.error_type, &lone), sections)
                }
            }
            Judgement::Malformed(fault) => self.divide(fault, sections),
            Judgement::IndexInPath(fault) if self.in_path => {
                Next { denied: Some((self, fault)), ..Next::default() }
            }
            Judgement::IndexInPath(_) => Next { index_in_path: Some(self), ..Next::default() },
        }
    }

    /// Books all its documents as rejected, each for its fault, and gives what is kept of them.
    pub(crate) fn reject(&self, faults: &[Fault], delivery: &mut Delivery) -> Vec<Refused> {
        let rejected = self.batch.items.iter().zip(faults).enumerate().map(|(at, (item, fault))| {
            let (action, sent) = self.batch.pair(at).unwrap_or_default();
            let (fault, document) = match self.refusals.get(at) {
                Some(first) if first.fault != *fault => {
                    let reason = format!("{}; as its raw form: {fault}", first.fault.reason);
                    let fault = Fault::new(first.fault.status, &first.fault.error_type, &reason);
                    (fault, first.document.as_slice())
                }
                Some(first) => (fault.clone(), first.document.as_slice()),
                None => (fault.clone(), sent),
            };
            delivery.book_rejected(item.line, &fault);
            let (index, id) = index_and_id(action).unwrap_or_default();
            Refused {
                line: item.line,
                raw_line: self.batch.lines.get(item.line).map(<[u8]>::to_vec),
                index,
                id,
                document: document.to_vec(),
                fault,
            }
        });
        rejected.collect()
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

    /// Whether both attempts are rests, which one request of so many bytes at most can hold together.
    pub(crate) fn can_unite(&self, other: &Attempt, most: usize) -> bool {
        let kind = |attempt: &Attempt| (attempt.form, attempt.alias_made, attempt.in_path);
        self.is_rest
            && other.is_rest
            && kind(self) == kind(other)
            && self.batch.body.len().saturating_add(other.batch.body.len()) <= most
            && (self.is_before(other) || other.is_before(self))
    }

    fn is_before(&self, other: &Attempt) -> bool {
        self.lines().next_back() <= other.lines().next()
    }

    /// Takes the documents of another attempt: what is left over of requests would else become ever more and smaller requests.
    pub(crate) fn unite(&mut self, mut other: Attempt) {
        if other.is_before(self) {
            std::mem::swap(self, &mut other);
        }
        self.batch.append(&other.batch);
        self.refusals.extend(other.refusals);
        self.retries = self.retries.max(other.retries);
        self.since = self.since.max(other.since);
    }

    /// The lines that its documents were made of.
    pub(crate) fn lines(&self) -> impl DoubleEndedIterator<Item = LineNumber> {
        self.batch.items.iter().map(|item| item.line)
    }

    fn settle_items(
        self,
        verdicts: Vec<Verdict>,
        sections: Option<&CompiledSections>,
        delivery: &mut Delivery,
    ) -> Next {
        let mut next = Next::default();
        let mut others = OtherForms::new(self.since);
        let (mut again, mut closed, mut denied, mut no_alias) =
            (SameFate::default(), SameFate::default(), SameFate::default(), SameFate::default());
        let mut create = Vec::new();
        for (index, verdict) in verdicts.into_iter().enumerate() {
            match verdict {
                Verdict::Indexed => self.book_indexed(index, delivery),
                Verdict::Dropped(fault) => self.book_dropped(index, &fault, delivery),
                Verdict::Duplicate => {
                    delivery.duplicates += 1;
                    self.book_indexed(index, delivery);
                }
                Verdict::Again(fault) if fault.consequence() == Some(Consequence::Create) => {
                    if is_create(self.batch.action(index)) {
                        denied.add(index, fault);
                    } else {
                        create.push(index);
                    }
                }
                Verdict::Again(fault) if fault.consequence() == Some(Consequence::Alias) => {
                    if self.alias_made { denied.add(index, fault) } else { no_alias.add(index, fault) }
                }
                Verdict::Again(fault) => {
                    next.pressure |= fault.is_pressure();
                    again.add(index, fault);
                }
                Verdict::Closed(fault) => closed.add(index, fault),
                Verdict::Denied(fault) => denied.add(index, fault),
                Verdict::Refused(fault) => self.refuse(index, fault, sections, &mut others),
            }
        }
        if !create.is_empty() {
            next.create = Some(self.select(create));
        }
        next.later = again.of(&self).map(|(rest, fault)| (Attempt { is_rest: true, ..rest }, fault));
        next.closed = closed.of(&self);
        next.denied = denied.of(&self);
        next.no_alias = no_alias.of(&self);
        others.enter(&self, &mut next);
        next.spent = Some(self.batch);
        next
    }

    fn divide(self, fault: Fault, sections: Option<&CompiledSections>) -> Next {
        if self.batch.len() > 1 {
            let half = |half| Attempt { is_rest: false, ..half };
            return Next { at_once: self.halves().map(half).into(), ..Next::default() };
        }
        let (mut next, mut others) = (Next::default(), OtherForms::new(self.since));
        self.refuse(0, fault, sections, &mut others);
        others.enter(&self, &mut next);
        next
    }

    fn book_indexed(&self, index: usize, delivery: &mut Delivery) {
        let Some(item) = self.batch.items.get(index) else { return };
        let altered = if self.form == Form::Raw { Altered::Raw } else { Altered::Moved };
        delivery.book_indexed(item.line, self.refusals.get(index).map(|refusal| (altered, &refusal.fault)));
    }

    fn book_dropped(&self, index: usize, fault: &Fault, delivery: &mut Delivery) {
        let Some(item) = self.batch.items.get(index) else { return };
        delivery.book_indexed(item.line, Some((Altered::Dropped, fault)));
    }

    /// Puts a document that is refused into its next form, or in doubt where there is none.
    fn refuse(
        &self,
        index: usize,
        fault: Fault,
        sections: Option<&CompiledSections>,
        others: &mut OtherForms,
    ) {
        let (Some(item), Some((action, sent))) = (self.batch.items.get(index), self.batch.pair(index)) else {
            return;
        };
        let own = self.refusals.get(index).map_or(sent, |first| first.document.as_slice());
        let extra = (self.form == Form::Own && fault.consequence() == Some(Consequence::Fields))
            .then(|| extra_form(own, &prefix(own, sections)?))
            .flatten();
        let (other, form) = match extra {
            Some(form) => (&mut others.extra, Some(form)),
            None if self.form == Form::Raw => (&mut others.raw, None),
            None => (&mut others.raw, raw_form(own, &fault)),
        };
        let Some(form) = form else { return others.in_doubt.push((index, fault)) };
        other.batch.push(action, &form, item.line);
        if let Some(line) = self.batch.lines.get(item.line) {
            other.batch.lines.add(item.line, line);
        }
        other.refusals.push(RefusedDocument { fault, document: own.to_vec() });
    }

    /// The attempt with only these of its documents.
    pub(crate) fn select(&self, indices: Vec<usize>) -> Attempt {
        Attempt {
            form: self.form,
            in_path: false,
            alias_made: self.alias_made,
            is_rest: self.is_rest,
            refusals: indices.iter().filter_map(|&index| self.refusals.get(index).cloned()).collect(),
            batch: self.batch.select(indices),
            retries: self.retries,
            since: self.since,
        }
    }
}

/// Refused documents of an attempt.
struct OtherForms {
    extra: Attempt,
    raw: Attempt,
    /// Those that have no other form.
    in_doubt: Vec<(usize, Fault)>,
}

impl OtherForms {
    fn new(since: Instant) -> Self {
        let empty = |form| Attempt { form, ..Attempt::new(Batch::default(), since) };
        Self { extra: empty(Form::Extra), raw: empty(Form::Raw), in_doubt: Vec::new() }
    }

    fn enter(self, of: &Attempt, next: &mut Next) {
        next.at_once.extend([self.extra, self.raw].into_iter().filter(|attempt| !attempt.batch.is_empty()));
        if !self.in_doubt.is_empty() {
            let (indices, faults) = self.in_doubt.into_iter().unzip();
            next.in_doubt = Some((of.select(indices), faults));
        }
    }
}

/// The object under which a document keeps what no table knows: the section that made it tells, and else its name.
fn prefix(document: &[u8], sections: Option<&CompiledSections>) -> Option<String> {
    let document: Value = serde_json::from_slice(document).ok()?;
    let name = document.get("@log_type")?.as_str()?;
    let section = sections.and_then(|sections| sections.named(name));
    Some(section.map_or(name, |section| section.log_type().field_prefix.as_str()).to_owned())
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
