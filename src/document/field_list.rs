//! The fields that every document can have, from `config/fields.csv`, and what a table says of a field.
//!
//! A log type adds fields of its own, which are numbered from [`FieldId::FIRST_OWN`] on.

use std::sync::LazyLock;

use crate::bytes::table::{FactRow, FactTable, TableError, fact_table};

/// The number of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(pub(crate) u16);

/// Stands for the prefix of left-over keys in the names of fields.
pub(crate) const PREFIX: &str = "%.";

/// The objects that a field of this name stands in, the outermost first.
pub(crate) fn objects_around(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('.').filter_map(|(dot, _)| name.get(..dot))
}

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

/// A field as a table lists it.
#[derive(Clone, Copy, Debug)]
pub struct ListedField {
    /// Its name, dotted; `%` stands for the prefix of left-over keys.
    pub name: &'static str,
    /// Who defines it: `ecs`, `siem` or `loader`.
    pub schema: &'static str,
    /// Its type.
    pub kind: Type,
    /// How the index template maps it, where the type does not say.
    pub mapping: &'static str,
    /// What it holds, in one line; empty where no document has it of itself.
    pub meaning: &'static str,
}

impl ListedField {
    /// Reads a row. A log type's own fields have neither `schema` nor `mapping`, and fields that no document has of itself no
    /// `meaning`.
    pub(crate) fn read(row: FactRow<'_>) -> Result<Self, TableError> {
        Ok(Self {
            name: row.cell("field")?,
            schema: row.cell("schema").unwrap_or("loader"),
            kind: row.one_of("type", row.cell("type")?, &Type::NAMES)?,
            mapping: row.cell("mapping").unwrap_or_default(),
            meaning: row.cell("meaning").unwrap_or_default(),
        })
    }
}

const BASE: FactTable = fact_table!("config/fields.csv");

/// The fields of every document, by number.
pub(crate) fn base_fields() -> &'static [ListedField] {
    static FIELDS: LazyLock<Vec<ListedField>> = LazyLock::new(|| BASE.rows(ListedField::read));
    &FIELDS
}

/// Constants for the fields of a table, whose first one has the number `$first`.
macro_rules! name_fields {
    ($table:expr, $first:expr; $($id:ident $name:literal;)*) => {
        impl FieldId {
            $(pub(crate) const $id: Self = Self($first + $table.row_named($name));)*
        }
    };
}
pub(crate) use name_fields;

impl FieldId {
    /// The number of the first field that a log type adds.
    pub(crate) const FIRST_OWN: u16 = BASE.row_count();

    /// The fields that stand behind the log type's own, right before what is left over.
    pub(crate) const LAST: [Self; 2] = [Self::UNPARSED, Self::EXTRA];
}

