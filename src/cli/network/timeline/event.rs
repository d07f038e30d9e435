//! One event of a timeline, out of a document of any log.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::log_types::DEFAULT_SECTION;

/// Two logs that saw the same tell of it within so many seconds: flow logs tell of minutes at once.
const SAME: i64 = 120;

#[derive(Debug, Serialize)]
pub(super) struct Event {
    /// When, in UTC.
    pub(super) time: String,
    pub(super) log: String,
    pub(super) verdict: Verdict,
    /// The request, or the rule, or else the action.
    pub(super) what: String,
    /// The rule that met it, where a request is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<i64>,
    /// No other log has an event of the same request or connection.
    pub(super) alone: bool,
    pub(super) index: String,
    pub(super) id: String,
    #[serde(skip)]
    place: Place,
    #[serde(skip)]
    second: Option<i64>,
}

/// What was done about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    Blocked,
    /// Seen by a rule that does not block.
    Detected,
    Allowed,
    Failed,
    Succeeded,
    /// The log tells none.
    Unknown,
}

impl Verdict {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Detected => "detected",
            Self::Allowed => "allowed",
            Self::Failed => "failed",
            Self::Succeeded => "succeeded",
            Self::Unknown => "-",
        }
    }
}

/// What two logs of the same have in common.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    Path(String),
    Port(String, i64),
    Nowhere,
}

impl Event {
    pub(super) fn of(hit: &Value) -> Self {
        let source = Source(hit.get("_source").unwrap_or(&Value::Null));
        let log = source.text("/@log_type").or_else(|| source.text("/event/module")).unwrap_or_default();
        let written = source.text("/@timestamp").unwrap_or_default();
        let time: Option<Timestamp> = written.parse().ok();
        let request = source.request();
        let rule = source.text("/rule/name").filter(|rule| rule != "Default_Action");
        let rule_of_request =
            rule.clone().filter(|_| request.is_some() && verdict(&source, &log) != Verdict::Allowed);
        Self {
            time: time.map_or(written, |time| time.strftime("%Y-%m-%d %H:%M:%SZ").to_string()),
            verdict: verdict(&source, &log),
            what: request.or_else(|| source.connection(rule.as_deref())).unwrap_or_else(|| source.action()),
            rule: rule_of_request,
            status: source.number("/http/response/status_code"),
            alone: false,
            index: Source(hit).text("/_index").unwrap_or_default(),
            id: Source(hit).text("/_id").unwrap_or_default(),
            place: source.place(),
            second: time.map(Timestamp::as_second),
            log,
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let near = |one: i64, other: i64| (one - other).abs() <= SAME;
        let is_near = self.second.zip(other.second).is_some_and(|(one, other)| near(one, other));
        is_near && self.place != Place::Nowhere && self.place == other.place
    }
}

/// Marks the events of which only the agents on the hosts know.
pub(super) fn note_lone(events: &mut [Event]) {
    let lone: Vec<bool> = events
        .iter()
        .map(|event| {
            let others = || events.iter().filter(|other| other.log != event.log);
            event.log == DEFAULT_SECTION
                && event.place != Place::Nowhere
                && others().next().is_some()
                && !others().any(|other| event.is_same(other))
        })
        .collect();
    for (event, alone) in events.iter_mut().zip(lone) {
        event.alone = alone;
    }
}

fn verdict(source: &Source<'_>, log: &str) -> Verdict {
    // The names of prefixes have underscores.
    let disposition = source.text(&format!("/{}/disposition", log.replace('-', "_")));
    match disposition.as_deref() {
        Some("blocked") => return Verdict::Blocked,
        Some("detected") => return Verdict::Detected,
        Some("allowed") => return Verdict::Allowed,
        _ => {}
    }
    let types = source.texts("/event/type");
    let outcome = source.text("/event/outcome");
    match outcome.as_deref() {
        _ if types.iter().any(|word| word == "denied") => Verdict::Blocked,
        _ if types.iter().any(|word| word == "allowed") => Verdict::Allowed,
        Some("failure") => Verdict::Failed,
        Some("success") => Verdict::Succeeded,
        _ => Verdict::Unknown,
    }
}

struct Source<'d>(&'d Value);

