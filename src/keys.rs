//! The keys of one event, found by number instead of by name.
//!
//! A section's known keys (Deep Security's and those that its table names) are numbered once; an event's pairs are looked up
//! once each, and from then on a key is an index. Does not know what a key means.

use bumpalo::Bump;

use crate::convert::trim;
use crate::pair::{Escapes, Pair};

/// The number of a known key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyId(pub(crate) u16);

/// Known keys by name.
///
/// An open-addressed table: a name's length and its first and last eight bytes choose the slot, so that a look-up is a
/// multiplication and, nearly always, one comparison.
#[derive(Clone, Debug)]
pub(crate) struct KeyTable {
    /// Slots of 1 + index into `names`, 0 for none; their number is a power of two, at least four times that of names.
    slots: Vec<u16>,
    names: Vec<(Box<str>, KeyId)>,
    count: u16,
}

impl KeyTable {
    /// A table of `names`, numbered in their order, with other spellings of some of them.
    pub(crate) fn new(names: &[&str], aliases: &[(&str, KeyId)]) -> Self {
        let mut table = Self { slots: vec![0; 64], names: Vec::new(), count: 0 };
        for name in names {
            table.add(name);
        }
        for (alias, key) in aliases {
            table.insert(alias, *key);
        }
        table
    }

    /// The number of `name`, made if it has none.
    pub(crate) fn add(&mut self, name: &str) -> KeyId {
        if let Some(key) = self.get(name) {
            return key;
        }
        let key = KeyId(self.count);
        self.count += 1;
        self.insert(name, key);
        key
    }

    pub(crate) fn get(&self, name: &str) -> Option<KeyId> {
        let mut slot = self.slot(name);
        loop {
            let (known, key) = self.names.get(usize::from(self.slots.get(slot)?.checked_sub(1)?))?;
            if **known == *name {
                return Some(*key);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    fn insert(&mut self, name: &str, key: KeyId) {
        self.names.push((name.into(), key));
        if self.names.len() * 4 > self.slots.len() {
            self.slots = vec![0; self.slots.len() * 2];
        } else {
            self.slots.fill(0);
        }
        for number in 0..self.names.len() {
            let Some(mut slot) = self.names.get(number).map(|(name, _)| self.slot(name)) else { continue };
            while self.slots.get(slot).is_some_and(|used| *used != 0) {
                slot = (slot + 1) & (self.slots.len() - 1);
            }
            if let (Some(free), Ok(number)) = (self.slots.get_mut(slot), u16::try_from(number + 1)) {
                *free = number;
            }
        }
    }

    fn slot(&self, name: &str) -> usize {
        const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
        let bytes = name.as_bytes();
        let (first, last) = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => {
                let short = bytes.iter().fold(0, |word: u64, byte| word << 8 | u64::from(*byte));
                (short, short)
            }
        };
        let length = u64::try_from(bytes.len()).unwrap_or_default();
        let mixed = (first ^ last.rotate_left(23) ^ length).wrapping_mul(MIX);
        usize::try_from(mixed >> 40).unwrap_or_default() & (self.slots.len() - 1)
    }
}

/// One event's pairs by key.
#[derive(Debug, Default)]
pub(crate) struct Keyed<'a> {
    pairs: Vec<Entry<'a>>,
    /// For each known key, one more than the position of its first pair; 0 for none.
    first: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Entry<'a> {
    pair: Pair<'a>,
    key: Option<KeyId>,
    /// The next pair of the same key, as in `first`.
    next: u32,
    used: bool,
}

/// The position of a pair in its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At(u32);

impl<'a> Keyed<'a> {
    /// No pairs, with the memory of a used one.
    pub(crate) fn recycle(used: Keyed<'_>, table: &KeyTable) -> Self {
        let Keyed { mut pairs, mut first } = used;
        pairs.clear();
        first.clear();
        first.resize(usize::from(table.count), 0);
        Keyed { pairs: pairs.into_iter().filter_map(|_| None).collect(), first }
    }

