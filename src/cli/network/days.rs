//! Which days an object is of.

use jiff::civil::Date;

use crate::cli::args::network::DayArgs;
use crate::cli::failure::Failure;
use crate::parse::time::{Zone, in_key};
use crate::trigger::object_ref::ObjectRef;

/// The day of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    /// The day in its key.
    Named(Date),
    /// Its key names none: the day of its last change, in UTC.
    Changed(Date),
    Unknown,
}

impl Day {
    /// The day of an object, by the rule by which its lines are dated too.
    pub(super) fn of(object: &ObjectRef) -> Self {
        let date = |instant| Zone::UTC.date(instant);
        let named = in_key(object.key.as_str(), &Zone::UTC).map(|time| Self::Named(date(time.start.instant)));
        let changed = || object.event_time.map(|time| Self::Changed(date(time)));
        named.or_else(changed).unwrap_or(Self::Unknown)
    }
}

impl DayArgs {
    /// Checks that there are days between the two.
    ///
    /// # Errors
    ///
    /// The first day is after the last.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        match (self.since, self.until) {
            (Some(since), Some(until)) if until < since => {
                Err(Failure(format!("--since {since} is after --until {until}: no day is between them")))
            }
            _ => Ok(()),
        }
    }

    /// Whether the object is of one of the days. An object whose day is unknown counts as one.
    pub(crate) fn take(&self, object: &ObjectRef) -> bool {
        let (Day::Named(day) | Day::Changed(day)) = Day::of(object) else { return true };
        self.since.is_none_or(|since| since <= day) && self.until.is_none_or(|until| day <= until)
    }
}
