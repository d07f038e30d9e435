//! One event's values in the slots of its fields, and the walk that writes them as JSON.
//!
//! A row is reused from event to event: its values borrow from the line or from the event's arena. Does not
//! know what a field means.

use std::io::Write as _;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use super::field_list::FieldId;
use super::fields::Fields;
use super::layout::{OFF, ObjectId};
use super::trace::{Outcome, Trace};
use crate::bytes::json;
use crate::bytes::json::{EventText, plain_slice};
use crate::bytes::recycle::emptied;
use crate::document::value::{Address, Leftover, Value};

/// Appends an address as a string; its own text is often a slice of `text`.
fn write_address(address: &Address<'_>, text: EventText<'_>, out: &mut Vec<u8>) {
    out.push(b'"');
    write_rest_of_address(address, text, out);
}

/// The same behind an opening quote.
#[inline]
fn write_rest_of_address(address: &Address<'_>, text: EventText<'_>, out: &mut Vec<u8>) {
    match address.text {
        Some(own) => plain_slice(own, text, out),
        // A vector takes everything.
        None => drop(write!(out, "{}", address.ip)),
    }
    out.push(b'"');
}

/// Positions that share a word of bits.
const BITS: usize = u64::BITS as usize;

/// The longest term that Lucene takes, in bytes: longer strings are cut.
pub const MAX_STRING: usize = 32_766;

/// What stands at the end of a string that was cut.
pub const CUT_MARK: &str = "…[cut]";

/// The values of one event.
#[derive(Debug, Default)]
pub struct Row<'a> {
    /// By position in document order.
    values: Vec<Value<'a>>,
    /// A bit for each position that has a value.
    filled: Vec<u64>,
    /// The position of each field.
    positions: &'a [u16],
    leftovers: Vec<Leftover<'a>>,
    /// Why the values are what they are.
    pub(crate) trace: Trace<'a>,
}

impl<'a> Row<'a> {
    /// An empty row for documents of `fields`, with the memory of one that was emptied.
    pub fn recycle(emptied: Row<'static>, fields: &'a Fields) -> Self {
        let Row { mut values, mut filled, leftovers, .. } = emptied;
        values.resize(fields.len(), Value::Absent);
        filled.clear();
        filled.resize(fields.len().div_ceil(BITS), 0);
        Row { values, filled, positions: fields.layout().positions(), leftovers, trace: Trace::default() }
    }

