//! Objects of JSON whose events stand in an array: `{"Records":[{…},{…}]}` (`json_delimiter`), and arrays over several lines that are longer
//! than a record. Each element is a line of its own, so that an object of any size takes the memory of its longest element.
//!
//! What is no such object is read in lines: an array that is empty, is in an envelope, or begins with something else than an object.

use std::io::Read;

use memchr::{memchr, memchr2};

use super::line::LineNumber;
use super::lines::{ArrayPlace, LONGEST_RECORD, Lines, Span};
use super::nesting::Nesting;
use crate::bytes::slice::bytes;

/// What a look for the array in the text that waits has given.
enum Search {
    /// Its first element stands behind so many bytes.
    Found(usize),
    /// There is none.
    Nothing,
    /// More text has to be decoded.
    More,
}

const BLANKS: [u8; 4] = *b" \t\r\n";

impl<R: Read> Lines<R> {
    /// The next element of an array called `name`, or of one over several lines that is longer than a record; or the next line where there
    /// is none.
    pub(super) fn next_element(&mut self, name: Option<&str>) -> Option<Span> {
        self.begin();
        loop {
            match &mut self.place {
                ArrayPlace::Outside => match name.and_then(|name| self.find_array(name)) {
                    Some(first) => {
                        self.pass(first);
                        self.place = ArrayPlace::Inside { in_object: true };
                    }
                    None => {
                        let record = self.next_record_span();
                        if record.is_some() || matches!(self.place, ArrayPlace::Outside) {
                            return record;
                        }
                    }
                },
                ArrayPlace::Inside { in_object } => {
                    let in_object = *in_object;
                    self.pass_all(|byte| BLANKS.contains(&byte) || byte == b',');
                    match bytes(&self.buffer, self.start..self.end).first() {
                        None => return None,
                        Some(b']') => {
                            self.pass(1);
                            self.place = if in_object {
                                ArrayPlace::Behind(Nesting::inside())
                            } else {
                                self.pass_all(|byte| BLANKS.contains(&byte));
                                ArrayPlace::Outside
                            };
                        }
                        // What follows an array that nothing closes is no element of it.
                        Some(byte) if !in_object && *byte != b'{' => self.place = ArrayPlace::Outside,
                        Some(_) => return self.element(),
                    }
                }
                ArrayPlace::Behind(nesting) => {
                    let waiting = bytes(&self.buffer, self.start..self.end);
                    let end = nesting.end(waiting);
                    let is_over = end.is_some() || nesting.is_broken;
                    self.pass(end.unwrap_or(waiting.len()));
                    if is_over || !self.fill() {
                        self.place = ArrayPlace::Outside;
                        // What follows on the line of the object is no line of its own, unless it is something.
                        self.pass_all(|byte| BLANKS.contains(&byte));
                    }
                }
            }
        }
    }

    /// The same, if it is decoded already.
    pub(super) fn decoded_element(&mut self) -> Option<Span> {
        if !matches!(self.place, ArrayPlace::Inside { .. }) {
            return None;
        }
        let waiting = bytes(&self.buffer, self.start..self.end);
        let is_between = |byte: &u8| BLANKS.contains(byte) || *byte == b',';
        let before = waiting.iter().take_while(|byte| is_between(byte)).count();
        let text = bytes(waiting, before..);
        if text.first() != Some(&b'{') {
            return None;
        }
        let length = Nesting::default().end(text).filter(|length| *length <= self.max_line)?;
        self.pass(before);
        Some(self.take_element(length, 0))
    }

    /// How many bytes of the text that waits stand before the first element of the array, if it begins with an object that has one.
    fn find_array(&mut self, name: &str) -> Option<usize> {
        loop {
            let waiting = bytes(&self.buffer, self.start..self.end);
            match array_in(waiting, name.as_bytes()) {
                Search::Found(first) => return Some(first),
                Search::More if waiting.len() <= LONGEST_RECORD && self.fill() => {}
                Search::More | Search::Nothing => return None,
            }
        }
    }

