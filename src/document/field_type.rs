//! What a field takes.

/// The type of a field, as far as it decides which values fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Text as it is, found whole. OpenSearch: `keyword` or `wildcard`.
    Keyword,
    /// The same, in lower case (`network.transport` and kin).
    Lowercase,
    /// Text, found by its words.
    Text,
    /// A 64-bit integer.
    Long,
    /// A 64-bit integer that is not negative: bytes, packets, process numbers. OpenSearch: `long`.
    Count,
    /// A port: 0 to 65,535. OpenSearch: `integer` or `long`.
    Port,
    /// A transport protocol: its IANA keyword in lower case, or its number. OpenSearch: `keyword`.
    Transport,
    /// A floating-point number.
    Float,
    /// An IPv4 or IPv6 address.
    Ip,
    /// A point in time.
    Date,
    /// A MAC address as RFC 7042 writes it: upper case, hyphens. OpenSearch: `keyword`.
    Mac,
    /// Latitude and longitude.
    GeoPoint,
    /// An object whose keys are no fields: each is found by its path all the same. OpenSearch: `flat_object`.
    Flat,
}

impl Type {
    /// The types by their names in tables.
    pub(crate) const NAMES: [(&str, Self); 13] = [
        ("keyword", Self::Keyword),
        ("lowercase", Self::Lowercase),
        ("text", Self::Text),
        ("long", Self::Long),
        ("count", Self::Count),
        ("port", Self::Port),
        ("transport", Self::Transport),
        ("float", Self::Float),
        ("ip", Self::Ip),
        ("date", Self::Date),
        ("mac", Self::Mac),
        ("geo_point", Self::GeoPoint),
        ("flat", Self::Flat),
    ];
}
