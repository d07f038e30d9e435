//! The fields that every document can have: name, type and meaning, in document order.
//!
//! A log type adds fields of its own, which are numbered from [`FieldId::FIRST_OWN`] on.

use super::ecs::Type;

/// The number of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(pub(crate) u16);

/// Stands for the prefix of left-over keys in the names below.
pub(crate) const PREFIX: &str = "%.";

/// A field as a list of fields tells it.
#[derive(Clone, Copy, Debug)]
pub struct ListedField {
    /// Its name, dotted; `%` stands for the prefix of left-over keys.
    pub name: &'static str,
    /// Its type.
    pub kind: Type,
    /// What it holds, in one line.
    pub meaning: &'static str,
}

/// Lists fields, and names them for the code: `$first` is the number of the first one.
macro_rules! fields {
    ($list:ident from $first:expr; $($id:ident $name:literal $kind:ident $meaning:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, dead_code, reason = "only its discriminants are used")]
        #[repr(u16)]
        enum Number { $($id),* }

        impl FieldId {
            $(#[allow(dead_code, reason = "some fields are filled by user.ini's table alone")] #[doc = $meaning] pub(crate) const $id: Self = Self($first + Number::$id as u16);)*
        }

        /// The fields in document order.
        pub(crate) static $list: &[ListedField] = &[$(ListedField { name: $name, kind: Type::$kind, meaning: $meaning }),*];
    };
}
pub(crate) use fields;

impl FieldId {
    /// The first field that a log type adds.
    pub(crate) const FIRST_OWN: u16 = Self::EXTRA.0 + 1;

    /// The fields that stand behind the log type's own, right before what is left over.
    pub(crate) const LAST: [Self; 2] = [Self::UNPARSED, Self::EXTRA];
}

