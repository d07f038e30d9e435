//! The syslog header in front of an event: RFC 3164, RFC 5424, octet counts (RFC 6587), ISO 8601 times, headers of relays, or
//! nothing at all.
//!
//! A time that has no year or no zone stays so here: `time` decides about it.

mod written;

use std::net::IpAddr;

use nom::branch::alt;
use nom::character::complete::{char, digit1, space1};
use nom::combinator::{map, opt, peek};
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

pub use self::written::HeaderTime;
use self::written::{epoch, is_ambiguous_zone, is_unknown_zone, number, protocol_time, time, version};
pub(crate) use self::written::{month, zone};
use super::pieces::without_line_end;
use crate::bytes::slice::part;
use crate::bytes::trim::trim;

/// What stands before the marker: trimmed, without a byte order mark (rule H1).
pub(crate) fn trimmed_prefix(text: &str) -> &str {
    let text = trim(text);
    // The mark is no ASCII, and what is trimmed by now needs no second look.
    if text.is_ascii() { text } else { text.trim_matches('\u{feff}').trim() }
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
    /// How many equal messages a relay has written once.
    pub repeated: Option<u32>,
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
    if let Some((address, behind)) = text.strip_prefix(ORIGINAL).map(first_word) {
        let header = SyslogHeader { priority: header.priority, ..parse(without_original(behind)) };
        return SyslogHeader { hostname: header.hostname.or(host(address)), ..header };
    }
    let text = text.trim_start();
    if let Ok((rest, time)) = protocol_time(text) {
        return SyslogHeader { time, ..header }.with_sender(rest, true);
    }
    // A number says that it is a time only by where it stands.
    let read = match header.priority {
        Some(_) => alt((time, epoch, preceded(version, time))).parse(text),
        None => time(text),
    };
    match read {
        Ok((rest, time)) => match unknown_zone(rest) {
            // Whose clock this is, nobody can tell: it says nothing of the time.
            Some(behind) => header.with_sender(behind, false),
            None => SyslogHeader { time, ..header }.with_sender(rest, false),
        },
        Err(_) => header,
    }
}

/// Reads the header of an event from the text before its marker. Where none begins there, seconds since 1970 may stand in its place, or
/// words of a relay in front of it: a token, a stamp, an address, a facility (rule F8). Behind it may stand how many events one is (rule F9).
pub fn of_event(prefix: &str) -> SyslogHeader<'_> {
    if let Some((prefix, repeated)) = repetition(prefix) {
        return SyslogHeader { repeated: Some(repeated), ..of_event(prefix) };
    }
    let header = parse(prefix);
    let mut text = trimmed_prefix(prefix);
    if text.is_empty() || header != SyslogHeader::default() {
        return header;
    }
    if let Ok((rest, time)) = epoch(text) {
        return SyslogHeader { time, ..header }.with_sender(rest, false);
    }
    for _ in 0..MOST_WORDS {
        let Some((_, behind)) = text.split_once(char::is_whitespace) else { break };
        text = behind.trim_start();
        let found = parse(text);
        if found.time.is_some() {
            return found;
        }
    }
    header
}

/// Reads the time at the start of a field, in one of the forms that headers have, and gives what stands behind it. A time behind which
/// stands a zone that is not known is none.
pub(crate) fn time_of_field(text: &str) -> Option<(HeaderTime, &str)> {
    let text = trimmed_prefix(text);
    let (text, _) = opt(priority).parse(text).unwrap_or((text, None));
    let (rest, time) = time(text.trim_start()).ok()?;
    let is_unknown = rest.split_ascii_whitespace().next().is_some_and(is_unknown_zone);
    Some((time.filter(|_| !is_unknown)?, rest))
}

/// What stands before a message that rsyslog writes once for several that are equal, and how many they were: `message repeated 3 times: [`,
/// with the event's marker in front where rsyslog took that for the tag (rule F9). `before` ends in the bracket.
pub(crate) fn repetition(before: &str) -> Option<(&str, u32)> {
    let before = before.trim_end().strip_suffix(" times: [")?;
    let (before, count) = before.rsplit_once(' ')?;
    let before = before.strip_suffix("message repeated")?.trim_end();
    let marker = ["CEF:", "LEEF:"].into_iter().find_map(|marker| before.strip_suffix(marker));
    Some((marker.unwrap_or(before).trim_end(), count.parse().ok()?))
}

/// The event of such a message, from the byte `from` on and without the bracket behind it; nothing where other text stands before `marker`.
pub(crate) fn repeated_event(text: &str, marker: usize, from: usize) -> Option<&str> {
    repetition(part(text, ..marker))?;
    Some(without_bracket(without_line_end(part(text, from..))))
}

/// The text of such a message, which the bracket behind it may end.
pub(crate) fn without_bracket(text: &str) -> &str {
    let text = text.trim_end();
    text.strip_suffix(']').unwrap_or(text)
}

/// rsyslog writes no more bytes of a message that it writes once for several (`ratelimit.c`).
pub(crate) const LONGEST_REPEATED: usize = 800;

