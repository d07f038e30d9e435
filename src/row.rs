//! One event's values in the slots of its fields, and the walk that writes them as JSON.
//!
//! A row is reused from event to event: its values borrow from the line or from the event's arena. Does not
//! know what a field means.

use std::net::IpAddr;

use crate::field::{FieldId, Fields};
use crate::json;
use crate::time::ZonedTime;

/// The longest term that Lucene takes, in bytes: longer strings are cut.
pub const MAX_STRING: usize = 32_766;

/// What stands at the end of a string that was cut.
pub const CUT_MARK: &str = "…[cut]";

/// One value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Value<'a> {
    /// The field is left out.
    #[default]
    Absent,
    /// Text.
    Text(&'a str),
    /// An integer.
    Long(i64),
    /// A number.
    Float(f64),
    /// An address.
    Ip(IpAddr),
    /// A point in time.
    Time(ZonedTime),
    /// Several texts.
    Texts(&'a [&'a str]),
    /// Several addresses.
    Ips(&'a [IpAddr]),
}

/// A key that no field takes: it goes under the prefix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leftover<'a> {
    /// The key, safe as a field name.
    pub key: &'a str,
    /// Its value.
    pub value: Value<'a>,
}

/// The values of one event.
#[derive(Debug, Default)]
pub struct Row<'a> {
    values: Vec<Value<'a>>,
    /// A bit for each position in document order: its field has a value.
    filled: Vec<u64>,
    /// The position of each field.
    positions: Vec<u16>,
    leftovers: Vec<Leftover<'a>>,
}

impl<'a> Row<'a> {
    /// An empty row for documents of `fields`, with the memory of a used one.
    pub fn recycle(used: Row<'_>, fields: &Fields) -> Self {
        let Row { mut values, mut filled, mut positions, mut leftovers } = used;
        values.clear();
        leftovers.clear();
        // The standard library collects a vector's own iterator in place, so the memory is kept although the lifetime
        // changes.
        let mut values: Vec<Value<'a>> = values.into_iter().map(|_| Value::Absent).collect();
        values.resize(fields.len(), Value::Absent);
        filled.clear();
        filled.resize(fields.len().div_ceil(64), 0);
        if positions.len() != fields.len() {
            positions = fields.positions();
        }
        Row { values, filled, positions, leftovers: leftovers.into_iter().filter_map(|_| None).collect() }
    }

    /// Gives a field its value, in place of any that it has.
    pub fn set(&mut self, field: FieldId, value: Value<'a>) {
        let Some(slot) = self.values.get_mut(usize::from(field.0)) else { return };
        *slot = value;
        let position = self.positions.get(usize::from(field.0)).copied().unwrap_or_default();
        if let Some(bits) = self.filled.get_mut(usize::from(position / 64)) {
            let bit = 1 << (position % 64);
            match value {
                Value::Absent => *bits &= !bit,
                _ => *bits |= bit,
            }
        }
    }

    /// Gives a field its value unless it has one.
    pub fn set_if_absent(&mut self, field: FieldId, value: Value<'a>) {
        if !self.has(field) {
            self.set(field, value);
        }
    }

    /// Whether a field has a value.
    pub fn has(&self, field: FieldId) -> bool {
        !matches!(self.values.get(usize::from(field.0)), None | Some(Value::Absent))
    }

    /// A field's value.
    pub fn get(&self, field: FieldId) -> Value<'a> {
        self.values.get(usize::from(field.0)).copied().unwrap_or_default()
    }

    /// A field's value, if it is one text.
    pub fn text(&self, field: FieldId) -> Option<&'a str> {
        match self.values.get(usize::from(field.0)) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A field's value, if it is one address.
    pub fn ip(&self, field: FieldId) -> Option<IpAddr> {
        match self.values.get(usize::from(field.0)) {
            Some(Value::Ip(ip)) => Some(*ip),
            _ => None,
        }
    }

    /// Adds a key under the prefix.
    pub fn leave_over(&mut self, key: &'a str, value: Value<'a>) {
        self.leftovers.push(Leftover { key, value });
    }

    /// The keys under the prefix.
    pub fn leftovers(&self) -> &[Leftover<'a>] {
        &self.leftovers
    }

    /// Writes the document as one JSON object without a line end. Gives the number of strings that were cut.
    pub fn write_json(&self, fields: &Fields, out: &mut Vec<u8>) -> u32 {
        let mut writer = Writer { out, cut: 0 };
        writer.out.push(b'{');
        let mut open = 0;
        let mut before = None;
        for (word, bits) in self.filled.iter().enumerate() {
            let mut bits = *bits;
            while bits != 0 {
                let position = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let Some(slot) = fields.order().get(position) else { break };
                let shared = before.map_or(0, |before| fields.shared(before, position));
                writer.close(open - shared);
                if before.is_some() {
                    writer.out.push(b',');
                }
                writer.out.extend_from_slice(slot.open.get(shared).map_or(&[], |open| open));
                if let Some(value) = self.values.get(usize::from(slot.field.0)) {
                    writer.value(value);
                }
                open = slot.depth;
                before = Some(position);
            }
        }
        if !self.leftovers.is_empty() {
            let in_prefix = before.is_some_and(|before| before >= fields.first_prefixed());
            writer.close(open - usize::from(in_prefix));
            open = 1;
            if !in_prefix {
                if before.is_some() {
                    writer.out.push(b',');
                }
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
        writer.close(open + 1);
        writer.cut
    }
}

struct Writer<'o> {
    out: &'o mut Vec<u8>,
    cut: u32,
}

impl Writer<'_> {
    fn close(&mut self, objects: usize) {
        for _ in 0..objects {
            self.out.push(b'}');
        }
    }

    fn value(&mut self, value: &Value<'_>) {
        match value {
            Value::Absent => self.out.extend_from_slice(b"null"),
            Value::Text(text) => self.bounded_string(text),
            Value::Long(number) => json::integer(*number, self.out),
            // Writing to a vector cannot fail.
            Value::Float(number) => drop(serde_json::to_writer(&mut *self.out, number)),
            Value::Ip(ip) => json::address(*ip, self.out),
            Value::Time(time) => {
                self.out.push(b'"');
                time.write(self.out);
                self.out.push(b'"');
            }
            Value::Texts(texts) => self.list(texts, |writer, text| writer.bounded_string(text)),
            Value::Ips(ips) => self.list(ips, |writer, ip| json::address(*ip, writer.out)),
        }
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

    fn bounded_string(&mut self, text: &str) {
        if text.len() <= MAX_STRING {
            return json::string(text, self.out);
        }
        self.cut += 1;
        let end = text.floor_char_boundary(MAX_STRING - CUT_MARK.len());
        let (kept, _) = text.split_at_checked(end).unwrap_or_default();
        json::string(&[kept, CUT_MARK].concat(), self.out);
    }
}
