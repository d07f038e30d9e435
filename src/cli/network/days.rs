//! Which days an object is of.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use crate::cli::args::network::DayArgs;
use crate::parse::time;
use crate::trigger::object_ref::ObjectRef;

/// The day of an object: that of the date folders in its key, or else of its last change, in UTC.
fn day(object: &ObjectRef) -> Option<Date> {
    let in_key = time::in_key(object.key.as_str(), Offset::UTC).map(|time| time.instant);
    in_key.or(object.event_time).map(|instant| instant.to_zoned(TimeZone::UTC).date())
}

impl DayArgs {
    /// Whether the object is of one of the days. An object whose day is unknown counts as one.
    pub(crate) fn take(&self, object: &ObjectRef) -> bool {
        let Some(day) = day(object) else { return true };
        self.since.is_none_or(|since| since <= day) && self.until.is_none_or(|until| day <= until)
    }
}
