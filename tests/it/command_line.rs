//! The command line: what it takes, what it says, and the status it ends with.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::chain;
use crate::support::program::{Run, es_loader, with_aws};
use crate::support::services::repository;
use crate::support::site::unique;
use crate::support::storage::Storage;

fn run(arguments: &[&str]) -> Run {
    Run::of(es_loader().args(arguments))
}

/// `load --to ndjson` of a path.
fn ndjson(path: &Path) -> Run {
    Run::of(es_loader().args(["load", "--to", "ndjson"]).arg(path))
}

/// The values of a field in the documents of `_bulk` NDJSON.
fn values(run: &Run, field: &str) -> Vec<String> {
    let documents = run.out().lines().skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let documents = documents.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    documents.map(|document| document[field].as_str().unwrap().to_owned()).collect()
}

/// A folder with files of that text.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

/// A line whose event says `name`.
fn line(name: &str) -> Vec<u8> {
    let message =
        format!("Nov 22 15:00:00 h CEF: 0|Trend Micro|Deep Security Agent|20.0|20|{name}|0|act=Log");
    format!("{}\n", json!({"message": message, "timestamp": "2026-11-22T15:00:05+00:00"})).into_bytes()
}

#[test]
fn a_file_becomes_bulk_operations_on_standard_output_and_a_report_beside_them() {
    let run = ndjson(&chain::path()).with_status(0);
    assert_eq!(run.out().lines().count(), 2 * 415);
    let run =
        run.reports("415", "lines").reports("415", "written to standard output").reports("0", "rejected");
    run.says("next: the same with --to opensearch");
}

#[test]
fn to_none_writes_nothing_but_the_report() {
    let run = Run::of(es_loader().args(["load", "--to", "none"]).arg(chain::path())).with_status(0);
    assert_eq!(run.out(), "");
    run.reports("415", "made, and sent nowhere");
}

#[test]
fn without_an_endpoint_nothing_is_read_and_the_way_out_is_named() {
    for endpoint in [None, Some("")] {
        let mut command = es_loader();
        command.args(["load", "fixtures/real-chain.gz"]);
        endpoint.map(|endpoint| command.env("ENDPOINT", endpoint));
        let run = Run::of(&mut command).with_status(2);
        let run = run
            .says("es-loader: no OpenSearch endpoint")
            .says("--endpoint URL")
            .says("ENDPOINT")
            .says("--to ndjson");
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    }
}

#[test]
fn an_endpoint_where_nothing_listens_is_told_at_once() {
    let endpoint = "http://127.0.0.1:1";
    for command in [&["load", "fixtures/real-chain.gz"][..], &["setup"][..]] {
        let run = run(&[command, &["--endpoint", endpoint]].concat()).with_status(2);
        run.says(&format!("es-loader: {endpoint}: no connection: "));
    }
    run(&["setup", "--endpoint", "https://no-such-host.invalid"])
        .with_status(2)
        .says("the host name has no address");
    run(&["setup", "--endpoint", "ftp://h"])
        .with_status(2)
        .says("endpoint `ftp://h`: neither http nor https");
}

#[test]
fn a_signed_endpoint_without_credentials_or_region_is_told_at_once() {
    let mut command = es_loader();
    command.args(["setup", "--service", "es", "--endpoint", "http://127.0.0.1:1"]);
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    Run::of(&mut command).with_status(2).says("AWS_REGION");
    Run::of(command.args(["--region", "us-east-1"])).with_status(2).says("AWS credentials");
}

#[test]
fn a_file_that_is_not_there_is_named_and_the_others_are_loaded() {
    let folder = folder(&[("ds_agent.log", &line("there"))]);
    let (there, missing) = (folder.path().join("ds_agent.log"), folder.path().join("missing.log"));
    let run = Run::of(es_loader().args(["load", "--to", "ndjson"]).args([&missing, &there])).with_status(2);
    assert_eq!(values(&run, "@log_s3key"), [there.to_str().unwrap()]);
    run.says(&format!("{}: No such file", missing.display())).reports("1", "documents");
}

