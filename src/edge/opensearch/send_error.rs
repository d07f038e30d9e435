//! Why a request to OpenSearch got no answer, and whether another try can help.

use ::opensearch::http::Url;
use aws_credential_types::provider::error::CredentialsError;

use super::endpoint::Endpoint;
use crate::bytes::safe::error_chain;
use crate::deliver::bulk::fault::Fault;

/// Names of faults of certificates in rustls' words, and what someone can do about them.
const CERTIFICATE_FAULTS: [(&str, &str); 2] = [
    ("UnknownIssuer", "a private authority's certificates are given by --ca or OPENSEARCH_CA"),
    (
        "CaUsedAsEndEntity",
        "the certificate is an authority's own: let the authority sign one for the host and give --ca or OPENSEARCH_CA the authority's, \
         or make the self-signed one with basicConstraints CA:FALSE",
    ),
];

/// Why there is no answer.
#[expect(missing_docs, reason = "the messages say what it is")]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The request could not be sent, or its answer not be read to its end.
    #[error("{endpoint}: {problem}: {text}")]
    NoAnswer { endpoint: String, problem: Problem, text: String },
    /// The endpoint sent us elsewhere. A redirected request has lost its body and its signature.
    #[error("{endpoint} redirects to {target}; give that as the endpoint")]
    Redirected { endpoint: String, target: String },
    #[error("AWS credentials: {text}")]
    Credentials { text: String, lasting: bool },
    #[error("{0}")]
    Setup(String),
}

impl SendError {
    /// Sending the same again, with the same settings, can go well.
    pub fn can_pass(&self) -> bool {
        match self {
            SendError::NoAnswer { problem, .. } => !matches!(problem, Problem::Certificate | Problem::NoTls),
            SendError::Credentials { lasting, .. } => !lasting,
            SendError::Redirected { .. } | SendError::Setup(_) => false,
        }
    }

    /// The error as the fault of a request without an answer.
    pub(crate) fn fault(&self) -> Fault {
        Fault::new(0, self.kind(), &self.to_string())
    }

    /// What kind of error it is, for logs and counters.
    pub fn kind(&self) -> &'static str {
        match self {
            SendError::NoAnswer { problem, .. } => match problem {
                Problem::Dns => "dns",
                Problem::Connect => "no_connection",
                Problem::Certificate => "certificate",
                Problem::Tls => "tls",
                Problem::NoTls => "no_tls",
                Problem::TimedOut => Fault::TIME_OUT,
                Problem::Broken => "connection_broke",
            },
            SendError::Redirected { .. } => "redirected",
            SendError::Credentials { .. } => "credentials",
            SendError::Setup(_) => "setup",
        }
    }

    pub(crate) fn no_answer(endpoint: &Endpoint, error: &::opensearch::Error) -> Self {
        let text = without_address(&error_chain(error));
        let problem = match text.to_ascii_lowercase() {
            _ if error.is_timeout() => Problem::TimedOut,
            text if text.contains("dns error") => Problem::Dns,
            text if text.contains("invalid peer certificate") => Problem::Certificate,
            // The endpoint answers, and not in TLS.
            text if text.contains("invalidcontenttype") || text.contains("wrong version number") => {
                Problem::NoTls
            }
            text if ["certificate", "handshake", "tls", "invalidcontenttype"]
                .iter()
                .any(|sign| text.contains(sign)) =>
            {
                Problem::Tls
            }
            text if text.contains("(connect)") => Problem::Connect,
            _ => Problem::Broken,
        };
        let endpoint = endpoint.to_string();
        let text = match (problem, endpoint.strip_prefix("https://")) {
            (Problem::NoTls, Some(rest)) => format!("write http://{rest}"),
            (Problem::Certificate, _) => {
                match CERTIFICATE_FAULTS.iter().find(|(sign, _)| text.contains(sign)) {
                    Some((_, way_out)) => format!("{text} ({way_out})"),
                    None => text,
                }
            }
            _ => text,
        };
        SendError::NoAnswer { endpoint, problem, text }
    }

    /// The endpoint has not answered in the time that there was.
    pub(crate) fn timed_out(endpoint: &Endpoint) -> Self {
        let text = "the time for a request is over".to_owned();
        SendError::NoAnswer { endpoint: endpoint.to_string(), problem: Problem::TimedOut, text }
    }

    /// The endpoint answers with so many bytes.
    pub(crate) fn too_large(endpoint: &Endpoint, length: u64) -> Self {
        let text = format!("an answer of {length} bytes is none of a cluster");
        SendError::NoAnswer { endpoint: endpoint.to_string(), problem: Problem::Broken, text }
    }

    pub(crate) fn redirected(endpoint: &Endpoint, target: &Url) -> Self {
        // Only the origin: the rest may hold a token.
        let target = target.origin().ascii_serialization();
        SendError::Redirected { endpoint: endpoint.to_string(), target }
    }

    pub(crate) fn credentials(error: &CredentialsError) -> Self {
        // Nothing configured stays so; a metadata service that does not answer may do so a moment later.
        let lasting = matches!(
            error,
            CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_)
        );
        SendError::Credentials { text: error_chain(error), lasting }
    }
}

/// The kind of trouble on the way.
#[expect(missing_docs, reason = "the messages say what it is")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("the host name has no address")]
    Dns,
    #[error("no connection")]
    Connect,
    /// It stays so until someone changes something.
    #[error("its certificate is not accepted")]
    Certificate,
    #[error("TLS fails")]
    Tls,
    /// The endpoint speaks HTTP: it stays so until someone changes something.
    #[error("there is no TLS there")]
    NoTls,
    #[error("no answer in time")]
    TimedOut,
    /// With the request or the answer under way.
    #[error("the connection broke")]
    Broken,
}

/// The text of an error without the address of the request: it may be that of a redirect, and its query hold a token.
fn without_address(text: &str) -> String {
    let cut =
        text.split_once(" for url (").and_then(|(before, rest)| Some((before, rest.split_once(')')?.1)));
    cut.map_or_else(|| text.to_owned(), |(before, behind)| format!("{before}{behind}"))
}
