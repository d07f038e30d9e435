//! The computers that `target` of a system event names, in each form in which the Manager writes them: `ADDRESS`, `NAME`,
//! `NAME (ADDRESS)`, `ADDRESS (NAME) [instance-id]`, and several of them.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use crate::bytes::slice::part;
use crate::document::convert::address;
use crate::document::field_list::FieldId;
use crate::document::row::Row;
use crate::document::value::{Address, Value};
use crate::parse::pairs::event_keys::is_not_known;

/// One computer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Computer<'a> {
    pub(super) address: Option<Address<'a>>,
    /// What it is called, the name that stands first in front.
    pub(super) names: &'a [&'a str],
    /// Its id as a machine in a cloud.
    pub(super) instance: Option<&'a str>,
}

impl<'a> Computer<'a> {
    /// Gives the host the address and the instance, as far as they are told and nothing else has told them. Gives whether the host has what
    /// is told.
    pub(super) fn tell_address_and_instance(&self, row: &mut Row<'a>, arena: &'a Bump) -> bool {
        let address = self.address.map_or(Value::Absent, |address| Value::Ip(arena.alloc(address)));
        let instance = self.instance.map_or(Value::Absent, Value::Text);
        let told = [(FieldId::HOST_IP, address), (FieldId::CLOUD_INSTANCE_ID, instance)];
        let mut is_there = |part| row.take_if_absent(&[part]) || row.get(part.0) == part.1;
        // Each of them, whether or not the other is there.
        told.map(&mut is_there) == [true; 2]
    }
}

/// Computers in one list; no event of the Manager names more.
const MOST: usize = 64;

/// The computers of a target. Where it is not known to name computers (`certain`), only what holds an address does.
pub(super) fn computers<'a>(target: &'a str, certain: bool, arena: &'a Bump) -> &'a [Computer<'a>] {
    let mut found = ArenaVec::new_in(arena);
    let pieces = target.split([',', ';', '\n']).map(str::trim).filter(|piece| !piece.is_empty());
    for piece in pieces.take(MOST) {
        match computer(piece, certain, arena) {
            Some(computer) => found.push(computer),
            // A name with a comma in it is one name.
            None => return one(target, certain, arena),
        }
    }
    found.into_bump_slice()
}

fn one<'a>(target: &'a str, certain: bool, arena: &'a Bump) -> &'a [Computer<'a>] {
    match computer(target.trim(), certain, arena) {
        Some(computer) => std::slice::from_ref(arena.alloc(computer)),
        None => &[],
    }
}

/// The computer that a text names.
pub(super) fn computer<'a>(text: &'a str, certain: bool, arena: &'a Bump) -> Option<Computer<'a>> {
    let bracket = text.strip_suffix(']').and_then(|text| text.rsplit_once('['));
    let (text, instance) = match bracket.filter(|(_, id)| is_instance(id)) {
        Some((rest, id)) => (rest.trim_end(), Some(id)),
        None => (text, None),
    };
    let parts = last_brackets(text);
    let (outer, inner) = parts.unwrap_or((text, ""));
    // Also with doubled brackets: `MYOB ((10.4.1.3))`.
    let inner = inner.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(inner).trim();
    let mut names = ArenaVec::new_in(arena);
    let mut found = None;
    for part in [outer.trim_end(), inner].into_iter().filter(|part| !part.is_empty() && !is_not_known(part)) {
        match address(part) {
            Some(address) => found = found.or(Some(address)),
            None if is_broken_address(part) => return None,
            None => names.push(part),
        }
    }
    if found.is_none() && !certain {
        return None;
    }
    if found.is_none() && parts.is_some() && instance.is_none() {
        // Brackets around no address are a part of the name.
        names.clear();
        names.push(text);
    }
    Some(Computer { address: found, names: names.into_bump_slice(), instance })
}

/// Whether a text is neither an address nor a name: an address with a part that is too large, a port, or another one behind it. The last
/// part of a host's name is no number (RFC 1123, section 2.1).
fn is_broken_address(text: &str) -> bool {
    text.contains(['.', ':']) && !text.chars().any(char::is_alphabetic)
}

