//! One pass over the JSON of a record: it finds the values that the section wants, and marks what of the text cannot be carried over into
//! the document as it is.
//!
//! No tree is made. What is carried over stays a stretch of the text, with a list of the places where it changes.

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::ops::Range;

use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};
use foldhash::fast::{FixedState, RandomState};

use super::paths::{Class, Name, Node, Paths, Shape};
use crate::bytes;
use crate::bytes::slice::part;
use crate::document::ecs::Type;
use crate::document::field_list::FieldId;
use crate::document::problem::{Problem, Problems};
use crate::document::row::{CUT_MARK, MAX_STRING};
use crate::parse::json::{self, Malformed, StringEnd, behind_blanks, byte};
use crate::parse::pairs::event_keys::is_empty_value;

/// Objects and arrays that may stand in one another: what is deeper becomes text.
const MAX_DEPTH: usize = 20;

/// Keys of one object that are compared one by one; more are looked up.
const FEW_KEYS: usize = 64;

/// The keys of an object that has more.
type ManyKeys<'a> = HashSet<&'a str, RandomState>;

/// A place in the text that is not carried over as it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edit<'a> {
    pub(super) start: usize,
    pub(super) end: usize,
    /// What stands there instead.
    pub(super) with: &'a str,
}

/// The members of one object that go into the document under their own names.
#[derive(Debug)]
pub(super) struct Carried<'a> {
    /// The path of the object in the document; empty for the document itself.
    pub(super) path: &'a str,
    /// Behind the opening brace.
    pub(super) start: usize,
    /// The closing brace.
    pub(super) end: usize,
    pub(super) edits: ArenaVec<'a, Edit<'a>>,
    /// No member of it is left.
    pub(super) is_empty: bool,
}

/// A value of the record for a field of ours: it is the field's, if no line of the table has filled that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offered<'a> {
    pub(super) field: FieldId,
    pub(super) kind: Type,
    /// The path of the record's key.
    pub(super) path: &'a str,
    pub(super) raw: &'a str,
}

/// A member that cannot have its name in the document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moved<'a> {
    pub(super) path: &'a str,
    pub(super) raw: &'a str,
}

/// What the pass has found.
#[derive(Debug)]
pub(super) struct Found<'a> {
    /// The JSON of the wanted values, by key.
    pub(super) values: &'a mut [Option<&'a str>],
    pub(super) carried: ArenaVec<'a, Carried<'a>>,
    pub(super) offered: ArenaVec<'a, Offered<'a>>,
    pub(super) moved: ArenaVec<'a, Moved<'a>>,
    pub(super) problems: Problems,
}

/// An object whose members are texts that say something: a row, of which JSON was made here.
#[derive(Debug)]
pub(crate) struct TextObject<'a> {
    pub(crate) json: &'a str,
    pub(crate) members: ArenaVec<'a, TextMember<'a>>,
}

/// Where a member stands in the JSON.
#[derive(Clone, Debug)]
pub(crate) struct TextMember<'a> {
    pub(crate) key: &'a str,
    /// The opening quote of its name.
    pub(crate) start: usize,
    /// The value with its quotes.
    pub(crate) value: Range<usize>,
}

/// Walks over the object that `text` is. `keys` is the number of keys that values are kept for.
pub(super) fn walk<'a>(
    text: &'a str,
    paths: &'a Paths,
    keys: usize,
    arena: &'a Bump,
) -> Result<Found<'a>, Malformed> {
    let mut walk = Walk::new(text, paths, keys, arena);
    let start = behind_blanks(text, 0);
    if byte(text, start) != b'{' {
        return Err(Malformed);
    }
    let root = paths.root().ok_or(Malformed)?;
    let end = walk.carried_object(start, root, 0)?;
    if behind_blanks(text, end) == text.len() { Ok(walk.found) } else { Err(Malformed) }
}

/// The same for an object of texts, of which no two have one name: where they stand is known.
pub(super) fn walk_texts<'a>(
    object: &TextObject<'a>,
    paths: &'a Paths,
    keys: usize,
    arena: &'a Bump,
) -> Found<'a> {
    let mut walk = Walk::new(object.json, paths, keys, arena);
    if let Some(root) = paths.root() {
        walk.carried_texts(object, root);
    }
    walk.found
}

struct Walk<'a> {
    text: &'a str,
    paths: &'a Paths,
    arena: &'a Bump,
    found: Found<'a>,
    /// The keys of the objects that are open.
    seen: ArenaVec<'a, &'a str>,
}

