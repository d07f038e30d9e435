//! Fields that follow from other fields, whatever the log type: the parts of a path and of a URL, and what analysts search by.
//!
//! A field that has a value keeps it.

use std::net::Ipv6Addr;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use crate::document::convert::address;
use crate::document::field_list::FieldId;
use crate::document::protocol;
use crate::document::row::Row;
use crate::document::trace::Step;
use crate::document::value::{Address, Value};
use crate::packet::community_id::Flow;
use crate::packet::url::{Parts, split_authority, split_target, split_url};
use crate::parse::pairs::event_keys::is_not_known;

/// What stands between the folders of a path. Where it begins with a slash, a backslash is a character of a name (POSIX, "Pathname").
pub(crate) fn separators(path: &str) -> &'static [char] {
    if path.starts_with('/') { &['/'] } else { &['\\', '/'] }
}

/// The last name in a path.
pub(crate) fn last_name(path: &str) -> &str {
    path.rsplit(separators(path)).next().unwrap_or(path)
}

/// The path of a name in a folder, as the folder writes its own names.
pub(crate) fn path_in<'a>(folder: &str, name: &str, arena: &'a Bump) -> &'a str {
    let separators = separators(folder);
    let separator = if separators.contains(&'\\') && folder.contains('\\') { "\\" } else { "/" };
    arena.alloc_str(&[folder.trim_end_matches(separators), separator, name].concat())
}

const ADDRESSES: [FieldId; 6] = [
    FieldId::SOURCE_IP,
    FieldId::DESTINATION_IP,
    FieldId::OBSERVER_IP,
    FieldId::CLIENT_IP,
    FieldId::HOST_IP,
    FieldId::SERVER_IP,
];
/// Some events write an address where a name belongs. The collector's host is none of the event's: `server.name` is not among them.
const HOSTS: [FieldId; 8] = [
    FieldId::HOST_NAME,
    FieldId::OBSERVER_HOSTNAME,
    FieldId::HOST_HOSTNAME,
    FieldId::SOURCE_DOMAIN,
    FieldId::DESTINATION_DOMAIN,
    FieldId::URL_DOMAIN,
    FieldId::TLS_CLIENT_SERVER_NAME,
    FieldId::DNS_QUESTION_NAME,
];
const USERS: [FieldId; 4] = [
    FieldId::USER_NAME,
    FieldId::SOURCE_USER_NAME,
    FieldId::USER_TARGET_NAME,
    FieldId::DESTINATION_USER_NAME,
];
const HASHES: [FieldId; 3] = [FieldId::FILE_HASH_MD5, FieldId::FILE_HASH_SHA1, FieldId::FILE_HASH_SHA256];

/// Fills what follows from `file.path`, `process.executable`, `url.original`, and from every address, name and digest.
pub(crate) fn derive<'a>(row: &mut Row<'a>, arena: &'a Bump) {
    derive_by(row, arena, split_url);
}

/// The same for an event whose `url.original` is the target of a request, and `url.domain` its header `Host`, which may name a port.
pub(super) fn derive_request<'a>(row: &mut Row<'a>, arena: &'a Bump) {
    let host = row.text(FieldId::URL_DOMAIN).filter(|host| host.parse::<Ipv6Addr>().is_err());
    if let Some((Some(domain), port @ Some(_))) = host.map(split_authority) {
        row.set(FieldId::URL_DOMAIN, Value::Text(domain));
        set_url_parts(row, Parts { port, ..Parts::default() });
    }
    let method = row.text(FieldId::HTTP_REQUEST_METHOD);
    derive_by(row, arena, |target| split_target(target, method));
}

fn derive_by<'a>(row: &mut Row<'a>, arena: &'a Bump, split: impl Fn(&'a str) -> Parts<'a>) {
    row.trace.step(Step::Details);
    if let Some(path) = row.text(FieldId::FILE_PATH) {
        file_parts(path, row);
    }
    row.trace.step(Step::Process);
    process_name(row);
    row.trace.step(Step::Url);
    if let Some(url) = row.text(FieldId::URL_ORIGINAL) {
        set_url_parts(row, split(url));
    }
    put_in_brackets(row, arena);
    related(row, arena, &[], &[]);
}

