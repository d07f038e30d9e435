//! Events as ECS documents: the table of user.ini first, then the product's profile, then what both leave over.
//!
//! Takes records and the texts of events in them, writes the two lines of each bulk operation. Never loses an event: what cannot be
//! understood is a document too. Does not know objects, requests or the network.
//!
//! A few events go through each stage together: the code of one stage fits into the processor's instruction cache, that of all
//! of them does not, and would have to be fetched again for each event.

pub mod event;
mod work;
mod base;
pub mod explain;
pub mod exclude;
mod left_over;
pub mod compiled;
mod read;
mod ready;
mod table;
pub mod index_name;

use self::work::Work;
use crate::map::event::Event;
use crate::map::event::ObjectFacts;
use std::mem::take;
use std::ops::ControlFlow;

use bumpalo::Bump;

pub use self::ready::Document;

use self::base::{Created, Writer, ingested};
use self::compiled::CompiledSection;
use self::exclude::{Exclusions, Hits};
use self::index_name::IndexNames;
use crate::document::row::Row;
use crate::log_types::deepsecurity;
use crate::parse::pairs::event_keys::EventKeys;

/// Makes documents of one object's events.
pub struct Documents<'p> {
    plan: &'p CompiledSection,
    facts: ObjectFacts,
    /// fluentd's times, read: neighbors have the same.
    created: Vec<Created>,
    /// The writers of the last events: there are not many.
    writers: Vec<Writer>,
    /// `event.ingested`, written once.
    ingested: String,
    index_names: IndexNames<'p>,
    arena: Bump,
    /// The memory of events that are done.
    spare: Vec<(Row<'static>, EventKeys<'static>)>,
    hits: Hits,
    /// Rows note why their values are what they are.
    traced: bool,
}

/// Writers and times that are remembered, before all are forgotten.
const REMEMBERED: usize = 64;

impl<'p> Documents<'p> {
    /// Documents for the events of one object.
    pub fn new(plan: &'p CompiledSection, facts: ObjectFacts) -> Self {
        Self {
            plan,
            created: Vec::new(),
            writers: Vec::new(),
            ingested: ingested(facts.around.load),
            facts,
            index_names: IndexNames::new(&plan.log_type.index),
            arena: Bump::new(),
            spare: Vec::new(),
            hits: Hits::default(),
            traced: false,
        }
    }

    /// The same, able to say where each value comes from: [`Document::explain`].
    #[must_use]
    pub(crate) fn traced(mut self) -> Self {
        self.traced = true;
        self
    }

    /// The same for other events of the object.
    pub(crate) fn another(&self) -> Self {
        Self { traced: self.traced, ..Self::new(self.plan, self.facts.clone()) }
    }

    /// What the rules have done since this was asked last.
    pub fn take_exclusions(&mut self) -> Exclusions {
        let mut exclusions = Exclusions::default();
        if let Some(rules) = &self.plan.exclusion {
            rules.account(&std::mem::take(&mut self.hits), &mut exclusions);
        }
        exclusions
    }

    /// Makes the documents of a few events, and hands them to `each` in order, until it breaks.
    ///
    /// # Errors
    ///
    /// The break.
    pub fn make(
        &mut self,
        events: &[Event<'_>],
        each: &mut dyn FnMut(Document<'_, '_, 'p>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Self { plan, facts, created, writers, ingested, index_names, arena, spare, hits, traced } = self;
        let plan: &CompiledSection = plan;
        arena.reset();
        let arena = &*arena;

        forget(writers);
        let begun = events.iter().map(|event| {
            let (row, keyed) = spare.pop().unwrap_or_default();
            let mut row = Row::recycle(row, &plan.fields);
            if *traced {
                row.start_trace();
            }
            Work::new(*event, row, EventKeys::recycle(keyed, &plan.keys))
        });
        let mut works: Vec<_> = begun.collect();
        for work in &mut works {
            work.read(plan, writers, arena);
        }
        let writers = &*writers;
        for work in &mut works {
            work.map(plan, writers, arena);
        }
        for work in &mut works {
            work.know_module();
        }
        for step in deepsecurity::STEPS {
            for work in works.iter_mut().filter(|work| work.product.is_some()) {
                step(&mut work.context(plan, arena));
            }
        }
        for work in &mut works {
            work.fixed(plan, arena);
        }
        for work in &mut works {
            work.leave_over(plan, arena);
        }
        forget(created);
        let times: Vec<usize> =
            works.iter().map(|work| Created::remember(created, work.event.record)).collect();
        let created = &*created;
        for (work, created) in works.iter_mut().zip(times.iter().filter_map(|number| created.get(*number))) {
            work.complete(plan, created, facts, ingested, arena);
        }
        for work in &works {
            each(Document { work, plan, facts, index_names: &mut *index_names, hits: &mut *hits, arena })?;
        }
        spare.extend(
            works.iter_mut().map(|Work { row, keyed, .. }| (take(row).emptied(), take(keyed).emptied())),
        );
        ControlFlow::Continue(())
    }
}

/// Empties what has grown too long.
fn forget<T>(remembered: &mut Vec<T>) {
    if remembered.len() > REMEMBERED {
        remembered.clear();
    }
}
