//! The numbered list of fields that a document can have: those of every document, those of its log type, and those that user.ini
//! adds.
//!
//! Made once for each section. The index template, the field documentation and the document itself read this one list.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::OnceLock;

use foldhash::fast::FixedState;

use super::ecs;
use super::ecs::Type;
use super::field_list::{FieldId, ListedField, PREFIX, base_fields, objects_around};
use super::layout::Layout;

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

/// The list for one type of log.
#[derive(Clone, Debug)]
pub struct Fields {
    fields: Vec<Field>,
    kinds: Vec<Type>,
    /// How many of them are the log type's own.
    own: usize,
    /// The fields' numbers by their names.
    ids: HashMap<String, FieldId, FixedState>,
    /// The fields that never have a value.
    off: Vec<FieldId>,
    prefix: String,
    /// Made when first asked for: a configuration may have many sections, of which a process loads by few.
    layout: OnceLock<Layout>,
}

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
        let numbered = (0..).map(FieldId).zip(&fields);
        let mut ids: HashMap<_, _, _> = numbered.map(|(id, field)| (field.name.clone(), id)).collect();
        for name in added {
            let next = FieldId(u16::try_from(fields.len()).unwrap_or(u16::MAX));
            if let Entry::Vacant(entry) = ids.entry(name.to_owned()) {
                entry.insert(next);
                let kind = ecs::type_of(name).unwrap_or(Type::Keyword);
                fields.push(Field { name: name.to_owned(), kind, meaning: Cow::Borrowed("Set by user.ini") });
            }
        }
        refuse_value_and_object(&fields, &ids)?;
        if fields.len() > usize::from(MOST) {
            return Err(Error::TooMany { count: fields.len() });
        }
        fields.shrink_to_fit();
        let kinds = fields.iter().map(|field| field.kind).collect();
        Ok(Self {
            fields,
            kinds,
            own: own.len(),
            ids,
            off: Vec::new(),
            prefix: prefix.to_owned(),
            layout: OnceLock::new(),
        })
    }

    /// The same list, in which these fields never have a value.
    #[must_use]
    pub(crate) fn without<'n>(mut self, names: impl Iterator<Item = &'n str>) -> Self {
        self.off = names.filter_map(|name| self.id(name)).collect();
        self.layout = OnceLock::new();
        self
    }

    /// All fields in document order.
    pub fn iter(&self) -> impl Iterator<Item = (FieldId, &Field)> {
        let fields = self.layout().order().iter().map(|slot| slot.field);
        fields.filter_map(|id| Some((id, self.fields.get(usize::from(id.0))?)))
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
        self.ids.get(name).copied()
    }

    /// A field's name, dotted.
    pub fn name(&self, id: FieldId) -> &str {
        self.fields.get(usize::from(id.0)).map_or("", |field| &field.name)
    }

    /// A field's type.
    pub fn kind(&self, id: FieldId) -> Type {
        self.kinds.get(usize::from(id.0)).copied().unwrap_or(Type::Keyword)
    }

    /// The object that takes what the table leaves over.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Where each field stands in a document.
    #[inline]
    pub(crate) fn layout(&self) -> &Layout {
        self.layout.get_or_init(|| {
            let names: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
            Layout::new(&names, self.own, &self.prefix, &self.off)
        })
    }
}

fn refuse_value_and_object(
    fields: &[Field],
    ids: &HashMap<String, FieldId, FixedState>,
) -> Result<(), Error> {
    for field in fields {
        if let Some(object) = objects_around(&field.name).find(|object| ids.contains_key(*object)) {
            return Err(Error::ValueAndObject { value: object.to_owned(), inside: field.name.clone() });
        }
    }
    Ok(())
}
