//! Visits of a made-up shop, of which the logs of all its services tell: one request of one client each. A seed and a number determine a
//! visit, so that the same addresses do the same things at the same time in each log type.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

use super::fleet::{private_address, public_address};
use super::packet::USER_AGENTS;
use super::random::Random;

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "ap-northeast-1";
pub(crate) const HOST: &str = "shop.example.com";

/// Addresses of attackers, 203.0.113.1 to this number: few, so that each is seen often.
const ATTACKERS: u64 = 16;

pub(crate) struct Visit {
    pub(crate) time: Timestamp,
    pub(crate) client: IpAddr,
    pub(crate) port: u64,
    pub(crate) agent: &'static str,
    /// The page from which the client came, where it told one.
    pub(crate) referrer: Option<&'static str>,
    pub(crate) page: Page,
    pub(crate) answer: Answer,
    /// The server that answers, inside.
    pub(crate) server: IpAddr,
    /// Bytes of the request and of its answer.
    pub(crate) bytes: [u64; 2],
    /// For what only one log type tells.
    pub(crate) random: Random,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// WAF stops it.
    Blocked,
    /// The load balancer sends it from HTTP to HTTPS.
    Redirected,
    /// The server answers.
    Served(u64),
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Page {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) query: &'static str,
    pub(crate) attack: Option<Attack>,
    status: u64,
}

/// The rule that a request matches, of the managed rules that AWS documents.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Attack {
    pub(crate) group: &'static str,
    pub(crate) rule: &'static str,
    pub(crate) label: &'static str,
    /// The type of the condition and what it matched; WAF tells it for some types only.
    pub(crate) matched: Option<(&'static str, [&'static str; 2])>,
}

const SQL: Attack = Attack {
    group: "AWSManagedRulesSQLiRuleSet",
    rule: "SQLi_QUERYARGUMENTS",
    label: "awswaf:managed:aws:sql-database:SQLi_QueryArguments",
    matched: Some(("SQL_INJECTION", ["OR", "1"])),
};
const SCRIPT: Attack = Attack {
    group: COMMON_RULES,
    rule: "CrossSiteScripting_QUERYARGUMENTS",
    label: "awswaf:managed:aws:core-rule-set:CrossSiteScripting_QueryArguments",
    matched: Some(("XSS", ["<", "script"])),
};
const FILE: Attack = Attack {
    group: COMMON_RULES,
    rule: "GenericLFI_QUERYARGUMENTS",
    label: "awswaf:managed:aws:core-rule-set:GenericLFI_QueryArguments",
    matched: None,
};
const EXTENSION: Attack = Attack {
    group: COMMON_RULES,
    rule: "RestrictedExtensions_URIPATH",
    label: "awswaf:managed:aws:core-rule-set:RestrictedExtensions_URIPath",
    matched: None,
};
const COMMON_RULES: &str = "AWSManagedRulesCommonRuleSet";

const PAGES: [(u64, Page); 14] = [
    (30, page("GET", "/", "", 200)),
    (22, page("GET", "/items", "id=17&sort=price", 200)),
    (12, page("GET", "/static/app.js", "v=20", 304)),
    (8, page("GET", "/api/v1/orders", "page=2&q=%E6%9D%B1%E4%BA%AC", 200)),
    (6, page("POST", "/cart", "", 302)),
    (5, page("POST", "/login", "", 200)),
    (3, page("POST", "/login", "", 401)),
    (3, page("GET", "/missing.html", "", 404)),
    (2, page("GET", "/wp-login.php", "", 404)),
    (1, page("GET", "/items", "id=99", 502)),
    (3, attack("GET", "/items", "id=1%20OR%201=1", SQL)),
    (2, attack("GET", "/search", "q=%3Cscript%3Ealert(1)%3C/script%3E", SCRIPT)),
    (2, attack("GET", "/download", "file=../../../../etc/passwd", FILE)),
    (1, attack("HEAD", "/backup.bak", "", EXTENSION)),
];

const fn page(method: &'static str, path: &'static str, query: &'static str, status: u64) -> Page {
    Page { method, path, query, attack: None, status }
}

const fn attack(method: &'static str, path: &'static str, query: &'static str, rule: Attack) -> Page {
    Page { attack: Some(rule), ..page(method, path, query, 200) }
}

impl Visit {
    /// The visit of this number. Visits come `gap` milliseconds after each other, on average.
    pub(crate) fn new(seed: u64, number: u64, start: Timestamp, gap: u64) -> Self {
        let mut random = Random::new(Random::new(seed).next().wrapping_add(number));
        let since = number.saturating_mul(gap).saturating_add(random.below(gap + 1));
        let since =
            SignedDuration::from_micros(i64::try_from(since.saturating_mul(1000)).unwrap_or(i64::MAX));
        let time = start.saturating_add(since + SignedDuration::from_micros(random.below(1000) as i64));
        let page = random.weighted(&PAGES);
        let attacker = IpAddr::from([203, 0, 113, random.between(1, ATTACKERS) as u8]);
        let client = if page.attack.is_some() { attacker } else { public_address(&mut random) };
        let answer = match page.attack {
            Some(_) if random.chance(0.85) => Answer::Blocked,
            None if random.chance(0.06) => Answer::Redirected,
            _ => Answer::Served(page.status),
        };
        Self {
            time: time.unwrap_or(start),
            client,
            port: random.between(1025, 65_535),
            agent: random.pick(&USER_AGENTS),
            referrer: random.chance(0.6).then_some("https://shop.example.com/"),
            page,
            answer,
            server: private_address(&mut random),
            bytes: [random.between(180, 1400), random.between(120, 90_000)],
            random,
        }
    }

    /// Where the client is.
    pub(crate) fn country(&self) -> &'static str {
        match self.client {
            IpAddr::V4(address) => {
                ["JP", "US", "DE", "BR"].get(usize::from(address.octets()[3] % 4)).copied()
            }
            IpAddr::V6(_) => None,
        }
        .unwrap_or("JP")
    }

    /// The path with the query behind it, if there is one.
    pub(crate) fn target(&self) -> String {
        let Page { path, query, .. } = self.page;
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// The id that a load balancer gives the request (`X-Amzn-Trace-Id`).
    pub(crate) fn trace_id(&self) -> String {
        let mut random = Random::new(self.port ^ self.time.as_microsecond().unsigned_abs());
        format!("1-{:08x}-{}", self.time.as_second(), hex(&mut random, 24))
    }
}

/// `digits` hexadecimal digits, as AWS writes them.
pub(crate) fn hex(random: &mut Random, digits: usize) -> String {
    random.hex(digits).to_lowercase()
}

/// An id in the form of a UUID (RFC 9562).
pub(crate) fn uuid(random: &mut Random) -> String {
    [8, 4, 4, 4, 12].map(|digits| hex(random, digits)).join("-")
}
