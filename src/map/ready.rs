//! A document that is ready: written as its bulk operation, or explained.

use bumpalo::Bump;

use super::compiled::CompiledSection;
use super::event::{Event, ObjectFacts, Written};
use super::exclude::Hits;
use super::explain::explain;
use super::explain::explanation::Explanation;
use super::index_name::IndexNames;
use super::table::Sources;
use super::work::Work;
use crate::bytes::json;
use crate::bytes::json::EventText;
use crate::document::field_list::FieldId;
use crate::document::fields::Fields;
use crate::document::problem::{Problem, Problems};
use crate::document::row::Row;

/// A document that is ready to be written.
pub struct Document<'w, 'd, 'p> {
    pub(super) work: &'w Work<'d>,
    pub(super) plan: &'d CompiledSection,
    pub(super) facts: &'d ObjectFacts,
    pub(super) index_names: &'w mut IndexNames<'p>,
    pub(super) hits: &'w mut Hits,
    pub(super) arena: &'d Bump,
}

impl Document<'_, '_, '_> {
    /// The event that it was made of.
    pub fn event(&self) -> &Event<'_> {
        &self.work.event
    }

    /// Its values.
    pub fn row(&self) -> &Row<'_> {
        &self.work.row
    }

    /// The fields that it can have.
    pub fn fields(&self) -> &Fields {
        &self.plan.fields
    }

    /// Where each value comes from, for documents that [`crate::load::visit`] shows.
    pub fn explain(&self) -> Explanation {
        let Self { work, plan, facts, arena, .. } = self;
        let sources =
            Sources { record: work.event.record, syslog: &work.syslog, header: &work.header, arena };
        explain(work, plan, facts, &sources)
    }

    /// Writes the bulk operation: the action line and the document, each with its line end. Writes and counts nothing if a rule
    /// leaves the document out.
    pub fn write(&mut self, out: &mut Vec<u8>, problems: &mut Problems) -> Written {
        let Self { work, plan, facts, index_names, hits, arena } = self;
        let index = index_names.name(work.time.instant, facts.around.load);
        let start = out.len();
        let id = plan.ids.then(|| (work.row.text(FieldId::ID).unwrap_or_default(), work.id_suffix));
        write_action(index, id, out);
        let document = out.len();
        let Event { record, text, .. } = work.event;
        let text = EventText::within(&record.message, record.plain, text);
        let cut = work.row.write_json(&plan.fields, text, out);
        let excluded = plan.exclusion.as_ref().is_some_and(|rules| {
            let json = out.get(document..).unwrap_or_default();
            let sources =
                Sources { record: work.event.record, syslog: &work.syslog, header: &work.header, arena };
            rules.excludes(|origin| sources.first(origin, &work.keyed), &work.row, json, hits)
        });
        if excluded {
            out.truncate(start);
        } else {
            out.push(b'\n');
            problems.merge(&work.problems);
            problems.add_many(Problem::StringCut, u64::from(cut));
        }
        Written { time: work.time.instant, pipeline_error: work.pipeline_error, excluded }
    }
}

fn write_action(index: &str, id: Option<(&str, Option<&str>)>, out: &mut Vec<u8>) {
    out.extend_from_slice(br#"{"index":{"_index":"#);
    json::string(index, out);
    if let Some((id, suffix)) = id {
        out.extend_from_slice(br#","_id":"#);
        match suffix {
            Some(suffix) => json::string(&[id, "_", suffix].concat(), out),
            None => json::string(id, out),
        }
    }
    out.extend_from_slice(b"}}\n");
}
