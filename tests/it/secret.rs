//! The password of a cluster of one's own, out of Secrets Manager.

use std::ffi::OsStr;

use serde_json::{Value, json};

use crate::support::chain;
use crate::support::lambda::{Answer, Lambda};
use crate::support::program::{Run, clean, with_aws};
use crate::support::services::{aws, script};
use crate::support::site::{Site, unique};
use crate::support::storage::Storage;
use crate::support::tls::{Authority, gate};

/// Makes a secret, as its owner would; gives its ARN.
fn secret(name: &str, text: &str) -> String {
    aws();
    let arguments = [
        "cli",
        "--output",
        "json",
        "secretsmanager",
        "create-secret",
        "--name",
        name,
        "--secret-string",
        text,
    ];
    let run = Run::of(script("aws").args(arguments)).with_status(0);
    let made: Value = serde_json::from_slice(&run.stdout).unwrap();
    made["ARN"].as_str().unwrap().to_owned()
}

/// Puts an object into a bucket of its own; gives the bucket's name, and the event of S3.
fn stored(name: &str) -> (String, Value) {
    let (storage, bucket) = (Storage::new(), unique(name));
    storage.bucket(&bucket);
    storage.put(&bucket, "ds_agent/a.gz", &chain::bytes());
    let event = json!({"Records": [{"eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": bucket}, "object": {"key": "ds_agent/a.gz"}}}]});
    (bucket, event)
}

/// Gives a secret another text, as a rotation does.
fn rotate(arn: &str, text: &str) {
    let arguments =
        ["cli", "secretsmanager", "put-secret-value", "--secret-id", arn, "--secret-string", text];
    Run::of(script("aws").args(arguments)).with_status(0);
}

/// Starts the function with a secret; it has to end.
#[track_caller]
fn refused(site: &Site, secret: &str) -> String {
    let mut function = clean(env!("CARGO_BIN_EXE_es-loader-lambda"));
    with_aws(&mut function)
        .env("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9")
        .env("ES_LOADER_CONFIG", site.config())
        .env("ENDPOINT", "https://localhost:9")
        .env("OPENSEARCH_SECRET", OsStr::new(secret));
    let run = Run::of(&mut function);
    assert_eq!(run.status, Some(1));
    run.out() + &run.stderr
}

#[test]
fn a_secret_opens_the_cluster_and_stays_out_of_the_log() {
    let site = Site::new("secret");
    let (bucket, event) = stored("secret");
    let authority = Authority::new("the company's own");
    let ca = site.file("ca.pem", authority.pem.as_bytes());
    let endpoint = gate(&authority, "localhost", "loader", "pa:ss wörd");
    let whole = secret(&bucket, &json!({"username": "loader", "password": "pa:ss wörd"}).to_string());
    let alone = secret(&unique("secret"), "pa:ss wörd");
    for (secret, user) in [(whole, ""), (alone, "loader")] {
        let variables = [
            ("ENDPOINT", endpoint.as_str()),
            ("OPENSEARCH_CA", ca.to_str().unwrap()),
            ("OPENSEARCH_SECRET", &secret),
            ("OPENSEARCH_USER", user),
        ];
        let mut lambda = Lambda::start_with(&site, &variables);
        assert_eq!(lambda.invoke(&event), Answer::Done(Value::Null), "{}", lambda.log());
        assert_eq!(site.documents(), chain::DOCUMENTS);
        assert!(!lambda.log().contains("pa:ss"), "{}", lambda.log());
    }
}

#[test]
fn a_password_that_is_rotated_is_read_again_when_the_cluster_refuses_the_old_one() {
    let site = Site::new("rotated");
    let (bucket, event) = stored("rotated");
    let authority = Authority::new("the company's own");
    let ca = site.file("ca.pem", authority.pem.as_bytes());
    let endpoint = gate(&authority, "localhost", "loader", "new word");
    let secret = secret(&bucket, &json!({"username": "loader", "password": "old word"}).to_string());
    let variables = [
        ("ENDPOINT", endpoint.as_str()),
        ("OPENSEARCH_CA", ca.to_str().unwrap()),
        ("OPENSEARCH_SECRET", &secret),
    ];
    let mut lambda = Lambda::start_with(&site, &variables);
    assert!(matches!(lambda.invoke(&event), Answer::Failed(_)), "{}", lambda.log());
    assert_eq!(site.documents(), 0);
    rotate(&secret, &json!({"username": "loader", "password": "new word"}).to_string());
    assert_eq!(lambda.invoke(&event), Answer::Done(Value::Null), "{}", lambda.log());
    assert_eq!(site.documents(), chain::DOCUMENTS);
    assert!(!lambda.log().contains("word\""), "{}", lambda.log());
}

#[test]
fn a_secret_that_cannot_be_used_ends_the_function_at_its_start() {
    let site = Site::new("nosecret");
    let missing = "arn:aws:secretsmanager:us-east-1:123456789012:secret:gone-AbCdEf";
    let log = refused(&site, missing);
    assert!(log.contains(&format!("secret {missing}: ResourceNotFoundException")), "{log}");
    assert!(log.contains("allow secretsmanager:GetSecretValue"), "{log}");

    let other = secret(&unique("other"), &json!({"token": "hidden"}).to_string());
    let log = refused(&site, &other);
    assert!(log.contains("holds no password") && !log.contains("hidden"), "{log}");

    let nameless = secret(&unique("nameless"), "hidden");
    let log = refused(&site, &nameless);
    assert!(log.contains("names no user") && !log.contains("hidden"), "{log}");
}
