//! Records of AWS WAF: developer guide, "Log fields for protection pack (web ACL) traffic". Members stand in the order of their names.

use serde_json::{Value, json};

use super::visit::{ACCOUNT, Answer, Attack, HOST, Page, REGION, Visit, hex};

/// The record of a visit.
pub(crate) fn event(visit: &mut Visit) -> String {
    let Page { method, path, query, attack, .. } = visit.page;
    let is_blocked = visit.answer == Answer::Blocked;
    // A client that comes too often is stopped whatever it asks for.
    let is_frequent = is_blocked && visit.random.chance(0.2);
    let (rule, kind) = match attack.filter(|_| is_blocked) {
        Some(_) if is_frequent => ("rate-limit".to_owned(), "RATE_BASED"),
        Some(attack) => (format!("AWS-{}", attack.group), "MANAGED_RULE_GROUP"),
        None => ("Default_Action".to_owned(), "REGULAR"),
    };
    let is_plain = visit.answer == Answer::Redirected;
    let mut headers = vec![("Host", HOST.to_owned()), ("User-Agent", visit.agent.to_owned())];
    headers.extend(visit.referrer.map(|page| ("Referer", page.to_owned())));
    headers.push(("Accept-Encoding", "gzip, deflate, br".to_owned()));
    headers.push(("X-Amzn-Trace-Id", format!("Root={}", visit.trace_id())));
    let headers: Vec<Value> =
        headers.into_iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    let found = attack.filter(|_| !is_frequent);
    let body = if method == "POST" { visit.bytes[0] } else { 0 };
    json!({
        "timestamp": visit.time.as_millisecond(),
        "formatVersion": 1,
        "webaclId": format!("arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/webacl/shop-acl/11111111-2222-3333-4444-555555555555"),
        "terminatingRuleId": rule,
        "terminatingRuleType": kind,
        "action": if is_blocked { "BLOCK" } else { "ALLOW" },
        "terminatingRuleMatchDetails": found.filter(|_| is_blocked).map_or(json!([]), details),
        "httpSourceName": "ALB",
        "httpSourceId": format!("{ACCOUNT}-app/shop/0123456789abcdef"),
        "ruleGroupList": found.map_or(json!([]), |attack| json!([group(attack, is_blocked)])),
        "rateBasedRuleList": if is_frequent { json!([rate(visit)]) } else { json!([]) },
        "nonTerminatingMatchingRules": [],
        "requestHeadersInserted": null,
        "responseCodeSent": null,
        "httpRequest": {
            "clientIp": visit.client,
            "country": visit.country(),
            "headers": headers,
            "uri": path,
            "args": query,
            "httpVersion": if is_plain { "HTTP/1.1" } else { "HTTP/2.0" },
            "httpMethod": method,
            "requestId": visit.trace_id(),
            "fragment": "",
            "scheme": if is_plain { "http" } else { "https" },
            "host": HOST,
        },
        "labels": found.map_or(json!([]), |attack| json!([{"name": attack.label}])),
        "ja3Fingerprint": hex(&mut visit.random, 32),
        "ja4Fingerprint": format!("t13d1516h2_{}_{}", hex(&mut visit.random, 12), hex(&mut visit.random, 12)),
        "requestBodySize": body,
        "requestBodySizeInspectedByWAF": body,
    })
    .to_string()
}

fn details(attack: Attack) -> Value {
    attack.matched.map_or(
        json!([]),
        |(condition, data)| json!([{"conditionType": condition, "sensitivityLevel": "LOW", "location": "QUERY_STRING", "matchedData": data}]),
    )
}

/// The managed rules: those that only count end nothing.
fn group(attack: Attack, is_blocked: bool) -> Value {
    let rule =
        |action: &str| json!({"ruleId": attack.rule, "action": action, "ruleMatchDetails": details(attack)});
    json!({
        "ruleGroupId": format!("AWS#{}", attack.group),
        "terminatingRule": if is_blocked { rule("BLOCK") } else { Value::Null },
        "nonTerminatingMatchingRules": if is_blocked { json!([]) } else { json!([rule("COUNT")]) },
        "excludedRules": null,
        "customerConfig": null,
    })
}

fn rate(visit: &Visit) -> Value {
    json!({
        "rateBasedRuleId": format!("arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/webacl/shop-acl/11111111-2222-3333-4444-555555555555"),
        "rateBasedRuleName": "rate-limit",
        "limitKey": "IP",
        "maxRateAllowed": 2000,
        "evaluationWindowSec": "300",
        "limitValue": visit.client,
    })
}
