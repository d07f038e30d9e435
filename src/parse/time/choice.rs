//! The choice among the times that a line, its record and its object have.
//!
//! Takes times already read and the section's zone, gives one time and where it came from.

use jiff::{SignedDuration, Timestamp};

use super::clock::HeaderClock;
use super::header::{Twice, read_header};
use super::key::KeyTime;
use super::text::{CollectorTime, parse_collector};
use super::zone::{Zone, ZonedTime};
use crate::parse::syslog::{self, HeaderTime};

/// Which time `@timestamp` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TimeOrigin {
    /// A field that `timestamp_key` names.
    Field,
    /// The syslog header.
    Syslog,
    /// The collector's time: when fluentd, or another collector, read the line.
    Fluentd,
    /// The date in the S3 key.
    Key,
    /// When S3 took the object.
    Object,
    /// Now.
    Load,
}

impl TimeOrigin {
    /// The word for it in documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Syslog => "syslog",
            Self::Fluentd => "fluentd",
            Self::Key => "key",
            Self::Object => "object",
            Self::Load => "load",
        }
    }
}

/// What is known of the time besides the line: the same for all lines of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// The date and hour in the S3 key.
    pub key: Option<KeyTime>,
    /// When S3 took the object.
    pub object: Option<Timestamp>,
    /// Now.
    pub load: Timestamp,
}

/// What a line and its record say of the time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Said {
    /// The time of the syslog header.
    pub header: Option<HeaderTime>,
    /// When a collector read the line.
    pub collector: Option<CollectorTime>,
}

/// What about a time is not known, but assumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Doubts {
    /// Nothing names the zone of the clock: UTC was assumed.
    pub zone_assumed: bool,
    /// Only the clock of the load says which year it is.
    pub year_by_load: bool,
}

/// The time of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The time.
    pub time: ZonedTime,
    /// Where it comes from.
    pub origin: TimeOrigin,
    /// What about it is assumed.
    pub doubts: Doubts,
}

/// A header time may be this much ahead of the collector's: clocks differ.
const AHEAD_OF_COLLECTOR: SignedDuration = SignedDuration::from_mins(5);

/// A header time may be this much older than the collector's: an outage lasted so long, a longer one is a wrong year.
const MAX_AGE_SECONDS: i64 = 31 * 24 * 60 * 60;

/// A clock may be this much ahead of UTC: no zone is farther east.
const AHEAD_OF_UTC: SignedDuration = SignedDuration::from_hours(14);

/// 2001-01-01: no event that is loaded is older. Clocks that were never set begin in 1970, 1980 or 2000, while CEF and S3 are of 2006.
const OLDEST: i64 = 978_307_200;

/// The last time at which an event can have happened that names no year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Latest {
    pub(crate) instant: Timestamp,
    /// Nothing but the clock of the load says so.
    pub(crate) by_load: bool,
}

/// When a collector read a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CollectedTime {
    /// The time.
    time: ZonedTime,
    /// The zone of the time is the collector's, and not only how an instant is written here.
    zone_known: bool,
}

/// What a header says of the time.
struct HeaderSays {
    /// The time, if it can be the event's.
    time: Option<(ZonedTime, Doubts)>,
    clock: Option<HeaderClock>,
}

impl Said {
    /// The collector's time. What its clock showed is one only if `zone` is known.
    fn collected(&self, zone: Option<&Zone>) -> Option<CollectedTime> {
        match self.collector? {
            CollectorTime::Zoned(time) => Some(CollectedTime { time, zone_known: true }),
            CollectorTime::Instant(instant) => {
                Some(CollectedTime { time: ZonedTime::utc(instant), zone_known: false })
            }
            CollectorTime::Clock(clock) => Some(CollectedTime { time: zone?.read(clock)?, zone_known: true }),
        }
    }

    /// The same as a time.
    pub(crate) fn collected_time(&self, zone: Option<&Zone>) -> Option<ZonedTime> {
        self.collected(zone).map(|collected| collected.time)
    }

    /// What the clock of a collector showed, if nobody knows its zone.
    fn clock(&self, zone: Option<&Zone>) -> Option<ZonedTime> {
        match self.collector? {
            CollectorTime::Clock(clock) if zone.is_none() => Zone::UTC.read(clock),
            _ => None,
        }
    }

