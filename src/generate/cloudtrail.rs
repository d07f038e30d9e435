//! Records of AWS CloudTrail: user guide, "CloudTrail record contents" and "CloudTrail userIdentity element". Members stand in the order of
//! their names.

use serde_json::{Value, json};

use super::random::Random;
use super::visit::{ACCOUNT, REGION, Visit, uuid};

/// What is asked of AWS.
#[derive(Clone, Copy, Debug, Default)]
struct Call {
    service: &'static str,
    name: &'static str,
    /// It changes nothing.
    reads: bool,
    /// Its parameters, as JSON.
    request: &'static str,
    /// The error that refuses it; a sign-in has none.
    error: &'static str,
}

const CALLS: [(u64, Call); 11] = [
    (14, call("ec2", "DescribeInstances", true, r#"{"maxResults":100,"filterSet":{}}"#, UNAUTHORIZED)),
    (12, call("s3", "GetObject", true, r#"{"bucketName":"shop-data","key":"orders.csv"}"#, DENIED)),
    (10, ASSUME_ROLE),
    (8, call("kms", "Decrypt", true, r#"{"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}"#, DENIED)),
    (6, call("iam", "ListUsers", true, "null", DENIED)),
    (3, call("ec2", "RunInstances", false, NEW_INSTANCES, UNAUTHORIZED)),
    (3, call("signin", "ConsoleLogin", false, "null", "")),
    (2, call("ec2", "AuthorizeSecurityGroupIngress", false, OPEN_PORT, "Client.InvalidPermission.Duplicate")),
    (2, call("iam", "AttachUserPolicy", false, NEW_POLICY, DENIED)),
    (1, call("cloudtrail", "StopLogging", false, r#"{"name":"all"}"#, DENIED)),
    (1, call("s3", "PutBucketAcl", false, r#"{"bucketName":"shop-data","acl":""}"#, "NoSuchBucket")),
];

const ASSUME_ROLE: Call = call("sts", "AssumeRole", true, NEW_SESSION, DENIED);
const NEW_SESSION: &str =
    r#"{"roleArn":"arn:aws:iam::111122223333:role/deploy","roleSessionName":"ci","durationSeconds":3600}"#;
const NEW_INSTANCES: &str = r#"{"instanceType":"m7g.large","instancesSet":{"items":[{"imageId":"ami-0123456789abcdef0","minCount":1,"maxCount":1}]}}"#;
const OPEN_PORT: &str = r#"{"groupId":"sg-0123456789abcdef0","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]}}]}}"#;
const NEW_POLICY: &str = r#"{"userName":"bob","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}"#;
const DENIED: &str = "AccessDenied";
const UNAUTHORIZED: &str = "Client.UnauthorizedOperation";

const fn call(
    service: &'static str,
    name: &'static str,
    reads: bool,
    request: &'static str,
    error: &'static str,
) -> Call {
    Call { service, name, reads, request, error }
}

/// The type of an identity, and the name of the user or session.
const IDENTITIES: [(u64, (&str, &str)); 7] = [
    (5, ("IAMUser", "alice")),
    (3, ("IAMUser", "bob")),
    (8, ("AssumedRole", "ci")),
    (3, ("AWSService", "lambda.amazonaws.com")),
    (1, ("Root", "root")),
    (1, ("FederatedUser", "carol")),
    (1, ("AWSAccount", "audit")),
];

const AGENTS: [&str; 3] = [
    "aws-cli/2.31.0 ua/2.1 os/linux#6.1",
    "Boto3/1.40.0 md/Botocore#1.40.0",
    "Mozilla/5.0 (X11; Linux x86_64)",
];

/// What the client of a visit asks of AWS.
pub(crate) fn event(visit: &mut Visit) -> String {
    let random = &mut visit.random;
    let (kind, name) = random.weighted(&IDENTITIES);
    let is_service = kind == "AWSService";
    let call = if is_service { ASSUME_ROLE } else { random.weighted(&CALLS) };
    let is_refused = !is_service && random.chance(0.08);
    let (is_sign_in, is_data) = (call.service == "signin", call.service == "s3" && call.reads);
    let request: Value = serde_json::from_str(call.request).unwrap_or_default();
    let mut record = json!({
        "eventVersion": "1.11",
        "userIdentity": identity(kind, name, random),
        "eventTime": visit.time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "eventSource": format!("{}.amazonaws.com", call.service),
        "eventName": call.name,
        "awsRegion": REGION,
        "sourceIPAddress": if is_service { name.to_owned() } else { visit.client.to_string() },
        "userAgent": if is_service { name } else { random.pick(&AGENTS) },
        "requestParameters": request,
        "responseElements": null,
        "requestID": uuid(random),
        "eventID": uuid(random),
        "readOnly": call.reads,
        "eventType": if is_sign_in { "AwsConsoleSignIn" } else { "AwsApiCall" },
        "managementEvent": !is_data,
        "recipientAccountId": ACCOUNT,
        "eventCategory": if is_data { "Data" } else { "Management" },
    });
    let Some(members) = record.as_object_mut() else { return String::new() };
    let mut put = |name: &str, value: Value| {
        members.insert(name.to_owned(), value);
    };
    if is_sign_in {
        let factor = if name == "root" { "Yes" } else { "No" };
        put("responseElements", json!({"ConsoleLogin": if is_refused { "Failure" } else { "Success" }}));
        put("additionalEventData", json!({"MobileVersion": "No", "MFAUsed": factor}));
    } else if !is_service {
        put("tlsDetails", json!({"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"}));
    }
    if is_data {
        put("resources", json!([{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::shop-data/orders.csv"}]));
    }
    if is_refused && is_sign_in {
        put("errorMessage", json!("Failed authentication"));
    } else if is_refused {
        put("errorCode", json!(call.error));
        put("errorMessage", json!(format!("{name} may not call {}:{}", call.service, call.name)));
    }
    record.to_string()
}

/// Who asks.
fn identity(kind: &str, name: &str, random: &mut Random) -> Value {
    let mut id = |prefix: &str| format!("{prefix}{}", random.hex(16));
    match kind {
        "IAMUser" => json!({
            "type": kind,
            "principalId": id("AIDA"),
            "arn": format!("arn:aws:iam::{ACCOUNT}:user/{name}"),
            "accountId": ACCOUNT,
            "accessKeyId": id("AKIA"),
            "userName": name,
        }),
        "AssumedRole" => json!({
            "type": kind,
            "principalId": format!("AROAEXAMPLE0123456789:{name}"),
            "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/deploy/{name}"),
            "accountId": ACCOUNT,
            "accessKeyId": id("ASIA"),
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "principalId": "AROAEXAMPLE0123456789", "accountId": ACCOUNT, "userName": "deploy"},
                "attributes": {"creationDate": "2026-11-22T00:00:00Z", "mfaAuthenticated": "false"},
            },
        }),
        "FederatedUser" => json!({
            "type": kind,
            "principalId": format!("{ACCOUNT}:{name}"),
            "arn": format!("arn:aws:sts::{ACCOUNT}:federated-user/{name}"),
            "accountId": ACCOUNT,
            "accessKeyId": id("ASIA"),
        }),
        "Root" => json!({
            "type": kind,
            "principalId": ACCOUNT,
            "arn": format!("arn:aws:iam::{ACCOUNT}:root"),
            "accountId": ACCOUNT,
            "accessKeyId": id("ASIA"),
        }),
        "AWSAccount" => json!({
            "type": kind,
            "principalId": format!("{}:{name}", id("AROA")),
            "accountId": "444455556666",
        }),
        _ => json!({"type": kind, "invokedBy": name}),
    }
}
