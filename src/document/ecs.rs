//! The fields of the Elastic Common Schema (8.11 and 9.4 agree on all of these) with their types, and those of SIEM on OpenSearch.

use std::sync::LazyLock;

use super::field_list::{ListedField, base_fields};
use crate::bytes::table;
use crate::bytes::table::Table;

pub use super::field_type::Type;

/// The fields that no document has unless user.ini fills them.
pub(crate) fn other_fields() -> &'static [ListedField] {
    const OTHER: Table =
        Table { file: "config/other_fields.csv", text: include_str!("../../config/other_fields.csv") };
    static FIELDS: LazyLock<Vec<ListedField>> =
        LazyLock::new(|| table::compiled_in(OTHER.read(ListedField::read)));
    &FIELDS
}

/// The fields of ECS, in the order of their names.
static ECS: LazyLock<Vec<(&'static str, Type)>> = LazyLock::new(|| {
    let fields = base_fields().iter().chain(other_fields()).filter(|field| field.schema == "ecs");
    let mut ecs: Vec<_> = fields.map(|field| (field.name, field.kind)).collect();
    ecs.sort_unstable_by_key(|(name, _)| *name);
    ecs
});

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
