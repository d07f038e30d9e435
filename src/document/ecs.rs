//! The fields of the Elastic Common Schema (8.11 and 9.4 agree on all of these) with their types, and those of SIEM on OpenSearch.

use std::sync::LazyLock;

use super::field_list::{ListedField, Schema, base_fields, read_fields};
use crate::bytes::table;

pub use super::field_type::Type;

/// The fields that only user.ini fills.
static OTHER: LazyLock<Vec<ListedField>> = LazyLock::new(|| {
    table::compiled_in(read_fields("config/other_fields.csv", include_str!("../../config/other_fields.csv")))
});

/// The fields of ECS, in the order of their names.
static ECS: LazyLock<Vec<(&'static str, Type)>> = LazyLock::new(|| {
    let fields = base_fields().iter().chain(other_fields());
    let ecs = fields.filter(|field| field.schema == Schema::Ecs);
    let mut ecs: Vec<_> = ecs.map(|field| (field.name, field.kind)).collect();
    ecs.sort_unstable_by_key(|(name, _)| *name);
    ecs
});

/// The fields that no document has unless user.ini fills them.
pub(crate) fn other_fields() -> &'static [ListedField] {
    &OTHER
}

/// The type of an ECS field; nothing where ECS has no such field.
pub fn type_of(name: &str) -> Option<Type> {
    let at = ECS.binary_search_by(|(field, _)| (*field).cmp(name)).ok()?;
    ECS.get(at).map(|(_, kind)| *kind)
}

/// Whether `name` is an ECS field.
pub fn is_ecs_field(name: &str) -> bool {
    type_of(name).is_some()
}

/// The names of all fields of ECS, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    ECS.iter().map(|(name, _)| *name)
}
