//! The profile: what a Deep Security event says beyond the table of user.ini.
//!
//! Takes a row that the table has begun. A field that the table has set stays, but for three that would mislead: a detect-only
//! action, a protocol number, and the address of a proxy.

use std::net::IpAddr;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use super::action::{Action, Disposition};
use super::custom::{self, CUSTOM, Meaning};
use super::keys::{HOMES, Home, KEYS, key};
use super::module::Module;
use super::packet::{self, Packet, Redaction};
use crate::config::LogType;
use crate::convert::{convert, lowercase};
use crate::field::{FieldId, Fields};
use crate::keys::{At, KeyId, Keyed};
use crate::leef;
use crate::pair::Pair;
use crate::problem::{Problem, Problems};
use crate::row::{Address, Row, Value};
use crate::url;

/// What the profile works on.
pub(crate) struct Context<'c, 'a> {
    pub(crate) arena: &'a Bump,
    pub(crate) fields: &'c Fields,
    pub(crate) log_type: &'c LogType,
    pub(crate) keyed: &'c mut Keyed<'a>,
    pub(crate) row: &'c mut Row<'a>,
    pub(crate) problems: &'c mut Problems,
    pub(crate) module: Module,
    /// Signature id of the header.
    pub(crate) signature_id: &'a str,
}

/// Log Inspection and system events quote text in `msg` that anybody may have written. Deep Security writes nothing but its own
/// `TrendMicroDs…` keys behind it, so anything else there that looks like a key is text. `text` is the event's line.
pub(crate) fn fold_quoted_text<'a>(
    keyed: &mut Keyed<'a>,
    text: &'a str,
    module: Module,
    problems: &mut Problems,
) {
    if module.quotes_foreign_text() {
        let folded = keyed.extend_text(key::MSG, text, |key| key.starts_with("TrendMicroDs"));
        problems.add_many(Problem::KeysInMessage, u64::from(folded));
    }
}

/// LEEF events of Deep Security can have blanks where tabs should be, as the vendor's own samples do: `sev=8 cn1=37 cn1Label=Host
/// ID`. Known keys are read from behind those values that nobody outside can choose; elsewhere they could be forged.
pub(crate) fn split_blank_separated(pairs: &mut Vec<Pair<'_>>) {
    const SAFE: [&str; 5] = ["sev", "cat", "act", "cnt", "TrendMicroDsMalwareTargetType"];
    let holds_more = |pair: &Pair<'_>| {
        memchr::memchr(b'=', pair.raw.as_bytes()).is_some()
            && (pair.key.ends_with("Label") || SAFE.contains(&pair.key))
    };
    if pairs.iter().any(holds_more) {
        let whole = std::mem::take(pairs);
        for pair in whole {
            if holds_more(&pair) {
                pairs.extend(leef::split_blank_separated(pair, KEYS));
            } else {
                pairs.push(pair);
            }
        }
    }
}

/// A Windows path whose backslashes its sender did not double looks as if it held line breaks: `C:\new\readme.txt`. No path
/// does.
pub(crate) fn keep_paths(keyed: &mut Keyed<'_>) {
    for path in [
        key::FILE_PATH,
        key::FNAME,
        key::FILE_NAME,
        key::OLD_FILE_PATH,
        key::SPROC,
        key::DS_PROCESS,
        key::DS_COMMAND_LINE,
    ] {
        keyed.keep_backslashes(path);
    }
}

/// Fills the row with what the event's module, actions, packet and custom keys say.
pub(crate) fn apply(context: &mut Context<'_, '_>) {
    custom_keys(context);
    let disposition = action(context);
    known_keys(context);
    agent_address(context);
    process(context);
    requested_url(context);
    packets(context);
    network(context);
    classify(context, disposition);
    related(context);
}

