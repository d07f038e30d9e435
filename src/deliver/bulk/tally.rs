//! Faults, grouped by what they say, with the number of documents and the line of the first one.

use super::fault::Fault;
use crate::read::object::line::LineNumber;

/// The most groups that are kept. Reasons can quote values of documents, so there may be as many as documents.
const MAX_GROUPS: usize = 50;

/// Documents with the same fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The fault. After fifty different faults, all others are counted together as `other reasons` with status 0.
    pub fault: Fault,
    /// How many documents.
    pub count: u64,
    /// The lowest line that gave one of them.
    pub first_line: LineNumber,
}

/// Faults by group, in the order in which they were first seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    groups: Vec<Group>,
    rest: Option<Group>,
}

impl Tally {
    /// Counts one document.
    pub fn add(&mut self, fault: &Fault, line: LineNumber) {
        self.add_many(fault, line, 1);
    }

    /// Counts several documents, of which `line` gave the first.
    pub fn add_many(&mut self, fault: &Fault, line: LineNumber, count: u64) {
        if count > 0 {
            self.add_group(Group { fault: fault.clone(), count, first_line: line });
        }
    }

    /// Counts all that `other` counted.
    pub fn merge(&mut self, other: &Tally) {
        other.groups().for_each(|group| self.add_group(group.clone()));
    }

    /// The number of documents.
    pub fn total(&self) -> u64 {
        self.groups().map(|group| group.count).sum()
    }

    /// The lowest line that gave one of the documents.
    pub fn first_line(&self) -> Option<LineNumber> {
        self.groups().map(|group| group.first_line).min()
    }

    /// The groups; that of other reasons comes last.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().chain(&self.rest)
    }

    fn add_group(&mut self, new: Group) {
        let full = self.groups.len() >= MAX_GROUPS;
        let known = self.groups.iter_mut().find(|group| group.fault == new.fault);
        match known.or(self.rest.as_mut().filter(|_| full)) {
            Some(group) => {
                group.count += new.count;
                group.first_line = group.first_line.min(new.first_line);
            }
            None if full => self.rest = Some(Group { fault: Fault::new(0, "", "other reasons"), ..new }),
            None => self.groups.push(new),
        }
    }
}