    /// The row's memory without its values.
    pub fn emptied(self) -> Row<'static> {
        let Row { values, filled, leftovers, .. } = self;
        let (values, leftovers) = (emptied(values), emptied(leftovers));
        Row { values, filled, positions: &[], leftovers, trace: Trace::default() }
    }

    /// Gives a field its value, in place of any that it has.
    #[inline]
    pub fn set(&mut self, field: FieldId, value: Value<'a>) {
        if matches!(value, Value::Absent) {
            self.clear(field);
        } else if let Some(slot) = self.slot(field) {
            *slot = value;
        } else {
            return;
        }
        self.trace.note(Some(field), value, Outcome::Set);
    }

    /// Whether user.ini has switched a field off: it never has a value.
    pub(crate) fn is_off(&self, field: FieldId) -> bool {
        self.positions.get(usize::from(field.0)) == Some(&OFF)
    }

    /// Gives a field its value unless it has one.
    #[inline]
    pub fn set_if_absent(&mut self, field: FieldId, value: Value<'a>) {
        if self.has(field) {
            self.trace.overridden(field, value);
        } else {
            self.set(field, value);
        }
    }

    /// Gives fields the parts of one value, all of them or none: a part that is absent needs no field. Gives whether they took them: not
    /// where one of them has a value already, or is switched off.
    #[inline]
    pub(crate) fn take_if_absent(&mut self, parts: &[(FieldId, Value<'a>)]) -> bool {
        let parts = || parts.iter().copied().filter(|(_, part)| !matches!(part, Value::Absent));
        let are_free = parts().all(|(field, _)| !self.has(field) && !self.is_off(field));
        for (field, part) in parts() {
            if are_free {
                self.set(field, part);
            } else if self.has(field) {
                self.trace.overridden(field, part);
            }
        }
        are_free
    }

    /// Adds addresses to those that a field has, each once.
    pub(crate) fn add_ips(
        &mut self,
        field: FieldId,
        addresses: impl IntoIterator<Item = Address<'a>>,
        arena: &'a Bump,
    ) {
        let earlier = self.get(field).ips();
        let mut all = ArenaVec::from_iter_in(earlier.iter().copied(), arena);
        for address in addresses {
            if !all.iter().any(|other: &Address<'_>| other.ip == address.ip) {
                all.push(address);
            }
        }
        if all.len() > earlier.len() {
            self.set(field, Value::Ips(all.into_bump_slice()));
        }
    }

    /// Gives a field the value that `write` writes, or leaves it as it is where that gives nothing.
    #[inline]
    pub(crate) fn set_with(
        &mut self,
        field: FieldId,
        write: impl FnOnce(&mut Value<'a>) -> Option<()>,
    ) -> Option<()> {
        let had = self.has(field);
        let written = write(self.slot(field)?);
        if written.is_none() {
            if !had {
                self.clear(field);
            }
        } else if self.trace.is_on() {
            self.trace.note(Some(field), self.get(field), Outcome::Set);
        }
        written
    }

    /// Where the value of a field goes, which counts as having one from now on.
    ///
    /// Values are written there where they are made: to hand one on means to write it word by word and to read it again as
    /// a whole, and for that the processor has to wait.
    #[inline]
    fn slot(&mut self, field: FieldId) -> Option<&mut Value<'a>> {
        let position = self.position(field)?;
        *self.filled.get_mut(position / BITS)? |= 1 << (position % BITS);
        self.values.get_mut(position)
    }

    fn clear(&mut self, field: FieldId) {
        if let Some(position) = self.position(field)
            && let Some(word) = self.filled.get_mut(position / BITS)
        {
            *word &= !(1 << (position % BITS));
        }
    }

    /// Whether a field has a value.
    #[inline]
    pub fn has(&self, field: FieldId) -> bool {
        let Some(position) = self.position(field) else { return false };
        self.filled.get(position / BITS).is_some_and(|word| word >> (position % BITS) & 1 != 0)
    }

    /// A field's value.
    pub fn get(&self, field: FieldId) -> Value<'a> {
        self.value(field).copied().unwrap_or_default()
    }

    /// A field's value, if it is one text.
    pub fn text(&self, field: FieldId) -> Option<&'a str> {
        match self.value(field) {
            Some(Value::Text(text) | Value::Word(text)) => Some(text),
            _ => None,
        }
    }

    /// A field's value, if it is one address.
    pub fn ip(&self, field: FieldId) -> Option<&'a Address<'a>> {
        match self.value(field) {
            Some(Value::Ip(ip)) => Some(ip),
            _ => None,
        }
    }

    #[inline]
    fn value(&self, field: FieldId) -> Option<&Value<'a>> {
        let position = self.position(field)?;
        let word = self.filled.get(position / BITS)?;
        if word >> (position % BITS) & 1 == 0 {
            return None;
        }
        self.values.get(position)
    }

    #[inline]
    fn position(&self, field: FieldId) -> Option<usize> {
        self.positions.get(usize::from(field.0)).copied().map(usize::from)
    }

    /// Gives each text of the row the text that `rewrite` gives for it and for its field, if it gives one. Gives whether it gave any.
    pub(crate) fn rewrite_texts(
        &mut self,
        fields: &Fields,
        arena: &'a Bump,
        rewrite: impl Fn(Option<FieldId>, &'a str) -> Option<&'a str>,
    ) -> bool {
        let mut any = false;
        for (number, slots) in fields.layout().order().chunks(BITS).enumerate() {
            let mut bits = self.filled.get(number).copied().unwrap_or_default();
            while bits != 0 {
                let place = bits.trailing_zeros() as usize;
                bits &= bits - 1;
                if let (Some(slot), Some(value)) = (slots.get(place), self.values.get(number * BITS + place))
                    && let Some(value) = rewritten(value, arena, &|text| rewrite(Some(slot.field), text))
                {
                    self.set(slot.field, value);
                    any = true;
                }
            }
        }
        for leftover in &mut self.leftovers {
            if let Some(value) = rewritten(&leftover.value, arena, &|text| rewrite(None, text)) {
                leftover.value = value;
                any = true;
            }
        }
        any
    }

    /// The same for the text of one field.
    pub(crate) fn rewrite_text(
        &mut self,
        field: FieldId,
        rewrite: impl FnOnce(&'a str) -> Option<&'a str>,
    ) -> bool {
        let rewritten = self.text(field).and_then(rewrite);
        rewritten.into_iter().for_each(|text| self.set(field, Value::Text(text)));
        rewritten.is_some()
    }

    /// Adds a key under the prefix.
    pub fn leave_over(&mut self, key: &'a str, value: Value<'a>) {
        self.leftovers.push(Leftover { key, value });
    }

    /// The keys under the prefix.
    pub fn leftovers(&self) -> &[Leftover<'a>] {
        &self.leftovers
    }

    /// A value as JSON: what a field, or a key under the prefix, would hold.
    pub(crate) fn write_value(value: &Value<'_>, out: &mut Vec<u8>) {
        Writer { out, text: "".into(), cut: 0 }.value(value);
    }

    /// Writes the document as one JSON object without a line end. Gives the number of strings that were cut.
    ///
    /// Values that are slices of `text` are written quicker.
    pub fn write_json(&self, fields: &Fields, text: EventText<'_>, out: &mut Vec<u8>) -> u32 {
        let mut writer = Writer { out, text, cut: 0 };
        let start = writer.out.len();
        let mut object = ObjectId::default();
        let mut last = None;
        let layout = fields.layout();
        let ordered = layout.order().chunks(BITS).zip(self.values.chunks(BITS));
        for ((slots, values), mut bits) in ordered.zip(self.filled.iter().copied()) {
            while bits != 0 {
                let position = bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let (Some(slot), Some(value)) = (slots.get(position), values.get(position)) else { continue };
                if slot.object == object {
                    slot.next.append(writer.out);
                } else {
                    layout.step(object, slot.object, writer.out);
                    slot.name.append(writer.out);
                    object = slot.object;
                }
                last = Some(slot);
                match value {
                    Value::Text(text) if text.len() <= MAX_STRING => {
                        json::rest_of_slice(text, writer.text, writer.out);
                    }
                    Value::Word(word) => {
                        writer.out.extend_from_slice(word.as_bytes());
                        writer.out.push(b'"');
                    }
                    Value::Ip(address) => write_rest_of_address(address, writer.text, writer.out),
                    Value::Json(json) => {
                        writer.out.pop();
                        json::plain_slice(json, writer.text, writer.out);
                    }
                    value => {
                        writer.out.pop();
                        writer.value(value);
                    }
                }
            }
        }
        let mut depth = layout.depth(object);
        if !self.leftovers.is_empty() {
            let in_prefix = last.is_some_and(|slot| slot.prefixed);
            writer.close(depth - u16::from(in_prefix));
            depth = 1;
            if !in_prefix {
                writer.out.push(b',');
                json::string(fields.prefix(), writer.out);
                writer.out.extend_from_slice(b":{");
            }
            for (number, leftover) in self.leftovers.iter().enumerate() {
                if in_prefix || number > 0 {
                    writer.out.push(b',');
                }
                json::string(leftover.key, writer.out);
                writer.out.push(b':');
                writer.value(&leftover.value);
            }
        }
        writer.close(depth);
        // What opens the first field separates it from none: its comma becomes the brace.
        match writer.out.get_mut(start) {
            Some(comma) => *comma = b'{',
            None => writer.out.push(b'{'),
        }
        writer.out.push(b'}');
        writer.cut
    }
}

/// A value with other texts, if `rewrite` gives any.
fn rewritten<'a>(
    value: &Value<'a>,
    arena: &'a Bump,
    rewrite: &dyn Fn(&'a str) -> Option<&'a str>,
) -> Option<Value<'a>> {
    match value {
        Value::Text(text) => rewrite(text).map(Value::Text),
        Value::Texts(texts) if texts.iter().any(|text| rewrite(text).is_some()) => {
            let texts = texts.iter().map(|text| rewrite(text).unwrap_or(text));
            Some(Value::Texts(ArenaVec::from_iter_in(texts, arena).into_bump_slice()))
        }
        Value::Object(entries) => {
            let mut all = ArenaVec::from_iter_in(entries.iter().copied(), arena);
            let mut any = false;
            for entry in &mut all {
                if let Some(value) = rewritten(&entry.value, arena, rewrite) {
                    entry.value = value;
                    any = true;
                }
            }
            any.then(|| Value::Object(all.into_bump_slice()))
        }
        _ => None,
    }
}

