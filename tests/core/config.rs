//! The configuration: what a file says becomes types, and what is wrong with it is told with its place.

use std::path::{Path, PathBuf};

use es_loader::config::Config;
use es_loader::config::diagnostic::{Diagnostic, File, Severity};
use es_loader::config::log_type::{FileFormat, IndexTime, LogType, RawMessage, Rotation, SourceName};
use es_loader::map::compiled::{Choice, CompiledSections};
use es_loader::parse::header::HeaderField;
use es_loader::parse::syslog::SyslogField;
use es_loader::parse::time::{TimeFormat, Zone};
use proptest::prelude::*;

use crate::support::check;

fn file(name: &str, text: &str) -> File {
    File { name: name.to_owned(), text: text.to_owned() }
}

fn load(text: &str) -> Config {
    Config::load(&[file("user.ini", text)]).unwrap_or_else(|findings| panic!("{}", told(&findings)))
}

fn findings(text: &str) -> String {
    told(&check(&[file("user.ini", text)]))
}

fn told(findings: &[Diagnostic]) -> String {
    findings.iter().map(|finding| format!("{finding}\n")).collect()
}

/// A section that says nothing but what it must, and `lines`.
fn section(lines: &str) -> LogType {
    let config = load(&format!("[one]\nindex_name = log-one\ns3_key = one/\n{lines}\n"));
    config.log_types.iter().find(|log_type| log_type.name == "one").unwrap().clone()
}

fn deepsecurity(config: &Config) -> &LogType {
    config.log_types.iter().find(|log_type| log_type.name == "deepsecurity").unwrap()
}

fn sources(log_type: &LogType, field: &str) -> Option<Vec<SourceName>> {
    log_type.mappings.iter().find(|mapping| mapping.field == field).map(|mapping| mapping.sources.clone())
}

