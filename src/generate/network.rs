//! Events about packets: firewall and intrusion prevention.

use std::sync::LazyLock;

use super::event::Event;
use super::fleet::{Agent, Labels, mac, private_address, public_address};
use super::packet::{Packet, Traffic};
use super::random::Random;
use super::truth::{Module, Outcome};
use crate::bytes::table::fact_table;

/// A firewall rule or stateful check: id, name, severity.
const FIREWALL: [(u64, (u32, &str, u8)); 12] = [
    (20, (20, "Log for TCP Port 80", 0)),
    (6, (20, "Allow solicited TCP/UDP replies", 0)),
    (30, (21, "Out Of Allowed Policy", 5)),
    (10, (21, "Unsolicited UDP", 5)),
    (4, (21, "Deny SMB from outside", 5)),
    (8, (100, "Out Of Connection", 5)),
    (6, (101, "Invalid Flags", 5)),
    (2, (102, "Invalid Sequence", 5)),
    (3, (103, "Invalid ACK", 5)),
    (1, (104, "Internal Error", 5)),
    (1, (105, "CE Flags", 5)),
    (4, (123, "Invalid Flags", 5)),
];

/// Transport protocols with the ports they are seen at.
const PROTOCOLS: [(u64, (&str, &[u64])); 5] = [
    (70, ("TCP", &[22, 23, 80, 443, 445, 1433, 3306, 3389, 5432, 8080])),
    (22, ("UDP", &[53, 123, 137, 161, 389, 1900, 5353])),
    (5, ("ICMP", &[])),
    (2, ("IGMP", &[])),
    (1, ("47", &[])),
];

const TCP_FLAGS: [&str; 6] = ["0x00 SYN", "0x00 ACK PSH", "0x00 ACK", "ACK", "CWR ECE SYN", "0x00 ACK FIN"];
const FRAGMENTS: [&str; 4] = ["DF 0", "DF MF", "DF 0", ""];

pub(crate) fn firewall(agent: &Agent, random: &mut Random) -> Event {
    let (id, name, severity) = random.weighted(&FIREWALL);
    let mut event = agent.event(Module::Firewall, id, name, severity);
    match (id, random.chance(0.1)) {
        (20, _) => event.act("Log", Outcome::Detected),
        (_, true) => event.act("IDS:Deny", Outcome::Detected),
        (_, false) => event.act("Deny", Outcome::Blocked),
    }
    let (protocol, ports) = random.weighted(&PROTOCOLS);
    let packet = random.chance(0.7).then(|| Packet::new(Traffic::Binary, random));
    put_network(&mut event, agent, protocol, random.pick(ports), random);
    event.put("cnt", random.weighted(&[(6, 1), (2, 2), (1, 7), (1, 28)]));
    if let Some(packet) = packet {
        event.put("TrendMicroDsPacketData", packet.base64());
    }
    event
}

#[derive(Clone, Copy, Default)]
struct PreventionRule {
    id: u32,
    name: &'static str,
    severity: u8,
    note: &'static str,
    traffic: Traffic,
}

static RULES: LazyLock<Vec<(u64, PreventionRule)>> = LazyLock::new(|| {
    let table = fact_table!("src/generate/rules.csv");
    let traffic =
        [("http", Traffic::Http), ("tls", Traffic::Tls), ("dns", Traffic::Dns), ("binary", Traffic::Binary)];
    table.rows(|row| {
        let rule = PreventionRule {
            id: row.number("id")?,
            name: row.cell("name")?,
            severity: row.number("severity")?,
            note: row.cell("note")?,
            traffic: row.one_of("traffic", row.cell("traffic")?, &traffic)?,
        };
        Ok((row.number("weight")?, rule))
    })
});

/// What rules do, and what becomes of the packet: `IDS:` only tells what would have been done.
const ACTIONS: [(u64, (&str, Outcome)); 9] = [
    (40, ("Reset", Outcome::Blocked)),
    (6, ("Deny", Outcome::Blocked)),
    (4, ("Block", Outcome::Blocked)),
    (30, ("IDS:Reset", Outcome::Detected)),
    (6, ("IDS:Log", Outcome::Detected)),
    (4, ("IDS:Deny", Outcome::Detected)),
    (1, ("IDS:Replace", Outcome::Detected)),
    (1, ("IDS:Insert", Outcome::Detected)),
    (8, ("Log", Outcome::Detected)),
];

