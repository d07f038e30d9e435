//! Names for what goes under the prefix: safe ones, that no field and no other key has.

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

use super::compiled::CompiledSection;
use crate::document::row::Row;

/// A name that OpenSearch takes as one field, and that is no other field's.
pub(super) fn field_name<'a>(
    key: &'a str,
    section: &CompiledSection,
    row: &Row<'a>,
    arena: &'a Bump,
) -> &'a str {
    free_name(key, arena, |name| {
        section.fields.layout().has_under_prefix(name)
            || row.leftovers().iter().any(|other| other.key == name)
    })
}

/// `key` as a name that nothing has for which `is_taken` holds.
pub(super) fn free_name<'a>(key: &'a str, arena: &'a Bump, is_taken: impl Fn(&str) -> bool) -> &'a str {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '@');
    let mut name = key;
    if !key.chars().all(is_safe) || key.len() > 128 {
        let safe = key.chars().take(128).map(|c| if is_safe(c) { c } else { '_' });
        name = ArenaString::from_iter_in(safe, arena).into_bump_str();
    }
    while name.is_empty() || is_taken(name) {
        let mut longer = ArenaString::from_str_in(name, arena);
        longer.push('_');
        name = longer.into_bump_str();
    }
    name
}
