//! The signature of a real request, computed a second time by botocore from what came over the wire.

use std::io::Write;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use base64::Engine as _;
use es_loader::edge::aws::auth::{Auth, Password};
use es_loader::edge::opensearch::client::{Compression, OpenSearch, SendError, Settings};
use es_loader::edge::opensearch::endpoint::{Endpoint, Service};
use sha2::{Digest, Sha256};

use crate::scripted::{Reply, Request, Server, run, serve};
use crate::support::services::{repository, script};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// With characters that a careless signer escapes.
const TOKEN: &str = "token/with+signs==";
const BODY: &[u8] = b"{\"index\":{\"_index\":\"log\"}}\n{\"a\":1}\n";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The `Authorization` header that a request must have, by botocore.
fn authorization(server: &Server, request: &Request, region: &str, service: &str) -> String {
    let given = request.header("authorization").unwrap();
    let signed = given.split("SignedHeaders=").nth(1).unwrap().split(',').next().unwrap();
    let headers: serde_json::Map<_, _> =
        signed.split(';').map(|name| (name.to_owned(), request.header(name).unwrap().into())).collect();
    let question = serde_json::json!({
        "method": request.method,
        "url": format!("{}{}", server.url, request.target),
        "headers": headers,
        "body": base64::engine::general_purpose::STANDARD.encode(&request.body),
        "region": region,
        "service": service,
        "credentials": ["AKIDEXAMPLE", SECRET, TOKEN],
    });
    let mut botocore = script("tools");
    botocore.args(["python", "tests/it/support/signature.py"]).current_dir(repository());
    let mut botocore = botocore.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    botocore.stdin.take().unwrap().write_all(question.to_string().as_bytes()).unwrap();
    let output = botocore.wait_with_output().unwrap();
    assert!(output.status.success(), "{question}");
    String::from_utf8(output.stdout).unwrap()
}

/// A provider that counts how often it is asked.
#[derive(Debug)]
struct Counting {
    asked: Arc<AtomicUsize>,
    expires: Option<SystemTime>,
}

impl ProvideCredentials for Counting {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        self.asked.fetch_add(1, SeqCst);
        let token = Some(TOKEN.to_owned());
        future::ProvideCredentials::ready(Ok(Credentials::new(
            "AKIDEXAMPLE",
            SECRET,
            token,
            self.expires,
            "test",
        )))
    }
}

fn sigv4(service: Service, expires: Option<SystemTime>) -> (Auth, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let credentials = SharedCredentialsProvider::new(Counting { asked: asked.clone(), expires });
    (Auth::SigV4 { service, region: "ap-northeast-1".into(), credentials }, asked)
}

fn client(server: &Server, path: &str, auth: Auth, compression: Compression) -> OpenSearch {
    let endpoint = Endpoint::parse(&format!("{}{path}", server.url)).unwrap();
    OpenSearch::new(Settings { compression, ..Settings::new(endpoint, auth) }).unwrap()
}

