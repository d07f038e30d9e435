//! The alias of `index_rotation = auto`: its first index, which a policy rolls over later, and the name under which documents go there.

use serde_json::json;

use super::client::{ApiError, OpenSearch, in_path};
use crate::deliver::bulk::Fault;

/// What became of the wish for an alias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WriteAlias {
    /// Index and alias were made.
    Made,
    /// There is such an index already: somebody makes the alias at this moment, or it is missing.
    IndexIsThere,
    /// An index or a data stream has the alias' name, or a template makes it one.
    NoAlias,
    /// The cluster does not let us.
    Refused(Fault),
    /// Nobody knows.
    Unanswered(Fault),
}

/// The name of the first index behind an alias.
pub(crate) fn first_index(alias: &str) -> String {
    format!("{alias}-000001")
}

impl OpenSearch {
    /// Makes the first index behind an alias, and with it the alias, to which documents are written. Both come into being together,
    /// so that of several callers one makes them.
    pub(crate) async fn make_write_alias(&self, alias: &str) -> WriteAlias {
        let index = first_index(alias);
        let body = json!({"aliases": {alias: {"is_write_index": true}}});
        match self.put(&in_path(&index).to_string(), &body).await {
            Ok(()) => {
                tracing::info!(index, alias, "the first index of an alias was made");
                WriteAlias::Made
            }
            Err(ApiError::Send(error)) => {
                let fault = error.fault();
                if error.can_pass() { WriteAlias::Unanswered(fault) } else { WriteAlias::Refused(fault) }
            }
            Err(ApiError::Refused { fault, .. }) => match fault.error_type.as_str() {
                "resource_already_exists_exception" => WriteAlias::IndexIsThere,
                "invalid_alias_name_exception" => WriteAlias::NoAlias,
                _ if fault.reason.contains("creates data streams only") => WriteAlias::NoAlias,
                _ if matches!(fault.status, 408 | 429 | 500..) => WriteAlias::Unanswered(fault),
                _ => {
                    let reason =
                        format!("{index}, the first index of the alias, cannot be made: {}", fault.reason);
                    let refused = Fault::new(fault.status, &fault.error_type, &reason);
                    WriteAlias::Refused(refused.with_cause_of(&fault))
                }
            },
        }
    }
}
