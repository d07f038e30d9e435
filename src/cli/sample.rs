//! Lines whose documents are looked at instead of sent: for `explain` and `coverage`, and for `test` and `diff`, which compare each field
//! under its dotted name, without what differs from load to load.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use jiff::Timestamp;
use serde_json::Value;

use super::failure::Failure;
use super::inputs::Input;
use super::network::Buckets;
use crate::document::problem::Problem;
use crate::load::account::{Account, Limits};
use crate::load::output::Visitor;
use crate::load::visit;
use crate::local::open_object::OpenObject;
use crate::map::compiled::{Choice, CompiledSections};
use crate::map::explain::explanation::Explanation;
use crate::report::{ObjectReport, Outcome};

/// Opens the object of an input; gives the report of one that cannot be looked at. `buckets` is needed for objects of S3.
pub(crate) fn open(
    input: Input,
    sections: &CompiledSections,
    buckets: Option<&Buckets>,
) -> Result<OpenObject, Box<ObjectReport>> {
    let not_loaded = |name: String, outcome| Box::new(ObjectReport::not_loaded(name, outcome));
    match input {
        Input::NotLoaded(report) => Err(report),
        Input::File { path, section } => OpenObject::file(&path, &section, Timestamp::now())
            .map_err(|error| Box::new(ObjectReport::failed(path.display().to_string(), error))),
        Input::Object(object) => {
            let name = object.to_string();
            let section = match sections.for_key(object.key.as_str()) {
                Choice::Load(section) => section.log_type().name.clone(),
                other => return Err(not_loaded(name, Outcome::not_taken(&other))),
            };
            let Some(buckets) = buckets else { return Err(not_loaded(name, Outcome::no_s3_client())) };
            let opened = buckets.open(&object, section);
            opened.map_err(|Failure(reason)| Box::new(ObjectReport::failed(name, reason)))
        }
        Input::Prefix { bucket, prefix } => {
            Err(not_loaded(format!("s3://{bucket}/{prefix}"), Outcome::no_s3_client()))
        }
    }
}

/// Shows all documents of an object to `visitor`, and gives the account of what was read.
pub(crate) fn show(
    object: OpenObject,
    sections: &CompiledSections,
    limits: &Limits,
    visitor: &mut Visitor<'_>,
) -> Account {
    let Some(section) = sections.named(&object.section) else { return Account::default() };
    visit(object.reader, section, object.facts.complete(section), limits, visitor)
}

/// The fields that tell when, or from where, a document was loaded.
const OF_THE_LOAD: [&str; 2] = ["event.ingested", "@log_s3key"];

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

/// All documents of an object, and the account of what was read.
pub(super) fn documents(object: OpenObject, sections: &CompiledSections) -> (Vec<FlatDocument>, Account) {
    let mut documents = Vec::new();
    let account = show(object, sections, &Limits::default(), &mut |document, written| {
        documents.push(FlatDocument::new(document.explain(), written.excluded));
        ControlFlow::Continue(())
    });
    (documents, account)
}
