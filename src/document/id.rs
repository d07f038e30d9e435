//! Who a document is: an `_id` that is the same whenever the same line of the same content is loaded, and another one for
//! each of several equal lines of one object.
//!
//! Takes the bytes of lines, gives ids. Does not know what a line holds.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::fmt::{self, Display};

use base64_simd::{Out, URL_SAFE_NO_PAD};
use bumpalo::Bump;
use foldhash::fast::FixedState;
use sha2::{Digest as _, Sha256};

/// A SHA-256.
type Digest = [u8; 32];

/// Bytes of the SHA-256 that make an id: 160 bits.
const ID_BYTES: usize = 20;

/// Characters of an id.
const ID_LENGTH: usize = 27;

/// A document's id: 27 characters of URL-safe base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DocumentId([u8; ID_BYTES]);

impl DocumentId {
    /// The id as text.
    pub(crate) fn text_in<'a>(&self, arena: &'a Bump) -> &'a str {
        self.text(arena.alloc([0; ID_LENGTH]))
    }

    fn text<'t>(&self, memory: &'t mut [u8; ID_LENGTH]) -> &'t str {
        URL_SAFE_NO_PAD.encode_as_str(&self.0, Out::from_slice(memory))
    }

    fn of(digest: &Digest) -> Self {
        Self(digest.first_chunk().copied().unwrap_or_default())
    }
}

impl Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text(&mut [0; ID_LENGTH]))
    }
}

/// The ids of one object's lines, in order.
///
/// Equal lines have to be counted over the whole object; seven to fourteen bytes are kept for each line.
#[derive(Debug, Default)]
pub struct Identities {
    seen: Seen,
    repeated: HashMap<u64, u64, FixedState>,
}

/// The fingerprints of the lines so far.
///
/// Many small sets, because one that grows needs room for itself twice.
#[derive(Debug)]
struct Seen([HashSet<Short, FixedState>; SETS]);

const SETS: usize = 64;

/// The part of a fingerprint that is kept. The set in which it stands is another six bits of it: two different lines of a million
/// are taken for equal in one object of a hundred, and then one of them has the id of a second line, which is as good as any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Short([u8; 5]);

impl Default for Seen {
    fn default() -> Self {
        Self(std::array::from_fn(|_| HashSet::default()))
    }
}

impl Seen {
    fn contains(&self, fingerprint: u64) -> bool {
        let (set, short) = parts(fingerprint);
        self.0.get(set).is_some_and(|set| set.contains(&short))
    }

    /// Gives whether it was new.
    fn insert(&mut self, fingerprint: u64) -> bool {
        let (set, short) = parts(fingerprint);
        self.0.get_mut(set).is_some_and(|set| set.insert(short))
    }
}

/// The set of a fingerprint, and what is kept in it.
fn parts(fingerprint: u64) -> (usize, Short) {
    let [a, b, c, d, e, set, ..] = fingerprint.to_le_bytes();
    (usize::from(set) % SETS, Short([a, b, c, d, e]))
}

/// One line's identity, from which the ids of its documents are made.
#[derive(Clone, Debug)]
pub struct Identity<'l> {
    line: &'l [u8],
    known: Known,
    /// The hash of the line so far, once a further document of it was asked for: a line of CloudWatch Logs may have thousands.
    hashed: OnceCell<Box<Sha256>>,
}

/// What is known of a line whose identity this is, beside the line itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    number: u64,
    first: DocumentId,
}

/// A line with its SHA-256, which the memory of lines is asked for.
#[derive(Clone, Copy, Debug)]
struct Hashed<'l> {
    line: &'l [u8],
    digest: Digest,
    fingerprint: u64,
}

impl<'l> Hashed<'l> {
    fn of(line: &'l [u8]) -> Self {
        let digest = Digest::from(Sha256::digest(line));
        let fingerprint = digest.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        Self { line, digest, fingerprint }
    }
}

impl Identities {
    /// The identity of the next line.
    pub fn next<'l>(&mut self, line: &'l [u8]) -> Identity<'l> {
        let hashed = Hashed::of(line);
        let was_seen = self.seen.contains(hashed.fingerprint);
        self.identity(hashed, was_seen)
    }

    /// The identities of the next lines, in order.
    ///
    /// The fingerprints of an object do not fit into the processor's cache: those of a few lines are looked for together, so that
    /// it waits for all of them at once.
    pub fn next_few<'l>(&mut self, lines: &[&'l [u8]]) -> impl Iterator<Item = Identity<'l>> {
        let hashed: Vec<_> = lines.iter().map(|line| Hashed::of(line)).collect();
        let were_seen: Vec<_> = hashed.iter().map(|hashed| self.seen.contains(hashed.fingerprint)).collect();
        hashed.into_iter().zip(were_seen).map(|(hashed, was_seen)| self.identity(hashed, was_seen))
    }

    fn identity<'l>(&mut self, hashed: Hashed<'l>, was_seen: bool) -> Identity<'l> {
        let Hashed { line, digest, fingerprint } = hashed;
        let mut number = 1;
        if was_seen || !self.seen.insert(fingerprint) {
            let count = self.repeated.entry(fingerprint).or_insert(1);
            *count += 1;
            number = *count;
        }
        let first = if number == 1 {
            DocumentId::of(&digest)
        } else {
            numbered(Sha256::new_with_prefix(line), number, 0)
        };
        Known { number, first }.identity_of(line)
    }
}

impl Known {
    /// The identity of the same line once more.
    pub(crate) fn identity_of(self, line: &[u8]) -> Identity<'_> {
        Identity { line, known: self, hashed: OnceCell::new() }
    }
}

impl Identity<'_> {
    /// What is known of the line.
    pub(crate) fn known(&self) -> Known {
        self.known
    }

    /// The line's number among its equals in the object, counted from 1.
    pub fn number(&self) -> u64 {
        self.known.number
    }

    /// The id of the line's document number `part`, counted from 0: nearly always the only one.
    pub fn document(&self, part: usize) -> DocumentId {
        if part == 0 {
            return self.known.first;
        }
        let hashed = self.hashed.get_or_init(|| Box::new(Sha256::new_with_prefix(self.line)));
        numbered(Sha256::clone(hashed), self.known.number, part)
    }
}

/// The id of a line that is not the first of its equals, or of a further document of a line, by the hash of the line. No line holds a
/// line feed, so no line can pass for another with its number.
fn numbered(mut hasher: Sha256, number: u64, part: usize) -> DocumentId {
    if number > 1 {
        hasher.update(format!("\n{number}"));
    }
    if part > 0 {
        hasher.update(format!("\n#{part}"));
    }
    DocumentId::of(&hasher.finalize().into())
}
