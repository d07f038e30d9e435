//! The S3 client against answers that the real service gives only on bad days.

use std::io::{self, Read};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::sdk_config::SharedTimeSource;
use es_loader::edge::aws::roles::{BucketRole, RoleError, bucket_roles};
use es_loader::edge::aws::s3::{ObjectStream, S3, S3Error};
use es_loader::edge::aws::sqs::Queue;
use es_loader::trigger::ObjectKey;
use es_loader::trigger::object_ref::ObjectRef;

use crate::scripted::{Reply, Request, Server, run, serve};

const TIME: &str = "Sat, 01 Jun 2024 00:00:00 GMT";

fn s3(server: &Server) -> S3 {
    S3::new(&aws(server), false, Some("111122223333".into()))
}

fn aws(server: &Server) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("ap-northeast-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "id", "secret", None, None, "test",
        )))
        .endpoint_url(&server.url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .time_source(SharedTimeSource::default())
        .build()
}

fn object(key: &str) -> ObjectRef {
    ObjectRef::new("logs", ObjectKey::from_raw(key))
}

fn error(status: u16, code: &str, message: &str) -> Reply {
    let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    Reply::Full(status, vec![("content-type", "application/xml".into())], body.into_bytes())
}

fn head() -> Vec<(&'static str, String)> {
    vec![("etag", "\"e1\"".into()), ("last-modified", TIME.into())]
}

/// The object's bytes from where the request asks for them.
fn bytes_from(request: &Request, object: &[u8]) -> Reply {
    match request.header("range") {
        None => Reply::Full(200, head(), object.to_vec()),
        Some(range) => {
            let start = range.trim_start_matches("bytes=").trim_end_matches('-').parse::<usize>().unwrap();
            let mut head = head();
            head.push(("content-range", format!("bytes {start}-{}/{}", object.len() - 1, object.len())));
            Reply::Full(206, head, object.get(start..).unwrap().to_vec())
        }
    }
}

fn halve(reply: Reply) -> Reply {
    match reply {
        Reply::Full(status, head, body) => Reply::Half(status, head, body),
        other => other,
    }
}

async fn read(stream: ObjectStream) -> (Vec<u8>, io::Result<usize>) {
    let mut reader = stream.into_reader();
    tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        let end = reader.read_to_end(&mut bytes);
        (bytes, end)
    })
    .await
    .unwrap()
}

#[test]
fn an_object_is_asked_for_by_version_and_owner_and_comes_with_its_facts() {
    run(async {
        let server = serve(|request| bytes_from(request, b"one\ntwo\n")).await;
        let wanted = ObjectRef { version_id: Some("v7".into()), ..object("ds_agent/a b+c=d/日本.gz") };
        let stream = s3(&server).get(&wanted).await.unwrap();
        assert_eq!((stream.size, stream.etag.as_deref()), (Some(8), Some("e1")));
        assert_eq!(stream.last_modified.unwrap().to_string(), "2024-06-01T00:00:00Z");
        assert_eq!(read(stream).await.0, b"one\ntwo\n");

        let request = server.requests().remove(0);
        assert!(
            request.target.starts_with("/logs/ds_agent/a%20b%2Bc%3Dd/%E6%97%A5%E6%9C%AC.gz?"),
            "{}",
            request.target
        );
        assert!(request.target.contains("versionId=v7"), "{}", request.target);
        assert_eq!(request.header("x-amz-expected-bucket-owner"), Some("111122223333"));
    });
}

#[test]
fn the_other_reading_of_a_key_is_tried_only_where_the_first_is_missing() {
    run(async {
        let server = serve(|request| {
            if request.target.starts_with("/logs/a%253Db") {
                error(404, "NoSuchKey", "The specified key does not exist.")
            } else {
                bytes_from(request, b"x")
            }
        })
        .await;
        let wanted = ObjectRef { key_if_missing: Some(ObjectKey::from_raw("a=b")), ..object("a%3Db") };
        assert_eq!(s3(&server).get(&wanted).await.unwrap().key.as_str(), "a=b");

        let server = serve(|_| error(403, "AccessDenied", "Access Denied")).await;
        s3(&server).get(&wanted).await.unwrap_err();
        assert_eq!(server.requests().len(), 1, "a key that may be there is not replaced by another");

        let server = serve(|_| error(404, "NoSuchBucket", "The specified bucket does not exist")).await;
        let gone = s3(&server).get(&wanted).await.unwrap_err();
        assert!(gone.is_about_bucket() && gone.to_string().contains("NoSuchBucket"), "{gone}");
        assert_eq!(server.requests().len(), 1, "a bucket that is not there has no other key either");

        let server = serve(|_| error(404, "NoSuchKey", "The specified key does not exist.")).await;
        let missing = s3(&server).get(&wanted).await.unwrap_err();
        assert_eq!(missing.to_string(), "s3://logs/a%3Db: not found (NoSuchKey)");
    });
}

