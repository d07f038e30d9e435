//! Time zones, and instants together with the offset that they were written with.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};

/// A point in time together with the offset it was written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZonedTime {
    /// The instant.
    pub instant: Timestamp,
    /// Its distance from UTC where it was written.
    pub offset: Offset,
}

/// A time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Zone {
    /// Always the same distance from UTC.
    Fixed(Offset),
    /// A zone of the IANA database, with its daylight saving time.
    Named(TimeZone),
}

impl ZonedTime {
    /// A time in UTC.
    pub fn utc(instant: Timestamp) -> Self {
        Self { instant, offset: Offset::UTC }
    }

    /// When a clock that stands so far from UTC shows this.
    pub(super) fn of_clock(clock: DateTime, offset: Offset) -> Option<Self> {
        Some(Self { instant: offset.to_timestamp(clock).ok()?, offset })
    }

    /// Appends the time as ISO 8601 with its offset, `2020-10-28T14:46:28+09:00`. A fraction of a second stands there only if there is
    /// one, as milliseconds, microseconds or nanoseconds.
    pub fn write(self, out: &mut Vec<u8>) {
        let digits = match self.instant.subsec_nanosecond() {
            0 => 0,
            n if n % 1_000_000 == 0 => 3,
            n if n % 1_000 == 0 => 6,
            _ => 9,
        };
        let printer = DateTimePrinter::new().precision(Some(digits));
        // Writing to a vector cannot fail.
        let _ = printer.print_timestamp_with_offset(&self.instant, self.offset, out);
    }

    /// The same as a text of its own.
    pub fn to_text(self) -> String {
        let mut text = Vec::new();
        self.write(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    }
}

impl Zone {
    /// Universal time.
    pub const UTC: Self = Self::Fixed(Offset::UTC);

    /// The zone of this name in the database that is built in: a change of the machine's own database changes no document.
    pub fn named(name: &str) -> Option<Self> {
        TimeZoneDatabase::bundled().get(name).ok().map(Self::Named)
    }

    /// The names of all zones that there are.
    pub fn names() -> impl Iterator<Item = String> {
        let names: Vec<_> =
            TimeZoneDatabase::bundled().available().map(|name| name.as_str().to_owned()).collect();
        names.into_iter()
    }

    /// The zone's distance from UTC at this instant.
    pub fn offset(&self, instant: Timestamp) -> Offset {
        match self {
            Self::Fixed(offset) => *offset,
            Self::Named(zone) => zone.to_offset(instant),
        }
    }

    /// The same instant, as the zone's clock shows it.
    pub fn show(&self, instant: Timestamp) -> ZonedTime {
        ZonedTime { instant, offset: self.offset(instant) }
    }

    /// The date there at this instant.
    pub fn date(&self, instant: Timestamp) -> Date {
        self.offset(instant).to_datetime(instant).date()
    }

    /// When the zone's clock shows this. An hour that comes twice is meant the first time, one that is left out is read as if the clock
    /// had not been put forward.
    pub fn read(&self, clock: DateTime) -> Option<ZonedTime> {
        self.times(clock).next()
    }

    /// The same, but an hour that comes twice is meant the second time, unless that is after `latest`.
    pub fn read_until(&self, clock: DateTime, latest: Timestamp) -> Option<ZonedTime> {
        let mut times = self.times(clock);
        let first = times.next();
        times.next().filter(|second| second.instant <= latest).or(first)
    }

    /// When the zone's clock shows this, the first time first.
    fn times(&self, clock: DateTime) -> impl Iterator<Item = ZonedTime> {
        let (first, second) = match self {
            Self::Fixed(offset) => (*offset, None),
            Self::Named(zone) => match zone.to_ambiguous_timestamp(clock).offset() {
                AmbiguousOffset::Unambiguous { offset } => (offset, None),
                AmbiguousOffset::Gap { before, .. } => (before, None),
                AmbiguousOffset::Fold { before, after } => (before, Some(after)),
            },
        };
        let offsets = std::iter::once(first).chain(second);
        offsets.filter_map(move |offset| ZonedTime::of_clock(clock, offset))
    }
}

/// For people.
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(offset) => write!(f, "{offset}"),
            Self::Named(zone) => f.write_str(zone.iana_name().unwrap_or("a zone without a name")),
        }
    }
}

/// An offset as user.ini names it: `+09:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenOffset(pub Offset);

impl fmt::Display for WrittenOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.seconds();
        let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}