fn key(name: &str) -> SourceName {
    SourceName::Key(name.to_owned())
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn ini_files(folder: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ini"))
        .collect();
    paths.sort();
    paths
}

// What is told about each file under fixtures/config is in the .expected file beside it.
// `UPDATE_FIXTURES=1` writes it anew.
#[test]
fn each_fixture_is_told_what_its_expected_file_says() {
    let update = std::env::var_os("UPDATE_FIXTURES").is_some();
    let mut differing = Vec::new();
    for path in ini_files("fixtures/config") {
        let name = path.file_name().unwrap().to_str().unwrap();
        let told = told(&check(&[file(name, &std::fs::read_to_string(&path).unwrap())]));
        let expected_path = path.with_extension("expected");
        if update {
            std::fs::write(&expected_path, &told).unwrap();
        }
        let expected = std::fs::read_to_string(&expected_path).unwrap_or_default();
        if told != expected {
            differing.push(format!("{name}\n--- expected\n{expected}--- told\n{told}"));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn every_finding_in_the_fixtures_names_a_place_in_the_file_and_is_one_line() {
    for path in ini_files("fixtures/config") {
        let text = std::fs::read_to_string(&path).unwrap();
        for finding in check(&[file("fixture", &text)]) {
            let lines = text.replace("\r\n", "\n");
            let line = lines.trim_start_matches('\u{feff}').split('\n').nth(finding.position.line - 1);
            let columns = line.unwrap_or_else(|| panic!("{}: {finding}", path.display())).chars().count();
            assert!(finding.position.column >= 1 && finding.position.column <= columns.max(1), "{finding}");
            assert!(!finding.message.contains('\n') && !finding.message.ends_with('.'), "{finding}");
            assert!(finding.message.starts_with(|c: char| !c.is_uppercase()), "{finding}");
        }
    }
}

#[test]
fn every_file_in_config_loads() {
    let files = ini_files("config");
    assert!(files.len() >= 2);
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let told = check(&[file(path.to_str().unwrap(), &text)]);
        assert!(told.iter().all(|finding| finding.severity == Severity::Warning), "{}", self::told(&told));
    }
}

#[test]
fn the_reference_in_user_ini_names_every_default_and_an_example_that_loads() {
    let text = std::fs::read_to_string(root().join("config/user.ini")).unwrap();
    let settings: String =
        text.lines().filter_map(|line| line.strip_prefix(';')).map(|line| format!("{line}\n")).collect();
    let config = load(&settings);
    assert!(config.warnings.is_empty(), "{}", told(&config.warnings));
    let defaults = Config::load(&[]).unwrap();
    assert_eq!(format!("{:?}", deepsecurity(&config)), format!("{:?}", deepsecurity(&defaults)));
    assert_eq!(config.log_types[1].name, "mycef");
    let built_in = std::fs::read_to_string(root().join("config/default.ini")).unwrap();
    for key in built_in.lines().filter_map(|line| Some(line.split_once(" =")?.0)) {
        let named = settings.lines().any(|line| line.split(' ').next() == Some(key));
        assert!(named || key == "timestamp_nano", "{key} is not in the reference");
    }
}

#[test]
fn the_table_of_settings_has_each_with_its_form_its_meaning_and_a_default_unless_it_must_be_written() {
    let table = std::fs::read_to_string(root().join("config/keys.tsv")).unwrap();
    let mut names: Vec<&str> = Vec::new();
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [name, _, form, meaning, ..] = cells[..] else { panic!("{line:?} has {} cells", cells.len()) };
        assert!(!name.is_empty() && !form.is_empty() && meaning.ends_with('.'), "{line:?}");
        names.push(name);
    }
    let built_in = std::fs::read_to_string(root().join("config/default.ini")).unwrap();
    let mut expected: Vec<&str> =
        built_in.lines().filter_map(|line| Some(line.split_once(" =")?.0)).collect();
    expected.extend(["index_name", "s3_key", "log_pattern"]);
    // Upstream's settings that change nothing have no default to tell.
    expected.push("ignore_own_logs");
    names.sort_unstable();
    expected.sort_unstable();
    assert_eq!(names, expected);
}

#[test]
fn the_table_of_upstreams_keys_has_a_reason_and_a_way_out_for_each() {
    let table = std::fs::read_to_string(root().join("config/upstream-keys.tsv")).unwrap();
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [name, accepted, otherwise, reason, way_out] = cells[..] else {
            panic!("{line:?} has {} cells", cells.len())
        };
        assert!(![name, reason, way_out].contains(&""), "{line:?}");
        let told = findings(&format!("[one]\nindex_name = log-one\ns3_key = one/\n{name} = wrong\n"));
        let severity = if accepted == "*" { "warning" } else { otherwise };
        assert!(told.starts_with(&format!("user.ini:4:1: {severity}: key '{name}' ")), "{told}");
        for value in accepted.split(' ').filter(|value| *value != "*") {
            let told = findings(&format!("[one]\nindex_name = log-one\ns3_key = one/\n{name} = {value}\n"));
            assert_eq!(told, "", "{name}");
        }
    }
}

#[test]
fn without_files_the_section_of_the_article_is_there() {
    let config = Config::load(&[]).unwrap();
    assert!(config.warnings.is_empty(), "{}", told(&config.warnings));
    assert_eq!(config.log_types.len(), 1);
    let log_type = deepsecurity(&config);
    assert_eq!(log_type.index.name, "log-deepsecurity");
    assert_eq!(log_type.s3_key.as_str(), "ds_agent");
    assert!(matches!(log_type.file_format, FileFormat::Json));
    let table: Vec<String> =
        log_type.mappings.iter().map(|mapping| format!("{} {:?}", mapping.field, mapping.sources)).collect();
    let article = [
        ("event.action", "act"),
        ("destination.ip", "dst"),
        ("destination.port", "dpt"),
        ("destination.mac", "dmac"),
        ("destination.bytes", "out"),
        ("source.ip", "src"),
        ("source.port", "spt"),
        ("source.mac", "smac"),
        ("source.bytes", "in"),
        ("network.transport", "proto"),
        ("server.name", "hostname"),
        ("file.path", "fname"),
        ("event.count", "cnt"),
        ("rule.category", "cs1"),
        ("host.id", "cn1"),
        ("event.original", "msg"),
    ];
    let article: Vec<String> =
        article.iter().map(|(field, source)| format!("{field} {:?}", vec![key(source)])).collect();
    assert_eq!(table, article);
    assert!(log_type.statics.is_empty());
}

#[test]
fn the_article_has_its_two_old_names_warned_about_where_they_stand() {
    let text =
        std::fs::read_to_string(root().join("fixtures/config/the_section_of_the_article.ini")).unwrap();
    assert_eq!(
        findings(&text),
        "user.ini:2:1: warning: key 'index' is the old name of 'index_name'\n  help: write 'index_name'\n\
         user.ini:4:1: warning: key 'format' is the old name of 'file_format'\n  help: write 'file_format'\n"
    );
}

#[test]
fn the_shipped_file_draws_no_warning_and_names_no_field_twice() {
    let text = std::fs::read_to_string(root().join("config/user.ini")).unwrap();
    assert_eq!(findings(&text), "");
    let sections = CompiledSections::new(load(&text)).unwrap();
    assert!(sections.warnings().is_empty(), "{}", told(sections.warnings()));
    let list = text.lines().find_map(|line| line.strip_prefix("script_ecs = ")).unwrap();
    let mut fields: Vec<&str> = list.split(' ').collect();
    fields.sort_unstable();
    let all = fields.len();
    fields.dedup();
    assert_eq!(fields.len(), all);
}

#[test]
fn the_section_of_the_article_gives_the_shipped_table() {
    let text =
        std::fs::read_to_string(root().join("fixtures/config/the_section_of_the_article.ini")).unwrap();
    let fields = |config: &Config| -> Vec<String> {
        deepsecurity(config).mappings.iter().map(|mapping| mapping.field.clone()).collect()
    };
    assert_eq!(fields(&load(&text)), fields(&Config::load(&[]).unwrap()));
}

#[test]
fn settings_that_no_file_names_have_upstreams_defaults_and_ours() {
    let log_type = section("");
    assert_eq!(log_type.index.rotation, Rotation::Monthly);
    assert_eq!(log_type.index.time, IndexTime::Event);
    assert_eq!(log_type.index.tz, Zone::UTC);
    assert_eq!(log_type.index.suffix, "");
    assert!(log_type.s3_key_ignored.is_none());
    assert!(matches!(log_type.file_format, FileFormat::Json));
    assert!(log_type.event_time.keys.is_empty());
    assert_eq!(log_type.event_time.formats, [TimeFormat::Iso8601]);
    assert_eq!(log_type.event_time.tz, None);
    assert_eq!((&log_type.doc_id, &log_type.doc_id_suffix), (&None, &None));
    assert_eq!(log_type.field_prefix, "one");
    assert_eq!(log_type.raw_message, RawMessage::WithoutPacket);
    assert_eq!(log_type.ecs_version, "8.11.0");
    assert_eq!(log_type.cloud_provider, "aws");
    assert_eq!(log_type.redact_headers.len(), 8);
    let proxy = |address: &str| log_type.trusts(address.parse().unwrap());
    for inside in ["10.1.2.3", "172.31.0.1", "192.168.1.1", "127.0.0.1", "169.254.1.1", "100.64.0.1"] {
        assert!(proxy(inside), "{inside}");
    }
    for inside in ["::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1"] {
        assert!(proxy(inside), "{inside}");
    }
    for outside in ["172.32.0.1", "100.128.0.1", "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "::"] {
        assert!(!proxy(outside), "{outside}");
    }
}

// How a file is read: as Python's configparser does.

#[test]
fn keys_end_at_the_first_of_both_delimiters() {
    let log_type =
        section("source.ip: src\ndestination.ip =dst\nevent.action=a:b=c\nfile.path   :   = fname");
    assert_eq!(sources(&log_type, "source.ip").unwrap(), [key("src")]);
    assert_eq!(sources(&log_type, "destination.ip").unwrap(), [key("dst")]);
    assert_eq!(sources(&log_type, "event.action").unwrap(), [key("a:b=c")]);
    assert_eq!(sources(&log_type, "file.path").unwrap(), [key("="), key("fname")]);
}

#[test]
fn comments_have_a_line_of_their_own() {
    let log_type = section("  # indented = comment\n; also : one\nindex_suffix = a;b\nsource.ip = src ; dst");
    assert_eq!(log_type.index.suffix, "a;b");
    assert_eq!(sources(&log_type, "source.ip").unwrap(), [key("src"), key(";"), key("dst")]);
}

#[test]
fn indented_lines_go_on_with_the_value() {
    let log_type = section("source.ip = a\n    b\n# between\n\n\tc\n\n\nsource.port = d");
    assert_eq!(sources(&log_type, "source.ip").unwrap(), [key("a"), key("b"), key("c")]);
    assert_eq!(sources(&log_type, "source.port").unwrap(), [key("d")]);
}

#[test]
fn entries_at_the_same_depth_are_entries_of_their_own() {
    let config =
        load("  [one]\n  index_name = log-one\n  s3_key = one\n  source.ip = a\n     b\n  source.port = c");
    let log_type = &config.log_types[1];
    assert_eq!(sources(log_type, "source.ip").unwrap(), [key("a"), key("b")]);
    assert_eq!(sources(log_type, "source.port").unwrap(), [key("c")]);
}

#[test]
fn a_value_may_begin_below_its_key() {
    let log_type = section("ecs =\n    source.ip\n    source.port\nsource.ip = a\nsource.port = b");
    assert_eq!(log_type.mappings.len(), 2);
}

/// Why rust-ini is handed a levelled text: as they stand, it reads these lines otherwise, or refuses them.
#[test]
fn rust_ini_alone_does_not_read_what_configparser_reads() {
    let cases = [
        ("a.b = x\n# a comment\n  y\na.c = z", ["x\ny", "z"]),
        ("a.b = x\n  # a comment\n  y\na.c = z", ["x\ny", "z"]),
        ("  a.b = x\n    y\n  a.c = z", ["x\ny", "z"]),
        ("  # a comment\na.b = x\na.c = z", ["x", "z"]),
        ("a.b = x\\\na.c = z", ["x\\", "z"]),
        ("# a comment\ra.b = x\ra.c = z", ["x", "z"]),
    ];
    for (lines, expected) in cases {
        let text = format!("[one]\n{lines}\nindex_name = log-one\ns3_key = one/\nstatic_ecs = a.b a.c\n");
        let config = load(&text);
        let values: Vec<&str> = config.log_types[1].statics.iter().map(|line| line.value.as_str()).collect();
        assert_eq!(values, expected, "{lines:?}");
        let option = ini::ParseOption {
            enabled_quote: false,
            enabled_escape: false,
            enabled_indented_mutiline_value: true,
            enabled_preserve_key_leading_whitespace: false,
        };
        let alone = ini::Ini::load_from_str_opt(&text, option);
        let value = |key: &str| alone.as_ref().ok()?.get_from(Some("one"), key);
        assert_ne!([value("a.b"), value("a.c")], expected.map(Some), "{lines:?} needs no levelling any more");
    }
}

#[test]
fn quotes_and_backslashes_are_ordinary_characters() {
    let log_type = section(
        "index_suffix = 'x'\nfile_format = text\nlog_pattern = (?P<a>\\\"\\w+\\\")\\\\\nsource.ip = \"a\\\n  b\" 'c",
    );
    assert_eq!(log_type.index.suffix, "'x'");
    assert_eq!(sources(&log_type, "source.ip").unwrap(), [key("\"a\\"), key("b\""), key("'c")]);
    let FileFormat::Text(pattern) = &log_type.file_format else { panic!("not text") };
    assert_eq!(&pattern.captures("\"word\"\\").unwrap()["a"], "\"word\"");
}

#[test]
fn line_ends_and_byte_order_mark_of_other_systems_are_read() {
    let text = "[one]\nindex_name = log-one\ns3_key = one/\nsource.ip = a\n  b\n\n  c\n";
    let plain = load(text);
    for other in [text.replace('\n', "\r\n"), text.replace('\n', "\r"), format!("\u{feff}{text}")] {
        assert_eq!(load(&other).log_types[1].mappings, plain.log_types[1].mappings, "{other:?}");
    }
}

#[test]
fn keys_differ_by_case() {
    assert!(
        findings("[one]\nIndex_Name = x\ns3_key = one")
            .contains("2:1: error: unknown key 'Index_Name'\n  help: did you mean 'index_name'?")
    );
}

#[test]
fn default_values_are_inherited_and_overridden() {
    let config = load(
        "[DEFAULT]\nindex_tz = +09:00\nindex_rotation = daily\nsource.ip = src\n\
         [one]\nindex_name = log-one\ns3_key = one\nindex_rotation = weekly\n[DEFAULT]\nraw_message = never\n",
    );
    let one = &config.log_types[1];
    assert_eq!(one.index.rotation, Rotation::Weekly);
    assert_eq!(one.index.tz, Zone::Fixed(jiff::tz::offset(9)));
    assert_eq!(one.raw_message, RawMessage::Never);
    assert_eq!(sources(one, "source.ip").unwrap(), [key("src")]);
    let built_in = deepsecurity(&config);
    assert_eq!(built_in.index.rotation, Rotation::Daily);
    assert_eq!(built_in.raw_message, RawMessage::Never);
}

#[test]
fn references_are_resolved_in_the_section_then_in_default_then_elsewhere() {
    let config = load(
        "[DEFAULT]\nbase = log\nkind = default\n\
         [one]\nindex_name = ${base}-${kind}\ns3_key = one\\.gz$$\nkind = one\nsource.ip = src\nsource.address = ${source.ip} sourceAddress\n\
         [two]\nindex_name = ${one:index_name}-two\ns3_key = two\nsource.ip = ${one:source.ip} ${DEFAULT:kind} a$$b\n",
    );
    assert_eq!(config.log_types[1].index.name, "log-one");
    assert_eq!(config.log_types[1].s3_key.as_str(), r"one\.gz$");
    assert_eq!(sources(&config.log_types[1], "source.address").unwrap(), [key("src"), key("sourceAddress")]);
    assert_eq!(config.log_types[2].index.name, "log-one-two");
    assert_eq!(sources(&config.log_types[2], "source.ip").unwrap(), [key("src"), key("default"), key("a$b")]);
}

#[test]
fn references_see_what_a_later_file_says() {
    let first = file("a.ini", "[one]\nindex_name = log-${kind}\nkind = a\ns3_key = one\n");
    let second = file("b.ini", "[one]\nkind = b\n");
    assert_eq!(Config::load(&[first, second]).unwrap().log_types[1].index.name, "log-b");
}

#[test]
fn a_reference_to_an_old_name_is_a_reference_to_the_new_one() {
    let config = load(
        "[one]\nindex = log-x\ns3_key = one\n[two]\nindex_name = ${one:index}2\ns3_key = two\n[three]\nindex_name = ${one:index_name}3\ns3_key = three\n",
    );
    assert_eq!(config.log_types[2].index.name, "log-x2");
    assert_eq!(config.log_types[3].index.name, "log-x3");
}

// Files over files.

#[test]
fn a_later_file_overrides_key_by_key() {
    let first = file("opt.ini", "[deepsecurity]\nindex_rotation = daily\nraw_message = full\n");
    let second = file("user.ini", "[deepsecurity]\nraw_message = never\nsource.ip = sourceAddress src\n");
    let config = Config::load(&[first, second]).unwrap();
    let log_type = deepsecurity(&config);
    assert_eq!(config.log_types.len(), 1);
    assert_eq!(log_type.index.name, "log-deepsecurity");
    assert_eq!(log_type.index.rotation, Rotation::Daily);
    assert_eq!(log_type.raw_message, RawMessage::Never);
    assert_eq!(sources(log_type, "source.ip").unwrap(), [key("sourceAddress"), key("src")]);
    assert_eq!(log_type.mappings.len(), 16);
}

#[test]
fn a_new_name_overrides_the_old_one_of_an_earlier_file() {
    let config = load("[deepsecurity]\nindex_name = log-ds\nfile_format = cef\n");
    assert_eq!(deepsecurity(&config).index.name, "log-ds");
    assert!(matches!(deepsecurity(&config).file_format, FileFormat::Cef));
    assert!(config.warnings.is_empty(), "{}", told(&config.warnings));
}

#[test]
fn a_list_of_the_users_decides_which_built_in_lines_stay() {
    let config = load("[deepsecurity]\nscript_ecs = source.ip url.path\nurl.path = request\n");
    let fields: Vec<&str> =
        deepsecurity(&config).mappings.iter().map(|mapping| mapping.field.as_str()).collect();
    assert_eq!(fields, ["source.ip", "url.path"]);
}

#[test]
fn a_line_of_the_users_joins_the_built_in_table() {
    let config = load("[deepsecurity]\nurl.path = request\n");
    assert_eq!(deepsecurity(&config).mappings.len(), 17);
}

#[test]
fn an_empty_line_switches_a_field_off() {
    let config = load("[deepsecurity]\nevent.original =\n");
    assert_eq!(sources(deepsecurity(&config), "event.original"), None);
    assert_eq!(deepsecurity(&config).mappings.len(), 15);
}

#[test]
fn an_empty_s3_key_switches_the_built_in_section_off() {
    let config = load("[deepsecurity]\ns3_key =\n[one]\nindex_name = log-one\ns3_key = ds_agent\n");
    let names: Vec<&str> = config.log_types.iter().map(|log_type| log_type.name.as_str()).collect();
    assert_eq!(names, ["one"]);
    assert!(config.warnings.is_empty(), "{}", told(&config.warnings));
}

#[test]
fn the_first_section_that_matches_takes_the_key() {
    let config = load(
        "[one]\nindex_name = log-one\ns3_key = ^logs/one/\ns3_key_ignored = \\.tmp$$\n\
         [two]\nindex_name = log-two\ns3_key = ^logs/\n",
    );
    let sections = CompiledSections::new(config).unwrap();
    let name = |key: &str| match sections.for_key(key) {
        Choice::Load(section) => format!("takes {}", section.log_type().name),
        Choice::Ignored(name) => format!("ignored by {name}"),
        _ => "none".to_owned(),
    };
    assert_eq!(name("AWSLogs/ds_agent/2020/12/19/x.gz"), "takes deepsecurity");
    assert_eq!(name("logs/one/x.gz"), "takes one");
    assert_eq!(name("logs/one/x.tmp"), "ignored by one");
    assert_eq!(name("logs/two/x.tmp"), "takes two");
    assert_eq!(name("other/logs/one/x"), "none");
    assert_eq!(name(""), "none");
}

// Values.

#[test]
fn sources_are_keys_and_header_fields_in_order() {
    let log_type = section(
        "rule.name = cef.name name\nhost.name = syslog.hostname dvchost\nevent.code = cef.device_event_class_id",
    );
    assert_eq!(
        sources(&log_type, "rule.name").unwrap(),
        [SourceName::Header(HeaderField::Name), key("name")]
    );
    assert_eq!(
        sources(&log_type, "host.name").unwrap(),
        [SourceName::Syslog(SyslogField::Hostname), key("dvchost")]
    );
    assert_eq!(
        sources(&log_type, "event.code").unwrap(),
        [SourceName::Header(HeaderField::DeviceEventClassId)]
    );
}

#[test]
fn listed_constants_are_constants_and_other_lines_are_sources() {
    let log_type = section(
        "static_ecs = @log_type event.kind\n@log_type = apache\nevent.kind = an alert\nscript_ecs = event.kind\n\
         ecs = message\nmessage = msg\nevent.action = act",
    );
    let statics: Vec<(&str, &str)> =
        log_type.statics.iter().map(|line| (line.field.as_str(), line.value.as_str())).collect();
    assert_eq!(statics, [("@log_type", "apache"), ("event.kind", "an alert")]);
    let fields: Vec<&str> = log_type.mappings.iter().map(|line| line.field.as_str()).collect();
    assert_eq!(fields, ["message", "event.action"]);
}

#[test]
fn zones_are_read_as_upstream_writes_and_wrote_them() {
    let seconds = |text: &str| {
        section(&format!("index_tz = {text}")).index.tz.offset(jiff::Timestamp::UNIX_EPOCH).seconds()
    };
    assert_eq!(seconds("+09:00"), 9 * 3600);
    assert_eq!(seconds("09:00"), 9 * 3600);
    assert_eq!(seconds("9"), 9 * 3600);
    assert_eq!(seconds("9.0"), 9 * 3600);
    assert_eq!(seconds("-3.5"), -12600);
    assert_eq!(seconds("-03:30"), -12600);
    assert_eq!(seconds("+5:45"), 20700);
    assert_eq!(seconds("+00:00"), 0);
    assert_eq!(seconds("Asia/Tokyo"), 9 * 3600);
    assert_eq!(seconds("asia/kolkata"), 19800);
    assert_eq!(seconds("UTC"), 0);
    for wrong in
        ["JST", "Asia/Tokio", "+9:5:1", "+99:00", "9h", "+", "+-9", "inf", "1e1", "+09:60", "24", "9.9.9"]
    {
        let told = findings(&format!("[one]\nindex_name = x\ns3_key = one\nindex_tz = {wrong}"));
        assert!(told.contains("4:12: error: index_tz: "), "{wrong}: {told}");
    }
}

#[test]
fn time_formats_are_words_and_patterns() {
    let formats = |lines: &str| section(&format!("timestamp_key = rt\n{lines}")).event_time.formats;
    let pattern = |text: &str| TimeFormat::Strptime(text.to_owned());
    assert_eq!(formats("timestamp_format = epoch"), [TimeFormat::Epoch]);
    assert_eq!(
        formats("timestamp_format = %d/%b/%Y:%H:%M:%S %z"),
        [pattern("%d/%b/%Y:%H:%M:%S %z"), pattern("%d/%b/%Y:%H:%M:%S %:z")]
    );
    assert_eq!(
        formats("timestamp_format_list = [\"syslog\", \"%Y-%m-%d %H:%M:%S,%f\"]"),
        [TimeFormat::Syslog, pattern("%Y-%m-%d %H:%M:%S,%f")]
    );
    assert_eq!(
        formats("timestamp_format_list =\n  %b %d %Y %H:%M:%S\n  epoch iso8601"),
        [pattern("%b %d %Y %H:%M:%S"), TimeFormat::Epoch, TimeFormat::Iso8601]
    );
    assert_eq!(
        formats("timestamp_format_list = epoch, iso8601\ntimestamp_format = syslog"),
        [TimeFormat::Syslog, TimeFormat::Epoch, TimeFormat::Iso8601]
    );
    for fine in
        ["%s", "%Y%j", "%y%m%d%H%M%S", "%d.%m.%Y %I:%M %p", "%a %d %B %Y", "%Y-%m-%dT%H:%M:%S.%f", "%F %T"]
    {
        assert_eq!(formats(&format!("timestamp_format = {fine}")), [pattern(fine)]);
    }
}

#[test]
fn time_keys_come_in_order_and_once() {
    let time =
        section("timestamp_key = rt\ntimestamp_key_list = end rt syslog.hostname\ntimestamp_tz = +09:00")
            .event_time;
    assert_eq!(time.keys, [key("rt"), key("end"), SourceName::Syslog(SyslogField::Hostname)]);
    assert_eq!(time.tz, Some(Zone::Fixed(jiff::tz::offset(9))));
}

#[test]
fn a_pattern_for_lines_begins_at_their_start() {
    let log_type = section("file_format = text\nlog_pattern = (?P<a>b+|c)");
    let FileFormat::Text(pattern) = log_type.file_format else { panic!("not text") };
    assert_eq!(&pattern.captures("bbc").unwrap()["a"], "bb");
    assert!(pattern.captures("abb").is_none());
}

#[test]
fn a_prefix_is_made_of_the_sections_name() {
    let config = load(
        "[Linux-OS.x]\nindex_name = log-x\ns3_key = x\n[other]\nindex_name = log-y\ns3_key = yy\nfield_prefix = ds2\n",
    );
    assert_eq!(config.log_types[1].field_prefix, "linux_os_x");
    assert_eq!(config.log_types[2].field_prefix, "ds2");
}

#[test]
fn headers_are_compared_in_lower_case() {
    assert_eq!(section("redact_headers = Cookie X-Secret").redact_headers, ["cookie", "x-secret"]);
    assert!(section("redact_headers =").redact_headers.is_empty());
}

#[test]
fn proxies_are_blocks_and_single_addresses() {
    let log_type = section("trusted_proxies = 192.0.2.1, 2001:db8::/32\n    0.0.0.0/0");
    let text: Vec<String> = log_type.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(text, ["192.0.2.1/32", "2001:db8::/32", "0.0.0.0/0"]);
    assert!(section("trusted_proxies =").trusted_proxies.is_empty());
}

#[test]
fn blocks_contain_their_addresses_and_no_other() {
    let cases = [
        ("10.0.0.0", 8, "10.255.255.255", true),
        ("10.0.0.0", 8, "11.0.0.0", false),
        ("0.0.0.0", 0, "255.255.255.255", true),
        ("0.0.0.0", 0, "::1", false),
        ("::", 0, "ffff::", true),
        ("::", 0, "::ffff:10.0.0.1", false),
        ("192.0.2.1", 32, "192.0.2.1", true),
        ("192.0.2.1", 32, "192.0.2.2", false),
        ("::ffff:10.0.0.0", 104, "10.2.3.4", true),
        ("::ffff:10.0.0.0", 104, "::ffff:10.2.3.4", true),
        ("::ffff:10.0.0.0", 104, "11.2.3.4", false),
        ("fe80::", 10, "febf::1", true),
        ("fe80::", 10, "fec0::1", false),
    ];
    for (block, prefix, address, inside) in cases {
        let log_type = section(&format!("trusted_proxies = {block}/{prefix}"));
        assert_eq!(log_type.trusts(address.parse().unwrap()), inside, "{block}/{prefix} {address}");
    }
}

#[test]
fn findings_come_in_the_order_of_files_and_lines() {
    let files = [
        file("z.ini", "[one]\nindex_name = X\ns3_key = (\n"),
        file("a.ini", "[one]\nindex_rotation = dialy\nsource.ipp = src\n"),
    ];
    let places: Vec<String> = check(&files).iter().map(|finding| finding.position.to_string()).collect();
    assert_eq!(places, ["z.ini:2:14", "z.ini:3:10", "a.ini:2:18", "a.ini:3:1"]);
}

#[test]
fn what_sections_inherit_is_told_once() {
    let told =
        findings("[DEFAULT]\nindex_tz = JST\nunknown_thing = 1\n[one]\nindex_name = x\ns3_key = one\n");
    assert_eq!(told.matches("error").count(), 2, "{told}");
}

#[test]
fn many_sections_with_many_fields_are_read_in_linear_time() {
    let mut text = String::new();
    for section in 0..42 {
        text.push_str(&format!("[sec{section}]\nindex_name = log-s{section}\ns3_key = ^s{section}/\n"));
        for field in 0..200 {
            text.push_str(&format!("own{field}.value = key{field}\n"));
        }
    }
    let begun = std::time::Instant::now();
    let sections = CompiledSections::new(load(&text)).unwrap();
    assert_eq!(sections.iter().count(), 43);
    // A debug build on a busy machine takes a second; quadratic work took several minutes in one.
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}

#[test]
fn a_field_may_not_stand_deeper_than_opensearch_takes() {
    let deep = |levels: usize| vec!["a"; levels].join(".");
    assert_eq!(findings(&format!("[one]\nindex_name = log-one\ns3_key = one\n{} = src", deep(20))), "");
    let found = findings(&format!("[one]\nindex_name = log-one\ns3_key = one\n{} = src", deep(21)));
    assert!(found.contains("user.ini:4:1: error") && found.contains("20 levels"), "{found}");
}

#[test]
fn references_go_ten_deep() {
    let chain = |length: usize| {
        let mut text = "[one]\nindex_name = log-one\ns3_key = one\nv0 = src\n".to_owned();
        for level in 1..length {
            text.push_str(&format!("v{level} = ${{v{}}}\n", level - 1));
        }
        format!("{text}source.ip = ${{v{}}}\n", length - 1)
    };
    assert_eq!(sources(&load(&chain(10)).log_types[1], "source.ip").unwrap(), [key("src")]);
    assert!(findings(&chain(11)).contains("references go deeper than 10 in the value of 'source.ip'"));
}

#[test]
fn a_chain_of_references_that_would_fill_the_memory_is_refused() {
    let mut text = "[one]\nindex_name = log-one\ns3_key = one\nv0 = xxxxxxxxxx\n".to_owned();
    for level in 1..10 {
        text.push_str(&format!("v{level} = {}\n", format!("${{v{}}}", level - 1).repeat(10)));
    }
    text.push_str("source.ip = ${v9}\n");
    assert!(findings(&text).contains("more than 1000 references"));
    let empty = text.replace("xxxxxxxxxx", "");
    assert!(findings(&empty).contains("more than 1000 references"));
}

proptest! {
    #![proptest_config(crate::cases(100))]

    #[test]
    fn any_text_is_read_without_a_panic(text in ".{0,200}", lines in arbitrary_lines()) {
        for text in [text, lines] {
            for finding in check(&[file("user.ini", &text)]) {
                prop_assert!(!finding.message.contains("defect"), "{finding}\n{text}");
                prop_assert!(&*finding.position.file == "user.ini", "{finding}\n{text}");
                let lines = text.replace("\r\n", "\n").replace('\r', "\n");
                prop_assert!(finding.position.line <= lines.split('\n').count(), "{finding}\n{text}");
            }
        }
    }

    #[test]
    fn values_come_back_as_they_were_written(values in prop::collection::vec("[ -~]{0,30}", 1..6)) {
        let mut text = "[one]\nindex_name = log-one\ns3_key = one\nstatic_ecs = ".to_owned();
        for at in 0..values.len() {
            text.push_str(&format!("x.f{at} "));
        }
        for (at, value) in values.iter().enumerate() {
            text.push_str(&format!("\nx.f{at} = {}", value.replace('$', "$$")));
        }
        let is_list = |value: &String| value.trim().starts_with('[') && value.contains(',');
        prop_assume!(!values.iter().any(is_list));
        let config = load(&text);
        let mut statics = config.log_types[1].statics.iter();
        for value in values.iter().filter(|value| !value.trim().is_empty()) {
            let value = value.trim();
            let bare = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).map_or(value, str::trim);
            prop_assert_eq!(&statics.next().unwrap().value, bare);
        }
    }
}

