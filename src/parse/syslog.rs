//! The syslog header in front of an event: RFC 3164, RFC 5424, octet counts (RFC 6587), ISO 8601 times, headers of relays, or
//! nothing at all.
//!
//! A time that has no year or no zone stays so here: `time` decides about it.

use std::net::IpAddr;
use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_while_m_n};
use nom::character::complete::{char, digit1, one_of, space1};
use nom::combinator::{all_consuming, eof, map, map_opt, opt, peek, value, verify};
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

use crate::bytes::slice::part;
use crate::bytes::table;
use crate::bytes::table::FactTable;
use crate::bytes::trim::trim;

/// What stands before the marker: trimmed, without a byte order mark (rule H1).
pub(crate) fn trimmed_prefix(text: &str) -> &str {
    let text = trim(text);
    // The mark is no ASCII, and what is trimmed by now needs no second look.
    if text.is_ascii() { text } else { text.trim_start_matches('\u{feff}').trim_start() }
}

/// A field of the syslog header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyslogField {
    /// `syslog.hostname`
    Hostname,
    /// `syslog.priority`
    Priority,
    /// `syslog.appname`
    Appname,
}

/// A time as the header writes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HeaderTime {
    /// RFC 3164: no year, and mostly no zone.
    Bsd {
        /// 1 to 12.
        month: i8,
        /// 1 to 31.
        day: i8,
        /// 0 to 23.
        hour: i8,
        /// 0 to 59.
        minute: i8,
        /// 0 to 59.
        second: i8,
        /// Fraction of the second.
        nanosecond: i32,
        /// The distance from UTC, where the header names one.
        offset: Option<Offset>,
    },
    /// A full date with its offset from UTC.
    Zoned(jiff::Timestamp, jiff::tz::Offset),
    /// A full date without an offset.
    Civil(jiff::civil::DateTime),
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

/// What the header says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyslogHeader<'a> {
    /// `<PRI>`: 8 × facility + severity, 0 to 191.
    pub priority: Option<u8>,
    /// The time, if it could be read.
    pub time: Option<HeaderTime>,
    /// The host that sent the line: one word that can be a host.
    pub hostname: Option<&'a str>,
    /// A tag such as `syslog:` between host and event, without its colon.
    pub appname: Option<&'a str>,
}

/// Reads the header from the text that stands before the marker.
///
/// In front may stand an octet count and the priority (rule F1). Then comes a time, without which nothing more is read (rule F7):
/// RFC 3164's (rule F2), ISO 8601's (rule F3), or RFC 5424's version and time (rule F4). What follows is the host and a tag
/// (rules F5, F6).
///
/// ```
/// use es_loader::parse::syslog;
///
/// let header = syslog::parse("<13>Oct  2 16:41:16 web01 dsa[12]:");
/// assert_eq!((header.priority, header.hostname, header.appname), (Some(13), Some("web01"), Some("dsa")));
/// assert_eq!(syslog::parse("some words").hostname, None);
/// ```
pub fn parse(prefix: &str) -> SyslogHeader<'_> {
    let text = trimmed_prefix(prefix);
    let (text, priority) = preceded(opt(octet_count), opt(priority)).parse(text).unwrap_or((text, None));
    let header = SyslogHeader { priority: priority.flatten(), ..SyslogHeader::default() };
    let text = text.trim_start();
    if let Ok((rest, time)) = protocol_time(text) {
        return match host_and_app(rest) {
            Some((hostname, appname)) => SyslogHeader { time, hostname, appname, ..header },
            None => SyslogHeader { time, ..header }.with_sender(rest),
        };
    }
    match alt((bsd_time, iso_time, bracketed_time)).parse(text) {
        Ok((rest, time)) => match unknown_zone(rest) {
            // Whose clock this is, nobody can tell: it says nothing of the time.
            Some(behind) => header.with_sender(behind),
            None => SyslogHeader { time, ..header }.with_sender(rest),
        },
        Err(_) => header,
    }
}

/// Whether the text before the marker says that the line goes on in the next one: `TIME stdout P`, as the Container Runtime Interface
/// (CRI) writes it.
pub(crate) fn is_partial(prefix: &str) -> bool {
    // Nearly no line starts with the year.
    if prefix.as_bytes().get(4) != Some(&b'-') {
        return false;
    }
    let behind_time = prefix.split_once(' ').map_or("", |(_, behind)| behind);
    container_stream(behind_time).is_some_and(|(tags, _)| tags.split(':').next() == Some("P"))
}

