//! The time in a syslog header, in the forms that senders and relays give it.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_while_m_n};
use nom::character::complete::{char, digit1, one_of, space1};
use nom::combinator::{all_consuming, eof, map, map_opt, opt, peek, value, verify};
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use crate::bytes::table::fact_table;

/// A time as the header writes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HeaderTime {
    /// RFC 3164: no year, and mostly no zone.
    Bsd {
        /// 1 to 12.
        month: i8,
        /// 1 to 31.
        day: i8,
        /// The time of day.
        time: Time,
        /// The distance from UTC, where the header names one.
        offset: Option<Offset>,
    },
    /// A full date with its offset from UTC.
    Zoned(Timestamp, Offset),
    /// A full date without an offset.
    Civil(DateTime),
}

impl HeaderTime {
    /// Whether it names its zone.
    pub fn names_zone(&self) -> bool {
        match self {
            Self::Zoned(..) => true,
            Self::Bsd { offset, .. } => offset.is_some(),
            Self::Civil(_) => false,
        }
    }
}

/// Reads the time at the start of a header, without priority and version (rules F2, F3); nothing inside where no calendar has that time
/// (rule F7).
pub(super) fn time(input: &str) -> IResult<&str, Option<HeaderTime>> {
    let behind_weekday = preceded(weekday, alt((bsd_time, iso_time, day_first)));
    alt((bsd_time, iso_time, bracketed_time, day_first, behind_weekday)).parse(input)
}

/// Reads RFC 5424's version and time, as they stand behind `<PRI>` (rule F4).
pub(super) fn protocol_time(input: &str) -> IResult<&str, Option<HeaderTime>> {
    let nil = value(None, (char('-'), end_of_word));
    preceded(version, alt((iso_time, nil, epoch))).parse(input)
}

/// Reads RFC 5424's version and the blank behind it.
pub(super) fn version(input: &str) -> IResult<&str, ()> {
    value((), (number(1, 2), char(' '))).parse(input)
}

/// Whether a word behind a time is that of a zone, of which it is not known how far it is from UTC: `PDT`, `Europe/Berlin`, `PM`.
pub(super) fn is_unknown_zone(word: &str) -> bool {
    let is_abbreviation = (3..=5).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_uppercase())
            && part.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
    };
    let is_name = || word.contains('/') && word.split('/').all(is_part);
    is_abbreviation || matches!(word, "AM" | "PM") || is_name()
}

/// Reads RFC 3164's `Oct  2 16:41:16`, with a year before the month, behind the day or behind the time as some relays write it, with an
/// offset or the abbreviation of a zone, and with the sign of a clock that is not set by a server (rule F2).
fn bsd_time(input: &str) -> IResult<&str, Option<HeaderTime>> {
    let (input, _) = opt(one_of("*.")).parse(input)?;
    let (input, year_first) = opt(terminated(year, space1)).parse(input)?;
    let (input, month) = month(input)?;
    let (input, day) = preceded(space1, day).parse(input)?;
    let (input, year_before) = opt(preceded(space1, year)).parse(input)?;
    let (input, _) = space1(input)?;
    let (input, of_day) = of_day(input)?;
    Ok((input, of_day.on(year_first.or(year_before), month, day)))
}

/// Reads a date whose day stands before the month: `23 Sep 2022 09:51:24`, or with `-` or `/` for the blanks.
fn day_first(input: &str) -> IResult<&str, Option<HeaderTime>> {
    let between = || one_of(" -/");
    let (input, (day, _, month)) = (day, between(), month).parse(input)?;
    let (input, year) = opt(preceded(between(), year)).parse(input)?;
    let (input, _) = one_of(" :")(input)?;
    let (input, of_day) = of_day(input)?;
    Ok((input, of_day.on(year, month, day)))
}

/// Reads ISO 8601's `2021-10-06T01:29:43.123-07:00`, the offset with or without its colon, as the abbreviation of a zone, or left out
/// (rule F3).
fn iso_time(input: &str) -> IResult<&str, Option<HeaderTime>> {
    let (input, ((year, month, day), _)) = (iso_date, one_of("Tt ")).parse(input)?;
    let (input, of_day) = of_day(input)?;
    Ok((input, of_day.on(Some(year), month, day)))
}

/// Reads the same in brackets.
fn bracketed_time(input: &str) -> IResult<&str, Option<HeaderTime>> {
    let clock = (clock, opt(offset));
    let inside = (iso_date, preceded(one_of("Tt "), clock));
    let (input, ((year, month, day), (clock, offset))) =
        delimited(char('['), inside, (char(']'), opt(char(':')), end_of_word)).parse(input)?;
    Ok((input, OfDay { clock, year: None, offset }.on(Some(year), month, day)))
}

