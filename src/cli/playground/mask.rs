//! Takes addresses, hosts and users out of log lines before they are shared. Each becomes a made-up one, the same wherever it stands.
//!
//! The documents of the lines tell which texts name a host or a user; addresses, MACs and mail addresses are found by their form.
//! Payloads of packets are decoded, masked and encoded again; what is no text is removed. A line in which a name still stands
//! afterwards is removed as a whole.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use base64_simd::STANDARD;
use bumpalo::Bump;
use regex::{Captures, Regex, RegexBuilder};
use serde_json::Value;

use super::answer;
use super::answer::Question;
use crate::packet::payload::Packet;

/// What stands in place of a line that cannot be masked, or a payload that is no text.
const REMOVED: &str = "[removed]";

/// A shorter name is a word like any other.
const SHORTEST_NAME: usize = 3;

/// Fields, or the ends of their names, whose values name a person or a machine.
const NAMES: [(&str, &str); 12] = [
    ("host.name", "host"),
    (".hostname", "host"),
    ("server.name", "host"),
    (".domain", "host"),
    ("related.hosts", "host"),
    ("source.address", "host"),
    ("destination.address", "host"),
    ("dns.question.name", "host"),
    ("user.name", "user"),
    ("user.full_name", "user"),
    ("user.id", "user"),
    ("related.user", "user"),
];

/// The lines of a question with made-up addresses, hosts and users. Its user.ini and section tell which texts are names.
pub(super) fn masked(question: &Question) -> String {
    let Some(mut mask) = Mask::new(question) else { return REMOVED.to_owned() };
    let masked: Vec<String> = question.lines.lines().map(|line| mask.line(line)).collect();
    masked.join("\n")
}

struct Mask {
    /// The names of the lines, all in one pattern, the longest first; `None` where there are none.
    names: Option<Regex>,
    /// What each name, in small letters, becomes.
    made_up: BTreeMap<String, String>,
    /// The headers whose values packets lose.
    redacted_headers: Vec<String>,
    addresses: BTreeMap<IpAddr, IpAddr>,
    macs: BTreeMap<String, String>,
    address: Regex,
    mac: Regex,
    mail: Regex,
    home: Regex,
    payload: Regex,
}

impl Mask {
    /// `None` where there are too many names for a pattern.
    fn new(question: &Question) -> Option<Self> {
        let made_up = made_up(&names(question));
        let mut longest: Vec<&String> = made_up.keys().collect();
        longest.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let names = match longest.as_slice() {
            [] => None,
            longest => {
                let escaped: Vec<String> = longest.iter().map(|name| regex::escape(name)).collect();
                let pattern = format!("(?:{})", escaped.join("|"));
                Some(RegexBuilder::new(&pattern).case_insensitive(true).size_limit(64 << 20).build().ok()?)
            }
        };
        Some(Self {
            names,
            made_up,
            redacted_headers: answer::redacted_headers(),
            addresses: BTreeMap::new(),
            macs: BTreeMap::new(),
            // Between pipes stands the version of a header.
            address: Regex::new(r"\|?[0-9A-Fa-f]{0,4}(?:[.:][0-9A-Fa-f]{0,4}){2,8}").ok()?,
            mac: Regex::new(r"\b[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\b").ok()?,
            mail: Regex::new(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}").ok()?,
            home: Regex::new(r"(?i)([/\\](?:home|users)[/\\]+)([^/\\\s]+)").ok()?,
            payload: Regex::new(r"=([A-Za-z0-9+][A-Za-z0-9+/]{39,})((?:\\*=){0,2})").ok()?,
        })
    }

    fn line(&mut self, line: &str) -> String {
        let masked = match serde_json::from_str::<Value>(line) {
            Ok(mut record) if record.is_object() => {
                self.texts_in(&mut record);
                record.to_string()
            }
            _ => self.text(line),
        };
        let still_named =
            |names: &Regex| names.find_iter(&masked).any(|name| !self.is_made_up(name.as_str()));
        if self.names.as_ref().is_some_and(still_named) { REMOVED.to_owned() } else { masked }
    }