/// Folder, name and extension of the file at a path. What has no separator is not known to be a file.
pub(super) fn file_parts<'a>(path: &'a str, row: &mut Row<'a>) {
    let Some((directory, name)) = path.rsplit_once(separators(path)) else { return };
    // The root keeps its separator: `/`, `C:\`.
    let is_root = directory.is_empty() || directory.ends_with(':');
    let root = path.strip_suffix(name).filter(|_| is_root);
    for (field, part) in [
        (FieldId::FILE_DIRECTORY, root.unwrap_or(directory)),
        (FieldId::FILE_NAME, name),
        (FieldId::FILE_EXTENSION, extension(name).unwrap_or_default()),
    ] {
        if !part.is_empty() {
            row.set_if_absent(field, Value::Text(part));
        }
    }
}

/// The extension of a file's name, or of the last name in a path.
pub(super) fn extension(path: &str) -> Option<&str> {
    let (_, extension) = last_name(path).rsplit_once('.').filter(|(stem, _)| !stem.is_empty())?;
    let is_other = |c: char| c.is_whitespace() || matches!(c, '(' | ')');
    ((1..=32).contains(&extension.len()) && !extension.contains(is_other)).then_some(extension)
}

/// Whether a text is an absolute path, of a file or of a key of the registry.
pub(super) fn is_path(text: &str) -> bool {
    matches!(text.as_bytes(), [b'/' | b'\\', ..] | [_, b':', b'/' | b'\\', ..]) || is_registry_path(text)
}

/// Whether a path is that of a key of the Windows registry.
pub(super) fn is_registry_path(path: &str) -> bool {
    const ROOTS: [&str; 7] = ["HKEY_", "HKLM\\", "HKCU\\", "HKCR\\", "HKCC\\", "HKU\\", "\\REGISTRY\\"];
    ROOTS.iter().any(|root| path.get(..root.len()).is_some_and(|start| start.eq_ignore_ascii_case(root)))
}

/// Whether a text can be the name of a host (RFC 1123, section 2.1, and the underscore that Windows has), and is no number or address.
pub(super) fn is_host_name(text: &str) -> bool {
    let is_part = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
    let is_label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(is_part) && label.trim_matches('-') == label
    };
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_number = |label: &str| label.bytes().all(|c| c.is_ascii_digit());
    name.len() <= 253 && name.split('.').all(is_label) && !name.rsplit('.').next().is_none_or(is_number)
}

/// A process that is told without its folder has a name, and no path.
fn process_name(row: &mut Row<'_>) {
    let Some(executable) = row.text(FieldId::PROCESS_EXECUTABLE) else { return };
    let name = last_name(executable);
    if name.len() == executable.len() {
        row.set(FieldId::PROCESS_EXECUTABLE, Value::Absent);
    }
    if !name.is_empty() {
        row.set_if_absent(FieldId::PROCESS_NAME, Value::Text(name));
    }
}

/// Gives the fields of a URL's parts their values, where they have none.
pub(super) fn set_url_parts<'a>(row: &mut Row<'a>, parts: Parts<'a>) {
    for (field, part) in [
        (FieldId::URL_SCHEME, parts.scheme),
        (FieldId::URL_DOMAIN, parts.domain),
        (FieldId::URL_PATH, parts.path),
        (FieldId::URL_QUERY, parts.query),
        (FieldId::URL_FRAGMENT, parts.fragment),
    ] {
        if let Some(part) = part {
            row.set_if_absent(field, Value::Text(part));
        }
    }
    if let Some(port) = parts.port {
        row.set_if_absent(FieldId::URL_PORT, Value::Long(i64::from(port)));
    }
}

/// An IPv6 address as the host of a URL stands in brackets (ECS, `url.domain`).
fn put_in_brackets<'a>(row: &mut Row<'a>, arena: &'a Bump) {
    let domain = row.text(FieldId::URL_DOMAIN).filter(|domain| domain.parse::<Ipv6Addr>().is_ok());
    if let Some(domain) = domain {
        row.set(FieldId::URL_DOMAIN, Value::Text(arena.alloc_str(&format!("[{domain}]"))));
    }
}

/// The name of the event's flow, with the protocol by its name where the event has its number.
pub(super) fn flow<'a>(row: &mut Row<'a>, arena: &'a Bump) {
    let protocol = protocol::of_flow(row);
    community_id(row, arena, protocol, None);
}