#[test]
fn what_is_denied_names_the_object_the_role_and_the_permission() {
    for (message, permission) in [
        (
            "User: arn:aws:sts::1:assumed-role/loader/f is not authorized to perform: s3:GetObject",
            "s3:GetObject",
        ),
        (
            "User: arn:aws:sts::1:assumed-role/loader/f is not authorized to perform: kms:Decrypt",
            "kms:Decrypt",
        ),
    ] {
        run(async move {
            let server = serve(move |_| error(403, "AccessDenied", message)).await;
            let denied = s3(&server).get(&object("k")).await.unwrap_err();
            assert!(
                matches!(denied, S3Error::AccessDenied { permission: p, .. } if p == permission),
                "{denied}"
            );
            let text = denied.to_string();
            assert!(
                text.starts_with("s3://logs/k: access denied: User: arn:aws:sts::1:assumed-role/loader/f"),
                "{text}"
            );
            let way_out = format!("; allow {permission} to the identity whose credentials are used");
            assert!(text.contains(&way_out), "{text}");
        });
    }
}

/// S3 says no more than this across accounts, and where a missing object must not be told from a forbidden one.
#[test]
fn a_bare_denial_names_all_that_can_be_behind_it() {
    run(async {
        let server = serve(|_| error(403, "AccessDenied", "Access Denied")).await;
        let wanted = ObjectRef { version_id: Some("v7".into()), ..object("k") };
        let text = s3(&server).get(&wanted).await.unwrap_err().to_string();
        for part in [
            "s3://logs/k: access denied: Access Denied; allow s3:GetObjectVersion to ",
            "without s3:ListBucket on the bucket, S3 says the same of an object that is gone",
            "the bucket has to belong to account 111122223333 (EXPECTED_BUCKET_OWNER)",
        ] {
            assert!(text.contains(part), "no `{part}` in {text}");
        }
    });
}

/// What the roles' variables say.
fn roles(variables: &[(&str, &str)]) -> Result<Vec<BucketRole>, RoleError> {
    bucket_roles(|name| {
        variables.iter().find(|(given, _)| *given == name).map(|(_, value)| (*value).to_owned())
    })
}

const ROLE: &str = "arn:aws:iam::444455556666:role/log-archive";

fn assumed_role() -> Reply {
    let body = "<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser>\
        <Arn>arn:aws:sts::444455556666:assumed-role/log-archive/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser>\
        <Credentials><AccessKeyId>OTHERACCOUNT</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
        <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
    Reply::Full(200, vec![("content-type", "text/xml".into())], body.as_bytes().to_vec())
}

#[test]
fn the_buckets_of_another_account_are_read_in_its_role_and_checked_for_its_ownership() {
    run(async {
        let server = serve(
            |request| {
                if request.method == "POST" { assumed_role() } else { bytes_from(request, b"x") }
            },
        )
        .await;
        let variables = [
            ("CONTROL_TOWER_ROLE_ARN", ROLE),
            ("CONTROL_TOWER_LOG_BUCKETS", "archive, more"),
            ("SECURITY_LAKE_ROLE_ARN", "arn:aws-cn:iam::777788889999:role/path/lake"),
            ("SECURITY_LAKE_EXTERNAL_ID", "e x"),
            ("SECURITY_LAKE_ROLE_SESSION_NAME", "mine"),
        ];
        let s3 = s3(&server).with_roles(&aws(&server), roles(&variables).unwrap()).await;
        assert!(server.requests().is_empty(), "roles are assumed when they are needed");
        for bucket in ["logs", "archive", "more", "aws-security-data-lake-x", "archives"] {
            s3.get(&ObjectRef::new(bucket, ObjectKey::from_raw("k"))).await.unwrap();
        }
        let (asked, read): (Vec<_>, Vec<_>) =
            server.requests().into_iter().partition(|request| request.method == "POST");
        let seen: Vec<_> = read
            .iter()
            .map(|request| {
                let is_other = request.header("authorization").unwrap().contains("Credential=OTHERACCOUNT/");
                let bucket = request.target.split('/').nth(1).unwrap();
                (bucket, is_other, request.header("x-amz-expected-bucket-owner").unwrap())
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("logs", false, "111122223333"),
                ("archive", true, "444455556666"),
                ("more", true, "444455556666"),
                ("aws-security-data-lake-x", true, "777788889999"),
                ("archives", false, "111122223333"),
            ]
        );
        assert_eq!(asked.len(), 2, "credentials are kept");
        for (request, parts) in asked.iter().zip([
            &["role%2Flog-archive", "RoleSessionName=aes-siem-es-loader"][..],
            &["role%2Fpath%2Flake", "RoleSessionName=mine", "ExternalId=e%20x"],
        ]) {
            let text = request.text();
            assert!(parts.iter().all(|part| text.contains(part)), "{text}");
        }
        assert!(!asked[0].text().contains("ExternalId"));
    });
}

