//! The format of `devTime`: `devTimeFormat` names it by the letters of Java's `SimpleDateFormat`.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use crate::parse::syslog;

/// Reads a time by a pattern such as `dd/MM/yyyy HH:mm:ss.SSS z`, and the distance from UTC that it names. Gives nothing where the
/// pattern has other letters than those of dates, names no year, or is not how the text is written.
pub(crate) fn read(text: &str, pattern: &str) -> Option<(DateTime, Option<Offset>)> {
    let (mut parts, mut text, mut pattern) = (Parts::default(), text.trim(), pattern.trim());
    while let Some(first) = pattern.chars().next() {
        let letters = pattern.len() - pattern.trim_start_matches(first).len();
        if first == '\'' {
            let (quoted, behind) = pattern.get(1..)?.split_once('\'')?;
            text = text.strip_prefix(if quoted.is_empty() { "'" } else { quoted })?;
            pattern = behind;
        } else if first.is_ascii_alphabetic() {
            pattern = pattern.get(letters..)?;
            let is_alone = !pattern.starts_with(|c: char| c.is_ascii_alphabetic());
            text = parts.read(first, letters, is_alone, text)?;
        } else {
            pattern = pattern.strip_prefix(first)?;
            text = text.strip_prefix(first)?;
        }
    }
    text.is_empty().then(|| parts.time())?
}

/// What has been read.
#[derive(Default)]
struct Parts {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    hour: i8,
    is_afternoon: Option<bool>,
    minute: i8,
    second: i8,
    nanosecond: i32,
    offset: Option<Offset>,
}

impl Parts {
    /// Reads what so many of a letter stand for, and gives the text behind it. A number that stands alone has as many digits as it has.
    fn read<'a>(&mut self, letter: char, letters: usize, is_alone: bool, text: &'a str) -> Option<&'a str> {
        if matches!(letter, 'z' | 'Z' | 'X') {
            let (rest, offset) = syslog::zone(text).ok()?;
            self.offset = Some(offset?);
            return Some(rest);
        }
        let is_word = matches!((letter, letters), ('M', 3..) | ('E' | 'a', _));
        let ends = |c: char| if is_word { !c.is_alphabetic() } else { !c.is_ascii_digit() };
        let end = text.find(ends).unwrap_or(text.len());
        let (read, rest) = text.split_at_checked(if is_alone || is_word { end } else { letters })?;
        let small = || read.parse::<i8>().ok();
        match letter {
            'y' if letters == 2 => self.year = Some(read.parse::<i16>().ok()?.checked_add(2000)?),
            'y' => self.year = Some(read.parse().ok()?),
            'M' if is_word => self.month = Some(syslog::month(read).ok()?.1),
            'M' => self.month = Some(small()?),
            'd' => self.day = Some(small()?),
            'H' | 'h' => self.hour = small()?,
            'm' => self.minute = small()?,
            's' => self.second = small()?,
            // Milliseconds; who writes more digits means a fraction of a second.
            'S' => {
                let number: i32 = read.parse().ok().filter(|_| read.len() <= 9)?;
                self.nanosecond = number * 10_i32.pow(9 - u32::try_from(read.len().max(3)).ok()?);
            }
            'a' if read.eq_ignore_ascii_case("AM") => self.is_afternoon = Some(false),
            'a' if read.eq_ignore_ascii_case("PM") => self.is_afternoon = Some(true),
            'E' => {}
            _ => return None,
        }
        Some(rest)
    }

    fn time(self) -> Option<(DateTime, Option<Offset>)> {
        let hour = match self.is_afternoon {
            Some(is_afternoon) => self.hour % 12 + if is_afternoon { 12 } else { 0 },
            None => self.hour,
        };
        let time = Time::new(hour, self.minute, self.second, self.nanosecond).ok()?;
        Some((Date::new(self.year?, self.month?, self.day?).ok()?.to_datetime(time), self.offset))
    }
}