/// The name of the event's flow, where all is known that it is made of: the protocol, both ends, the ports of TCP, UDP and SCTP, and type and
/// code of ICMP (Community ID, "Technical details").
pub(super) fn community_id<'a>(
    row: &mut Row<'a>,
    arena: &'a Bump,
    protocol: Option<u8>,
    icmp: Option<(u16, u16)>,
) {
    let ends = row.ip(FieldId::SOURCE_IP).zip(row.ip(FieldId::DESTINATION_IP));
    let (Some(protocol), Some((source, destination))) = (protocol, ends) else { return };
    let ports = match protocol {
        1 | 58 => icmp.map(Some),
        6 | 17 | 132 => ports(row).map(Some),
        _ => Some(None),
    };
    let Some(ports) = ports else { return };
    let flow = Flow { source: source.ip, destination: destination.ip, protocol, ports };
    if let Some(id) = flow.community_id(arena) {
        row.set_if_absent(FieldId::NETWORK_COMMUNITY_ID, Value::Word(id));
    }
}

/// The ports of both ends, if they are known: two zeros stand for ports that nobody saw, by which another flow of the two hosts would have
/// the same name.
fn ports(row: &Row<'_>) -> Option<(u16, u16)> {
    let ports = port(row, FieldId::SOURCE_PORT).zip(port(row, FieldId::DESTINATION_PORT));
    ports.filter(|ports| *ports != (0, 0))
}

/// A port, as a number of JSON or of ours.
pub(super) fn port(row: &Row<'_>, field: FieldId) -> Option<u16> {
    match row.get(field) {
        Value::Long(port) => u16::try_from(port).ok(),
        Value::Json(text) => text.parse().ok(),
        _ => None,
    }
}

/// Every address, host name, user and digest of the event, once each, and more of them that stand in no field of their own.
pub(super) fn related<'a>(row: &mut Row<'a>, arena: &'a Bump, addresses: &[Address<'a>], names: &[&'a str]) {
    row.trace.step(Step::Related);
    let earlier = row.get(FieldId::RELATED_IP).ips();
    let mut ips = ArenaVec::with_capacity_in(4, arena);
    let own = ADDRESSES.iter().filter_map(|field| row.ip(*field));
    own.chain(addresses).chain(earlier).for_each(|address| add_address(&mut ips, *address));
    let mut hosts = ArenaVec::with_capacity_in(4, arena);
    for name in HOSTS.iter().filter_map(|field| row.text(*field)).chain(names.iter().copied()) {
        match address_of(name) {
            Some(address) => add_address(&mut ips, address),
            None => add_name(&mut hosts, name),
        }
    }
    if ips.len() > earlier.len() {
        row.set(FieldId::RELATED_IP, Value::Ips(ips.into_bump_slice()));
    }
    let mut texts = [ArenaVec::new_in(arena), ArenaVec::new_in(arena)];
    for (texts, fields) in texts.iter_mut().zip([&USERS as &[FieldId], &HASHES]) {
        fields.iter().filter_map(|field| row.text(*field)).for_each(|text| add_name(texts, text));
    }
    let [users, hashes] = texts;
    for (field, mut texts) in
        [(FieldId::RELATED_HOSTS, hosts), (FieldId::RELATED_USER, users), (FieldId::RELATED_HASH, hashes)]
    {
        let earlier = row.get(field);
        earlier.texts().iter().for_each(|text| add_name(&mut texts, text));
        if texts.len() > earlier.texts().len() {
            row.set(field, Value::Texts(texts.into_bump_slice()));
        }
    }
}

fn add_address<'a>(addresses: &mut ArenaVec<'_, Address<'a>>, address: Address<'a>) {
    if !addresses.iter().any(|other| other.ip == address.ip) {
        addresses.push(address);
    }
}

fn add_name<'a>(names: &mut ArenaVec<'_, &'a str>, name: &'a str) {
    if !is_not_known(name) && !names.contains(&name) {
        names.push(name);
    }
}

/// The address that stands in the place of a host's name.
fn address_of(name: &str) -> Option<Address<'_>> {
    let starts = name.bytes().next()?;
    let may_be = starts.is_ascii_digit() || starts == b'[' || memchr::memchr(b':', name.as_bytes()).is_some();
    if may_be { address(name) } else { None }
}
