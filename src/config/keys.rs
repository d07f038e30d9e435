//! The keys that a section can have: the settings, and upstream's keys that are no settings here.
//!
//! Every key of upstream's aws.ini stands in one of the two tables, so that none is ignored in silence.

/// The settings, in the order in which the documentation names them.
pub(super) const SETTINGS: [&str; 28] = [
    "index_name",
    "file_format",
    "log_pattern",
    "s3_key",
    "s3_key_ignored",
    "ecs",
    "script_ecs",
    "static_ecs",
    "timestamp_key",
    "timestamp_key_list",
    "timestamp_format",
    "timestamp_format_list",
    "timestamp_tz",
    "index_rotation",
    "index_time",
    "index_tz",
    "index_suffix",
    "doc_id",
    "doc_id_suffix",
    "field_prefix",
    "trusted_proxies",
    "raw_message",
    "redact_headers",
    "ecs_version",
    "cloud_provider",
    "timestamp_nano",
    "ignore_own_logs",
    "ignore_container_stderr",
];

/// Settings with an older name.
const OLD_NAMES: [(&str, &str); 2] = [("index", "index_name"), ("format", "file_format")];

/// What becomes of an upstream key that is no setting here.
#[derive(Clone, Copy, Debug)]
pub(super) enum Upstream {
    /// Fine at these values in any case of letters, which ask for nothing; any other is refused: why, and the way out.
    OnlyAt { values: &'static [&'static str], reason: &'static str, way_out: &'static str },
    /// Taken with a warning.
    NoEffect { reason: &'static str },
}

/// Upstream's keys that are no settings here.
const UPSTREAM: [(&str, Upstream); 21] = [
    ("bump_version", NO_VERSION),
    ("custom_user_agent_ver", NO_VERSION),
    (
        "custom_user_agent",
        only_at(&["", "AesSiemEsLoader"], "the user agent cannot be chosen", "take the line out"),
    ),
    (
        "exclude_log_patterns_filename",
        only_at(
            &["", "exclude_log_patterns.csv"],
            "lines are not excluded by a CSV file",
            "leave out whole objects with 's3_key_ignored'",
        ),
    ),
    (
        "via_cwl",
        only_at(
            NO,
            "objects written by CloudWatch Logs are not read",
            "let fluentd write to S3, or take the line out",
        ),
    ),
    (
        "via_firelens",
        only_at(
            NO,
            "objects written by FireLens are not unwrapped",
            "let fluentd write to S3, or take the line out",
        ),
    ),
    (
        "loggroup",
        only_at(
            &["", "dummy"],
            "there is no input from Kinesis",
            "take the line out: 's3_key' tells log types apart",
        ),
    ),
    (
        "json_delimiter",
        only_at(&[""], "each line is one event, lists of events are not taken apart", "take the line out"),
    ),
    ("text_header_line_number", only_at(&["", "0"], "lines are not skipped", "take the line out")),
    ("ignore_header_line_number", only_at(&["", "0"], "lines are not skipped", "take the line out")),
    ("multiline_firstline", only_at(&[""], "each line is one event", "take the line out")),
    ("xml_firstline", only_at(&[""], "XML is not read", "take the line out")),
    ("max_log_count", Upstream::NoEffect { reason: "an object is split when the function's time runs out" }),
    (
        "file_timestamp_format",
        only_at(&[""], "a time in the object's key is found without it", "take the line out"),
    ),
    (
        "renamed_newfields",
        only_at(&[""], "fields are not renamed before they are mapped", "write '<field> = <source>' lines"),
    ),
    (
        "json_to_text",
        only_at(&[""], "a field has the same type in every document without it", "take the line out"),
    ),
    (
        "geoip",
        only_at(
            &[""],
            "there is no GeoIP database in the loader",
            "take the line out, and use an ingest pipeline with the ip2geo processor",
        ),
    ),
    ("ioc_ip", NO_INDICATORS),
    ("ioc_domain", NO_INDICATORS),
    (
        "clientip_xff",
        only_at(
            &[""],
            "the client is always looked for in X-Forwarded-For",
            "name your proxies in 'trusted_proxies'",
        ),
    ),
    (
        "user_agent_enrichment_field",
        only_at(
            &[""],
            "user agents are not taken apart",
            "take the line out: 'user_agent.original' is filled",
        ),
    ),
];

const NO: &[&str] = &["", "False", "no", "off", "0"];
const NO_VERSION: Upstream = Upstream::NoEffect { reason: "es-loader tells its own version" };
const NO_INDICATORS: Upstream = only_at(
    &[""],
    "there is no database of indicators in the loader",
    "take the line out, and use threat intelligence of OpenSearch's Security Analytics",
);

const fn only_at(values: &'static [&'static str], reason: &'static str, way_out: &'static str) -> Upstream {
    Upstream::OnlyAt { values, reason, way_out }
}

/// The new name of a key that has one.
pub(super) fn new_name(key: &str) -> Option<&'static str> {
    OLD_NAMES.iter().find(|(old, _)| *old == key).map(|(_, new)| *new)
}

/// Whether `key` is a setting, by its new name.
pub(super) fn is_setting(key: &str) -> bool {
    SETTINGS.contains(&key)
}

/// What becomes of `key`, if it is one of upstream's that are no settings here.
pub(super) fn upstream(key: &str) -> Option<Upstream> {
    UPSTREAM.iter().find(|(name, _)| *name == key).map(|(_, upstream)| *upstream)
}

/// Whether `key` is any key with a meaning of its own, by whichever name.
pub(super) fn is_known(key: &str) -> bool {
    is_setting(key) || new_name(key).is_some() || upstream(key).is_some()
}

/// Every key that a typing error can have been meant as.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SETTINGS.into_iter().chain(UPSTREAM.iter().map(|(name, _)| *name))
}
