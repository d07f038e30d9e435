//! What an administrator changed of an account, where `msg` tells it as `Name changed from 'ann' to 'anna'` or `Role: Auditor -> Admin`.
//!
//! No real line of this kind was at hand: what is not of these forms stays text.

use super::context::Context;
use super::tables::keys::key;
use crate::document::field_list::FieldId;
use crate::document::value::Value;
use crate::parse::pairs::event_keys::is_not_known;

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

/// The field that a clause tells of, and its new value, where the clause can be read in one way only.
fn change(clause: &str) -> Option<(FieldId, &str)> {
    let arrow = [" -> ", " → "].into_iter().find(|arrow| clause.contains(arrow));
    let way = arrow.unwrap_or(" to ");
    // What stands first ends the words for what is changed.
    let ends = [" from ", ":", way].into_iter().filter_map(|end| Some((clause.find(end)?, end)));
    let (at, end) = ends.min()?;
    let (what, told) = (clause.get(..at)?, clause.get(at + end.len()..)?.trim().trim_end_matches('.'));
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
    let value = if end == way {
        without_quotes(told).filter(|_| arrow.is_none_or(|arrow| !told.contains(arrow)))
    } else {
        let mut readings = told.match_indices(way).filter_map(|(at, _)| {
            without_quotes(told.get(..at)?)?;
            without_quotes(told.get(at + way.len()..)?)
        });
        readings.next().filter(|_| readings.next().is_none())
    };
    Some((*field, value.filter(|value| !value.is_empty() && !is_not_known(value))?))
}

/// A value without the quotes around it. Nothing where it has a quote at one end only: it is no whole value.
fn without_quotes(text: &str) -> Option<&str> {
    let text = text.trim();
    match ['\'', '"'].into_iter().find(|quote| text.starts_with(*quote) || text.ends_with(*quote)) {
        Some(quote) => text.strip_prefix(quote)?.strip_suffix(quote),
        None => Some(text),
    }
}

#[cfg(test)]
mod tests {
    use super::change;
    use crate::document::field_list::FieldId;

    #[test]
    fn a_clause_tells_what_was_changed_and_to_what_unless_it_can_be_read_in_two_ways() {
        for (clause, told) in [
            ("Name changed from 'ann' to 'anna'", Some((FieldId::USER_CHANGES_NAME, "anna"))),
            (" Role: Auditor -> Full Access", Some((FieldId::USER_CHANGES_ROLES, "Full Access"))),
            ("The role was changed to \"Auditor\".", Some((FieldId::USER_CHANGES_ROLES, "Auditor"))),
            ("Email changed to a@example.com", Some((FieldId::USER_CHANGES_EMAIL, "a@example.com"))),
            ("Full name changed from A to B", Some((FieldId::USER_CHANGES_FULL_NAME, "B"))),
            (
                "Role changed from 'Auditor' to 'Access to all'",
                Some((FieldId::USER_CHANGES_ROLES, "Access to all")),
            ),
            ("Role: Auditor -> Access to all", Some((FieldId::USER_CHANGES_ROLES, "Access to all"))),
            ("Role: Up to 10 → \"From 1 to 10\"", Some((FieldId::USER_CHANGES_ROLES, "From 1 to 10"))),
            (
                "Role changed to Read from and write to all",
                Some((FieldId::USER_CHANGES_ROLES, "Read from and write to all")),
            ),
            ("Name changed from 'Back to' to \"O'Neil\"", Some((FieldId::USER_CHANGES_NAME, "O'Neil"))),
            ("Role: 'A -> B' to C", None),
            ("Role changed from Access to all to Auditor", None),
            ("Name changed from 'a' to 'b' to 'c'", None),
            ("Role: A -> B -> C", None),
            ("Role -> A -> B", None),
            // A comma in a name ends the clause.
            ("Role changed from 'Auditor' to 'Full", None),
            ("role: x' to 'Administrator'", None),
            ("Time zone changed from A to B", None),
            ("Nickname changed from A to B", None),
            ("Description Omitted", None),
        ] {
            assert_eq!(change(clause), told, "{clause}");
        }
    }
}