/// The tags of CRI, behind the name of a stream, and what follows them.
fn container_stream(text: &str) -> Option<(&str, &str)> {
    let behind = text.strip_prefix("stdout ").or_else(|| text.strip_prefix("stderr "))?;
    let (tags, behind) = behind.split_once(' ').unwrap_or((behind, ""));
    matches!(tags.split(':').next(), Some("P" | "F")).then_some((tags, behind))
}

/// A host name of RFC 1035 and RFC 5424 is no longer; what is longer is something else.
const LONGEST_NAME: usize = 255;

/// RFC 5424's word for "not known".
const NIL: &str = "-";

impl<'a> SyslogHeader<'a> {
    /// Reads `host tag:`, each of which may be missing (rules F5, F6), behind the headers that relays put in front of the sender's.
    fn with_sender(mut self, text: &'a str) -> Self {
        const MOST_RELAYS: usize = 4;
        let mut text = trim(text);
        // One word, as stands behind nearly every time, holds no other header and no tag.
        if !text.bytes().any(|byte| matches!(byte, b' ' | b':') || !byte.is_ascii_graphic()) {
            return SyslogHeader { hostname: host(text), ..self };
        }
        let mut is_protocol = false;
        if let Some((tags, _)) = container_stream(text) {
            // The container's runtime is a relay without a name.
            text = part(text, "stdout ".len()..);
            if text.len() == tags.len() {
                return self;
            }
        }
        for _ in 0..MOST_RELAYS {
            let (_, behind) = text.split_once(char::is_whitespace).unwrap_or(("", text));
            let Ok((rest, (time, protocol))) = relayed(behind.trim_start()) else { break };
            // A relay whose clock names no zone says less of the time than a sender whose clock does.
            if is_zoned(time) && !is_zoned(self.time) {
                self.time = time;
            }
            text = trim(rest);
            is_protocol = protocol;
        }
        if is_protocol && let Some((hostname, appname)) = host_and_app(text) {
            return SyslogHeader { hostname, appname, ..self };
        }
        if !text.ends_with(':') {
            return SyslogHeader { hostname: host(text), ..self };
        }
        let (before, last) = text.rsplit_once(char::is_whitespace).unwrap_or(("", text));
        match last.strip_suffix(':').and_then(tag_name) {
            Some(appname) => SyslogHeader { hostname: host(before), appname: Some(appname), ..self },
            None => SyslogHeader { hostname: host(text), ..self },
        }
    }
}

fn is_zoned(time: Option<HeaderTime>) -> bool {
    time.is_some_and(|time| time.names_zone())
}

/// What stands behind the abbreviation of a zone that is not known: a word of capitals, where a host follows it and perhaps a tag.
fn unknown_zone(text: &str) -> Option<&str> {
    let (word, behind) = trim(text).split_once(' ')?;
    let is_zone = (3..=5).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let mut words = behind.split_ascii_whitespace();
    let is_host = words.next().is_some_and(|word| host(word).is_some());
    let is_tag = words.next().is_none_or(|word| word.ends_with(':')) && words.next().is_none();
    (is_zone && is_host && is_tag).then_some(behind)
}

/// Reads priority and time of a header that a relay has put another one in front of, and whether it is RFC 5424's.
fn relayed(input: &str) -> IResult<&str, (Option<HeaderTime>, bool)> {
    let older = map(alt((bsd_time, iso_time)), |time| (time, false));
    let protocol = map(protocol_time, |time| (time, true));
    preceded(opt(priority), alt((older, protocol))).parse(input)
}

/// One word that can be a host: a name, or an address (rule F5).
fn host(text: &str) -> Option<&str> {
    let is_name = |text: &str| {
        text.contains(char::is_alphanumeric)
            && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_'))
    };
    name(text).filter(|text| is_name(text) || text.parse::<IpAddr>().is_ok())
}

/// HOSTNAME and APP-NAME of RFC 5424, if PROCID and MSGID follow (rule F4).
fn host_and_app(text: &str) -> Option<(Option<&str>, Option<&str>)> {
    let mut words = text.split_ascii_whitespace();
    let (hostname, appname) = (words.next()?, words.next()?);
    words.nth(1)?;
    Some((host(hostname), name(appname)))
}

/// The `syslog` of `syslog` and of `syslog[123]`. An address that ends in a colon is no tag (rule F6).
fn tag_name(word: &str) -> Option<&str> {
    let before_process = word.split_once('[').map_or(word, |(name, _)| name);
    name(before_process).filter(|name| !name.contains(':'))
}