#[test]
fn a_role_that_is_refused_is_named_with_the_words_of_sts() {
    run(async {
        let refusal = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: \
            arn:aws:sts::1:assumed-role/loader/f is not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>";
        let server = serve(move |_| {
            Reply::Full(403, vec![("content-type", "text/xml".into())], refusal.as_bytes().to_vec())
        })
        .await;
        let variables = [("CONTROL_TOWER_ROLE_ARN", ROLE), ("CONTROL_TOWER_LOG_BUCKETS", "archive")];
        let s3 = s3(&server).with_roles(&aws(&server), roles(&variables).unwrap()).await;
        let error = s3.get(&ObjectRef::new("archive", ObjectKey::from_raw("k"))).await.unwrap_err();
        let expected = format!(
            "s3://archive/k: the role {ROLE} cannot be assumed: AccessDenied: User: \
             arn:aws:sts::1:assumed-role/loader/f is not authorized to perform: sts:AssumeRole"
        );
        assert_eq!(error.to_string(), expected);
    });
}

#[test]
fn half_a_role_is_refused_at_the_start() {
    for (variables, text) in [
        (
            &[("CONTROL_TOWER_ROLE_ARN", ROLE)][..],
            "CONTROL_TOWER_ROLE_ARN is set and CONTROL_TOWER_LOG_BUCKETS is not",
        ),
        (
            &[("CONTROL_TOWER_ROLE_ARN", ROLE), ("CONTROL_TOWER_LOG_BUCKETS", " , ")],
            "CONTROL_TOWER_LOG_BUCKETS is not",
        ),
        (
            &[("CONTROL_TOWER_LOG_BUCKETS", "a")],
            "CONTROL_TOWER_LOG_BUCKETS is set and CONTROL_TOWER_ROLE_ARN is not",
        ),
        (
            &[("SECURITY_LAKE_ROLE_ARN", "lake")],
            "SECURITY_LAKE_ROLE_ARN is `lake`: expected arn:aws:iam::ACCOUNT:role/NAME",
        ),
        (&[("SECURITY_LAKE_ROLE_ARN", "arn:aws:iam::1:role/x")], "SECURITY_LAKE_ROLE_ARN is"),
    ] {
        let error = roles(variables).unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
    }
    assert_eq!(roles(&[]), Ok(vec![]));
}

#[test]
fn archives_and_bad_days_are_told_apart() {
    run(async {
        let server =
            serve(|_| error(403, "InvalidObjectState", "not valid for the object's storage class")).await;
        assert!(matches!(s3(&server).get(&object("k")).await, Err(S3Error::Archived { .. })));
        for reply in [error(503, "SlowDown", "slow"), error(500, "InternalError", "oops"), Reply::Cut] {
            let server = serve(move |_| reply.clone()).await;
            assert!(matches!(s3(&server).get(&object("k")).await, Err(S3Error::Other { .. })));
        }
    });
}

#[test]
fn a_connection_that_breaks_is_made_up_for_from_the_byte_where_it_broke() {
    run(async {
        let text: Vec<u8> = (0..200_000_u32).map(|n| n as u8).collect();
        let (whole, mut breaks) = (text.clone(), 3);
        let server = serve(move |request| {
            breaks -= 1;
            let reply = bytes_from(request, &text);
            if breaks >= 0 { halve(reply) } else { reply }
        })
        .await;
        let (bytes, end) = read(s3(&server).get(&object("k")).await.unwrap()).await;
        assert_eq!(end.unwrap(), whole.len());
        assert!(bytes == whole, "the bytes are those of the object, each once");
        let requests = server.requests();
        assert_eq!(requests.len(), 4);
        assert_eq!(requests.iter().filter(|request| request.header("if-match") == Some("\"e1\"")).count(), 3);
    });
}

