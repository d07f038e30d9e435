//! Texts as times: a collector's, and those that `timestamp_format` describes.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;
use serde_json::Value;

use super::header::{ReadTime, Twice, read_header};
use super::zone::{Zone, ZonedTime};
use crate::parse::syslog;
use crate::parse::syslog::HeaderTime;

/// How a time text is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// Seconds, milli-, micro- or nanoseconds since 1970.
    Epoch,
    /// RFC 3164 without a year.
    Syslog,
    /// ISO 8601.
    Iso8601,
    /// strptime.
    Strptime(String),
}

/// When a collector read a line, as it writes that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CollectorTime {
    /// An instant, and the zone that the collector writes it in.
    Zoned(ZonedTime),
    /// An instant that says nothing of a zone: a number.
    Instant(Timestamp),
    /// What the collector's clock showed, in a zone that is not told.
    Clock(DateTime),
}

/// Reads ISO 8601 with an offset, as fluentd's `%FT%T%:z` writes it; without an offset, `default` stands in.
pub fn parse_iso8601(text: &str, default: Option<Offset>) -> Option<ZonedTime> {
    let (clock, offset) = iso8601(text)?;
    ZonedTime::of_clock(clock, offset.or(default)?)
}

/// Reads what a collector says of the time, in the forms that collectors have: ISO 8601; those of headers with their year, such as RFC
/// 2822's; a number of seconds, milli-, micro- or nanoseconds since 1970, or two of seconds and nanoseconds; a date of digits alone;
/// MongoDB's `{"$date": …}`. A number that means a day before the year 2000 is something else.
pub fn parse_collector(text: &str) -> Option<CollectorTime> {
    const YEAR_2000: i64 = 946_684_800;
    let text = text.trim();
    if let Some(time) = parse_digits(text) {
        return Some(time);
    }
    if let Some(instant) = parse_epoch(text) {
        return (instant.as_second() >= YEAR_2000).then_some(CollectorTime::Instant(instant));
    }
    let pieces = Pieces::parse(text).ok();
    // A date alone says less than the key of the object.
    if let Some(pieces) = pieces
        && let Some(clock) = pieces.time()
    {
        let clock = DateTime::from_parts(pieces.date(), clock);
        return match pieces.to_numeric_offset() {
            Some(offset) => ZonedTime::of_clock(clock, offset).map(CollectorTime::Zoned),
            None => Some(CollectorTime::Clock(clock)),
        };
    }
    parse_written(text).or_else(|| parse_json(text))
}

/// The forms that fewer collectors have: those of headers, as far as they name the year.
fn parse_written(text: &str) -> Option<CollectorTime> {
    match syslog::time_of_field(text) {
        Some((HeaderTime::Zoned(instant, offset), "")) => {
            Some(CollectorTime::Zoned(ZonedTime { instant, offset }))
        }
        Some((HeaderTime::Civil(clock), "")) => Some(CollectorTime::Clock(clock)),
        _ => None,
    }
}

/// Reads a date and a time of day of nothing but digits, `20220923095124`: as milliseconds since 1970 it would be of after the year 2286.
fn parse_digits(text: &str) -> Option<CollectorTime> {
    let is_written = text.len() == 14 && (text.starts_with("19") || text.starts_with("20"));
    let parsed = is_written.then(|| strtime::parse("%Y%m%d%H%M%S", text).ok())??;
    parsed.to_datetime().ok().map(CollectorTime::Clock)
}

/// The forms that are JSON: `[SECONDS, NANOSECONDS]`, and MongoDB's `{"$date": …}` and `{"$date": {"$numberLong": "…"}}`.
fn parse_json(text: &str) -> Option<CollectorTime> {
    if !text.starts_with(['[', '{']) {
        return None;
    }
    match serde_json::from_str(text).ok()? {
        Value::Array(parts) => {
            let [seconds, nanoseconds] = parts.as_slice() else { return None };
            let nanoseconds = i32::try_from(nanoseconds.as_u64()?).ok()?;
            let instant = Timestamp::new(seconds.as_i64()?, nanoseconds).ok()?;
            parse_epoch(&seconds.to_string()).filter(|read| read.as_second() == instant.as_second())?;
            Some(CollectorTime::Instant(instant))
        }
        Value::Object(fields) => {
            let date = fields.get("$date")?;
            let date = date.get("$numberLong").unwrap_or(date);
            parse_collector(date.as_str().map_or_else(|| date.to_string(), str::to_owned).as_str())
        }
        _ => None,
    }
}

