//! What an administrator changed of an account, where `msg` tells it as `Name changed from 'ann' to 'anna'` or `Role: Auditor -> Admin`.
//!
//! No real line of this kind was at hand: what is not of these forms stays text.

use super::context::Context;
use super::tables::keys::key;
use crate::document::field_list::FieldId;
use crate::document::value::Value;

/// What is changed, the longest words first, and the field of its new value.
const CHANGED: [(&str, FieldId); 10] = [
    ("full name", FieldId::USER_CHANGES_FULL_NAME),
    ("email address", FieldId::USER_CHANGES_EMAIL),
    ("e-mail", FieldId::USER_CHANGES_EMAIL),
    ("email", FieldId::USER_CHANGES_EMAIL),
    ("roles", FieldId::USER_CHANGES_ROLES),
    ("role", FieldId::USER_CHANGES_ROLES),
    ("user name", FieldId::USER_CHANGES_NAME),
    ("username", FieldId::USER_CHANGES_NAME),
    ("name", FieldId::USER_CHANGES_NAME),
    ("user renamed", FieldId::USER_CHANGES_NAME),
];

/// Fills `user.changes.*`.
pub(super) fn user_changes(context: &mut Context<'_, '_>) {
    let Some(message) = context.keyed.value(key::MSG) else { return };
    for clause in message.split(['\n', ';', ',']) {
        if let Some((field, value)) = change(clause) {
            context.row.set_if_absent(field, Value::Text(value));
        }
    }
}

/// The field that a clause tells of, and its new value.
fn change(clause: &str) -> Option<(FieldId, &str)> {
    let (before, value) = [" to ", " -> ", " → "].into_iter().find_map(|way| clause.rsplit_once(way))?;
    let (what, _) = before.split_once(" from ").or_else(|| before.split_once(':')).unwrap_or((before, ""));
    let what = what.trim().to_ascii_lowercase();
    let what = ["has been changed", "was changed", "changed"]
        .into_iter()
        .find_map(|verb| what.strip_suffix(verb))
        .unwrap_or(&what)
        .trim_end();
    let is_it = |words: &str| {
        what.strip_suffix(words).is_some_and(|rest| rest.is_empty() || rest.ends_with([' ', '.']))
    };
    let (_, field) = CHANGED.iter().find(|(words, _)| is_it(words))?;
    let value = value.trim().trim_end_matches('.').trim_matches(['\'', '"']);
    Some((*field, value)).filter(|(_, value)| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::change;
    use crate::document::field_list::FieldId;

    #[test]
    fn a_clause_tells_what_was_changed_and_to_what() {
        for (clause, told) in [
            ("Name changed from 'ann' to 'anna'", Some((FieldId::USER_CHANGES_NAME, "anna"))),
            (" Role: Auditor -> Full Access", Some((FieldId::USER_CHANGES_ROLES, "Full Access"))),
            ("The role was changed to \"Auditor\".", Some((FieldId::USER_CHANGES_ROLES, "Auditor"))),
            ("Email changed to a@example.com", Some((FieldId::USER_CHANGES_EMAIL, "a@example.com"))),
            ("Full name changed from A to B", Some((FieldId::USER_CHANGES_FULL_NAME, "B"))),
            ("Time zone changed from A to B", None),
            ("Nickname changed from A to B", None),
            ("Description Omitted", None),
        ] {
            assert_eq!(change(clause), told, "{clause}");
        }
    }
}