async fn ok() -> Server {
    serve(|_| Reply::json(200, r#"{"took":1,"errors":false,"items":[{"index":{"status":201}}]}"#)).await
}

async fn bulk(client: &OpenSearch) {
    assert_eq!(client.bulk(BODY, None).await.unwrap().status, 200);
}

#[test]
fn botocore_signs_the_bytes_query_and_token_that_are_sent_alike() {
    run(async {
        for (service, name) in [(Service::Es, "es"), (Service::Aoss, "aoss")] {
            for compression in [Compression::Gzip(1), Compression::Off] {
                let server = ok().await;
                bulk(&client(&server, "", sigv4(service, None).0, compression)).await;
                let request = server.requests().remove(0);

                assert_eq!(
                    request.header("authorization"),
                    Some(&*authorization(&server, &request, "ap-northeast-1", name))
                );
                // OpenSearch Serverless takes no request without this header.
                assert_eq!(
                    request.header("x-amz-content-sha256"),
                    Some(&*hex(&Sha256::digest(&request.body)))
                );
                assert_eq!(request.header("x-amz-security-token"), Some(TOKEN));
                assert_eq!(request.header("content-length"), Some(&*request.body.len().to_string()));
                assert_eq!(request.header("transfer-encoding"), None);
                assert_eq!(
                    request.header("content-encoding"),
                    (compression != Compression::Off).then_some("gzip")
                );
                assert_eq!(request.header("content-type"), Some("application/x-ndjson"));
                assert!(request.target.starts_with("/_bulk?filter_path=took%2Citems"), "{}", request.target);
                let signed = request.header("authorization").unwrap();
                for name in ["host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"] {
                    assert!(signed.contains(name), "{name} in {signed}");
                }
                assert_eq!(request.text().as_bytes(), BODY);
            }
        }
    });
}

#[test]
fn a_changed_request_has_another_signature() {
    run(async {
        let server = ok().await;
        bulk(&client(&server, "", sigv4(Service::Aoss, None).0, Compression::Gzip(1))).await;
        let sent = server.requests().remove(0);
        let given = sent.header("authorization").unwrap();
        let by_botocore =
            |request: &Request, region, service| authorization(&server, request, region, service);
        assert_eq!(by_botocore(&sent, "ap-northeast-1", "aoss"), given);

        let mut body = sent.clone();
        *body.body.last_mut().unwrap() ^= 1;
        assert_ne!(by_botocore(&body, "ap-northeast-1", "aoss"), given);
        let mut query = sent.clone();
        query.target = query.target.replacen("took", "tool", 1);
        assert_ne!(by_botocore(&query, "ap-northeast-1", "aoss"), given);
        let mut token = sent.clone();
        token.headers.iter_mut().filter(|(name, _)| name == "x-amz-security-token").for_each(|(_, value)| {
            value.pop();
        });
        assert_ne!(by_botocore(&token, "ap-northeast-1", "aoss"), given);
        assert_ne!(by_botocore(&sent, "ap-northeast-1", "es"), given);
        assert_ne!(by_botocore(&sent, "ap-northeast-2", "aoss"), given);
    });
}

#[test]
fn a_template_is_put_with_a_signature_of_its_own() {
    run(async {
        let server = serve(|_| Reply::json(200, r#"{"acknowledged":true}"#)).await;
        let client = client(&server, "/prefix", sigv4(Service::Es, None).0, Compression::Gzip(1));
        client.put_index_template("log-deepsecurity", &serde_json::json!({"priority": 9})).await.unwrap();
        let request = server.requests().remove(0);
        assert_eq!((&*request.method, &*request.target), ("PUT", "/prefix/_index_template/log-deepsecurity"));
        assert_eq!(request.text(), r#"{"priority":9}"#);
        assert_eq!(
            request.header("authorization"),
            Some(&*authorization(&server, &request, "ap-northeast-1", "es"))
        );
    });
}

#[test]
fn credentials_are_asked_for_once_until_shortly_before_they_expire() {
    run(async {
        let in_seconds = |seconds| Some(SystemTime::now() + Duration::from_secs(seconds));
        for (expires, asked_for_three) in [(in_seconds(3600), 1), (None, 1)] {
            let server = ok().await;
            let (auth, asked) = sigv4(Service::Es, expires);
            let client = client(&server, "", auth, Compression::Gzip(1));
            assert_eq!(asked.load(SeqCst), 0, "nothing is asked before the first request");
            for _ in 0..3 {
                bulk(&client).await;
            }
            assert_eq!(asked.load(SeqCst), asked_for_three);
        }

        let server = ok().await;
        let (auth, asked) = sigv4(Service::Es, in_seconds(30));
        let client = client(&server, "", auth, Compression::Gzip(1));
        bulk(&client).await;
        let first = asked.load(SeqCst);
        bulk(&client).await;
        assert!(asked.load(SeqCst) > first, "credentials with half a minute left are renewed");
    });
}

#[test]
fn without_credentials_nothing_is_sent_and_the_error_says_so() {
    #[derive(Debug)]
    struct Nothing;
    impl ProvideCredentials for Nothing {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::ready(Err(CredentialsError::not_loaded("no profile named siem")))
        }
    }
    run(async {
        let server = ok().await;
        let credentials = SharedCredentialsProvider::new(Nothing);
        let auth = Auth::SigV4 { service: Service::Es, region: "eu-west-1".into(), credentials };
        let error = client(&server, "", auth, Compression::Off).bulk(BODY, None).await.unwrap_err();
        assert!(matches!(error, SendError::Credentials { lasting: true, .. }), "{error}");
        assert!(error.to_string().contains("no profile named siem"), "{error}");
        assert!(server.requests().is_empty());
    });
}

#[test]
fn basic_authentication_sends_user_and_password() {
    run(async {
        let server = ok().await;
        let auth = Auth::Basic { user: "admin".into(), password: Password("pa:ss".into()) };
        assert!(!format!("{auth:?}").contains("pa:ss"));
        bulk(&client(&server, "", auth, Compression::Gzip(1))).await;
        assert_eq!(server.requests().remove(0).header("authorization"), Some("Basic YWRtaW46cGE6c3M="));
    });
}
