//! When an event happened: the choice among the times that a line, its record and its object name.
//!
//! Takes times already read and the section's settings, gives one time and where it came from. Knows no clock: the
//! load time is an argument.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime;
use jiff::fmt::temporal::{DateTimePrinter, Pieces};
use jiff::tz::Offset;

use super::syslog::HeaderTime;

/// How a time text is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// Seconds or milliseconds since 1970.
    Epoch,
    /// RFC 3164 without a year.
    Syslog,
    /// ISO 8601.
    Iso8601,
    /// strptime.
    Strptime(String),
}

/// A point in time together with the offset it was written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZonedTime {
    /// The instant.
    pub instant: Timestamp,
    /// Its distance from UTC where it was written.
    pub offset: Offset,
}

/// Which time `@timestamp` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// A field that `timestamp_key` names.
    Field,
    /// The syslog header.
    Syslog,
    /// fluentd's `timestamp`: when it read the line.
    Fluentd,
    /// The date in the S3 key.
    Key,
    /// When S3 took the object.
    Object,
    /// Now.
    Load,
}

impl Origin {
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
    pub key: Option<ZonedTime>,
    /// When S3 took the object.
    pub object: Option<Timestamp>,
    /// Now.
    pub load: Timestamp,
    /// Zone of a time that names none.
    pub default_offset: Option<Offset>,
}

/// A header time may be this much ahead of fluentd's: clocks differ.
const MAX_AHEAD_SECONDS: i64 = 5 * 60;

/// A header time may be this much older than fluentd's: an outage lasted so long, a longer one is a wrong year.
const MAX_AGE_SECONDS: i64 = 31 * 24 * 60 * 60;

