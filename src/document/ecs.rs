//! The fields of the Elastic Common Schema (8.11 and 9.4 agree on all of these) with their types, and those of SIEM on OpenSearch.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use super::field_list::{ListedField, base_fields};
use crate::bytes::table::fact_table;

pub use super::field_list::Type;

/// The fields that no document has unless user.ini fills them. They are read when somebody asks for one of them first: a start that does
/// not need them saves 0.1 ms.
pub(crate) fn other_fields() -> &'static [ListedField] {
    static FIELDS: LazyLock<Vec<ListedField>> =
        LazyLock::new(|| fact_table!("config/other_fields.csv").rows(ListedField::read));
    &FIELDS
}

/// The type of an ECS field; nothing where ECS has no such field.
pub fn type_of(name: &str) -> Option<Type> {
    static OTHERS: LazyLock<HashMap<&str, &ListedField>> =
        LazyLock::new(|| other_fields().iter().map(|field| (field.name, field)).collect());
    let field = base_field(name).or_else(|| OTHERS.get(name).copied())?;
    (field.schema == "ecs").then_some(field.kind)
}

/// The field `name` of those that every document can have.
fn base_field(name: &str) -> Option<&'static ListedField> {
    static FIELDS: LazyLock<HashMap<&str, &ListedField>> =
        LazyLock::new(|| base_fields().iter().map(|field| (field.name, field)).collect());
    FIELDS.get(name).copied()
}

/// Whether every document can have the field `name`.
pub(crate) fn is_base_field(name: &str) -> bool {
    base_field(name).is_some()
}

/// Whether `name` is an ECS field.
pub fn is_ecs_field(name: &str) -> bool {
    type_of(name).is_some()
}

/// The names of all fields of ECS, in order.
static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let fields = base_fields().iter().chain(other_fields()).filter(|field| field.schema == "ecs");
    let mut names: Vec<&str> = fields.map(|field| field.name).collect();
    names.sort_unstable();
    names
});

/// The names of all fields of ECS, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().copied()
}

/// The names of the fields of ECS below the object `object`, in order.
pub(crate) fn names_below(object: &str) -> impl Iterator<Item = &'static str> {
    let inside = format!("{object}.");
    let first = NAMES.partition_point(|name| *name < inside.as_str());
    NAMES.iter().skip(first).copied().take_while(move |name| name.starts_with(&inside))
}

/// The top-level objects of ECS, and its top-level fields.
pub(crate) fn top_level() -> &'static BTreeSet<&'static str> {
    static TOP_LEVEL: LazyLock<BTreeSet<&str>> =
        LazyLock::new(|| NAMES.iter().filter_map(|name| name.split('.').next()).collect());
    &TOP_LEVEL
}
