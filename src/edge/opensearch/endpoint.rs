//! The address of OpenSearch, and what its host name says about the signing of requests.

use std::fmt;
use std::net::IpAddr;

use ::opensearch::http::Url;

pub use crate::local::settings::Service;

/// The service and region that requests to an endpoint are signed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signing {
    /// The service.
    pub service: Service,
    /// The region, where the host name tells it.
    pub region: Option<String>,
}

/// What stands in the way of using an endpoint.
#[expect(missing_docs, reason = "the messages say what it is")]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    #[error("endpoint `{text}`: {reason}; expected https://HOST[:PORT]")]
    Url { text: String, reason: String },
    /// The URL holds a user name or a password, which would end up in logs.
    #[error("the endpoint holds a user name or a password; give them apart from the endpoint")]
    Credentials,
}

/// The address of an OpenSearch node, domain or collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
}

impl Endpoint {
    /// Reads an endpoint; a bare host name means HTTPS, and a path is kept as prefix of all requests.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let text = text.trim();
        // A query may hold a token, so no message shows it.
        let shown = text.split(['?', '#']).next().unwrap_or_default();
        let wrong = |reason: &str| EndpointError::Url { text: shown.to_owned(), reason: reason.to_owned() };
        let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let url = match Url::parse(&whole) {
            Ok(url) => url,
            // The text of such an endpoint may not be shown, and only its shape tells.
            Err(_) if text.contains('@') => return Err(EndpointError::Credentials),
            Err(error) => return Err(wrong(&error.to_string())),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EndpointError::Credentials);
        }
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("neither http nor https"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("a query or a fragment has no place in it"));
        }
        Ok(Self { url })
    }

    /// The service and region that requests are signed for: the service `wanted`, or else that of the host name. `None` means that
    /// the host is not Amazon's, and requests are not signed.
    ///
    /// Known hosts end in `REGION.es.amazonaws.com`, `REGION.aoss.amazonaws.com` (China: `.com.cn`), or, with
    /// IPv6, in `aos.REGION.on.aws` or `aoss.REGION.on.aws`.
    pub fn signing(&self, wanted: Option<Service>) -> Option<Signing> {
        let told = self.url.host_str().and_then(signing_of_host);
        match wanted {
            Some(service) => Some(Signing { service, region: told.and_then(|told| told.region) }),
            None => told,
        }
    }

    /// Whether what is sent can be read on its way: `http` to a host that is not this one.
    pub fn is_readable_on_its_way(&self) -> bool {
        let host = self.url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let is_here = host == "localhost"
            || host.ends_with(".localhost")
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        self.url.scheme() == "http" && !is_here
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

fn signing_of_host(host: &str) -> Option<Signing> {
    let host = host.trim_end_matches('.');
    let strip = |suffixes: [&str; 2]| suffixes.into_iter().find_map(|suffix| host.strip_suffix(suffix));
    let (service, region) = if let Some(rest) = strip([".amazonaws.com", ".amazonaws.com.cn"]) {
        let mut labels = rest.rsplit('.');
        (labels.next()?, labels.next()?)
    } else {
        let mut labels = strip([".on.aws", ".on.amazonwebservices.com.cn"])?.rsplit('.');
        let region = labels.next()?;
        (labels.next()?, region)
    };
    let service = match service {
        "es" | "aos" => Service::Es,
        "aoss" => Service::Aoss,
        _ => return None,
    };
    Some(Signing { service, region: Some(region.to_owned()) })
}
