//! Documents as `test` and `diff` compare them: each field under its dotted name, without what differs from load to load.

use std::collections::BTreeMap;
use std::io::Read;
use std::ops::ControlFlow;

use serde_json::Value;

use crate::document::problem::Problem;
use crate::load::account::{Account, Limits};
use crate::load::visit;
use crate::local::open_object::Facts;
use crate::map::compiled::CompiledSection;
use crate::map::explain::explanation::Explanation;

/// The fields that tell when, or from where, a document was loaded.
const OF_THE_LOAD: [&str; 2] = ["event.ingested", "@log_s3key"];

/// A document.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FlatDocument {
    /// The line of the sample, counted from 1.
    pub(super) line: u64,
    /// The index; `None` where a rule leaves the document out.
    pub(super) index: Option<String>,
    /// Its time, or the year of it, is that of the load: index and `@timestamp` are others tomorrow.
    pub(super) is_dated_by_load: bool,
    /// Its fields, dotted.
    pub(super) fields: BTreeMap<String, Value>,
}

impl FlatDocument {
    /// The document of an explanation.
    pub(super) fn new(explanation: Explanation, excluded: bool) -> Self {
        let has_year_of_load =
            explanation.problems.iter().any(|(problem, _)| *problem == Problem::YearByLoad.name());
        let is_dated_by_load = explanation.time.source == "load" || has_year_of_load;
        let fields = explanation.fields.into_iter().map(|field| (field.field, field.value));
        Self {
            line: explanation.line,
            is_dated_by_load,
            index: (!excluded).then_some(explanation.index.value),
            fields: fields.filter(|(field, _)| !OF_THE_LOAD.contains(&field.as_str())).collect(),
        }
    }
}

/// All documents that a section makes of a sample, and the account of what was read.
pub(super) fn of_sample(
    reader: Box<dyn Read + Send>,
    section: &CompiledSection,
    facts: Facts,
) -> (Vec<FlatDocument>, Account) {
    let mut documents = Vec::new();
    let account =
        visit(reader, section, facts.complete(section), &Limits::default(), &mut |document, written| {
            documents.push(FlatDocument::new(document.explain(), written.excluded));
            ControlFlow::Continue(())
        });
    (documents, account)
}
