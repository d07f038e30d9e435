//! Values that are not written: parameters and passwords of URLs, fields of forms, members of JSON, card numbers.
//!
//! Works on the bytes of decoded HTTP and on texts that hold URLs. The name of a value decides; card numbers alone are told by their look.
//! A value that no password can be stays: it is the attack that somebody looks for. Headers in packets are taken out in
//! [`payload`](super::payload), those in JSON here.

mod cards;
mod json;
mod layer;
mod mask;
mod parameters;
mod userinfo;

use std::collections::HashSet;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use foldhash::fast::RandomState;

use self::layer::{Layer, RedactedValue};
use self::mask::Mask;
use crate::bytes::find::each_of;
use crate::bytes::slice;
use crate::config::log_type::Redaction;

/// What is searched: where a name of a parameter can stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Searched {
    /// Decoded HTTP, cut anywhere: a body may begin with a name.
    Http,
    /// Text with URLs in it: a name stands behind a question mark, or further on in the same query.
    Text,
    /// A URL, with a scheme or without.
    Url,
    /// A query without its question mark, or a fragment without its number sign.
    Query,
    /// JSON, which may hold URLs.
    Json,
    /// Headers of a request, each in a line, coded with percent signs.
    Headers,
    /// The whole value of a header that is to be redacted.
    Header,
    /// The whole value of a member that is to be redacted.
    Member,
}

/// What a section redacts, ready for events.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redactor {
    params: Names,
    keys: Names,
    headers: Names,
    cards: bool,
    /// Passwords in front of the hosts of URLs.
    passwords: bool,
    mask: Mask,
}

/// Names without case, hyphens and underscores.
#[derive(Clone, Debug, Default)]
struct Names {
    names: HashSet<Box<[u8]>, RandomState>,
    /// By the first letter of a name, a bit for each last letter: nearly no other name begins and ends as one of these.
    last_letters: [u32; 32],
    /// By the first letter of a name, a bit for each length: to put a name in letters that count takes longer than most others take.
    lengths: [u64; 32],
}

impl Redactor {
    /// A redactor by a section's settings. `key` makes equal values comparable.
    pub(crate) fn new(settings: &Redaction, headers: &[String], key: Option<&[u8]>) -> Self {
        let params = Names::new(&settings.params);
        Self {
            passwords: params.has(b"password"),
            params,
            keys: Names::new(&settings.keys),
            headers: Names::new(headers),
            cards: settings.cards,
            mask: Mask::new(settings.hash, key),
        }
    }

    /// Whether a text, or a part of it, may hold a value that is to be redacted: every such value has something beside it that is quickly
    /// told. Of a part of the text that is a query, or JSON, as a whole this says nothing.
    pub(crate) fn may_find_in(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let is_member = |quote: usize| slice::bytes(bytes, quote + 1..).trim_ascii_start().starts_with(b":");
        self.cards
            || self.passwords && memchr::memchr(b'@', bytes).is_some()
            || memchr::memchr_iter(b'"', bytes).any(is_member)
            || parameters::has_name(bytes, &self.params)
            || layer::has_coded_mark(bytes)
    }

