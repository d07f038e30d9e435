//! Events in JSON, as a Manager publishes them to Amazon SNS ("Events in JSON format"): their keys are told in the words of CEF, so that
//! the same tables map them.
//!
//! Reads the fields of a record and copies none that CEF writes alike. What has no counterpart in CEF is left to the record.

use bumpalo::Bump;

use super::tables::json::{JsonKey, Target, Way};
use super::tables::modules::{Module, Product};
use super::tables::tables;
use crate::bytes::hex;
use crate::bytes::trim::trim;
use crate::log_types::derived::path_in;
use crate::log_types::event::RecordEvent;
use crate::parse::header::HeaderField;
use crate::parse::pairs::event_keys::is_empty_value;
use crate::parse::pairs::pair::{Escapes, Pair};
use crate::parse::syslog;
use crate::read::record::Other;

/// The fields of a record that are looked at: an event has some fifty.
const MOST_FIELDS: usize = 200;

/// Rules of the firewall that are built in have these numbers, and events of theirs these signature ids.
const BUILT_IN_RULES: std::ops::RangeInclusive<u32> = 100..=199;

/// The module of the event that a record's fields are: they name a known type of event, and a time.
pub(super) fn module(fields: &[Other<'_>]) -> Option<Module> {
    let module = Module::of_event_type(value(fields, "EventType")?.1)?;
    value(fields, "LogDate").map(|_| module)
}

/// Reads a record's fields as an event.
pub(super) fn read<'a>(
    fields: &'a [Other<'a>],
    arena: &'a Bump,
    pairs: &mut Vec<Pair<'a>>,
) -> Option<RecordEvent<'a>> {
    let module = module(fields)?;
    let mut event = RecordEvent::default();
    event.header.vendor = "Trend Micro";
    event.header.product =
        if module == Module::System { "Deep Security Manager" } else { "Deep Security Agent" };
    event.read.extend(value(fields, "EventType").map(|(at, _)| at));
    let mut reader = Reader { fields, module, arena, event: &mut event, pairs };
    for key in tables().json.keys(module) {
        reader.take(key);
    }
    let product = if module == Module::System { Product::Manager } else { Product::Agent };
    if Module::of_id(product, event.header.signature_id) != module
        && let Some(category) = module.category()
    {
        pairs.push(pair("cat", category));
    }
    Some(event)
}

/// The place and the value of a field that has one.
fn value<'a>(fields: &'a [Other<'_>], name: &str) -> Option<(usize, &'a str)> {
    let mut fields = fields.iter().take(MOST_FIELDS).enumerate();
    let (at, field) = fields.find(|(_, field)| field.name == name)?;
    Some((at, trim(&field.value))).filter(|(_, value)| !is_empty_value(value))
}

fn pair<'a>(key: &'a str, raw: &'a str) -> Pair<'a> {
    Pair { key, raw, escapes: Escapes::None }
}

/// The reading of one event.
struct Reader<'r, 'a> {
    fields: &'a [Other<'a>],
    module: Module,
    arena: &'a Bump,
    event: &'r mut RecordEvent<'a>,
    pairs: &'r mut Vec<Pair<'a>>,
}