fn custom_keys(context: &mut Context<'_, '_>) {
    for (value_key, label_key) in CUSTOM {
        let Some(at) = context.keyed.at(*value_key) else { continue };
        let Some(value) = context.keyed.filled_at(at) else {
            context.keyed.mark_key_used(*label_key);
            continue;
        };
        let label = context.keyed.value(*label_key);
        let meaning = custom::meaning(*value_key, label, context.module);
        if !context.keyed.is_used(at) {
            let Some(meaning) = meaning else { continue };
            if !set_meaning(context, meaning, value) {
                // The value goes under the prefix with its own key: its label must stand beside it.
                count_misfit(context, at);
                continue;
            }
            context.keyed.mark_used(at);
        }
        // Where the table took the value, a label that says something unknown is still news.
        if label.is_none() || meaning.is_some() {
            context.keyed.mark_key_used(*label_key);
        }
    }
}

fn set_meaning<'a>(context: &mut Context<'_, 'a>, meaning: Meaning, value: &'a str) -> bool {
    match meaning {
        Meaning::Field(field) => set_converted(context, field, value),
        Meaning::Words(field) => {
            let mut words = ArenaVec::with_capacity_in(4, context.arena);
            words.extend(value.split_ascii_whitespace());
            context.row.set_if_absent(field, Value::Texts(words.into_bump_slice()));
            true
        }
        Meaning::Icmp => {
            let mut numbers = value.split_ascii_whitespace().map(str::parse::<i64>);
            let (Some(Ok(kind)), Some(Ok(code)), None) = (numbers.next(), numbers.next(), numbers.next())
            else {
                return false;
            };
            context.row.set_if_absent(FieldId::DS_ICMP_TYPE, Value::Long(kind));
            context.row.set_if_absent(FieldId::DS_ICMP_CODE, Value::Long(code));
            true
        }
        Meaning::Hash => set_hash(context, value),
    }
}

fn count_misfit(context: &mut Context<'_, '_>, at: At) {
    if context.keyed.note_misfit(at) {
        context.problems.add(Problem::ValueDoesNotFit);
    }
}

fn set_converted<'a>(context: &mut Context<'_, 'a>, field: FieldId, value: &'a str) -> bool {
    match convert(value, context.fields.kind(field), context.arena) {
        // A field that has its value already keeps it: this one goes under the prefix.
        Some(_) if context.row.has(field) => false,
        Some(value) => {
            context.row.set(field, value);
            true
        }
        None => false,
    }
}

fn set_hash<'a>(context: &mut Context<'_, 'a>, value: &'a str) -> bool {
    let field = match value.len() {
        32 => FieldId::FILE_HASH_MD5,
        40 => FieldId::FILE_HASH_SHA1,
        64 => FieldId::FILE_HASH_SHA256,
        _ => return false,
    };
    if !value.bytes().all(|byte| byte.is_ascii_hexdigit()) || context.row.has(field) {
        return false;
    }
    context.row.set(field, Value::Text(lowercase(value, context.arena)));
    true
}

fn action(context: &mut Context<'_, '_>) -> Disposition {
    let act = context.keyed.value(key::ACT);
    let action = Action::judge(context.module, act, context.signature_id);
    if let (Some(renamed), Some(act)) = (action.renamed, act) {
        let says_act = context.row.text(FieldId::EVENT_ACTION).is_none_or(|set| set == act);
        if says_act {
            context.row.set(FieldId::EVENT_ACTION, Value::Word(renamed));
        }
        context.row.set_if_absent(FieldId::DS_ACT, Value::Text(act));
        context.keyed.mark_key_used(key::ACT);
    }
    action.disposition
}

fn known_keys(context: &mut Context<'_, '_>) {
    for number in 1..=context.keyed.len() {
        let Some((KeyId(key), at, value)) = context.keyed.unused_known(number) else { continue };
        let Some(home) = HOMES.get(usize::from(key)) else { continue };
        let done = match home {
            Home::Field(field) => set_converted(context, *field, value),
            Home::List(field, separators) => set_list(context, *field, value, separators),
            Home::Hash => set_hash(context, value),
            Home::Code => continue,
        };
        if done {
            context.keyed.mark_used(at);
        } else if !matches!(home, Home::Field(field) if context.row.has(*field)) {
            count_misfit(context, at);
        }
    }
}

