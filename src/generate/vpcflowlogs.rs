//! Flow log records of Amazon VPC in the default format, version 2: user guide, "Flow log records".

use super::visit::{ACCOUNT, Visit};

/// The line of names at the front of an object.
pub(crate) const NAMES: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n";

/// The address of the load balancer inside.
const LOAD_BALANCER: &str = "10.0.0.80";

/// Ports that nobody is let in by: what scanners try, with the protocol's number.
const SCANNED: [(u64, (u64, u64)); 5] =
    [(6, (22, 6)), (5, (3389, 6)), (4, (445, 6)), (2, (53, 17)), (1, (0, 1))];

/// What the interface of the load balancer saw of a visit.
pub(crate) fn event(visit: &mut Visit) -> String {
    let random = &mut visit.random;
    let end = visit.time.as_second();
    let start = end - random.between(1, 59) as i64;
    let front = format!("2 {ACCOUNT} eni-0123456789abcdef{}", random.below(4));
    let (client, port, [received, sent]) = (visit.client, visit.port, visit.bytes);
    let packets = |bytes: u64| 1 + bytes / 1460;
    let (flow, action) = match random.weighted(&[(45, 0), (40, 1), (14, 2), (1, 3)]) {
        0 => (format!("{client} {LOAD_BALANCER} {port} 443 6 {} {received}", packets(received)), "ACCEPT OK"),
        1 => (format!("{LOAD_BALANCER} {client} 443 {port} 6 {} {sent}", packets(sent)), "ACCEPT OK"),
        2 => {
            let (scanned, protocol) = random.weighted(&SCANNED);
            let port = if protocol == 1 { 0 } else { port };
            (
                format!(
                    "{client} {LOAD_BALANCER} {port} {scanned} {protocol} 1 {}",
                    20 + random.between(20, 44)
                ),
                "REJECT OK",
            )
        }
        _ => ("- - - - - - -".to_owned(), "- NODATA"),
    };
    format!("{front} {flow} {start} {end} {action}")
}
