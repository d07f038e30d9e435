//! Pairs of a line as Deep Security meant them: text that only looks like keys is text, and blanks that stand where tabs
//! should be part pairs.
//!
//! Works on pairs before their values are read. Does not know fields.

use super::tables::keys::key;
use super::tables::modules::Module;
use super::tables::tables;
use crate::document::problem::Problem;
use crate::log_types::event::PairsView;
use crate::parse::header::Format;
use crate::parse::leef;
use crate::parse::pairs::event_keys::EventKeys;
use crate::parse::pairs::pair::{Escapes, Pair};

/// Log Inspection and system events quote text in `msg` that anybody may have written. Deep Security writes nothing but its own
/// `TrendMicroDs…` keys behind it, so anything else there that looks like a key is text: the exception to rule E5.
pub(super) fn fold_quoted_text(event: &mut PairsView<'_, '_>, module: Module) {
    if event.format == Format::Cef && module.facts().quotes_text {
        let folded = event.keyed.extend_text(key::MSG, event.text, |key| key.starts_with("TrendMicroDs"));
        event.problems.add_many(Problem::KeysInMessage, u64::from(folded));
    }
}

/// LEEF events of Deep Security can have blanks where tabs should be, as the vendor's own samples do: `sev=8 cn1=37 cn1Label=Host
/// ID`. Known keys are read from behind those values that nobody outside can choose; elsewhere they could be forged.
pub(super) fn split_blank_separated(pairs: &mut Vec<Pair<'_>>) {
    const SAFE: [&str; 5] = ["sev", "cat", "act", "cnt", "TrendMicroDsMalwareTargetType"];
    let holds_more = |pair: &Pair<'_>| {
        (pair.key.ends_with("Label") || SAFE.contains(&pair.key))
            && memchr::memchr(b'=', pair.raw.as_bytes()).is_some()
    };
    if pairs.iter().any(holds_more) {
        let whole = std::mem::take(pairs);
        for pair in whole {
            if holds_more(&pair) {
                pairs.extend(leef::split_blank_separated(pair, &tables().keys.names));
            } else {
                pairs.push(pair);
            }
        }
    }
}

/// LEEF knows no escapes (rule L-5), but Deep Security doubles backslashes and writes line breaks as `\n` in it as in CEF (rules E6, E7b).
pub(super) fn find_escapes(pairs: &mut [Pair<'_>]) {
    for pair in pairs {
        pair.escapes = Escapes::of(pair.raw);
    }
}

/// A Windows path whose backslashes its sender did not double looks as if it held line breaks: `C:\new\readme.txt`. No path
/// does.
pub(super) fn keep_paths(keyed: &mut EventKeys<'_>) {
    for path in [
        key::FILE_PATH,
        key::FNAME,
        key::FILE_NAME,
        key::OLD_FILE_PATH,
        key::SPROC,
        key::DS_PROCESS,
        key::PROCESS_NAME,
        key::FILE_IN_COMPRESSED_FILE,
        key::DS_COMMAND_LINE,
    ] {
        keyed.keep_backslashes(path);
    }
}
