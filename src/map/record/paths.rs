//! What a section wants of its records, and what it knows of their names, as one tree of names: a walk over a record goes down this tree
//! beside it.
//!
//! A path is names with dots between them; a number is the place of an element in an array.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use foldhash::fast::RandomState;

use crate::bytes::slice::part;
use crate::document::ecs::{Type, other_fields};
use crate::document::field_list::{FieldId, base_fields, objects_around};
use crate::document::fields::Fields;
use crate::parse::pairs::event_keys::{KeyId, KeyTable};

/// The name of a member of a record, with what is asked of each: to read it once for all is quicker.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name<'a> {
    pub(super) text: &'a str,
    /// Its dots are steps of a path.
    pub(super) has_dots: bool,
}

impl<'a> Name<'a> {
    #[inline]
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, has_dots: memchr::memchr(b'.', text.as_bytes()).is_some() }
    }

    /// Whether OpenSearch would find a step without a name in a path.
    #[inline]
    pub(super) fn has_empty_part(&self) -> bool {
        if self.has_dots {
            self.text.as_bytes().split(|byte| *byte == b'.').any(|part| part.trim_ascii().is_empty())
        } else {
            self.text.trim_ascii().is_empty()
        }
    }
}

/// What a name of a record means to the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Class {
    /// Nothing: what stands there is the record's own.
    #[default]
    Free,
    /// An object of ECS or of the loader: the record may add members to it, but not be a value there.
    Object,
    /// A field of ECS or of the loader, with its number if documents of the section can have it.
    Field(Type, Option<FieldId>),
    /// A field that the records of the log type have, and the index by its type: no other shape may stand there.
    Known(Shape),
}

/// What JSON has at a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A text, a number, or a list of such.
    Value,
    /// An object, or a list of objects.
    Object,
}

impl Shape {
    /// Whether a value that begins with this byte has the shape.
    pub(super) fn takes(self, first: u8) -> bool {
        match self {
            Self::Value => first != b'{',
            // Nothing stands at `null`.
            Self::Object => matches!(first, b'{' | b'[' | b'n'),
        }
    }
}

/// One name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    /// The names below this one, numbered.
    names: KeyTable,
    /// The nodes of those names.
    children: Vec<usize>,
    /// The key whose value stands here.
    pub(super) key: Option<KeyId>,
    /// Values here have no one type: they become text (`json_to_text`).
    pub(super) as_text: bool,
    /// The record's value is not carried over, because fields say all of it.
    pub(super) dropped: bool,
    pub(super) class: Class,
    /// The name with dots.
    pub(super) path: Box<str>,
}

/// The tree of one section.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    nodes: Vec<Node>,
    /// New names of the record's own fields (`renamed_newfields`), by the old ones.
    renamed: HashMap<Box<str>, Box<str>, RandomState>,
    /// The record's own fields go under the prefix: none can be one of ours.
    pub(super) prefixed: bool,
}

impl Paths {
    /// A tree that knows the fields of ECS and of `fields`; with `prefixed` it needs not to know them.
    fn new(fields: &Fields, prefixed: bool) -> Self {
        let mut paths = Self { nodes: vec![Node::default()], renamed: HashMap::default(), prefixed };
        if prefixed {
            let inside = format!("{}.", fields.prefix());
            for (id, field) in fields.iter() {
                if let Some(name) = field.name.strip_prefix(&inside) {
                    paths.classify(name, Class::Field(field.kind, Some(id)));
                }
            }
            return paths;
        }
        for field in base_fields().iter().chain(other_fields()) {
            // An object whose members nobody lists may have any.
            if field.name.contains('%') || field.mapping.starts_with("object") {
                continue;
            }
            paths.classify(field.name, Class::Field(field.kind, None));
        }
        for (id, field) in fields.iter() {
            paths.classify(&field.name, Class::Field(field.kind, Some(id)));
        }
        paths
    }

    fn add(&mut self, path: &str, wish: &Wish) {
        match wish {
            Wish::Key(key) => self.mark(path, |node| node.key = Some(*key)),
            Wish::AsText => self.mark(path, |node| node.as_text = true),
            Wish::LeftOut => self.mark(path, |node| node.dropped = true),
            Wish::Known(kind) => self.know(path, *kind),
            Wish::Renamed(new) => drop(self.renamed.insert(path.into(), new.clone())),
        }
    }

    /// Lets no value of another shape stand at the path `name` of the record's own.
    fn know(&mut self, name: &str, kind: Type) {
        let shape = if kind == Type::Flat { Shape::Object } else { Shape::Value };
        let objects = objects_around(name).map(|object| (object, Shape::Object));
        for (path, shape) in objects.chain([(name, shape)]) {
            self.mark(path, |node| {
                if node.class == Class::Free {
                    node.class = Class::Known(shape);
                }
            });
        }
    }

