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

// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_cloudtrail-integration.html
// https://docs.aws.amazon.com/controltower/latest/userguide/lifecycle-events.html
// https://docs.aws.amazon.com/aws-backup/latest/devguide/logging-using-cloudtrail.html
#[test]
fn work_of_a_service_that_came_to_nothing_has_failed_without_an_error() {
    let event = |kind: &str, details: Value| {
        let event =
            json!({"eventType": kind, "eventName": "CreateAccountResult", "serviceEventDetails": details});
        trail(event)
    };
    for (details, outcome) in [
        (
            json!({"createAccountStatus": {"state": "FAILED", "failureReason": "EMAIL_ALREADY_EXISTS"}}),
            "failure",
        ),
        (json!({"createAccountStatus": {"state": "SUCCEEDED"}}), "success"),
        (json!({"state": "FAILED", "backupJobId": "1"}), "failure"),
        (json!({"state": "ABORTED"}), "failure"),
        (json!({"state": "EXPIRED"}), "failure"),
        (json!({"state": "COMPLETED"}), "success"),
        (json!({"name": "FAILED", "parts": [{"state": "FAILED"}]}), "success"),
        (json!("FAILED"), "success"),
        (json!(null), "success"),
    ] {
        has(&event("AwsServiceEvent", details), json!({"event.outcome": outcome}));
    }
    has(&event("AwsApiCall", json!({"state": "FAILED"})), json!({"event.outcome": "success"}));
}

// https://docs.aws.amazon.com/grafana/latest/userguide/logging-using-cloudtrail.html
#[test]
fn of_several_addresses_of_a_caller_the_one_that_a_trusted_proxy_tells_is_the_source() {
    for (address, source, related) in [
        ("203.0.113.9, 192.168.10.10", json!("203.0.113.9"), json!(["203.0.113.9", "192.168.10.10"])),
        ("8.8.8.8, 203.0.113.9, 10.0.0.1", json!("203.0.113.9"), json!(["203.0.113.9", "10.0.0.1"])),
        ("8.8.8.8,203.0.113.9", json!("203.0.113.9"), json!(["203.0.113.9"])),
        ("203.0.113.9", json!("203.0.113.9"), json!(["203.0.113.9"])),
        ("10.0.0.1", json!("10.0.0.1"), json!(["10.0.0.1"])),
        ("8.8.8.8, AWS Internal", json!(null), json!(null)),
        ("AWS Internal", json!(null), json!(null)),
    ] {
        has(
            &trail(json!({"eventName": "N", "sourceIPAddress": address})),
            json!({"source.ip": source, "source.address": address, "related.ip": related}),
        );
    }
}

// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
#[test]
fn a_person_of_iam_identity_center_has_the_id_of_the_identity_store() {
    let identity =
        json!({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "544894e8-80c1"}, "credentialId": "x"});
    has(&trail(json!({"eventName": "N", "userIdentity": identity})), json!({"user.id": "544894e8-80c1"}));
    let key =
        json!({"type": "AssumedRole", "accessKeyId": "ASIA1", "onBehalfOf": {"userId": "544894e8-80c1"}});
    has(&trail(json!({"eventName": "N", "userIdentity": key})), json!({"user.id": "ASIA1"}));
}

// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
#[test]
fn the_name_of_a_user_is_whole_and_that_of_a_session_has_its_role() {
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
            "Admin/joe@example.com",
        ),
        (json!({"type": "FederatedUser", "arn": "arn:aws:sts::1:federated-user/joe"}), "federated-user/joe"),
        (json!({"type": "AWSAccount", "principalId": "AROA1:joe"}), "AROA1:joe"),
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
fn the_protocol_of_a_query_and_the_error_of_a_call_are_fields_of_a_finding() {
    let resource = json!({"resourceType": "Instance"});
    let query =
        json!({"actionType": "DNS_REQUEST", "dnsRequestAction": {"domain": "c2.example", "protocol": "UDP"}});
    has(
        &finding("Backdoor:EC2/C&CActivity.B!DNS", resource.clone(), query),
        json!({"network.transport": "udp", "network.direction": "outbound", "dns.question.name": "c2.example"}),
    );
    let call = json!({"actionType": "AWS_API_CALL", "awsApiCallAction": {"api": "GetObject", "errorCode": "AccessDenied"}});
    has(&finding("Recon:IAMUser/MaliciousIPCaller", resource, call), json!({"error.code": "AccessDenied"}));
}

