//! Configurations as people write them: what is told of each kind of slip, and what is loaded all the same.

use std::path::PathBuf;

use es_loader::config::Config;
use es_loader::config::diagnostic::{Diagnostic, File};
use es_loader::document::problem::Problem;
use es_loader::local::not_used::not_used;
use es_loader::local::settings;
use es_loader::map::compiled::{Choice, CompiledSections};
use es_loader::report::{ObjectReport, Outcome, Report, metrics};
use serde_json::json;

use crate::support::{
    agent_event, document_by, fluentd_line, load_bytes, packet_event, plan_of_section, plan_with,
};

fn files(text: &str) -> [File; 1] {
    [File { name: "user.ini".to_owned(), text: text.to_owned() }]
}

/// All that `check` tells.
fn told(text: &str) -> String {
    let findings = match Config::load(&files(text)).and_then(CompiledSections::new) {
        Ok(sections) => sections.warnings().to_vec(),
        Err(findings) => findings,
    };
    findings.iter().map(|finding: &Diagnostic| format!("{finding}\n")).collect()
}

fn deepsecurity(lines: &str) -> String {
    told(&format!("[deepsecurity]\n{lines}\n"))
}

/// What the function would load by.
fn sound(text: &str) -> CompiledSections {
    Config::load_sound(&files(text))
        .and_then(CompiledSections::new)
        .unwrap_or_else(|found| panic!("{found:?}"))
}

#[test]
fn quotes_and_comments_that_spoil_a_value_are_told_with_the_way_out() {
    for (line, help) in [
        ("index_name = \"log-ds\"", "write it without quotes"),
        ("index_suffix = \"prod\"", "write it without quotes"),
        ("index_name = log-ds ; mine", "put the comment on a line of its own"),
        ("index_suffix = prod  # ours", "put the comment on a line of its own"),
    ] {
        let told = deepsecurity(line);
        assert!(told.contains(": error: ") && told.contains(help), "{line}: {told}");
    }
}

#[test]
fn a_reference_to_a_section_of_upstreams_file_says_which_file_to_name() {
    let told = deepsecurity("index_suffix = ${cloudhsm:index_name}");
    assert!(
        told.contains("unknown section 'cloudhsm'") && told.contains("upstream's aws.ini has it"),
        "{told}"
    );
    let told = deepsecurity("index_suffix = ${waf:index_name}");
    assert!(told.contains("write 'log_types = waf' into [DEFAULT]"), "{told}");
    let told = deepsecurity("index_suffix = ${deepsecurty:index_name}");
    assert!(told.contains("did you mean 'deepsecurity'"), "{told}");
}

#[test]
fn an_s3_key_that_is_written_like_something_else_is_told() {
    for (written, help) in [
        ("\"ds_agent\"", "write 'ds_agent'"),
        ("'ds_agent'", "write 'ds_agent'"),
        ("/ds_agent/", "write 'ds_agent'"),
        ("^/ds_agent", "write 'ds_agent'"),
        ("s3://bucket/ds_agent/", "write 'ds_agent'"),
        ("s3://bucket/ds_agent/*", "write 'ds_agent'"),
        ("[\"ds_agent/\", 'ds_manager/']", "write 'ds_agent|ds_manager'"),
        ("S3://my-logs/a/ds_agent", "write 'a/ds_agent'"),
        ("arn:aws:s3:::my-logs/ds_agent/", "write 'ds_agent'"),
        ("https://my-logs.s3.amazonaws.com/ds_agent/", "write 'ds_agent'"),
        ("./ds_agent/", "write 'ds_agent'"),
        ("r\"^ds_agent/\"", "write '^ds_agent'"),
        ("ds_agent, ds_manager", "write 'ds_agent|ds_manager'"),
        ("ds_agent ds_manager", "write 'ds_agent|ds_manager'"),
        ("^ds_agent/*.gz", "write '^ds_agent/.*\\.gz'"),
        ("ds_agent/**/*.gz", "write 'ds_agent/.*\\.gz'"),
        ("ds_agent/%Y/%m/%d/", "write 'ds_agent/'"),
        ("ds_agent/yyyy/MM/dd/", "write 'ds_agent/'"),
        ("%(env)s/ds_agent/", "write '${env}/ds_agent/'"),
        ("^ds_agent/ # my logs", "write '^ds_agent/'"),
        ("ds_agent ; my logs", "write 'ds_agent'"),
        ("ds_agent/.*gz$$ ; the end", "write 'ds_agent/.*gz$$'"),
        ("ds_agent/**/gz", "write 'ds_agent/.*gz'"),
        ("[\"ds_agent/\", \"\"]", "write 'ds_agent'"),
        ("s3://bucket", "write the folder in which the objects stand"),
        ("zzz|", "matches every key"),
        ("(a|)", "matches every key"),
    ] {
        let told = deepsecurity(&format!("s3_key = {written}"));
        assert!(told.starts_with("user.ini:2:10: warning: s3_key "), "{written}: {told}");
        assert!(told.contains(help), "{written}: {told}");
    }
    for fine in [
        "ds_agent",
        "^ds_agent/",
        "a/b/.*\\.gz$$",
        "ds.?agent",
        "ds_agent/*",
        "ds_[a-z]{2, 9}/",
        "(ds agent|ds)/",
        "fancy/ds",
    ] {
        assert_eq!(deepsecurity(&format!("s3_key = {fine}")), "", "{fine}");
    }
}

