//! Fields that follow from other fields, whatever the log type: the parts of a path and of a URL, and what analysts search by.
//!
//! A field that has a value keeps it.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use crate::document::convert::address;
use crate::document::field_list::FieldId;
use crate::document::row::Row;
use crate::document::trace::Step;
use crate::document::value::{Address, Value};
use crate::packet::url::{Parts, split_url};

/// What stands between the folders of a path, on Windows and elsewhere.
pub(crate) const SEPARATORS: [char; 2] = ['\\', '/'];

const ADDRESSES: [FieldId; 3] = [FieldId::SOURCE_IP, FieldId::DESTINATION_IP, FieldId::HOST_IP];
/// Some events write an address where a name belongs.
const HOSTS: [FieldId; 3] = [FieldId::HOST_NAME, FieldId::OBSERVER_HOSTNAME, FieldId::URL_DOMAIN];
const USERS: [FieldId; 3] = [FieldId::USER_NAME, FieldId::SOURCE_USER_NAME, FieldId::DESTINATION_USER_NAME];
const HASHES: [FieldId; 3] = [FieldId::FILE_HASH_MD5, FieldId::FILE_HASH_SHA1, FieldId::FILE_HASH_SHA256];

/// Fills what follows from `file.path`, `process.executable`, `url.original`, and from every address, name and digest.
pub(crate) fn derive<'a>(row: &mut Row<'a>, arena: &'a Bump) {
    row.trace.step(Step::Details);
    file_parts(row);
    row.trace.step(Step::Process);
    process_name(row);
    row.trace.step(Step::Url);
    url_parts(row);
    row.trace.step(Step::Related);
    related(row, arena);
}

fn file_parts(row: &mut Row<'_>) {
    let Some(path) = row.text(FieldId::FILE_PATH) else { return };
    let Some((directory, name)) = path.rsplit_once(SEPARATORS) else { return };
    // The root keeps its separator: `/`, `C:\`.
    let is_root = directory.is_empty() || directory.ends_with(':');
    let root = path.strip_suffix(name).filter(|_| is_root);
    let extension =
        name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, extension)| extension);
    for (field, part) in [
        (FieldId::FILE_DIRECTORY, root.unwrap_or(directory)),
        (FieldId::FILE_NAME, name),
        (FieldId::FILE_EXTENSION, extension.unwrap_or_default()),
    ] {
        if !part.is_empty() {
            row.set_if_absent(field, Value::Text(part));
        }
    }
}

/// A process that is told without its folder has a name, and no path.
fn process_name(row: &mut Row<'_>) {
    let Some(executable) = row.text(FieldId::PROCESS_EXECUTABLE) else { return };
    let name = executable.rsplit(SEPARATORS).next().unwrap_or(executable);
    if name.len() == executable.len() {
        row.set(FieldId::PROCESS_EXECUTABLE, Value::Absent);
    }
    if !name.is_empty() {
        row.set_if_absent(FieldId::PROCESS_NAME, Value::Text(name));
    }
}

fn url_parts(row: &mut Row<'_>) {
    if let Some(url) = row.text(FieldId::URL_ORIGINAL) {
        set_url_parts(row, split_url(url));
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

/// Every address, host name, user and digest of the event, once each.
fn related<'a>(row: &mut Row<'a>, arena: &'a Bump) {
    let mut ips: ArenaVec<'_, Address<'_>> = ArenaVec::new_in(arena);
    let in_names = HOSTS.iter().filter_map(|field| address(row.text(*field)?));
    for address in ADDRESSES.iter().filter_map(|field| row.ip(*field).copied()).chain(in_names) {
        if !ips.iter().any(|other| other.ip == address.ip) {
            ips.push(address);
        }
    }
    if !ips.is_empty() {
        row.set_if_absent(FieldId::RELATED_IP, Value::Ips(ips.into_bump_slice()));
    }
    for (related, fields) in
        [(FieldId::RELATED_HOSTS, HOSTS), (FieldId::RELATED_USER, USERS), (FieldId::RELATED_HASH, HASHES)]
    {
        let mut texts = ArenaVec::new_in(arena);
        for text in fields.iter().filter_map(|field| row.text(*field)) {
            let is_name = related != FieldId::RELATED_HOSTS || address(text).is_none();
            if is_name && !texts.contains(&text) {
                texts.push(text);
            }
        }
        if !texts.is_empty() {
            row.set_if_absent(related, Value::Texts(texts.into_bump_slice()));
        }
    }
}
