//! The keys of one event, found by number instead of by name.
//!
//! A section's known keys (Deep Security's and those that its table names) are numbered once; an event's pairs are looked up
//! once each, and from then on a key is an index. Does not know what a key means.

use std::collections::HashMap;
use std::hash::BuildHasher;

use bumpalo::Bump;
use foldhash::fast::FixedState;

use super::full_names;
use super::pair::{Escapes, Pair};
use crate::bytes::find;
use crate::bytes::recycle::emptied;
use crate::bytes::slice::start_in;
use crate::bytes::trim::trim;

/// Keys of the sender's own that may stand behind its free text.
const MAX_KEPT: usize = 64;

/// Whether a value says that the sender did not know: `N/A`, also in small letters, and OSSEC's word for the user of a Windows event that has none
/// (`read_win_el.c`). It is kept, but it is the value of nothing.
pub(crate) fn is_not_known(value: &str) -> bool {
    value.eq_ignore_ascii_case("N/A") || value == "(no user)"
}

/// The number of a known key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyId(pub(crate) u16);

/// Known keys by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyTable {
    /// The keys by each of their spellings.
    numbers: HashMap<Box<str>, KeyId, FixedState>,
    names: Vec<Box<str>>,
}

impl KeyTable {
    /// A table of `names`, numbered in their order, with other spellings of some of them.
    pub(crate) fn new(names: &[&str], aliases: &[(&str, KeyId)]) -> Self {
        let mut table = Self::default();
        for name in names {
            table.add(name);
        }
        table.numbers.extend(aliases.iter().map(|(alias, key)| (Box::from(*alias), *key)));
        table
    }

    /// The number of `name`, made if it has none.
    pub(crate) fn add(&mut self, name: &str) -> KeyId {
        if let Some(key) = self.get(name) {
            return key;
        }
        let key = KeyId(u16::try_from(self.names.len()).unwrap_or(u16::MAX));
        self.numbers.insert(name.into(), key);
        self.names.push(name.into());
        key
    }

    /// The name of a key, which it may also have another spelling of.
    pub(crate) fn name(&self, key: KeyId) -> Option<&str> {
        self.names.get(usize::from(key.0)).map(|name| &**name)
    }

    /// How many keys are numbered.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// The number of a name or of another spelling.
    #[inline]
    pub(crate) fn get(&self, name: &str) -> Option<KeyId> {
        self.numbers.get(name).copied()
    }
}

/// One event's pairs by key.
#[derive(Debug, Default)]
pub(crate) struct EventKeys<'a> {
    pairs: Vec<Pair<'a>>,
    /// What is known of each pair.
    entries: Vec<PairState<'a>>,
    /// For each known key, one more than the position of its first pair; 0 for none.
    first: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct PairState<'a> {
    /// The value, its escapes undone, blanks around it trimmed.
    value: &'a str,
    key: Option<KeyId>,
    /// The value says nothing.
    empty: bool,
    /// Another pair of the same key follows.
    repeated: bool,
    used: bool,
    misfit: bool,
}

/// What the keys of an event may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyNames {
    /// As they are.
    AsWritten,
    /// By the full names of CEF's dictionary, too (rule E12).
    FullNamesToo,
}

/// The position of a pair in its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PairIndex(u32);

impl<'a> EventKeys<'a> {
    /// No pairs, with the memory of one that was emptied.
    pub(crate) fn recycle(emptied: EventKeys<'static>, table: &KeyTable) -> Self {
        let EventKeys { pairs, entries, mut first } = emptied;
        first.clear();
        first.resize(table.len(), 0);
        EventKeys { pairs, entries, first }
    }

