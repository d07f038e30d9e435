//! Values of CEF's custom keys on the way to their fields: `custom` says what each means.

use bumpalo::collections::Vec as ArenaVec;

use super::context::Context;
use super::custom;
use super::custom::{CUSTOM, Meaning};
use super::known_keys::{count_misfit, set_converted, set_hash};
use crate::document::ecs::Type;
use crate::document::field_list::FieldId;
use crate::document::trace::{Read, Step};
use crate::document::value::Value;

pub(super) fn custom_keys(context: &mut Context<'_, '_>) {
    for (value_key, label_key) in CUSTOM {
        let Some(at) = context.keyed.at(*value_key) else { continue };
        let Some(value) = context.keyed.filled_at(at) else {
            context.keyed.mark_key_used(*label_key);
            continue;
        };
        context.row.trace.reason(Step::CustomKey, || Read::Pair(at));
        let label = context.keyed.value(*label_key);
        let meaning = custom::meaning(*value_key, label, context.module);
        if !context.keyed.is_used(at) {
            let Some(meaning) = meaning else { continue };
            if !set_meaning(context, meaning, value) {
                // The value goes under the prefix with its own key: its label must stand beside it.
                count_misfit(context, at);
                continue;
            }
            context.keyed.mark_used(at);
        } else if let Some(meaning) = meaning
            && is_more_than_text(context, meaning)
            // The table took the text; the number, the list or the digest that it is has its own field all the same.
            && !set_meaning(context, meaning, value)
        {
            continue;
        }
        // Where the table took the value, a label that says something unknown is still news.
        if label.is_none() || meaning.is_some() {
            context.keyed.mark_key_used(*label_key);
        }
    }
}

fn is_more_than_text(context: &Context<'_, '_>, meaning: Meaning) -> bool {
    !matches!(meaning, Meaning::Field(field) if context.fields.kind(field) == Type::Keyword)
}

fn set_meaning<'a>(context: &mut Context<'_, 'a>, meaning: Meaning, value: &'a str) -> bool {
    match meaning {
        Meaning::Field(field) => set_converted(context, field, value),
        Meaning::Words(field) => {
            let mut words = ArenaVec::with_capacity_in(4, context.arena);
            words.extend(value.split_ascii_whitespace());
            context.row.set_if_absent(field, Value::Texts(words.into_bump_slice()));
            true
        }
        Meaning::Icmp => {
            let mut numbers = value.split_ascii_whitespace().map(str::parse::<i64>);
            let (Some(Ok(kind)), Some(Ok(code)), None) = (numbers.next(), numbers.next(), numbers.next())
            else {
                context.row.trace.rejected(Some(FieldId::DS_ICMP_TYPE), value);
                return false;
            };
            context.row.set_if_absent(FieldId::DS_ICMP_TYPE, Value::Long(kind));
            context.row.set_if_absent(FieldId::DS_ICMP_CODE, Value::Long(code));
            true
        }
        Meaning::Hash => set_hash(context, value),
        Meaning::Container => {
            set_container(context, value);
            true
        }
    }
}

/// `image | name | id`; the separators are not escaped, so that other numbers of parts are left as they are.
fn set_container<'a>(context: &mut Context<'_, 'a>, value: &'a str) {
    let mut parts = value.split(" | ");
    let (Some(image), Some(name), Some(id), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        context.row.set_if_absent(FieldId::DS_CONTAINER, Value::Text(value));
        return;
    };
    for (field, part) in
        [(FieldId::CONTAINER_IMAGE_NAME, image), (FieldId::CONTAINER_NAME, name), (FieldId::CONTAINER_ID, id)]
    {
        let part = part.trim();
        if !part.is_empty() {
            context.row.set_if_absent(field, Value::Text(part));
        }
    }
}