impl ZonedTime {
    /// A time in UTC.
    pub fn utc(instant: Timestamp) -> Self {
        Self { instant, offset: Offset::UTC }
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
}

/// The time of an event that no `timestamp_key` decides: the header's with year and offset from fluentd's `timestamp`, if that can
/// be, or else fluentd's, the key's, the object's or the load time.
pub fn choose(
    header: Option<HeaderTime>,
    fluentd: Option<ZonedTime>,
    around: &Surroundings,
) -> (ZonedTime, Origin) {
    let first = candidates(header, fluentd, around).find_map(|(origin, time)| Some((time?, origin)));
    first.unwrap_or((ZonedTime::utc(around.load), Origin::Load))
}

/// The times that [`choose`] chooses from, best first. `None` stands for a header time that cannot be.
pub(crate) fn candidates(
    header: Option<HeaderTime>,
    fluentd: Option<ZonedTime>,
    around: &Surroundings,
) -> impl Iterator<Item = (Origin, Option<ZonedTime>)> {
    let header = header.map(|header| match fluentd {
        Some(read) => against_fluentd(header, read, around),
        None => without_fluentd(header, around),
    });
    [
        header.map(|time| (Origin::Syslog, time)),
        fluentd.map(|time| (Origin::Fluentd, Some(time))),
        around.key.map(|time| (Origin::Key, Some(time))),
        around.object.map(|time| (Origin::Object, Some(ZonedTime::utc(time)))),
        Some((Origin::Load, Some(ZonedTime::utc(around.load)))),
    ]
    .into_iter()
    .flatten()
}

fn against_fluentd(header: HeaderTime, read: ZonedTime, around: &Surroundings) -> Option<ZonedTime> {
    let time = match header {
        HeaderTime::Bsd { .. } => {
            latest_year(header, around.default_offset.unwrap_or(read.offset), read.instant)?
        }
        _ => full(header, around.default_offset.unwrap_or(read.offset))?,
    };
    let age = read.instant.as_second() - time.instant.as_second();
    (-MAX_AHEAD_SECONDS..=MAX_AGE_SECONDS).contains(&age).then_some(time)
}

/// Without fluentd's time there is nothing that says when the line was read, only when it was there at the latest.
fn without_fluentd(header: HeaderTime, around: &Surroundings) -> Option<ZonedTime> {
    let latest = around.object.unwrap_or(around.load);
    let offset = around.default_offset.or(around.key.map(|key| key.offset)).unwrap_or(Offset::UTC);
    let time = match header {
        HeaderTime::Bsd { .. } => {
            // The object may have been copied years later; the date in its key then tells the year.
            let key_end =
                around.key.and_then(|key| key.instant.checked_add(jiff::SignedDuration::from_hours(25)).ok());
            latest_year(header, offset, key_end.map_or(latest, |end| end.min(latest)))?
        }
        _ => full(header, offset)?,
    };
    (time.instant.as_second() - around.load.as_second() <= MAX_AHEAD_SECONDS).then_some(time)
}

fn full(header: HeaderTime, offset: Offset) -> Option<ZonedTime> {
    match header {
        HeaderTime::Zoned(instant, offset) => Some(ZonedTime { instant, offset }),
        HeaderTime::Civil(civil) => Some(ZonedTime { instant: offset.to_timestamp(civil).ok()?, offset }),
        HeaderTime::Bsd { .. } => None,
    }
}

/// The header's date in the latest year in which it is not after `latest` (but for the clocks' difference).
fn latest_year(header: HeaderTime, offset: Offset, latest: Timestamp) -> Option<ZonedTime> {
    let HeaderTime::Bsd { month, day, hour, minute, second, nanosecond } = header else { return None };
    let time = Time::new(hour, minute, second, nanosecond).ok()?;
    let this_year = offset.to_datetime(latest).year();
    // The clocks' difference reaches into the next year for its first minutes only.
    let nearest = if (month, day) == (1, 1) { 0 } else { 1 };
    // February 29 may lie up to eight years back (1896 to 1904).
    (nearest..=8).map(|back| this_year + 1 - back).find_map(|year| {
        let date = Date::new(year, month, day).ok()?;
        let instant = offset.to_timestamp(DateTime::from_parts(date, time)).ok()?;
        (instant.as_second() - latest.as_second() <= MAX_AHEAD_SECONDS)
            .then_some(ZonedTime { instant, offset })
    })
}

/// Whether a time that a field of the event names can be the event's: log text must not name indices of any year. Clocks and
/// zones differ by a day at most.
pub fn is_possible(time: ZonedTime, load: Timestamp) -> bool {
    const DAY: i64 = 24 * 60 * 60;
    (0..=load.as_second().saturating_add(DAY)).contains(&time.instant.as_second())
}

/// Reads ISO 8601 with an offset, as fluentd's `%FT%T%:z` writes it; without an offset, `default` stands in.
pub fn parse_iso8601(text: &str, default: Option<Offset>) -> Option<ZonedTime> {
    let pieces = Pieces::parse(text.trim()).ok()?;
    let time = pieces.time().unwrap_or_default();
    let offset = pieces.to_numeric_offset().or(default)?;
    Some(ZonedTime { instant: offset.to_timestamp(DateTime::from_parts(pieces.date(), time)).ok()?, offset })
}

/// Reads fluentd's `timestamp` in the forms that its configurations give it: ISO 8601 with an offset, written with or without a
/// colon, or seconds since 1970. Without an offset it says nothing of the zone, and is not read.
pub fn parse_fluentd(text: &str) -> Option<ZonedTime> {
    let text = text.trim();
    parse_iso8601(text, None)
        .or_else(|| {
            let parsed = ["%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%dT%H:%M:%S%.f%z", "%d/%b/%Y:%H:%M:%S %z"]
                .iter()
                .find_map(|pattern| strtime::parse(pattern, text).ok())?;
            Some(ZonedTime { instant: parsed.to_timestamp().ok()?, offset: parsed.offset()? })
        })
        .or_else(|| Some(ZonedTime::utc(parse_epoch(text)?)))
}

/// Reads a time by `timestamp_format`.
pub fn parse(
    text: &str,
    format: &TimeFormat,
    latest: Timestamp,
    default: Option<Offset>,
) -> Option<ZonedTime> {
    let text = text.trim();
    let offset = default.unwrap_or(Offset::UTC);
    match format {
        TimeFormat::Iso8601 => parse_iso8601(text, Some(offset)),
        TimeFormat::Epoch => Some(ZonedTime { instant: parse_epoch(text)?, offset }),
        TimeFormat::Syslog => match crate::parse::syslog::parse(text).time? {
            header @ HeaderTime::Bsd { .. } => latest_year(header, offset, latest),
            header => full(header, offset),
        },
        TimeFormat::Strptime(pattern) => {
            let parsed = strtime::parse(pattern, text).ok()?;
            if let Ok(instant) = parsed.to_timestamp() {
                return Some(ZonedTime { instant, offset: parsed.offset().unwrap_or(offset) });
            }
            let civil =
                parsed.to_datetime().or_else(|_| parsed.to_date().map(|date| date.at(0, 0, 0, 0))).ok()?;
            Some(ZonedTime { instant: offset.to_timestamp(civil).ok()?, offset })
        }
    }
}

/// Seconds since 1970 with or without a fraction, or milli-, micro- or nanoseconds: told apart by their size, as no event
/// is from after the year 5138.
fn parse_epoch(text: &str) -> Option<Timestamp> {
    const MILLI: i128 = 100_000_000_000;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: i128 = whole.parse().ok()?;
    let nanosecond = match whole.unsigned_abs() {
        n if n < MILLI.unsigned_abs() => {
            let digits: String = fraction.chars().chain(std::iter::repeat('0')).take(9).collect();
            let fraction: i128 = digits.parse().ok()?;
            whole.checked_mul(1_000_000_000)?.checked_add(if whole < 0 { -fraction } else { fraction })?
        }
        n if n < MILLI.unsigned_abs() * 1_000 => whole.checked_mul(1_000_000)?,
        n if n < MILLI.unsigned_abs() * 1_000_000 => whole.checked_mul(1_000)?,
        _ => whole,
    };
    Timestamp::from_nanosecond(nanosecond).ok()
}

/// The date and hour in a key such as `ds_agent/2026/11/22/09_host_0.gz`, in the zone `offset`.
pub fn in_key(key: &str, offset: Offset) -> Option<ZonedTime> {
    let parts: Vec<&str> = key.split('/').collect();
    parts.windows(3).enumerate().rev().find_map(|(at, date)| {
        let [year, month, day] = date else { return None };
        if year.len() != 4 || month.len() != 2 || day.len() > 2 {
            return None;
        }
        let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
        let hour = parts
            .get(at + 3)
            .and_then(|rest| rest.get(..2))
            .and_then(|hour| hour.parse::<i8>().ok())
            .filter(|hour| (0..24).contains(hour))
            .unwrap_or(0);
        let instant = offset.to_timestamp(date.at(hour, 0, 0, 0)).ok()?;
        Some(ZonedTime { instant, offset })
    })
}
