//! What an OpenSearch domain holds before the first document: the index template and the dashboard.

pub mod template;
pub mod dashboard;