/// Whose an object is.
#[derive(Clone, Copy)]
enum ObjectOwner<'a> {
    /// The document's: it has fields of ours.
    Document(&'a Node),
    /// The record's own, of whose names something may be known.
    Record(Option<&'a Node>),
}

/// What becomes of a member.
enum Fate<'a> {
    Keep,
    Drop,
    Offer(FieldId, Type),
    Move(&'a str),
    Merge(&'a Node),
}

/// A value: where it ends, whether it says nothing, and what it holds if it is an array.
struct Read {
    end: usize,
    is_empty: bool,
    elements: Elements,
}

/// What an array holds, and what those in it do.
#[derive(Clone, Copy, Default)]
struct Elements {
    objects: bool,
    values: bool,
}

impl Elements {
    fn add(&mut self, first: u8, inner: Self) {
        self.objects |= inner.objects || first == b'{';
        self.values |= inner.values || !Shape::Object.takes(first);
    }

    /// Whether all have a shape. What is no array fits.
    fn fit(self, shape: Shape) -> bool {
        match shape {
            Shape::Value => !self.objects,
            Shape::Object => !self.values,
        }
    }
}

impl Read {
    /// A value that is no array.
    fn plain(end: usize, is_empty: bool) -> Self {
        Self { end, is_empty, elements: Elements::default() }
    }
}

/// The members of the object that are at hand.
struct Members {
    /// Behind the opening brace.
    open: usize,
    /// Edits before the object.
    first_edit: usize,
    /// Behind the last member that is kept.
    kept: Option<usize>,
    /// Members before the first that is kept were dropped.
    dropped: bool,
}

/// What is known of a member before its value is read.
struct Member<'a> {
    name: Name<'a>,
    node: Option<&'a Node>,
    /// Its new name, if it has one.
    renamed: Option<&'a str>,
    /// An earlier member has the same name.
    repeated: bool,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str, paths: &'a Paths, keys: usize, arena: &'a Bump) -> Self {
        let found = Found {
            values: arena.alloc_slice_fill_copy(keys, None),
            carried: ArenaVec::new_in(arena),
            offered: ArenaVec::new_in(arena),
            moved: ArenaVec::new_in(arena),
            problems: Problems::default(),
        };
        Self { text, paths, arena, found, seen: ArenaVec::new_in(arena) }
    }

    /// The owner of the members of an object that goes into the document.
    fn owner(&self, node: &'a Node) -> ObjectOwner<'a> {
        if self.paths.prefixed { ObjectOwner::Record(Some(node)) } else { ObjectOwner::Document(node) }
    }

    /// The record itself, where it is an object of texts.
    fn carried_texts(&mut self, object: &TextObject<'a>, root: &'a Node) {
        let owner = self.owner(root);
        let mut edits = ArenaVec::new_in(self.arena);
        let mut members = Members { open: 1, first_edit: 0, kept: None, dropped: false };
        for TextMember { key, start, value } in &object.members {
            let member = self.known(Name::of(key), owner, true, false);
            let fate = self.fate(&member, owner, true, b'"');
            let first_edit = edits.len();
            if value.len() - 2 > MAX_STRING {
                self.cut(value.start, value.end, &mut edits);
            }
            let read = Read::plain(value.end, false);
            match self.place(&member, fate, (*start, value.start), &read, first_edit, &mut edits) {
                true => members.keep(*start, value.end, first_edit, &mut edits),
                false => members.drop_member(value.end, &mut edits),
            }
        }
        let end = self.text.len() - 1;
        members.close(end, &mut edits);
        let is_empty = members.kept.is_none();
        self.found.carried.push(Carried { path: &root.path, start: 1, end, edits, is_empty });
    }

    /// An object whose members go into the document: the record itself, or one that has the name of an object of ours.
    fn carried_object(&mut self, at: usize, node: &'a Node, depth: usize) -> Result<usize, Malformed> {
        // What is merged stands behind its outer object.
        let number = self.found.carried.len();
        let mut edits = ArenaVec::new_in(self.arena);
        let read = self.object(at, self.owner(node), &mut edits, depth)?;
        let (start, end) = (at + 1, read.end - 1);
        let carried = Carried { path: &node.path, start, end, edits, is_empty: read.is_empty };
        self.found.carried.insert(number, carried);
        Ok(read.end)
    }

    fn object(
        &mut self,
        open: usize,
        owner: ObjectOwner<'a>,
        edits: &mut ArenaVec<'a, Edit<'a>>,
        depth: usize,
    ) -> Result<Read, Malformed> {
        let text = self.text;
        let mut members = Members { open: open + 1, first_edit: edits.len(), kept: None, dropped: false };
        let first_key = self.seen.len();
        let mut marks = 0;
        let mut many: Option<ManyKeys<'a>> = None;
        let mut at = behind_blanks(text, open + 1);
        if byte(text, at) == b'}' {
            return Ok(Read::plain(at + 1, true));
        }
        loop {
            let (name, name_end) = self.name(at)?;
            let colon = behind_blanks(text, name_end);
            if byte(text, colon) != b':' {
                return Err(Malformed);
            }
            let value = behind_blanks(text, colon + 1);
            let repeated = self.is_repeated(name, first_key, &mut marks, &mut many);
            let first_edit = edits.len();
            let kept = self.member(at..value, name, owner, repeated, edits, depth)?;
            match kept {
                (end, true) => members.keep(at, end, first_edit, edits),
                (end, false) => members.drop_member(end, edits),
            }
            at = behind_blanks(text, kept.0);
            match byte(text, at) {
                b',' => at = behind_blanks(text, at + 1),
                b'}' => break,
                _ => return Err(Malformed),
            }
        }
        self.seen.truncate(first_key);
        members.close(at, edits);
        Ok(Read::plain(at + 1, members.kept.is_none()))
    }

    /// Reads the name of a member, whose quote stands at `at`. Gives in addition where it ends.
    #[inline]
    fn name(&self, at: usize) -> Result<(Name<'a>, usize), Malformed> {
        if byte(self.text, at) != b'"' {
            return Err(Malformed);
        }
        let end = json::string(self.text, at)?;
        Ok((Name::of(self.inside(at, end)), end.end))
    }

    /// The text of a string that has been read.
    fn inside(&self, start: usize, string: StringEnd) -> &'a str {
        let inner = part(self.text, start + 1..string.end - 1);
        if string.escaped { json::unescaped(inner, self.arena) } else { inner }
    }

    /// Whether an earlier member of the object has this key. `marks` has a bit for those of the earlier ones.
    fn is_repeated(
        &mut self,
        Name { text: key, .. }: Name<'a>,
        first: usize,
        marks: &mut u64,
        many: &mut Option<ManyKeys<'a>>,
    ) -> bool {
        if let Some(many) = many {
            return !many.insert(key);
        }
        let open = self.seen.get(first..).unwrap_or_default();
        let bit = 1 << (FixedState::default().hash_one(key) & 63);
        let may_be_there = *marks & bit != 0;
        *marks |= bit;
        if may_be_there && open.contains(&key) {
            return true;
        }
        if open.len() >= FEW_KEYS {
            *many = Some(open.iter().copied().chain([key]).collect());
        } else {
            self.seen.push(key);
        }
        false
    }

    /// A member whose name stands at the start of `name`, and its value at the end. Returns where the value ends, and whether the
    /// member stays where it is.
    fn member(
        &mut self,
        name: Range<usize>,
        key: Name<'a>,
        owner: ObjectOwner<'a>,
        repeated: bool,
        edits: &mut ArenaVec<'a, Edit<'a>>,
        depth: usize,
    ) -> Result<(usize, bool), Malformed> {
        let is_top = depth == 0;
        let member = self.known(key, owner, is_top, repeated);
        let value = name.end;
        let fate = self.fate(&member, owner, is_top, byte(self.text, value));
        if let Fate::Merge(node) = fate {
            let end = self.carried_object(value, node, depth + 1)?;
            self.keep_value(node, value, end);
            return Ok((end, false));
        }
        let first_edit = edits.len();
        let read = self.value(value, member.node, edits, depth + 1)?;
        let kept = self.place(&member, fate, (name.start, value), &read, first_edit, edits);
        Ok((read.end, kept))
    }

    #[inline]
    fn known(&self, name: Name<'a>, owner: ObjectOwner<'a>, is_top: bool, repeated: bool) -> Member<'a> {
        let parent = match owner {
            ObjectOwner::Document(node) => Some(node),
            ObjectOwner::Record(node) => node,
        };
        let renamed = if is_top { self.paths.new_name(name.text) } else { None };
        let known_as = renamed.map_or(name, Name::of);
        let node = parent.and_then(|parent| self.paths.child(parent, known_as));
        Member { name, node, renamed, repeated }
    }

    /// Puts a member where it belongs, of which name and value begin at two places. Returns whether it stays where it is.
    fn place(
        &mut self,
        member: &Member<'a>,
        fate: Fate<'a>,
        (start, value): (usize, usize),
        read: &Read,
        first_edit: usize,
        edits: &mut ArenaVec<'a, Edit<'a>>,
    ) -> bool {
        let Member { name: Name { text: key, .. }, node, renamed, repeated } = *member;
        let raw = || part(self.text, value..read.end);
        if let (Some(node), false) = (node, repeated || read.is_empty) {
            self.keep_value(node, value, read.end);
        }
        let fate = match (fate, node) {
            (Fate::Keep, Some(Node { class: Class::Known(shape), path, .. }))
                if !read.is_empty && !read.elements.fit(*shape) =>
            {
                edits.truncate(first_edit);
                Fate::Move(path)
            }
            (fate, _) => fate,
        };
        let kept = match fate {
            _ if read.is_empty => false,
            Fate::Drop | Fate::Merge(_) => false,
            Fate::Keep => {
                if let Some(new) = renamed {
                    let mut name_edit = ArenaString::from_str_in("\"", self.arena);
                    name_edit.push_str(new);
                    name_edit.push_str("\":");
                    let edit = Edit { start, end: value, with: name_edit.into_bump_str() };
                    edits.insert(first_edit, edit);
                }
                true
            }
            Fate::Offer(field, kind) => {
                let path = node.map_or(key, |node| &node.path);
                self.found.offered.push(Offered { field, kind, path, raw: raw() });
                false
            }
            Fate::Move(path) => {
                self.found.moved.push(Moved { path, raw: raw() });
                false
            }
        };
        if kept && node.is_some_and(|node| node.as_text) && byte(self.text, value) != b'"' {
            edits.truncate(first_edit);
            self.replace_by_text(value, read.end, edits);
        }
        kept
    }

    fn keep_value(&mut self, node: &Node, start: usize, end: usize) {
        if let Some(key) = node.key
            && let Some(slot) = self.found.values.get_mut(usize::from(key.0))
        {
            *slot = self.text.get(start..end);
        }
    }

    /// What becomes of a member whose value begins with the byte `first`.
    fn fate(&mut self, member: &Member<'a>, owner: ObjectOwner<'a>, is_top: bool, first: u8) -> Fate<'a> {
        let Member { name, node, repeated, .. } = *member;
        let key = name.text;
        if repeated {
            self.found.problems.add(Problem::RepeatedKey);
            return if is_top { Fate::Move(key) } else { Fate::Drop };
        }
        if name.has_empty_part() {
            return Fate::Move(key);
        }
        if node.is_some_and(|node| node.dropped) {
            return Fate::Drop;
        }
        if let Some(Node { class: Class::Known(shape), path, .. }) = node {
            return if shape.takes(first) { Fate::Keep } else { Fate::Move(path) };
        }
        let ObjectOwner::Document(_) = owner else {
            let is_ours = is_top && self.paths.prefixed && node.is_some_and(|node| node.class != Class::Free);
            return if is_ours { Fate::Move(key) } else { Fate::Keep };
        };
        if is_top && key.starts_with(['_', '@']) {
            return Fate::Move(key);
        }
        let Some(node) = node else { return Fate::Keep };
        match node.class {
            Class::Free | Class::Known(_) => Fate::Keep,
            Class::Object if first == b'{' => Fate::Merge(node),
            Class::Object => Fate::Move(&node.path),
            Class::Field(kind, Some(field)) => match (first, kind) {
                (b'{', Type::Flat | Type::GeoPoint) => Fate::Offer(field, kind),
                (b'{', _) => Fate::Move(&node.path),
                _ => Fate::Offer(field, kind),
            },
            Class::Field(Type::Flat | Type::GeoPoint, None) => Fate::Keep,
            Class::Field(_, None) if first == b'{' => Fate::Move(&node.path),
            Class::Field(..) => Fate::Keep,
        }
    }

    fn value(
        &mut self,
        at: usize,
        node: Option<&'a Node>,
        edits: &mut ArenaVec<'a, Edit<'a>>,
        depth: usize,
    ) -> Result<Read, Malformed> {
        match byte(self.text, at) {
            b'{' | b'[' if depth > MAX_DEPTH => {
                let end = json::value(self.text, at)?;
                self.found.problems.add(Problem::TooDeep);
                self.replace_by_text(at, end, edits);
                Ok(Read::plain(end, false))
            }
            b'{' => {
                let node = node.filter(|node| !node.is_leaf());
                self.object(at, ObjectOwner::Record(node), edits, depth)
            }
            b'[' => self.array(at, node.filter(|node| !node.is_leaf()), edits, depth),
            b'"' => {
                let string = json::string(self.text, at)?;
                let inner = part(self.text, at + 1..string.end - 1);
                if inner.len() > MAX_STRING {
                    self.cut(at, string.end, edits);
                }
                Ok(Read::plain(string.end, is_empty_value(inner)))
            }
            b'-' | b'0'..=b'9' => {
                let end = json::number(self.text, at)?;
                let number = part(self.text, at..end);
                if !fits_a_field(number) {
                    self.replace_by_text(at, end, edits);
                }
                Ok(Read::plain(end, false))
            }
            _ => {
                let end = json::literal(self.text, at)?;
                Ok(Read::plain(end, byte(self.text, at) == b'n'))
            }
        }
    }

    fn array(
        &mut self,
        open: usize,
        node: Option<&'a Node>,
        edits: &mut ArenaVec<'a, Edit<'a>>,
        depth: usize,
    ) -> Result<Read, Malformed> {
        let text = self.text;
        let mut at = behind_blanks(text, open + 1);
        if byte(text, at) == b']' {
            return Ok(Read::plain(at + 1, true));
        }
        let mut elements = Elements::default();
        for number in 0_usize.. {
            let element =
                node.and_then(|node| self.paths.child(node, Name::of(itoa::Buffer::new().format(number))));
            let read = self.value(at, element, edits, depth + 1)?;
            if let Some(node) = element.filter(|_| !read.is_empty) {
                self.keep_value(node, at, read.end);
            }
            elements.add(byte(text, at), read.elements);
            let is_empty_text = text.get(at..read.end) == Some("\"\"");
            at = behind_blanks(text, read.end);
            match byte(text, at) {
                b',' => at = behind_blanks(text, at + 1),
                b']' => return Ok(Read { end: at + 1, is_empty: number == 0 && is_empty_text, elements }),
                _ => break,
            }
        }
        Err(Malformed)
    }

    /// Puts the JSON of a value there as text.
    fn replace_by_text(&self, start: usize, end: usize, edits: &mut ArenaVec<'a, Edit<'a>>) {
        let raw = part(self.text, start..end);
        let with = quoted(raw, self.arena);
        while edits.last().is_some_and(|edit| edit.start >= start) {
            edits.pop();
        }
        edits.push(Edit { start, end, with });
    }

    /// Cuts the string between two places, whose quotes stay.
    fn cut(&mut self, start: usize, end: usize, edits: &mut ArenaVec<'a, Edit<'a>>) {
        let text = self.inside(start, StringEnd { end, escaped: true });
        if text.len() <= MAX_STRING {
            return;
        }
        self.found.problems.add(Problem::StringCut);
        let kept = text.get(..text.floor_char_boundary(MAX_STRING - CUT_MARK.len())).unwrap_or_default();
        edits.push(Edit { start, end, with: quoted(&[kept, CUT_MARK].concat(), self.arena) });
    }
}