#[test]
fn an_object_that_was_replaced_meanwhile_ends_in_an_error() {
    run(async {
        let server = serve(|request| match request.header("if-match") {
            None => halve(bytes_from(request, b"first half, second half")),
            Some(_) => error(
                412,
                "PreconditionFailed",
                "At least one of the pre-conditions you specified did not hold",
            ),
        })
        .await;
        let (bytes, end) = read(s3(&server).get(&object("k")).await.unwrap()).await;
        assert_eq!(bytes, b"first half,");
        let text = end.unwrap_err().to_string();
        assert_eq!(text, "s3://logs/k: the object changed while it was read (412 PreconditionFailed)");
    });
}

#[test]
fn what_ends_the_reading_of_an_object_is_told_in_the_words_of_s3() {
    for (status, code, words) in [
        (404, "NoSuchKey", "s3://logs/k: not found (NoSuchKey)"),
        (403, "ExpiredToken", "s3://logs/k: S3 answered 403 ExpiredToken: too late"),
        (403, "AccessDenied", "s3://logs/k: access denied: too late; allow s3:GetObject to "),
        (416, "InvalidRange", "s3://logs/k: S3 answered 416 InvalidRange: too late"),
    ] {
        run(async move {
            let server = serve(move |request| match request.header("range") {
                None => halve(bytes_from(request, b"first half, second half")),
                Some(_) => error(status, code, "too late"),
            })
            .await;
            let (_, end) = read(s3(&server).get(&object("k")).await.unwrap()).await;
            let text = end.unwrap_err().to_string();
            assert!(text.starts_with(words) && !text.contains("ServiceError"), "{text}");
        });
    }
}

#[test]
fn an_object_that_breaks_off_again_and_again_ends_in_words_without_the_insides_of_a_library() {
    run(async {
        let server = serve(|request| {
            let Reply::Full(status, head, body) = bytes_from(request, b"first half, second half") else {
                panic!("a reply in full")
            };
            if status == 200 {
                Reply::Half(status, head, body)
            } else {
                Reply::Half(status, head, b"x".into())
            }
        })
        .await;
        let (_, end) = read(s3(&server).get(&object("k")).await.unwrap()).await;
        let text = end.unwrap_err().to_string();
        assert!(text.contains("body") && !text.contains('{') && !text.contains("Error("), "{text}");
    });
}

#[test]
fn a_page_of_a_proxy_is_no_object() {
    for (kind, page) in [
        ("text/html", "<html>Sign in</html>"),
        ("application/xml", "<Error><Code>InternalError</Code></Error>"),
    ] {
        run(async move {
            let server =
                serve(move |_| Reply::Full(200, vec![("content-type", kind.into())], page.into())).await;
            let text = s3(&server).get(&object("k")).await.unwrap_err().to_string();
            assert_eq!(text, "s3://logs/k: the answer is a page, and none of S3: it has no ETag");
        });
    }
}

#[test]
fn an_object_of_which_nothing_came_is_taken_from_its_beginning() {
    run(async {
        let mut first = true;
        let server = serve(move |_| {
            // Half of one byte is none.
            if std::mem::take(&mut first) {
                Reply::Half(200, head(), b"x".into())
            } else {
                Reply::Full(200, head(), b"w".into())
            }
        })
        .await;
        let (bytes, end) = read(s3(&server).get(&object("k")).await.unwrap()).await;
        assert_eq!((bytes.as_slice(), end.unwrap()), (&b"w"[..], 1));
    });
}

#[test]
fn an_answer_without_a_range_is_not_taken_for_the_rest() {
    run(async {
        let server = serve(|_| Reply::Half(200, head(), b"first half, second half".to_vec())).await;
        let (bytes, end) = read(s3(&server).get(&object("k")).await.unwrap()).await;
        assert_eq!(bytes, b"first half,");
        assert!(end.is_err());
    });
}