/// Reads seconds since 1970, with or without a fraction, in place of [`time`].
pub(super) fn epoch(input: &str) -> IResult<&str, Option<HeaderTime>> {
    let seconds = map_opt(take_while_m_n(10, 10, is_digit), |digits: &str| digits.parse().ok());
    let fraction = opt(preceded(char('.'), map(digit1, nanoseconds)));
    let read = map_opt((seconds, fraction), |(seconds, fraction)| {
        let instant = Timestamp::new(seconds, fraction.unwrap_or(0)).ok()?;
        Some(Some(HeaderTime::Zoned(instant, Offset::UTC)))
    });
    terminated(read, end_of_word).parse(input)
}

/// What stands behind the date.
struct OfDay {
    /// The time of day; nothing where no clock shows it.
    clock: Option<Time>,
    /// The year, where it stands behind the time of day.
    year: Option<i16>,
    /// How far the clock is from UTC, where that is told; nothing inside where no clock is that far.
    offset: Option<Option<Offset>>,
}

/// Reads the time of day, and the zone and the year behind it.
fn of_day(input: &str) -> IResult<&str, OfDay> {
    let (input, (clock, offset)) = (clock, opt(offset)).parse(input)?;
    let (input, _) = (opt(char(':')), end_of_word).parse(input)?;
    // Nearly always a host follows, which begins with none of these.
    let mut behind = input.trim_start().bytes();
    if !behind
        .next()
        .is_some_and(|first| first.is_ascii_uppercase() || matches!(first, b'0'..=b'9' | b'+' | b'-'))
    {
        return Ok((input, OfDay { clock, year: None, offset }));
    }
    let year = |input| opt(delimited(space1, year, end_of_word)).parse(input);
    let (input, year_before) = year(input)?;
    let (input, zone) = opt(preceded(space1, zone)).parse(input)?;
    let (input, year_behind) = if zone.is_some() { year(input)? } else { (input, None) };
    Ok((input, OfDay { clock, year: year_before.or(year_behind), offset: offset.or(zone) }))
}

impl OfDay {
    /// The time on this day, of the year that stands before it or behind it.
    fn on(self, year: Option<i16>, month: i8, day: i8) -> Option<HeaderTime> {
        let Self { clock, year: year_behind, offset } = self;
        let offset = match offset {
            None => None,
            Some(offset) => Some(offset?),
        };
        let time = clock?;
        let Some(year) = year.or(year_behind) else {
            // Any leap year will do: which one it was is not known here.
            Date::new(2000, month, day).ok()?;
            return Some(HeaderTime::Bsd { month, day, time, offset });
        };
        let civil = Date::new(year, month, day).ok()?.to_datetime(time);
        match offset {
            None => Some(HeaderTime::Civil(civil)),
            Some(offset) => Some(HeaderTime::Zoned(offset.to_timestamp(civil).ok()?, offset)),
        }
    }
}

/// Reads a zone behind a time: its abbreviation (`JST`), its distance from UTC (`+0900`), both (`+0900 JST`), or one from the other
/// (`GMT+09:00`), and a colon behind it.
pub(crate) fn zone(input: &str) -> IResult<&str, Option<Offset>> {
    let (rest, offset) = alt((apart, from_utc, map(abbreviation, Some))).parse(input)?;
    let (rest, _) = (opt(char(':')), end_of_word).parse(rest)?;
    let (rest, _) = match input.as_bytes().first() {
        Some(b'+' | b'-') => opt((space1, abbreviation, end_of_word)).parse(rest)?,
        _ => (rest, None),
    };
    Ok((rest, offset))
}

/// Reads the abbreviation of a zone that is known.
fn abbreviation(input: &str) -> IResult<&str, Offset> {
    let capitals = take_while_m_n(1, 5, |character: char| character.is_ascii_uppercase());
    terminated(map_opt(capitals, offset_of_abbreviation), peek(alt((value((), char(':')), end_of_word))))
        .parse(input)
}

/// Reads `GMT+02:00` and `UTC-5`.
fn from_utc(input: &str) -> IResult<&str, Option<Offset>> {
    let minutes = opt(preceded(opt(char(':')), two_digits));
    let distance = (one_of("+-"), alt((two_digits, one_digit)), minutes);
    let known = map(distance, |(sign, hours, minutes)| distance_from_utc(sign, hours, minutes));
    preceded(alt((tag("GMT"), tag("UTC"), tag("UT"))), known).parse(input)
}

/// The abbreviations of zones, each with its distance from UTC where it means only one.
static ZONES: LazyLock<Vec<(&str, Option<Offset>)>> = LazyLock::new(|| {
    fact_table!("config/zone_abbreviations.csv").rows(|row| {
        let (name, text) = (row.cell("name")?, row.cell("offset")?);
        let read = all_consuming(offset).parse(text).ok().and_then(|(_, offset)| offset);
        if read.is_none() && !text.is_empty() {
            return Err(row.error("no offset"));
        }
        Ok((name, read))
    })
});