fn set_list<'a>(context: &mut Context<'_, 'a>, field: FieldId, value: &'a str, separators: &[char]) -> bool {
    if context.row.has(field) {
        return false;
    }
    let parts = value.split(separators).map(str::trim).filter(|part| !part.is_empty());
    let parts = ArenaVec::from_iter_in(parts, context.arena);
    if parts.is_empty() {
        return false;
    }
    context.row.set(field, Value::Texts(parts.into_bump_slice()));
    true
}

/// `dvc` is the agent's computer: an address, or (in the vendor's own samples) a name; `dvchost` a name, or an IPv6 address.
fn agent_address(context: &mut Context<'_, '_>) {
    for agent_key in [key::DVC, key::DVCHOST] {
        let Some(at) = context.keyed.at(agent_key) else { continue };
        let Some(value) = context.keyed.filled_at(at).filter(|value| *value != "N/A") else { continue };
        if context.keyed.is_used(at) {
            continue;
        }
        let (field, value) = match crate::convert::address(value) {
            Some(address) => (FieldId::OBSERVER_IP, Value::Ip(address)),
            None => (FieldId::OBSERVER_HOSTNAME, Value::Text(value)),
        };
        if !context.row.has(field) {
            context.row.set(field, value);
            context.keyed.mark_used(at);
        }
    }
    let names_a_source =
        || [key::SRC, key::SHOST, key::SMAC].iter().any(|source| context.keyed.value(*source).is_some());
    if context.module.source_is_the_host()
        && !names_a_source()
        && let Some(address) = context.row.ip(FieldId::OBSERVER_IP)
    {
        context.row.set_if_absent(FieldId::SOURCE_IP, Value::Ip(address));
    }
}

/// `sproc` is a name or a path; `N/A` where the agent does not know.
fn process(context: &mut Context<'_, '_>) {
    let Some(at) = context.keyed.at(key::SPROC) else { return };
    let Some(value) = context.keyed.filled_at(at).filter(|value| *value != "N/A") else { return };
    if context.keyed.is_used(at) {
        return;
    }
    let name = value.rsplit(['/', '\\']).next().unwrap_or(value);
    if name.len() < value.len() {
        context.row.set_if_absent(FieldId::PROCESS_EXECUTABLE, Value::Text(value));
    }
    if !name.is_empty() {
        context.row.set_if_absent(FieldId::PROCESS_NAME, Value::Text(name));
    }
    context.keyed.mark_used(at);
}

fn requested_url(context: &mut Context<'_, '_>) {
    let Some(at) = context.keyed.at(key::REQUEST) else { return };
    let Some(value) = context.keyed.filled_at(at) else { return };
    if context.keyed.is_used(at) {
        return;
    }
    context.row.set_if_absent(FieldId::URL_ORIGINAL, Value::Text(value));
    set_url_parts(context, url::split_url(value));
    context.keyed.mark_used(at);
}

fn set_url_parts<'a>(context: &mut Context<'_, 'a>, parts: url::Parts<'a>) {
    for (field, part) in [
        (FieldId::URL_SCHEME, parts.scheme),
        (FieldId::URL_DOMAIN, parts.domain),
        (FieldId::URL_PATH, parts.path),
        (FieldId::URL_QUERY, parts.query),
        (FieldId::URL_FRAGMENT, parts.fragment),
    ] {
        if let Some(part) = part {
            context.row.set_if_absent(field, Value::Text(part));
        }
    }
    if let Some(port) = parts.port {
        context.row.set_if_absent(FieldId::URL_PORT, Value::Long(i64::from(port)));
    }
}