    /// The last time that the event can have: a little ahead of the collector's. Or else at most as far ahead as a clock can be of UTC,
    /// of the first that there is of the record's time, the key's, the object's last change and the load's. A date that is the key's own
    /// is of its year at any hour.
    pub(crate) fn latest(&self, around: &Surroundings, zone: Option<&Zone>) -> Latest {
        if let Some(collected) = self.collected(zone) {
            return Latest { instant: later(collected.time.instant, AHEAD_OF_COLLECTOR), by_load: false };
        }
        let clock = self.clock(zone).map(|time| time.instant);
        let key = around.key.filter(|_| clock.is_none());
        let known = clock.or(key.map(|key| key.end)).or(around.object);
        let instant = later(known.unwrap_or(around.load), AHEAD_OF_UTC);
        let day_end = key.map_or(instant, |key| key.day_end);
        Latest { instant: instant.max(day_end), by_load: known.is_none() }
    }

    /// The last time that a field of the event can have: as far ahead of the collector's as a clock can be of UTC, because a field has no
    /// second reading that would show another year to be wrong.
    pub(crate) fn latest_of_field(&self, around: &Surroundings, zone: Option<&Zone>) -> Latest {
        match self.collected(zone) {
            Some(collected) => {
                Latest { instant: later(collected.time.instant, AHEAD_OF_UTC), by_load: false }
            }
            None => self.latest(around, zone),
        }
    }

    /// What a field's time, whose zone is assumed, says of its clock beside the collector's time.
    pub(crate) fn clock_of_field(&self, field: &Chosen) -> Option<HeaderClock> {
        let collected = self.collected(None).filter(|_| field.doubts.zone_assumed)?;
        let shown = HeaderTime::Civil(field.time.offset.to_datetime(field.time.instant));
        Some(HeaderClock::of(shown, Some(field.time), collected.time.instant))
    }

    fn header(&self, around: &Surroundings, zone: Option<&Zone>) -> Option<HeaderSays> {
        let header = self.header?;
        let latest = self.latest(around, zone);
        Some(match self.collected(zone) {
            Some(collected) => against_collector(header, collected, latest, zone),
            None => without_collector(header, latest, around, zone),
        })
    }

    /// The times that there are besides the header's, best first.
    fn others(
        &self,
        around: &Surroundings,
        zone: Option<&Zone>,
    ) -> impl Iterator<Item = (TimeOrigin, ZonedTime, Doubts)> {
        let sure = |origin| move |time| (origin, time, Doubts::default());
        [
            self.collected_time(zone).map(sure(TimeOrigin::Fluentd)),
            self.clock(zone)
                .map(|time| (TimeOrigin::Fluentd, time, Doubts { zone_assumed: true, year_by_load: false })),
            around.key.map(|key| key.start).map(sure(TimeOrigin::Key)),
            around.object.map(ZonedTime::utc).map(sure(TimeOrigin::Object)),
            Some(ZonedTime::utc(around.load)).map(sure(TimeOrigin::Load)),
        ]
        .into_iter()
        .flatten()
    }
}

/// Reads a collector's time, as [`parse_collector`] does, or in the form of RFC 3164 without its year, where the key or the object tells
/// that. One that no load can meet is none: it would choose another year for the header's, and the index.
pub(crate) fn read_collector(
    text: &str,
    around: &Surroundings,
    zone: Option<&Zone>,
) -> Option<CollectorTime> {
    let said = parse_collector(text).or_else(|| {
        let (header, "") = syslog::time_of_field(text.trim())? else { return None };
        let latest = Said::default().latest(around, zone);
        let time = read_header(header, zone.unwrap_or(&Zone::UTC), latest.instant, Twice::First)?;
        let is_zoned = zone.is_some() || header.names_zone();
        let clock = CollectorTime::Clock(time.offset.to_datetime(time.instant));
        (!latest.by_load).then_some(if is_zoned { CollectorTime::Zoned(time) } else { clock })
    })?;
    let time = match said {
        CollectorTime::Zoned(time) => time,
        CollectorTime::Instant(instant) => ZonedTime::utc(instant),
        CollectorTime::Clock(clock) => Zone::UTC.read(clock)?,
    };
    is_possible(time, around.load).then_some(said)
}

/// The time of an event that no `timestamp_key` decides, by the section's zone if it names one. With a collector's time, that is the
/// header's clock in the zone or the collector's, if that can be, or else the collector's time; without one, the header's clock in the
/// zone or UTC. Without a header time that can be, it is the key's, the object's or the time of the load.
///
/// Gives in addition what header and collector say of the header's clock, if both have a time and the header names no zone.
pub fn choose(said: &Said, around: &Surroundings, zone: Option<&Zone>) -> (Chosen, Option<HeaderClock>) {
    let header = said.header(around, zone);
    let clock = header.as_ref().and_then(|header| header.clock);
    let of_header =
        header.and_then(|header| header.time).map(|(time, doubts)| (TimeOrigin::Syslog, time, doubts));
    let of_load = || (TimeOrigin::Load, ZonedTime::utc(around.load), Doubts::default());
    let first = of_header.or_else(|| said.others(around, zone).next());
    let (origin, time, doubts) = first.unwrap_or_else(of_load);
    (Chosen { time, origin, doubts }, clock)
}