pub(crate) fn intrusion_prevention(agent: &Agent, random: &mut Random) -> Event {
    let rule = random.weighted(&RULES);
    let mut event = agent.event(Module::IntrusionPrevention, rule.id, rule.name, rule.severity);
    let (protocol, ports): (_, &[u64]) = match rule.traffic {
        Traffic::Http => ("TCP", &[80, 8080, 443]),
        Traffic::Tls => ("TCP", &[443, 4119]),
        Traffic::Dns => ("UDP", &[53]),
        Traffic::Binary => ("TCP", &[22, 445, 3389]),
    };
    let packet = random.chance(0.93).then(|| Packet::new(rule.traffic, random));
    put_network(&mut event, agent, protocol, random.pick(ports), random);
    event.put("cnt", random.weighted(&[(7, 1), (2, 2), (1, 6)]));
    let (action, outcome) = random.weighted(&ACTIONS);
    event.act(action, outcome);
    if random.chance(0.1) {
        event.put_labeled(["cn2", "cn2Label"], agent.labels.of("Reason"), "-309");
    }
    event.put_labeled(["cn3", "cn3Label"], agent.labels.of("Packet Position"), random.below(1500));
    event.put_labeled(["cs5", "cs5Label"], agent.labels.of("Stream Position"), random.below(90_000));
    if !rule.note.is_empty() {
        event.put_labeled(["cs1", "cs1Label"], agent.labels.of("Note"), rule.note);
    }
    let flags = if packet.is_some() { 8 } else { 0 };
    event.put_labeled(["cs6", "cs6Label"], agent.labels.of("Flags"), flags);
    if let Some(packet) = packet {
        put_packet(&mut event, agent, &packet);
    }
    event
}

/// The packet at the end of the event, and what it tells about the client.
pub(crate) fn put_packet(event: &mut Event, agent: &Agent, packet: &Packet) {
    event.client = None;
    let behind_proxy = event.address("src").is_some_and(is_private);
    if behind_proxy {
        event.client = packet.forwarded_for.iter().rev().copied().find(|address| !is_private(*address));
    }
    if let Some(&last) = packet.forwarded_for.last()
        && agent.labels == Labels::Long
    {
        event.put("xff", last);
    }
    event.put("TrendMicroDsPacketData", packet.base64());
}

fn is_private(address: std::net::IpAddr) -> bool {
    match address {
        std::net::IpAddr::V4(address) => address.is_private(),
        std::net::IpAddr::V6(address) => address.is_unique_local(),
    }
}

/// The keys that both modules have, from the hardware addresses to the flags.
fn put_network(event: &mut Event, agent: &Agent, protocol: &'static str, port: u64, random: &mut Random) {
    let inbound = random.chance(0.8);
    let peer = if random.chance(0.45) { private_address(random) } else { public_address(random) };
    let peer_mac = mac(random);
    let (source, destination) = if inbound { (peer, agent.address) } else { (agent.address, peer) };
    let (source_mac, destination_mac) =
        if inbound { (peer_mac, agent.mac.clone()) } else { (agent.mac.clone(), peer_mac) };
    event.put("dmac", destination_mac);
    event.put("smac", source_mac);
    event.put("TrendMicroDsFrameType", "IP");
    event.put("src", source);
    event.put("dst", destination);
    event.put(if inbound { "in" } else { "out" }, random.between(40, 9000));
    event.put_labeled(["cs3", "cs3Label"], "Fragmentation Bits", random.pick(&FRAGMENTS));
    if protocol == "ICMP" {
        event.put_labeled(["cs4", "cs4Label"], "ICMP Type and Code", random.pick(&["8 0", "11 0", "3 3"]));
    }
    event.put("proto", protocol);
    let ephemeral = if port == 0 { 0 } else { random.between(1025, 65_535) };
    event.put("spt", ephemeral);
    event.put("dpt", port);
    if protocol == "TCP" {
        event.put_labeled(["cs2", "cs2Label"], "TCP Flags", random.pick(&TCP_FLAGS));
    }
}
