//! What logs of the web mean alike: the site that was asked, and the parts of its URL.

use crate::document::field_list::FieldId;
use crate::log_types::derived;
use crate::log_types::record_view::RecordView;

/// The longest extension of a file in a URL, in bytes.
const LONGEST_EXTENSION: usize = 16;

/// Fills what follows from other fields, and the extension of the file that the URL names.
pub(super) fn finish(record: &mut RecordView<'_, '_>) {
    derived::derive_request(record.row, record.arena);
    let Some(path) = record.row.text(FieldId::URL_PATH) else { return };
    let name = path.rsplit('/').next().unwrap_or_default();
    if let Some((_, extension)) = name.rsplit_once('.')
        && (1..=LONGEST_EXTENSION).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        record.fill("url.extension", extension);
    }
}

/// What the key and the log group of a web server's log say of its site: `web-site-name=…` in the key, and a group whose name has `ssl`
/// where requests are encrypted.
pub(super) fn site(record: &mut RecordView<'_, '_>) {
    let name = record.key.split('/').find_map(|folder| folder.strip_prefix("web-site-name="));
    if let Some(name) = name.filter(|name| !name.is_empty()) {
        record.set("service.name", name);
    }
    if let Some(group) = record.log_group {
        if group.contains("ssl") {
            record.fill("url.scheme", "https");
        } else if ["access", "error"].iter().any(|kind| group.contains(kind)) {
            record.fill("url.scheme", "http");
        }
    }
    record.instance_of_stream();
}
