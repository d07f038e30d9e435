//! One event's values in the slots of its fields, and the walk that writes them as JSON.
//!
//! A row is reused from event to event: its values borrow from the line or from the event's arena. Does not
//! know what a field means.

use std::net::IpAddr;

use crate::field::{FieldId, Fields};
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
    leftovers: Vec<Leftover<'a>>,
}

impl<'a> Row<'a> {
    /// An empty row, with the memory of a used one.
    pub fn recycle(used: Row<'_>, fields: &Fields) -> Self {
        let Row { values, leftovers } = used;
        // The standard library collects a vector's own iterator in place, so the memory is kept although the lifetime
        // changes.
        let mut values: Vec<Value<'a>> = values.into_iter().map(|_| Value::Absent).collect();
        values.resize(fields.len(), Value::Absent);
        Row { values, leftovers: leftovers.into_iter().filter_map(|_| None).collect() }
    }

    /// Gives a field its value, in place of any that it has.
    pub fn set(&mut self, field: FieldId, value: Value<'a>) {
        if let Some(slot) = self.values.get_mut(usize::from(field.0)) {
            *slot = value;
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
        self.get(field) != Value::Absent
    }

    /// A field's value.
    pub fn get(&self, field: FieldId) -> Value<'a> {
        self.values.get(usize::from(field.0)).copied().unwrap_or_default()
    }

    /// A field's value, if it is one text.
    pub fn text(&self, field: FieldId) -> Option<&'a str> {
        match self.get(field) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A field's value, if it is one address.
    pub fn ip(&self, field: FieldId) -> Option<IpAddr> {
        match self.get(field) {
            Value::Ip(ip) => Some(ip),
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
        let mut shared = 0;
        let mut first = true;
        let mut in_prefix = false;
        for (position, slot) in fields.order().iter().enumerate() {
            shared = shared.min(slot.shared);
            let value = self.get(slot.field);
            if value == Value::Absent {
                continue;
            }
            while open > shared {
                writer.out.push(b'}');
                open -= 1;
            }
            if !first {
                writer.out.push(b',');
            }
            first = false;
            let start = slot.starts.get(open).copied().unwrap_or_default();
            writer.out.extend_from_slice(slot.open.get(start..).unwrap_or_default().as_bytes());
            writer.value(value);
            open = slot.depth;
            shared = open;
            in_prefix = position >= fields.first_prefixed();
        }
        if !self.leftovers.is_empty() {
            let keep = usize::from(in_prefix);
            while open > keep {
                writer.out.push(b'}');
                open -= 1;
            }
            if !in_prefix {
                if !first {
                    writer.out.push(b',');
                }
                writer.string(fields.prefix());
                writer.out.extend_from_slice(b":{");
                open += 1;
                first = true;
            }
            for leftover in &self.leftovers {
                if !first {
                    writer.out.push(b',');
                }
                first = false;
                writer.string(leftover.key);
                writer.out.push(b':');
                writer.value(leftover.value);
            }
        }
        for _ in 0..=open {
            writer.out.push(b'}');
        }
        writer.cut
    }
}

struct Writer<'o> {
    out: &'o mut Vec<u8>,
    cut: u32,
}

impl Writer<'_> {
    fn value(&mut self, value: Value<'_>) {
        match value {
            Value::Absent => self.out.extend_from_slice(b"null"),
            Value::Text(text) => self.bounded_string(text),
            Value::Long(number) => self.number(number),
            Value::Float(number) => self.number(number),
            Value::Ip(ip) => self.ip(ip),
            Value::Time(time) => {
                self.out.push(b'"');
                time.write(self.out);
                self.out.push(b'"');
            }
            Value::Texts(texts) => self.list(texts, |writer, text| writer.bounded_string(text)),
            Value::Ips(ips) => self.list(ips, |writer, ip| writer.ip(*ip)),
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
            return self.string(text);
        }
        self.cut += 1;
        let end = text.floor_char_boundary(MAX_STRING - CUT_MARK.len());
        let (kept, _) = text.split_at_checked(end).unwrap_or_default();
        self.string(&[kept, CUT_MARK].concat());
    }

    fn string(&mut self, text: &str) {
        self.serialize(text);
    }

    fn number(&mut self, number: impl serde::Serialize) {
        self.serialize(&number);
    }

    fn ip(&mut self, ip: IpAddr) {
        use std::io::Write;
        self.out.push(b'"');
        // Writing to a vector cannot fail.
        let _ = write!(self.out, "{ip}");
        self.out.push(b'"');
    }

    fn serialize<T: serde::Serialize + ?Sized>(&mut self, value: &T) {
        // Strings and numbers cannot fail to serialize, and a vector cannot fail to take them.
        let _ = serde_json::to_writer(&mut *self.out, value);
    }
}
