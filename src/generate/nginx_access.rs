//! Lines of nginx: `log_format combined` of its module ngx_http_log_module. Its module ngx_http_realip_module has told it the client.

use super::visit::{Answer, Visit};

/// The line of a visit; nothing where the request does not come to the server.
pub(crate) fn event(visit: &mut Visit) -> Option<String> {
    let Answer::Served(status) = visit.answer else { return None };
    let user = visit.random.weighted(&[(20, "-"), (1, "alice"), (1, "bob")]);
    let sent = if status == 304 || visit.page.method == "HEAD" { 0 } else { visit.bytes[1] };
    Some(format!(
        "{} - {user} [{}] \"{} {} HTTP/1.1\" {status} {sent} \"{}\" \"{}\"",
        visit.client,
        visit.time.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        visit.page.method,
        visit.target(),
        visit.referrer.unwrap_or("-"),
        visit.agent,
    ))
}
