//! The ways of a target: how it wants documents to be sent that it would take otherwise.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::closed_indices::index_and_id;
use crate::load::batch::Batch;

/// What a target has shown of its ways.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// The names of data streams.
    pub data_streams: BTreeSet<String>,
    /// The index may stand in the address only.
    pub index_in_path: bool,
    /// Names that should be aliases, and are indices or data streams.
    pub no_aliases: BTreeSet<String>,
}

impl Ways {
    /// The batch with those documents as `create` that go to data streams. `None` means that the batch can stay as it is.
    pub fn with_creates(&self, batch: &Batch) -> Option<Batch> {
        if self.data_streams.is_empty() { None } else { batch.with_actions(|action| self.created(action)) }
    }

    /// The action line as `create`, where it is an `index` into a data stream.
    fn created(&self, action: &[u8]) -> Option<Vec<u8>> {
        let mut action: Map<String, Value> = serde_json::from_slice(action).ok()?;
        let names = action.remove("index")?;
        self.data_streams.contains(names.get("_index")?.as_str()?).then(|| {
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
        let (index, _) = index_and_id(batch.action(at)).unwrap_or_default();
        groups.entry(index).or_default().push(at);
    }
    groups
}

/// The body of a batch whose action lines name no index: for an address that does.
pub fn body_without_index(batch: &Batch) -> Vec<u8> {
    batch.with_actions(without_index).map_or_else(|| batch.body.clone(), |batch| batch.body)
}

fn without_index(action: &[u8]) -> Option<Vec<u8>> {
    let mut action: Map<String, Value> = serde_json::from_slice(action).ok()?;
    action.values_mut().next()?.as_object_mut()?.remove("_index");
    serde_json::to_vec(&action).ok()
}
