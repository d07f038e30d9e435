//! What a section wants of its records, as a list: its tree is made when the first record comes, because a configuration may have many
//! sections, of which a process loads by few.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::paths::Paths;
use crate::document::ecs::Type;
use crate::document::fields::Fields;
use crate::parse::pairs::event_keys::KeyId;

/// The list of one section.
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
            for (path, wish) in &self.wishes {
                match wish {
                    Wish::Key(key) => tree.want(path, *key),
                    Wish::AsText => tree.make_text(path),
                    Wish::LeftOut => tree.leave_out(path),
                    Wish::Known(kind) => tree.know(path, *kind),
                    Wish::Renamed(new) => tree.rename(path, new),
                }
            }
            tree
        })
    }
}
