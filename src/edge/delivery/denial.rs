//! What is said where the endpoint, or one of its indices, takes no documents until someone changes something.

use crate::deliver::bulk::fault::Fault;
use crate::deliver::dead_letter::general;
use crate::edge::opensearch::client::OpenSearch;

/// Why an index takes no documents, without the values of the documents that it refused.
pub(super) fn of_index(client: &OpenSearch, index: &str, fault: &Fault) -> String {
    let masked = Fault::new(fault.status, &fault.error_type, &general(&fault.reason));
    denial(client, &format!("index {index}: "), &masked.with_cause_of(fault))
}

/// Why the endpoint takes no requests.
pub(super) fn of_endpoint(client: &OpenSearch, fault: &Fault) -> String {
    denial(client, "", fault)
}

fn denial(client: &OpenSearch, index: &str, fault: &Fault) -> String {
    let way_out = match fault.status {
        _ if !fault.way_out().is_empty() => fault.way_out(),
        400 if !fault.error_type.is_empty() => {
            "the index refuses a document that nothing is wrong with as well: compare its mapping and settings with the template (es-loader setup --print)"
        }
        401 => "check user and password, or the credentials that requests are signed with",
        403 => {
            "let the function's role or the user write: access policy, and role mapping in fine-grained access control"
        }
        _ => "check that the endpoint is that of OpenSearch itself",
    };
    format!("{}: {index}{fault}; {way_out}", client.endpoint())
}