#[test]
fn a_folder_is_loaded_in_order_and_hidden_files_are_left_alone() {
    let text = [line("b"), line("a/2"), line("a/1"), line("hidden"), line("in a hidden folder")];
    let folder = folder(&[
        ("ds_agent/b.log", &text[0]),
        ("ds_agent/a/2.log", &text[1]),
        ("ds_agent/a/1.log", &text[2]),
        ("ds_agent/.hidden.log", &text[3]),
        ("ds_agent/.git/config.log", &text[4]),
    ]);
    let run = ndjson(folder.path()).with_status(0);
    let keys =
        ["a/1.log", "a/2.log", "b.log"].map(|name| format!("{}/ds_agent/{name}", folder.path().display()));
    assert_eq!(values(&run, "@log_s3key"), keys);
    run.says("3 objects, ");
}

#[test]
fn a_folder_of_many_log_types_says_what_was_passed_over_and_what_the_lines_of_a_section_should_be() {
    let folder = folder(&[
        ("all.ini", b"[DEFAULT]\nlog_types = all\n"),
        ("logs/ds_agent.log", &line("x")),
        ("logs/Linux/secure/README.txt", b"not a log\n"),
        ("logs/KafkaBrokerLogs/1.gz", b"{}\n"),
        (
            "logs/AWSLogs/111122223333/elasticloadbalancing_x_clb_20261121T0005Z_203.0.113.1_x.log",
            b"{\"a\":1}\n{}\n",
        ),
    ]);
    let config = folder.path().join("all.ini");
    let logs = folder.path().join("logs");
    let mut load = es_loader();
    load.args(["load", "--to", "none", "--config"]).args([&config, &logs]);
    let run = Run::of(&mut load).with_status(1);
    let run = run.says("no section's s3_key matches, for example ").says("KafkaBrokerLogs/1.gz");
    run.says("are no event: it looks like text that log_pattern does not match");
    let mut load = es_loader();
    load.args(["load", "--to", "none", "--config"]).args([&config, &logs.join("KafkaBrokerLogs/1.gz")]);
    Run::of(&mut load).with_status(2).says("name one with --log-type: ");
    let mut load = es_loader();
    load.args(["load", "--to", "none", "--config"]).args([&config, &logs.join("KafkaBrokerLogs")]);
    Run::of(&mut load).with_status(2).says("no section's s3_key matches");
}

#[test]
fn plain_text_and_gzip_give_the_same_documents() {
    let mut text = Vec::new();
    GzDecoder::new(chain::bytes().as_slice()).read_to_end(&mut text).unwrap();
    let folder = folder(&[("ds_agent.gz", &chain::bytes()), ("ds_agent.log", &text)]);
    let [gzip, plain] =
        ["ds_agent.gz", "ds_agent.log"].map(|name| ndjson(&folder.path().join(name)).with_status(0));
    assert_eq!(values(&gzip, "@id"), values(&plain, "@id"));
    assert_eq!(values(&gzip, "@message"), values(&plain, "@message"));
}

#[test]
fn an_empty_file_is_no_failure_and_is_mentioned() {
    let folder = folder(&[("ds_agent.gz", b""), ("blank/ds_agent.log", b"\n \n\n")]);
    let run = ndjson(&folder.path().join("ds_agent.gz")).with_status(0);
    assert_eq!(run.out(), "");
    run.says("objects that were not loaded:").says("empty object");

    let run = ndjson(&folder.path().join("blank")).with_status(0);
    assert_eq!(run.out(), "");
    run.reports("3", "lines").reports("3", "of them blank").reports("0", "documents");
}

#[test]
fn a_truncated_object_is_loaded_as_far_as_it_goes_and_reported() {
    let whole = chain::bytes();
    let folder = folder(&[("ds_agent.gz", &whole[..whole.len() / 2])]);
    let file = folder.path().join("ds_agent.gz");
    let run = ndjson(&file).with_status(1);
    let documents = values(&run, "@id").len();
    assert!((100..415).contains(&documents), "{documents}");
    let all = values(&ndjson(&chain::path()), "@id");
    // The last line is cut, and says something else than it would.
    assert_eq!(values(&run, "@id")[..documents - 1], all[..documents - 1]);
    run.says("objects that failed:").says(&format!("{}: broke off after ", file.display()));
}