/// The times that [`choose`] chooses from, best first. `None` stands for a header time that cannot be.
pub(crate) fn candidates(
    said: &Said,
    around: &Surroundings,
    zone: Option<&Zone>,
) -> impl Iterator<Item = (TimeOrigin, Option<ZonedTime>)> {
    let header = said.header(around, zone).map(|header| header.time.map(|(time, _)| time));
    let others = said.others(around, zone).map(|(origin, time, _)| (origin, Some(time)));
    header.map(|time| (TimeOrigin::Syslog, time)).into_iter().chain(others)
}

fn against_collector(
    header: HeaderTime,
    collected: CollectedTime,
    latest: Latest,
    zone: Option<&Zone>,
) -> HeaderSays {
    let read = collected.time;
    let collectors = Zone::Fixed(read.offset);
    let time = read_header(header, zone.unwrap_or(&collectors), latest.instant, Twice::Second);
    let age = |time: ZonedTime| read.instant.as_second() - time.instant.as_second();
    let oldest = -AHEAD_OF_COLLECTOR.as_secs();
    let time = time.filter(|time| (oldest..=MAX_AGE_SECONDS).contains(&age(*time)));
    let names_zone = header.names_zone();
    let clock = (!names_zone).then(|| HeaderClock::of(header, time, read.instant));
    // A clock that shows the time at which the line was read stands in the zone for which it was taken.
    let is_sure = names_zone || zone.is_some() || collected.zone_known || clock == Some(HeaderClock::AsRead);
    let doubts = Doubts { zone_assumed: !is_sure, year_by_load: false };
    HeaderSays { time: time.map(|time| (time, doubts)), clock }
}

/// Without a collector's time there is nothing that says when the line was read, only when it was there at the latest.
fn without_collector(
    header: HeaderTime,
    latest: Latest,
    around: &Surroundings,
    zone: Option<&Zone>,
) -> HeaderSays {
    let time = read_header(header, zone.unwrap_or(&Zone::UTC), latest.instant, Twice::First);
    let last = later(around.load, AHEAD_OF_UTC).as_second();
    let time = time.filter(|time| (OLDEST..=last).contains(&time.instant.as_second()));
    let doubts = Doubts {
        zone_assumed: zone.is_none() && !header.names_zone(),
        year_by_load: latest.by_load && matches!(header, HeaderTime::Bsd { .. }),
    };
    HeaderSays { time: time.map(|time| (time, doubts)), clock: None }
}

impl Surroundings {
    /// What surrounds the lines of an object. A date of its key or of its last change that no load can meet is none: a clock that was
    /// never set.
    pub fn new(key: Option<KeyTime>, object: Option<Timestamp>, load: Timestamp) -> Self {
        let key = key.filter(|key| is_possible(key.start, load));
        let object = object.filter(|object| is_possible(ZonedTime::utc(*object), load));
        Self { key, object, load }
    }

    /// Whether a time is later than a clock can show that was read before the object's last change.
    pub fn is_after_object(&self, time: ZonedTime) -> bool {
        self.object.is_some_and(|object| time.instant > later(object, AHEAD_OF_UTC))
    }

    /// The time that chooses the index of an event whose own is [after the object's](Self::is_after_object): the key's, unless that is
    /// too, or else the object's.
    pub fn of_object(&self) -> Option<(TimeOrigin, ZonedTime)> {
        let key =
            self.key.map(|key| (TimeOrigin::Key, key.start)).filter(|(_, time)| !self.is_after_object(*time));
        key.or_else(|| Some((TimeOrigin::Object, ZonedTime::utc(self.object?))))
    }
}

/// Whether a time that a field, a collector or a key names can be the event's: log text must not name indices of any year. Clocks and
/// zones differ by a day at most.
pub fn is_possible(time: ZonedTime, load: Timestamp) -> bool {
    const DAY: i64 = 24 * 60 * 60;
    (OLDEST..=load.as_second().saturating_add(DAY)).contains(&time.instant.as_second())
}

fn later(instant: Timestamp, by: SignedDuration) -> Timestamp {
    instant.saturating_add(by).unwrap_or(instant)
}
