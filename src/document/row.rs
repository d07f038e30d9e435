//! The values of one document by field, and the walk that writes them as JSON.
//!
//! The values borrow from the line or from the event's arena.

use std::io::Write as _;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use serde::Serialize;

use super::field_list::FieldId;
use super::fields::{Fields, ObjectId, Slot};
use super::trace::{Outcome, Trace};
use super::value::{Address, Leftover, Value};
use crate::bytes::json;
use crate::bytes::slice::part;

/// The longest term that Lucene takes, in bytes: longer strings are cut.
pub const MAX_STRING: usize = 32_766;

/// What stands at the end of a string that was cut.
pub const CUT_MARK: &str = "…[cut]";

/// OpenSearch makes one term of a flat object's path and value: room for the path, in bytes.
const FLAT_PATH: usize = 512;

/// The values of one document.
#[derive(Debug)]
pub struct Row<'a> {
    /// By position in document order; [`Value::Absent`] where the document lacks the field.
    values: ArenaVec<'a, Value<'a>>,
    /// The position of each field.
    positions: &'a [u16],
    leftovers: ArenaVec<'a, Leftover<'a>>,
    /// Why the values are what they are.
    pub(crate) trace: Trace<'a>,
}

impl<'a> Row<'a> {
    /// A row without values, for a document of `fields`. It takes its memory from the event's arena.
    pub fn new(fields: &'a Fields, arena: &'a Bump) -> Self {
        Self {
            values: bumpalo::vec![in arena; Value::Absent; fields.len()],
            positions: fields.positions(),
            leftovers: ArenaVec::new_in(arena),
            trace: Trace::default(),
        }
    }

    /// Gives a field its value, in place of any that it has.
    #[inline]
    pub fn set(&mut self, field: FieldId, value: Value<'a>) {
        if let Some(slot) = self.slot(field) {
            *slot = value;
        }
        self.trace.note(Some(field), value, Outcome::Set);
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

    /// Gives a field the value that `write` writes. `write` returns `None` and writes nothing where it has no value for the field.
    ///
    /// The value is written where it stays, because it is three words long and most of the work on a document is to set values.
    #[inline]
    pub(crate) fn set_with(
        &mut self,
        field: FieldId,
        write: impl FnOnce(&mut Value<'a>) -> Option<()>,
    ) -> Option<()> {
        write(self.slot(field)?)?;
        if self.trace.is_on() {
            self.trace.note(Some(field), self.get(field), Outcome::Set);
        }
        Some(())
    }

    /// Whether a field has a value.
    #[inline]
    pub fn has(&self, field: FieldId) -> bool {
        self.value(field).is_some()
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
    fn slot(&mut self, field: FieldId) -> Option<&mut Value<'a>> {
        let position = self.position(field)?;
        self.values.get_mut(position)
    }

    #[inline]
    fn value(&self, field: FieldId) -> Option<&Value<'a>> {
        self.values.get(self.position(field)?).filter(|value| !value.is_absent())
    }

    #[inline]
    fn position(&self, field: FieldId) -> Option<usize> {
        self.positions.get(usize::from(field.0)).copied().map(usize::from)
    }

    /// Adds a key under the prefix.
    pub fn leave_over(&mut self, key: &'a str, value: Value<'a>) {
        self.leftovers.push(Leftover { key, value });
    }

    /// The keys under the prefix.
    pub fn leftovers(&self) -> &[Leftover<'a>] {
        &self.leftovers
    }
}

impl Row<'_> {
    /// Appends the document as one JSON object without a line end. Returns the number of strings that were cut.
    pub fn write_json(&self, fields: &Fields, out: &mut Vec<u8>) -> u32 {
        let start = out.len();
        let mut writer = Writer { out, cut: 0 };
        let last = self.write_fields(fields, &mut writer);
        let open = if self.leftovers.is_empty() {
            last.map_or(0, |slot| fields.depth(slot.object))
        } else {
            self.write_leftovers(fields, last, &mut writer);
            1
        };
        writer.close(open);
        // A comma stands before each field: that of the first one becomes the brace that opens the document.
        match writer.out.get_mut(start) {
            Some(comma) => *comma = b'{',
            None => writer.out.push(b'{'),
        }
        writer.out.push(b'}');
        writer.cut
    }

