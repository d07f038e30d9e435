//! What an OpenSearch domain holds before the first document: the index template and the dashboards.

pub mod template;
pub mod dashboard;
