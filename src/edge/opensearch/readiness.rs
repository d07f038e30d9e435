//! Whether a cluster is ready for our documents: its version, and the index templates that `setup` installs.

use std::collections::BTreeSet;

use serde_json::Value;

use super::client::{ApiError, OpenSearch, in_path};
use crate::map::compiled::CompiledSections;

/// The lowest version of OpenSearch that es-loader was tried with.
const LOWEST: (u64, u64) = (1, 3);

/// The version of OpenSearch that brought the type `flat_object`.
const FLAT_OBJECT: (u64, u64) = (2, 7);

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
            && !has_other_template(client, name).await
        {
            findings.push(format!(
                "{} has no index template {name}: new indices would guess their types from the first events; run `es-loader setup` first",
                client.endpoint()
            ));
        }
    }
    findings
}

/// Whether a template of another name gives types to the fields of new indices, as far as the cluster tells.
async fn has_other_template(client: &OpenSearch, index: &str) -> bool {
    let path = format!("_index_template/_simulate_index/{}", in_path(&format!("{index}-2026")));
    let simulated = client.post(&path).await.unwrap_or_default();
    let fields = simulated.pointer("/template/mappings/properties").and_then(Value::as_object);
    fields.is_some_and(|fields| !fields.is_empty())
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
    let [lowest, searching] = [LOWEST, FLAT_OBJECT].map(|(major, minor)| format!("{major}.{minor}"));
    let said = if !is_opensearch || found < LOWEST {
        format!(
            "es-loader needs OpenSearch {lowest} or later, and {searching} or later to search keys that nobody knows"
        )
    } else if found < FLAT_OBJECT {
        format!(
            "OpenSearch {lowest} is the lowest version, and before {searching} keys that nobody knows are kept, but no search finds \
             them (flat_object)"
        )
    } else {
        return None;
    };
    Some(format!("{} is {name} {number}: {said}", client.endpoint()))
}
