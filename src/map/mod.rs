//! Events as ECS documents: the table of user.ini first, then what the log type means, then what both leave over.
//!
//! Takes records and the texts of events in them, writes the two lines of each bulk operation. Never loses an event: what cannot be
//! understood is a document too.
//!
//! The stages are types: an event is read (`read`), mapped (`mapped`) and finished (`finished`).

pub mod event;
pub(crate) mod event_text;
mod sources;
pub mod compiled;
mod record;
pub(crate) mod flat;
mod table;
mod base;
mod collected;
mod taken_header;
mod read;
mod names;
mod left_over;
mod mapped;
mod event_time;
mod finished;
mod document;
pub mod index_name;
pub mod exclude;
pub mod explain;

use std::ops::ControlFlow;

use bumpalo::Bump;

use self::base::{Device, ingested};
use self::collected::Collected;
use self::compiled::CompiledSection;
use self::event::{Event, ObjectFacts};
use self::exclude::{Exclusions, Hits};
use self::finished::FinishedEvent;
use self::index_name::IndexNames;
use self::mapped::{MappedEvent, map_events};
use self::read::read_events;
use crate::document::row::Row;
use crate::document::trace::Trace;
use crate::parse::pairs::event_keys::EventKeys;

pub use self::document::Document;

/// Makes documents of one object's events.
pub struct Documents<'p> {
    section: &'p CompiledSection,
    facts: ObjectFacts,
    /// What records say of the time, read: neighbors say the same.
    times: Vec<Collected>,
    /// The devices of the last events: there are not many.
    devices: Vec<Device>,
    /// `event.ingested`, written once.
    ingested: String,
    index_names: IndexNames<'p>,
    arena: Bump,
    /// The memory of events that are done.
    spare_rows: Vec<Row<'static>>,
    spare_keys: Vec<EventKeys<'static>>,
    hits: Hits,
    /// Rows note why their values are what they are.
    traced: bool,
}

/// Devices and times that are remembered, before all are forgotten.
const REMEMBERED: usize = 64;

impl<'p> Documents<'p> {
    /// Documents for the events of one object.
    pub fn new(section: &'p CompiledSection, facts: ObjectFacts) -> Self {
        Self {
            section,
            times: Vec::new(),
            devices: Vec::new(),
            ingested: ingested(facts.around.load),
            facts,
            index_names: IndexNames::new(&section.log_type.index),
            arena: Bump::new(),
            spare_rows: Vec::new(),
            spare_keys: Vec::new(),
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
        Self { traced: self.traced, ..Self::new(self.section, self.facts.clone()) }
    }

    /// What the rules have done since this was asked last.
    pub fn take_exclusions(&mut self) -> Exclusions {
        self.hits.take(self.section.exclusion.as_ref())
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
        let Self { section, facts, times, devices, ingested, index_names, arena, hits, traced, .. } = self;
        let Self { spare_rows, spare_keys, .. } = self;
        let section: &CompiledSection = section;
        arena.reset();
        let arena = &*arena;

        forget(devices);
        forget(times);
        let keys = || EventKeys::recycle(spare_keys.pop().unwrap_or_default(), &section.keys);
        let mut read = read_events(events, keys, section, devices, (times, &facts.around), arena);
        let row = || {
            let mut row = Row::recycle(spare_rows.pop().unwrap_or_default(), &section.fields);
            if *traced {
                row.trace = Trace::on();
            }
            row
        };
        let mut mapped = map_events(&mut read, row, section, devices, &facts.key, arena);

        let finished: Vec<_> = mapped
            .iter_mut()
            .filter_map(|event| {
                let collected = times.get(event.read.collected)?;
                Some(FinishedEvent::finish(event, section, collected, facts, ingested, arena))
            })
            .collect();
        for event in &finished {
            each(Document {
                event,
                section,
                facts,
                index_names: &mut *index_names,
                hits: &mut *hits,
                arena,
            })?;
        }
        for (row, keys) in mapped.iter_mut().map(MappedEvent::take_memory) {
            spare_rows.push(row);
            spare_keys.push(keys);
        }
        ControlFlow::Continue(())
    }
}

/// Empties what has grown too long.
fn forget<T>(remembered: &mut Vec<T>) {
    if remembered.len() > REMEMBERED {
        remembered.clear();
    }
}