/// Decodes and redacts the payloads of an event's packets.
pub(crate) fn packets(context: &mut Context<'_, '_>) {
    let mut payloads = ArenaVec::new_in(context.arena);
    let mut next = context.keyed.at(key::PACKET_DATA);
    while let Some(at) = next {
        next = context.keyed.next(key::PACKET_DATA, at);
        let Some(value) = context.keyed.filled_at(at) else { continue };
        if context.keyed.is_used(at) {
            continue;
        }
        context.keyed.mark_used(at);
        let (packet, redaction) = Packet::decode(value, &context.log_type.redact_headers, context.arena);
        if redaction == Redaction::Done {
            context.problems.add(Problem::PacketRedacted);
        }
        match packet {
            Packet::Text("") => {}
            Packet::Text(text) => {
                payloads.push(text);
                // Only these modules see packets: elsewhere, text that a message quotes passes for one.
                if context.module.is_network()
                    && let Some(request) = packet::request(text, context.arena)
                {
                    http(context, &request);
                }
            }
            Packet::Binary(base64) => payloads.push(base64),
            Packet::Damaged(rest) => {
                context.problems.add(Problem::PacketNotBase64);
                payloads.push(rest);
            }
        }
    }
    match payloads.into_bump_slice() {
        [] => {}
        [payload] => context.row.set(FieldId::DS_PACKET_DATA, Value::Text(payload)),
        payloads => context.row.set(FieldId::DS_PACKET_DATA, Value::Texts(payloads)),
    }
}

fn http<'a>(context: &mut Context<'_, 'a>, request: &packet::Request<'a>) {
    context.row.set_if_absent(FieldId::HTTP_REQUEST_METHOD, Value::Text(request.method));
    context.row.set_if_absent(FieldId::URL_ORIGINAL, Value::Text(request.target));
    set_url_parts(context, url::split_target(request.target));
    if let Some(host) = request.host {
        let (domain, port) = url::split_authority(host);
        set_url_parts(context, url::Parts { domain, port, ..url::Parts::default() });
    }
    for (field, text) in [
        (FieldId::USER_AGENT_ORIGINAL, request.user_agent),
        (FieldId::HTTP_REQUEST_REFERRER, request.referrer),
    ] {
        if let Some(text) = text {
            context.row.set_if_absent(field, Value::Text(text));
        }
    }
    if !request.forwarded.is_empty() {
        forwarded_for(context, &request.forwarded);
    }
}

/// X-Forwarded-For can be forged by the client, but not behind a proxy that appends to it: the right-most address that is no
/// proxy of ours is the client, if the peer is one of them.
fn forwarded_for(context: &mut Context<'_, '_>, addresses: &[IpAddr]) {
    let is_trusted = |ip: IpAddr| context.log_type.trusted_proxies.iter().any(|block| block.contains(ip));
    if let Some(peer) = context.row.ip(FieldId::SOURCE_IP)
        && is_trusted(peer.ip)
        && let Some(client) = addresses.iter().rev().find(|ip| !is_trusted(**ip))
    {
        let peer_text = context.arena.alloc_str(&peer.ip.to_string());
        context.row.set(FieldId::SOURCE_IP, Value::Ip((*client).into()));
        context.row.set_if_absent(FieldId::SOURCE_ADDRESS, Value::Text(peer_text));
    }
    // `related` reads them from here.
    let addresses = context.arena.alloc_slice_fill_iter(addresses.iter().copied().map(Address::from));
    context.row.set(FieldId::RELATED_IP, Value::Ips(addresses));
}

fn network(context: &mut Context<'_, '_>) {
    if let Some(transport) = context.row.text(FieldId::NETWORK_TRANSPORT)
        && transport.parse::<u8>().is_ok()
    {
        context.row.set_if_absent(FieldId::NETWORK_IANA_NUMBER, Value::Text(transport));
        context
            .row
            .set(FieldId::NETWORK_TRANSPORT, protocol_name(transport).map_or(Value::Absent, Value::Text));
    }
    let address = context.row.ip(FieldId::DESTINATION_IP).or_else(|| context.row.ip(FieldId::SOURCE_IP));
    if let Some(address) = address
        && context.module.is_network()
    {
        context.row.set_if_absent(
            FieldId::NETWORK_TYPE,
            Value::Word(if address.ip.is_ipv4() { "ipv4" } else { "ipv6" }),
        );
    }
    // The agent tells bytes by direction: only one of the two is about the packet of the event.
    let direction = match (bytes(context, key::IN), bytes(context, key::OUT)) {
        (Some(_), None) => Some("ingress"),
        (None, Some(_)) => Some("egress"),
        (Some(incoming), Some(0)) if incoming > 0 => Some("ingress"),
        (Some(0), Some(outgoing)) if outgoing > 0 => Some("egress"),
        _ => None,
    };
    if let Some(direction) = direction
        && context.module.is_network()
    {
        context.row.set_if_absent(FieldId::NETWORK_DIRECTION, Value::Word(direction));
    }
}