    fn texts_in(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(values) => values.iter_mut().for_each(|value| self.texts_in(value)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.texts_in(value)),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) -> String {
        let payload = self.payload.clone();
        let without_payloads = payload.replace_all(text, |found: &Captures<'_>| {
            let digits = found.get(1).map_or("", |digits| digits.as_str());
            let is_hash = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            if is_hash { found[0].to_owned() } else { format!("={}", self.payload(digits)) }
        });
        self.plain(&without_payloads)
    }

    /// A payload with the names in its text masked, or nothing of one that is no text.
    fn payload(&mut self, digits: &str) -> String {
        let arena = Bump::new();
        match Packet::decode(digits, &self.redacted_headers, &arena).packet {
            Packet::Text(text) => STANDARD.encode_to_string(self.plain(text)).replace('=', "\\="),
            Packet::Binary(_) | Packet::Damaged(_) => String::new(),
        }
    }

    fn plain(&mut self, text: &str) -> String {
        let macs = &mut self.macs;
        let text = self.mac.replace_all(text, |found: &Captures<'_>| {
            let number = macs.len() + 1;
            let made_up = || format!("00-00-5E-00-53-{number:02X}");
            macs.entry(found[0].to_ascii_uppercase().replace(':', "-")).or_insert_with(made_up).clone()
        });
        let text = self.mail.replace_all(&text, "user@example.com");
        let addresses = &mut self.addresses;
        let text = self.address.replace_all(&text, |found: &Captures<'_>| {
            found[0]
                .parse()
                .map_or_else(|_| found[0].to_owned(), |ip| made_up_address(ip, addresses).to_string())
        });
        let text = match &self.names {
            Some(names) => names.replace_all(&text, |found: &Captures<'_>| {
                let made_up = self.made_up.get(&found[0].to_lowercase());
                made_up.cloned().unwrap_or_else(|| REMOVED.to_owned())
            }),
            None => text,
        };
        self.home.replace_all(&text, |found: &Captures<'_>| format!("{}user", &found[1])).into_owned()
    }

    fn is_made_up(&self, name: &str) -> bool {
        self.made_up.values().any(|made_up| made_up.contains(&name.to_lowercase()))
    }
}

/// The names that the documents of the lines hold, each with what it names.
fn names(question: &Question) -> BTreeMap<String, &'static str> {
    let mut found = BTreeMap::new();
    for (field, value) in answer::fields(question) {
        let kind =
            NAMES.iter().find(|(name, _)| field == *name || field.ends_with(name)).map(|(_, kind)| *kind);
        let Some(kind) = kind else { continue };
        let values = match &value {
            Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
            value => value.as_str().into_iter().collect::<Vec<_>>(),
        };
        for name in
            values.into_iter().filter(|name| name.len() >= SHORTEST_NAME && name.parse::<IpAddr>().is_err())
        {
            // A domain's user stands in the line with its backslash escaped.
            for part in name.split('\\').filter(|part| part.len() >= SHORTEST_NAME) {
                found.entry(part.to_lowercase()).or_insert(kind);
            }
        }
    }
    found
}