    /// The same bytes without the values that are to be redacted; nothing where there are none.
    pub(crate) fn clean<'a>(&self, bytes: &[u8], searched: Searched, arena: &'a Bump) -> Option<&'a [u8]> {
        // Parameters have an equals sign, members of JSON a quote, and passwords stand before an `@`, each as it is or coded: most values
        // of a document have none of these.
        let is_part = matches!(searched, Searched::Headers | Searched::Header | Searched::Member);
        let is_plain = !is_part && !matches!(searched, Searched::Http | Searched::Json) && !self.cards;
        if is_plain && each_of(*b"=@%\"\\", bytes).next().is_none() {
            return None;
        }
        let mut found = Vec::new();
        match searched {
            Searched::Headers => parameters::find_in_headers(bytes, &self.headers, &mut found),
            Searched::Member if !may_be_secret(&parameters::decoded(bytes)) => {}
            Searched::Header | Searched::Member => {
                found.push(RedactedValue { value: 0..bytes.len(), quoted: false });
            }
            _ => {}
        }
        if searched == Searched::Http {
            parameters::find_in_parts(bytes, &self.params, &mut found);
        }
        let mut layer = Layer::written(bytes);
        self.find(&layer, searched, &mut found);
        for _ in 0..MOST_LAYERS {
            let Some(undone) = layer.undone() else { break };
            self.find(&undone, searched, &mut found);
            layer = undone;
        }
        if self.cards {
            cards::find(bytes, &mut found);
        }
        // The text of a record is cleaned before its fields are.
        found.retain(|found| !mask::is_mask(bytes.get(found.value.clone()).unwrap_or_default()));
        if found.is_empty() {
            return None;
        }
        found.sort_by_key(|found| (found.value.start, std::cmp::Reverse(found.value.end)));
        let mut clean = ArenaVec::new_in(arena);
        let mut kept = 0;
        for RedactedValue { value, quoted } in found {
            // A value inside of one that is masked is gone already.
            let Some(before) = bytes.get(kept..value.start) else { continue };
            clean.extend_from_slice_copy(before);
            let mask = self.mask.of(bytes.get(value.clone()).unwrap_or_default());
            let quote: &[u8] = if quoted { b"\"" } else { b"" };
            for part in [quote, mask.as_bytes(), quote] {
                clean.extend_from_slice_copy(part);
            }
            kept = value.end;
        }
        clean.extend_from_slice_copy(slice::bytes(bytes, kept..));
        Some(clean.into_bump_slice())
    }

    /// What a column of this name holds, if that is to be redacted as a whole.
    pub(crate) fn column(&self, name: &str) -> Option<Searched> {
        let header = self.headers.has(name.as_bytes()).then_some(Searched::Header);
        header.or_else(|| self.keys.has(name.as_bytes()).then_some(Searched::Member))
    }

    /// The same for a field of a collector's record, where nginx's variables are met too: `http_NAME`, `cookie_NAME` and the query.
    pub(crate) fn field(&self, name: &str) -> Option<Searched> {
        let header = name.split_once("http_").map(|(_, header)| header.replace('_', "-"));
        match name {
            "args" | "query" | "query_string" => Some(Searched::Query),
            _ if name.starts_with("cookie_") => self.column("cookie"),
            _ => self.column(name).or_else(|| self.column(&header?)),
        }
    }

    /// Appends what is found in one layer.
    fn find(&self, layer: &Layer<'_>, searched: Searched, found: &mut Vec<RedactedValue>) {
        parameters::find(layer, searched, &self.params, found);
        if memchr::memchr(b'"', &layer.bytes).is_some() {
            let headers = Some(&self.headers).filter(|_| searched == Searched::Json);
            let in_urls = searched == Searched::Text && !layer.is_undone();
            json::find(layer, json::Wanted { keys: &self.keys, headers, in_urls }, found);
        }
        if self.passwords {
            userinfo::find(layer, searched, found);
        }
    }

    /// The same for text.
    pub(crate) fn clean_text<'a>(&self, text: &str, searched: Searched, arena: &'a Bump) -> Option<&'a str> {
        let clean = self.clean(text.as_bytes(), searched, arena)?;
        // Values begin and end at ASCII characters, so that what is left is whole.
        Some(std::str::from_utf8(clean).unwrap_or_default())
    }
}

impl Names {
    fn new(names: &[String]) -> Self {
        let names = names.iter().map(|name| plain(name).collect::<String>().into_bytes().into());
        let names: HashSet<Box<[u8]>, RandomState> = names.collect();
        let mut last_letters = [0; 32];
        let mut lengths = [0; 32];
        for (name, (first, last)) in names.iter().filter_map(|name| Some((name, ends(name)?))) {
            if let (Some(letters), Some(lengths)) = (last_letters.get_mut(first), lengths.get_mut(first)) {
                *letters |= 1 << last;
                *lengths |= 1 << (name.len() % 64);
            }
        }
        Self { last_letters, lengths, names }
    }