fn bytes(context: &Context<'_, '_>, key: KeyId) -> Option<i64> {
    context.keyed.value(key)?.parse().ok()
}

/// Names of the protocols that security events are about, by IANA number.
fn protocol_name(number: &str) -> Option<&'static str> {
    Some(match number {
        "1" => "icmp",
        "2" => "igmp",
        "6" => "tcp",
        "17" => "udp",
        "47" => "gre",
        "50" => "esp",
        "51" => "ah",
        "58" => "ipv6-icmp",
        "132" => "sctp",
        _ => return None,
    })
}

fn classify(context: &mut Context<'_, '_>, disposition: Disposition) {
    let module = context.module;
    if let Some(provider) = module.provider() {
        context.row.set_if_absent(FieldId::EVENT_PROVIDER, Value::Word(provider));
    }
    let act = context.keyed.value(key::ACT);
    let verdict = match disposition {
        Disposition::Blocked => Some("denied"),
        Disposition::Allowed => Some("allowed"),
        Disposition::Unknown => None,
    };
    let (kind, category, usual_type): (&str, &[&str], &str) = match module {
        Module::AntiMalware => ("alert", &["malware"], "info"),
        Module::ApplicationControl | Module::DeviceControl => ("alert", &["intrusion_detection"], "info"),
        Module::Firewall => ("event", &["network"], "connection"),
        Module::IntrusionPrevention => ("alert", &["intrusion_detection", "network"], "info"),
        Module::IntegrityMonitoring => ("event", changed_object(context), changed_how(act)),
        Module::WebReputation => ("alert", &["network"], "info"),
        Module::LogInspection => ("event", &["host"], "info"),
        Module::System => system(context.signature_id),
        Module::Unknown => ("event", &[], "info"),
    };
    context.row.set_if_absent(FieldId::EVENT_KIND, Value::Word(kind));
    if !category.is_empty() {
        context.row.set_if_absent(FieldId::EVENT_CATEGORY, Value::Words(category));
    }
    // Allowed and denied are types of these categories only (ECS, allowed values of event.category).
    let takes_verdict = category.iter().any(|name| matches!(*name, "intrusion_detection" | "network"));
    let types: &[&str] = match (verdict.filter(|_| takes_verdict), usual_type) {
        (Some("denied"), "connection") => &["connection", "denied"],
        (Some(_), "connection") => &["connection", "allowed"],
        (Some("denied"), _) => &["denied"],
        (Some(_), _) => &["allowed"],
        (None, "connection") => &["connection"],
        (None, "creation") => &["creation"],
        (None, "deletion") => &["deletion"],
        (None, "change") => &["change"],
        (None, "start") => &["start"],
        (None, _) => &["info"],
    };
    context.row.set_if_absent(FieldId::EVENT_TYPE, Value::Words(types));
    if let Some(outcome) = outcome(context, disposition) {
        context.row.set_if_absent(FieldId::EVENT_OUTCOME, Value::Word(outcome));
    }
}

fn changed_object(context: &Context<'_, '_>) -> &'static [&'static str] {
    let is_registry = context.row.text(FieldId::FILE_PATH).is_some_and(|path| {
        path.get(..5).is_some_and(|root| root.eq_ignore_ascii_case("HKEY_"))
            || path.get(..5).is_some_and(|root| matches!(root, "HKLM\\" | "HKCU\\" | "HKCR\\"))
    });
    if is_registry { &["registry"] } else { &["file"] }
}

