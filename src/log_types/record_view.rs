//! What a profile sees of a record that is the event itself.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use serde::de::DeserializeOwned;

use crate::bytes::json::string;
use crate::config::log_type::LogType;
use crate::document::convert::{address, convert};
use crate::document::field_list::FieldId;
use crate::document::fields::Fields;
use crate::document::row::Row;
use crate::document::trace::Step;
use crate::document::value::{Address, Value};
use crate::packet::http::forwarded_address;

/// Members that a log type adds to a document mostly take fewer bytes.
const USUAL_MEMBERS: usize = 1024;

/// Where the values of a record are found.
pub(crate) trait RecordSource<'a> {
    /// The text of a value, by its path: that of a string, the JSON of any other. Nothing where it says nothing.
    fn text(&self, path: &str) -> Option<&'a str>;

    /// The JSON of a value. Nothing where the record is no JSON.
    fn json(&self, path: &str) -> Option<&'a str>;
}

/// A record whose row the table has begun to fill.
pub(crate) struct RecordView<'c, 'a> {
    /// Memory that lives as long as the event.
    pub(crate) arena: &'a Bump,
    /// The fields of its section.
    pub(crate) fields: &'c Fields,
    /// Its section.
    pub(crate) log_type: &'c LogType,
    /// The key of its object.
    pub(crate) key: &'a str,
    /// The log group of CloudWatch Logs that it came from.
    pub(crate) log_group: Option<&'a str>,
    /// The log stream of CloudWatch Logs that it came from.
    pub(crate) log_stream: Option<&'a str>,
    /// Its own values, of the paths that the profile names.
    pub(crate) source: &'c dyn RecordSource<'a>,
    /// The values of its fields.
    pub(crate) row: &'c mut Row<'a>,
    /// Members that the document gets beside the record's own: the path of their object, and their JSON without braces.
    pub(crate) added: &'c mut Vec<(&'a str, &'a str)>,
}