/// Whether a text can be the id of a machine in a cloud: `i-` and hexadecimal digits in EC2, `ws-` and at least eight letters and digits
/// in WorkSpaces (Amazon WorkSpaces API Reference, Workspace), a UUID in Azure, a number in Google Cloud.
fn is_instance(id: &str) -> bool {
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(workspace) = id.strip_prefix("ws-") {
        return workspace.len() >= 8
            && workspace.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    }
    match id.strip_prefix("i-") {
        Some(number) => !number.is_empty() && is_hex(number),
        None => id.len() >= 10 && id.contains(|c: char| c.is_ascii_digit()) && id.split('-').all(is_hex),
    }
}

/// What stands before the brackets at the end of a text, and in them.
pub(super) fn last_brackets(text: &str) -> Option<(&str, &str)> {
    let open = text.strip_suffix(')')?;
    let mut depth = 1;
    let start = open.rfind(|c| {
        depth += i32::from(c == ')') - i32::from(c == '(');
        depth == 0
    });
    start.and_then(|start| open.split_at_checked(start)).map(|(outer, inner)| (outer, part(inner, 1..)))
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;

    use super::computers;

    /// Address, names and instance of each, joined.
    fn read(target: &str, certain: bool) -> String {
        let arena = Bump::new();
        let read = computers(arena.alloc_str(target), certain, &arena).iter().map(|computer| {
            let address = computer.address.map(|address| address.ip.to_string()).unwrap_or_default();
            format!("{address}|{}|{}", computer.names.join("+"), computer.instance.unwrap_or_default())
        });
        read.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_form_of_a_target_is_read() {
        for (target, computers) in [
            ("192.0.2.4", "192.0.2.4||"),
            ("2001:db8::7", "2001:db8::7||"),
            ("Krill (192.0.2.4)", "192.0.2.4|Krill|"),
            ("MYOB ((192.0.2.3))", "192.0.2.3|MYOB|"),
            ("web 01 (2001:db8::7)", "2001:db8::7|web 01|"),
            ("192.0.2.4 (web01) [i-0abc]", "192.0.2.4|web01|i-0abc"),
            ("192.0.2.4 [i-0abc]", "192.0.2.4||i-0abc"),
            ("192.0.2.4 (web01) [ws-b2zwgx8lk]", "192.0.2.4|web01|ws-b2zwgx8lk"),
            ("192.0.2.4 (web01 (prod)) [i-0abc]", "192.0.2.4|web01 (prod)|i-0abc"),
            ("web01 (prod) (192.0.2.4)", "192.0.2.4|web01 (prod)|"),
            ("192.0.2.4 (vm [2])", "192.0.2.4|vm [2]|"),
            ("192.0.2.4 (vm) [1234567890123456789]", "192.0.2.4|vm|1234567890123456789"),
            ("a (192.0.2.1), b (192.0.2.2)", "192.0.2.1|a| 192.0.2.2|b|"),
            ("192.0.2.1; 192.0.2.2", "192.0.2.1|| 192.0.2.2||"),
            ("a (192.0.2.1)\nb (192.0.2.2)", "192.0.2.1|a| 192.0.2.2|b|"),
        ] {
            assert_eq!(read(target, false), computers, "{target}");
            assert_eq!(read(target, true), computers, "{target}");
        }
    }

    #[test]
    fn a_bare_name_is_a_computer_only_where_that_is_known() {
        for target in
            ["web01", "1011144 - Registries modified (ATT&CK T1547.001)", "Default Relay Group", "a, b"]
        {
            assert_eq!(read(target, false), "", "{target}");
        }
        for broken in ["192.0.2.999", "192.0.2.1:443", "web01 (192.0.2.999)"] {
            assert_eq!(read(broken, true), "");
        }
        assert_eq!(read("web01", true), "|web01|");
        assert_eq!(read("web01, web02", true), "|web01| |web02|");
        for name in ["web01 (spare)", "web01 [prod]", "web01)", "web01 [prod-2]", "web01 [ws-prod]"] {
            assert_eq!(read(name, true), format!("|{name}|"));
        }
        assert_eq!(read("ec2-1.example (web01) [i-0abc]", true), "|ec2-1.example+web01|i-0abc");
    }
}