/// The headers with which a relay can have sent on a line of another log, each with that line: it stands behind a tag and its colon, behind
/// RFC 5424's fields, behind the tags of CRI, or behind nothing but a time in UTC with a fraction, as CloudWatch Logs exports it and Docker and
/// kubectl print it.
pub(crate) fn relayed_lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let (rest, _) = opt(priority).parse(text).unwrap_or((text, None));
    let lines = if let Ok((fields, _)) = protocol_time(rest) {
        [protocol_message(trim(fields)), None]
    } else if let Ok((sender, _)) = time(rest) {
        match container_stream(sender.trim_start()) {
            Some((tags, line)) => [Some(line).filter(|_| tags.starts_with('F')), None],
            None => {
                let stamp = text.strip_suffix(sender).map_or("", str::trim_end);
                // Behind other times a host follows, which a line must not be read with.
                let is_alone = stamp.starts_with(|c: char| c.is_ascii_digit())
                    && stamp.contains('.')
                    && stamp.ends_with('Z');
                let tagged = sender.split_once(": ").map(|(_, line)| line.trim_start());
                [tagged, Some(sender.trim_start()).filter(|_| is_alone)]
            }
        }
    } else {
        [None, None]
    };
    let headed = lines.into_iter().flatten().filter_map(|line| Some((text.strip_suffix(line)?, line)));
    headed.filter(|(header, _)| !header.ends_with(": ") || parse(header).appname.is_some())
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

/// More words do not stand in front of a header.
const MOST_WORDS: usize = 4;

/// A host name of RFC 1035 and RFC 5424 is no longer; what is longer is something else.
pub(super) const LONGEST_NAME: usize = 255;

/// What AIX's syslogd writes before the name of the host that a message comes from, unless it runs with `-n`.
const FORWARDED: &str = "Message forwarded from ";

/// What Kiwi Syslog Server writes before the address that a message comes from, where it retains that.
pub(super) const ORIGINAL: &str = "Original Address=";

/// RFC 5424's word for "not known".
const NIL: &str = "-";

impl<'a> SyslogHeader<'a> {
    /// Reads `host tag:`, each of which may be missing (rules F5, F6), or RFC 5424's fields (rule F4), behind the headers that relays put in
    /// front of the sender's.
    fn with_sender(mut self, text: &'a str, mut is_protocol: bool) -> Self {
        const MOST_RELAYS: usize = 4;
        let mut text = trim(text);
        // One word, as stands behind nearly every time, holds no other header and no tag.
        if !text.bytes().any(|byte| matches!(byte, b' ' | b':') || !byte.is_ascii_graphic()) {
            return SyslogHeader { hostname: host(text), ..self };
        }
        if let Some((_, sender)) = text.rsplit_once(ORIGINAL) {
            let (address, behind) = first_word(sender);
            let header = self.with_sender(behind, false);
            return SyslogHeader { hostname: header.hostname.or(host(address)), ..header };
        }
        if let Some((tags, _)) = container_stream(text) {
            // The container's runtime is a relay without a name.
            text = part(text, "stdout ".len()..);
            if text.len() == tags.len() {
                return self;
            }
        }
        for _ in 0..MOST_RELAYS {
            let message = if is_protocol { protocol_message(text) } else { None };
            let found = message.and_then(behind_relay).or_else(|| behind_relay(text));
            let Some((rest, inner)) = found else { break };
            // The sender knows the time best, if it says by which clock.
            if inner.time.is_some_and(|time| time.names_zone()) {
                self.time = inner.time;
            }
            self.priority = inner.priority.or(self.priority);
            // A relay that knows only RFC 3164 takes the version for the tag.
            let tag = text.split_ascii_whitespace().nth(1);
            is_protocol = inner.is_protocol || is_protocol && tag.is_some_and(is_version);
            text = trim(rest);
        }
        if is_protocol && let Some((hostname, appname)) = host_and_app(text) {
            return SyslogHeader { hostname, appname, ..self };
        }
        if let Some((_, sender)) = text.split_once(FORWARDED) {
            let (word, behind) = first_word(sender);
            let hostname = host(word.strip_suffix(':').unwrap_or(word));
            return SyslogHeader { hostname, appname: tag_of(behind.trim()).and_then(tag_name), ..self };
        }
        let text = without_message_id(text);
        let (before, last) = text.rsplit_once(char::is_whitespace).unwrap_or(("", text));
        match tag_of(last).and_then(tag_name) {
            Some(tag) if !is_address(tag) => {
                SyslogHeader { hostname: host(before), appname: Some(tag), ..self }
            }
            Some(address) if before.is_empty() => SyslogHeader { hostname: Some(address), ..self },
            Some(_) => SyslogHeader { hostname: host(before), ..self },
            None => SyslogHeader { hostname: host(text), ..self },
        }
    }
}

fn first_word(text: &str) -> (&str, &str) {
    text.split_once(' ').unwrap_or((text, ""))
}

/// What stands behind the last address that Kiwi has retained.
fn without_original(text: &str) -> &str {
    text.rsplit_once(ORIGINAL).map_or(text, |(_, sender)| first_word(sender).1)
}