    /// The element that the text that waits begins with.
    fn element(&mut self) -> Option<Span> {
        let mut nesting = Nesting::default();
        let mut read = 0;
        loop {
            let waiting = bytes(&self.buffer, self.start..self.end);
            let length = match waiting.first() {
                Some(b'{' | b'[') => nesting.end(bytes(waiting, read..)).map(|at| read + at),
                _ => plain_end(waiting),
            };
            if let Some(length) = length.filter(|length| *length <= self.max_line) {
                return Some(self.take_element(length, 0));
            }
            if nesting.is_broken {
                // A line end inside of a string: this is no JSON, and what follows are lines.
                self.place = ArrayPlace::Outside;
                let line = memchr(b'\n', waiting).unwrap_or(waiting.len());
                return Some(self.take_element(line, 0));
            }
            if waiting.len() > self.max_line {
                return self.cut_element(nesting, length);
            }
            read = waiting.len();
            if !self.fill() {
                self.place = ArrayPlace::Outside;
                if self.source_failed() {
                    // Another try will read the element whole.
                    self.pass(read);
                    return None;
                }
                return Some(self.take_element(read, 0));
            }
        }
    }

    /// The front of an element that is over the limit. Its rest is passed over, block by block.
    fn cut_element(&mut self, mut nesting: Nesting, end: Option<usize>) -> Option<Span> {
        self.compact();
        let kept = self.max_line;
        if let Some(end) = end {
            let span = self.take_element(kept, end - kept);
            self.pass(end - kept);
            return Some(span);
        }
        let mut passed = self.end - kept;
        loop {
            self.end = kept;
            if !self.fill() {
                self.place = ArrayPlace::Outside;
                return (!self.source_failed()).then(|| self.take_element(kept, passed));
            }
            let rest = bytes(&self.buffer, kept..self.end);
            if let Some(at) = nesting.end(rest) {
                let span = self.take_element(kept, passed + at);
                self.pass(at);
                return Some(span);
            }
            passed += rest.len();
        }
    }

    /// Counts an element of so many bytes, of which `cut` more are passed over, and goes behind it.
    fn take_element(&mut self, length: usize, cut: usize) -> Span {
        self.number += 1;
        let from = self.start;
        self.pass(length);
        Span { number: LineNumber(self.number), from, to: from + length, cut: cut as u64 }
    }

    fn pass(&mut self, length: usize) {
        self.go_to(self.start + length);
    }

    /// Goes behind all bytes of a kind.
    fn pass_all(&mut self, is_passed: impl Fn(u8) -> bool) {
        loop {
            let waiting = bytes(&self.buffer, self.start..self.end);
            let count = waiting.iter().take_while(|byte| is_passed(**byte)).count();
            let is_all = count == waiting.len();
            self.pass(count);
            if !is_all || !self.fill() {
                return;
            }
        }
    }
}

/// Where a value ends that is neither an object nor an array.
fn plain_end(text: &[u8]) -> Option<usize> {
    match text.first()? {
        b'"' => string_end(text, 0),
        _ => text.iter().position(|byte| b",] \t\r\n".contains(byte)),
    }
}

/// Where a string ends that begins at `start`.
fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        let found = at + memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(found) == Some(&b'"') {
            return Some(found + 1);
        }
        at = found + 2;
    }
}

/// Looks for the array called `name` in the object that the text begins with.
fn array_in(text: &[u8], name: &[u8]) -> Search {
    let blanks = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| BLANKS.contains(byte)).count()
    };
    let mut at = blanks(0);
    match text.get(at) {
        None => return Search::More,
        Some(b'{') => {}
        Some(_) => return Search::Nothing,
    }
    let mut depth = 0_usize;
    let mut expects_key = false;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => {
                let Some(end) = string_end(text, at) else { return Search::More };
                if expects_key && depth == 1 && text.get(at + 1..end - 1) == Some(name) {
                    let mut next = end;
                    for wanted in [b':', b'['] {
                        next = blanks(next);
                        match text.get(next) {
                            None => return Search::More,
                            Some(byte) if *byte == wanted => next += 1,
                            Some(_) => return Search::Nothing,
                        }
                    }
                    return match text.get(blanks(next)) {
                        None => Search::More,
                        Some(b'{') => Search::Found(next),
                        Some(_) => Search::Nothing,
                    };
                }
                expects_key = false;
                at = end;
                continue;
            }
            b'{' | b'[' => {
                depth += 1;
                expects_key = depth == 1;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Search::Nothing;
                }
            }
            b',' => expects_key = depth == 1,
            _ => {}
        }
        at += 1;
    }
    Search::More
}