/// A name, unless it is empty, unknown or too long (rules F4, F5).
fn name(text: &str) -> Option<&str> {
    let text = trim(text);
    (!text.is_empty() && text != NIL && text.len() <= LONGEST_NAME).then_some(text)
}

/// Reads the length of the frame, which only a capture of TCP holds (rule F1).
fn octet_count(input: &str) -> IResult<&str, &str> {
    terminated(digit1, (space1, peek(char('<')))).parse(input)
}

/// Reads `<PRI>`; nothing inside where no priority has that number (rule F1).
fn priority(input: &str) -> IResult<&str, Option<u8>> {
    let known = |number| u8::try_from(number).ok().filter(|&priority| priority <= 191);
    delimited(char('<'), number(1, 3), char('>')).map(known).parse(input)
}

/// Reads RFC 5424's version and time, as they stand behind `<PRI>` (rule F4).
fn protocol_time(input: &str) -> IResult<&str, Option<HeaderTime>> {
    let nil = value(None, (tag(NIL), end_of_word));
    preceded((number(1, 2), char(' ')), alt((iso_time, nil))).parse(input)
}

/// Reads RFC 3164's `Oct  2 16:41:16`, with a year before the month, behind the day or behind the time as some relays write it, with an
/// offset or the abbreviation of a zone, and with the sign of a clock that is not set by a server (rule F2); nothing inside where no
/// calendar has that time (rule F7).
fn bsd_time(input: &str) -> IResult<&str, Option<HeaderTime>> {
    let (input, _) = opt(one_of("*.")).parse(input)?;
    let (input, year_first) = opt(terminated(year, space1)).parse(input)?;
    let (input, month) = month(input)?;
    let (input, day) = preceded(space1, alt((two_digits, one_digit))).parse(input)?;
    let (input, year_before) = opt(preceded(space1, year)).parse(input)?;
    let (input, (clock, offset)) = preceded(space1, (clock, opt(offset))).parse(input)?;
    let (input, _) = (opt(char(':')), end_of_word).parse(input)?;
    let (input, year_behind) = opt(delimited(space1, year, end_of_word)).parse(input)?;
    let (input, zone) = opt(preceded(space1, zone_word)).parse(input)?;
    let offset = offset.or(zone.map(Some));
    let time = match year_first.or(year_before).or(year_behind) {
        Some(year) => clock.on(year, month, day).and_then(|civil| at_offset(civil, offset)),
        None => clock.without_year(month, day, offset),
    };
    Ok((input, time))
}

/// Reads ISO 8601's `2021-10-06T01:29:43.123-07:00`, the offset with or without its colon, as the abbreviation of a zone, or left out
/// (rule F3).
fn iso_time(input: &str) -> IResult<&str, Option<HeaderTime>> {
    let (input, (civil, offset)) = terminated(iso_clock, end_of_word).parse(input)?;
    let (input, zone) = opt(preceded(space1, zone_word)).parse(input)?;
    let offset = offset.or(zone.map(Some));
    Ok((input, civil.and_then(|civil| at_offset(civil, offset))))
}

/// Reads the same in brackets.
fn bracketed_time(input: &str) -> IResult<&str, Option<HeaderTime>> {
    let (input, (civil, offset)) =
        delimited(char('['), iso_clock, (char(']'), opt(char(':')), end_of_word)).parse(input)?;
    Ok((input, civil.and_then(|civil| at_offset(civil, offset))))
}

fn iso_clock(input: &str) -> IResult<&str, (Option<DateTime>, Option<Option<Offset>>)> {
    let date = (number(4, 4), preceded(char('-'), two_digits), preceded(char('-'), two_digits));
    let clock = preceded(one_of("Tt "), clock);
    let (input, ((year, month, day), clock, offset)) = (date, clock, opt(offset)).parse(input)?;
    Ok((input, (clock.on(year, month, day), offset)))
}

/// What a clock shows at a distance from UTC: nothing where no clock is that far.
fn at_offset(civil: DateTime, offset: Option<Option<Offset>>) -> Option<HeaderTime> {
    match offset {
        None => Some(HeaderTime::Civil(civil)),
        Some(offset) => {
            let offset = offset?;
            Some(HeaderTime::Zoned(offset.to_timestamp(civil).ok()?, offset))
        }
    }
}

