//! Lines whose documents are looked at instead of sent, for `explain` and `coverage`.

use super::failure::Failure;
use super::inputs::Input;
use super::network::Buckets;
use crate::load::account::{Account, Limits};
use crate::load::output::Visitor;
use crate::load::visit;
use crate::local::open_object::OpenObject;
use crate::map::compiled::{Choice, CompiledSections};
use crate::report::{ObjectReport, Outcome};
use jiff::Timestamp;

/// Opens the object of an input; gives the report of one that cannot be looked at. `buckets` is needed for objects of S3.
pub(crate) fn open(
    input: Input,
    sections: &CompiledSections,
    buckets: Option<&Buckets>,
) -> Result<OpenObject, Box<ObjectReport>> {
    let not_loaded = |name: String, outcome| Box::new(ObjectReport::not_loaded(name, outcome));
    let failed = |name, reason| not_loaded(name, Outcome::Failed { reason, retry: false });
    match input {
        Input::NotLoaded(report) => Err(report),
        Input::File { path, section } => OpenObject::file(&path, &section, Timestamp::now())
            .map_err(|error| failed(path.display().to_string(), error.to_string())),
        Input::Object(object) => {
            let name = object.to_string();
            let section = match sections.for_key(object.key.as_str()) {
                Choice::Load(section) => section.log_type().name.clone(),
                other => return Err(not_loaded(name, Outcome::not_taken(&other))),
            };
            let Some(buckets) = buckets else { return Err(not_loaded(name, Outcome::no_s3_client())) };
            buckets.open(&object, section).map_err(|Failure(reason)| failed(name, reason))
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
