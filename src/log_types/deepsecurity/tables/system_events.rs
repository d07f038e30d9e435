//! What the Manager's system events are about: `system_events.csv`.

use super::class::EventClass;
use crate::bytes::table::{FactRow, TableError};

/// What is known of a system event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemEvent {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    /// `event.action`.
    pub(crate) action: &'static str,
    /// What ECS calls it.
    pub(crate) class: EventClass,
    /// `event.outcome`.
    pub(crate) outcome: Option<&'static str>,
    /// What `target` names where `targetType` does not say.
    pub(crate) about: About,
}

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    User,
    Computer,
    Other,
}

impl SystemEvent {
    pub(super) fn read(row: FactRow<'_>) -> Result<Self, TableError> {
        const ABOUT: [(&str, About); 3] =
            [("", About::Other), ("user", About::User), ("computer", About::Computer)];
        Ok(Self {
            id: row.cell("id")?,
            name: row.cell("name")?,
            action: row.cell("action")?,
            class: EventClass::read(&row)?,
            outcome: Some(row.cell("outcome")?).filter(|outcome| !outcome.is_empty()),
            about: row.one_of("about", row.cell("about")?, &ABOUT)?,
        })
    }

    /// Somebody signs in to the console, tries to, or is signed out.
    pub(crate) fn is_sign_in(&self) -> bool {
        self.class.category.contains(&"authentication")
    }

    /// `msg` may tell where what it tells of came from: a sign-in, or a scan.
    pub(crate) fn tells_place(&self) -> bool {
        self.is_sign_in() || self.class.kind == "alert"
    }

    /// Whether its name has a `*` for all that `name` has more.
    pub(super) fn has_words(&self, name: &str) -> bool {
        let ends_with = |words: &str| {
            let start = name.len().checked_sub(words.len()).and_then(|at| name.get(at..));
            start.is_some_and(|end| end.eq_ignore_ascii_case(words))
        };
        let starts_with =
            |words: &str| name.get(..words.len()).is_some_and(|start| start.eq_ignore_ascii_case(words));
        match (self.name.strip_prefix('*'), self.name.strip_suffix('*')) {
            (Some(words), _) => ends_with(words),
            (_, Some(words)) => starts_with(words),
            (None, None) => false,
        }
    }
}
