//! Memory does not depend on the size of an object: a large one goes through a small process.

#![cfg(target_os = "linux")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use es_loader::generate;
use serde_json::json;

use crate::scripted::{Reply, Request, run, serve};
use crate::support::program::es_loader;
use crate::support::site::Site;

/// What a process may hold at most, in bytes: the smallest Lambda function has as much.
const LIMIT: u64 = 128 << 20;

/// What a process holds at most on one core, in bytes, beside what it keeps of each line and the pages of its program: the system maps as
/// many of these as it likes, and a debug build has 30 to 50 MiB of them.
const BOUND: u64 = 48 << 20;

/// What it keeps of each line, in bytes.
const LINE: usize = 14;

/// Runs a process to its end, and gives its status and the most memory of its own that it held, in bytes.
pub(crate) fn run_and_peak(command: &mut Command) -> (ExitStatus, u64) {
    let mut child = command.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let own = text.lines().find_map(|line| line.strip_prefix("RssAnon:")?.trim().strip_suffix(" kB"));
        peak = own.map_or(peak, |kilobytes| peak.max(kilobytes.parse::<u64>().unwrap() << 10));
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(peak > 0);
    (child.wait().unwrap(), peak)
}

/// The most memory of its own that a process held which ended well, in bytes.
fn peak(command: &mut Command) -> u64 {
    let (status, peak) = run_and_peak(command.stdout(Stdio::null()).stderr(Stdio::null()));
    assert!(status.success());
    peak
}

fn megabytes(bytes: u64) -> u64 {
    bytes >> 20
}

/// `es-loader` on one core that gets no more than the limit from the system: what it asks for beyond is refused, and it dies.
fn limited(object: &Path) -> Command {
    let program = es_loader();
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", "0", "prlimit"]);
    command.arg(format!("--data={LIMIT}")).arg("--").arg(program.get_program());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.arg("load").arg(object);
    command
}

/// Lines that each part of an object has.
const PART: usize = 1_000;

/// An object of so many parts. Compressed parts behind each other are one object, as fluentd writes them.
fn object(site: &Site, name: &str, parts: usize) -> PathBuf {
    let mut part = Vec::new();
    let options = generate::Options { lines: PART as u64, ..generate::Options::default() };
    generate::run(&options, &mut part).unwrap();
    site.file(name, &part.repeat(parts))
}

/// The peak of a load on one core into a cluster that answers by `script`.
fn peak_of_sending(object: &Path, script: impl FnMut(&Request) -> Reply + Send + 'static) -> u64 {
    run(async {
        let server = serve(script).await;
        let mut command = limited(object);
        command.args(["--endpoint", &server.url]);
        tokio::task::spawn_blocking(move || peak(&mut command)).await.unwrap()
    })
}

/// The answer of a cluster that takes all documents.
fn all_taken(request: &Request) -> Reply {
    let count = request.text().lines().count() / 2;
    let items = vec![json!({"index": {"status": 201}}); count];
    Reply::json(200, json!({"took": 1, "items": items}).to_string())
}

#[test]
fn an_object_eight_times_as_large_takes_no_more_memory() {
    let site = Site::new("memory");
    let small = object(&site, "small.gz", 2);
    let large = object(&site, "large.gz", 16);
    let few = peak(limited(&small).args(["--to", "none"]));
    let many = peak(limited(&large).args(["--to", "none"]));
    let sent = peak_of_sending(&large, all_taken);
    assert!(
        many < few + (4 << 20),
        "{} MiB grew to {} MiB with eight times the lines",
        megabytes(few),
        megabytes(many)
    );
    assert!(sent < BOUND, "{} MiB while sending", megabytes(sent));
}

/// Sends an object that is larger than the bound, to a cluster that makes it hard.
#[track_caller]
fn assert_bounded(fault: &str, script: impl FnMut(&Request) -> Reply + Send + 'static) {
    let site = Site::new("hard");
    let parts = 30;
    let peak = peak_of_sending(&object(&site, "hard.gz", parts), script);
    println!("{fault}: {} kB", peak >> 10);
    let bound = BOUND + (parts * PART * LINE) as u64;
    assert!(peak < bound, "{} MiB with {fault}", megabytes(peak));
}

#[test]
fn requests_that_are_too_large_are_split_within_the_bound() {
    assert_bounded("413", |request| {
        if request.text().len() > 200_000 { Reply::json(413, "") } else { all_taken(request) }
    });
}

#[test]
fn requests_that_are_put_off_stay_within_the_bound() {
    let mut number = 0;
    assert_bounded("429", move |request| {
        number += 1;
        if number % 6 == 0 { Reply::json(429, "") } else { all_taken(request) }
    });
}

/// A third of the documents is put off once, and a ninth twice: each further time only makes the test longer, because the loader waits.
#[test]
fn documents_that_are_put_off_one_by_one_stay_within_the_bound() {
    let mut put_off: HashMap<String, u32> = HashMap::new();
    assert_bounded("429 of some documents", move |request| {
        let item = |(number, action): (usize, &str)| {
            let times = put_off.entry(action.to_owned()).or_default();
            let is_put_off = number % 3 == 0 && *times < 2;
            *times += u32::from(is_put_off);
            json!({"index": {"status": if is_put_off { 429 } else { 201 }}})
        };
        let items: Vec<_> = request.text().lines().step_by(2).enumerate().map(item).collect();
        Reply::json(200, json!({"took": 1, "errors": true, "items": items}).to_string())
    });
}

#[test]
fn slow_answers_beside_splits_stay_within_the_bound() {
    let mut number = 0;
    assert_bounded("413, 429 and slow answers", move |request| {
        number += 1;
        match number % 7 {
            0 => Reply::json(429, ""),
            _ if request.text().len() > 1_000_000 => Reply::json(413, ""),
            1 => Reply::Late(Duration::from_millis(100), Box::new(all_taken(request))),
            _ => all_taken(request),
        }
    });
}

#[test]
fn documents_that_are_refused_in_their_own_form_stay_within_the_bound() {
    assert_bounded("raw forms", |request| {
        let text = request.text();
        let lines: Vec<&str> = text.lines().collect();
        let items: Vec<_> = lines
            .chunks(2)
            .map(|pair| match pair[1].contains("pipeline_error") {
                true => json!({"index": {"status": 201}}),
                false => json!({"index": {"status": 400, "error": {"type": "mapper_parsing_exception", "reason": "failed to parse field [x]"}}}),
            })
            .collect();
        Reply::json(200, json!({"took": 1, "errors": true, "items": items}).to_string())
    });
}
