//! One value of a document.

use std::net::IpAddr;

use crate::parse::time::ZonedTime;

/// One value.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Value<'a> {
    /// The field is left out.
    #[default]
    Absent,
    /// Text.
    Text(&'a str),
    /// Text of our own: not long, and without anything that JSON escapes.
    Word(&'a str),
    /// An integer.
    Long(i64),
    /// A number.
    Float(f64),
    /// An address.
    Ip(&'a Address<'a>),
    /// A number or a string without anything to escape, as JSON writes it.
    Json(&'a str),
    /// A point in time.
    Time(&'a ZonedTime),
    /// Several texts.
    Texts(&'a [&'a str]),
    /// Several words of our own.
    Words(&'a [&'a str]),
    /// Several addresses.
    Ips(&'a [Address<'a>]),
    /// Keys that are no fields, with their values.
    Object(&'a [Leftover<'a>]),
}

impl<'a> Value<'a> {
    /// A text, absent where it is empty.
    pub(crate) fn of_text(text: &'a str) -> Self {
        if text.is_empty() { Self::Absent } else { Self::Text(text) }
    }

    /// The addresses that it is: one, several, or none where it is something else.
    pub(crate) fn ips(self) -> &'a [Address<'a>] {
        match self {
            Self::Ip(address) => std::slice::from_ref(address),
            Self::Ips(addresses) => addresses,
            _ => &[],
        }
    }

    /// The texts that it is, alike.
    pub(crate) fn texts(&self) -> &[&'a str] {
        match self {
            Self::Text(text) | Self::Word(text) => std::slice::from_ref(text),
            Self::Texts(texts) | Self::Words(texts) => texts,
            _ => &[],
        }
    }
}

/// An address, with its text where that is how documents write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// The address.
    pub ip: IpAddr,
    /// The shortest text for it, which is its only one for an IPv4 address.
    pub text: Option<&'a str>,
}

impl From<IpAddr> for Address<'_> {
    fn from(ip: IpAddr) -> Self {
        Self { ip, text: None }
    }
}

/// A key that no field takes: it goes under the prefix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leftover<'a> {
    /// The key, safe as a field name.
    pub key: &'a str,
    /// Its value.
    pub value: Value<'a>,
}
