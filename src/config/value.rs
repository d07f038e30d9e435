//! Single values: words, offsets, names. Each reader takes the text of one value and gives its type, or what is wrong and where in
//! the text.

use std::net::IpAddr;

use encoding_rs::{Encoding, REPLACEMENT, UTF_16BE, UTF_16LE};
use ipnet::IpNet;
use jiff::tz::Offset;

use super::diagnostic::quoted;
use super::field;
use super::log_type::{IndexTime, RawMessage, Rotation};
use super::suggestion::did_you_mean;
use crate::parse::time::Zone;

#[derive(Debug)]
pub(super) struct ValueError {
    /// Byte of the value at which it stands.
    pub(super) offset: usize,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl ValueError {
    pub(super) fn new(offset: usize, message: impl Into<String>) -> Self {
        Self { offset, message: message.into(), help: None }
    }

    /// What is said of a text: `'12a' is no number`.
    pub(super) fn of(offset: usize, text: &str, what: &str) -> Self {
        Self::new(offset, format!("{} {what}", quoted(text)))
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

/// The words of a value that is a list, each with its offset.
pub(super) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    pieces(text, char::is_whitespace)
}

/// What stands between the characters that separate the pieces of a list, each with its offset.
pub(super) fn pieces(text: &str, separates: fn(char) -> bool) -> impl Iterator<Item = (usize, &str)> {
    let mut end = 0;
    text.split_inclusive(separates)
        .map(move |piece| {
            let start = end;
            end += piece.len();
            (start, piece.trim_end_matches(separates))
        })
        .filter(|(_, piece)| !piece.is_empty())
}

/// What `read` makes of a value that may be empty.
pub(super) fn unless_empty<T>(
    text: &str,
    read: impl FnOnce(&str) -> Result<T, ValueError>,
) -> Result<Option<T>, ValueError> {
    if text.is_empty() { Ok(None) } else { read(text).map(Some) }
}

pub(super) fn rotation(text: &str) -> Result<Rotation, ValueError> {
    // Upstream's deployment writes it, not its users.
    if text == "aoss" {
        return Ok(Rotation::Serverless);
    }
    one_of(
        text,
        &[
            ("auto", Rotation::Auto),
            ("daily", Rotation::Daily),
            ("weekly", Rotation::Weekly),
            ("monthly", Rotation::Monthly),
            ("yearly", Rotation::Yearly),
        ],
    )
}

pub(super) fn index_time(text: &str) -> Result<IndexTime, ValueError> {
    one_of(text, &[("@timestamp", IndexTime::Event), ("event_ingested", IndexTime::Ingested)])
}

pub(super) fn raw_message(text: &str) -> Result<RawMessage, ValueError> {
    one_of(
        text,
        &[
            ("full", RawMessage::Full),
            ("without_packet", RawMessage::WithoutPacket),
            ("never", RawMessage::Never),
        ],
    )
}

/// An encoding by one of the names that the WHATWG's Encoding Standard has for it.
pub(super) fn encoding(text: &str) -> Result<&'static Encoding, ValueError> {
    // Code pages of Windows, by the names that Python and PHP have for them: the standard's encodings hold their characters.
    let label = match text.to_ascii_lowercase().as_str() {
        "cp932" | "sjis-win" => "shift_jis",
        "cp51932" | "eucjp-win" => "euc-jp",
        "cp936" => "gbk",
        "cp949" => "euc-kr",
        "cp950" => "big5",
        "cp1252" => "windows-1252",
        _ => text,
    };
    let encoding = Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != REPLACEMENT);
    match encoding {
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => {
            let error = ValueError::of(0, text, "is told by its byte order mark");
            Err(error.help("take the line out, and let the sender write the mark"))
        }
        Some(encoding) => Ok(encoding),
        None => Err(ValueError::of(0, text, "is no encoding")
            .help("write shift_jis, euc-jp, iso-2022-jp, gbk, euc-kr, windows-1252 …")),
    }
}

/// Words between blanks.
pub(super) fn all_words(text: &str) -> Result<Vec<String>, ValueError> {
    Ok(words(text).map(|(_, word)| word.to_owned()).collect())
}