fn made_up(names: &BTreeMap<String, &'static str>) -> BTreeMap<String, String> {
    let made_up = |(number, (name, kind)): (usize, (&String, &&'static str))| {
        let number = number + 1;
        let text = if *kind == "host" { format!("h{number}.example") } else { format!("u{number}") };
        (name.clone(), text)
    };
    names.iter().enumerate().map(made_up).collect()
}

/// An address of a range that is nobody's, of the same kind: a private one stays private, because X-Forwarded-For is read by that.
fn made_up_address(ip: IpAddr, known: &mut BTreeMap<IpAddr, IpAddr>) -> IpAddr {
    if let Some(made_up) = known.get(&ip) {
        return *made_up;
    }
    let number = known.len() + 1;
    let [.., high, low] = u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes();
    let made_up = match ip {
        ip if ip.is_loopback() || ip.is_unspecified() => ip,
        IpAddr::V4(v4) if v4.is_private() => Ipv4Addr::new(10, 255, high, low).into(),
        IpAddr::V4(_) => Ipv4Addr::new(198, 18, high, low).into(),
        IpAddr::V6(v6) => {
            let first = if v6.is_unique_local() || v6.is_unicast_link_local() {
                [0xfd00, 0]
            } else {
                [0x2001, 0xdb8]
            };
            let [a, b] = first;
            Ipv6Addr::new(a, b, 0, 0, 0, 0, u16::from(high), u16::from(low)).into()
        }
    };
    known.insert(ip, made_up);
    made_up
}

#[cfg(test)]
mod tests {
    use super::super::examples;
    use super::*;

    fn question(lines: &str) -> Question {
        Question { lines: lines.to_owned(), config: String::new(), section: None }
    }

    fn masked(lines: &str) -> String {
        super::masked(&question(lines))
    }

    const LINE: &str = "Nov 29 12:00:00 web01 CEF:0|Trend Micro|Deep Security Agent|20.0.1|3002795|Rule|8|cn1=7 cn1Label=Host ID \
         dvchost=web01.corp.local src=203.0.113.9 dst=10.1.2.3 suser=CORP\\\\yamada msg=login of yamada from 203.0.113.9";

    #[test]
    fn equal_names_become_equal_and_others_other() {
        let masked = masked(LINE);
        for gone in ["203.0.113.9", "10.1.2.3", "web01", "corp", "yamada"] {
            assert!(!masked.to_lowercase().contains(gone), "{gone} in {masked}");
        }
        assert_eq!(masked.matches("198.18.").count(), 2, "{masked}");
        assert_eq!(masked.matches("10.255.").count(), 1, "{masked}");
    }

    #[test]
    fn a_masked_line_is_still_the_same_event() {
        let before: Vec<String> = answer::fields(&question(LINE)).map(|(field, _)| field).collect();
        let after: Vec<String> = answer::fields(&question(&masked(LINE))).map(|(field, _)| field).collect();
        assert_eq!(
            before.iter().find(|field| *field == "source.ip"),
            after.iter().find(|field| *field == "source.ip")
        );
        assert!(after.contains(&"rule.id".to_owned()), "{after:?}");
    }

    #[test]
    fn names_in_a_packet_are_masked_and_binary_payloads_removed() {
        let http = STANDARD.encode_to_string("GET /a HTTP/1.1\r\nHost: shop.corp.example\r\nX-Forwarded-For: 203.0.113.9\r\nCookie: s=1\r\n\r\n");
        let line = |payload: &str| {
            format!(
                "CEF:0|Trend Micro|Deep Security Agent|20|1001251|n|6|src=203.0.113.9 TrendMicroDsPacketData={payload}"
            )
        };
        let text = masked(&line(&http));
        let payload = text.split("PacketData=").nth(1).unwrap().replace('\\', "");
        let decoded = String::from_utf8(STANDARD.decode_to_vec(payload).unwrap()).unwrap();
        assert!(decoded.starts_with("GET /a HTTP/1.1\r\nHost: h"), "{decoded}");
        assert!(!decoded.contains("shop.corp") && !decoded.contains("203.0.113.9"), "{decoded}");
        let binary = STANDARD.encode_to_string([0, 159, 146, 150].repeat(20));
        assert!(masked(&line(&binary)).ends_with("PacketData="));
    }

    #[test]
    fn the_examples_keep_no_address_and_no_host() {
        for example in examples::ALL {
            let question = Question {
                lines: example.lines.to_owned(),
                config: example.config.to_owned(),
                section: Some(example.section.to_owned()),
            };
            let masked = super::masked(&question).to_lowercase();
            for (name, _) in names(&question) {
                let is_ours = |text: &str| ["example", "user"].iter().any(|ours| text.contains(ours));
                assert!(is_ours(&name) || !masked.contains(&name), "{name} in {masked}");
            }
        }
    }

    #[test]
    fn names_that_a_section_of_one_s_own_tells_are_masked() {
        let lines = "203.0.113.9 yamada shop-db01 GET";
        let config = "[shop]\nindex_name = log-shop\ns3_key = shop/\nfile_format = text\n\
             log_pattern = (?P<ip>\\S+) (?P<who>\\S+) (?P<where>\\S+) (?P<what>\\S+)\n\
             ecs = source.ip user.name host.name\nsource.ip = ip\nuser.name = who\nhost.name = where\n";
        let masked = super::masked(&Question {
            lines: lines.to_owned(),
            config: config.to_owned(),
            section: Some("shop".to_owned()),
        });
        for gone in ["203.0.113.9", "yamada", "shop-db01"] {
            assert!(!masked.contains(gone), "{masked}");
        }
    }

    #[test]
    fn times_and_versions_are_no_addresses() {
        let line = "2026-11-29T12:00:00 CEF:0|Trend Micro|Deep Security Agent|20.0.1.690|1|n|5|act=Log";
        assert!(masked(line).contains("2026-11-29T12:00:00"), "{}", masked(line));
    }
}