impl Members {
    fn keep<'a>(&mut self, start: usize, end: usize, first_edit: usize, edits: &mut ArenaVec<'a, Edit<'a>>) {
        if self.dropped && self.kept.is_none() {
            edits.drain(self.first_edit..first_edit);
            edits.insert(self.first_edit, Edit { start: self.open, end: start, with: "" });
        }
        self.kept = Some(end);
    }

    fn drop_member(&mut self, end: usize, edits: &mut ArenaVec<'_, Edit<'_>>) {
        self.dropped = true;
        let Some(kept) = self.kept else {
            edits.truncate(self.first_edit);
            return;
        };
        while edits.last().is_some_and(|edit| edit.start >= kept) {
            edits.pop();
        }
        edits.push(Edit { start: kept, end, with: "" });
    }

    /// Ends the object at its closing brace. One in an array becomes `{}` if nothing of it is kept.
    fn close(&self, end: usize, edits: &mut ArenaVec<'_, Edit<'_>>) {
        if self.kept.is_none() {
            edits.truncate(self.first_edit);
            edits.push(Edit { start: self.open, end, with: "" });
        }
    }
}

/// Whether a number is one that a long or a double can hold.
fn fits_a_field(number: &str) -> bool {
    if number.len() <= 18 && !number.contains(['e', 'E']) {
        return true;
    }
    match number.contains(['.', 'e', 'E']) {
        true => number.parse::<f64>().is_ok_and(f64::is_finite),
        false => number.parse::<i64>().is_ok(),
    }
}

/// `text` as a string of JSON.
pub(super) fn quoted<'a>(text: &str, arena: &'a Bump) -> &'a str {
    let mut quoted = Vec::with_capacity(text.len() + 2);
    bytes::json::string(text, &mut quoted);
    arena.alloc_str(&String::from_utf8_lossy(&quoted))
}