fn changed_how(act: Option<&str>) -> &'static str {
    match act {
        Some("created") => "creation",
        Some("deleted") => "deletion",
        _ => "change",
    }
}

/// System events about signing in; all others only inform.
fn system(signature_id: &str) -> (&'static str, &'static [&'static str], &'static str) {
    match signature_id {
        "160" | "397" | "600" => ("event", &["authentication"], "start"),
        _ => ("event", &[], "info"),
    }
}

/// From the point of view of the reporting agent: a firewall that blocks as intended succeeds (ECS, event.outcome).
fn outcome(context: &Context<'_, '_>, disposition: Disposition) -> Option<&'static str> {
    match (context.module, context.signature_id) {
        (Module::System, "600") => Some("success"),
        (Module::System, "160" | "397") => Some("failure"),
        (Module::System, _) => None,
        (Module::AntiMalware, _) => {
            let result = context.row.text(FieldId::DS_RESULT).unwrap_or_default();
            if result.to_ascii_lowercase().contains("fail") {
                Some("failure")
            } else {
                (disposition == Disposition::Blocked).then_some("success")
            }
        }
        _ => (disposition == Disposition::Blocked).then_some("success"),
    }
}

/// Collects what analysts pivot on: every address, host name, user and digest of the event, once each.
fn related(context: &mut Context<'_, '_>) {
    let arena = context.arena;
    let row = &mut *context.row;
    let mut ips = ArenaVec::with_capacity_in(4, arena);
    for field in
        [FieldId::SOURCE_IP, FieldId::DESTINATION_IP, FieldId::OBSERVER_IP, FieldId::NETWORK_FORWARDED_IP]
    {
        if let Some(address) = row.ip(field) {
            add_address(&mut ips, address);
        }
    }
    if let Some(peer) = row.text(FieldId::SOURCE_ADDRESS).and_then(crate::convert::address) {
        add_address(&mut ips, peer);
    }
    if let Value::Ips(forwarded) = row.get(FieldId::RELATED_IP) {
        for address in forwarded {
            add_address(&mut ips, *address);
        }
    }
    if !ips.is_empty() {
        row.set(FieldId::RELATED_IP, Value::Ips(ips.into_bump_slice()));
    }
    let hosts = [
        FieldId::OBSERVER_HOSTNAME,
        FieldId::HOST_HOSTNAME,
        FieldId::SERVER_NAME,
        FieldId::SOURCE_DOMAIN,
        FieldId::DESTINATION_DOMAIN,
        FieldId::URL_DOMAIN,
    ];
    related_texts(row, arena, FieldId::RELATED_HOSTS, &hosts);
    related_texts(row, arena, FieldId::RELATED_USER, &[FieldId::USER_NAME, FieldId::DESTINATION_USER_NAME]);
    let hashes = [FieldId::FILE_HASH_MD5, FieldId::FILE_HASH_SHA1, FieldId::FILE_HASH_SHA256];
    related_texts(row, arena, FieldId::RELATED_HASH, &hashes);
}

fn related_texts<'a>(row: &mut Row<'a>, arena: &'a Bump, target: FieldId, fields: &[FieldId]) {
    if row.has(target) {
        return;
    }
    let mut texts = ArenaVec::with_capacity_in(2, arena);
    for text in fields.iter().filter_map(|field| row.text(*field)) {
        if !matches!(text, "N/A" | "(no user)") {
            add_once(&mut texts, text);
        }
    }
    if !texts.is_empty() {
        row.set(target, Value::Texts(texts.into_bump_slice()));
    }
}

fn add_address<'a>(addresses: &mut ArenaVec<'_, Address<'a>>, address: Address<'a>) {
    if !addresses.iter().any(|other| other.ip == address.ip) {
        addresses.push(address);
    }
}

fn add_once<T: PartialEq>(items: &mut ArenaVec<'_, T>, item: T) {
    if !items.contains(&item) {
        items.push(item);
    }
}
