//! Whether a cluster is ready for our documents: its version, and the index templates that `setup` installs.

use std::collections::BTreeSet;

use serde_json::Value;

use super::client::{ApiError, OpenSearch, in_path};
use crate::map::compiled::CompiledSections;

/// The lowest version of OpenSearch that knows the types of the index template: `flat_object` came with it.
const LOWEST: (u64, u64) = (2, 7);

/// What stands in the way of good documents, a sentence each. A cluster that does not let us look is not complained of.
pub async fn findings(client: &OpenSearch, sections: &CompiledSections) -> Vec<String> {
    let mut findings: Vec<String> = version(client).await.into_iter().collect();
    let names: BTreeSet<&str> =
        sections.iter().map(|section| section.log_type().index.name.as_str()).collect();
    for name in names {
        let path = format!("_index_template/{}?filter_path=index_templates.name", in_path(name));
        if let Err(ApiError::Refused { fault, .. }) = client.get(&path).await
            && fault.status == 404
            && !fault.error_type.is_empty()
        {
            findings.push(format!(
                "{} has no index template {name}: new indices would guess their types from the first events; run `es-loader setup` first",
                client.endpoint()
            ));
        }
    }
    findings
}

/// What is to be said of the cluster's version, if anything.
pub async fn version(client: &OpenSearch) -> Option<String> {
    let answer = client.get("").await.ok()?;
    let number = answer.pointer("/version/number").and_then(Value::as_str)?;
    // A domain may call itself 7.10 for old clients, and only Elasticsearch has no distribution.
    let is_opensearch = answer.pointer("/version/distribution").and_then(Value::as_str) == Some("opensearch");
    let mut parts = number.split('.').map_while(|part| part.parse::<u64>().ok());
    let found = (parts.next()?, parts.next().unwrap_or_default());
    let name = if is_opensearch { "OpenSearch" } else { "Elasticsearch, or OpenSearch that says so," };
    let is_old = !is_opensearch || found < LOWEST;
    is_old.then(|| {
        let (major, minor) = LOWEST;
        format!(
            "{} is {name} {number}: the index template needs OpenSearch {major}.{minor} or later, for its type flat_object",
            client.endpoint()
        )
    })
}
