//! What logs of AWS say of sign-ins, users and connections: nothing that failed passes for a success, and nothing is said that no log says.

use serde_json::{Value, json};

use crate::support::{Document, all, load_bytes};

fn document(section: &str, record: &str) -> Document {
    let mut loaded = load_bytes(all().named(section).unwrap(), record.as_bytes());
    assert_eq!(loaded.documents.len(), 1, "{record}");
    loaded.documents.remove(0)
}

fn has(document: &Document, expected: Value) {
    for (name, value) in expected.as_object().into_iter().flatten() {
        assert_eq!(document.get(name), value, "{name} of {}", document.json);
    }
}

fn trail(event: Value) -> Document {
    let mut record = json!({"eventTime": "2026-11-21T00:00:00Z", "eventID": "1", "awsRegion": "us-east-1"});
    record.as_object_mut().unwrap().extend(event.as_object().unwrap().clone());
    document("cloudtrail", &json!({"Records": [record]}).to_string())
}

// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
// https://docs.aws.amazon.com/singlesignon/latest/userguide/understanding-sign-in-events.html
#[test]
fn a_sign_in_that_answers_failure_has_failed_without_an_error() {
    let sign_in = "signin.amazonaws.com";
    for (source, kind, name, place) in [
        (sign_in, "AwsConsoleSignIn", "ConsoleLogin", "responseElements"),
        (sign_in, "AwsConsoleSignIn", "SwitchRole", "responseElements"),
        (sign_in, "AwsConsoleSignIn", "PasswordUpdated", "responseElements"),
        (sign_in, "AwsConsoleSignIn", "CheckMfa", "responseElements"),
        ("sso.amazonaws.com", "AwsServiceEvent", "CredentialVerification", "serviceEventDetails"),
        (sign_in, "AwsServiceEvent", "UserAuthentication", "serviceEventDetails"),
    ] {
        let event = |answer: Value| {
            let mut event = json!({"eventSource": source, "eventType": kind, "eventName": name});
            event[place] = answer;
            event
        };
        has(&trail(event(json!({(name): "Failure"}))), json!({"event.outcome": "failure"}));
        has(&trail(event(json!({(name): "Success"}))), json!({"event.outcome": "success"}));
        has(&trail(event(json!({"other": "Failure"}))), json!({"event.outcome": "success"}));
        has(&trail(event(json!(null))), json!({"event.outcome": "success"}));
        has(&trail(event(json!("Failure"))), json!({"event.outcome": "success"}));
    }
    // The answer of another call may have a member of its name.
    let call =
        json!({"eventType": "AwsApiCall", "eventName": "Status", "responseElements": {"Status": "Failure"}});
    has(&trail(call), json!({"event.outcome": "success"}));
}

// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
#[test]
fn the_name_of_a_user_is_whole_and_that_of_a_session_stands_at_the_end_of_its_arn() {
    for (identity, name) in [
        (
            json!({"type": "WebIdentityUser", "userName": "repo:org/app:ref:refs/heads/main"}),
            "repo:org/app:ref:refs/heads/main",
        ),
        (
            json!({"type": "WebIdentityUser", "userName": "system:serviceaccount:kube-system:node"}),
            "system:serviceaccount:kube-system:node",
        ),
        (json!({"type": "SAMLUser", "principalId": "x=:joe", "userName": "CORP:joe"}), "CORP:joe"),
        (json!({"type": "IAMUser", "userName": "joe", "arn": "arn:aws:iam::1:user/x/joe"}), "joe"),
        (
            json!({"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/Admin/joe@example.com"}),
            "joe@example.com",
        ),
        (json!({"type": "AWSAccount", "principalId": "AROA1:joe"}), "joe"),
        (json!({"type": "Root", "arn": "arn:aws:iam::1:root"}), "root"),
    ] {
        let event = json!({"eventName": "AssumeRole", "eventType": "AwsApiCall", "userIdentity": identity});
        has(&trail(event), json!({"user.name": name}));
    }
}

fn finding(kind: &str, resource: Value, action: Value) -> Document {
    let service = json!({"serviceName": "guardduty", "count": 1, "action": action});
    document(
        "guardduty",
        &json!({
            "schemaVersion": "2.0", "accountId": "111122223333", "region": "us-east-1", "id": "1", "type": kind, "severity": 5,
            "updatedAt": "2026-11-21T00:00:00Z", "title": "t", "resource": resource, "service": service,
        })
        .to_string(),
    )
}

