//! Protocols above IP, by number and by name: `config/protocols.csv`.

use std::sync::LazyLock;

use super::field_list::FieldId;
use super::row::Row;
use super::value::Value;
use crate::bytes::table::fact_table;

/// A protocol.
#[derive(Debug)]
pub(crate) struct Protocol {
    /// IANA's number.
    pub(crate) number: u8,
    /// What documents call it.
    pub(crate) name: &'static str,
    /// What a sender may write instead.
    other: &'static str,
    /// Its packets have ports.
    pub(crate) has_ports: bool,
}

static PROTOCOLS: LazyLock<Vec<Protocol>> = LazyLock::new(|| {
    fact_table!("config/protocols.csv").rows(|row| {
        Ok(Protocol {
            number: row.number("number")?,
            name: row.cell("name")?,
            other: row.cell("other")?,
            has_ports: row.flag("ports")?,
        })
    })
});

impl Protocol {
    /// The protocol of a number.
    pub(crate) fn of_number(number: u8) -> Option<&'static Self> {
        PROTOCOLS.iter().find(|protocol| protocol.number == number)
    }

    /// The protocol of a name, in letters of any case.
    pub(crate) fn of_name(name: &str) -> Option<&'static Self> {
        let is_it = |known: &str| name.eq_ignore_ascii_case(known) && !name.is_empty();
        PROTOCOLS.iter().find(|protocol| is_it(protocol.name) || is_it(protocol.other))
    }
}

/// The number of the protocol of a document's flow. Where the sender gives a number, its name takes its place.
pub(crate) fn of_flow(row: &mut Row<'_>) -> Option<u8> {
    let transport = row.text(FieldId::NETWORK_TRANSPORT)?;
    let Ok(number) = transport.parse::<u8>() else {
        return Protocol::of_name(transport).map(|protocol| protocol.number);
    };
    row.set_if_absent(FieldId::NETWORK_IANA_NUMBER, Value::Text(transport));
    let name = Protocol::of_number(number).map_or(Value::Absent, |protocol| Value::Word(protocol.name));
    row.set(FieldId::NETWORK_TRANSPORT, name);
    Some(number)
}