/// Reads a time by `timestamp_format`. A year that the text does not name is the latest in which the time is not after `latest`.
pub fn parse(text: &str, format: &TimeFormat, latest: Timestamp, zone: Option<&Zone>) -> Option<ReadTime> {
    let text = text.trim();
    let in_zone = |clock: DateTime| {
        let time = zone.unwrap_or(&Zone::UTC).read(clock)?;
        Some(ReadTime { time, zone_assumed: zone.is_none(), year_assumed: false })
    };
    let written = |time: ZonedTime| ReadTime { time, zone_assumed: false, year_assumed: false };
    match format {
        TimeFormat::Iso8601 => match iso8601(text)? {
            (clock, Some(offset)) => ZonedTime::of_clock(clock, offset).map(written),
            (clock, None) => in_zone(clock),
        },
        TimeFormat::Epoch => Some(written(zone.unwrap_or(&Zone::UTC).show(parse_epoch(text)?))),
        TimeFormat::Syslog => {
            let (header, _) = syslog::time_of_field(text)?;
            let time = read_header(header, zone.unwrap_or(&Zone::UTC), latest, Twice::First)?;
            Some(ReadTime {
                time,
                zone_assumed: zone.is_none() && !header.names_zone(),
                year_assumed: matches!(header, HeaderTime::Bsd { .. }),
            })
        }
        TimeFormat::Strptime(pattern) => {
            let parsed = strtime::parse(pattern, text).ok().or_else(|| in_utc(pattern, text))?;
            if let Ok(instant) = parsed.to_timestamp() {
                return Some(written(match parsed.offset() {
                    Some(offset) => ZonedTime { instant, offset },
                    None => zone.unwrap_or(&Zone::UTC).show(instant),
                }));
            }
            let date = || parsed.to_date().map(|date| date.at(0, 0, 0, 0));
            in_zone(parsed.to_datetime().or_else(|_| date()).ok()?)
        }
    }
}

/// Reads a text that has the letter `Z`, which is UTC, where the pattern has an offset: Python's `%z` takes both.
fn in_utc(pattern: &str, text: &str) -> Option<BrokenDownTime> {
    let with_letter = pattern.replace("%:z", "%z").replace("%z", "Z");
    let mut parsed = strtime::parse(&with_letter, text).ok().filter(|_| with_letter != pattern)?;
    parsed.set_offset(Some(Offset::UTC));
    Some(parsed)
}

fn iso8601(text: &str) -> Option<(DateTime, Option<Offset>)> {
    let pieces = Pieces::parse(text.trim()).ok()?;
    let clock = DateTime::from_parts(pieces.date(), pieces.time().unwrap_or_default());
    Some((clock, pieces.to_numeric_offset()))
}

/// Seconds since 1970 or milli-, micro- or nanoseconds: told apart by their size, as no event is from after the year 5138. The number
/// may have a fraction and an exponent, as some writers of JSON give it.
fn parse_epoch(text: &str) -> Option<Timestamp> {
    /// More digits than any time has.
    const LONGEST: usize = 40;
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse().ok()?),
        None => (text, 0),
    };
    let (is_negative, number) = match number.strip_prefix('-') {
        Some(number) => (true, number),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let mut digits = [whole, fraction].concat();
    if whole.is_empty() || digits.len() > LONGEST || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // So many digits stand before the point, once the exponent is carried out.
    let whole = whole.len().checked_add_signed(exponent).filter(|whole| *whole <= LONGEST)?;
    digits.extend(std::iter::repeat_n('0', (whole + 9).saturating_sub(digits.len())));
    let units: u128 = digits.get(..whole)?.parse().ok().or_else(|| (whole == 0).then_some(0))?;
    // The size of the number tells its unit.
    let nanosecond_digits =
        [(11, 9), (14, 6), (17, 3)].into_iter().find(|(most, _)| units < 10_u128.pow(*most));
    let nanosecond_digits = nanosecond_digits.map_or(0, |(_, digits)| digits);
    let nanosecond: i128 = digits.get(..whole + nanosecond_digits)?.parse().ok()?;
    Timestamp::from_nanosecond(if is_negative { -nanosecond } else { nanosecond }).ok()
}
