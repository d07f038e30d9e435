//! Which requests the server answers: those of its own page, in the browser of the person who started it.
//!
//! Any web page may send requests to 127.0.0.1, and a name of somebody else's may point there. So the path begins with a
//! random token, `Host` has to be this server's own address (DNS rebinding), and `Origin`, where a browser sends it, too.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

use crate::cli::failure::Failure;

/// Bytes of the token: 128 bits cannot be guessed.
const TOKEN_BYTES: usize = 16;

/// What a request has to show.
pub(super) struct Guard {
    token: String,
    port: u16,
}

impl Guard {
    /// A guard with a new token for a server on this port.
    ///
    /// # Errors
    ///
    /// The system gives no random bytes.
    pub(super) fn new(port: u16) -> Result<Self, Failure> {
        let mut bytes = [0; TOKEN_BYTES];
        getrandom::fill(&mut bytes).map_err(|error| Failure(format!("no random bytes: {error}")))?;
        let token = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { token, port })
    }

    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/{}/", self.port, self.token)
    }

    /// The path under which everything stands.
    pub(super) fn path(&self) -> String {
        format!("/{}", self.token)
    }

    /// Whether a request with these headers comes from the page itself.
    pub(super) fn admits(&self, headers: &HeaderMap) -> bool {
        let names = [format!("127.0.0.1:{}", self.port), format!("localhost:{}", self.port)];
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        let Some(host) = host.filter(|host| names.iter().any(|name| name == host)) else { return false };
        match headers.get(ORIGIN) {
            None => true,
            Some(origin) => origin.to_str().is_ok_and(|origin| origin == format!("http://{host}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(axum::http::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_the_page_itself_is_answered() {
        let guard = Guard::new(4000).unwrap();
        assert!(guard.admits(&headers(&[(HOST, "127.0.0.1:4000")])));
        assert!(guard.admits(&headers(&[(HOST, "localhost:4000"), (ORIGIN, "http://localhost:4000")])));
        for refused in [
            headers(&[]),
            headers(&[(HOST, "127.0.0.1:4001")]),
            headers(&[(HOST, "rebound.example:4000")]),
            headers(&[(HOST, "127.0.0.1:4000"), (ORIGIN, "http://evil.example")]),
            headers(&[(HOST, "127.0.0.1:4000"), (ORIGIN, "null")]),
            headers(&[(HOST, "localhost:4000"), (ORIGIN, "http://127.0.0.1:4000")]),
        ] {
            assert!(!guard.admits(&refused), "{refused:?}");
        }
    }

    #[test]
    fn two_starts_have_two_tokens() {
        assert_ne!(Guard::new(1).unwrap().path(), Guard::new(1).unwrap().path());
    }
}