impl Source<'_> {
    /// A text, or the first of several.
    fn text(&self, pointer: &str) -> Option<String> {
        match self.0.pointer(pointer)? {
            Value::String(text) => Some(text.clone()),
            Value::Array(texts) => texts.first()?.as_str().map(str::to_owned),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn number(&self, pointer: &str) -> Option<i64> {
        self.0.pointer(pointer).and_then(Value::as_i64)
    }

    /// All values of a field.
    fn texts(&self, pointer: &str) -> Vec<String> {
        match self.0.pointer(pointer) {
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Some(Value::String(one)) => vec![one.clone()],
            _ => Vec::new(),
        }
    }

    /// Method, path and query.
    fn request(&self) -> Option<String> {
        let path = self.text("/url/path").or_else(|| self.text("/url/original"))?;
        let query = self.text("/url/query").map(|query| format!("?{query}")).unwrap_or_default();
        let method = self.text("/http/request/method").unwrap_or_else(|| "-".to_owned());
        Some(format!("{method} {path}{query}"))
    }

    /// Rule, or transport, and where the connection goes.
    fn connection(&self, rule: Option<&str>) -> Option<String> {
        let to = self.text("/destination/ip")?;
        let port = self.number("/destination/port").map(|port| format!(":{port}")).unwrap_or_default();
        let transport = self.text("/network/transport");
        let what = rule.or(transport.as_deref()).unwrap_or("connection");
        let from = self.text("/source/ip").unwrap_or_else(|| "?".to_owned());
        Some(format!("{what} {from} -> {to}{port}"))
    }

    /// What was done, and by whom.
    fn action(&self) -> String {
        let what = self.text("/event/action").or_else(|| self.text("/rule/name"));
        let what = what.or_else(|| self.text("/error/message")).unwrap_or_else(|| "-".to_owned());
        match self.text("/user/name") {
            Some(user) => format!("{what} by {user}"),
            None => what,
        }
    }

    fn place(&self) -> Place {
        match (self.text("/url/path"), self.text("/destination/ip"), self.number("/destination/port")) {
            (Some(path), ..) => Place::Path(path),
            (None, Some(ip), Some(port)) => Place::Port(ip, port),
            _ => Place::Nowhere,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(source: Value) -> Event {
        Event::of(&json!({"_index": "log-x", "_id": "1", "_source": source}))
    }

    fn request(log: &str, time: &str, path: &str) -> Event {
        event(json!({"@log_type": log, "@timestamp": time, "url": {"path": path}}))
    }

    #[test]
    fn each_log_tells_its_verdict_in_its_own_words() {
        for (source, verdict) in [
            (json!({"event": {"type": "denied"}}), Verdict::Blocked),
            (json!({"event": {"type": ["info", "denied"]}}), Verdict::Blocked),
            (json!({"event": {"type": ["allowed"]}}), Verdict::Allowed),
            (json!({"event": {"outcome": "failure"}}), Verdict::Failed),
            (json!({"event": {"outcome": "success", "type": "access"}}), Verdict::Succeeded),
            (
                json!({"@log_type": DEFAULT_SECTION, "event": {"type": ["allowed"]}, DEFAULT_SECTION: {"disposition": "detected"}}),
                Verdict::Detected,
            ),
            (json!({}), Verdict::Unknown),
        ] {
            assert_eq!(event(source.clone()).verdict, verdict, "{source}");
        }
    }

    #[test]
    fn a_line_tells_the_request_or_the_connection_or_the_action() {
        for (source, what) in [
            (
                json!({"http": {"request": {"method": "GET"}}, "url": {"path": "/a", "query": "b=1"}}),
                "GET /a?b=1",
            ),
            (
                json!({"source": {"ip": "192.0.2.1"}, "destination": {"ip": "10.0.0.1", "port": 22}, "network": {"transport": "tcp"}}),
                "tcp 192.0.2.1 -> 10.0.0.1:22",
            ),
            (
                json!({"event": {"action": "ConsoleLogin"}, "user": {"name": "carol"}}),
                "ConsoleLogin by carol",
            ),
            (json!({}), "-"),
        ] {
            assert_eq!(event(source.clone()).what, what, "{source}");
        }
    }

    #[test]
    fn what_only_the_agent_saw_is_noted() {
        let mut events = vec![
            request("waf", "2026-11-28T03:10:31Z", "/a"),
            request(DEFAULT_SECTION, "2026-11-28T12:10:31+09:00", "/a"),
            request(DEFAULT_SECTION, "2026-11-28T03:10:32Z", "/b"),
            request(DEFAULT_SECTION, "2026-11-28T04:10:32Z", "/a"),
        ];
        note_lone(&mut events);
        let alone: Vec<bool> = events.iter().map(|event| event.alone).collect();
        assert_eq!(alone, [false, false, true, true]);
    }
}
