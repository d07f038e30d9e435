//! OpenSearch Dashboards: imports saved objects in one request, over the client of OpenSearch and with the same sign-in.

use ::opensearch::http::Method;
use ::opensearch::http::headers::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::client::OpenSearch;
use super::send_error::SendError;
use crate::deliver::bulk::fault::Fault;
use crate::deliver::bulk::whole_fault;

/// The API for saved objects, below the address of Dashboards.
const IMPORT: &str = "api/saved_objects/_import";

/// The boundary between the parts of the body (RFC 2046, section 5.1.1). Objects are JSON lines, and none of them is equal to it.
const BOUNDARY: &str = "es-loader-saved-objects";

/// Why objects were not imported, or not all of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ImportError {
    #[error(transparent)]
    Send(#[from] SendError),
    #[error("{address}/{IMPORT}: {fault}")]
    Refused { address: String, fault: Fault },
    /// Something else answered: a login page, a proxy.
    #[error("{address} does not answer as OpenSearch Dashboards does; check the address and the sign-in")]
    NotDashboards { address: String },
    #[error("{address} took {taken} of the saved objects, and refused others: {reasons}")]
    Partly { address: String, taken: u64, reasons: Fault },
}

impl OpenSearch {
    /// Imports saved objects, one a line, over older ones of the same ids (`POST /api/saved_objects/_import?overwrite=true`), and
    /// gives how many. The endpoint is the address under which a browser finds Dashboards, `https://DOMAIN/_dashboards` for a domain
    /// of Amazon OpenSearch Service. Where there are tenants, the objects go to the global one.
    ///
    /// # Errors
    ///
    /// No answer, a refusal, or an object that was not taken.
    pub(crate) async fn import(&self, objects: &str) -> Result<u64, ImportError> {
        let mut headers = HeaderMap::new();
        // The server takes no request that a web page of another site could have made.
        headers.insert(HeaderName::from_static("osd-xsrf"), HeaderValue::from_static("true"));
        headers.insert(HeaderName::from_static("securitytenant"), HeaderValue::from_static("global"));
        if let Ok(content_type) = HeaderValue::try_from(format!("multipart/form-data; boundary={BOUNDARY}")) {
            headers.insert(CONTENT_TYPE, content_type);
        }
        let query = Some(&[("overwrite", "true")][..]);
        let body = form(objects);
        let answer = self.send(Method::Post, IMPORT, headers, query, body.as_bytes(), None).await?;
        let address = self.endpoint().to_string();
        let said = answer.json();
        if !(200..=299).contains(&answer.status) {
            let fault = match said.get("message").and_then(Value::as_str) {
                Some(message) => Fault::new(answer.status, "", message),
                None => whole_fault(answer.status, &answer.body),
            };
            return Err(ImportError::Refused { address, fault });
        }
        let taken = said.get("successCount").and_then(Value::as_u64);
        match (said.get("success").and_then(Value::as_bool), taken) {
            (Some(true), Some(taken)) => Ok(taken),
            (Some(false), taken) => {
                let reasons = said.get("errors").map(ToString::to_string).unwrap_or_default();
                let reasons = Fault::new(0, "", &reasons);
                Err(ImportError::Partly { address, taken: taken.unwrap_or_default(), reasons })
            }
            _ => Err(ImportError::NotDashboards { address }),
        }
    }
}

/// A form with one file (RFC 7578). The server looks at the end of the file's name.
fn form(objects: &str) -> String {
    format!(
        "--{BOUNDARY}\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"dashboard.ndjson\"\r\n\
         Content-Type: application/x-ndjson\r\n\r\n\
         {objects}\r\n\
         --{BOUNDARY}--\r\n"
    )
}