/// OpenSearch makes one term of a flat object's path and value: room for the path.
const FLAT_PATH: usize = 512;

struct Writer<'o> {
    out: &'o mut Vec<u8>,
    text: EventText<'o>,
    cut: u32,
}

impl Writer<'_> {
    #[inline]
    fn close(&mut self, objects: u16) {
        for _ in 0..objects {
            self.out.push(b'}');
        }
    }

    fn value(&mut self, value: &Value<'_>) {
        match value {
            Value::Absent => self.out.extend_from_slice(b"null"),
            Value::Text(text) | Value::Word(text) => self.string(text),
            Value::Long(number) => json::integer(*number, self.out),
            // Writing to a vector cannot fail.
            Value::Float(number) => drop(serde_json::to_writer(&mut *self.out, number)),
            Value::Ip(address) => write_address(address, self.text, self.out),
            Value::Json(json) => json::plain_slice(json, self.text, self.out),
            Value::Time(time) => {
                self.out.push(b'"');
                time.write(self.out);
                self.out.push(b'"');
            }
            Value::Texts(texts) => self.list(texts, |writer, text| writer.string(text)),
            Value::Words(words) => self.list(words, |writer, word| {
                writer.out.push(b'"');
                writer.out.extend_from_slice(word.as_bytes());
                writer.out.push(b'"');
            }),
            Value::Object(entries) => self.object(entries),
            Value::Ips(addresses) => {
                self.list(addresses, |writer, address| write_address(address, writer.text, writer.out))
            }
        }
    }

    fn object(&mut self, entries: &[Leftover<'_>]) {
        self.out.push(b'{');
        for (number, entry) in entries.iter().enumerate() {
            if number > 0 {
                self.out.push(b',');
            }
            json::string(entry.key, self.out);
            self.out.push(b':');
            match entry.value {
                Value::Text(text) => self.string_within(text, MAX_STRING - FLAT_PATH),
                Value::Texts(texts) => {
                    self.list(texts, |writer, text| writer.string_within(text, MAX_STRING - FLAT_PATH));
                }
                other => self.value(&other),
            }
        }
        self.out.push(b'}');
    }

    fn list<T>(&mut self, items: &[T], write: impl Fn(&mut Self, &T)) {
        self.out.push(b'[');
        for (number, item) in items.iter().enumerate() {
            if number > 0 {
                self.out.push(b',');
            }
            write(self, item);
        }
        self.out.push(b']');
    }

    fn string(&mut self, text: &str) {
        self.string_within(text, MAX_STRING);
    }

    fn string_within(&mut self, text: &str, longest: usize) {
        if text.len() <= longest {
            return json::string(text, self.out);
        }
        self.cut += 1;
        let end = text.floor_char_boundary(longest - CUT_MARK.len());
        let (kept, _) = text.split_at_checked(end).unwrap_or_default();
        json::string(&[kept, CUT_MARK].concat(), self.out);
    }
}
