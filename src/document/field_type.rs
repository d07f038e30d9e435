//! What a field takes, and how the index template maps it.

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

/// How the index template maps a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapping {
    /// As its type says.
    OfType,
    /// As OpenSearch's type of this name.
    Named(&'static str),
    /// As objects that are searched one by one, with the fields below this name.
    Nested,
    /// As a keyword whose words are found in the subfield `.text`.
    KeywordWithText,
    /// As a keyword that nothing is sorted or aggregated by.
    KeywordWithoutDocValues,
    /// As milliseconds since 1970.
    EpochMillis,
    /// As an object of any shape, kept and not indexed.
    ObjectNotIndexed,
    /// Not at all: a rule for unknown fields takes it.
    None,
}

impl Mapping {
    /// The mappings by their names in tables.
    pub(crate) const NAMES: [(&str, Self); 12] = [
        ("", Self::OfType),
        ("text", Self::Named("text")),
        ("long", Self::Named("long")),
        ("integer", Self::Named("integer")),
        ("short", Self::Named("short")),
        ("object", Self::Named("object")),
        ("nested", Self::Nested),
        ("keyword with text", Self::KeywordWithText),
        ("keyword without doc_values", Self::KeywordWithoutDocValues),
        ("date of epoch_millis", Self::EpochMillis),
        ("object not indexed", Self::ObjectNotIndexed),
        ("none", Self::None),
    ];
}
