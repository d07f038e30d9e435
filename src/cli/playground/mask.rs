//! Takes addresses, hosts and users out of log lines before they are shared. Each becomes a made-up one, the same wherever it stands.
//!
//! The documents of the lines tell which texts name a host or a user; addresses, MACs and mail addresses are found by their form.
//! Payloads of packets are decoded, masked and encoded again; what is no text is removed. A line in which a name still stands
//! afterwards is removed as a whole, and so is one that is no event or was not read, because nothing tells the names in it.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use base64_simd::STANDARD;
use bumpalo::Bump;
use regex::{Captures, Regex, RegexBuilder};
use serde_json::Value;

use super::answer::{self, Question};
use crate::packet::payload::Packet;

/// What stands in place of a line that cannot be masked, or a payload that is no text.
const REMOVED: &str = "[removed]";

/// A shorter name is masked only where it is a word of its own.
const SHORT_NAME: usize = 3;

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
    let found = answer::found(question);
    let Some(mut mask) = Mask::new(&found.fields) else { return REMOVED.to_owned() };
    let is_known =
        |number: u64| !found.not_understood.contains(&number) && found.end.is_none_or(|end| number < end);
    let masked = (1..).zip(question.lines.lines()).map(|(number, line)| match is_known(number) {
        true => mask.line(line),
        false => REMOVED.to_owned(),
    });
    masked.collect::<Vec<_>>().join("\n")
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
    /// An address of IPv4 with a label, a port or a full stop beside it.
    inner: Regex,
    /// One in the name of a host: `ip-10-0-1-7`.
    dashed: Regex,
    /// The user of a URL, and its password.
    url_user: Regex,
    mac: Regex,
    mail: Regex,
    home: Regex,
    payload: Regex,
}

