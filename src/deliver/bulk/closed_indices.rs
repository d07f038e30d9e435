//! Indices that are closed for writing, and the names that their documents go to instead, as SIEM on OpenSearch names them.
//!
//! Old indices are made read-only, or moved to warm and cold storage, and late events still come for them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::load::batch::Batch;

/// The last number after a name: `_99`.
const LAST: u8 = 99;

/// OpenSearch's numbers of the blocks that stay until someone lifts them: closed, read-only, closed for writing.
const LASTING_BLOCKS: [&str; 3] = ["4", "5", "8"];

/// The number of the block for a full disk, which OpenSearch lifts by itself.
const FULL_DISK: &str = "12";

/// The indices that take no documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClosedIndices {
    closed: BTreeSet<String>,
}

impl ClosedIndices {
    /// Whether no index is closed.
    pub fn is_empty(&self) -> bool {
        self.closed.is_empty()
    }

    /// Notes that an index is closed.
    pub fn close(&mut self, index: impl Into<String>) {
        self.closed.insert(index.into());
    }

    /// Adds the closed indices of `other`.
    pub fn merge(&mut self, mut other: ClosedIndices) {
        self.closed.append(&mut other.closed);
    }

    /// Adds the indices that are closed for good by the cluster's state (`GET _cluster/state/blocks`).
    pub fn close_blocked(&mut self, state: &Value) {
        let indices = state.pointer("/blocks/indices").and_then(Value::as_object);
        for (index, blocks) in indices.into_iter().flatten() {
            let has = |number: &str| blocks.get(number).is_some();
            if LASTING_BLOCKS.into_iter().any(has) && !has(FULL_DISK) {
                self.close(index);
            }
        }
    }

    /// Adds the indices in cold storage (`GET _cold/indices/_search`): a new index of the same name would prevent their return.
    pub fn close_cold(&mut self, listing: &Value) {
        let indices = listing.get("indices").and_then(Value::as_array);
        for index in indices.into_iter().flatten() {
            if let Some(name) = index.get("index").and_then(Value::as_str) {
                self.close(name);
            }
        }
    }

    /// The index to write to: `index` itself, or the first of `index_01`, `index_02`, … that is open. `None` means that all are closed.
    pub fn open_index<'n>(&self, index: &'n str) -> Option<Cow<'n, str>> {
        if !self.closed.contains(index) {
            return Some(Cow::Borrowed(index));
        }
        let (name, number) = numbered(index).unwrap_or((index, 0));
        let followers = (number.saturating_add(1)..=LAST).map(|number| format!("{name}_{number:02}"));
        followers.into_iter().find(|name| !self.closed.contains(name)).map(Cow::Owned)
    }

    /// Whether documents of the batch would go to closed indices.
    pub(crate) fn concerns(&self, batch: &Batch) -> bool {
        let is_closed = |(index, _): (String, String)| self.closed.contains(&index);
        !self.is_empty() && (0..batch.len()).any(|at| index_and_id(batch.action(at)).is_some_and(is_closed))
    }

    /// The closed indices that may hold documents sent to `index` earlier: itself and those numbered after it. An open index has none.
    pub fn closed_of(&self, index: &str) -> Vec<&str> {
        if !self.closed.contains(index) {
            return Vec::new();
        }
        let name = numbered(index).map_or(index, |(name, _)| name);
        let is_of = |closed: &str| closed == name || numbered(closed).is_some_and(|(of, _)| of == name);
        self.closed.iter().map(String::as_str).filter(|closed| is_of(closed)).collect()
    }

    /// The batch with its documents directed to open indices. `None` means that the batch can stay as it is. Documents whose indices
    /// are all closed stay as they are.
    pub fn redirect(&self, batch: &Batch) -> Option<Batch> {
        if self.concerns(batch) { batch.with_actions(|action| self.redirected(action)) } else { None }
    }

    fn redirected(&self, action: &[u8]) -> Option<Vec<u8>> {
        let mut action: Value = serde_json::from_slice(action).ok()?;
        let index = action.as_object_mut()?.values_mut().next()?.get_mut("_index")?;
        let target = self.open_index(index.as_str()?)?.into_owned();
        *index = json!(target);
        serde_json::to_vec(&action).ok()
    }
}

/// The index and the id that an action line names.
pub fn index_and_id(action: &[u8]) -> Option<(String, String)> {
    let action: Value = serde_json::from_slice(action).ok()?;
    let names = action.as_object()?.values().next()?;
    let text = |key| names.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    Some((text("_index"), text("_id")))
}

/// The name and the number of an index whose name ends in `_NN`.
fn numbered(index: &str) -> Option<(&str, u8)> {
    let (name, number) = index.rsplit_once('_')?;
    if number.len() != 2 {
        return None;
    }
    Some((name, number.parse().ok()?))
}
