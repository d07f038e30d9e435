//! The fields of the Elastic Common Schema (8.11 and 9.4 agree on all of these) with their types, and those of SIEM on OpenSearch.

use std::sync::LazyLock;

use super::field_list::{ListedField, base_fields};
use crate::bytes::table;
use crate::bytes::table::Table;

pub use super::field_type::Type;

/// The fields that no document has unless user.ini fills them. They are read when somebody asks for one of them first: a start that does
/// not need them saves 0.1 ms.
pub(crate) fn other_fields() -> &'static [ListedField] {
    const OTHER: Table =
        Table { file: "config/other_fields.csv", text: include_str!("../../config/other_fields.csv") };
    static FIELDS: LazyLock<Vec<ListedField>> =
        LazyLock::new(|| table::compiled_in(OTHER.read(ListedField::read)));
    &FIELDS
}

/// The type of an ECS field; nothing where ECS has no such field.
pub fn type_of(name: &str) -> Option<Type> {
    let named = |fields: &'static [ListedField]| fields.iter().find(|field| field.name == name);
    let field = named(base_fields()).or_else(|| named(other_fields()))?;
    (field.schema == "ecs").then_some(field.kind)
}

/// Whether every document can have the field `name`.
pub(crate) fn is_base_field(name: &str) -> bool {
    base_fields().iter().any(|field| field.name == name)
}

/// Whether `name` is an ECS field.
pub fn is_ecs_field(name: &str) -> bool {
    type_of(name).is_some()
}

/// The names of all fields of ECS, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let fields = base_fields().iter().chain(other_fields()).filter(|field| field.schema == "ecs");
        let mut names: Vec<&str> = fields.map(|field| field.name).collect();
        names.sort_unstable();
        names
    });
    NAMES.iter().copied()
}