#[test]
fn keys_to_be_ignored_are_checked_as_those_to_be_loaded_and_not_all_of_them_can_be_ignored() {
    for (written, help) in [
        (r"\.tmp$$ ; temporary", r"write '\.tmp$$'"),
        (r#""\.tmp$$""#, "quotes are part of the regex"),
        (r"\.tmp$$, \.bak$$", r"write '\.tmp$$|\.bak$$'"),
        ("tmp/, bak/", "write 'tmp/|bak/'"),
        ("tmp/\n bak/", "write 'tmp/|bak/'"),
        ("s3://bucket/tmp/", "write 'tmp'"),
        ("^/tmp/", "write 'tmp'"),
        (".", "no object would be loaded"),
        (".*", "no object would be loaded"),
        ("tmp|", "no object would be loaded"),
    ] {
        let told = deepsecurity(&format!("s3_key_ignored = {written}"));
        assert!(told.starts_with("user.ini:2:18: warning: s3_key_ignored "), "{written}: {told}");
        assert!(told.contains(help), "{written}: {told}");
    }
    for fine in ["", "/CloudTrail-Digest/", r"\.tmp$$", "tmp/|bak/"] {
        assert_eq!(deepsecurity(&format!("s3_key_ignored = {fine}")), "", "{fine}");
    }
}

#[test]
fn a_header_to_be_redacted_has_no_star_and_its_underscores_are_hyphens() {
    let told = deepsecurity("redact_headers = +x-secret-*");
    assert!(told.contains("error: redact_headers: 'x-secret-*' is no name of an HTTP header"), "{told}");
    let sections = sound("[deepsecurity]\nredact_headers = +X_Secret_Key");
    let headers = &sections.named("deepsecurity").unwrap().log_type().redact_headers;
    assert!(headers.contains(&"x-secret-key".to_owned()), "{headers:?}");
}

#[test]
fn sources_of_json_and_columns_that_are_hardly_meant_are_told() {
    for format in ["json", "csv"] {
        for (line, what) in [
            ("source.ip = src, client", "has a comma: part sources by blanks"),
            ("user.name = \"u\"", "has a quote: write it without quotes"),
            ("source.port = spt ; port", "begins like a comment"),
            ("user.id = items[0].id", "has a bracket: write the place of an element behind a dot"),
        ] {
            let text =
                format!("[mine]\nindex_name = log-mine\ns3_key = mine/\nfile_format = {format}\n{line}");
            let told = self::told(&text);
            let what = what.split(": ");
            assert!(told.contains("user.ini:5:1: warning: source "), "{text}: {told}");
            what.for_each(|what| assert!(told.contains(what), "{text}: {told}"));
        }
        let fine = format!(
            "[mine]\nindex_name = log-mine\ns3_key = mine/\nfile_format = {format}\nsource.ip = [a, b]"
        );
        assert_eq!(told(&fine), "");
    }
}

#[test]
fn an_object_that_no_section_takes_is_counted_and_a_load_of_nothing_else_is_unfinished() {
    let not_taken = ObjectReport::not_loaded("s3://b/other/x.gz", Outcome::not_taken(&Choice::Unknown));
    let line = metrics::emf(&not_taken, jiff::Timestamp::UNIX_EPOCH, "INFO").unwrap();
    assert!(line.contains("\"SkippedLogFileCount\":1"), "{line}");
    let ignored = ObjectReport::not_loaded("s3://b/other/x.gz", Outcome::not_taken(&Choice::Ignored("one")));
    assert_eq!(metrics::emf(&ignored, jiff::Timestamp::UNIX_EPOCH, "INFO"), None);
    let mut report = Report::default();
    report.add(&not_taken);
    assert_eq!(report.exit_status() as u8, 2);
    report.add(&ObjectReport::not_loaded("s3://b/ds_agent/x.gz", Outcome::Loaded));
    assert_eq!(report.exit_status() as u8, 0);
    let mut report = Report::default();
    report.add(&ignored);
    assert_eq!(report.exit_status() as u8, 0);
}

#[test]
fn commas_quotes_and_comments_in_sources_are_errors() {
    for (line, what) in [
        ("source.ip = src, dvc", "has a comma"),
        ("source.ip = src,dvc", "has a comma"),
        ("source.ip = \"src\"", "has a quote"),
        ("source.ip = 'src'", "has a quote"),
        ("source.ip = src # the attacker", "begins like a comment"),
        ("source.ip = src ; the attacker", "begins like a comment"),
    ] {
        let told = deepsecurity(line);
        assert!(told.contains("user.ini:2:1: error: source ") && told.contains(what), "{line}: {told}");
        let cef = format!("[mycef]\nindex_name = log-mycef\ns3_key = mycef/\nfile_format = cef\n{line}");
        assert!(self::told(&cef).contains(what), "{cef}");
    }
}

#[test]
fn a_key_that_no_event_has_is_told_with_what_was_meant() {
    for (written, meant) in
        [("suesr", "suser"), ("TrendMicroDsTenat", "TrendMicroDsTenant"), ("filePaht", "filePath")]
    {
        let told = deepsecurity(&format!("user.name = {written}"));
        assert!(
            told.contains(&format!("warning: source '{written}' of user.name is no known key")),
            "{told}"
        );
        assert!(told.contains(&format!("did you mean '{meant}'?")), "{told}");
    }
    for known in ["suser", "cs1", "cn3", "hostname", "cef.name", "duser suser"] {
        assert_eq!(deepsecurity(&format!("user.name = {known}")), "", "{known}");
    }
    let text = "[deepsecurity]\nuser.name = myOwnKey\n";
    let sections = CompiledSections::new(Config::load(&files(text)).unwrap()).unwrap();
    assert_eq!(sections.warnings().len(), 1);
    assert!(sections.clone().knowing(|key| key == "myOwnKey").warnings().is_empty());
    assert_eq!(sections.knowing(|key| key == "other").warnings().len(), 1);
}

#[test]
fn a_constant_that_no_list_names_is_told() {
    for text in
        ["[deepsecurity]\nlabels.env = prod\n", "[a]\nindex_name = log-a\ns3_key = a/\nlabels.site = tokyo\n"]
    {
        let told = told(text);
        assert!(told.contains("warning: source ") && told.contains("in 'static_ecs'"), "{told}");
    }
    assert_eq!(deepsecurity("static_ecs = labels.env\nlabels.env = prod"), "");
}

#[test]
fn a_typing_error_beside_a_label_is_told_with_what_was_meant() {
    for (line, meant) in [
        (
            "labels.tenant = TrendMicroDsTenat",
            "did you mean 'TrendMicroDsTenant'? if 'TrendMicroDsTenat' is its value, list",
        ),
        ("labels.host = dvchots", "did you mean 'dvchost'?"),
        ("lables.tenant = TrendMicroDsTenant", "did you mean 'labels.tenant'?"),
        ("label.tenant = TrendMicroDsTenant", "did you mean 'labels.tenant'?"),
    ] {
        let told = deepsecurity(line);
        assert!(told.contains(meant), "{line}: {told}");
    }
    // A short value is near to a key by chance.
    let told = deepsecurity("labels.env = dev");
    assert!(told.contains("in 'static_ecs'") && !told.contains("did you mean"), "{told}");
    assert_eq!(deepsecurity("labels.tenant = TrendMicroDsTenant"), "");
}

#[test]
fn a_section_whose_name_is_nearly_a_built_in_one_is_told() {
    for name in ["DeepSecurity", "deep_security", "deep-security", "deepsecurty"] {
        let told = told(&format!("[{name}]\nindex_name = log-x\ns3_key = x/\n"));
        assert!(told.contains(&format!("user.ini:1:1: warning: section [{name}] is another one")), "{told}");
    }
    assert_eq!(told("[waf]\nindex_name = log-x\ns3_key = x/\n"), "");
}

#[test]
fn a_list_that_leaves_out_built_in_lines_names_them() {
    let told = deepsecurity("script_ecs = source.ip destination.ip");
    assert!(
        told.contains("user.ini:2:1: warning: 'script_ecs' leaves out 14 of the built-in lines: "),
        "{told}"
    );
    assert!(told.contains("event.action") && told.contains("server.name"), "{told}");
}

#[test]
fn a_list_of_names_tells_which_built_in_ones_it_leaves_out_and_a_minus_sign_leaves_out_one() {
    for (line, dropped) in [
        (
            "redact_headers = x-foo",
            "'redact_headers' leaves out 8 of the built-in names: cookie, set-cookie, authorization",
        ),
        ("redact_headers =", "'redact_headers' leaves out 8 of the built-in names: cookie"),
        ("redact_params = pin Pass_Word", "of the built-in names: passwd, pwd"),
        ("redact_keys = token", "of the built-in names: password, passwd"),
    ] {
        let told = deepsecurity(line);
        assert!(told.contains("user.ini:2:1: warning: ") && told.contains(dropped), "{line}: {told}");
        assert_eq!(told.matches("warning").count(), 1, "{told}");
    }
    for (line, fault) in [
        ("redact_keys = none", ": 'none' would be the only name"),
        ("redact_params = off", ": 'off' would be the only name"),
        ("redact_params = -pasword", ": 'pasword' is none of the built-in names"),
        ("redact_headers = -cookie x-foo", ": 'x-foo' has no '+' and no '-'"),
    ] {
        let told = deepsecurity(line);
        assert!(told.contains("error: ") && told.contains(fault), "{line}: {told}");
    }
    let all = sound("").named("deepsecurity").unwrap().log_type().redaction.params.len();
    let params = |line: &str| {
        assert_eq!(deepsecurity(line), "", "{line}");
        let sections = sound(&format!("[deepsecurity]\n{line}\n"));
        sections.named("deepsecurity").unwrap().log_type().redaction.params.clone()
    };
    assert_eq!(params("redact_params = -password").len(), all - 1);
    assert_eq!(params("redact_params = -SESSIONID -sig").len(), all - 2);
    let mixed = params("redact_params = +pin -token");
    assert!(
        mixed.len() == all
            && mixed.iter().any(|name| name == "pin")
            && mixed.iter().all(|name| name != "token")
    );
}

#[test]
fn one_address_that_the_table_puts_among_the_related_ones_stays_there() {
    for (line, expected) in [
        ("related.ip = extra", json!(["10.0.0.1", "192.0.2.44"])),
        ("related.ip = dvc", json!(["10.0.0.1", "192.0.2.9"])),
        ("related.ip = [extra, dvc]", json!(["10.0.0.1", "192.0.2.44", "192.0.2.9"])),
    ] {
        let event = agent_event("20", "dvc=192.0.2.9 act=Log src=10.0.0.1 extra=192.0.2.44");
        let document = document_by(&plan_with(line), &event);
        let mut related = document.get("related.ip").as_array().cloned().unwrap_or_default();
        related.sort_by_key(ToString::to_string);
        let missing: Vec<_> =
            expected.as_array().into_iter().flatten().filter(|ip| !related.contains(ip)).collect();
        assert!(missing.is_empty(), "{line}: {}", document.json);
    }
}

#[test]
fn an_empty_line_switches_its_field_off_everywhere() {
    let plan = plan_with("source.ip =");
    let document =
        document_by(&plan, &agent_event("1000552", "act=Reset src=203.0.113.9 dst=192.0.2.7 spt=1"));
    assert!(!document.has("source.ip") && document.has("source.port"), "{}", document.json);
    assert!(!document.get("related.ip").to_string().contains("203.0.113.9"), "{}", document.json);
    let xff = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n";
    let document = document_by(&plan, &packet_event("10.0.0.5", xff.as_bytes()));
    assert!(!document.has("source.ip") && !document.has("source.address"), "{}", document.json);
    assert!(!document.get("related.ip").to_string().contains("198.51.100.7"));
    // An event of the host itself, whose source would be the agent's address.
    let document = document_by(&plan, &agent_event("4000000", "dvc=192.0.2.1 act=Delete filePath=C:\\\\a"));
    assert!(!document.has("source.ip") && document.has("observer.ip"), "{}", document.json);
    let document = document_by(&plan_with("user.name ="), &agent_event("600", "suser=root act=x"));
    assert!(!document.has("user.name"), "{}", document.json);
}

#[test]
fn nothing_hides_a_pipeline_error() {
    for settings in [
        "static_ecs = event.kind\nevent.kind = alert",
        "event.kind = act",
        "event.kind =",
        "ecs = event.kind\nevent.kind = hostname",
    ] {
        let plan = plan_with(settings);
        assert_eq!(document_by(&plan, "no event at all").text("event.kind"), "pipeline_error", "{settings}");
        let cut = "Nov 22 15:08:33 h CEF: 0|Trend Micro|Deep Security Agent|20.0|1000552";
        assert_eq!(document_by(&plan, cut).text("event.kind"), "pipeline_error", "{settings}");
    }
    let constant = plan_with("static_ecs = event.kind\nevent.kind = metric");
    assert_eq!(document_by(&constant, &agent_event("21", "act=Deny")).text("event.kind"), "metric");
    let off = plan_with("event.kind =");
    assert!(!document_by(&off, &agent_event("21", "act=Deny")).has("event.kind"));
}

#[test]
fn a_section_of_another_loader_is_passed_over() {
    for text in [
        "[cloudtrail]\nindex_rotation = daily\n",
        "[vpcflowlogs_of_mine]\ns3_key_ignored = x\n",
        "[DEFAULT]\ns3_key = dummydummydummy\nindex_name =\n[okta]\nindex_tz = +09:00\n",
    ] {
        let told = told(text);
        assert!(told.contains("warning: section [") && told.contains("is passed over"), "{told}");
        assert!(sound(text).named("deepsecurity").is_some());
    }
}

#[test]
fn a_faulty_section_does_not_keep_deep_security_from_being_loaded() {
    for lines in [
        "file_format = yaml",
        "xml_firstline = <Event",
        "index_rotation = hourly",
        "source.ip = src\nsource.ip = dst2\nbad",
    ] {
        let text = format!("[web]\nindex_name = log-web\ns3_key = web/\n{lines}\n");
        if lines.ends_with("bad") {
            continue;
        }
        assert!(Config::load(&files(&text)).is_err(), "{lines}");
        let sections = sound(&text);
        assert!(matches!(sections.for_key("ds_agent/x.gz"), Choice::Load(_)), "{lines}");
        // Its objects are tried again, and so are kept until the section is mended.
        let choice = sections.for_key("web/x.gz");
        assert!(matches!(choice, Choice::Faulty("web")), "{lines}: {choice:?}");
        assert!(matches!(Outcome::not_taken(&choice), Outcome::Failed { retry: true, .. }));
        assert!(!sections.warnings().is_empty());
    }
    assert!(Config::load_sound(&files("[deepsecurity]\nindex_rotation = hourly\n")).is_err());
}

#[test]
fn files_that_are_not_utf8_are_errors_with_their_place() {
    let folder = std::env::temp_dir().join(format!("es-loader-utf8-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, bytes, place) in [
        ("user.ini", &b"[deepsecurity]\n# caf\xe9\n"[..], "2:6"),
        ("exclude_log_patterns.csv", b"log_type,field,pattern\r\ndeepsecurity,act,\xff\r\n", "2:18"),
        ("exclude_log_conditions.json", b"\xff\xfe{\0}\0", "1:1"),
    ] {
        let path: PathBuf = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        let error = settings::read_files(std::slice::from_ref(&path)).unwrap_err().to_string();
        assert!(error.contains(&format!("{name}:{place}: error: the byte 0x")), "{error}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn upstreams_defaults_are_no_errors_one_by_one_and_together() {
    let defaults = "bump_version = 2.10.4\ncustom_user_agent = siem-es-loader\ncustom_user_agent_ver = ${bump_version}\n\
        ignore_own_logs = True\nexclude_log_patterns_filename = exclude_log_patterns.csv\ns3_key = dummydummydummy\n\
        s3_key_ignored =\nvia_cwl = False\nvia_firelens = False\nignore_container_stderr = True\nloggroup = dummy\n\
        file_format =\njson_delimiter =\ntext_header_line_number = 0\ncsv_delimiter =\ncsv_columns =\nmultiline_firstline =\n\
        xml_firstline =\nmax_log_count = 100000\nindex_name =\nindex_suffix =\nindex_rotation = monthly\n\
        index_time = @timestamp\nindex_tz = +00:00\ndoc_id =\ndoc_id_suffix =\ntimestamp_key =\n\
        timestamp_key_list =\ntimestamp_format = iso8601\ntimestamp_format_list =\ntimestamp_tz = +00:00\n\
        timestamp_nano = False\nfile_timestamp_format =\necs_version = 1.10.0\ncloud_provider = aws\n\
        renamed_newfields =\nfield_prefix =\necs =\nstatic_ecs =\nscript_ecs =\njson_to_text =\nclientip_xff =\n\
        geoip =\nioc_ip =\nioc_domain =\nuser_agent_enrichment_field =";
    for line in defaults.lines() {
        let version = if line.contains("${bump_version}") { "bump_version = 1\n" } else { "" };
        let told = told(&format!("[DEFAULT]\n{version}{line}\n"));
        assert!(!told.contains("error"), "{line}: {told}");
    }
    let told = told(&format!("[DEFAULT]\n{defaults}\n"));
    assert!(!told.contains("error"), "{told}");
}

#[test]
fn an_enrichment_that_is_not_there_keeps_no_section_from_being_loaded() {
    for line in [
        "geoip = source destination",
        "ioc_ip = source.ip",
        "clientip_xff = a b",
        "user_agent_enrichment_field = x",
    ] {
        let told = deepsecurity(line);
        assert!(told.starts_with("user.ini:2:1: warning: key "), "{told}");
    }
}

#[test]
fn an_id_that_opensearch_would_not_take_says_so() {
    let plan = plan_with("doc_id = msg");
    let loaded =
        load_bytes(&plan, &fluentd_line(&agent_event("21", &format!("act=Deny msg={}", "x".repeat(513)))));
    assert_eq!(loaded.account.problems.count(Problem::DocIdTooLong), 1);
    assert_eq!(loaded.account.problems.count(Problem::DocIdMissing), 0);
    let loaded =
        load_bytes(&plan, &fluentd_line(&agent_event("21", &format!("act=Deny msg={}", "x".repeat(512)))));
    assert_eq!(loaded.account.problems.count(Problem::DocIdTooLong), 0);
}

#[test]
fn what_the_python_loader_uses_and_this_one_does_not_is_told_once() {
    let names =
        ["GEOIP_BUCKET", "AOSS_TYPE", "LOG_LEVEL", "POWERTOOLS_SERVICE_NAME", "PATH", "AWS_LAMBDA_LOG_LEVEL"];
    let folder = std::env::temp_dir().join(format!("es-loader-layer-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("sf_mylog.py"), "").unwrap();
    std::fs::write(folder.join("user.ini"), "").unwrap();
    let told = not_used(names.iter().map(|name| (*name).to_owned()), &[folder.as_path()]);
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(told.len(), 5, "{told:?}");
    assert!(told.iter().any(|text| text.contains("sf_mylog.py is not run")), "{told:?}");
    assert!(told.iter().any(|text| text.contains("ES_LOADER_DOCUMENT_IDS=off")), "{told:?}");
}

#[test]
fn three_names_are_ordinary_keys_where_no_record_is_around_the_line() {
    let text = plan_of_section(
        "mytext",
        "index_name = log-mytext\ns3_key = mytext/\nfile_format = text\nlog_pattern = (?P<timestamp>\\S+) (?P<hostname>\\S+) (?P<tag>\\S+)\nhost.name = hostname\nevent.code = tag\nevent.reference = timestamp",
    );
    let loaded = load_bytes(&text, b"2026-11-22 web01 sshd\n");
    let document = loaded.documents.first().unwrap();
    assert_eq!(document.text("host.name"), "web01");
    assert_eq!(document.text("event.code"), "sshd");
    assert_eq!(document.text("event.reference"), "2026-11-22");
    let cef = plan_of_section(
        "mycef",
        "index_name = log-mycef\ns3_key = mycef/\nfile_format = cef\nhost.name = hostname\nevent.reference = tag",
    );
    let loaded = load_bytes(&cef, b"CEF:0|V|P|1|7|n|3|hostname=web02 tag=t1 src=192.0.2.1\n");
    let document = loaded.documents.first().unwrap();
    assert_eq!((document.text("host.name"), document.text("event.reference")), ("web02", "t1"));
}

// `UPDATE_FIXTURES=1` writes what is expected anew.
#[test]
fn files_as_people_write_them_are_told_what_to_do_and_load_deep_security() {
    let folder = PathBuf::from("fixtures/config/people");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "ini"));
    paths.sort();
    assert!(paths.len() >= 20);
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let told = told(&text);
        let expected = path.with_extension("expected");
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            std::fs::write(&expected, &told).unwrap();
        }
        assert_eq!(told, std::fs::read_to_string(&expected).unwrap_or_default(), "{}", path.display());
        let starts = Config::load_sound(&files(&text)).and_then(CompiledSections::new).is_ok();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert_eq!(starts, !name.ends_with("_refused"), "{name}");
        if starts {
            assert!(sound(&text).named("deepsecurity").is_some(), "{name}");
        }
    }
}

#[test]
fn what_only_a_script_of_upstreams_fills_is_a_warning_and_a_typing_error_is_none() {
    for name in ["okta", "cloudhsm-cwl", "my-firewall"] {
        let section = |script: &str| {
            told(&format!(
                "[{name}]\nindex_name = log-a\ns3_key = a/\nscript_ecs = {script}\nclient.ip = actor.ip\n"
            ))
        };
        let told = section("client.ip event.outcome");
        assert!(told.contains("user.ini:4:24: warning: 'event.outcome' is filled by a script"), "{told}");
        assert!(told.contains("map it: 'event.outcome = <source>'") && !told.contains("error"), "{told}");
        let told = section("cleint.ip");
        assert!(told.contains("user.ini:4:14: error: 'cleint.ip' is listed"), "{told}");
        assert!(told.contains("did you mean 'client.ip'?"), "{told}");
    }
}

#[test]
fn quotes_in_settings_of_any_text_are_told_and_load_all_the_same() {
    for line in [
        "message_key = \"log\"",
        "collector_time_key = “received”",
        "products = + \"Acme Guard\"",
        "doc_id = ‘externalId’",
    ] {
        let told = deepsecurity(line);
        assert!(told.contains("warning: ") && told.contains("write it without quotes"), "{line}: {told}");
        assert!(!told.contains("error: "), "{line}: {told}");
    }
    for line in ["index_name = “log-ds”", "index_suffix = ”prod”"] {
        assert!(deepsecurity(line).contains("write it without quotes"), "{line}");
    }
    for line in
        ["message_key = log", "products = + Acme Guard, O'Brien Shield", "timestamp_format = \"epoch\""]
    {
        assert!(!deepsecurity(line).contains("quotes"), "{line}");
    }
}

#[test]
fn a_key_that_a_setting_names_and_no_event_has_is_told_like_one_of_the_table() {
    for (line, help) in [
        ("timestamp_key = tset", "source 'tset' of timestamp_key is no known key"),
        ("timestamp_key_list = rt ednTime", "source 'ednTime' of timestamp_key_list"),
        ("doc_id = foo", "source 'foo' of doc_id"),
        ("doc_id_suffix = dvchots", "did you mean 'dvchost'?"),
    ] {
        let told = deepsecurity(line);
        assert!(told.contains("user.ini:2:") && told.contains(help), "{line}: {told}");
    }
    for line in ["timestamp_key = rt", "doc_id = dvchost", "doc_id = cef.name"] {
        assert_eq!(deepsecurity(line), "", "{line}");
    }
    let text = "[shop]\nindex_name = log-shop\ns3_key = ^shop/\nfile_format = text\n\
        log_pattern = (?P<at>\\S+) (?P<who>\\S+)\ntimestamp_key = att\ndoc_id = nobody\necs = user.name\nuser.name = who\n";
    let told = told(text);
    assert!(told.contains("user.ini:6:17: warning: source 'att' is no group"), "{told}");
    assert!(told.contains("user.ini:7:10: warning: source 'nobody' is no group"), "{told}");
}

#[test]
fn a_list_of_log_types_outside_of_default_is_told_to_do_nothing() {
    for section in ["deepsecurity", "waf"] {
        let told = told(&format!("[DEFAULT]\nlog_types = waf, alb\n[{section}]\nlog_types = all\n"));
        assert!(told.contains("user.ini:4:1: warning: key 'log_types' has no effect"), "{told}");
    }
    // Commas part the names as well as blanks.
    let sections = sound("[DEFAULT]\nlog_types = waf,alb\n");
    assert!(sections.named("waf").is_some() && sections.named("alb").is_some());
}

#[test]
fn an_s3_key_of_several_lines_is_told() {
    let told = deepsecurity("s3_key = ds_agent/\n  |dsm/");
    assert!(
        told.contains("the line feed is part of it") && told.contains("write 'ds_agent/|dsm/'"),
        "{told}"
    );
}

#[test]
fn a_setting_that_a_section_lacks_is_told_in_the_user_s_file() {
    let section = "[shop]\nindex_name = log-shop\ns3_key = ^shop/\n";
    for (lines, what) in [
        ("file_format = multiline\nlog_pattern = (?P<a>.*)\n", "no 'multiline_firstline'"),
        ("file_format = text\n", "no 'log_pattern'"),
        ("file_format = multiline\nmultiline_firstline = ^x\n", "no 'log_pattern'"),
    ] {
        let told = told(&format!("{section}{lines}"));
        assert!(told.contains("user.ini:1:1: error: ") && told.contains(what), "{told}");
    }
}

#[test]
fn encodings_have_the_names_of_windows_code_pages_too() {
    for name in ["cp932", "CP932", "SJIS-win", "windows-31j", "cp51932", "eucJP-win", "cp949", "cp1252"] {
        assert_eq!(deepsecurity(&format!("encoding = {name}")), "", "{name}");
    }
}

#[test]
fn a_rule_about_a_field_that_no_document_has_is_told() {
    let rules = |field: &str| {
        let text =
            format!("log_type,field,pattern,pattern_type,comment\ndeepsecurity,{field},10.0.0.1,text,ours\n");
        let file = File { name: "exclude.csv".to_owned(), text };
        let sections = sound("[deepsecurity]\nlabels.text = cs1\n").excluding(&[file]).unwrap();
        sections.warnings().iter().map(|finding| format!("{finding}\n")).collect::<String>()
    };
    for (field, help) in [
        ("sorce.ip", "did you mean 'source.ip'?"),
        ("srcc", "did you mean 'src'?"),
        ("deepsecurity.sdtt", "check --sample"),
        ("@log_typ", "did you mean '@log_type'?"),
    ] {
        let told = rules(field);
        assert!(told.contains("exclude.csv:2:14: warning: ") && told.contains(help), "{field}: {told}");
    }
    for field in ["source.ip", "src", "deepsecurity.src", "labels.text", "hostname", "cef.name", "@log_type"]
    {
        assert_eq!(rules(field), "", "{field}");
    }
}
