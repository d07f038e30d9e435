//! The numbered list of fields that a document can have: those of every document, those of its log type, and those that user.ini
//! adds.
//!
//! Made once for each section. The index template, the field documentation and the document itself read this one list.

use crate::document::field_list::FieldId;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::ecs;
use super::ecs::Type;
use super::field_list::{ListedField, PREFIX, base_fields};
use crate::bytes::json;
use crate::bytes::json::Piece;
use crate::bytes::slice::{self, part};

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name, dotted, the prefix of left-over keys filled in.
    pub name: String,
    /// Its type.
    pub kind: Type,
    /// What it holds, in one line.
    pub meaning: Cow<'static, str>,
}

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

/// The list for one type of log.
#[derive(Clone, Debug)]
pub struct Fields {
    fields: Vec<Field>,
    kinds: Vec<Type>,
    order: Vec<Slot>,
    /// The objects that a document can have, by number, the document itself being the first. Each stands behind the one that it is in.
    objects: Vec<Object>,
    /// The numbers of the fields in the order of their names.
    by_name: Vec<FieldId>,
    /// The position of each field in document order.
    positions: Vec<u16>,
    prefix: String,
    under_prefix: HashSet<String>,
}

/// The position of a field that never has a value: there is none.
pub(crate) const OFF: u16 = u16::MAX;

/// The most fields of a list. OpenSearch takes a thousand in an index, unless its settings say otherwise.
const MOST: u16 = 10_000;

/// A field that cannot be in the list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A field would have to be a value and an object at once.
    #[error("field `{value}` would be a value, but `{inside}` makes it an object")]
    ValueAndObject {
        /// The shorter name.
        value: String,
        /// The longer one.
        inside: String,
    },
    /// There are more fields than can be told apart.
    #[error("{count} fields are more than a document can have: at most {MOST}")]
    TooMany {
        /// How many.
        count: usize,
    },
}

impl Fields {
    /// The list for a section whose left-over keys go under `prefix`: the fields of every document, its log type's `own`, and those
    /// that its table has `added`.
    ///
    /// # Errors
    ///
    /// A field that would be both a value and an object.
    pub fn new<'n>(
        prefix: &str,
        own: &[ListedField],
        added: impl IntoIterator<Item = &'n str>,
    ) -> Result<Self, Error> {
        let mut fields: Vec<Field> = base_fields()
            .iter()
            .chain(own)
            .map(|field| Field {
                name: match field.name.strip_prefix(PREFIX) {
                    Some(key) => format!("{prefix}.{key}"),
                    None => field.name.to_owned(),
                },
                kind: field.kind,
                meaning: Cow::Borrowed(field.meaning),
            })
            .collect();
        let mut names: HashSet<String> = fields.iter().map(|field| field.name.clone()).collect();
        for name in added {
            if names.insert(name.to_owned()) {
                let kind = ecs::type_of(name).unwrap_or(Type::Keyword);
                fields.push(Field { name: name.to_owned(), kind, meaning: Cow::Borrowed("Set by user.ini") });
            }
        }
        refuse_value_and_object(&fields, &names)?;
        if fields.len() > usize::from(MOST) {
            return Err(Error::TooMany { count: fields.len() });
        }
        let order = document_order(&fields, own.len(), prefix);
        let inside = format!("{prefix}.");
        let in_order =
            || order.iter().filter_map(|id| Some((*id, fields.get(usize::from(id.0))?.name.as_str())));
        let under_prefix = in_order()
            .filter_map(|(_, name)| name.strip_prefix(&inside)?.split('.').next())
            .map(ToOwned::to_owned)
            .collect();
        let mut objects = Objects::default();
        let order: Vec<Slot> =
            in_order().map(|(field, name)| slot(field, name, &inside, &mut objects)).collect();
        let mut objects = objects.list;
        objects.shrink_to_fit();
        fields.shrink_to_fit();
        let mut by_name: Vec<FieldId> = (0..).map(FieldId).zip(&fields).map(|(id, _)| id).collect();
        by_name.sort_by_key(|id| fields.get(usize::from(id.0)).map(|field| field.name.as_str()));
        let kinds = fields.iter().map(|field| field.kind).collect();
        let positions = positions(&order);
        let prefix = prefix.to_owned();
        Ok(Self { fields, kinds, order, objects, by_name, positions, prefix, under_prefix })
    }

    /// The same list, in which these fields never have a value.
    #[must_use]
    pub(crate) fn without<'n>(mut self, names: impl Iterator<Item = &'n str>) -> Self {
        for id in names.filter_map(|name| self.id(name)).collect::<Vec<_>>() {
            if let Some(position) = self.positions.get_mut(usize::from(id.0)) {
                *position = OFF;
            }
        }
        self
    }

    /// All fields in document order.
    pub fn iter(&self) -> impl Iterator<Item = (FieldId, &Field)> {
        self.order.iter().filter_map(|slot| Some((slot.field, self.fields.get(usize::from(slot.field.0))?)))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Never: a document always has fields.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The number of a field.
    pub fn id(&self, name: &str) -> Option<FieldId> {
        let at = self.by_name.binary_search_by(|id| self.name(*id).cmp(name)).ok()?;
        self.by_name.get(at).copied()
    }

    /// A field's name, dotted.
    pub fn name(&self, id: FieldId) -> &str {
        self.fields.get(usize::from(id.0)).map_or("", |field| &field.name)
    }

    /// A field's type.
    pub fn kind(&self, id: FieldId) -> Type {
        self.kinds.get(usize::from(id.0)).copied().unwrap_or(Type::Keyword)
    }

    /// Whether a field stands under the prefix.
    pub(crate) fn is_prefixed(&self, id: FieldId) -> bool {
        self.positions
            .get(usize::from(id.0))
            .and_then(|at| self.order.get(usize::from(*at)))
            .is_some_and(|slot| slot.prefixed)
    }

    /// The object that takes what the table leaves over.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// All fields in document order.
    pub(crate) fn order(&self) -> &[Slot] {
        &self.order
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
        self.open(shared, to, out);
    }

    /// Opens the objects inside of `from`, down to `to`.
    fn open(&self, from: ObjectId, to: ObjectId, out: &mut Vec<u8>) {
        let Some(object) = self.objects.get(usize::from(to.0)).filter(|_| to > from) else { return };
        self.open(from, object.parent, out);
        object.opener.append(out);
    }

    #[inline]
    fn parent(&self, object: ObjectId) -> ObjectId {
        self.objects.get(usize::from(object.0)).map_or(ObjectId::default(), |object| object.parent)
    }

    /// How many objects are open where the fields of `object` stand.
    pub(crate) fn depth(&self, object: ObjectId) -> u16 {
        self.objects.get(usize::from(object.0)).map_or(0, |object| object.depth)
    }

    /// The position of each field in document order.
    pub(crate) fn positions(&self) -> &[u16] {
        &self.positions
    }

    /// Whether `prefix.key` is a field of the list: a left-over key of that name must take another.
    pub(crate) fn has_under_prefix(&self, key: &str) -> bool {
        self.under_prefix.contains(key)
    }
}