/// The names of columns: a hyphen cannot stand in the name of a key.
pub(super) fn columns(text: &str) -> Result<Vec<Vec<String>>, ValueError> {
    if let Some(at) = text.find([',', '"', '\'']) {
        let problem = ValueError::new(at, "a comma or a quote stands in the name of a column");
        return Err(problem.help("part the names by blanks, without quotes"));
    }
    let names = |form: &str| words(form).map(|(_, word)| word.replace('-', "_")).collect();
    Ok(text.split('|').map(names).filter(|form: &Vec<_>| !form.is_empty()).collect())
}

/// The path of a field in a record: one name, or several with dots between them.
pub(super) fn record_path(text: &str) -> Result<String, ValueError> {
    match words(text).nth(1) {
        None => Ok(text.to_owned()),
        Some((offset, word)) => Err(ValueError::of(offset, word, "is a second field")
            .help("name one field; others are looked for by themselves")),
    }
}

/// A number of lines.
pub(super) fn number(text: &str) -> Result<u64, ValueError> {
    text.parse().map_err(|_| ValueError::of(0, text, "is no number"))
}

/// The character between values; without one, blanks.
pub(super) fn delimiter(text: &str) -> Result<Option<u8>, ValueError> {
    match text.as_bytes() {
        [] => Ok(None),
        [byte] => Ok(Some(*byte)),
        b"\\t" => Ok(Some(b'\t')),
        _ => Err(ValueError::of(0, text, "is more than one character")),
    }
}

/// configparser's words for yes and no.
pub(super) fn boolean(text: &str) -> Result<bool, ValueError> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "yes" | "true" | "on" => Ok(true),
        "0" | "no" | "false" | "off" => Ok(false),
        _ => Err(ValueError::of(0, text, "is neither 'True' nor 'False'")),
    }
}

fn one_of<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, ValueError> {
    if let Some((_, choice)) = choices.iter().find(|(word, _)| *word == text) {
        return Ok(*choice);
    }
    let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
    Err(none_of(text, &words))
}

/// The error for a word that is none of `words`.
pub(super) fn none_of(text: &str, words: &[&str]) -> ValueError {
    let problem = ValueError::new(0, format!("{} is none of {}", quoted(text), words.join(", ")));
    ValueError { help: did_you_mean(text, words.iter().copied()), ..problem }
}

/// A zone: `Asia/Tokyo`, `Z`, or an [`offset`], which may stand behind `UTC` or `GMT`.
pub(super) fn zone(text: &str) -> Result<Zone, ValueError> {
    if text == "Z" {
        return Ok(Zone::UTC);
    }
    let from_utc = text.strip_prefix("UTC").or(text.strip_prefix("GMT"));
    if let Some(written) = from_utc.filter(|written| written.starts_with(['+', '-'])) {
        return offset(written).map(Zone::Fixed);
    }
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return offset(text).map(Zone::Fixed);
    }
    Zone::named(text).ok_or_else(|| {
        let problem = ValueError::of(0, text, "is no time zone");
        let names: Vec<String> = Zone::names().collect();
        // Nearly all short names are like one of another continent's.
        let help = Some(names.iter().map(String::as_str)).filter(|_| text.contains('/'));
        let help = help.and_then(|names| did_you_mean(text, names));
        problem.help(help.unwrap_or_else(|| "write it like 'Asia/Tokyo' or '+09:00'".to_owned()))
    })
}

/// `+09:00` or `+0900`; upstream's older hours, `9` and `5.5`, as well.
fn offset(text: &str) -> Result<Offset, ValueError> {
    const WAY_OUT: &str = "write it like '+09:00' or 'Asia/Tokyo'";
    let problem = || ValueError::of(0, text, "is no offset from UTC").help(WAY_OUT);
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || digits.len() > 8 {
        return Err(problem());
    }
    let is_signed = digits.len() < text.len();
    let in_one = Some(digits).filter(|digits| is_signed && digits.len() == 4 && !digits.contains(['.', ':']));
    let in_two = digits.split_once(':').or_else(|| in_one?.split_at_checked(2));
    let seconds = if let Some((hours, minutes)) = in_two {
        let number = |text: &str| -> Option<i32> {
            (text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
        };
        let hours = number(hours).ok_or_else(problem)?;
        let minutes = number(minutes).filter(|minutes| *minutes < 60).ok_or_else(problem)?;
        hours * 3600 + minutes * 60
    } else {
        if !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Err(problem());
        }
        let hours: f64 = digits.parse().map_err(|_| problem())?;
        if hours > 24.0 {
            return Err(problem());
        }
        // At most 86,400: the number is whole and small.
        (hours * 3600.0).round() as i32
    };
    // The widest zone that was ever in use is 15:13:42 from UTC; anything wider is a typing error.
    if seconds > 16 * 3600 {
        return Err(problem());
    }
    Offset::from_seconds(sign * seconds).map_err(|_| problem())
}

