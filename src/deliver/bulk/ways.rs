//! The ways of a target: how it wants documents to be sent that it would take otherwise.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::closed_indices::index_and_id;
use crate::load::batch::Batch;

/// What a target has shown of its ways.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// The names of data streams.
    data_streams: BTreeSet<String>,
    /// The index may stand in the address only.
    index_in_path: bool,
    /// Names that should be aliases, and are indices or data streams.
    no_aliases: BTreeSet<String>,
}

impl Ways {
    /// Notes that an index is a data stream.
    pub fn note_data_stream(&mut self, index: impl Into<String>) {
        self.data_streams.insert(index.into());
    }

    /// Whether an index is known to be a data stream.
    pub fn is_data_stream(&self, index: &str) -> bool {
        self.data_streams.contains(index)
    }

    /// Notes that a name which should be an alias is an index or a data stream.
    pub fn note_no_alias(&mut self, index: impl Into<String>) {
        self.no_aliases.insert(index.into());
    }

    /// Whether a name which should be an alias is known to be an index or a data stream.
    pub fn is_no_alias(&self, index: &str) -> bool {
        self.no_aliases.contains(index)
    }

    /// Notes that the index may stand in the address only.
    pub fn note_index_in_path(&mut self) {
        self.index_in_path = true;
    }

    /// Whether the index may stand in the address only.
    pub fn index_in_path(&self) -> bool {
        self.index_in_path
    }

    /// The batch with those documents as `create` that go to data streams. `None` means that the batch can stay as it is.
    pub fn with_creates(&self, batch: &Batch) -> Option<Batch> {
        if self.data_streams.is_empty() {
            return None;
        }
        let actions: Vec<_> = (0..batch.len()).map(|at| self.created(batch.pair(at)?.0)).collect();
        if actions.iter().all(Option::is_none) {
            return None;
        }
        let mut changed = Batch { lines: batch.lines.clone(), ..Batch::default() };
        for (at, (item, action)) in batch.items.iter().zip(actions).enumerate() {
            let Some((own, document)) = batch.pair(at) else { continue };
            changed.push(action.as_deref().unwrap_or(own), document, item.line);
        }
        Some(changed)
    }

    /// The action line as `create`, where it is an `index` into a data stream.
    fn created(&self, action: &[u8]) -> Option<Vec<u8>> {
        let mut action: Map<String, Value> = serde_json::from_slice(action).ok()?;
        let names = action.remove("index")?;
        self.is_data_stream(names.get("_index")?.as_str()?).then(|| {
            let create = Map::from_iter([("create".to_owned(), names)]);
            serde_json::to_vec(&create).unwrap_or_default()
        })
    }
}

/// Whether an action line is a `create`.
pub fn is_create(action: &[u8]) -> bool {
    serde_json::from_slice::<Map<String, Value>>(action).is_ok_and(|action| action.contains_key("create"))
}

/// The positions of a batch's documents, by their index.
pub fn by_index(batch: &Batch) -> BTreeMap<String, Vec<usize>> {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for at in 0..batch.len() {
        let (index, _) = batch.pair(at).and_then(|(action, _)| index_and_id(action)).unwrap_or_default();
        groups.entry(index).or_default().push(at);
    }
    groups
}

/// The body of a batch whose action lines name no index: for an address that does.
pub fn body_without_index(batch: &Batch) -> Vec<u8> {
    let mut body = Vec::with_capacity(batch.body.len());
    for (action, document) in (0..batch.len()).filter_map(|at| batch.pair(at)) {
        match without_index(action) {
            Some(action) => body.extend_from_slice(&action),
            None => body.extend_from_slice(action),
        }
        body.push(b'\n');
        body.extend_from_slice(document);
        body.push(b'\n');
    }
    body
}

fn without_index(action: &[u8]) -> Option<Vec<u8>> {
    let mut action: Map<String, Value> = serde_json::from_slice(action).ok()?;
    action.values_mut().next()?.as_object_mut()?.remove("_index");
    serde_json::to_vec(&action).ok()
}
