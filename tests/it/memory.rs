//! Memory does not depend on the size of an object: a large one goes through a small process.

#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use es_loader::generate;

use crate::scripted::{Reply, run, serve};
use crate::support::program::es_loader;
use crate::support::site::Site;

/// What a process may hold at most, in bytes: the smallest Lambda function has as much.
const LIMIT: u64 = 128 << 20;

/// Runs a process to its end, and gives the most memory that it held, in bytes.
fn peak(command: &mut Command) -> u64 {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        // The mark only rises, so the last look before the end is close to the truth.
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        peak = mark.map_or(peak, |kilobytes| kilobytes.parse::<u64>().unwrap() << 10);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(child.wait().unwrap().success());
    assert!(peak > 0);
    peak
}

/// `es-loader` that gets no more than the limit from the system: what it asks for beyond is refused, and it dies.
fn limited(object: &Path) -> Command {
    let program = es_loader();
    let mut command = Command::new("prlimit");
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

#[test]
fn an_object_eight_times_as_large_takes_no_more_memory() {
    let site = Site::new("memory");
    let mut part = Vec::new();
    let options = generate::Options { lines: 1_000, ..generate::Options::default() };
    generate::run(&options, &mut part).unwrap();
    // Compressed parts behind each other are one object, as fluentd writes them.
    let small = site.file("small.gz", &part.repeat(2));
    let large = site.file("large.gz", &part.repeat(16));

    let (few, many, sent) = std::thread::scope(|scope| {
        let sent = scope.spawn(|| {
            run(async {
                let server = serve(|request| {
                    let count = request.text().lines().count() / 2;
                    let items = vec![serde_json::json!({"index": {"status": 201}}); count];
                    Reply::json(200, serde_json::json!({"took": 1, "items": items}).to_string())
                })
                .await;
                let mut command = limited(&large);
                command.args(["--endpoint", &server.url]);
                tokio::task::spawn_blocking(move || peak(&mut command)).await.unwrap()
            })
        });
        let few = peak(limited(&small).args(["--to", "none"]));
        let many = peak(limited(&large).args(["--to", "none"]));
        (few, many, sent.join().unwrap())
    });
    let megabytes = |bytes: u64| bytes >> 20;
    assert!(
        many < few + (4 << 20),
        "{} MiB grew to {} MiB with eight times the lines",
        megabytes(few),
        megabytes(many)
    );
    assert!(sent < LIMIT / 2, "{} MiB while sending", megabytes(sent));
}
