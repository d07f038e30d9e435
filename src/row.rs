//! One event's values in the slots of its fields, and the walk that writes them as JSON.
//!
//! A row is reused from event to event: its values borrow from the line or from the event's arena. Does not
//! know what a field means.

pub(crate) mod trace;

use std::net::IpAddr;

use self::trace::{Fate, Trace};

use crate::field::{FieldId, Fields, ObjectId};
use crate::json;
use crate::recycle::emptied;
use crate::time::ZonedTime;

/// Positions whose bits are gathered together: as a rule all of them.
const POSITIONS: usize = 512;

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
    /// Text of our own: not long, and without anything that JSON escapes.
    Word(&'a str),
    /// An integer.
    Long(i64),
    /// A number.
    Float(f64),
    /// An address.
    Ip(&'a Address<'a>),
    /// A MAC address of six octets with any separators between them.
    Mac(&'a [u8; 17]),
    /// A number or a string without anything to escape, as JSON writes it.
    Json(&'a str),
    /// A point in time.
    Time(&'a ZonedTime),
    /// Several texts.
    Texts(&'a [&'a str]),
    /// Several words of our own.
    Words(&'a [&'a str]),
    /// Several addresses.
    Ips(&'a [Address<'a>]),
    /// Keys that are no fields, with their values.
    Object(&'a [Leftover<'a>]),
}

/// An address, with its text where that is how documents write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// The address.
    pub ip: IpAddr,
    /// The shortest text for it, which is its only one for an IPv4 address.
    pub text: Option<&'a str>,
}

impl From<IpAddr> for Address<'_> {
    fn from(ip: IpAddr) -> Self {
        Self { ip, text: None }
    }
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
    /// In the order in which they came.
    values: Vec<Entry<'a>>,
    /// For each field, one more than the place of its value; 0 where it has none.
    places: Vec<u16>,
    leftovers: Vec<Leftover<'a>>,
    /// Why the values are what they are, if someone asks.
    trace: Option<Box<Trace<'a>>>,
}

#[derive(Clone, Copy, Debug)]
struct Entry<'a> {
    value: Value<'a>,
    field: FieldId,
}

impl<'a> Row<'a> {
    /// An empty row for documents of `fields`, with the memory of one that was emptied.
    pub fn recycle(emptied: Row<'static>, fields: &Fields) -> Self {
        let Row { values, mut places, leftovers, .. } = emptied;
        places.clear();
        places.resize(fields.len(), 0);
        Row { values, places, leftovers, trace: None }
    }

    /// The row's memory without its values.
    pub fn emptied(self) -> Row<'static> {
        let Row { values, places, leftovers, .. } = self;
        Row { values: emptied(values), places, leftovers: emptied(leftovers), trace: None }
    }

    /// Gives a field its value, in place of any that it has.
    #[inline]
    pub fn set(&mut self, field: FieldId, value: Value<'a>) {
        if self.trace.is_some() {
            self.note(Some(field), value, Fate::Set);
        }
        let Some(place) = self.places.get_mut(usize::from(field.0)) else { return };
        if let Some(entry) = self.values.get_mut(usize::from(*place).wrapping_sub(1)) {
            entry.value = value;
        } else if let Ok(next) = u16::try_from(self.values.len() + 1) {
            *place = next;
            self.values.push(Entry { value, field });
        }
    }

    /// Gives a field its value unless it has one.
    #[inline]
    pub fn set_if_absent(&mut self, field: FieldId, value: Value<'a>) {
        if self.has(field) {
            self.lose(field, value);
        } else {
            self.set(field, value);
        }
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
    fn value(&self, field: FieldId) -> Option<&Value<'a>> {
        let place = usize::from(*self.places.get(usize::from(field.0))?);
        let entry = self.values.get(place.wrapping_sub(1))?;
        Some(&entry.value).filter(|value| !matches!(value, Value::Absent))
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
        Writer { out, text: "", cut: 0 }.value(value);
    }

    /// A bit for each field that has a value, from the position `first` in document order on.
    fn filled(&self, fields: &Fields, first: usize) -> [u64; POSITIONS / 64] {
        let mut filled = [0; POSITIONS / 64];
        for entry in self.values.iter().filter(|entry| !matches!(entry.value, Value::Absent)) {
            let position = fields.position(entry.field).wrapping_sub(first);
            if let Some(bits) = filled.get_mut(position / 64) {
                *bits |= 1 << (position % 64);
            }
        }
        filled
    }

    /// Writes the document as one JSON object without a line end. Gives the number of strings that were cut.
    ///
    /// Many values are slices of `text`: these are written quicker.
    pub fn write_json(&self, fields: &Fields, text: &str, out: &mut Vec<u8>) -> u32 {
        let mut writer = Writer { out, text, cut: 0 };
        let start = writer.out.len();
        let mut object = ObjectId::default();
        let mut last = None;
        for first in (0..fields.len()).step_by(POSITIONS) {
            for (word, mut bits) in (0..).zip(self.filled(fields, first)) {
                while bits != 0 {
                    let position = first + word * 64 + bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    let Some(slot) = fields.slot(position) else { continue };
                    let Some(value) = self.value(slot.field) else { continue };
                    if slot.object == object {
                        slot.next.append(writer.out);
                    } else {
                        let Some(step) = fields.step(object, slot.object) else { continue };
                        step.append(writer.out);
                        slot.name.append(writer.out);
                        object = slot.object;
                    }
                    last = Some(position);
                    match value {
                        Value::Text(text) if text.len() <= MAX_STRING => {
                            json::rest_of_slice(text, writer.text, writer.out);
                        }
                        Value::Word(word) => {
                            writer.out.extend_from_slice(word.as_bytes());
                            writer.out.push(b'"');
                        }
                        Value::Ip(address) => json::rest_of_address(address, writer.text, writer.out),
                        value => {
                            writer.out.pop();
                            writer.value(value);
                        }
                    }
                }
            }
        }
        let mut depth = fields.depth(object);
        if !self.leftovers.is_empty() {
            let in_prefix = last.is_some_and(|last| last >= fields.first_prefixed());
            writer.close(depth - u8::from(in_prefix));
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

/// OpenSearch makes one term of a flat object's path and value: room for the path.
const FLAT_PATH: usize = 512;

struct Writer<'o> {
    out: &'o mut Vec<u8>,
    text: &'o str,
    cut: u32,
}

impl Writer<'_> {
    #[inline]
    fn close(&mut self, objects: u8) {
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
            Value::Ip(address) => json::address(address, self.text, self.out),
            Value::Mac(mac) => json::mac(mac, self.out),
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
                self.list(addresses, |writer, address| json::address(address, writer.text, writer.out))
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
