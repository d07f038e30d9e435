//! The payload of a packet, whichever log it stands in: base64, HTTP, TLS, DNS, URLs, the flow that it belongs to.

pub(crate) mod payload;
pub(crate) mod redaction;
pub(crate) mod quoted;
pub(crate) mod http;
pub(crate) mod tls;
pub(crate) mod dns;
pub(crate) mod datagram;
pub(crate) mod community_id;
pub mod url;
