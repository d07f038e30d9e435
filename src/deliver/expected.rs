//! The documents that an object has to give, for `audit` to look for in the cluster.

use std::collections::{BTreeMap, BTreeSet};

use super::bulk::index_and_id;
use crate::load::batch::Batch;

/// The documents of one object, by their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Ids by index: documents of the same id are one document.
    pub ids: BTreeMap<String, BTreeSet<String>>,
    /// The number of documents without an id.
    pub without_id: u64,
}

impl Expected {
    /// Adds the documents of a batch.
    pub fn add(&mut self, batch: &Batch) {
        for (action, _) in (0..batch.len()).filter_map(|at| batch.pair(at)) {
            match index_and_id(action) {
                Some((index, id)) if !id.is_empty() => drop(self.ids.entry(index).or_default().insert(id)),
                _ => self.without_id += 1,
            }
        }
    }

    /// The number of documents.
    pub fn count(&self) -> u64 {
        self.ids.values().map(|ids| ids.len() as u64).sum::<u64>() + self.without_id
    }
}
