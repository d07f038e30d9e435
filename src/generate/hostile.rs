//! How a line is spoiled: in the event, in rsyslog's line, or in fluentd's object.

use std::net::{IpAddr, Ipv6Addr};

use super::event::{Event, EventValue};
use super::fleet::Agent;
use super::network::put_packet;
use super::packet::{Packet, Traffic};
use super::random::Random;
use super::truth::{Format, Hostile};

impl Hostile {
    /// Spoils the event itself.
    pub(crate) fn bend(self, event: &mut Event, agent: &Agent, format: Format, random: &mut Random) {
        match self {
            Self::CutPacket => {
                let mut packet = Packet::new(Traffic::Http, random);
                packet.bytes.resize(9000, b'A');
                event.remove("xff");
                event.remove("TrendMicroDsPacketData");
                put_packet(event, agent, &packet);
            }
            Self::ForgedKey => {
                let gap = if format == Format::Leef { "#011" } else { " " };
                let text = format!("said{gap}act=Log{gap}src=8.8.8.8{gap}dst=8.8.4.4{gap}cn1=1 to the log");
                event.set("cs1", EventValue::bare(text));
                event.set("cs1Label", agent.labels.of("Note"));
            }
            Self::NestedHeader => {
                let text =
                    "relay[7]: CEF:0|Trend Micro|Deep Security Agent|20.0|21|Deny all|5|act=Deny and more";
                event.set("msg", EventValue::bare(text));
            }
            Self::DuplicateKey => {
                let other = if event.action == Some("Log") { "Reset" } else { "Log" };
                event.put("act", other);
            }
            Self::QuotesAndPipes => {
                event.head.name = "XSS | \"quoted\" \\ name".into();
                event.set("msg", "GET \"/a|b\" 'c' | grep \"x\" {\"k\": [\"v\"]}");
            }
            Self::EmptyValues => {
                for key in ["TrendMicroDsTenantId", "cs3", "cnt", "TrendMicroDsPacketData"] {
                    event.set(key, "");
                }
            }
            Self::TwoBlanks => event.blanks = 2,
            Self::UnescapedEquals => {
                event.set("request", EventValue::bare("http://example.net/?a=1&b==2&next=/x?act=Deny"));
                event.set("msg", EventValue::bare("Dangerous: a=b and =c"));
            }
            Self::BareBackslashes => {
                event.set("filePath", EventValue::bare("c:\\new\\readme\\table.dll"));
                event.set("sproc", EventValue::bare("C:\\Windows\\System32\\notepad.exe"));
            }
            Self::NotAvailable => {
                for key in ["src", "dst", "spt", "cnt"] {
                    event.set(key, "N/A");
                }
            }
            Self::HostNameAsAddress => {
                event.set("src", "client-7.example.com");
                event.set("dst", agent.name.clone());
                event.set("dvc", "hostname");
            }
            Self::Ipv6 => {
                event.set("TrendMicroDsFrameType", "IPv6");
                event.set("src", ipv6(0xfe80, random));
                event.set("dst", random.pick(&["ff02:0:0:0:0:0:0:c", "2001:db8:0:0:0:0:0:5"]));
            }
            // The second byte of a Shift_JIS character can be that of a backslash, as in the first and the
            // third character here.
            Self::ShiftJis => event.set(
                "msg",
                EventValue::bare(b"\x83\x5C\x83\x58 \x95\x5C \x83\x65\x83\x58\x83\x67 = x".to_vec()),
            ),
            Self::BrokenBytes => {
                let mut bytes: Vec<u8> = random.bytes(24).into_iter().map(|byte| byte | 0x80).collect();
                bytes.extend_from_slice(b" \xC0\x80 \xED\xA0\x80 \xE3\x81 end");
                event.set("msg", bytes);
            }
            Self::Japanese => {
                event.set("duser", "山田 太郎");
                event.set("msg", "認証に失敗しました: ユーザー=山田、理由=パスワードの期限切れ 😀");
            }
            Self::LongMessage => {
                let rule = "1000552 - Generic Cross Site Scripting(XSS) Prevention\n";
                event.set("msg", rule.chars().cycle().take(9000).collect::<String>());
            }
            Self::ControlCharacters => {
                event.set("msg", "bell \x07 \x1B[31mred\x1B[0m nul \0 tab \t del \x7F return \r end")
            }
            // The others are not spoiled before they are text.
            _ => {}
        }
    }

    /// The header or the JSON is not whole any more.
    pub(crate) fn unparsable(self) -> bool {
        matches!(self, Self::CutHeader | Self::CutJson)
    }
}

fn ipv6(first: u16, random: &mut Random) -> IpAddr {
    let [a, b, c, d, e, f, g, h] = random.next().to_le_bytes().map(u16::from);
    IpAddr::V6(Ipv6Addr::new(first, 0, 0, 0, a << 8 | b, c << 8 | d, e << 8 | f, g << 8 | h))
}

/// Cuts rsyslog's line between the marker and the end of the header: at one of the first three pipes, or a
/// little behind it.
pub(crate) fn cut_header(line: &mut Vec<u8>, random: &mut Random) {
    let pipe = random.below(3) as usize;
    let at = line.iter().enumerate().filter(|(_, byte)| **byte == b'|').nth(pipe).map(|(at, _)| at);
    line.truncate(at.map_or(0, |at| at + 1 + random.index(4)));
}

/// Cuts fluentd's object somewhere inside its message.
pub(crate) fn cut_json(line: &mut Vec<u8>, start: usize, random: &mut Random) {
    let length = line.len() - start;
    line.truncate(start + length / 5 + random.index(length / 2));
}