    /// Takes an event's pairs, in order.
    pub(crate) fn fill(&mut self, pairs: &[Pair<'a>], table: &KeyTable) {
        for pair in pairs {
            let key = table.get(pair.key);
            self.pairs.push(Entry { pair: *pair, key, next: 0, used: false });
            let number = u32::try_from(self.pairs.len()).unwrap_or(u32::MAX);
            if let Some(key) = key {
                self.link(key, number);
            }
        }
    }

    fn link(&mut self, key: KeyId, number: u32) {
        let Some(mut last) = self.first.get(usize::from(key.0)).copied() else { return };
        if last == 0 {
            if let Some(first) = self.first.get_mut(usize::from(key.0)) {
                *first = number;
            }
            return;
        }
        // A key repeated ten thousand times would make this walk quadratic: only the first few are kept in order, the
        // rest is found by the walk over all unused pairs.
        for _ in 0..8 {
            let Some(entry) = self.entry_mut(last) else { return };
            if entry.next == 0 {
                entry.next = number;
                return;
            }
            last = entry.next;
        }
    }

    /// The first pair of a key, unless it was empty text all along.
    pub(crate) fn at(&self, key: KeyId) -> Option<At> {
        self.first.get(usize::from(key.0)).copied().filter(|number| *number > 0).map(At)
    }

    /// The value at a place, its escapes undone, blanks around it trimmed.
    pub(crate) fn value_at(&self, at: At, arena: &'a Bump) -> &'a str {
        self.entry(at.0).map_or("", |entry| trim(entry.pair.value_in(arena)))
    }

    /// The raw value at a place.
    pub(crate) fn raw_at(&self, at: At) -> &'a str {
        self.entry(at.0).map_or("", |entry| entry.pair.raw)
    }

    /// The value of a key, if it has one that is not empty.
    pub(crate) fn value(&self, key: KeyId, arena: &'a Bump) -> Option<&'a str> {
        self.at(key).map(|at| self.value_at(at, arena)).filter(|value| !is_empty_value(value))
    }

    /// Whether the pair has found its home.
    pub(crate) fn is_used(&self, at: At) -> bool {
        self.entry(at.0).is_some_and(|entry| entry.used)
    }

    /// Notes that the pair has found its home: it is no left-over.
    pub(crate) fn mark_used(&mut self, at: At) {
        if let Some(entry) = self.entry_mut(at.0) {
            entry.used = true;
        }
    }

    /// Notes that all pairs of a key need no home of their own.
    pub(crate) fn mark_key_used(&mut self, key: KeyId) {
        let mut next = self.at(key);
        while let Some(at) = next {
            self.mark_used(at);
            next = self.chain(at).nth(1);
        }
    }

    /// The first pairs of known keys that have found no home, in order.
    pub(crate) fn unused_known(&self) -> impl Iterator<Item = (KeyId, At)> {
        (1..).zip(&self.pairs).filter(|(_, entry)| !entry.used).filter_map(|(number, entry)| {
            let key = entry.key?;
            (self.at(key) == Some(At(number))).then_some((key, At(number)))
        })
    }

    /// The pairs that have found no home, in order.
    pub(crate) fn unused(&self) -> impl Iterator<Item = (&'a str, At)> {
        (1..).zip(&self.pairs).filter(|(_, entry)| !entry.used).map(|(number, entry)| (entry.pair.key, At(number)))
    }

    /// A pair and those of the same key behind it.
    pub(crate) fn chain(&self, first: At) -> impl Iterator<Item = At> {
        std::iter::successors(Some(first), |at| {
            self.entry(at.0).map(|entry| entry.next).filter(|number| *number > 0).map(At)
        })
    }

    /// The first pair of the same known key, if that one has found its home.
    pub(crate) fn first_used_like(&self, at: At) -> Option<At> {
        let first = self.at(self.entry(at.0)?.key?)?;
        (first != at && self.is_used(first)).then_some(first)
    }

    /// Makes the value of `key`'s first pair reach to the next pair whose key `ends_text` accepts: what stands between is
    /// text of that value that only looks like keys. Keys behind that are no longer known by number. `text` is the line
    /// that all pairs are slices of. Gives the number of pairs that became text.
    pub(crate) fn extend_text(&mut self, key: KeyId, text: &'a str, ends_text: impl Fn(&str) -> bool) -> u32 {
        let Some(At(number)) = self.at(key) else { return 0 };
        let behind = self.pairs.get_mut(usize::try_from(number).unwrap_or(usize::MAX)..).unwrap_or_default();
        let mut last = None;
        let mut folded = 0;
        let mut in_text = true;
        let mut escapes = Escapes::None;
        for entry in behind {
            if ends_text(entry.pair.key) {
                in_text = false;
            } else if in_text {
                last = Some(entry.pair.raw);
                entry.used = true;
                folded += 1;
                escapes = wider(escapes, entry.pair.escapes);
                entry.key = None;
            } else {
                entry.key = None;
            }
        }
        if let Some(last) = last
            && let Some(entry) = self.entry_mut(number)
        {
            let start = entry.pair.raw.as_ptr() as usize - text.as_ptr() as usize;
            let end = last.as_ptr() as usize + last.len() - text.as_ptr() as usize;
            if let Some(raw) = text.get(start..end) {
                entry.pair.raw = raw;
                entry.pair.escapes = wider(entry.pair.escapes, escapes);
            }
        }
        if folded > 0 {
            self.relink();
        }
        folded
    }

    fn relink(&mut self) {
        self.first.fill(0);
        for entry in &mut self.pairs {
            entry.next = 0;
        }
        let keys: Vec<(u32, KeyId)> =
            (1..).zip(&self.pairs).filter_map(|(number, entry)| Some((number, entry.key?))).collect();
        for (number, key) in keys {
            self.link(key, number);
        }
    }

    fn entry(&self, number: u32) -> Option<&Entry<'a>> {
        self.pairs.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    fn entry_mut(&mut self, number: u32) -> Option<&mut Entry<'a>> {
        self.pairs.get_mut(usize::try_from(number).ok()?.checked_sub(1)?)
    }
}

/// A text of several values was escaped by its sender only if all of them were.
fn wider(one: Escapes, other: Escapes) -> Escapes {
    match (one, other) {
        (Escapes::EqualsOnly, _) | (_, Escapes::EqualsOnly) => Escapes::EqualsOnly,
        (Escapes::Cef, _) | (_, Escapes::Cef) => Escapes::Cef,
        (Escapes::None, Escapes::None) => Escapes::None,
    }
}

/// Values that say nothing: upstream leaves them out, and so do we.
pub(crate) fn is_empty_value(value: &str) -> bool {
    matches!(value, "" | "-" | "null" | "[]")
}
