//! The date in the key of an S3 object.
//!
//! Takes a key, gives the hour or the day that its folders or its file name tell. What looks like a date by chance (the number of an
//! AWS account, a part number) is none.

use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, ToSpan};

use super::zone::{Zone, ZonedTime};

/// The hour or the day that a key names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTime {
    /// When it begins.
    pub start: ZonedTime,
    /// When the next one begins.
    pub end: Timestamp,
    /// When its day is over.
    pub day_end: Timestamp,
}

/// The date and hour in a key such as `ds_agent/2026/11/22/09_host_0.gz`, by the clock of `zone`.
///
/// | key | hour |
/// |---|---|
/// | `2026/11/22/09/x.gz`, `2026/11/22/09_host_0.gz` | 9 |
/// | `year=2026/month=11/day=22/hour=09/x.gz`, `dt=2026-11-22/hour=09/x.gz` | 9 |
/// | `2026-11-22/09/x.gz`, `20261122/x.gz`, `host-2026-11-22-09-15-33.gz`, `host.20261122T09.gz`, `2026112209.gz` | 9, or the whole day |
///
/// The last date among the folders counts, or else the first one in the file name. An hour is two digits that no digit follows.
pub fn in_key(key: &str, zone: &Zone) -> Option<KeyTime> {
    let (date, hour) = date_in(key)?;
    let start = date.at(hour.unwrap_or(0), 0, 0, 0);
    let day_end = instant(zone, date.tomorrow().ok()?.at(0, 0, 0, 0))?;
    let end = match hour {
        Some(_) => instant(zone, start.checked_add(1.hour()).ok()?)?,
        None => day_end,
    };
    Some(KeyTime { start: zone.read(start)?, end, day_end })
}

/// The time in a key by the groups of `pattern`, `year`, `month`, `day`, `hour`, `minute`, `second` and `microsecond`, by the clock of
/// `zone`. A group that the pattern has not, or that takes no part in a match, is the first of its kind.
pub fn by_pattern(key: &str, pattern: &regex::Regex, zone: &Zone) -> Option<KeyTime> {
    let groups = pattern.captures(key)?;
    let part =
        |name: &str, first: i32| groups.name(name).map_or(Some(first), |part| part.as_str().parse().ok());
    let small = |name: &str, first: i32| part(name, first).and_then(|number| i8::try_from(number).ok());
    let date =
        Date::new(i16::try_from(part("year", 2000)?).ok()?, small("month", 1)?, small("day", 1)?).ok()?;
    let nanosecond = part("microsecond", 0)?.checked_mul(1000)?;
    let time = Time::new(small("hour", 0)?, small("minute", 0)?, small("second", 0)?, nanosecond).ok()?;
    let start = zone.read(date.to_datetime(time))?;
    let day_end = instant(zone, date.tomorrow().ok()?.at(0, 0, 0, 0))?;
    Some(KeyTime { start, end: start.instant, day_end })
}

fn instant(zone: &Zone, clock: DateTime) -> Option<Timestamp> {
    zone.read(clock).map(|time| time.instant)
}

/// The date in a key, and the hour behind it.
fn date_in(key: &str) -> Option<(Date, Option<i8>)> {
    let parts: Vec<&str> = key.split('/').collect();
    let (file, folders) = parts.split_last()?;
    let dated = |at| in_three_parts(&parts, at).or_else(|| in_one_part(&parts, at));
    let in_file = || first_date(file).map(|(date, behind)| (date, hour_behind(behind)));
    (0..folders.len()).rev().find_map(dated).or_else(in_file)
}

/// `2026/11/22` or `year=2026/month=11/day=22` from this part on.
fn in_three_parts(parts: &[&str], at: usize) -> Option<(Date, Option<i8>)> {
    let [year, month, day, rest @ ..] = parts.get(at..)? else { return None };
    let date = match (hive(year), hive(month), hive(day)) {
        (None, None, None) if year.len() == 4 && month.len() == 2 => date(year, month, day),
        (Some(year), Some(month), Some(day)) => date(year, month, day),
        _ => None,
    };
    Some((date?, hour_of_next(rest)))
}

/// A folder with a whole date in its name: `dt=2026-11-22`, `logs-20261122`, or one with an hour behind it.
fn in_one_part(parts: &[&str], at: usize) -> Option<(Date, Option<i8>)> {
    let (date, behind) = first_date(parts.get(at)?)?;
    let next = parts.get(at + 1..).unwrap_or_default();
    Some((date, if behind.is_empty() { hour_of_next(next) } else { hour_behind(behind) }))
}

/// The hour of what stands behind a date: a folder that is nothing else, or the start of a file's name that is no address (`10.0.1.7`).
fn hour_of_next(parts: &[&str]) -> Option<i8> {
    let (part, rest) = parts.split_first()?;
    let part = hive(part).unwrap_or(part);
    let is_address = part.get(2..).and_then(|behind| behind.strip_prefix('.')).is_some_and(starts_with_digit);
    hour_at(part).filter(|_| part.len() == 2 || rest.is_empty() && !is_address)
}

/// The first date in a name, and what follows it.
fn first_date(name: &str) -> Option<(Date, &str)> {
    let mut is_inside_number = false;
    name.char_indices().find_map(|(at, c)| {
        let begins = c.is_ascii_digit() && !is_inside_number;
        is_inside_number = c.is_ascii_digit();
        begins.then(|| whole_date(name.get(at..)?)).flatten()
    })
}

/// The value of Hive's `name=value`.
fn hive(part: &str) -> Option<&str> {
    let (name, value) = part.split_once('=')?;
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_').then_some(value)
}

/// Reads the date that a text starts with, `2026-11-22`, `2026.11.22`, `2026_11_22` or `20261122`, and gives what follows it. The digits of a compact one are
/// exactly eight, or ten with the hour, or fourteen with the time of day: a number of twelve digits may be that of an AWS account.
fn whole_date(text: &str) -> Option<(Date, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if matches!(digits, 8 | 10 | 14) {
        let date = date(text.get(..4)?, text.get(4..6)?, text.get(6..8)?)?;
        return Some((date, text.get(8..)?));
    }
    let (date_text, behind) = text.split_at_checked("2026-11-22".len())?;
    let between = date_text.chars().nth(4).filter(|between| matches!(between, '-' | '.' | '_'))?;
    let mut numbers = date_text.split(between);
    let (year, month, day) = (numbers.next()?, numbers.next()?, numbers.next()?);
    if digits != 4 || month.len() != 2 || behind.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    Some((date(year, month, day)?, behind))
}

/// The hour behind a date: `-09`, `T09`, `_09`, `.09`, or without anything between.
fn hour_behind(text: &str) -> Option<i8> {
    hour_at(text.strip_prefix(['-', 'T', 't', '_', '.', ' ', '+']).unwrap_or(text))
}

/// The hour that a text starts with: two digits that no digit follows.
fn hour_at(text: &str) -> Option<i8> {
    let (hour, behind) = text.split_at_checked(2)?;
    let is_hour = hour.bytes().all(|byte| byte.is_ascii_digit()) && !starts_with_digit(behind);
    hour.parse().ok().filter(|hour| is_hour && (0..24).contains(hour))
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

/// A date in which an object can have been written.
fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    let number = |text: &str| -> Option<i8> {
        (text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
    };
    let year: i16 = Some(year).filter(|year| year.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()?;
    (1990..2200).contains(&year).then(|| Date::new(year, number(month)?, number(day)?).ok())?
}
