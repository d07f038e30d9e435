//! `es-loader diff`: which documents of a sample change where one configuration takes the place of another.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::Value;

use super::args::local::DiffArgs;
use super::failure::Failure;
use super::inputs;
use super::sample::FlatDocument;
use super::{output, sample, sections};
use crate::bytes::safe::Safe;
use crate::bytes::slice::cut;
use crate::map::compiled::CompiledSections;

/// Characters of a value that are shown.
const SHOWN: usize = 80;

/// What changed in the documents.
#[derive(Default)]
struct Changes {
    documents: u64,
    changed: u64,
    /// By field: in how many documents, and the first of them.
    fields: BTreeMap<String, Change>,
}

struct Change {
    documents: u64,
    example: String,
}

pub(super) fn run(args: &DiffArgs) -> Result<ExitCode, Failure> {
    let [old, new] = args.config.as_slice() else {
        return Err(Failure(
            "give --config twice: the configuration of today, then the one to come".to_owned(),
        ));
    };
    let (old, new) = (sections::of(Some(old), &[])?, sections::of(Some(new), &[])?);
    let mut changes = Changes::default();
    for path in &args.samples {
        let paths = std::slice::from_ref(path);
        let before = documents(paths, args.log_type.as_deref(), &old)?;
        let after = documents(paths, args.log_type.as_deref(), &new)?;
        changes.compare(&path.display().to_string(), &before, &after);
    }
    output::line(format_args!("{} of {} documents change", changes.changed, changes.documents));
    for (field, Change { documents, example }) in &changes.fields {
        output::line(format_args!("{documents:>12}  {}: {}", Safe(field), Safe(example)));
    }
    Ok(ExitCode::from(u8::from(changes.changed > 0)))
}

fn documents(
    paths: &[PathBuf],
    section: Option<&str>,
    sections: &CompiledSections,
) -> Result<Vec<FlatDocument>, Failure> {
    let mut found = Vec::new();
    for input in inputs::of_paths(paths, section, sections)? {
        if input.is_remote() {
            return Err(Failure(
                "samples are local files: fetch the object first, with aws s3 cp".to_owned(),
            ));
        }
        let object = sample::open(input, sections, None)
            .map_err(|report| Failure(format!("{}: {}", Safe(&report.object), report.outcome.reason())))?;
        let name = object.name.clone();
        let (documents, account) = sample::documents(object, sections);
        if let Some(broken) = account.broken {
            return Err(Failure(format!("{}: {}", Safe(&name), broken.reason)));
        }
        found.extend(documents);
    }
    Ok(found)
}

impl Changes {
    fn compare(&mut self, sample: &str, before: &[FlatDocument], after: &[FlatDocument]) {
        self.documents += before.len().max(after.len()) as u64;
        if before.len() != after.len() {
            let counts = format!("{} documents, {} before", after.len(), before.len());
            self.note("the number of documents", &format!("{sample}: {counts}"));
        }
        for (before, after) in before.iter().zip(after) {
            let place = format!("{sample}:{}", after.line);
            let mut changed = before.index != after.index;
            if changed {
                let (before, after) = (index(before), index(after));
                self.note("_index", &format!("{before} → {after} ({place})"));
            }
            for field in differing(&before.fields, &after.fields) {
                changed = true;
                let (before, after) = (shown(before.fields.get(field)), shown(after.fields.get(field)));
                self.note(field, &format!("{before} → {after} ({place})"));
            }
            self.changed += u64::from(changed);
        }
        self.changed += before.len().abs_diff(after.len()) as u64;
    }

    fn note(&mut self, field: &str, example: &str) {
        let first = || Change { documents: 0, example: example.to_owned() };
        self.fields.entry(field.to_owned()).or_insert_with(first).documents += 1;
    }
}

fn index(document: &FlatDocument) -> &str {
    document.index.as_deref().unwrap_or("left out")
}

/// The fields whose values are not the same in both.
pub(super) fn differing<'d>(
    one: &'d BTreeMap<String, Value>,
    other: &'d BTreeMap<String, Value>,
) -> impl Iterator<Item = &'d str> {
    let gone = one.iter().filter(move |(field, value)| other.get(*field) != Some(value));
    let new = other.keys().filter(move |field| !one.contains_key(*field));
    gone.map(|(field, _)| field.as_str()).chain(new.map(String::as_str))
}

/// A value for people, its end left out where it is long.
pub(super) fn shown(value: Option<&Value>) -> String {
    let Some(value) = value else { return "absent".to_owned() };
    cut(&value.to_string(), SHOWN)
}