// https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Sequence.html
#[test]
fn all_ends_of_a_sequence_of_events_are_related_and_none_is_the_source() {
    let ends = json!([{"id": "e1", "ip": "203.0.113.9"}, {"id": "e2", "ip": "2001:db8::9"}, {"id": "e3", "domain": "x"}]);
    let detection = json!({"sequence": {"uid": "1", "endpoints": ends}});
    let record = json!({
        "accountId": "111122223333", "region": "us-east-1", "id": "1", "type": "AttackSequence:IAM/CompromisedCredentials", "severity": 9,
        "updatedAt": "2026-11-21T00:00:00Z", "title": "t", "resource": {"resourceType": "AttackSequence"}, "service": {"detection": detection},
    });
    has(
        &document("guardduty", &record.to_string()),
        json!({"related.ip": ["203.0.113.9", "2001:db8::9"], "source.ip": null, "network.direction": null}),
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

// https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-logging-contents.html
#[test]
fn tls_inspection_tells_what_became_of_a_connection_and_its_error() {
    let inspected = |event: Value| {
        let mut whole = json!({"timestamp": "2024-02-19T16:46:29.441824Z", "src_ip": "10.0.2.53", "src_port": "55930",
            "dest_ip": "203.0.113.93", "dest_port": "443", "sni": "revoked.example"});
        whole.as_object_mut().unwrap().extend(event.as_object().unwrap().clone());
        document(
            "networkfirewall",
            &json!({"firewall_name": "f", "event_timestamp": "1708361189", "event": whole}).to_string(),
        )
    };
    for (action, kind, outcome) in
        [("DROP", "denied", "failure"), ("REJECT", "denied", "failure"), ("PASS", "allowed", "success")]
    {
        let check =
            json!({"revocation_check": {"leaf_cert_fpr": "12", "status": "REVOKED", "action": action}});
        has(
            &inspected(check),
            json!({"event.type": kind, "event.outcome": outcome, "url.domain": "revoked.example"}),
        );
    }
    has(
        &inspected(
            json!({"tls_error": {"error_message": "SNI: a Match Failed to server certificate names"}}),
        ),
        json!({"error.message": "SNI: a Match Failed to server certificate names", "event.outcome": null, "source.port": 55930}),
    );
}

// https://docs.suricata.io/en/latest/output/eve/eve-json-format.html#event-type-http
#[test]
fn an_event_of_a_firewall_without_a_time_of_its_own_has_that_of_its_record() {
    let record = |time: Value| json!({"firewall_name": "f", "availability_zone": "a", "event_timestamp": time, "event": {"event_type": "netflow", "src_ip": "10.0.0.5", "dest_ip": "192.0.2.16", "proto": "TCP"}});
    for time in [json!("1701432314"), json!(1_701_432_314)] {
        let document = document("networkfirewall", &record(time).to_string());
        has(&document, json!({"@timestamp": "2023-12-01T12:05:14+00:00"}));
    }
}

#[test]
fn an_alert_has_status_and_referrer_of_the_request_that_caused_it() {
    let event = json!({"timestamp": "2026-11-21T00:00:00.000000+0000", "event_type": "alert", "alert": {"action": "allowed"},
        "http": {"hostname": "a.example", "url": "/x", "status": 404, "http_refer": "http://r.example/"}});
    has(
        &document("networkfirewall", &json!({"firewall_name": "f", "event": event}).to_string()),
        json!({"http.response.status_code": 404, "http.request.referrer": "http://r.example/", "event.outcome": "success"}),
    );
}

// https://docs.suricata.io/en/latest/output/eve/eve-json-format.html#event-type-tls
#[test]
fn the_server_that_a_client_asks_a_firewall_for_and_the_version_of_http_are_fields() {
    for (protocol, place) in
        [("tls", json!({"tls": {"sni": "c2.example"}})), ("quic", json!({"quic": {"sni": "c2.example"}}))]
    {
        let mut event = json!({"timestamp": "2026-11-21T00:00:00.000000+0000", "event_type": "alert", "app_proto": protocol});
        event.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
        has(
            &document("networkfirewall", &json!({"firewall_name": "f", "event": event}).to_string()),
            json!({"tls.client.server_name": "c2.example", "url.domain": "c2.example", "related.hosts": ["c2.example"]}),
        );
    }
    let event = json!({"timestamp": "2026-11-21T00:00:00.000000+0000", "event_type": "alert",
        "http": {"hostname": "a.example", "url": "/x", "protocol": "HTTP/1.1"}});
    has(
        &document("networkfirewall", &json!({"firewall_name": "f", "event": event}).to_string()),
        json!({"http.version": "1.1", "tls.client.server_name": null, "url.domain": "a.example"}),
    );
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

// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
#[test]
fn the_root_user_is_root_and_not_the_alias_of_his_account() {
    let identity = json!({"type": "Root", "accountId": "111122223333", "userName": "my-company-prod",
        "arn": "arn:aws:iam::111122223333:root", "principalId": "111122223333"});
    has(&trail(json!({"userIdentity": identity})), json!({"user.name": "root", "related.user": ["root"]}));
    let user = json!({"type": "IAMUser", "userName": "my-company-prod"});
    has(&trail(json!({"userIdentity": user})), json!({"user.name": "my-company-prod"}));
    for (kind, name, related) in
        [("Root", "root", json!(["root"])), ("IAMUser", "my-company-prod", json!("my-company-prod"))]
    {
        let key = json!({"accessKeyId": "A", "userName": "my-company-prod", "userType": kind});
        let finding = json!({"id": "1", "updatedAt": "2026-11-21T00:00:00Z", "type": "Policy:IAMUser/RootCredentialUsage",
            "severity": 2.0, "resource": {"accessKeyDetails": key}});
        has(
            &document("guardduty", &finding.to_string()),
            json!({"user.name": name, "related.user": related}),
        );
    }
}

// https://docs.aws.amazon.com/singlesignon/latest/userguide/understanding-sign-in-events.html
#[test]
fn a_hidden_name_is_no_user_and_the_name_beside_it_is_one() {
    let hidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
    for (name, beside, user) in [
        (hidden, json!("jd"), json!("jd")),
        ("jd-1", json!("jd"), json!("jd")),
        (hidden, json!(null), json!(null)),
        (hidden, json!(hidden), json!(null)),
        ("jd", json!(null), json!("jd")),
    ] {
        let related = if user.is_null() { json!(null) } else { json!([user]) };
        let event = json!({"userIdentity": {"type": "Unknown", "userName": name}, "additionalEventData": {"UserName": beside}});
        has(&trail(event), json!({"user.name": user, "related.user": related}));
    }
}

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
#[test]
fn the_user_whom_a_call_of_iam_changes_is_its_target() {
    let call = |source: &str, read_only: bool| {
        trail(json!({"eventSource": source, "eventName": "CreateAccessKey", "readOnly": read_only,
            "userIdentity": {"type": "IAMUser", "userName": "alice"}, "requestParameters": {"userName": "mallory"}}))
    };
    let expected =
        json!({"user.name": "alice", "user.target.name": "mallory", "related.user": ["alice", "mallory"]});
    has(&call("iam.amazonaws.com", false), expected);
    for document in [call("iam.amazonaws.com", true), call("other.amazonaws.com", false)] {
        has(&document, json!({"user.target.name": null, "related.user": ["alice"]}));
    }
}

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html
#[test]
fn a_call_of_iam_names_the_group_and_the_new_name_of_a_user() {
    let call = |name: &str, error: Value, parameters: Value| {
        trail(
            json!({"eventSource": "iam.amazonaws.com", "eventName": name, "errorCode": error, "requestParameters": parameters,
            "userIdentity": {"type": "IAMUser", "userName": "alice"}}),
        )
    };
    let added = call("AddUserToGroup", json!(null), json!({"userName": "mallory", "groupName": "admins"}));
    has(
        &added,
        json!({"user.target.name": "mallory", "group.name": "admins", "related.user": ["alice", "mallory"]}),
    );
    for (error, new) in [(json!(null), json!("svc-backup")), (json!("AccessDenied"), json!(null))] {
        let parameters = json!({"userName": "mallory", "newUserName": "svc-backup"});
        let related = json!(["alice", "mallory", "svc-backup"]);
        has(
            &call("UpdateUser", error, parameters),
            json!({"user.target.name": "mallory", "user.changes.name": new, "related.user": related}),
        );
    }
}

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumedRoleUser.html
// https://docs.aws.amazon.com/STS/latest/APIReference/API_FederatedUser.html
#[test]
fn who_assumes_a_role_becomes_the_session_whose_calls_follow() {
    let call = |source: &str, answer: Value| {
        trail(json!({"eventSource": source, "eventName": "AssumeRole", "responseElements": answer,
            "userIdentity": {"type": "IAMUser", "userName": "alice"}}))
    };
    let answer = json!({"assumedRoleUser": {"assumedRoleId": "AROA1:ops", "arn": "arn:aws:sts::1:assumed-role/Admin/ops"}});
    let session = json!({"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/Admin/ops"});
    has(
        &trail(json!({"eventName": "StopLogging", "userIdentity": session})),
        json!({"user.name": "Admin/ops"}),
    );
    has(
        &call("sts.amazonaws.com", answer.clone()),
        json!({"user.name": "alice", "user.effective.name": "Admin/ops", "related.user": ["alice", "Admin/ops", "ops"]}),
    );
    let federated =
        json!({"federatedUser": {"arn": "arn:aws:sts::1:federated-user/joe", "federatedUserId": "1:joe"}});
    has(
        &call("sts.amazonaws.com", federated),
        json!({"user.effective.name": "federated-user/joe", "related.user": ["alice", "federated-user/joe", "joe"]}),
    );
    for document in [call("sts.amazonaws.com", json!(null)), call("other.amazonaws.com", answer)] {
        has(&document, json!({"user.effective.name": null, "related.user": ["alice"]}));
    }
}

#[test]
fn a_call_has_the_id_of_its_request() {
    has(&trail(json!({"requestID": "q-1"})), json!({"http.request.id": "q-1"}));
}

#[test]
fn nobody_but_the_root_user_is_called_root() {
    let session = "arn:aws:sts::123456789012:assumed-role/Deploy/root";
    let user = |kind: &str, arn: &str, name: Value| {
        trail(json!({"eventSource": "s3.amazonaws.com", "eventName": "GetObject",
            "userIdentity": {"type": kind, "arn": arn, "principalId": "AROAEXAMPLE:root", "userName": name}}))
    };
    has(
        &user("AssumedRole", session, Value::Null),
        json!({"user.name": "Deploy/root", "related.user": ["Deploy/root", "root"]}),
    );
    has(
        &user("IAMUser", "arn:aws:iam::123456789012:user/root", json!("root")),
        json!({"user.name": "user/root", "related.user": ["user/root", "root"]}),
    );
    has(&user("Root", "arn:aws:iam::123456789012:root", Value::Null), json!({"user.name": "root"}));
    for (requester, name) in [
        (session, "Deploy/root"),
        ("arn:aws:iam::123456789012:root", "root"),
        ("arn:aws:sts::123456789012:assumed-role/Deploy/alice", "Deploy/alice"),
        ("arn:aws:iam::123456789012:user/team/bob", "bob"),
    ] {
        let line = format!(
            "79a5 example-bucket [21/Nov/2026:00:00:00 +0000] 192.0.2.3 {requester} 3E57427F3EXAMPLE REST.GET.OBJECT k \"GET /k HTTP/1.1\" 200 - 113 - 7 - \"-\" \"S3Console/0.4\" - id SigV4 - AuthHeader example-bucket.s3.us-west-1.amazonaws.com TLSV1.2 - -"
        );
        has(&document("s3accesslog", &line), json!({"user.name": name}));
    }
}

#[test]
fn a_session_is_an_instance_s_only_where_ec2_has_called() {
    let assumed = |source: &str| {
        trail(
            json!({"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "userAgent": "ec2.amazonaws.com",
            "sourceIPAddress": source, "requestParameters": {"roleSessionName": "i-0123456789abcdef0"}}),
        )
    };
    has(&assumed("ec2.amazonaws.com"), json!({"cloud.instance.id": "i-0123456789abcdef0"}));
    has(&assumed("203.0.113.9"), json!({"cloud.instance.id": null}));
}

#[test]
fn the_action_of_an_event_is_that_which_its_outcome_is_of() {
    let event = json!({"firewall_name": "f", "event_timestamp": "1795219205", "event": {"event_type": "alert",
        "timestamp": "2026-11-21T00:00:05.1+0000", "alert": {"action": "allowed"}, "verdict": {"action": "drop"}}});
    has(
        &document("networkfirewall", &event.to_string()),
        json!({"event.action": "drop", "event.outcome": "failure"}),
    );
}

#[test]
fn an_instance_with_addresses_of_ipv6_alone_is_the_destination_and_its_process_is_told() {
    let instance = json!({"instanceDetails": {"networkInterfaces": [{"ipv6Addresses": ["2001:db8::7", "2001:db8::8"]}]}});
    let api = json!({"actionType": "AWS_API_CALL", "awsApiCallAction": {"remoteIpDetails": {"ipAddressV4": "203.0.113.9"}}});
    let document = finding("Recon:EC2/PortProbe", instance, api);
    has(
        &document,
        json!({"destination.ip": "2001:db8::7", "event.action": "AWS_API_CALL",
        "related.ip": ["2001:db8::7", "2001:db8::8", "203.0.113.9"]}),
    );
}

#[test]
fn the_header_of_another_name_is_not_what_a_client_calls_itself() {
    let headers = |name: &str| json!([{"name": "User-Agent", "value": "sqlmap/1.7"}, {"name": name, "value": "Mozilla/5.0"}]);
    let request = |name: &str| {
        let record = json!({"timestamp": 1_795_219_200_000_u64, "webaclId": "x", "action": "ALLOW",
            "httpRequest": {"clientIp": "203.0.113.9", "headers": headers(name)}});
        document("waf", &record.to_string())
    };
    has(&request("User_Agent"), json!({"user_agent.original": "sqlmap/1.7"}));
    has(&request("Accept"), json!({"user_agent.original": "sqlmap/1.7"}));
}

// https://www.elastic.co/docs/reference/ecs/ecs-allowed-values-event-category
#[test]
fn a_call_of_a_service_that_administers_no_identities_is_none_of_them() {
    for (source, name, kind, category) in [
        ("signin.amazonaws.com", "ConsoleLogin", "AwsConsoleSignIn", json!("authentication")),
        ("us-east-1.signin.amazonaws.com", "SwitchRole", "AwsConsoleSignIn", json!("authentication")),
        ("sts.amazonaws.com", "AssumeRoleWithSAML", "AwsApiCall", json!("authentication")),
        ("sts.amazonaws.com", "GetCallerIdentity", "AwsApiCall", json!("api")),
        ("sso.amazonaws.com", "CredentialVerification", "AwsServiceEvent", json!("authentication")),
        ("sso.amazonaws.com", "CreateAccountAssignment", "AwsApiCall", json!("api")),
        ("iam.amazonaws.com", "CreateUser", "AwsApiCall", json!("iam")),
        ("s3.amazonaws.com", "GetObject", "AwsApiCall", json!("api")),
        ("kms.amazonaws.com", "Decrypt", "AwsVpceEvent", json!("api")),
        ("backup.amazonaws.com", "BackupJobCompleted", "AwsServiceEvent", json!(null)),
    ] {
        let event = json!({"eventSource": source, "eventName": name, "eventType": kind});
        has(&trail(event), json!({"event.category": category}));
    }
}

// https://docs.aws.amazon.com/guardduty/latest/APIReference/API_AccessKeyDetails.html
#[test]
fn a_finding_names_a_session_as_cloudtrail_does() {
    let user = |kind: &str, name: &str, id: &str| {
        let key =
            json!({"userType": kind, "userName": name, "principalId": id, "accessKeyId": "ASIAEXAMPLE"});
        finding(
            "Recon:IAMUser/TorIPCaller",
            json!({"accessKeyDetails": key}),
            json!({"actionType": "AWS_API_CALL"}),
        )
    };
    has(
        &user("AssumedRole", "alice", "AROAEXAMPLE:bob"),
        json!({"user.name": "alice/bob", "related.user": ["alice", "alice/bob", "bob"]}),
    );
    has(&user("IAMUser", "alice", "AIDAEXAMPLE"), json!({"user.name": "alice", "related.user": "alice"}));
}

// https://docs.aws.amazon.com/guardduty/latest/APIReference/API_ProcessDetails.html
// https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Container.html
// https://docs.aws.amazon.com/guardduty/latest/APIReference/API_KubernetesApiCallAction.html
#[test]
fn a_finding_names_who_ran_a_process_and_where_and_what_a_client_asked_for() {
    let container =
        json!({"containerRuntime": "containerd", "id": "c0ffee", "name": "shop", "image": "shop:1.2"});
    let runtime = json!({"process": {"name": "xmrig", "pid": 7, "user": "joe", "userId": 1000}});
    let record = json!({"schemaVersion": "2.0", "accountId": "111122223333", "id": "1", "type": "Execution:Runtime/NewBinaryExecuted",
        "severity": 8, "updatedAt": "2026-11-21T00:00:00Z", "resource": {"resourceType": "Container", "containerDetails": container},
        "service": {"runtimeDetails": runtime}});
    has(
        &document("guardduty", &record.to_string()),
        json!({"process.user.name": "joe", "related.user": "joe", "user.name": null, "container.id": "c0ffee",
            "container.name": "shop", "container.image.name": "shop:1.2"}),
    );
    let call = json!({"requestUri": "/api/v1/secrets?limit=500", "verb": "list", "userAgent": "kubectl/v1.31", "statusCode": 200});
    let action = json!({"actionType": "KUBERNETES_API_CALL", "kubernetesApiCallAction": call});
    has(
        &finding(
            "CredentialAccess:Kubernetes/MaliciousIPCaller",
            json!({"resourceType": "EKSCluster"}),
            action,
        ),
        json!({"url.original": "/api/v1/secrets?limit=500", "url.path": "/api/v1/secrets", "url.query": "limit=500",
            "user_agent.original": "kubectl/v1.31"}),
    );
    let call = json!({"api": "GetObject", "userAgent": "aws-cli/2.17"});
    let action = json!({"actionType": "AWS_API_CALL", "awsApiCallAction": call});
    has(
        &finding("Recon:IAMUser/MaliciousIPCaller", json!({}), action),
        json!({"user_agent.original": "aws-cli/2.17", "url.original": null}),
    );
}

// https://docs.aws.amazon.com/guardduty/latest/APIReference/API_ScanFilePath.html
// https://docs.aws.amazon.com/guardduty/latest/APIReference/API_ItemPath.html
// https://docs.aws.amazon.com/guardduty/latest/APIReference/API_ActorProcess.html
#[test]
fn the_digests_of_files_and_processes_and_the_users_of_a_sequence_are_related() {
    let finding = |service: Value| {
        let record = json!({"schemaVersion": "2.0", "accountId": "111122223333", "id": "1", "type": "Execution:EC2/MaliciousFile",
            "severity": 8, "updatedAt": "2026-11-21T00:00:00Z", "service": service});
        document("guardduty", &record.to_string())
    };
    let file = json!({"filePath": "/tmp/x", "fileName": "x", "hash": "a1", "volumeArn": "v"});
    let scan = json!({"scanDetections": {"threatDetectedByName": {"threatNames": [{"name": "EICAR", "filePaths": [file.clone(), file]}]}}});
    has(&finding(json!({"ebsVolumeScanDetails": scan})), json!({"related.hash": ["a1"]}));
    let threats =
        json!({"threats": [{"name": "EICAR", "itemPaths": [{"nestedItemPath": "a.zip", "hash": "b2"}]}]});
    has(&finding(json!({"malwareScanDetails": threats})), json!({"related.hash": ["b2"]}));
    let runtime = json!({"process": {"name": "xmrig", "pid": 7, "executablePath": "/tmp/xmrig", "executableSha256": "c3", "pwd": "/tmp"},
        "context": {"moduleSha256": "e5"}});
    has(
        &finding(json!({"runtimeDetails": runtime})),
        json!({"related.hash": ["e5", "c3"], "process.hash.sha256": "c3", "process.name": "xmrig", "service.runtimeDetails.process.pwd": "/tmp"}),
    );
    let actors = json!([{"id": "1", "user": {"name": "mallory", "uid": "u", "type": "IAMUser"}},
        {"id": "2", "process": {"name": "sh", "path": "/bin/sh", "sha256": "d4"}}]);
    has(
        &finding(json!({"detection": {"sequence": {"uid": "s", "actors": actors}}})),
        json!({"related.user": ["mallory"], "related.hash": ["d4"]}),
    );
}

// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html
#[test]
fn each_answer_to_a_question_is_told_with_its_type() {
    let answers =
        json!([{"Rdata": "b.example.", "Type": "CNAME", "Class": "IN"}, {"Type": "A", "Class": "IN"}]);
    let record = json!({"version": "1.1", "account_id": "1", "region": "us-east-1", "query_timestamp": "2026-11-21T00:00:00Z",
        "query_name": "a.example.", "query_type": "A", "query_class": "IN", "rcode": "NOERROR", "answers": answers});
    has(
        &document("route53resolver", &record.to_string()),
        json!({"dns.answers.data": ["b.example", ""], "dns.answers.type": ["CNAME", "A"], "dns.answers.class": ["IN", "IN"]}),
    );
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
#[test]
fn the_error_of_a_request_to_s3_has_its_code() {
    let line = |error: &str| {
        format!(
            "o b [06/Feb/2019:00:00:38 +0000] 192.0.2.3 - R REST.GET.OBJECT k \"GET /k HTTP/1.1\" 404 {error} 1 1 1 1 \"-\" \"ua\" -"
        )
    };
    has(&document("s3accesslog", &line("NoSuchKey")), json!({"error.code": "NoSuchKey"}));
    has(&document("s3accesslog", &line("-")), json!({"error.code": null}));
}

// https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html
#[test]
fn what_a_rule_has_found_in_a_secret_is_not_written() {
    let waf = |details: Value| {
        let record = json!({"timestamp": 1_795_219_200_000_u64, "webaclId": "x", "action": "BLOCK",
            "terminatingRuleMatchDetails": [details], "httpRequest": {"clientIp": "203.0.113.9", "headers": []}});
        document("waf", &record.to_string()).json
    };
    for (location, name, is_secret) in [
        ("HEADER", "Authorization", true),
        ("HEADER", "cookie", true),
        ("ALL_QUERY_ARGS", "password", true),
        ("ALL_QUERY_ARGS", "q", false),
        ("HEADER", "user-agent", false),
        ("BODY", "", false),
    ] {
        let json = waf(json!({"conditionType": "SQL_INJECTION", "location": location,
            "matchedData": ["hunter2", "OR", "1"], "matchedFieldName": name, "sensitivityLevel": "LOW"}));
        assert_eq!(!json.contains("hunter2"), is_secret, "{name}: {json}");
    }
    assert!(waf(json!({"location": "HEADER", "matchedData": ["hunter2"]})).contains("hunter2"));
    assert!(
        waf(json!({"location": "HEADER", "matchedData": [], "matchedFieldName": "cookie"}))
            .contains("cookie")
    );
}
