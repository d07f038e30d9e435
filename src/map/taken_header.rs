//! The syslog header that a collector has taken off an event and written into fields of its record: `config/syslog_headers.csv` names them.

use std::sync::LazyLock;

use crate::bytes::table::fact_table;
use crate::parse::syslog::{self, HeaderTime, SyslogHeader};
use crate::read::record::fluentd::Record;
use crate::read::record::raw::within;

/// The fields of one collector.
struct Fields {
    told_by: Names,
    host: Names,
    program: Names,
    priority: Names,
    facility: Names,
    severity: Names,
    time: Names,
}

/// Names of fields, of which the first one counts.
type Names = &'static [&'static str];

/// A part of a priority, its number, and the words for it.
type Code = (&'static str, u8, Names);

/// What a record says of the header of its event.
pub(super) fn taken_header<'r>(record: &'r Record<'_>) -> SyslogHeader<'r> {
    static COLLECTORS: LazyLock<Vec<Fields>> = LazyLock::new(|| {
        fact_table!("config/syslog_headers.csv").rows(|row| {
            Ok(Fields {
                told_by: row.list("told by")?,
                host: row.list("host")?,
                program: row.list("program")?,
                priority: row.list("priority")?,
                facility: row.list("facility")?,
                severity: row.list("severity")?,
                time: row.list("time")?,
            })
        })
    });
    let mut header = SyslogHeader::default();
    // Most records have no other fields.
    if record.others.is_empty() {
        return header;
    }
    let first = |names: Names| names.iter().find_map(|name| field(record, name));
    for fields in COLLECTORS.iter().filter(|fields| first(fields.told_by).is_some()) {
        let number = || first(fields.priority)?.parse().ok().filter(|priority| *priority <= 191);
        let parts = || {
            let facility = code("facility", first(fields.facility)?)?;
            Some(facility * 8 + code("severity", first(fields.severity)?)?)
        };
        header.time = header.time.or_else(|| fields.time.iter().find_map(|name| time(field(record, name)?)));
        header.hostname = header.hostname.or_else(|| first(fields.host).and_then(syslog::host));
        header.appname = header.appname.or_else(|| first(fields.program).and_then(syslog::program));
        header.priority = header.priority.or_else(number).or_else(parts);
    }
    // A header may stand before the JSON, too.
    header.time = header.time.or_else(|| syslog::parse(record.other("before")?).time);
    header
}

/// The text of a field that says something.
fn field<'r>(record: &'r Record<'_>, path: &str) -> Option<&'r str> {
    let own = match path {
        "hostname" => record.hostname.as_deref(),
        "timestamp" => record.timestamp.as_deref(),
        _ => record.other(path),
    };
    own.or_else(|| inner(record, path)).map(str::trim).filter(|text| !text.is_empty() && *text != "null")
}

/// The text of a field in an object.
fn inner<'r>(record: &'r Record<'_>, path: &str) -> Option<&'r str> {
    let json = within(record, path)?;
    if json.starts_with('"') { serde_json::from_str(json).ok() } else { Some(json) }
}

/// A time that is a whole field.
fn time(text: &str) -> Option<HeaderTime> {
    syslog::time_of_field(text).filter(|(_, rest)| rest.trim().is_empty()).map(|(time, _)| time)
}

/// The number of a part of a priority.
fn code(part: &str, text: &str) -> Option<u8> {
    static CODES: LazyLock<Vec<Code>> = LazyLock::new(|| {
        fact_table!("config/syslog_codes.csv")
            .rows(|row| Ok((row.cell("part")?, row.number("code")?, row.list("words")?)))
    });
    let number = text.parse().ok();
    let is_meant = |code: &&Code| {
        code.0 == part
            && (number == Some(code.1) || code.2.iter().any(|word| text.eq_ignore_ascii_case(word)))
    };
    CODES.iter().find(is_meant).map(|code| code.1)
}
