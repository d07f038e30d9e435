//! Entries of Application Load Balancer: user guide, "Access log entries".

use jiff::{SignedDuration, Timestamp};

use super::visit::{ACCOUNT, Answer, HOST, Page, REGION, Visit, hex};

/// The entry of a visit.
pub(crate) fn event(visit: &mut Visit) -> String {
    let Page { method, path, .. } = visit.page;
    let (scheme, port, version) = match visit.answer {
        Answer::Redirected => ("http", 80, "HTTP/1.1"),
        _ => ("https", 443, "HTTP/2.0"),
    };
    let target = visit.target();
    let kind = if scheme == "http" { "http" } else { visit.random.pick(&["h2", "h2", "https"]) };
    let seconds = |micros: u64| format!("0.{micros:06}");
    let took = visit.random.between(400, 900_000);
    let [times, status, server, server_status] = match visit.answer {
        Answer::Served(status) => [
            format!("{} {} 0.000000", seconds(visit.random.below(2000)), seconds(took)),
            status.to_string(),
            format!("{}:8080", visit.server),
            status.to_string(),
        ],
        Answer::Blocked => ["-1 -1 -1", "403", "-", "-"].map(str::to_owned),
        Answer::Redirected => ["-1 -1 -1", "301", "-", "-"].map(str::to_owned),
    };
    let (actions, redirect) = match visit.answer {
        Answer::Served(_) => ("waf,forward", "-".to_owned()),
        Answer::Blocked => ("waf", "-".to_owned()),
        Answer::Redirected => ("waf,redirect", format!("https://{HOST}:443{target}")),
    };
    let group = format!("arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/shop/73e2d6bc24d8a067");
    let (tls, certificate) = match visit.answer {
        Answer::Redirected => ("- -", "-".to_owned()),
        _ => (
            visit.random.pick(&["TLS_AES_128_GCM_SHA256 TLSv1.3", "ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2"]),
            format!("arn:aws:acm:{REGION}:{ACCOUNT}:certificate/12345678-1234-1234-1234-123456789012"),
        ),
    };
    let group = if server == "-" { "-" } else { &group };
    let created = visit.time.saturating_sub(SignedDuration::from_micros(took as i64)).unwrap_or(visit.time);
    let rule = visit.random.between(0, 3);
    // A path that the load balancer has written anew.
    let rewritten = if server != "-" && path.starts_with("/api/") {
        format!(r#""{HOST}" "{}" "TransformSuccess""#, target.replace("/api/v1", ""))
    } else {
        r#""-" "-" "-""#.to_owned()
    };
    format!(
        "{kind} {time} app/shop/0123456789abcdef {client}:{port_of_client} {server} {times} {status} {server_status} {received} {sent} \
         \"{method} {scheme}://{HOST}:{port}{target} {version}\" \"{agent}\" {tls} {group} \"Root={trace}\" \"{domain}\" \"{certificate}\" \
         {rule} {created} \"{actions}\" \"{redirect}\" \"-\" \"{server}\" \"{server_status}\" \"-\" \"-\" TID_{connection} {rewritten}",
        time = written(visit.time),
        created = written(created),
        client = visit.client,
        port_of_client = visit.port,
        received = visit.bytes[0],
        sent = visit.bytes[1],
        agent = visit.agent,
        trace = visit.trace_id(),
        domain = if scheme == "https" { HOST } else { "-" },
        connection = hex(&mut visit.random, 32),
    )
}

fn written(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}
