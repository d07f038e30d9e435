//! Where the fields of a list stand in a document: their order, the objects that they stand in, and what opens both.
//!
//! Made once for each section by which events are loaded.

use std::collections::{HashMap, HashSet};

use super::field_list::{FieldId, base_fields, objects_around};
use crate::bytes::json;
use crate::bytes::json::Piece;
use crate::bytes::slice;

/// Where a field stands among the objects of the document.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    /// What opens the field with a string: `"name":"`.
    pub(crate) name: Piece,
    /// The same behind another field of its object: `,"name":"`.
    pub(crate) next: Piece,
    /// The object that it stands in.
    pub(crate) object: ObjectId,
    pub(crate) field: FieldId,
    /// It stands under the prefix, as all slots behind it do.
    pub(crate) prefixed: bool,
}

/// The number of an object of the document, the document itself being the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ObjectId(u16);

/// An object of the document.
#[derive(Clone, Debug)]
struct Object {
    /// The object that it stands in.
    parent: ObjectId,
    /// How many objects are open in it, itself among them.
    depth: u16,
    /// What opens it: `"source":{`.
    opener: Piece,
}

/// The fields of a list as a document has them.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    order: Vec<Slot>,
    /// The objects that a document can have, by number, the document itself being the first. Each stands behind the one that it is in.
    objects: Vec<Object>,
    /// The position of each field in document order.
    positions: Vec<u16>,
    under_prefix: HashSet<String>,
}

/// The position of a field that never has a value: there is none.
pub(crate) const OFF: u16 = u16::MAX;

impl Layout {
    /// The layout of the fields of these `names`, by number: those of every document, `own` ones of the log type, and those that
    /// user.ini adds. Left-over keys go under `prefix`; the fields that are `off` never have a value.
    pub(crate) fn new(names: &[&str], own: usize, prefix: &str, off: &[FieldId]) -> Self {
        let order = document_order(names, own, prefix);
        let inside = format!("{prefix}.");
        let in_order = || order.iter().filter_map(|id| Some((*id, names.get(usize::from(id.0)).copied()?)));
        let under_prefix = in_order()
            .filter_map(|(_, name)| name.strip_prefix(&inside)?.split('.').next())
            .map(ToOwned::to_owned)
            .collect();
        let mut objects = Objects::default();
        let order: Vec<Slot> =
            in_order().map(|(field, name)| slot(field, name, &inside, &mut objects)).collect();
        let mut objects = objects.list;
        objects.shrink_to_fit();
        let positions = positions(&order, off);
        Self { order, objects, positions, under_prefix }
    }

    /// All fields in document order.
    pub(crate) fn order(&self) -> &[Slot] {
        &self.order
    }

    /// The position of each field in document order.
    pub(crate) fn positions(&self) -> &[u16] {
        &self.positions
    }

    /// Whether a field stands under the prefix.
    pub(crate) fn is_prefixed(&self, id: FieldId) -> bool {
        self.positions
            .get(usize::from(id.0))
            .and_then(|at| self.order.get(usize::from(*at)))
            .is_some_and(|slot| slot.prefixed)
    }

    /// Whether `prefix.key` is a field of the list: a left-over key of that name must take another.
    pub(crate) fn has_under_prefix(&self, key: &str) -> bool {
        self.under_prefix.contains(key)
    }

    /// Writes what stands between a field of one object and the next field, which stands in another or in the same: `}},"source":{`.
    /// Before the first field of a document its comma has to become a brace.
    #[inline]
    pub(crate) fn step(&self, from: ObjectId, to: ObjectId, out: &mut Vec<u8>) {
        let (mut closed, mut shared) = (from, to);
        // An object has a greater number than the one that it stands in: the greater of two cannot hold both.
        while closed != shared {
            if closed > shared {
                out.push(b'}');
                closed = self.parent(closed);
            } else {
                shared = self.parent(shared);
            }
        }
        out.push(b',');
        if shared != to {
            self.open(shared, to, out);
        }
    }

    /// Opens the objects inside of `from`, down to `to`, which is one of them.
    #[inline]
    fn open(&self, from: ObjectId, to: ObjectId, out: &mut Vec<u8>) {
        let Some(object) = self.objects.get(usize::from(to.0)) else { return };
        // Nearly every object stands in one that is open.
        if object.parent != from {
            self.open_around(from, object.parent, out);
        }
        object.opener.append(out);
    }