/// The distance from UTC of an abbreviation of a zone that means only one.
fn offset_of_abbreviation(name: &str) -> Option<Offset> {
    ZONES.iter().find(|(known, _)| *known == name)?.1
}

/// Whether a word is the abbreviation of a zone that means several.
pub(super) fn is_ambiguous_zone(word: &str) -> bool {
    ZONES.iter().any(|(known, offset)| *known == word && offset.is_none())
}

/// Reads a time of day; nothing inside where no clock shows it.
fn clock(input: &str) -> IResult<&str, Option<Time>> {
    let seconds = preceded(char(':'), two_digits);
    let minutes = preceded(char(':'), two_digits);
    let fraction = opt(preceded(one_of(".,"), map(digit1, nanoseconds)));
    map((two_digits, minutes, seconds, fraction), |(hour, minute, second, fraction)| {
        Time::new(hour, minute, second, fraction.unwrap_or(0)).ok()
    })
    .parse(input)
}

/// The digits of a fraction of a second; those behind the ninth are cut off.
fn nanoseconds(digits: &str) -> i32 {
    digits
        .bytes()
        .chain(std::iter::repeat(b'0'))
        .take(9)
        .fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0'))
}

/// `Z` or `-07:00`; nothing inside where no clock is that far from UTC.
fn offset(input: &str) -> IResult<&str, Option<Offset>> {
    alt((value(Some(Offset::UTC), one_of("Zz")), apart)).parse(input)
}

/// `-07:00`, `-0700` or `-07`.
fn apart(input: &str) -> IResult<&str, Option<Offset>> {
    let minutes = opt(preceded(opt(char(':')), two_digits));
    map((one_of("+-"), two_digits, minutes), |(sign, hours, minutes)| distance_from_utc(sign, hours, minutes))
        .parse(input)
}

fn distance_from_utc(sign: char, hours: i8, minutes: Option<i8>) -> Option<Offset> {
    let (hours, minutes) = (i32::from(hours), i32::from(minutes.unwrap_or(0)));
    let seconds = hours * 3600 + minutes * 60;
    let known = hours < 24 && minutes < 60;
    known.then(|| Offset::from_seconds(if sign == '-' { -seconds } else { seconds }).ok())?
}

/// Reads the name of a day in front of a date, with a comma or without.
fn weekday(input: &str) -> IResult<&str, ()> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let is_day = |letters: &&str| DAYS.iter().any(|day| letters.eq_ignore_ascii_case(day));
    value((), (verify(take(3_usize), is_day), opt(char(',')), space1)).parse(input)
}

fn iso_date(input: &str) -> IResult<&str, (i16, i8, i8)> {
    let (input, (year, between)) = (number(4, 4), one_of("-/")).parse(input)?;
    let (input, (month, _, day)) = (two_digits, char(between), two_digits).parse(input)?;
    Ok((input, (year, month, day)))
}

/// Reads the English name of a month, of which the first three letters count.
pub(crate) fn month(input: &str) -> IResult<&str, i8> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let number = |letters: &str| {
        let mut months = (1..).zip(MONTHS);
        months.find(|(_, month)| letters.eq_ignore_ascii_case(month)).map(|(number, _)| number)
    };
    map_opt(take(3_usize), number).parse(input)
}

/// A year in which this can have been written: any other number is a host.
fn year(input: &str) -> IResult<&str, i16> {
    verify(number(4, 4), |year| (1970..2200).contains(year)).parse(input)
}

/// One or two digits.
fn day(input: &str) -> IResult<&str, i8> {
    alt((two_digits, one_digit)).parse(input)
}

fn two_digits(input: &str) -> IResult<&str, i8> {
    // Each time has up to six of these.
    map_opt(take(2_usize), |digits: &str| match digits.as_bytes() {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => i8::try_from((tens - b'0') * 10 + (ones - b'0')).ok(),
        _ => None,
    })
    .parse(input)
}

fn one_digit(input: &str) -> IResult<&str, i8> {
    map_opt(number(1, 1), |number| i8::try_from(number).ok()).parse(input)
}

/// So many digits as a number.
pub(super) fn number<'a>(
    least: usize,
    most: usize,
) -> impl Parser<&'a str, Output = i16, Error = nom::error::Error<&'a str>> {
    map_opt(take_while_m_n(least, most, is_digit), |digits: &str| digits.parse().ok())
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

fn end_of_word(input: &str) -> IResult<&str, ()> {
    peek(alt((value((), eof), value((), space1)))).parse(input)
}