#[test]
fn what_comes_through_a_pipe_is_loaded() {
    let mut command = es_loader();
    command.args(["load", "--to", "ndjson", "--log-type", "deepsecurity", "/dev/stdin"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&chain::bytes()).unwrap();
    let run = Run::from(child.wait_with_output().unwrap()).with_status(0);
    assert_eq!(run.out().lines().count(), 2 * 415);
}

/// Runs a command whose reader has gone before the first byte.
fn with_closed_output(command: &mut Command) -> Run {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    Run::from(child.wait_with_output().unwrap())
}

#[test]
fn a_load_whose_reader_has_gone_ends_quietly_and_its_status_says_that_documents_are_unsent() {
    let mut load = es_loader();
    load.args(["load", "--to", "ndjson"]).args([chain::path(), chain::path()]);
    let run = with_closed_output(&mut load).with_status(2);
    assert_eq!(run.stderr, "");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    for arguments in [&["generate", "--lines", "10000"][..], &["setup", "--print"], &["check"], &["--help"]] {
        let run = with_closed_output(es_loader().args(arguments));
        assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn an_output_that_a_full_disk_does_not_take_is_a_failure() {
    let line = "CEF:0|Trend Micro|Deep Security Agent|20.0|20|a|0|act=Log";
    for arguments in [
        &["generate"][..],
        &["setup", "--print"],
        &["check"],
        &["explain", line],
        &["explain", "--html", line],
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let run = Run::of(es_loader().args(arguments).stdout(full)).with_status(2);
        assert!(run.stderr.contains("No space left on device"), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn a_report_that_nobody_reads_changes_nothing() {
    let mut command = es_loader();
    command.args(["load", "--to", "ndjson"]).arg(chain::path());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    let run = Run::from(child.wait_with_output().unwrap()).with_status(0);
    assert_eq!(run.out().lines().count(), 2 * 415);
}

#[test]
fn standard_error_without_a_terminal_has_no_bar_and_no_colors() {
    let reports = [None, Some("1")].map(|no_color| {
        let mut command = es_loader();
        command.args(["load", "--to", "none"]).arg(chain::path()).env_remove("NO_COLOR");
        no_color.map(|value| command.env("NO_COLOR", value));
        let run = Run::of(&mut command).with_status(0);
        assert!(!run.stderr.contains(['\r', '\u{1b}']), "{:?}", run.stderr);
        // The first line has the time that it took.
        run.stderr.split_once('\n').unwrap().1.to_owned()
    });
    assert_eq!(reports[0], reports[1]);
    for arguments in [&["--help"][..], &["load"], &["nonsense"]] {
        let run = run(arguments);
        assert!(!run.out().contains('\u{1b}') && !run.stderr.contains('\u{1b}'), "{arguments:?}");
    }
}

#[test]
fn names_with_control_characters_cannot_paint_the_terminal() {
    let folder = folder(&[("ds_agent\u{1b}[31m.gz", b"")]);
    let run = ndjson(&folder.path().join("ds_agent\u{1b}[31m.gz")).with_status(0);
    assert!(!run.stderr.contains('\u{1b}'), "{:?}", run.stderr);
}

#[test]
fn arguments_that_make_no_sense_end_with_status_2_and_a_hint() {
    for (arguments, hint) in [
        (&["laod"][..], "load"),
        (&["load"], "<PATHS>"),
        (&["load", "--too", "none", "x"], "--to"),
        (&["load", "--event", "e.json", "x.gz"], "cannot be used with"),
        (&["load", "--to", "elasticsearch", "x"], "opensearch"),
        (
            &["load", "--to", "none", "--log-type", "nope", "fixtures/real-chain.gz"],
            "the sections are: deepsecurity",
        ),
        (&["load", "--to", "none", "--config", "missing.ini", "x"], "missing.ini: No such file"),
        (&["generate", "--leef", "101"], "101"),
        (&["generate", "--hostile", "-1"], "-1"),
        (
            &["load", "--to", "none", "--log-type", "alb", "fixtures/real-chain.gz"],
            "ES_LOADER_LOG_TYPES=alb turns it on",
        ),
        (&["generate", "--log-type", "waf", "--leef", "1"], "cannot be used with"),
        (&["generate", "--log-type", "guardduty"], "vpcflowlogs"),
        (&["generate", "--lines", "1", "--out", "/nowhere/x.gz"], "/nowhere/x.gz: No such file"),
    ] {
        run(arguments).with_status(2).says(hint);
    }
}

#[test]
fn a_good_configuration_is_checked_with_what_it_does() {
    let run = run(&["check", "config/user.ini"]).with_status(0);
    assert!(run.out().contains("[deepsecurity] takes keys that match `ds_agent`"), "{}", run.out());
    assert!(run.out().contains("writes to log-deepsecurity"), "{}", run.out());
    assert!(run.out().ends_with("no errors in config/user.ini\n"), "{}", run.out());
}

#[test]
fn a_bad_configuration_ends_with_status_1_and_the_place_of_each_error() {
    let folder = folder(&[(
        "bad.ini",
        b"[deepsecurity]\nindex_rotaton = daily\nsource.ip = src\ntrusted_proxies = 10.0.0.0/40\n",
    )]);
    let bad = folder.path().join("bad.ini");
    let name = bad.display().to_string();
    let run = Run::of(es_loader().arg("check").arg(&bad)).with_status(1);
    assert_eq!(run.out(), "");
    run.says(&format!("{name}:2:1: ")).says("index_rotation").says(&format!("{name}:4:"));

    // `load` does not begin with it either.
    let run = Run::of(es_loader().args(["load", "--to", "ndjson", "--config"]).arg(&bad).arg(chain::path()))
        .with_status(2);
    assert_eq!(run.out(), "");
    run.says(&format!("{name}:2:1: "));
    self::run(&["check", "missing.ini"]).with_status(2).says("missing.ini: No such file");
}

#[test]
fn the_configuration_is_found_by_its_variable() {
    let folder = folder(&[("mine.ini", b"[deepsecurity]\nindex_name = log-mine\n")]);
    let mut command = es_loader();
    command.args(["load", "--to", "ndjson", "fixtures/real-chain.gz"]);
    let run = Run::of(command.env("ES_LOADER_CONFIG", folder.path().join("mine.ini"))).with_status(0);
    assert!(run.out().starts_with("{\"index\":{\"_index\":\"log-mine-2026-11\""), "{}", &run.out()[..80]);
    Run::of(command.env("ES_LOADER_CONFIG", folder.path().join("gone.ini")))
        .with_status(2)
        .says("gone.ini: No such file");
}

#[test]
fn the_same_seed_gives_the_same_lines() {
    let generate = |seed: &str| run(&["generate", "--lines", "500", "--seed", seed]).with_status(0).stdout;
    let (first, again, other) = (generate("7"), generate("7"), generate("8"));
    assert_eq!(first.iter().filter(|byte| **byte == b'\n').count(), 500);
    assert_eq!(first, again);
    assert_ne!(first, other);

    let folder = tempfile::tempdir().unwrap();
    let [out, truth] = ["ds_agent.gz", "truth.json"].map(|name| folder.path().join(name));
    let mut command = es_loader();
    command.args(["generate", "--lines", "500", "--seed", "7", "--out"]).arg(&out).arg("--truth").arg(&truth);
    Run::of(&mut command).with_status(0);
    let mut unpacked = Vec::new();
    GzDecoder::new(std::fs::File::open(&out).unwrap()).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, first);
    let truth: Value = serde_json::from_slice(&std::fs::read(&truth).unwrap()).unwrap();
    assert_eq!((&truth["lines"], &truth["bytes"]), (&json!(500), &json!(first.len())));
    ndjson(&out).with_status(0).reports(&truth["documents"].to_string(), "documents");
}

#[test]
fn a_slash_at_its_end_makes_a_folder_for_a_made_up_object() {
    let folder = tempfile::tempdir().unwrap();
    let out = format!("{}/new/", folder.path().display());
    run(&["generate", "--log-type", "waf", "--lines", "3", "--out", &out]).with_status(0);
    assert!(std::path::Path::new(&out).join("AWSLogs").is_dir());
}

/// A bucket with two objects under `ds_agent/2026/` and one beside it.
fn bucket() -> String {
    let (storage, bucket) = (Storage::new(), unique("cli"));
    storage.bucket(&bucket);
    for key in [
        "ds_agent/2026/11/22/00_${hostname}_0.gz",
        "ds_agent/2026/11/22/01_ログ a+b=c_0.gz",
        "ds_agent/2025/old.gz",
    ] {
        storage.put(&bucket, key, &line(key));
    }
    storage.put(&bucket, "ds_agent/2026/", b"");
    storage.put(&bucket, "AWSLogs/elb.gz", &line("elb"));
    bucket
}

fn from_s3(arguments: &[&str]) -> Run {
    Run::of(with_aws(es_loader().args(["load", "--to", "ndjson"]).args(arguments)))
}

#[test]
fn an_address_of_s3_names_an_object_a_prefix_or_a_bucket() {
    let bucket = bucket();
    let (first, second) =
        ("ds_agent/2026/11/22/00_${hostname}_0.gz", "ds_agent/2026/11/22/01_ログ a+b=c_0.gz");
    let run = from_s3(&[&format!("s3://{bucket}/{second}")]).with_status(0);
    assert_eq!(values(&run, "@log_s3key"), [second]);
    assert_eq!(values(&run, "@log_s3bucket"), [bucket.as_str()]);

    let run = from_s3(&[&format!("s3://{bucket}/ds_agent/2026/")]).with_status(0);
    assert_eq!(values(&run, "@log_s3key"), [first, second]);

    let run = from_s3(&[&format!("s3://{bucket}")]).with_status(0);
    assert_eq!(values(&run, "@log_s3key"), ["ds_agent/2025/old.gz", first, second]);
    run.says("no section's s3_key matches, for example").says("AWSLogs/elb.gz");
}

#[test]
fn what_is_not_in_s3_is_named_and_ends_with_status_2() {
    let bucket = bucket();
    for (address, reason) in [
        (format!("s3://{bucket}/ds_agent/typo.gz"), "not found (NoSuchKey)"),
        (format!("s3://{bucket}-typo/ds_agent/a.gz"), "not found (NoSuchBucket)"),
        (format!("s3://{bucket}-typo/ds_agent/"), "not found (NoSuchBucket)"),
        (format!("s3://{bucket}/typo/"), "no objects under this prefix"),
    ] {
        from_s3(&[&address]).with_status(2).says(&address).says(reason);
    }
    from_s3(&["s3:///ds_agent/"]).with_status(2).says("s3:///ds_agent/: no bucket is named");
}

#[test]
fn a_folder_without_files_is_no_load_that_went_well() {
    let folder = folder(&[]);
    let path = folder.path().to_str().unwrap();
    run(&["load", "--to", "none", path]).with_status(2).says(&format!("{path}: no files in this folder"));
}

#[test]
fn an_event_in_a_file_is_loaded_as_the_function_would() {
    let bucket = bucket();
    let put = |key: &str| {
        json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "awsRegion": "us-east-1",
            "s3": {"bucket": {"name": bucket}, "object": {"key": key}}}]})
    };
    let good = put("ds_agent/2026/11/22/00_%24%7Bhostname%7D_0.gz");
    let message = |body: &str| json!({"messageId": "m", "eventSource": "aws:sqs", "body": body});
    let queue = json!({"Records": [message(&good.to_string()), message("not JSON")]});
    let [good, queue, missing] = [good, queue, put("ds_agent/typo.gz")].map(|event| event.to_string());
    let files = [("good", good.as_str()), ("queue", &queue), ("missing", &missing), ("text", "not JSON")];
    let folder = folder(&files.map(|(name, text)| (name, text.as_bytes())));
    let event = |name: &str| from_s3(&["--event", folder.path().join(name).to_str().unwrap()]);

    let run = event("good").with_status(0);
    assert_eq!(values(&run, "@log_s3key"), ["ds_agent/2026/11/22/00_${hostname}_0.gz"]);
    let run = event("queue").with_status(2);
    assert_eq!(values(&run, "@log_s3key").len(), 1, "the good message is loaded all the same");
    run.says("event.Records[1].body is not JSON");
    event("missing").with_status(2).says("not found (NoSuchKey)");
    event("text").with_status(2).says("text: not JSON");
    event("gone").with_status(2).says("gone: No such file");
}

#[test]
fn the_commands_of_the_help_are_those_that_there_are() {
    let help = run(&["--help"]).with_status(0).out();
    for command in ["load", "check", "setup", "generate"] {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
        run(&[command, "--help"]).with_status(0);
    }
    assert!(run(&["--version"]).with_status(0).out().starts_with("es-loader "));
    assert!(repository().join("README.md").exists());
}