/// Reads the abbreviation of a zone that is known, and a colon behind it.
fn zone_word(input: &str) -> IResult<&str, Offset> {
    // Nearly every host begins with a small letter.
    let capitals = take_while_m_n(1, 5, |character: char| character.is_ascii_uppercase());
    let known = map_opt(capitals, offset_of_abbreviation);
    terminated(known, (opt(char(':')), end_of_word)).parse(input)
}

/// The distance from UTC of an abbreviation of a zone that means only one.
pub(crate) fn offset_of_abbreviation(name: &str) -> Option<Offset> {
    const FILE: FactTable = FactTable {
        file: "config/zone_abbreviations.csv",
        text: include_str!("../../config/zone_abbreviations.csv"),
    };
    static ZONES: LazyLock<Vec<(&str, Offset)>> = LazyLock::new(|| {
        table::compiled_in(FILE.read(|row| {
            let offset = all_consuming(offset).parse(row.cell("offset")?).ok().and_then(|(_, offset)| offset);
            Ok((row.cell("name")?, offset.ok_or_else(|| row.error("no offset"))?))
        }))
    });
    ZONES.iter().find(|(known, _)| *known == name).map(|(_, offset)| *offset)
}

/// A time of day as written: any of its numbers may be out of range.
struct Clock {
    hour: i8,
    minute: i8,
    second: i8,
    nanosecond: i32,
}

impl Clock {
    fn on(&self, year: i16, month: i8, day: i8) -> Option<DateTime> {
        DateTime::new(year, month, day, self.hour, self.minute, self.second, self.nanosecond).ok()
    }

    fn without_year(self, month: i8, day: i8, offset: Option<Option<Offset>>) -> Option<HeaderTime> {
        // Any leap year will do: which one it was is not known here.
        Date::new(2000, month, day).ok()?;
        let Self { hour, minute, second, nanosecond } = self;
        Time::new(hour, minute, second, nanosecond).ok()?;
        let offset = match offset {
            None => None,
            Some(offset) => Some(offset?),
        };
        Some(HeaderTime::Bsd { month, day, hour, minute, second, nanosecond, offset })
    }
}

fn clock(input: &str) -> IResult<&str, Clock> {
    let seconds = preceded(char(':'), two_digits);
    let minutes = preceded(char(':'), two_digits);
    let fraction = opt(preceded(one_of(".,"), map(digit1, nanoseconds)));
    map((two_digits, minutes, seconds, fraction), |(hour, minute, second, fraction)| Clock {
        hour,
        minute,
        second,
        nanosecond: fraction.unwrap_or(0),
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
    let utc = value(Some(Offset::UTC), one_of("Zz"));
    let minutes = opt(preceded(opt(char(':')), two_digits));
    let apart = map((one_of("+-"), two_digits, minutes), |(sign, hours, minutes)| {
        let (hours, minutes) = (i32::from(hours), i32::from(minutes.unwrap_or(0)));
        let seconds = hours * 3600 + minutes * 60;
        let known = hours < 24 && minutes < 60;
        known.then(|| Offset::from_seconds(if sign == '-' { -seconds } else { seconds }).ok())?
    });
    alt((utc, apart)).parse(input)
}

fn month(input: &str) -> IResult<&str, i8> {
    map_opt(take(3_usize), |letters: &str| month_number(letters.as_bytes().try_into().ok()?)).parse(input)
}

fn month_number(letters: [u8; 3]) -> Option<i8> {
    Some(match &letters.map(|letter| letter.to_ascii_lowercase()) {
        b"jan" => 1,
        b"feb" => 2,
        b"mar" => 3,
        b"apr" => 4,
        b"may" => 5,
        b"jun" => 6,
        b"jul" => 7,
        b"aug" => 8,
        b"sep" => 9,
        b"oct" => 10,
        b"nov" => 11,
        b"dec" => 12,
        _ => return None,
    })
}

/// A year in which this can have been written: any other number is a host.
fn year(input: &str) -> IResult<&str, i16> {
    verify(number(4, 4), |year| (1970..2200).contains(year)).parse(input)
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

fn number<'a>(
    least: usize,
    most: usize,
) -> impl Parser<&'a str, Output = i16, Error = nom::error::Error<&'a str>> {
    map_opt(take_while_m_n(least, most, |character: char| character.is_ascii_digit()), |digits: &str| {
        digits.parse().ok()
    })
}

fn end_of_word(input: &str) -> IResult<&str, ()> {
    peek(alt((value((), eof), value((), space1)))).parse(input)
}
