//! What rules do, and what they have done, by rule.

use std::collections::BTreeMap;

/// What a rule does with a document that it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleAction {
    /// The document is left out.
    Exclude,
    /// The document is counted, which shows what the rule would leave out.
    Count,
}

/// What one rule has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleHits {
    /// What the rule does with a document that it matches.
    pub action: RuleAction,
    /// Documents that it left out, or counted.
    pub documents: u64,
}

/// What rules have done. A rule is named by file and line (`exclude_log_patterns.csv:3`), by section and name
/// (`deepsecurity/heartbeats`), or for what it leaves out (`the loader's own dead letter`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exclusions(BTreeMap<String, RuleHits>);

impl Exclusions {
    /// Counts documents that a rule has left out, or counted.
    pub fn add(&mut self, rule: &str, action: RuleAction, documents: u64) {
        if documents == 0 {
            return;
        }
        match self.0.get_mut(rule) {
            Some(hits) => hits.documents += documents,
            None => drop(self.0.insert(rule.to_owned(), RuleHits { action, documents })),
        }
    }

    /// Adds another's.
    pub fn merge(&mut self, other: &Self) {
        for (rule, hits) in other.iter() {
            self.add(rule, hits.action, hits.documents);
        }
    }

    /// Documents that were left out.
    pub fn excluded(&self) -> u64 {
        self.sum(RuleAction::Exclude)
    }

    /// Matches of rules that only count.
    pub fn counted(&self) -> u64 {
        self.sum(RuleAction::Count)
    }

    /// The rules that matched anything, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, RuleHits)> {
        self.0.iter().map(|(rule, hits)| (rule.as_str(), *hits))
    }

    fn sum(&self, action: RuleAction) -> u64 {
        self.0.values().filter(|hits| hits.action == action).map(|hits| hits.documents).sum()
    }
}
