//! Server access logs of Amazon S3.

use crate::document::field_list::FieldId;
use crate::log_types::record_view::RecordView;
use crate::log_types::{Profile, derived, principal};

/// The profile of S3 access logs.
#[derive(Debug)]
pub(crate) struct S3AccessLog;

impl Profile for S3AccessLog {
    fn paths(&self) -> &'static [&'static str] {
        &["EndPoint"]
    }

    fn enrich_record(&self, mut record: RecordView<'_, '_>) {
        if let Some(name) = record.row.text(FieldId::USER_NAME) {
            principal::name(&mut record, name);
        }
        // `bucket.s3.eu-west-1.amazonaws.com`
        if let Some(region) = record.text("EndPoint").and_then(region) {
            record.fill("cloud.region", region);
        }
        record.outcome_of_status();
        derived::derive_request(record.row, record.arena);
    }
}

/// The region in an endpoint of S3: the last label before that of Amazon. What stands before it is a bucket's name, or another's host.
/// General reference, "Amazon S3 endpoints and quotas".
fn region(endpoint: &str) -> Option<&str> {
    let (front, _) = endpoint.split_once(".amazonaws.com")?;
    let label = front.strip_suffix(".vpce").unwrap_or(front).rsplit('.').next()?;
    let label =
        ["s3-website-", "s3-"].iter().find_map(|service| label.strip_prefix(service)).unwrap_or(label);
    let parts: Vec<&str> = label.split('-').collect();
    let [area, .., number] = parts.as_slice() else { return None };
    let is_region = parts.len() >= 3
        && area.len() == 2
        && area.bytes().all(|byte| byte.is_ascii_lowercase())
        && number.len() == 1
        && number.bytes().all(|byte| byte.is_ascii_digit());
    is_region.then_some(label)
}