/// Lines made of the pieces that a reader of ini files can stumble over.
fn arbitrary_lines() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "[",
        "]",
        "[one]",
        "[DEFAULT]",
        "\n",
        "\n",
        "\n",
        "\r\n",
        "\r",
        " ",
        "  ",
        "\t",
        "=",
        ":",
        "#",
        ";",
        "$",
        "${",
        "}",
        "${s3_key}",
        "${one:s3_key}",
        "\\",
        "\\\n",
        "\"",
        "'",
        "\u{feff}",
        "\u{a0}",
        "\u{2028}",
        "\0",
        "a",
        "source.ip",
        "source",
        "ecs",
        "s3_key",
        "index_name",
        "index",
        "static_ecs",
        "file_format",
        "text",
        "log_pattern",
        "(?P<a>",
        ")",
        "*",
        "日本",
        "trusted_proxies",
        "10.0.0.0/8",
        "timestamp_format",
        "%Y",
        "%",
        "timestamp_format_list",
        "[\"",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

#[test]
fn a_setting_that_says_nothing_by_a_comma_a_quote_or_its_format_is_told() {
    for (lines, message) in [
        ("json_delimiter = a.b", "json_delimiter: the dot is part of its value"),
        ("json_to_text = a, b", "json_to_text: a comma or a bracket is part of its value"),
        ("json_to_text = [a, b]", "json_to_text: a comma or a bracket is part of its value"),
        ("timestamp_key_list = a,b", "timestamp_key_list: a comma or a bracket is part of its value"),
        ("csv_columns = a b", "key 'csv_columns' has no effect without 'file_format = csv'"),
        ("csv_delimiter = ;", "key 'csv_delimiter' has no effect without 'file_format = csv'"),
        ("file_format = csv\njson_delimiter = a", "key 'json_delimiter' has no effect"),
        ("file_format = cef\njson_to_text = a", "key 'json_to_text' has no effect"),
        ("file_format = csv\nproducts = + Acme Guard", "key 'products' has no effect"),
        ("static_ecs = labels.a\nlabels.a = \"x\"", "labels.a: the quotes are part of its value"),
        ("static_ecs = labels.a\nlabels.a = [\"x\", \"y\"]", "labels.a: the quotes are part of its value"),
        ("file_format = csv\ncsv_columns = a, b", "a comma or a quote stands in the name of a column"),
        ("timestamp_format = %Y/%b/%d %h:%M", "mixes up codes"),
        ("timestamp_format = %Y-%m-%d %I:%M:%S", "mixes up codes"),
        ("timestamp_format = %Y-%m-%d %H:%M:%s", "mixes up codes"),
        ("timestamp_format_list = '%Y-%m-%d',", "has a quote or a comma at its end"),
    ] {
        let lines =
            if lines.contains("%") { format!("timestamp_key = a\n{lines}") } else { lines.to_owned() };
        let told = findings(&format!("[one]\nindex_name = log-one\ns3_key = one/\n{lines}\n"));
        assert!(told.contains(message), "{lines}: {told}");
    }
    for sound in [
        "timestamp_key_list = [a, b]",
        // Events of CEF in a section of one's own are read as those of the products that it names.
        "file_format = cef\nproducts = + Acme Guard",
        "timestamp_key = a\ntimestamp_format = %s.%f",
        "timestamp_key = a\ntimestamp_format = '%d/%b/%Y:%H:%M:%S %z'",
        "timestamp_key = a\ntimestamp_format = %m/%d/%Y %I:%M:%S %p",
        "static_ecs = labels.a\nlabels.a = [x, y]",
        "file_format = csv\ncsv_columns = a b | c\ncsv_delimiter = ,",
    ] {
        assert_eq!(findings(&format!("[one]\nindex_name = log-one\ns3_key = one/\n{sound}\n")), "");
    }
}