fields! {
    BASE from 0;
    TIMESTAMP "@timestamp" Date "When the event happened";
    ID "@id" Keyword "The document's id, without a suffix";
    LOG_TYPE "@log_type" Keyword "The section of user.ini";
    LOG_S3BUCKET "@log_s3bucket" Keyword "Bucket of the object";
    LOG_S3KEY "@log_s3key" Keyword "Key of the object";
    MESSAGE "@message" Text "The syslog line, its packet payload cut out unless raw_message says otherwise";
    ECS_VERSION "ecs.version" Keyword "Version of the Elastic Common Schema";
    CLOUD_PROVIDER "cloud.provider" Keyword "Cloud that the log came through";
    CLOUD_REGION "cloud.region" Keyword "Region of the bucket";
    CLOUD_ACCOUNT_ID "cloud.account.id" Keyword "Account that the function runs in";
    EVENT_MODULE "event.module" Keyword "The section of user.ini";
    EVENT_KIND "event.kind" Keyword "alert, event or pipeline_error";
    EVENT_CATEGORY "event.category" Keyword "ECS category";
    EVENT_TYPE "event.type" Keyword "ECS type: allowed, denied, …";
    EVENT_OUTCOME "event.outcome" Keyword "success or failure";
    EVENT_ACTION "event.action" Keyword "What was done; DetectOnly:Not… where it only would have been";
    EVENT_CODE "event.code" Keyword "Signature id of the header";
    EVENT_REASON "event.reason" Keyword "Why a URL was judged so";
    EVENT_PROVIDER "event.provider" Keyword "Deep Security module";
    EVENT_SEVERITY "event.severity" Long "Severity of the header, 0 to 10";
    EVENT_COUNT "event.count" Count "How often the event happened in a row";
    EVENT_CREATED "event.created" Date "When fluentd read the line";
    EVENT_INGESTED "event.ingested" Date "When the loader read the line";
    EVENT_ORIGINAL "event.original" Text "The event's own message";
    RULE_ID "rule.id" Keyword "Number of the rule in the console";
    RULE_NAME "rule.name" Keyword "Name of the rule or event";
    RULE_RULESET "rule.ruleset" Keyword "Deep Security module that the rule belongs to, by its name in the console";
    RULE_CATEGORY "rule.category" Keyword "Note or description of the rule";
    OBSERVER_VENDOR "observer.vendor" Keyword "Vendor of the header";
    OBSERVER_PRODUCT "observer.product" Keyword "Product of the header";
    OBSERVER_VERSION "observer.version" Keyword "Version of the header";
    OBSERVER_IP "observer.ip" Ip "Address of the agent's computer";
    OBSERVER_HOSTNAME "observer.hostname" Keyword "Name of the agent's computer";
    AGENT_NAME "agent.name" Keyword "Vendor, product and version";
    HOST_ID "host.id" Keyword "Number of the agent's computer";
    HOST_NAME "host.name" Keyword "Name of the agent's computer";
    HOST_IP "host.ip" Ip "Address of the agent's computer";
    HOST_HOSTNAME "host.hostname" Keyword "Name of the computer as it calls itself";
    HOST_DOMAIN "host.domain" Keyword "Domain of the computer";
    SOURCE_ADDRESS "source.address" Keyword "The peer, where source.ip is the client behind a proxy";
    SOURCE_IP "source.ip" Ip "Who did it";
    SOURCE_PORT "source.port" Port "Port of the source";
    SOURCE_MAC "source.mac" Mac "MAC address of the source";
    SOURCE_BYTES "source.bytes" Count "Bytes that came in";
    SOURCE_DOMAIN "source.domain" Keyword "Name of the source";
    SOURCE_USER_NAME "source.user.name" Keyword "User who did it";
    SOURCE_USER_ID "source.user.id" Keyword "Number of that user";
    DESTINATION_IP "destination.ip" Ip "Whom it was done to";
    DESTINATION_PORT "destination.port" Port "Port of the destination";
    DESTINATION_MAC "destination.mac" Mac "MAC address of the destination";
    DESTINATION_BYTES "destination.bytes" Count "Bytes that went out";
    DESTINATION_DOMAIN "destination.domain" Keyword "Name of the destination";
    DESTINATION_USER_NAME "destination.user.name" Keyword "User that was aimed at";
    CLIENT_IP "client.ip" Ip "Where somebody signed in to the Manager from";
    NETWORK_TRANSPORT "network.transport" Transport "tcp, udp, icmp, …";
    NETWORK_IANA_NUMBER "network.iana_number" Keyword "IANA number of the protocol";
    NETWORK_TYPE "network.type" Lowercase "ipv4 or ipv6";
    NETWORK_DIRECTION "network.direction" Keyword "ingress or egress";
    NETWORK_BYTES "network.bytes" Count "Bytes in both directions";
    NETWORK_COMMUNITY_ID "network.community_id" Keyword "Community ID of the flow, version 1, seed 0";
    NETWORK_PROTOCOL "network.protocol" Lowercase "http, dns or tls, where the packet shows it";
    NETWORK_FORWARDED_IP "network.forwarded_ip" Ip "Last address of X-Forwarded-For, as the agent tells it";
    SERVER_NAME "server.name" Keyword "Host that fluentd runs on";
    HTTP_REQUEST_METHOD "http.request.method" Keyword "Method of the request in the packet";
    HTTP_REQUEST_REFERRER "http.request.referrer" Keyword "Referer of the request in the packet";
    HTTP_RESPONSE_STATUS_CODE "http.response.status_code" Long "Status of the response in the packet";
    HTTP_VERSION "http.version" Keyword "Version of HTTP in the packet";
    URL_ORIGINAL "url.original" Keyword "Request target or URL as it was seen";
    URL_SCHEME "url.scheme" Keyword "Scheme";
    URL_DOMAIN "url.domain" Keyword "Host of the request";
    URL_PORT "url.port" Port "Port of the URL";
    URL_PATH "url.path" Keyword "Path of the request";
    URL_QUERY "url.query" Keyword "Query of the request";
    URL_FRAGMENT "url.fragment" Keyword "Fragment of the URL";
    USER_AGENT_ORIGINAL "user_agent.original" Keyword "User-Agent of the request in the packet";
    TLS_CLIENT_SERVER_NAME "tls.client.server_name" Keyword "Server that the TLS client in the packet asks for";
    DNS_TYPE "dns.type" Keyword "query or answer";
    DNS_QUESTION_NAME "dns.question.name" Keyword "Name that the DNS message in the packet asks for";
    DNS_QUESTION_TYPE "dns.question.type" Keyword "Type of that question";
    USER_NAME "user.name" Keyword "User";
    USER_ID "user.id" Keyword "Number of the user";
    USER_TARGET_NAME "user.target.name" Keyword "Account that a system event is about";
    FILE_PATH "file.path" Keyword "File, or what else was changed";
    FILE_DIRECTORY "file.directory" Keyword "Folder of the file";
    FILE_NAME "file.name" Keyword "Name of the file";
    FILE_EXTENSION "file.extension" Keyword "What stands behind the last dot of that name";
    FILE_SIZE "file.size" Count "Size of the file in bytes";
    FILE_HASH_MD5 "file.hash.md5" Keyword "MD5, lower case";
    FILE_HASH_SHA1 "file.hash.sha1" Keyword "SHA-1, lower case";
    FILE_HASH_SHA256 "file.hash.sha256" Keyword "SHA-256, lower case";
    REGISTRY_PATH "registry.path" Keyword "Registry key that was changed";
    PROCESS_NAME "process.name" Keyword "Name of the process";
    PROCESS_EXECUTABLE "process.executable" Keyword "Path of the process";
    PROCESS_PID "process.pid" Count "Number of the process";
    PROCESS_COMMAND_LINE "process.command_line" Keyword "Command line";
    VULNERABILITY_ID "vulnerability.id" Keyword "CVE numbers";
    VULNERABILITY_ENUMERATION "vulnerability.enumeration" Keyword "CVE";
    THREAT_FRAMEWORK "threat.framework" Keyword "MITRE ATT&CK";
    THREAT_TECHNIQUE_ID "threat.technique.id" Keyword "ATT&CK techniques";
    THREAT_SUBTECHNIQUE_ID "threat.technique.subtechnique.id" Keyword "ATT&CK sub-techniques";
    CONTAINER_ID "container.id" Keyword "Number of the container";
    CONTAINER_NAME "container.name" Keyword "Name of the container";
    CONTAINER_IMAGE_NAME "container.image.name" Keyword "Image of the container";
    DEVICE_TYPE "device.type" Keyword "unknown, usb or mobile";
    DEVICE_VENDOR_NAME "device.vendor.name" Keyword "Vendor of the device";
    DEVICE_MODEL_NAME "device.model.name" Keyword "Model of the device";
    DEVICE_SERIAL_NUMBER "device.serial_number" Keyword "Serial number of the device";
    LOG_SYSLOG_PRIORITY "log.syslog.priority" Long "PRI of the syslog header";
    LOG_SYSLOG_HOSTNAME "log.syslog.hostname" Keyword "Host of the syslog header";
    LOG_SYSLOG_APPNAME "log.syslog.appname" Keyword "Tag of the syslog header";
    RELATED_IP "related.ip" Ip "All addresses of the event";
    RELATED_HOSTS "related.hosts" Keyword "All host names of the event";
    RELATED_USER "related.user" Keyword "All users of the event";
    RELATED_HASH "related.hash" Keyword "All hashes of the event";
    ERROR_TYPE "error.type" Keyword "Kind of the failure";
    ERROR_MESSAGE "error.message" Text "Why the line could not be understood";
    TIMESTAMP_SOURCE "%.timestamp_source" Keyword "Which time @timestamp is: syslog, fluentd, field, key, object or load";
    TAG "%.tag" Keyword "fluentd's tag";
    UNPARSED "%.unparsed" Text "Text of the event that belongs to no key";
    EXTRA "%.extra" Flat "Keys that nobody knows, as they are";
}
