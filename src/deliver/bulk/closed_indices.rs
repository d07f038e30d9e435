//! Where documents go whose index takes none any more: to the next name behind it, as SIEM on OpenSearch names them.
//!
//! Old indices are made read-only, or moved to warm and cold storage, and late events still come for them. Takes what the
//! cluster says of its indices, gives names. Does not ask the cluster.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::load::batch::Batch;

/// The last number behind a name: `_99`.
const LAST: u8 = 99;

/// Blocks, by OpenSearch's numbers, that stay until someone lifts them: closed, read-only, closed for writing.
const LASTING_BLOCKS: [&str; 3] = ["4", "5", "8"];

/// The block of a full disk, which goes by itself.
const FULL_DISK: &str = "12";

/// The indices that take no documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClosedIndices {
    closed: BTreeSet<String>,
}

impl ClosedIndices {
    /// Nothing is closed: documents go where they say.
    pub fn is_empty(&self) -> bool {
        self.closed.is_empty()
    }

    /// An index takes no documents.
    pub fn close(&mut self, index: impl Into<String>) {
        self.closed.insert(index.into());
    }

    /// Closes what `other` closed.
    pub fn merge(&mut self, mut other: ClosedIndices) {
        self.closed.append(&mut other.closed);
    }

    /// Closes what the cluster's state (`GET _cluster/state/blocks`) says is closed for writing for good.
    pub fn close_blocked(&mut self, state: &Value) {
        let indices = state.pointer("/blocks/indices").and_then(Value::as_object);
        for (index, blocks) in indices.into_iter().flatten() {
            let has = |number: &str| blocks.get(number).is_some();
            if LASTING_BLOCKS.into_iter().any(has) && !has(FULL_DISK) {
                self.close(index);
            }
        }
    }

    /// Closes the names of indices in cold storage (`GET _cold/indices/_search`): a new index of such a name would stand in
    /// the way of its return.
    pub fn close_cold(&mut self, listing: &Value) {
        let indices = listing.get("indices").and_then(Value::as_array);
        for index in indices.into_iter().flatten() {
            if let Some(name) = index.get("index").and_then(Value::as_str) {
                self.close(name);
            }
        }
    }

    /// The index to write to in place of `index`: itself, or the first of its followers `_01`, `_02`, … that is open. Nothing
    /// where all are closed.
    pub fn open_index<'n>(&self, index: &'n str) -> Option<Cow<'n, str>> {
        if !self.closed.contains(index) {
            return Some(Cow::Borrowed(index));
        }
        let (name, number) = numbered(index).unwrap_or((index, 0));
        let followers = (number.saturating_add(1)..=LAST).map(|number| format!("{name}_{number:02}"));
        followers.into_iter().find(|name| !self.closed.contains(name)).map(Cow::Owned)
    }

    /// Documents of the batch would go to closed indices.
    pub fn concerns(&self, batch: &Batch) -> bool {
        let is_closed = |at| {
            let (action, _) = batch.pair(at)?;
            Some(self.closed.contains(&index_of(action)?))
        };
        !self.is_empty() && (0..batch.len()).any(|at| is_closed(at).unwrap_or(false))
    }

    /// The closed indices that may hold what was sent to `index` at an earlier time: itself, and its followers. None where it is
    /// open.
    pub fn closed_of(&self, index: &str) -> Vec<&str> {
        if !self.closed.contains(index) {
            return Vec::new();
        }
        let name = numbered(index).map_or(index, |(name, _)| name);
        let is_of = |closed: &str| closed == name || numbered(closed).is_some_and(|(of, _)| of == name);
        self.closed.iter().map(String::as_str).filter(|closed| is_of(closed)).collect()
    }

    /// The batch with its documents directed to open indices; nothing where it can stay as it is. Documents that have nowhere to go
    /// stay where they are.
    pub fn redirect(&self, batch: &Batch) -> Option<Batch> {
        if !self.concerns(batch) {
            return None;
        }
        let mut moved = Batch { lines: batch.lines.clone(), ..Batch::default() };
        for (at, item) in batch.items.iter().enumerate() {
            let Some((action, document)) = batch.pair(at) else { continue };
            let action = self.redirected(action).unwrap_or_else(|| action.to_vec());
            moved.push(&action, document, item.line);
        }
        Some(moved)
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

fn index_of(action: &[u8]) -> Option<String> {
    index_and_id(action).map(|(index, _)| index)
}

/// A name that ends in `_NN`, without it, and the number.
fn numbered(index: &str) -> Option<(&str, u8)> {
    let (name, number) = index.rsplit_once('_')?;
    if number.len() != 2 {
        return None;
    }
    Some((name, number.parse().ok()?))
}