// https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Action.html
#[test]
fn who_signed_in_to_a_database_is_the_source_and_the_user() {
    for remote in [json!({"ipAddressV4": "203.0.113.9"}), json!({"ipAddressV6": "2001:db8::9"})] {
        let address = remote.as_object().unwrap().values().next().unwrap().clone();
        let remote = json!({"remoteIpDetails": remote});
        let document = finding(
            "CredentialAccess:RDS/AnomalousBehavior.SuccessfulLogin",
            json!({"resourceType": "RDSDBInstance", "rdsDbUserDetails": {"user": "joe", "database": "shop"}}),
            json!({"actionType": "RDS_LOGIN_ATTEMPT", "rdsLoginAttemptAction": remote}),
        );
        has(
            &document,
            json!({"source.ip": address, "user.name": "joe", "related.user": "joe", "network.direction": "inbound"}),
        );
    }
    let kubernetes = json!({"kubernetesUserDetails": {"username": "system:anonymous"}});
    let document = finding(
        "Persistence:Kubernetes/SuccessfulAnonymousAccess",
        json!({"resourceType": "EKSCluster", "kubernetesDetails": kubernetes}),
        json!({"actionType": "KUBERNETES_API_CALL", "kubernetesApiCallAction": {"remoteIpDetails": {"ipAddressV4": "203.0.113.9", "city": {"cityName": "Anytown"}}}}),
    );
    has(
        &document,
        json!({"user.name": "system:anonymous", "source.ip": "203.0.113.9", "source.geo.city_name": "Anytown"}),
    );
}

#[test]
fn a_finding_without_a_connection_has_no_direction() {
    let instance =
        json!({"resourceType": "Instance", "instanceDetails": {"instanceId": "i-0123456789abcdef0"}});
    for (kind, action) in [
        ("Execution:Runtime/NewBinaryExecuted", json!({})),
        ("PrivilegeEscalation:Runtime/DockerSocketAccessed", json!(null)),
        ("Execution:EC2/MaliciousFile", json!(null)),
        ("AttackSequence:IAM/CompromisedCredentials", json!({"actionType": null})),
    ] {
        has(&finding(kind, instance.clone(), action), json!({"network.direction": null}));
    }
    let api = json!({"actionType": "AWS_API_CALL", "awsApiCallAction": {"remoteIpDetails": {"ipAddressV4": "203.0.113.9"}}});
    has(
        &finding("Recon:IAMUser/MaliciousIPCaller", instance, api),
        json!({"network.direction": "inbound", "source.ip": "203.0.113.9"}),
    );
}

#[test]
fn of_several_interfaces_the_one_of_the_connection_is_meant() {
    let interfaces = json!([{"privateIpAddress": "10.0.0.5"}, {"privateIpAddress": "10.0.9.9"}]);
    let resource = json!({"resourceType": "Instance", "instanceDetails": {"networkInterfaces": interfaces}});
    let connection = |direction: &str| {
        json!({"actionType": "NETWORK_CONNECTION", "networkConnectionAction": {
            "connectionDirection": direction, "localIpDetails": {"ipAddressV4": "10.0.9.9"}, "remoteIpDetails": {"ipAddressV4": "203.0.113.9"},
        }})
    };
    let kind = "Backdoor:EC2/C&CActivity.B";
    let inbound = finding(kind, resource.clone(), connection("INBOUND"));
    has(&inbound, json!({"source.ip": "203.0.113.9", "destination.ip": "10.0.9.9"}));
    let outbound = finding(kind, resource.clone(), connection("OUTBOUND"));
    has(&outbound, json!({"source.ip": "10.0.9.9", "destination.ip": "203.0.113.9"}));
    let query = json!({"actionType": "DNS_REQUEST", "dnsRequestAction": {"domain": "c2.example"}});
    has(&finding(kind, resource, query), json!({"source.ip": "10.0.0.5"}));
}

#[test]
fn a_query_that_dns_firewall_blocks_has_failed_whatever_the_answer_says() {
    for (action, rcode, outcome) in [
        ("BLOCK", "NOERROR", "failure"),
        ("BLOCK", "NXDOMAIN", "failure"),
        ("ALERT", "NOERROR", "success"),
        ("ALLOW", "SERVFAIL", "failure"),
    ] {
        let query = json!({
            "version": "1.100000", "query_timestamp": "2026-11-21T00:00:00Z", "query_name": "a.example.", "rcode": rcode, "firewall_rule_action": action,
        });
        has(&document("route53resolver", &query.to_string()), json!({"event.outcome": outcome}));
    }
}

#[test]
fn the_host_of_a_request_that_a_firewall_saw_names_its_port_apart() {
    for (host, domain, port) in [
        ("shop.example.com:8080", "shop.example.com", json!(8080)),
        ("[2001:db8::1]:8443", "[2001:db8::1]", json!(8443)),
        ("shop.example.com", "shop.example.com", Value::Null),
    ] {
        let event = json!({
            "timestamp": "2026-11-21T00:00:00.000000+0000", "event_type": "http", "proto": "TCP",
            "http": {"hostname": host, "url": "/a"},
        });
        let record = json!({"firewall_name": "f", "event_timestamp": "1795219200", "event": event});
        let event = document("networkfirewall", &record.to_string());
        has(&event, json!({"url.domain": domain, "url.port": port, "url.path": "/a"}));
    }
}