/// The start of an index's name, by OpenSearch's rules.
pub(super) fn index_name(text: &str) -> Result<String, ValueError> {
    if text.starts_with(['_', '-', '+']) {
        return Err(ValueError::of(0, text, "begins with '_', '-' or '+'"));
    }
    if matches!(text, "." | "..") {
        return Err(ValueError::of(0, text, "is no name of an index"));
    }
    part_of_index_name(text)
}

/// Any part of an index's name.
pub(super) fn part_of_index_name(text: &str) -> Result<String, ValueError> {
    for (offset, c) in text.char_indices() {
        if c.is_uppercase() {
            let problem = ValueError::of(offset, text, "has capital letters");
            return Err(problem.help(format!("write '{}'", text.to_lowercase())));
        }
        if c.is_whitespace() || c.is_control() || r#"\/*?"<>|,#:“”‘’„"#.contains(c) {
            let c = quoted(&c.to_string());
            let problem =
                ValueError::new(offset, format!("OpenSearch allows no {c} in the name of an index"));
            return Err(problem);
        }
    }
    Ok(text.to_owned())
}

/// One lower-case name that ECS does not have.
pub(super) fn field_prefix(text: &str) -> Result<String, ValueError> {
    let wrong = text.char_indices().find(|(_, c)| !matches!(c, 'a'..='z' | '0'..='9' | '_'));
    if let Some((offset, c)) = wrong {
        let message = format!("{} has the character {}", quoted(text), quoted(&c.to_string()));
        Err(ValueError::new(offset, message).help("write one name of lower-case letters, digits and '_'"))
    } else if text.starts_with('_') {
        Err(ValueError::new(0, format!("'{text}' begins like OpenSearch's own fields")))
    } else if field::is_ecs_top_level(text) {
        let problem = ValueError::new(0, format!("'{text}' is a name of ECS"));
        Err(problem.help("write a name of your own, such as the product's"))
    } else {
        Ok(text.to_owned())
    }
}

/// `8.11.0`
pub(super) fn version(text: &str) -> Result<String, ValueError> {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if text.split('.').count() == 3 && text.split('.').all(number) {
        Ok(text.to_owned())
    } else {
        Err(ValueError::of(0, text, "is no version of ECS").help("write it like '8.11.0'"))
    }
}

/// At most one word.
pub(super) fn word(text: &str) -> Result<String, ValueError> {
    match words(text).nth(1) {
        None => Ok(text.to_owned()),
        Some((offset, _)) => Err(ValueError::of(offset, text, "is more than one word")),
    }
}

/// Names that are added to a list which is built in: a `+`, then names with commas or line ends between them.
pub(super) fn added_names(text: &str) -> Result<Vec<String>, ValueError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let Some(names) = text.strip_prefix('+') else {
        let problem = ValueError::new(0, "the built-in names cannot be replaced, only added to");
        return Err(problem.help(format!("write '+ {text}'")));
    };
    if let Some(at) = text.find('|') {
        let problem = ValueError::new(at, "'|' is in no name: a header's vendor and version are none of it");
        return Err(problem.help("write the product alone, such as '+ Acme Guard'"));
    }
    let names = pieces(names, |c| matches!(c, ',' | '\n')).map(|(_, name)| name.trim());
    Ok(names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

/// Names of HTTP headers, in lower case, and with hyphens, which stand for underscores too. A star would be a letter of a name (RFC 9110,
/// 5.6.2): who writes one means any text.
pub(super) fn headers(text: &str) -> Result<Vec<String>, ValueError> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'+-.^_`|~".contains(c);
    let names = names(text, is_token, "an HTTP header", "part the names by blanks, and write each out")?;
    Ok(names.into_iter().map(|name| name.to_ascii_lowercase().replace('_', "-")).collect())
}

/// Names of parameters and of members of JSON.
pub(super) fn parameters(text: &str) -> Result<Vec<String>, ValueError> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    names(text, is_name, "a parameter", "part the names by blanks, without quotes and commas")
}