fn refuse_value_and_object(fields: &[Field], names: &HashSet<String>) -> Result<(), Error> {
    for field in fields {
        for (dot, _) in field.name.match_indices('.') {
            let object = part(&field.name, ..dot);
            if names.contains(object) {
                return Err(Error::ValueAndObject { value: object.to_owned(), inside: field.name.clone() });
            }
        }
    }
    Ok(())
}

/// The fields as they are listed: those of every document, `own` ones of the log type, the last ones of every document, and those
/// that user.ini adds.
fn listed(fields: &[Field], own: usize) -> impl Iterator<Item = (FieldId, &Field)> {
    let numbered = || (0..).map(FieldId).zip(fields);
    let is_last = |id: &FieldId| FieldId::LAST.contains(id);
    let base_and_own = numbered().take(base_fields().len() + own).filter(move |(id, _)| !is_last(id));
    let last = numbered().filter(move |(id, _)| is_last(id));
    base_and_own.chain(last).chain(numbered().skip(base_fields().len() + own))
}

/// The fields of one object stand together, in the order in which the list first names the object; those under the
/// prefix stand last, because left-over keys follow them.
fn document_order(fields: &[Field], own: usize, prefix: &str) -> Vec<FieldId> {
    let mut firsts: HashMap<&str, usize> = HashMap::new();
    for (place, (_, field)) in listed(fields, own).enumerate() {
        for end in field.name.match_indices('.').map(|(dot, _)| dot).chain([field.name.len()]) {
            firsts.entry(part(&field.name, ..end)).or_insert(place);
        }
    }
    let mut keyed: Vec<(bool, Vec<usize>, FieldId)> = listed(fields, own)
        .map(|(id, field)| {
            let path = field
                .name
                .match_indices('.')
                .map(|(dot, _)| dot)
                .chain([field.name.len()])
                .map(|end| firsts.get(part(&field.name, ..end)).copied().unwrap_or_default())
                .collect();
            (field.name.split('.').next() == Some(prefix), path, id)
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

fn positions(order: &[Slot]) -> Vec<u16> {
    let mut positions = vec![0; order.len()];
    for (position, slot) in (0..).zip(order) {
        if let Some(place) = positions.get_mut(usize::from(slot.field.0)) {
            *place = position;
        }
    }
    positions
}
