//! Values of CEF's custom keys on the way to their fields: `labels.csv` says what each of them holds.

use super::context::Context;
use super::known_keys::{is_more_than_text, set_destination};
use super::tables::tables;
use crate::document::trace::{Read, Step};
use crate::parse::pairs::event_keys::is_not_known;

pub(super) fn custom_keys(context: &mut Context<'_, '_>) {
    for (value_key, label_key) in &tables().keys.custom {
        let Some(at) = context.keyed.at(*value_key) else { continue };
        let Some(value) = context.keyed.filled_at(at) else {
            if !is_not_known(context.keyed.value_at(at)) {
                context.keyed.mark_key_used(*label_key);
            }
            continue;
        };
        context.row.trace.reason(Step::CustomKey, || Read::Pair(at));
        let label = context.keyed.value(*label_key);
        let held = tables().labels.held(*value_key, label, context.module);
        let destination = held.map(|held| held.destination);
        if !context.keyed.is_used(at) {
            let Some(destination) = destination else { continue };
            if !set_destination(context, destination, at, value) {
                // The value goes under the prefix with its own key: its label must stand beside it.
                continue;
            }
        } else if let Some(destination) = destination
            && is_more_than_text(context, destination)
            // The table took the text; the number, the list or the digest that it is has its own field all the same.
            && !set_destination(context, destination, at, value)
        {
            continue;
        }
        // Where the table took the value, a label that says something unknown is still news.
        if label.is_none() || destination.is_some() {
            context.keyed.mark_key_used(*label_key);
        }
    }
}