    #[cold]
    fn open_around(&self, from: ObjectId, to: ObjectId, out: &mut Vec<u8>) {
        self.open(from, to, out);
    }

    #[inline]
    fn parent(&self, object: ObjectId) -> ObjectId {
        self.objects.get(usize::from(object.0)).map_or(ObjectId::default(), |object| object.parent)
    }

    /// How many objects are open where the fields of `object` stand.
    pub(crate) fn depth(&self, object: ObjectId) -> u16 {
        self.objects.get(usize::from(object.0)).map_or(0, |object| object.depth)
    }
}

/// The fields as they are listed: those of every document, `own` ones of the log type, the last ones of every document, and those
/// that user.ini adds.
fn listed<'n>(names: &[&'n str], own: usize) -> impl Iterator<Item = (FieldId, &'n str)> {
    let numbered = || (0..).map(FieldId).zip(names.iter().copied());
    let is_last = |id: &FieldId| FieldId::LAST.contains(id);
    let base_and_own = numbered().take(base_fields().len() + own).filter(move |(id, _)| !is_last(id));
    let last = numbered().filter(move |(id, _)| is_last(id));
    base_and_own.chain(last).chain(numbered().skip(base_fields().len() + own))
}

/// The fields of one object stand together, in the order in which the list first names the object; those under the
/// prefix stand last, because left-over keys follow them.
fn document_order(names: &[&str], own: usize, prefix: &str) -> Vec<FieldId> {
    let mut firsts: HashMap<&str, usize> = HashMap::new();
    for (place, (_, name)) in listed(names, own).enumerate() {
        for step in objects_around(name).chain([name]) {
            firsts.entry(step).or_insert(place);
        }
    }
    let mut keyed: Vec<(bool, Vec<usize>, FieldId)> = listed(names, own)
        .map(|(id, name)| {
            let steps = objects_around(name).chain([name]);
            let path = steps.map(|step| firsts.get(step).copied().unwrap_or_default()).collect();
            (name.split('.').next() == Some(prefix), path, id)
        })
        .collect();
    keyed.sort();
    keyed.into_iter().map(|(_, _, id)| id).collect()
}

/// The objects of a document while they are numbered.
struct Objects<'n> {
    list: Vec<Object>,
    numbers: HashMap<&'n str, ObjectId>,
}

impl Default for Objects<'_> {
    fn default() -> Self {
        let document = Object { parent: ObjectId::default(), depth: 0, opener: Piece::new(&[]) };
        Self { list: vec![document], numbers: HashMap::from([("", ObjectId::default())]) }
    }
}

impl<'n> Objects<'n> {
    /// The number of the object of this name, made if it has none, and if those around it have none.
    fn number(&mut self, name: &'n str) -> ObjectId {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let (around, key) = name.rsplit_once('.').unwrap_or(("", name));
        let parent = self.number(around);
        let mut opener = Vec::new();
        json::string(key, &mut opener);
        opener.extend_from_slice(b":{");
        let depth = self.list.get(usize::from(parent.0)).map_or(0, |parent| parent.depth) + 1;
        let number = ObjectId(u16::try_from(self.list.len()).unwrap_or(u16::MAX));
        self.list.push(Object { parent, depth, opener: Piece::new(&opener) });
        self.numbers.insert(name, number);
        number
    }
}

fn slot<'n>(field: FieldId, name: &'n str, prefix: &str, objects: &mut Objects<'n>) -> Slot {
    let prefixed = name.starts_with(prefix);
    let (around, name) = name.rsplit_once('.').unwrap_or(("", name));
    let object = objects.number(around);
    let mut next = vec![b','];
    json::string(name, &mut next);
    next.extend_from_slice(b":\"");
    let name = Piece::new(slice::bytes(&next, 1..));
    Slot { name, next: Piece::new(&next), object, field, prefixed }
}

fn positions(order: &[Slot], off: &[FieldId]) -> Vec<u16> {
    let mut positions = vec![0; order.len()];
    for (position, slot) in (0..).zip(order) {
        if let Some(place) = positions.get_mut(usize::from(slot.field.0)) {
            *place = position;
        }
    }
    for id in off {
        if let Some(place) = positions.get_mut(usize::from(id.0)) {
            *place = OFF;
        }
    }
    positions
}