    /// Whether a name as it is written is one of these: `user[Pass-Word]` is `password`, and so are `password[]`, `password[0]`,
    /// `login.password`, `form:password` and `Main$Password`.
    fn has(&self, written: &[u8]) -> bool {
        if written.is_empty() || written.len() > LONGEST_NAME {
            return false;
        }
        // Nearly all names are one step, written as it is.
        if !written.iter().any(|byte| matches!(byte, b'%' | b']' | b'.' | b':' | b'$')) {
            return self.has_plain(written);
        }
        if !written.contains(&b'%') && !written.ends_with(b"]") {
            return self.has_plain(written) || self.has_plain(last_step(written));
        }
        let decoded: Vec<u8> = percent_encoding::percent_decode(written).collect();
        // So frameworks name the fields of an object, and the elements of a list.
        let mut steps =
            decoded.split(|byte| *byte == b'[').map(|step| step.strip_suffix(b"]").unwrap_or(step));
        let inner = steps.rfind(|step| !step.iter().all(u8::is_ascii_digit));
        self.has_plain(last_step(inner.unwrap_or(&decoded)))
    }

    /// Whether one of them has these [`ends`].
    #[inline]
    fn has_ends(&self, (first, last): (usize, u32)) -> bool {
        self.last_letters.get(first).is_some_and(|letters| letters & 1 << last != 0)
    }

    /// The same for a name of one step that is written without codes.
    fn has_word(&self, name: &[u8]) -> bool {
        name.len() <= LONGEST_NAME && self.has_plain(name)
    }

    fn has_plain(&self, name: &[u8]) -> bool {
        if !name.is_ascii() {
            let name: String = plain(&String::from_utf8_lossy(name)).collect();
            return self.names.contains(name.as_bytes());
        }
        let counts = |byte: &&u8| !matches!(byte, b'-' | b'_');
        let has_length = |first: usize| {
            let length = name.iter().filter(counts).count();
            self.lengths.get(first).is_some_and(|lengths| lengths >> (length % 64) & 1 != 0)
        };
        if !ends(name).is_some_and(|ends| self.has_ends(ends) && has_length(ends.0)) {
            return false;
        }
        let mut letters = [0; LONGEST_NAME];
        let written = name.iter().filter(counts).map(u8::to_ascii_lowercase);
        let length = letters.iter_mut().zip(written).map(|(letter, byte)| *letter = byte).count();
        self.names.contains(slice::bytes(&letters, ..length))
    }
}

/// Longer names are no parameters' names.
const LONGEST_NAME: usize = 64;

/// The characters of a name that count, in lower case.
fn plain(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| !matches!(c, '-' | '_')).flat_map(char::to_lowercase)
}

/// The first and the last letter or digit of a name, as numbers under 32 that are the same for both cases of a letter.
#[inline]
fn ends(name: &[u8]) -> Option<(usize, u32)> {
    let mut counts = name.iter().filter(|byte| !matches!(byte, b'-' | b'_')).map(|byte| byte & 31);
    let first = counts.next()?;
    Some((usize::from(first), u32::from(counts.next_back().unwrap_or(first))))
}

/// What a name of several steps ends with.
fn last_step(name: &[u8]) -> &[u8] {
    memchr::memrchr3(b'.', b':', b'$', name).and_then(|at| name.get(at + 1..)).unwrap_or(name)
}

/// How often codes are undone: for a URL in a URL in a URL.
const MOST_LAYERS: usize = 3;

/// Whether a value, decoded, has only characters that passwords, tokens and keys are written with. Another one may be the attack, and so
/// are a way out of a folder and what has no letter and no digit (LDAP's `*`).
fn may_be_secret(decoded: &[u8]) -> bool {
    decoded.iter().all(|byte| is_of_secrets(*byte))
        && decoded.iter().any(u8::is_ascii_alphanumeric)
        && !decoded.windows(3).any(|bytes| bytes == b"../")
}

/// Letters, digits, what base64 and URLs have besides, and those characters by which passwords satisfy their rules and no attack is told.
/// `?` begins a parameter, and the search for the end of a value passes none.
fn is_of_secrets(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=_.~%-!@#$*^".contains(&byte)
}