name_fields! { BASE, 0;
    TIMESTAMP "@timestamp"; ID "@id"; LOG_TYPE "@log_type"; LOG_S3BUCKET "@log_s3bucket";
    LOG_S3KEY "@log_s3key"; LOG_GROUP "@log_group"; LOG_STREAM "@log_stream"; MESSAGE "@message";
    ECS_VERSION "ecs.version";
    CLOUD_PROVIDER "cloud.provider"; CLOUD_REGION "cloud.region"; CLOUD_ACCOUNT_ID "cloud.account.id";
    EVENT_MODULE "event.module"; EVENT_KIND "event.kind"; EVENT_CATEGORY "event.category";
    EVENT_TYPE "event.type"; EVENT_OUTCOME "event.outcome"; EVENT_ACTION "event.action";
    EVENT_CODE "event.code"; EVENT_REASON "event.reason"; EVENT_PROVIDER "event.provider";
    EVENT_SEVERITY "event.severity"; EVENT_COUNT "event.count"; EVENT_CREATED "event.created"; EVENT_INGESTED "event.ingested";
    RULE_ID "rule.id"; RULE_NAME "rule.name"; RULE_RULESET "rule.ruleset";
    OBSERVER_VENDOR "observer.vendor"; OBSERVER_PRODUCT "observer.product";
    OBSERVER_VERSION "observer.version"; OBSERVER_IP "observer.ip"; OBSERVER_HOSTNAME "observer.hostname";
    AGENT_NAME "agent.name";
    HOST_NAME "host.name"; HOST_IP "host.ip"; HOST_HOSTNAME "host.hostname";
    SOURCE_ADDRESS "source.address"; SOURCE_IP "source.ip"; SOURCE_PORT "source.port"; SOURCE_BYTES "source.bytes";
    SOURCE_DOMAIN "source.domain"; SOURCE_USER_NAME "source.user.name"; SOURCE_USER_ID "source.user.id";
    DESTINATION_ADDRESS "destination.address"; DESTINATION_IP "destination.ip"; DESTINATION_PORT "destination.port"; DESTINATION_BYTES "destination.bytes";
    DESTINATION_DOMAIN "destination.domain"; DESTINATION_USER_NAME "destination.user.name";
    CLIENT_IP "client.ip"; SERVER_IP "server.ip"; CLOUD_INSTANCE_ID "cloud.instance.id";
    NETWORK_TRANSPORT "network.transport"; NETWORK_IANA_NUMBER "network.iana_number";
    NETWORK_TYPE "network.type"; NETWORK_DIRECTION "network.direction"; NETWORK_BYTES "network.bytes";
    NETWORK_COMMUNITY_ID "network.community_id"; NETWORK_PROTOCOL "network.protocol";
    NETWORK_FORWARDED_IP "network.forwarded_ip";
    HTTP_REQUEST_METHOD "http.request.method"; HTTP_REQUEST_REFERRER "http.request.referrer";
    HTTP_RESPONSE_STATUS_CODE "http.response.status_code"; HTTP_VERSION "http.version";
    URL_ORIGINAL "url.original"; URL_SCHEME "url.scheme"; URL_DOMAIN "url.domain"; URL_PORT "url.port";
    URL_PATH "url.path"; URL_QUERY "url.query"; URL_FRAGMENT "url.fragment";
    USER_AGENT_ORIGINAL "user_agent.original";
    TLS_CLIENT_SERVER_NAME "tls.client.server_name";
    DNS_TYPE "dns.type"; DNS_QUESTION_NAME "dns.question.name"; DNS_QUESTION_TYPE "dns.question.type";
    USER_NAME "user.name"; USER_TARGET_NAME "user.target.name"; USER_TARGET_ID "user.target.id";
    USER_CHANGES_NAME "user.changes.name"; USER_CHANGES_FULL_NAME "user.changes.full_name";
    USER_CHANGES_EMAIL "user.changes.email"; USER_CHANGES_ROLES "user.changes.roles";
    FILE_PATH "file.path"; FILE_DIRECTORY "file.directory"; FILE_NAME "file.name";
    FILE_EXTENSION "file.extension"; FILE_HASH_MD5 "file.hash.md5"; FILE_HASH_SHA1 "file.hash.sha1";
    FILE_HASH_SHA256 "file.hash.sha256";
    REGISTRY_PATH "registry.path";
    PROCESS_NAME "process.name"; PROCESS_EXECUTABLE "process.executable";
    VULNERABILITY_ID "vulnerability.id"; VULNERABILITY_ENUMERATION "vulnerability.enumeration";
    THREAT_FRAMEWORK "threat.framework"; THREAT_TACTIC_ID "threat.tactic.id"; THREAT_TECHNIQUE_ID "threat.technique.id";
    THREAT_SUBTECHNIQUE_ID "threat.technique.subtechnique.id";
    CONTAINER_ID "container.id"; CONTAINER_NAME "container.name"; CONTAINER_IMAGE_NAME "container.image.name";
    LOG_SYSLOG_PRIORITY "log.syslog.priority"; LOG_SYSLOG_HOSTNAME "log.syslog.hostname";
    LOG_SYSLOG_APPNAME "log.syslog.appname";
    RELATED_IP "related.ip"; RELATED_HOSTS "related.hosts"; RELATED_USER "related.user";
    RELATED_HASH "related.hash";
    ERROR_TYPE "error.type"; ERROR_MESSAGE "error.message";
    TIMESTAMP_SOURCE "%.timestamp_source"; TIMESTAMP_DOUBT "%.timestamp_doubt"; MESSAGE_FIELD "%.message_field"; TAG "%.tag";
    UNPARSED "%.unparsed"; EXTRA "%.extra";
}
