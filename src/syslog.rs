//! The syslog header in front of an event: RFC 3164, RFC 5424, octet counts (RFC 6587), ISO 8601 times, host
//! names with blanks, or nothing at all.
//!
//! Takes the text before the marker, gives what can be read off it. Never fails. Does not know the year or the
//! zone of a time that has none: `time` decides that.

/// A time as the header writes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HeaderTime {
    /// RFC 3164: no year, no zone.
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
    },
    /// A full date with its offset from UTC.
    Zoned(jiff::Timestamp, jiff::tz::Offset),
    /// A full date without an offset.
    Civil(jiff::civil::DateTime),
}

/// What the header says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header<'a> {
    /// `<PRI>`: 8 × facility + severity, 0 to 191.
    pub priority: Option<u8>,
    /// The time, if it could be read.
    pub time: Option<HeaderTime>,
    /// The host name: may hold blanks (Deep Security's "log source identifier" is free text).
    pub hostname: Option<&'a str>,
    /// A tag such as `syslog:` between host and event, without its colon.
    pub appname: Option<&'a str>,
}

/// Reads the header from the text that stands before the marker.
pub fn parse(prefix: &str) -> Header<'_> {
    let _ = prefix;
    todo!()
}