impl Mask {
    /// `None` where there are too many names for a pattern.
    fn new(fields: &[(String, Value)]) -> Option<Self> {
        let made_up = made_up(&names(fields));
        let mut longest: Vec<&String> = made_up.keys().collect();
        longest.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let names = match longest.as_slice() {
            [] => None,
            longest => {
                let escaped: Vec<String> = longest.iter().map(|name| pattern(name)).collect();
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
            inner: Regex::new(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}").ok()?,
            dashed: Regex::new(r"\b[0-9]{1,3}(?:-[0-9]{1,3}){3}\b").ok()?,
            url_user: Regex::new(r"://[^/\s@]+@").ok()?,
            mac: Regex::new(r"\b[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\b").ok()?,
            mail: Regex::new(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}").ok()?,
            home: Regex::new(r"(?i)([/\\](?:home|users)[/\\]+)([^/\\\s]+)").ok()?,
            payload: Regex::new(
                r#"(?P<key>(?i:packet\w*))=(?P<packet>[^\s"|]*)|=(?P<digits>[A-Za-z0-9+][A-Za-z0-9+/]{39,})(?:\\*=){0,2}"#,
            )
            .ok()?,
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
            if let (Some(key), Some(packet)) = (found.name("key"), found.name("packet")) {
                let digits = packet.as_str().trim_end_matches(['=', '\\']);
                return format!("{}={}", key.as_str(), self.payload(digits));
            }
            let digits = found.name("digits").map_or("", |digits| digits.as_str());
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
        let text = self.url_user.replace_all(&text, "://user@");
        let text = self.mail.replace_all(&text, "user@example.com");
        let addresses = &mut self.addresses;
        let mut masked = |address: &str| Some(made_up_address(address.parse().ok()?, addresses).to_string());
        let text = self.dashed.replace_all(&text, |found: &Captures<'_>| {
            let masked = masked(&found[0].replace('-', "."));
            masked.map_or_else(|| found[0].to_owned(), |address| address.replace('.', "-"))
        });
        let text = self.address.replace_all(&text, |found: &Captures<'_>| {
            let text = &found[0];
            let bare = text.trim_matches(['.', ':']);
            if text.starts_with('|') {
                text.to_owned()
            } else if let Some(address) = masked(text) {
                address
            } else if self.inner.is_match(text) {
                let each = |found: &Captures<'_>| masked(&found[0]).unwrap_or_else(|| found[0].to_owned());
                self.inner.replace_all(text, each).into_owned()
            } else {
                masked(bare).map_or_else(|| text.to_owned(), |address| text.replacen(bare, &address, 1))
            }
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

fn pattern(name: &str) -> String {
    let escaped = regex::escape(name);
    if name.len() < SHORT_NAME { format!(r"\b{escaped}\b") } else { escaped }
}

/// The names that documents hold, each with what it names.
fn names(fields: &[(String, Value)]) -> BTreeMap<String, &'static str> {
    let mut found = BTreeMap::new();
    for (field, value) in fields {
        let kind =
            NAMES.iter().find(|(name, _)| field == *name || field.ends_with(name)).map(|(_, kind)| *kind);
        let Some(kind) = kind else { continue };
        let values = match value {
            Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
            value => value.as_str().into_iter().collect::<Vec<_>>(),
        };
        // A short number is a number like any other.
        let is_name = |name: &&str| {
            name.len() >= SHORT_NAME || name.chars().all(char::is_alphabetic) && !name.is_empty()
        };
        for name in values.into_iter().filter(|name| name.parse::<IpAddr>().is_err()) {
            // A domain's user stands in the line with its backslash escaped.
            for part in name.split('\\').filter(is_name) {
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
        Question { lines: lines.to_owned(), config: String::new(), ..Question::default() }
    }

    fn masked(lines: &str) -> String {
        super::masked(&question(lines))
    }

    const LINE: &str = "Nov 29 12:00:00 web01 CEF:0|Trend Micro|Deep Security Agent|20.0.1|3002795|Rule|8|cn1=7 cn1Label=Host ID \
         dvchost=web01.corp.local src=203.0.113.9 dst=10.1.2.3 suser=CORP\\\\yamada msg=login of yamada from 203.0.113.9";

    #[track_caller]
    fn assert_gone(masked: &str, all: &[&str]) {
        for gone in all {
            assert!(!masked.to_lowercase().contains(gone), "{gone} in {masked}");
        }
    }

    #[test]
    fn equal_names_become_equal_and_others_other() {
        let masked = masked(LINE);
        assert_gone(&masked, &["203.0.113.9", "10.1.2.3", "web01", "corp", "yamada"]);
        assert_eq!(masked.matches("198.18.").count(), 2, "{masked}");
        assert_eq!(masked.matches("10.255.").count(), 1, "{masked}");
    }

    #[test]
    fn a_masked_line_is_still_the_same_event() {
        let names = |lines: &str| -> Vec<String> {
            answer::found(&question(lines)).fields.into_iter().map(|(field, _)| field).collect()
        };
        for name in ["source.ip", "rule.id"] {
            let has = |lines: &str| names(lines).iter().any(|field| field == name);
            assert!(has(LINE) && has(&masked(LINE)), "{name}");
        }
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
            let question = Question::of(example);
            let masked = super::masked(&question).to_lowercase();
            for (name, _) in names(&answer::found(&question).fields) {
                let is_ours = |text: &str| ["example", "user"].iter().any(|ours| text.contains(ours));
                let still_there = Regex::new(&pattern(&name)).unwrap().is_match(&masked);
                assert!(is_ours(&name) || !still_there, "{name} in {masked}");
            }
        }
    }

    fn event(extension: &str) -> String {
        format!("CEF:0|Trend Micro|Deep Security Agent|20.0.1|1001251|n|6|{extension}")
    }

    #[test]
    fn addresses_are_found_with_a_port_a_label_or_a_full_stop_beside_them() {
        for msg in [
            "from 203.0.113.9:443",
            "from 203.0.113.9:44321",
            "client:203.0.113.9.",
            "of 203.0.113.9, again",
            "ip-203-0-113-9.ec2.internal",
            "host 2001:470::9.",
            "addr:2001:470::9",
            "[2001:470::9]:443",
        ] {
            let masked = masked(&event(&format!("act=Log msg={msg}")));
            assert_gone(&masked, &["203.0.113.9", "203-0-113-9", "2001:470"]);
        }
    }

    #[test]
    fn short_names_are_masked_where_they_are_words() {
        let masked = masked(&event("dvchost=db suser=al duser=x src=203.0.113.9 msg=al on db and value"));
        assert_gone(&masked, &["=db ", "=al ", "=x ", " on db "]);
        assert!(masked.ends_with("value") && masked.starts_with("CEF:0|"), "{masked}");
    }

    #[test]
    fn a_url_loses_its_user_and_password() {
        for url in ["http://bob:pw@shop.example/", "ftp://bob@shop.example/", "https://bob:p:w@10.0.0.1/x"] {
            assert_gone(&masked(&event(&format!("act=Log msg=see {url}"))), &["bob", "pw"]);
        }
    }

    #[test]
    fn short_and_damaged_payloads_do_not_pass_as_they_are() {
        let short = STANDARD.encode_to_string("Host: srv1.corp\r\nX-Forwarded-For: 203.0.113.9\r\n");
        let tiny = STANDARD.encode_to_string("203.0.113.9");
        for payload in [short.clone(), tiny, format!("!!!!{short}"), short.replace('=', "\\=")] {
            let text = masked(&event(&format!("act=Log TrendMicroDsPacketData={payload}")));
            let kept = text.split("PacketData=").nth(1).unwrap().replace('\\', "");
            let decoded = STANDARD.decode_to_vec(kept.as_bytes()).unwrap();
            assert!(!String::from_utf8_lossy(&decoded).contains("203.0.113.9"), "{text}");
        }
    }

    #[test]
    fn lines_that_nobody_understands_or_reads_are_removed() {
        let good = event("act=Log suser=yamada");
        let lines = format!("login of yamada on db-prod-07\n{good}\nCEF:0|cut short yamada\n");
        let masked_lines = masked(&lines);
        let kept: Vec<&str> = masked_lines.lines().collect();
        assert_eq!((kept[0], kept[2]), (REMOVED, REMOVED));
        assert!(kept[1].contains("suser=u1"), "{masked_lines}");
        // The page reads a thousand documents: nobody has looked for names in the lines behind them.
        let text = masked(&format!("{}\n", event("act=Log suser=tanaka")).repeat(1_002));
        assert!(text.ends_with(REMOVED) && !text.contains("tanaka"));
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
            chosen: 0,
        });
        assert_gone(&masked, &["203.0.113.9", "yamada", "shop-db01"]);
    }

    #[test]
    fn times_and_versions_are_no_addresses() {
        let line = "2026-11-29T12:00:00 CEF:0|Trend Micro|Deep Security Agent|20.0.1.690|1|n|5|act=Log";
        assert!(masked(line).contains("2026-11-29T12:00:00"), "{}", masked(line));
    }
}