/// The second half of an object, as `head` tells it.
fn other_half(headers: Vec<(&'static str, String)>) -> (Vec<u8>, String) {
    run(async move {
        let text = b"first half, second half";
        let server = serve(move |request| match request.header("range") {
            None => Reply::Half(200, head(), text.to_vec()),
            Some(_) => Reply::Full(206, headers.clone(), text[11..].to_vec()),
        })
        .await;
        let (bytes, end) = read(s3(&server).get(&object("k")).await.unwrap()).await;
        (bytes, end.map_or_else(|error| error.to_string(), |_| String::new()))
    })
}

#[test]
fn other_bytes_than_those_asked_for_are_not_taken_for_the_rest() {
    let with = |range: &str, etag: &str| vec![("content-range", range.to_owned()), ("etag", etag.to_owned())];
    assert_eq!(other_half(with("bytes 11-22/23", "\"e1\"")).1, "");
    assert_eq!(other_half(with("bytes 11-22/*", "\"e1\"")).1, "", "the size may be left out");
    for range in
        ["bytes 0-11/12", "bytes 10-21/23", "bytes 11-21/23", "bytes 11-22/24", "lines 11-22/23", "bytes 11-"]
    {
        let (bytes, error) = other_half(with(range, "\"e1\""));
        assert_eq!(bytes, b"first half,");
        assert_eq!(error, format!("S3 was asked for the bytes from 11 on and gives `{range}`"));
    }
    for (etag, told) in [("\"e2\"", "e2"), ("\"E1\"", "E1")] {
        let (bytes, error) = other_half(with("bytes 11-22/23", etag));
        assert_eq!(bytes, b"first half,");
        assert_eq!(error, format!("the object changed while it was read: its ETag was e1 and is {told}"));
    }
    let (_, error) = other_half(vec![("content-range", "bytes 11-22/23".to_owned())]);
    assert!(error.ends_with("its ETag was e1 and is not given"), "{error}");
}

#[test]
fn a_service_that_asks_to_slow_down_is_understood() {
    let replies = [
        error(503, "SlowDown", "Please reduce your request rate."),
        error(503, "ServiceUnavailable", "Service is unable to handle request."),
        Reply::Full(503, vec![], vec![]),
    ];
    for reply in replies {
        run(async {
            let server = serve(move |_| reply.clone()).await;
            let text = s3(&server).get(&object("k")).await.unwrap_err().to_string();
            assert!(text.starts_with("s3://logs/k: S3 asks to slow down (503"), "{text}");
            assert!(!text.contains("assumed"), "{text}");
        });
    }
    run(async {
        let server = serve(|_| error(500, "InternalError", "We encountered an internal error.")).await;
        let text = s3(&server).get(&object("k")).await.unwrap_err().to_string();
        assert_eq!(text, "s3://logs/k: S3 answered 500 InternalError: We encountered an internal error.");
    });
}

#[test]
fn a_get_that_is_never_answered_is_an_error_and_with_tries_left_another_get() {
    run(async {
        let server = serve(|_| Reply::Silence).await;
        let text = s3(&server).get(&object("k")).await.unwrap_err().to_string();
        assert!(text.starts_with("s3://logs/k: no answer in time"), "{text}");
        assert_eq!(server.requests().len(), 1);

        let mut first = true;
        let server =
            serve(
                move |request| {
                    if std::mem::take(&mut first) { Reply::Silence } else { bytes_from(request, b"late") }
                },
            )
            .await;
        let twice = aws_config::retry::RetryConfig::standard().with_max_attempts(2);
        let aws = aws(&server).into_builder().retry_config(twice).build();
        let stream = S3::new(&aws, false, None).get(&object("k")).await.unwrap();
        assert_eq!(read(stream).await.0, b"late");
    });
}

#[test]
fn a_body_that_falls_silent_is_read_on_by_another_request() {
    run(async {
        let text: Vec<u8> = (0..100_000_u32).map(|n| n as u8).collect();
        let whole = text.clone();
        let server = serve(move |request| match (request.header("range"), bytes_from(request, &text)) {
            (None, Reply::Full(status, head, body)) => Reply::Stall(status, head, body),
            (_, reply) => reply,
        })
        .await;
        let (bytes, end) = read(s3(&server).get(&object("k")).await.unwrap()).await;
        assert_eq!(end.unwrap(), whole.len());
        assert!(bytes == whole);
        assert_eq!(server.requests().len(), 2);
    });
}

#[test]
fn a_queue_that_never_answers_is_an_error() {
    run(async {
        let server = serve(|_| Reply::Silence).await;
        let queue = Queue::new(&aws(&server), &format!("{}/1/q", server.url)).unwrap();
        let error = queue.receive(Duration::from_secs(60)).await.unwrap_err().to_string();
        assert!(error.contains("/1/q: "), "{error}");
    });
}

#[test]
fn a_message_that_the_answer_of_a_queue_does_not_name_is_not_taken() {
    run(async {
        let server = serve(|_| {
            let taken = r#"{"Id":"0","MessageId":"m","MD5OfMessageBody":"x"}"#;
            let failed = r#"{"Id":"1","SenderFault":true,"Code":"C","Message":"too long"}"#;
            Reply::json(200, format!(r#"{{"Successful":[{taken}],"Failed":[{failed}]}}"#))
        })
        .await;
        let queue = Queue::new(&aws(&server), &format!("{}/1/q", server.url)).unwrap();
        let refused = queue.send_batch(&["a", "b", "c"].map(str::to_owned)).await.unwrap();
        let words = "its answer does not name the message".to_owned();
        assert_eq!(refused, [(1, "too long".to_owned()), (2, words)]);
    });
}

/// A store between S3 and us cuts an object, and says of the rest that it is the whole.
#[test]
fn an_object_that_ends_before_the_size_that_its_event_tells_is_read_on() {
    run(async {
        let text = b"first half, second half";
        let wanted =
            |etag: &str| ObjectRef { size: Some(23), etag: Some(etag.to_owned()), ..object("ds_agent/k") };
        let server = serve(|request| match request.header("range") {
            None => Reply::Full(200, head(), text[..11].to_vec()),
            Some(_) => bytes_from(request, text),
        })
        .await;
        let (bytes, end) = read(s3(&server).get(&wanted("e1")).await.unwrap()).await;
        assert_eq!((bytes.as_slice(), end.unwrap()), (&text[..], 23));

        let server = serve(|_| Reply::Full(200, head(), Vec::new())).await;
        let stream = s3(&server).get(&wanted("e1")).await.unwrap();
        assert_eq!(stream.size, Some(23), "it is not taken for an empty one");
        assert!(read(stream).await.1.is_err());

        // Another object has the key by now: the event says nothing of its size.
        let server = serve(|_| Reply::Full(200, head(), b"another".to_vec())).await;
        let (bytes, end) = read(s3(&server).get(&wanted("e0")).await.unwrap()).await;
        assert_eq!((bytes.as_slice(), end.unwrap()), (&b"another"[..], 7));
    });
}

#[test]
fn a_listing_that_names_no_next_page_or_the_same_again_ends_in_an_error() {
    for next in ["", "<NextContinuationToken>t2</NextContinuationToken>"] {
        run(async move {
            let server = serve(move |_| {
                let body =
                    format!("<ListBucketResult><IsTruncated>true</IsTruncated>{next}</ListBucketResult>");
                Reply::Full(200, vec![("content-type", "application/xml".into())], body.into_bytes())
            })
            .await;
            let mut listing = s3(&server).list("logs", "ds_agent/");
            let mut pages = 0;
            let error = loop {
                match listing.next_page().await.expect("a listing that is cut does not end well") {
                    Ok(_) => pages += 1,
                    Err(error) => break error.to_string(),
                }
            };
            assert!(error.contains("the listing does not go on") && pages <= 1, "{pages}: {error}");
        });
    }
}

#[test]
fn a_listing_gives_all_pages_with_times_and_sizes() {
    run(async {
        let server = serve(|request| {
            let (key, next) = if request.target.contains("continuation-token=t2") {
                ("ds_agent/b", "<IsTruncated>false</IsTruncated>")
            } else {
                (
                    "ds_agent/a%3D b",
                    "<IsTruncated>true</IsTruncated><NextContinuationToken>t2</NextContinuationToken>",
                )
            };
            let body = format!(
                "<ListBucketResult>{next}<Contents><Key>{key}</Key><Size>7</Size><ETag>\"e\"</ETag>\
                 <LastModified>2024-06-01T00:00:00.000Z</LastModified></Contents></ListBucketResult>"
            );
            Reply::Full(200, vec![("content-type", "application/xml".into())], body.into_bytes())
        })
        .await;
        let mut listing = s3(&server).list("logs", "ds_agent/");
        let mut found = Vec::new();
        while let Some(page) = listing.next_page().await {
            found.extend(page.unwrap());
        }
        let keys: Vec<_> =
            found.iter().map(|object| (object.key.as_str(), object.size, object.etag.as_deref())).collect();
        assert_eq!(keys, [("ds_agent/a%3D b", Some(7), Some("e")), ("ds_agent/b", Some(7), Some("e"))]);
        assert_eq!(found.remove(0).event_time.unwrap().to_string(), "2024-06-01T00:00:00Z");
    });
}