impl<'a> Reader<'_, 'a> {
    /// Takes the values of a line of the table, unless an earlier line has given its key one.
    fn take(&mut self, key: &'static JsonKey) {
        let found: Vec<_> = key.names.iter().map(|name| value(self.fields, name)).collect();
        let Some((_, last)) =
            found.last().copied().flatten().or_else(|| found.iter().find_map(|found| *found))
        else {
            return;
        };
        let is_whole = found.iter().all(Option::is_some);
        let given = || found.iter().map(|found| found.map_or("", |(_, value)| value));
        let is_taken = match key.way {
            Way::Container => {
                let parts: Vec<_> = given().collect();
                self.set(key, self.arena.alloc_str(&parts.join(" | ")))
            }
            _ if !is_whole => false,
            Way::Plain => self.set(key, last),
            Way::Words | Way::OnlyWords => {
                let words: Vec<_> = given().collect();
                let word = tables().json.word(key, &words.join(" "));
                word.or((key.way == Way::Words).then_some(last)).is_some_and(|word| self.set(key, word))
            }
            Way::Rule => self.rule(key, last),
            Way::Status => {
                let is_rule = last.parse().is_ok_and(|status| BUILT_IN_RULES.contains(&status));
                is_rule && self.set(key, last)
            }
            Way::Size => self.size(key, last),
            Way::Flags => self.flags(key, last),
            Way::Hex => {
                self.event.payload = Some(last);
                self.set(key, self.base64(last))
            }
            Way::Path => self.path(key, given().collect()),
        };
        // Values that are only looked up together stand on their own as well.
        let is_alone = found.len() == 1 || matches!(key.way, Way::Path | Way::Container);
        if is_taken && is_alone {
            self.event.read.extend(found.iter().flatten().map(|(at, _)| at));
        }
    }

    /// Gives the target of a line a value, if it has none.
    fn set(&mut self, key: &JsonKey, value: &'a str) -> bool {
        match key.target {
            Target::Time => {
                let time = syslog::time_of_field(value).map(|(time, _)| time);
                self.event.syslog.time = self.event.syslog.time.or(time);
                time.is_some()
            }
            Target::Header(field) => self.set_header(field, value),
            Target::Key(name) => {
                if self.pairs.iter().any(|pair| pair.key == name) {
                    return false;
                }
                self.pairs.push(pair(name, value));
                self.pairs.extend(key.label.map(|(label_key, label)| pair(label_key, label)));
                true
            }
        }
    }

    fn set_header(&mut self, field: HeaderField, value: &'a str) -> bool {
        let slot = self.event.header.field_mut(field);
        let is_free = slot.is_empty();
        if is_free {
            *slot = value;
        }
        is_free
    }
}

/// Ways of values.
impl<'a> Reader<'_, 'a> {
    /// `1000552 - Name`, as the console shows a rule. A text without a number is the name alone.
    fn rule(&mut self, key: &JsonKey, text: &'a str) -> bool {
        let (number, name) = text.split_once(" - ").unwrap_or(("", text));
        let (number, name) = match trim(number).parse::<u64>() {
            Ok(number) => (number.checked_add(self.module.facts().rule_id_offset), name),
            Err(_) => (None, text),
        };
        if let Some(number) = number {
            self.set(key, self.arena.alloc_str(&number.to_string()));
        }
        self.set_header(HeaderField::Name, trim(name))
    }

    /// CEF tells the direction of a packet by the key that has its size.
    fn size(&mut self, key: &JsonKey, size: &'a str) -> bool {
        let direction = value(self.fields, "DirectionString");
        match direction.map(|(at, word)| (at, word.to_ascii_lowercase())) {
            Some((at, word)) if word == "outgoing" => {
                self.event.read.push(at);
                self.pairs.push(pair("out", size));
                true
            }
            Some((at, word)) if word == "incoming" => {
                self.event.read.push(at);
                self.set(key, size)
            }
            _ => false,
        }
    }

    /// `ACK PSH DF=1`: CEF has TCP's flags apart from the bits of fragmentation, and says nothing of one that is not set. Another word with
    /// a value is none of them.
    fn flags(&mut self, key: &JsonKey, flags: &'a str) -> bool {
        let (valued, flags): (Vec<_>, Vec<_>) = flags.split_whitespace().partition(|word| word.contains('='));
        let bits = valued.iter().filter_map(|word| word.strip_suffix("=1"));
        let bits: Vec<_> = bits.filter(|bit| matches!(*bit, "DF" | "MF")).collect();
        if !bits.is_empty() {
            self.pairs.push(pair("cs3", self.arena.alloc_str(&bits.join(" "))));
        }
        let is_set = flags.is_empty() || self.set(key, self.arena.alloc_str(&flags.join(" ")));
        is_set && bits.len() == valued.len()
    }

    /// Bytes in base64. Digits that are not hexadecimal are base64 already.
    fn base64(&self, digits: &'a str) -> &'a str {
        match hex::bytes(digits) {
            Some(bytes) => self.arena.alloc_str(&base64_simd::STANDARD.encode_to_string(bytes)),
            None => digits,
        }
    }

    /// A folder and a name in it.
    fn path(&mut self, key: &JsonKey, parts: Vec<&'a str>) -> bool {
        let [folder, name] = parts[..] else { return false };
        self.set(key, path_in(folder, name, self.arena))
    }
}
