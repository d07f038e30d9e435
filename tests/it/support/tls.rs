//! What stands before a cluster of one's own: TLS with a certificate of a private authority, and a user with a password.
//!
//! Whoever passes both reaches the real node.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests: to fail is to panic")]

use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::services;

/// A certificate authority of one's own.
pub(crate) struct Authority {
    /// Its certificate.
    pub(crate) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }
}

/// Starts a gate to the node for `name` of this machine, with a certificate of `authority`; it ends with this process.
/// Gives its address.
pub(crate) fn gate(authority: &Authority, name: &str, user: &str, password: &str) -> String {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority.issuer).unwrap().der().clone();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));

    let authorization = format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")));
    let node = services::opensearch().strip_prefix("http://").unwrap().trim_end_matches('/').to_owned();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, authorization, node) = (acceptor.clone(), authorization.clone(), node.clone());
                // A caller that does not trust the certificate hangs up: that is no fault of the gate.
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        let _ = pass(stream, &authorization, &node).await;
                    }
                });
            }
        });
    });
    format!("https://localhost:{port}")
}

/// One request and its answer, then the connection ends.
async fn pass<S>(mut caller: S, authorization: &str, node: &str) -> std::io::Result<()>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if caller.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let header = |name: &str| {
        let headers = text.split("\r\n").skip(1).filter_map(|line| line.split_once(": "));
        headers.into_iter().find_map(|(n, value)| n.eq_ignore_ascii_case(name).then_some(value))
    };
    let length: usize = header("content-length").map_or(0, |length| length.parse().unwrap());
    while bytes.len() < head + 4 + length {
        if caller.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    }
    if header("authorization") != Some(authorization) {
        let refusal = "HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic realm=\"OpenSearch Security\"\r\n\
             content-type: text/plain\r\ncontent-length: 12\r\nconnection: close\r\n\r\nUnauthorized";
        caller.write_all(refusal.as_bytes()).await?;
        return caller.shutdown().await;
    }
    let mut node = TcpStream::connect(node).await?;
    node.write_all(&bytes[..head]).await?;
    node.write_all(b"\r\nconnection: close").await?;
    node.write_all(&bytes[head..]).await?;
    tokio::io::copy(&mut node, &mut caller).await?;
    caller.shutdown().await
}