    /// The root.
    pub(super) fn root(&self) -> Option<&Node> {
        self.nodes.first()
    }

    /// The key whose value stands at a path.
    pub(super) fn key_at(&self, path: &str) -> Option<KeyId> {
        self.child(self.root()?, Name::of(path))?.key
    }

    /// The new name of a field of the record, if it has one.
    pub(super) fn new_name(&self, name: &str) -> Option<&str> {
        if self.renamed.is_empty() { None } else { self.renamed.get(name).map(|new| &**new) }
    }

    /// The node of a member's name, whose dots are steps of the path too.
    #[inline]
    pub(super) fn child(&self, node: &Node, name: Name<'_>) -> Option<&Node> {
        if node.children.is_empty() {
            return None;
        }
        let named = self.named(node, name);
        if named.is_none() && name.has_dots { self.at_steps(node, name.text) } else { named }
    }

    fn at_steps(&self, node: &Node, path: &str) -> Option<&Node> {
        let (step, rest) = path.split_once('.')?;
        self.child(self.named(node, Name::of(step))?, Name::of(rest))
    }

    fn named(&self, node: &Node, name: Name<'_>) -> Option<&Node> {
        let number = node.names.get(name.text)?;
        self.nodes.get(*node.children.get(usize::from(number.0))?)
    }

    fn classify(&mut self, name: &str, class: Class) {
        objects_around(name).for_each(|object| self.mark(object, |node| node.class = Class::Object));
        self.mark(name, |node| node.class = class);
    }

    /// Changes the node at the path `name`.
    fn mark(&mut self, name: &str, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.node_at(name) {
            change(node);
        }
    }

    /// The node at the path `name`, made if it is not there.
    fn node_at(&mut self, name: &str) -> Option<&mut Node> {
        let mut at = 0;
        let mut end = 0;
        for step in name.split('.') {
            end += step.len();
            let next = self.nodes.len();
            let node = self.nodes.get_mut(at)?;
            let number = usize::from(node.names.add(step).0);
            if number == node.children.len() {
                node.children.push(next);
            }
            at = node.children.get(number).copied().unwrap_or_default();
            if at == next {
                let path = part(name, ..end).into();
                self.nodes.push(Node { path, ..Node::default() });
            }
            end += 1;
        }
        self.nodes.get_mut(at)
    }
}

impl Node {
    /// Nothing below this name is wanted or known.
    pub(super) fn is_leaf(&self) -> bool {
        self.children.is_empty()
    }
}

/// What one section wants, as a list: its tree is made when the first record comes, because a configuration may have many sections, of
/// which a process loads by few.
#[derive(Clone, Debug)]
pub(crate) struct WantedPaths {
    /// Paths, and what is wanted of what stands there.
    wishes: Vec<(Cow<'static, str>, Wish)>,
    /// The record's own fields go under the prefix: none can be one of ours.
    prefixed: bool,
    tree: OnceLock<Paths>,
}

/// What is wanted of what stands at a path.
#[derive(Clone, Debug)]
pub(crate) enum Wish {
    /// It is the value of this key.
    Key(KeyId),
    /// Values there have no one type: they become text (`json_to_text`).
    AsText,
    /// It is not carried over, because fields say all of it.
    LeftOut,
    /// It is a field of the log type's records, and the index has this type for it.
    Known(Type),
    /// It is carried over by this name (`renamed_newfields`).
    Renamed(Box<str>),
}

impl WantedPaths {
    /// An empty list. With `prefixed` the record's own fields go under the prefix.
    pub(crate) fn new(prefixed: bool) -> Self {
        Self { wishes: Vec::new(), prefixed, tree: OnceLock::new() }
    }

    /// Adds a path.
    pub(crate) fn add(&mut self, path: impl Into<Cow<'static, str>>, wish: Wish) {
        self.wishes.push((path.into(), wish));
        self.tree.take();
    }

    /// Gives back the memory that was only needed while the list grew.
    pub(crate) fn shrink(&mut self) {
        self.wishes.shrink_to_fit();
    }

    /// The list as a tree that knows the section's `fields` too.
    #[inline]
    pub(crate) fn tree(&self, fields: &Fields) -> &Paths {
        self.tree.get_or_init(|| {
            let mut tree = Paths::new(fields, self.prefixed);
            self.wishes.iter().for_each(|(path, wish)| tree.add(path, wish));
            tree
        })
    }
}
