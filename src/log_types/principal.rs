//! Who called a service of AWS, by an ARN or an id: a name that nobody else can choose for himself.

use super::record_view::RecordView;
use crate::document::field_list::FieldId;
use crate::document::value::Value;

/// Whether a name is that of the root user.
pub(crate) fn is_root(name: &str) -> bool {
    name.eq_ignore_ascii_case("root")
}

/// Sets `user.name`, and `related.user` where a session has a name of its own.
pub(crate) fn name<'a>(record: &mut RecordView<'_, 'a>, principal: &'a str) {
    let (name, last) = names(principal);
    record.row.set(FieldId::USER_NAME, if name.is_empty() { Value::Absent } else { Value::Text(name) });
    if name.len() > last.len() {
        record.relate_users(&[name, last]);
    }
}

/// The name of one who calls, and its last part. Who may assume a role chooses the name of his session: the role stands before it, for no
/// user has a slash in his name. IAM user guide, "IAM identifiers" and "Monitor and control actions taken with assumed roles".
pub(crate) fn names(principal: &str) -> (&str, &str) {
    let resource = match principal.strip_prefix("arn:") {
        Some(arn) => arn.rsplit(':').next().unwrap_or(arn),
        None => principal,
    };
    let last = resource.rsplit(['/', ':']).next().unwrap_or(resource);
    let name = match resource.split_once('/') {
        Some(("user", _)) if !is_root(last) => last,
        Some(("assumed-role", session)) => session,
        _ => resource,
    };
    (name, last)
}
