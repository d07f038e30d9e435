//! The index template of a section.
//!
//! Takes `config/index-template.json`, which is written for `log-deepsecurity` and the prefix `deepsecurity`, and fits it to the
//! section's index name. Does not know the cluster.

use serde_json::{Value, json};

use crate::plan::Plan;

/// The shipped template.
pub const TEMPLATE: &str = include_str!("../config/index-template.json");

/// The name under which a section's template is installed, and its text.
pub fn index_template(plan: &Plan) -> (String, Value) {
    let name = plan.log_type().index.name.clone();
    let mut template: Value = serde_json::from_str(TEMPLATE).unwrap_or_default();
    if let Some(template) = template.as_object_mut() {
        template.insert("index_patterns".to_owned(), json!([name, format!("{name}-*")]));
    }
    (name, template)
}
