//! What Linux systems write to syslog: who signed in and who did what. `config/log_types/linux/messages.csv` has their forms.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::bytes::table::fact_table;
use crate::document::field_list::FieldId;
use crate::document::value::Value;
use crate::log_types::record_fields::Parts;
use crate::log_types::record_view::RecordView;
use crate::log_types::{Profile, derived};
use crate::parse::syslog;
use crate::read::record::Record;
use crate::read::record::event_fields::text_of;

/// The profile of Linux systems.
#[derive(Debug)]
pub(crate) struct Linux;

/// A form of a message.
struct Form {
    processes: Vec<&'static str>,
    pattern: Regex,
    /// Whether event.module is `secure` for its line, or for all lines of its processes.
    secure: &'static str,
    category: &'static str,
    types: Vec<&'static str>,
    outcome: &'static str,
}

impl Form {
    /// Whether a process of this name can write the form: one of the form's own is a word of it, as `sshd` is of `sshd-session`.
    fn is_of(&self, process: &str) -> bool {
        let mut words = process.split(|c: char| !c.is_ascii_alphanumeric());
        self.processes.is_empty() || words.any(|word| self.processes.contains(&word))
    }
}

static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    fact_table!("config/log_types/linux/messages.csv").rows(|row| {
        let pattern = Regex::new(row.cell("pattern")?);
        let pattern = pattern.map_err(|_| row.error("the pattern is no regex"))?;
        let words = |column| row.cell(column).map(|cell| cell.split_whitespace().collect());
        let [secure, category, outcome] = [row.cell("secure")?, row.cell("category")?, row.cell("outcome")?];
        Ok(Form { processes: words("process")?, pattern, secure, category, types: words("type")?, outcome })
    })
});

/// The parts of a header, and its message.
static PARTS: LazyLock<Parts> =
    LazyLock::new(|| Parts::of(fact_table!("config/log_types/linux/collected.csv")));

impl Profile for Linux {
    fn parts_count_first(&self) -> bool {
        true
    }

    /// The same in the form of RFC 5424, without its time: that of the collector's record counts.
    fn line_of(&self, record: &Record<'_>) -> Option<String> {
        let word = |text: &str| {
            let is_word = text.chars().all(|c| c.is_ascii_graphic() && !"\"{}".contains(c));
            if is_word { text.to_owned() } else { "-".to_owned() }
        };
        let program = word(&PARTS.get_within(record, "program").filter(|program| *program != "-")?);
        let message = PARTS.get_within(record, "message")?;
        let [host, pid] = ["host", "pid"]
            .map(|part| PARTS.get_within(record, part).map_or("-".to_owned(), |text| word(&text)));
        Some(format!("1 - {host} {program} {pid} - - {}", text_of(&message).trim()))
    }

    fn paths(&self) -> &'static [&'static str] {
        &["proc", "syslog_message"]
    }

    fn added_fields(&self) -> &'static [&'static str] {
        &["cloud.instance.id", "group.name", "user.effective.name"]
    }

    fn enrich_record(&self, mut record: RecordView<'_, '_>) {
        let process = record.text("proc").unwrap_or_default();
        let mut forms = FORMS.iter().filter(|form| form.is_of(process));
        if let Some(message) = record.text("syslog_message").map(|message| once(message, &mut record)) {
            // The id that Solaris puts before a message (syslogd(8)).
            let behind_id = message.strip_prefix("[ID ").and_then(|rest| rest.split_once("] "));
            let message = behind_id.map_or(message, |(_, message)| message);
            let found = forms.find_map(|form| Some((form, form.pattern.captures(message)?)));
            let all_is_secure = || FORMS.iter().any(|form| form.secure == "all" && form.is_of(process));
            if found.as_ref().is_some_and(|(form, _)| !form.secure.is_empty()) || all_is_secure() {
                record.set("event.module", "secure");
            }
            if let Some((form, groups)) = found {
                tell(form, &groups, &mut record);
            }
        }
        record.instance_of_stream();
        derived::derive(record.row, record.arena);
    }
}

/// The message that rsyslog writes once for several that are equal, `message repeated 3 times: [ …]`, and how many they were.
fn once<'a>(message: &'a str, record: &mut RecordView<'_, 'a>) -> &'a str {
    let repeated = message.find('[').and_then(|bracket| message.split_at_checked(bracket + 1));
    let repeated = repeated.and_then(|(before, inner)| Some((syslog::repetition(before)?, inner)));
    let Some((("", count), inner)) = repeated else { return message };
    record.row.set(FieldId::EVENT_COUNT, Value::Long(count.into()));
    syslog::without_bracket(inner.trim_start())
}

fn tell<'a>(form: &'static Form, groups: &Captures<'a>, record: &mut RecordView<'_, 'a>) {
    let group = |name: &str| groups.name(name).map(|group| group.as_str()).filter(|text| !text.is_empty());
    let (target, effective) = (group("target"), group("effective"));
    let other = target.or(effective);
    for (field, value) in [
        ("event.action", group("action")),
        ("user.name", group("user").or(other).or_else(|| group("root").map(|_| "root"))),
        ("group.name", group("group")),
        ("source.ip", group("source_ip")),
        ("source.address", group("source_ip")),
        ("source.port", group("source_port")),
        ("destination.ip", group("destination_ip")),
        ("destination.address", group("destination_ip")),
        ("destination.port", group("destination_port")),
        ("network.transport", group("transport")),
        ("event.reason", group("reason")),
        ("event.category", Some(form.category).filter(|category| !category.is_empty())),
    ] {
        if let Some(value) = value {
            record.set(field, value);
        }
    }
    if let (Some(user), Some(other)) = (group("user"), other)
        && user != other
    {
        record.relate_users(&[user, other]);
        // Nobody became whom he wanted to be where that failed.
        if form.outcome != "failure" {
            let field = if target.is_some() { "user.target.name" } else { "user.effective.name" };
            record.set(field, other);
        }
    }
    let (types, outcome): (&[_], _) = match (group("denied"), group("allowed")) {
        (Some(_), _) => (&["denied"], "failure"),
        (_, Some(_)) => (&["allowed"], "success"),
        _ => (&form.types, form.outcome),
    };
    if !types.is_empty() {
        record.row.set(FieldId::EVENT_TYPE, Value::Words(types));
    }
    if !outcome.is_empty() {
        record.row.set(FieldId::EVENT_OUTCOME, Value::Word(outcome));
    }
}