impl<'a> RecordView<'_, 'a> {
    /// Does a part of the work that is a step of its own to those who ask why a field has its value.
    fn within<T>(&mut self, step: Step, work: impl FnOnce(&mut Self) -> T) -> T {
        self.row.trace.step(step);
        let done = work(self);
        self.row.trace.step(Step::LogType);
        done
    }

    /// The text at a path.
    pub(crate) fn text(&self, path: &str) -> Option<&'a str> {
        self.source.text(path)
    }

    /// The list at a path; none where something else stands there.
    pub(crate) fn list<T: DeserializeOwned>(&self, path: &str) -> Vec<T> {
        self.source.json(path).and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }

    /// Gives a field by its name a value of its type, in place of any that it has. A text that does not fit leaves it as it is.
    pub(crate) fn set(&mut self, field: &str, text: &'a str) {
        let Some(id) = self.fields.id(field) else { return };
        if let Some(value) = convert(text, self.fields.kind(id), self.arena) {
            self.row.set(id, value);
        }
    }

    /// The same, unless the field has a value.
    pub(crate) fn fill(&mut self, field: &str, text: &'a str) {
        if self.fields.id(field).is_some_and(|id| !self.row.has(id)) {
            self.set(field, text);
        }
    }

    /// Sets `http.version` by a text such as `HTTP/1.1`.
    pub(crate) fn http_version(&mut self, path: &str) {
        if let Some((_, version)) = self.text(path).and_then(|protocol| protocol.split_once('/')) {
            self.set("http.version", version);
        }
    }

    /// Adds members with these texts to the object at a path of the document, which may be the document itself.
    pub(crate) fn add<'m>(&mut self, path: &'a str, members: impl IntoIterator<Item = (&'m str, &'m str)>) {
        let mut json = Vec::with_capacity(USUAL_MEMBERS);
        for (name, text) in members {
            if !json.is_empty() {
                json.push(b',');
            }
            string(name, &mut json);
            json.push(b':');
            string(text, &mut json);
        }
        if !json.is_empty() {
            self.added.push((path, self.arena.alloc_str(&String::from_utf8_lossy(&json))));
        }
    }

    /// `event.outcome`, by the status of an answer.
    pub(crate) fn outcome_of_status(&mut self) {
        let status = match self.row.get(FieldId::HTTP_RESPONSE_STATUS_CODE) {
            Value::Json(text) => text.parse().ok(),
            Value::Long(status) => Some(status),
            _ => None,
        };
        let outcome = match status {
            Some(100..400) => "success",
            Some(400..) => "failure",
            // CloudFront writes 000 for a client that was gone.
            _ => "unknown",
        };
        self.within(Step::Class, |view| view.row.set_if_absent(FieldId::EVENT_OUTCOME, Value::Word(outcome)));
    }

    /// The EC2 instance after which the log stream is named: `cloud.instance.id`, and one of `related.hosts`.
    pub(crate) fn instance_of_stream(&mut self) {
        let Some(instance) = self.log_stream.and_then(instance_in) else { return };
        self.set("cloud.instance.id", instance);
        let mut hosts: ArenaVec<'a, &'a str> = ArenaVec::new_in(self.arena);
        hosts.extend_from_slice(self.row.get(FieldId::RELATED_HOSTS).texts());
        hosts.push(instance);
        self.row.set(FieldId::RELATED_HOSTS, Value::Texts(hosts.into_bump_slice()));
    }

    /// Makes the client of X-Forwarded-For the source, where the peer is a trusted proxy: the right-most address that is none. All
    /// addresses of the list are given back, and those of them that trusted proxies vouch for.
    pub(crate) fn forwarded_for(&mut self, list: &'a str) -> (&'a [Address<'a>], &'a [Address<'a>]) {
        let addresses = list.split(',').filter_map(|entry| forwarded_address(entry.trim()));
        let addresses = ArenaVec::from_iter_in(addresses, self.arena).into_bump_slice();
        let log_type = self.log_type;
        if !self.row.ip(FieldId::SOURCE_IP).is_some_and(|peer| log_type.trusts(peer.ip)) {
            return (addresses, &[]);
        }
        let client = addresses.iter().rposition(|address| !log_type.trusts(address.ip));
        if let Some(client) = client.and_then(|at| addresses.get(at)) {
            self.within(Step::Forwarded, |view| view.row.set(FieldId::SOURCE_IP, Value::Ip(client)));
            // It is the proxy's.
            self.row.set(FieldId::SOURCE_PORT, Value::Absent);
        }
        (addresses, addresses.get(client.unwrap_or_default()..).unwrap_or_default())
    }

    /// The same for a log of requests, where `related.ip` takes the peer and those that trusted proxies vouch for. All addresses of the
    /// list are given back.
    pub(crate) fn client_behind_proxies(&mut self, list: &'a str) -> &'a [Address<'a>] {
        let (addresses, believed) = self.forwarded_for(list);
        let peer = self.row.text(FieldId::SOURCE_ADDRESS).and_then(address);
        self.relate(peer.as_slice());
        self.relate(believed);
        addresses
    }

    /// Adds names to `related.user`, each once.
    pub(crate) fn relate_users(&mut self, names: &[&'a str]) {
        if names.iter().all(|name| name.is_empty()) {
            return;
        }
        let mut users: ArenaVec<'a, &'a str> = ArenaVec::new_in(self.arena);
        let earlier = self.row.get(FieldId::RELATED_USER);
        for name in earlier.texts().iter().chain(names) {
            if !name.is_empty() && !users.contains(name) {
                users.push(name);
            }
        }
        self.within(Step::Related, |view| {
            view.row.set(FieldId::RELATED_USER, Value::Texts(users.into_bump_slice()));
        });
    }

    /// Adds addresses to `related.ip`, each once.
    pub(crate) fn relate(&mut self, addresses: &[Address<'a>]) {
        let own = [FieldId::SOURCE_IP, FieldId::DESTINATION_IP].map(|field| self.row.ip(field).copied());
        let all = own.into_iter().flatten().chain(addresses.iter().copied());
        self.within(Step::Related, |view| view.row.add_ips(FieldId::RELATED_IP, all, view.arena));
    }
}

/// The id of an EC2 instance in a text, as a word of its own: `i-` and 8 or 17 digits of base 16.
fn instance_in(text: &str) -> Option<&str> {
    text.match_indices("i-").find_map(|(at, prefix)| {
        let behind = text.get(at + prefix.len()..)?;
        let digits = behind.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let is_id =
            matches!(digits, 8 | 17) && behind.bytes().take(digits).all(|byte| byte.is_ascii_hexdigit());
        let is_word = !text.get(..at)?.ends_with(|c: char| c.is_ascii_alphanumeric());
        (is_id && is_word).then(|| text.get(at..at + prefix.len() + digits)).flatten()
    })
}