    /// Writes all fields that have values, and returns the last of them.
    fn write_fields<'f>(&self, fields: &'f Fields, writer: &mut Writer<'_>) -> Option<&'f Slot> {
        let mut object = ObjectId::default();
        let mut last = None;
        for (slot, value) in fields.order().iter().zip(&self.values) {
            if value.is_absent() {
                continue;
            }
            slot.open(object, fields, writer.out);
            writer.value(value);
            object = slot.object;
            last = Some(slot);
        }
        last
    }

    /// Writes the keys that no field takes behind the `last` field, and leaves the object of the prefix open.
    fn write_leftovers(&self, fields: &Fields, last: Option<&Slot>, writer: &mut Writer<'_>) {
        let depth = last.map_or(0, |slot| fields.depth(slot.object));
        let mut needs_comma = last.is_some_and(|slot| slot.prefixed);
        if needs_comma {
            writer.close(depth - 1);
        } else {
            writer.close(depth);
            writer.out.push(b',');
            json::string(fields.prefix(), writer.out);
            writer.out.extend_from_slice(b":{");
        }
        for leftover in &self.leftovers {
            if needs_comma {
                writer.out.push(b',');
            }
            json::string(leftover.key, writer.out);
            writer.out.push(b':');
            writer.value(&leftover.value);
            needs_comma = true;
        }
    }

    /// Appends the JSON of one value.
    pub(crate) fn write_value(value: &Value<'_>, out: &mut Vec<u8>) {
        Writer { out, cut: 0 }.value(value);
    }
}

/// Writes values behind what has been written.
struct Writer<'o> {
    out: &'o mut Vec<u8>,
    /// Strings that were cut.
    cut: u32,
}

impl Writer<'_> {
    fn close(&mut self, objects: u8) {
        for _ in 0..objects {
            self.out.push(b'}');
        }
    }

    fn value(&mut self, value: &Value<'_>) {
        match value {
            Value::Absent => self.out.extend_from_slice(b"null"),
            Value::Text(text) => self.string(text, MAX_STRING),
            Value::Word(word) => json::plain_string(word, self.out),
            Value::Long(number) => self.number(number),
            Value::Float(number) => self.number(number),
            Value::Ip(address) => self.address(address),
            Value::Json(json) => json::append(json.as_bytes(), self.out),
            Value::Time(time) => {
                self.out.push(b'"');
                time.write(self.out);
                self.out.push(b'"');
            }
            Value::Texts(texts) => self.list(texts, |writer, text| writer.string(text, MAX_STRING)),
            Value::Words(words) => self.list(words, |writer, word| json::plain_string(word, writer.out)),
            Value::Object(entries) => self.object(entries),
            Value::Ips(addresses) => self.list(addresses, Self::address),
        }
    }

    fn number(&mut self, number: &impl Serialize) {
        // Writing to a vector cannot fail.
        let _ = serde_json::to_writer(&mut *self.out, number);
    }

    fn address(&mut self, address: &Address<'_>) {
        match address.text {
            Some(text) => json::plain_string(text, self.out),
            None => drop(write!(self.out, "\"{}\"", address.ip)),
        }
    }

    fn object(&mut self, entries: &[Leftover<'_>]) {
        const LONGEST: usize = MAX_STRING - FLAT_PATH;
        self.out.push(b'{');
        for (number, entry) in entries.iter().enumerate() {
            if number > 0 {
                self.out.push(b',');
            }
            json::string(entry.key, self.out);
            self.out.push(b':');
            match entry.value {
                Value::Text(text) => self.string(text, LONGEST),
                Value::Texts(texts) => self.list(texts, |writer, text| writer.string(text, LONGEST)),
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

    /// Writes a text; one of more than `longest` bytes is cut at a character, so that it fits with its mark.
    fn string(&mut self, text: &str, longest: usize) {
        if text.len() <= longest {
            return json::string(text, self.out);
        }
        self.cut += 1;
        let end = text.floor_char_boundary(longest - CUT_MARK.len());
        json::string(&[part(text, ..end), CUT_MARK].concat(), self.out);
    }
}