fn names(text: &str, may_have: fn(char) -> bool, of: &str, help: &str) -> Result<Vec<String>, ValueError> {
    let wrong = |(offset, word): (usize, &str)| {
        ValueError::new(offset, format!("{} is no name of {of}", quoted(word))).help(help)
    };
    match words(text).find(|(_, word)| !word.chars().all(may_have)) {
        Some(word) => Err(wrong(word)),
        None => all_words(text),
    }
}

/// Names that `read` reads, or names to be added to the built-in ones, each with a plus sign before it, or taken from them, with a minus sign.
pub(super) fn extended(
    text: &str,
    built_in: &str,
    read: fn(&str) -> Result<Vec<String>, ValueError>,
) -> Result<Vec<String>, ValueError> {
    if matches!(text.trim(), "none" | "None" | "off" | "False") {
        let problem = ValueError::new(0, format!("{} would be the only name", quoted(text.trim())));
        return Err(
            problem.help("leave the value empty to redact none of these, or write '-name' to leave one out")
        );
    }
    if !is_extended(text) {
        return read(text);
    }
    let mut names = read(built_in)?;
    for (offset, word) in words(text) {
        let Some(name) = word.strip_prefix(['+', '-']) else {
            let problem = ValueError::of(offset, word, "has no '+' and no '-'");
            return Err(problem.help(
                "write '+' or '-' before each name to add or to leave out some, or before none to replace the built-in ones",
            ));
        };
        let mut read = read(name).map_err(|problem| ValueError { offset: offset + 1, ..problem })?;
        if word.starts_with('+') {
            names.append(&mut read);
            continue;
        }
        let before = names.len();
        names.retain(|known| !read.iter().any(|name| is_same_name(name, known)));
        if names.len() == before {
            let problem = ValueError::of(offset, name, "is none of the built-in names");
            return Err(problem.help("'es-loader check' shows the names that are redacted"));
        }
    }
    Ok(names)
}

/// The built-in names that a list of names replaces without a sign, and does not have.
pub(super) fn left_out<'b>(text: &str, built_in: &'b str) -> Vec<&'b str> {
    if is_extended(text) {
        return Vec::new();
    }
    let is_kept = |known: &str| words(text).any(|(_, name)| is_same_name(name, known));
    words(built_in).map(|(_, known)| known).filter(|known| !is_kept(known)).collect()
}

/// Whether a list of names adds to the built-in ones or takes from them.
fn is_extended(text: &str) -> bool {
    words(text).any(|(_, word)| word.starts_with(['+', '-']))
}

/// Whether two names are one where case, hyphens and underscores do not count.
fn is_same_name(one: &str, other: &str) -> bool {
    let letters = |name: &str| name.to_lowercase().replace(['-', '_'], "");
    letters(one) == letters(other)
}

/// How values are masked: whether equal ones stay comparable.
pub(super) fn mask(text: &str) -> Result<bool, ValueError> {
    one_of(text, &[("length", false), ("hash", true)])
}

/// Blocks of addresses (RFC 4632), separated by blanks or commas. One address is a block of one.
pub(super) fn blocks(text: &str) -> Result<Vec<IpNet>, ValueError> {
    pieces(text, |c| c.is_whitespace() || c == ',')
        .map(|(offset, word)| block(word).map_err(|error| ValueError { offset, ..error }))
        .collect()
}

fn block(word: &str) -> Result<IpNet, ValueError> {
    let error = || ValueError::of(0, word, "is no block of addresses").help("write it like '10.0.0.0/8'");
    let (address, prefix) = match word.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (word, None),
    };
    let address: IpAddr = address.parse().map_err(|_| error())?;
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let prefix: u8 = prefix.map_or(Ok(longest), str::parse).map_err(|_| error())?;
    let block = IpNet::new(address, prefix).map_err(|_| error())?;
    if block.trunc() != block {
        let error = ValueError::of(0, word, "is no block: bits behind its prefix are set");
        return Err(error.help(format!("did you mean '{}'?", block.trunc())));
    }
    // A block of IPv4-mapped addresses (RFC 4291, 2.5.5.2) is one of IPv4.
    let mapped = prefix.checked_sub(96).filter(|_| address.is_ipv6() && address.to_canonical().is_ipv4());
    Ok(mapped.and_then(|prefix| IpNet::new(address.to_canonical(), prefix).ok()).unwrap_or(block))
}