    /// The memory without its pairs.
    pub(crate) fn emptied(self) -> EventKeys<'static> {
        EventKeys { pairs: emptied(self.pairs), entries: emptied(self.entries), first: self.first }
    }

    /// Where the event's pairs go, before [`EventKeys::find_keys`].
    pub(crate) fn pairs(&mut self) -> &mut Vec<Pair<'a>> {
        &mut self.pairs
    }

    /// Looks up the keys of the pairs, in order, by the names that they may have. They have values from [`EventKeys::read_values`] on.
    /// Gives whether a key came more than once (rule E9).
    pub(crate) fn find_keys(&mut self, table: &KeyTable, names: KeyNames) -> bool {
        let Self { pairs, entries, first } = self;
        let (mut repeated, mut unknown) = (Vec::new(), Vec::new());
        let mut seen = Seen::default();
        let mut may_be_repeated = false;
        entries.clear();
        entries.extend((1..).zip(&*pairs).map(|(number, pair)| {
            let key = table.get(pair.key);
            match key {
                Some(key) => link(key, number, first, &mut repeated),
                None => {
                    may_be_repeated |= seen.had(pair.key);
                    unknown.push(pair.key);
                }
            }
            PairState { value: "", key, empty: true, repeated: false, used: false, misfit: false }
        }));
        self.mark_repeated(&repeated);
        let is_repeated = !repeated.is_empty() || (may_be_repeated && has_repeated_key(&unknown));
        if names == KeyNames::FullNamesToo && !unknown.is_empty() {
            self.take_full_names(table);
        }
        is_repeated
    }

    /// Gives a pair whose key is the full name of a known one that key, unless the event has the key itself (rule E12).
    fn take_full_names(&mut self, table: &KeyTable) {
        let pairs = self.entries.iter_mut().zip(&mut self.pairs);
        for (number, (entry, pair)) in (1..).zip(pairs).filter(|(_, (entry, _))| entry.key.is_none()) {
            let Some(name) = full_names::key_of(pair.key) else { continue };
            let Some(key) = table.get(name) else { continue };
            if let Some(first @ 0) = self.first.get_mut(usize::from(key.0)) {
                *first = number;
                entry.key = Some(key);
                pair.key = name;
            }
        }
    }

    /// Undoes the escapes of all values, once it is known which of them are escapes.
    pub(crate) fn read_values(&mut self, arena: &'a Bump) {
        for (entry, pair) in self.entries.iter_mut().zip(&self.pairs) {
            entry.value = trim(pair.value_in(arena));
            entry.empty = is_empty_value(entry.value);
        }
    }

    /// The first pair of a key, unless it was empty text all along.
    pub(crate) fn at(&self, key: KeyId) -> Option<PairIndex> {
        self.first.get(usize::from(key.0)).copied().filter(|number| *number > 0).map(PairIndex)
    }

    /// The value at a place.
    pub(crate) fn value_at(&self, at: PairIndex) -> &'a str {
        self.entry(at.0).map_or("", |entry| entry.value)
    }

    /// The value at a place, if it is not empty and the sender knew it.
    pub(crate) fn filled_at(&self, at: PairIndex) -> Option<&'a str> {
        self.entry(at.0).filter(|entry| !entry.empty && !is_not_known(entry.value)).map(|entry| entry.value)
    }

    /// The first pair of a key and its value, if no field has taken it, and it is not empty and the sender knew it.
    pub(crate) fn unused_value(&self, key: KeyId) -> Option<(PairIndex, &'a str)> {
        let at = self.at(key).filter(|at| !self.is_used(*at))?;
        Some((at, self.filled_at(at)?))
    }

    /// The raw value at a place.
    pub(crate) fn raw_at(&self, at: PairIndex) -> &'a str {
        self.pair(at.0).map_or("", |pair| pair.raw)
    }

    /// The value of a key, if it has one that is not empty and the sender knew it.
    #[inline]
    pub(crate) fn value(&self, key: KeyId) -> Option<&'a str> {
        self.filled_at(self.at(key)?)
    }

    /// Whether the pair has found its home.
    pub(crate) fn is_used(&self, at: PairIndex) -> bool {
        self.entry(at.0).is_some_and(|entry| entry.used)
    }

    /// Notes that the pair has found its home: it is no left-over.
    pub(crate) fn mark_used(&mut self, at: PairIndex) {
        if let Some(entry) = self.entry_mut(at.0) {
            entry.used = true;
        }
    }

    /// Notes that the value does not fit a field. Gives whether this is news: it may be tried on several.
    pub(crate) fn note_misfit(&mut self, at: PairIndex) -> bool {
        self.entry_mut(at.0).is_some_and(|entry| !std::mem::replace(&mut entry.misfit, true))
    }

    /// The pairs whose values break a line once their escapes are undone.
    pub(crate) fn with_line_breaks(&self) -> Vec<PairIndex> {
        let breaks = |pair: &Pair<'_>| pair.escapes == Escapes::Cef && breaks_a_line(pair.raw);
        let found = (1..).zip(&self.pairs).filter(|(_, pair)| breaks(pair));
        found.map(|(number, _)| PairIndex(number)).collect()
    }

    /// Notes that the backslashes of a value are no escapes.
    pub(crate) fn keep_backslashes(&mut self, at: PairIndex) {
        if let Some(pair) = index_of(at.0).and_then(|index| self.pairs.get_mut(index)) {
            pair.escapes = Escapes::EqualsOnly;
        }
    }

    /// Takes the quotes off raw values that stand in them as a whole, but for those of keys that `has_own_quotes` names.
    pub(crate) fn unquote(&mut self, has_own_quotes: impl Fn(KeyId) -> bool) {
        for (entry, pair) in self.entries.iter().zip(&mut self.pairs) {
            let inner = trim(pair.raw).strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
            if let Some(inner) = inner
                && entry.key.is_some_and(|key| !has_own_quotes(key))
                && !inner.contains('"')
            {
                pair.raw = inner;
            }
        }
    }

    /// Notes that all pairs of a key need no home of their own.
    pub(crate) fn mark_key_used(&mut self, key: KeyId) {
        let Some(first) = self.at(key) else { return };
        self.mark_used(first);
        if !self.entry(first.0).is_some_and(|entry| entry.repeated) {
            return;
        }
        for entry in self.entries.iter_mut().filter(|entry| entry.key == Some(key)) {
            entry.used = true;
        }
    }

    /// How many pairs there are.
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.pairs.len()).unwrap_or(u32::MAX)
    }

    /// The pair of this number, counted from 1: its key, its place and its value, if it is a known key's first pair, not
    /// empty, and has found no home.
    pub(crate) fn unused_known(&self, number: u32) -> Option<(KeyId, PairIndex, &'a str)> {
        let entry = self.entry(number).filter(|entry| !entry.used && !entry.empty)?;
        let key = entry.key?;
        (self.at(key) == Some(PairIndex(number))).then_some((key, PairIndex(number), entry.value))
    }

    /// The pairs with a value that have found no home, in order: key, value and place.
    pub(crate) fn unused(&self) -> impl Iterator<Item = (&'a str, &'a str, PairIndex)> {
        (1..)
            .zip(self.entries.iter().zip(&self.pairs))
            .filter(|(_, (entry, _))| !entry.used && !entry.empty)
            .map(|(number, (entry, pair))| (pair.key, entry.value, PairIndex(number)))
    }

    /// All pairs in order, with their values.
    pub(crate) fn all(&self) -> impl Iterator<Item = (PairIndex, Pair<'a>, &'a str)> {
        (1..)
            .zip(self.entries.iter().zip(&self.pairs))
            .map(|(number, (entry, pair))| (PairIndex(number), *pair, entry.value))
    }

    /// The keys and values of the pairs that have not become text of another's value, in order.
    pub(crate) fn own(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let pairs = self.entries.iter().zip(&self.pairs);
        // Only a known key can be a field's.
        pairs
            .filter(|(entry, _)| !entry.used || entry.key.is_some())
            .map(|(entry, pair)| (pair.key, entry.value))
    }

    /// The pair's key, if it is one that the section knows.
    pub(crate) fn key_at(&self, at: PairIndex) -> Option<KeyId> {
        self.entry(at.0)?.key
    }

    /// Gives a pair another value.
    pub(crate) fn set_value(&mut self, at: PairIndex, value: &'a str) {
        if let Some(entry) = self.entry_mut(at.0) {
            entry.value = value;
        }
    }

    /// All pairs of a key, in order.
    pub(crate) fn each(&self, key: KeyId) -> impl Iterator<Item = PairIndex> {
        std::iter::successors(self.at(key), move |at| self.next(key, *at))
    }

    /// The next pair of the same key.
    pub(crate) fn next(&self, key: KeyId, at: PairIndex) -> Option<PairIndex> {
        // A key that comes once, as all of an ordinary event do, costs no walk.
        self.at(key).and_then(|first| self.entry(first.0)).filter(|first| first.repeated)?;
        let behind = self.entries.get(usize::try_from(at.0).ok()?..)?;
        let found = (at.0 + 1..).zip(behind).find(|(_, entry)| entry.key == Some(key));
        found.map(|(number, _)| PairIndex(number))
    }

    /// The first pair of the same known key, if that one has found its home.
    pub(crate) fn first_used_like(&self, at: PairIndex) -> Option<PairIndex> {
        let first = self.at(self.entry(at.0)?.key?)?;
        (first != at && self.is_used(first)).then_some(first)
    }

    /// Makes the value of the pair at `at` reach over the pairs behind it, up to those at the end of the event which `ends_text`
    /// accepts, by number where the key is known, and whose keys come only once: what stands between is text of that value that only looks like
    /// keys. `text` is the line that all pairs are slices of. Gives the number of pairs that became text.
    pub(crate) fn extend_text(
        &mut self,
        PairIndex(number): PairIndex,
        text: &'a str,
        ends_text: impl Fn(Option<KeyId>, &Pair<'a>) -> bool,
    ) -> u32 {
        let at = usize::try_from(number).unwrap_or(usize::MAX);
        let Some((before, behind)) = self.pairs.split_at_mut_checked(at) else { return 0 };
        let keys = self.entries.get(at..).unwrap_or_default().iter().map(|entry| entry.key);
        let folded = behind.len() - own_keys_at_end(before, behind, keys, ends_text);
        let Some(folded_pairs) = behind.get(..folded) else { return 0 };
        let (Some(value), Some(last)) = (before.last_mut(), folded_pairs.last()) else { return 0 };
        let Some(raw) = span(text, value.raw, last.raw) else { return 0 };
        value.raw = raw;
        for pair in folded_pairs {
            value.escapes = value.escapes.max(pair.escapes);
        }
        for entry in self.entries.iter_mut().skip(at).take(folded) {
            entry.used = true;
            entry.key = None;
        }
        self.relink();
        u32::try_from(folded).unwrap_or(u32::MAX)
    }

    fn relink(&mut self) {
        self.first.fill(0);
        let mut repeated = Vec::new();
        for (number, entry) in (1..).zip(&mut self.entries) {
            entry.repeated = false;
            if let Some(key) = entry.key {
                link(key, number, &mut self.first, &mut repeated);
            }
        }
        self.mark_repeated(&repeated);
    }

    fn mark_repeated(&mut self, numbers: &[u32]) {
        for number in numbers {
            if let Some(entry) = self.entry_mut(*number) {
                entry.repeated = true;
            }
        }
    }

    fn pair(&self, number: u32) -> Option<&Pair<'a>> {
        self.pairs.get(index_of(number)?)
    }

    #[inline]
    fn entry(&self, number: u32) -> Option<&PairState<'a>> {
        self.entries.get(index_of(number)?)
    }

    #[inline]
    fn entry_mut(&mut self, number: u32) -> Option<&mut PairState<'a>> {
        self.entries.get_mut(index_of(number)?)
    }
}

