//! Pairs of a line as Deep Security meant them: text that only looks like keys is text, and blanks that stand where tabs
//! should be part pairs.
//!
//! Works on pairs before their values are read. Does not know fields.

use bumpalo::Bump;

use super::tables::keys::{Destination, Trait, key};
use super::tables::modules::Module;
use super::tables::{Tables, tables};
use crate::bytes::slice::start_in;
use crate::bytes::trim::trim;
use crate::document::convert::convert;
use crate::document::ecs::Type;
use crate::document::problem::Problem;
use crate::log_types::event::PairsView;
use crate::parse::header::Format;
use crate::parse::joined;
use crate::parse::leef;
use crate::parse::pairs::event_keys::{EventKeys, KeyId, PairIndex, is_not_known};
use crate::parse::pairs::pair::{Escapes, Pair};

/// Makes all of another event that stands in a value text of that value: a sender, a relay or an attacker has put both in one, and
/// nothing parts them for sure (rule H3). Keys of the one would be taken for keys of the other.
pub(super) fn fold_other_event(event: &mut PairsView<'_, '_>) {
    let PairsView { keyed, text, .. } = event;
    let Some(first) = keyed.all().next().map(|(_, pair, _)| start_in(pair.raw, text)) else { return };
    // An event of a record's fields has no text of its own.
    let Some(other) = text.get(first..).and_then(joined::other_event).map(|at| first + at) else { return };
    let holds_it = |(_, pair, _): &(PairIndex, Pair<'_>, &str)| start_in(pair.raw, text) <= other;
    if let Some((at, ..)) = keyed.all().take_while(holds_it).last() {
        keyed.extend_text(at, text, |_, _| false);
    }
}

/// Tells the text of `msg` from the keys behind it, the exception to rule E5. Log Inspection and system events quote text that anybody
/// may have written, and Deep Security writes nothing but its own `TrendMicroDs…` keys behind it. Other modules quote nothing: there
/// also the keys that the module writes are keys behind `msg`, with values of their kind, as far as nothing else follows them. Behind a
/// message that the product itself writes all keys are keys. Anything else that looks like a key is text. LEEF parts keys by a
/// character that other modules do not quote; behind a quoting `msg` words of the product's own stay keys in it.
pub(super) fn fold_quoted_text(event: &mut PairsView<'_, '_>, module: Module) {
    let quotes_text = module.facts().quotes_text;
    if event.format != Format::Cef && !quotes_text {
        return;
    }
    let is_certain = !quotes_text && module != Module::Unknown;
    let known = tables().keys.names.len();
    let is_key = |key: Option<KeyId>, pair: &Pair<'_>| {
        // A key that only user.ini knows stands where user.ini says.
        let is_written = |key: KeyId| usize::from(key.0) >= known || tables().written.has(module, key);
        if pair.key.starts_with("TrendMicroDs") {
            return !quotes_text || key.is_none_or(is_written);
        }
        key.is_some_and(|key| {
            let is = |known| tables().keys.is(key, known);
            let is_own = || event.format == Format::Leef && is(Trait::OwnWord) && !is(Trait::Agent);
            (is_certain && is_written(key) || is_own()) && !is(Trait::Guarded) && fits(key, pair)
        })
    };
    let Some(at) = event.keyed.at(key::MSG) else { return };
    if module.facts().messages.contains(&trim(event.keyed.raw_at(at))) {
        return;
    }
    let folded = event.keyed.extend_text(at, event.text, is_key);
    event.problems.add_many(Problem::KeysInMessage, u64::from(folded));
}

/// Whether the raw value of a known key is of the key's kind.
fn fits(key: KeyId, pair: &Pair<'_>) -> bool {
    let arena = Bump::new();
    let value = trim(pair.raw).trim_matches('"');
    let is = |kind| value.is_empty() || is_not_known(value) || convert(value, kind, &arena).is_some();
    match tables().keys.destinations.get(usize::from(key.0)) {
        _ if [key::IN, key::OUT].contains(&key) => is(Type::Count),
        Some(Destination::Field(field)) => tables().kind(*field).is_none_or(is),
        Some(Destination::Hash) => {
            matches!(value.len(), 0 | 32 | 40 | 64) && value.bytes().all(|byte| byte.is_ascii_hexdigit())
        }
        _ => true,
    }
}

/// LEEF events of Deep Security can have blanks where tabs should be, as the vendor's own samples do: `sev=8 cn1=37 cn1Label=Host
/// ID`. Known keys are read from behind those values that nobody outside can choose; elsewhere they could be forged.
pub(super) fn split_blank_separated(pairs: &mut Vec<Pair<'_>>) {
    let holds_more =
        |pair: &Pair<'_>| memchr::memchr(b'=', pair.raw.as_bytes()).is_some() && is_own_word(pair.key);
    if pairs.iter().any(holds_more) {
        let keys = &tables().keys;
        let known: Vec<&str> =
            keys.names.iter().copied().chain(keys.aliases.iter().map(|(name, _)| *name)).collect();
        let whole = std::mem::take(pairs);
        for pair in whole {
            if holds_more(&pair) {
                pairs.extend(leef::split_blank_separated(pair, &known));
            } else {
                pairs.push(pair);
            }
        }
    }
}

/// Whether nobody outside chooses the value of a key: it is a word of the product's own, a number or an address.
fn is_own_word(name: &str) -> bool {
    let keys = &tables().keys;
    let key = keys.number(name);
    let is_number =
        name.strip_prefix("cn").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    name.ends_with("Label")
        || is_number
        || key.is_some_and(|key| keys.is(key, Trait::OwnWord))
        || match key.and_then(|key| keys.destinations.get(usize::from(key.0))) {
            Some(Destination::Field(field)) => tables()
                .kind(*field)
                .is_some_and(|kind| !matches!(kind, Type::Keyword | Type::Lowercase | Type::Text)),
            Some(Destination::Hash) => true,
            _ => false,
        }
}

/// LEEF knows no escapes (rule L-5), but Deep Security doubles backslashes and writes line breaks as `\n` in it as in CEF (rules E6, E7b).
pub(super) fn find_escapes(pairs: &mut [Pair<'_>]) {
    for pair in pairs {
        pair.escapes = Escapes::of(pair.raw);
    }
}

/// A Windows path or an account whose backslashes its sender did not double looks as if it held line breaks: `C:\new\readme.txt`,
/// `EXAMPLE\nora`. None does.
pub(super) fn keep_paths(keyed: &mut EventKeys<'_>, module: Module) {
    for at in keyed.with_line_breaks() {
        if keyed.key_at(at).is_some_and(|key| is_path(keyed, key, module)) {
            keyed.keep_backslashes(at);
        }
    }
}

fn is_path(keyed: &EventKeys<'_>, key: KeyId, module: Module) -> bool {
    let Tables { keys, labels, .. } = tables();
    let Some((_, label)) = keys.custom.iter().find(|(custom, _)| *custom == key) else {
        return keys.is(key, Trait::Path);
    };
    let label = keyed.at(*label).map(|at| trim(keyed.raw_at(at))).filter(|label| !label.is_empty());
    labels.held(key, label, module).is_some_and(|held| held.is_path)
}
