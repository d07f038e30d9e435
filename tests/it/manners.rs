//! How the command line behaves beside its work: when it is stopped, for programs, in a quiet shell, and where an address is another
//! server's.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::scripted::{Reply, Request, run, serve_all};
use crate::support::chain;
use crate::support::program::{Run, es_loader};

const LINE: &[u8] =
    b"{\"message\":\"Nov 22 15:00:00 h CEF:0|Trend Micro|Deep Security Agent|20.0|21|Deny|0|act=Deny\"}\n";

/// Stops `load -` by a signal while it waits for more input, which ends then.
fn stopped(arguments: &[&str], signal: &str) -> Run {
    let mut command = es_loader();
    command.arg("load").args(arguments).args(["--log-type", "deepsecurity", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(&LINE.repeat(20_000)).unwrap();
    std::thread::sleep(Duration::from_millis(700));
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args([signal, &id]).status().unwrap().success());
    std::thread::sleep(Duration::from_millis(300));
    // More that could be read, and is not.
    let _ = input.write_all(&LINE.repeat(20_000));
    drop(input);
    child.wait_with_output().unwrap().into()
}

#[test]
fn a_load_that_is_stopped_reports_what_it_has_done() {
    for signal in ["-INT", "-TERM"] {
        let run = stopped(&["--to", "none"], signal).with_status(130);
        run.says("stopped by a signal; so far:").says("the load was stopped here");
    }
    let run = stopped(&["--to", "none", "--json"], "-INT").with_status(130);
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!((&report["exit_status"], &report["objects_failed"]), (&json!(130), &json!(1)));
    assert!((1..40_000).contains(&report["lines"].as_u64().unwrap()), "{report}");
    assert_eq!(report["lines"], report["indexed"]);
}

#[test]
fn the_report_for_programs_has_the_numbers_of_the_screen() {
    let mut command = es_loader();
    let run = Run::of(command.args(["load", "--to", "none", "--json"]).arg(chain::path())).with_status(0);
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(
        (&report["lines"], &report["indexed"], &report["unsent"]),
        (&json!(415), &json!(415), &json!(0))
    );
    assert_eq!(run.stderr, "");
    let mut command = es_loader();
    let run = Run::of(command.args(["load", "--to", "ndjson", "--json"]).arg(chain::path())).with_status(2);
    run.says("both write to standard output");
}

#[test]
fn a_report_for_programs_that_cannot_be_written_is_a_failure() {
    let mut command = es_loader();
    command.args(["load", "--to", "none", "--json"]).arg(chain::path());
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command.stdout(full).output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{words}");
    assert!(words.contains("standard output: No space left on device"), "{words}");
}

#[test]
fn a_quiet_load_speaks_only_of_what_is_wrong() {
    let load = |path: &std::path::Path| {
        Run::of(es_loader().args(["load", "--to", "none", "-q", "--log-type", "deepsecurity"]).arg(path))
    };
    let run = load(&chain::path()).with_status(0);
    assert_eq!((run.out().as_str(), run.stderr.as_str()), ("", ""));
    load(std::path::Path::new("/etc/passwd")).with_status(1).says("are no event");
}

#[test]
fn colours_are_there_when_they_are_asked_for() {
    let explain = |color: &[&str]| {
        let line = String::from_utf8_lossy(LINE).into_owned();
        Run::of(es_loader().args(["explain", &line]).args(color)).with_status(0).out()
    };
    assert!(!explain(&[]).contains('\u{1b}') && !explain(&["--color", "never"]).contains('\u{1b}'));
    assert!(explain(&["--color", "always"]).contains('\u{1b}'));
}

/// A command against a server that answers each request so.
fn against(answer: impl FnMut(&Request) -> Reply + Send + 'static, command: &[&str]) -> Run {
    run(async {
        let server = serve_all(answer).await;
        let mut program = es_loader();
        program.args(command).args(["--endpoint", &server.url]);
        tokio::task::spawn_blocking(move || Run::of(&mut program)).await.unwrap()
    })
}

/// The address of a server without TLS, which calls a handshake a bad request, as servers of HTTP do.
fn server_without_tls() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4_096]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
        }
    });
    address
}

#[test]
fn an_address_without_tls_is_told_with_the_one_to_write() {
    for scheme in ["", "https://"] {
        let started = Instant::now();
        let address = server_without_tls();
        let run =
            Run::of(es_loader().args(["setup", "--endpoint", &format!("{scheme}{address}")])).with_status(2);
        run.says(&format!("there is no TLS there: write http://{address}"));
        assert!(started.elapsed() < Duration::from_secs(20));
    }
}

#[test]
fn setup_says_what_to_do_where_it_may_not_and_where_dashboards_answer() {
    let refused = |status: u16| {
        move |request: &Request| match request.method.as_str() {
            "PUT" => Reply::json(
                status,
                json!({"error": {"type": "security_exception", "reason": "no permissions"}}).to_string(),
            ),
            _ => Reply::json(200, "{}"),
        }
    };
    let run = against(refused(403), &["setup"]).with_status(2);
    run.says("help: the user or role may not write index templates").says("cluster_manage_index_templates");
    let run = against(refused(401), &["setup"]).with_status(2);
    run.says("OPENSEARCH_PASSWORD");
    let dashboards = |request: &Request| match request.target.as_str() {
        "/api/status" => {
            Reply::json(200, json!({"name": "d", "status": {"overall": {"state": "green"}}}).to_string())
        }
        _ => Reply::json(
            404,
            json!({"statusCode": 404, "error": "Not Found", "message": "Not Found"}).to_string(),
        ),
    };
    let run = against(dashboards, &["setup"]).with_status(2);
    run.says("OpenSearch Dashboards answers there").says("--dashboards URL");
    let other = |_: &Request| Reply::json(404, json!({"error": "no such page"}).to_string());
    let run = against(other, &["setup"]).with_status(2);
    assert!(!run.stderr.contains("Dashboards"), "{}", run.stderr);
}