fn index_of(number: u32) -> Option<usize> {
    usize::try_from(number).ok()?.checked_sub(1)
}

/// Notes a pair as the first of its key, or else the first one as one that is repeated.
#[inline]
fn link(key: KeyId, number: u32, first: &mut [u32], repeated: &mut Vec<u32>) {
    match first.get_mut(usize::from(key.0)) {
        Some(first @ 0) => *first = number,
        Some(first) => repeated.push(*first),
        None => {}
    }
}

/// How many pairs at the end of `behind` are the sender's own: those that `ends_text` accepts, each once in the event; `keys` are the
/// numbers of their keys. Who forges such a key in the text cannot know which the sender will write behind it.
fn own_keys_at_end<'a>(
    before: &[Pair<'a>],
    behind: &[Pair<'a>],
    keys: impl DoubleEndedIterator<Item = Option<KeyId>> + ExactSizeIterator,
    ends_text: impl Fn(Option<KeyId>, &Pair<'a>) -> bool,
) -> usize {
    let mut kept = 0;
    for (pair, number) in behind.iter().zip(keys).rev().take(MAX_KEPT) {
        let key = pair.key;
        let own = behind.get(behind.len() - kept..).unwrap_or_default();
        if !ends_text(number, pair) || before.iter().chain(own).any(|other| other.key == key) {
            break;
        }
        kept += 1;
    }
    kept
}

/// Whether a `\n` or `\r` stands in a value before its end, a doubled backslash read as one.
fn breaks_a_line(raw: &str) -> bool {
    let mut rest = raw.as_bytes();
    // Payloads are long, and have few backslashes.
    while let Some(at) = find::first(b'\\', rest) {
        match rest.get(at + 1..) {
            Some([b'n' | b'r', _, ..]) => return true,
            Some([_, behind @ ..]) => rest = behind,
            _ => return false,
        }
    }
    false
}

/// The part of `text` from the start of one of its slices to the end of another.
fn span<'a>(text: &'a str, first: &str, last: &str) -> Option<&'a str> {
    text.get(start_in(first, text)..start_in(last, text).checked_add(last.len())?)
}

/// A bit for each hash of a key that came: to sort the keys for that took 4 % of the time of lines with many that no table names.
#[derive(Default)]
struct Seen([u64; 16]);

impl Seen {
    /// Whether a key with the same bit has come before. This one has from now on.
    #[inline]
    fn had(&mut self, key: &str) -> bool {
        let hash = FixedState::default().hash_one(key);
        let bit = 1 << (hash & 63);
        let Some(word) = self.0.get_mut(usize::from((hash >> 6) as u8 & 15)) else { return true };
        let had = *word & bit != 0;
        *word |= bit;
        had
    }
}

/// Whether a key comes more than once (rule E9). Sorted, because no set of keys that somebody chooses makes that slow.
fn has_repeated_key(keys: &[&str]) -> bool {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys.array_windows().any(|[one, next]| one == next)
}

/// Values that say nothing: upstream leaves them out, and so do we.
#[inline]
pub(crate) fn is_empty_value(value: &str) -> bool {
    // Few values begin like one of these, while nobody can foretell how long they are.
    match value.as_bytes() {
        [] => true,
        [b'-' | b'n' | b'[', ..] => matches!(value, "-" | "null" | "[]"),
        _ => false,
    }
}