/// What stands before the id that Solaris gives a message, `[ID 702911 local0.info]` (syslogd(8), log(4D)).
fn without_message_id(text: &str) -> &str {
    text.split_once("[ID ").filter(|(_, id)| id.ends_with(']')).map_or(text, |(before, _)| before.trim_end())
}

/// What stands behind a zone that is not known, where a host follows it and perhaps a tag.
fn unknown_zone(text: &str) -> Option<&str> {
    let (word, behind) = trim(text).split_once(' ')?;
    let mut words = behind.split_ascii_whitespace();
    let is_host = words.next().is_some_and(|word| host(word).is_some());
    let is_tag = words.next().is_none_or(|word| word.ends_with(':')) && words.next().is_none();
    // Other capitals begin the name of a sender, as in `DSM PROD` and `TEST dsm01`.
    let is_zone = is_ambiguous_zone(word) || word.contains('/') || matches!(word, "AM" | "PM");
    (is_zone && is_unknown_zone(word) && is_host && is_tag).then_some(behind)
}

/// The start of a header behind that of a relay.
struct Inner {
    priority: Option<u8>,
    time: Option<HeaderTime>,
    is_protocol: bool,
}

/// Reads the header of a sender behind that of a relay, of which a few words may be left: a host, a tag, a facility.
fn behind_relay(mut text: &str) -> Option<(&str, Inner)> {
    let mut tag = "";
    for words in 0..=MOST_WORDS {
        // So may words of a name look, or a process and an id that is not known.
        let is_other = |header: &Inner| header.is_protocol && (header.time.is_none() || words > 1);
        let is_header = |header: &Inner| header.priority.is_some() || !is_other(header);
        if let Some((rest, header)) = relayed(text).ok().filter(|(_, header)| is_header(header)) {
            let is_protocol = header.is_protocol || tag.strip_suffix(':').is_some_and(is_version);
            return Some((rest, Inner { is_protocol, ..header }));
        }
        let (word, behind) = text.split_once(char::is_whitespace)?;
        (tag, text) = (word, behind.trim_start());
    }
    None
}

/// Reads priority and time of a header that a relay has put another one in front of.
fn relayed(input: &str) -> IResult<&str, Inner> {
    let older = map(time, |time| (time, false));
    let protocol = map(protocol_time, |time| (time, true));
    map((opt(priority), alt((older, protocol))), |(priority, (time, is_protocol))| Inner {
        priority: priority.flatten(),
        time,
        is_protocol,
    })
    .parse(input)
}

/// What RFC 5424 has behind HOSTNAME, APP-NAME, PROCID, MSGID and STRUCTURED-DATA.
fn protocol_message(text: &str) -> Option<&str> {
    let behind_fields = (0..4).try_fold(text, |rest, _| Some(rest.split_once(' ')?.1))?;
    let data = behind_fields.trim_start();
    if let Some(behind_nil) = data.strip_prefix(NIL) {
        return Some(trimmed_prefix(behind_nil));
    }
    let (mut in_quotes, mut is_escaped) = (false, false);
    let is_end = |(at, byte): &(usize, u8)| {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_quotes,
            b'"' => in_quotes = !in_quotes,
            b']' if !in_quotes => return data.as_bytes().get(at + 1) != Some(&b'['),
            _ => {}
        }
        false
    };
    let end = if data.starts_with('[') { data.bytes().enumerate().find(is_end)?.0 + 1 } else { 0 };
    Some(trimmed_prefix(part(data, end..)))
}

/// Whether a word can be RFC 5424's version.
fn is_version(word: &str) -> bool {
    matches!(word.len(), 1 | 2) && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

/// One word that can be a host: a name, or an address, which may stand in brackets (rule F5).
pub(crate) fn host(text: &str) -> Option<&str> {
    let is_name = |text: &str| {
        text.contains(char::is_alphanumeric)
            && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_'))
    };
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    match bare.filter(|bare| is_address(bare)) {
        Some(address) => Some(address),
        None => name(text).filter(|text| is_name(text) || is_address(text)),
    }
}

/// HOSTNAME and APP-NAME of RFC 5424, if PROCID and MSGID follow (rule F4).
fn host_and_app(text: &str) -> Option<(Option<&str>, Option<&str>)> {
    let mut words = text.split_ascii_whitespace();
    let (hostname, appname) = (words.next()?, words.next()?);
    words.nth(1)?;
    Some((host(hostname), name(appname)))
}

/// What stands before the colon of a word, which a process in brackets may go without (rule F6).
fn tag_of(word: &str) -> Option<&str> {
    let process = || word.strip_suffix(']')?.split_once('[');
    let is_process =
        |(name, id): (&str, &str)| !name.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    word.strip_suffix(':').or_else(|| process().filter(|process| is_process(*process)).map(|_| word))
}

/// The program that a collector has read off a header: its tag, unless that is the marker of an event.
pub(crate) fn program(text: &str) -> Option<&str> {
    tag_name(text.strip_suffix(':').unwrap_or(text)).filter(|tag| !matches!(*tag, "CEF" | "LEEF"))
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
