//! Larger objects through bad networks to a node that is stopped, killed and started again meanwhile. The test is ignored, because no
//! other test can use the node beside it: `scripts/test` runs it alone. `STORM_SEEDS=21..100` runs others than the first twenty.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::RangeInclusive;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use es_loader::generate;
use serde_json::Value;

use crate::faults::{Random, Weather, found};
use crate::memory::run_and_peak;
use crate::scripted::{Reply, Request, run, serve};
use crate::support::program::{Run, es_loader};
use crate::support::services::{opensearch, script};
use crate::support::site::Site;

/// Lines of each object.
const LINES: u64 = 2_000;

/// Loads at a time.
const AT_ONCE: usize = 10;

/// What a load may hold of its own, in bytes: a debug build on all cores.
const BOUND: u64 = 64 << 20;

/// The most bulk requests of a load. One that came to send each line alone would need twice as many.
const REQUESTS: u64 = 2 * LINES;

/// The sizes from which on a network refuses requests, in bytes.
const LIMITS: [usize; 4] = [60_000, 200_000, 1_000_000, usize::MAX];

/// What became of one object.
struct Passed {
    seed: u64,
    key: String,
    tried: BTreeMap<&'static str, u64>,
    ids: Vec<String>,
    requests: u64,
    took: Duration,
    peak: u64,
    status: Option<i32>,
    words: String,
}

fn seeds() -> RangeInclusive<u64> {
    let text = std::env::var("STORM_SEEDS").unwrap_or("1..20".into());
    let (first, last) = text.split_once("..").expect("STORM_SEEDS is FIRST..LAST");
    first.parse().unwrap()..=last.parse().unwrap()
}

/// Loads an object through the network of this seed.
fn load(site: &Site, seed: u64) -> Passed {
    let mut object = Vec::new();
    generate::run(&generate::Options { lines: LINES, seed, ..generate::Options::default() }, &mut object)
        .unwrap();
    let path = site.file(&format!("{seed:03}.gz"), &object);
    let mut local = es_loader();
    local.args(["load", "--to", "ndjson", "--config"]).arg(site.config()).arg(&path);
    let local = Run::of(&mut local).with_status(0).out();
    let id = |action: &str| {
        let action: Value = serde_json::from_str(action).unwrap();
        action["index"]["_id"].as_str().unwrap().to_owned()
    };
    let ids: Vec<String> = local.lines().step_by(2).map(id).collect();

    let words = site.path(&format!("{seed:03}.err"));
    let mut command = es_loader();
    command.args(["load", "--config"]).arg(site.config()).arg(&path);
    command.stdout(Stdio::null()).stderr(File::create(&words).unwrap());
    let weather = Arc::new(Mutex::new(Weather::new(seed)));
    let network = Arc::clone(&weather);
    let limit = LIMITS[seed as usize % LIMITS.len()];
    let requests = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&requests);
    let began = Instant::now();
    let (status, peak) = run(async move {
        let server = serve(move |request: &Request| {
            let mut weather = network.lock().unwrap();
            counted.fetch_add(u64::from(request.method == "POST"), Ordering::Relaxed);
            if request.method == "POST" && request.text().len() > limit {
                weather.tried("413");
                return Reply::Full(413, vec![], b"<html>too large</html>".to_vec());
            }
            weather.reply(request)
        })
        .await;
        command.args(["--endpoint", &server.url]);
        tokio::task::spawn_blocking(move || run_and_peak(&mut command)).await.unwrap()
    });
    Passed {
        seed,
        key: path.display().to_string(),
        tried: std::mem::take(&mut weather.lock().unwrap().tried),
        ids,
        requests: requests.load(Ordering::Relaxed),
        took: began.elapsed(),
        peak,
        status: status.code(),
        words: std::fs::read_to_string(words).unwrap(),
    }
}

/// The process of the node.
fn process() -> String {
    let status = script("opensearch").arg("status").output().unwrap();
    let text = String::from_utf8(status.stdout).unwrap();
    let (_, rest) = text
        .split_once("process ")
        .unwrap_or_else(|| panic!("this needs a node of scripts/opensearch: {text}"));
    rest.split(',').next().unwrap().to_owned()
}

fn signal(name: &str) {
    assert!(Command::new("kill").args([name, &process()]).status().unwrap().success());
}

/// Starts the node with what it has. Its port is free only when the process before it is gone.
fn start_again() {
    let holder = std::process::id().to_string();
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let started =
            script("opensearch").args(["start", "--keep", "--exit-with", &holder]).output().unwrap();
        if started.status.success() {
            return;
        }
        assert!(Instant::now() < until, "{started:?}");
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// What happens to the node.
const FAULTS_OF_NODE: [&str; 4] = [
    "node stopped for seconds",
    "node ended and started",
    "node stopped for seconds",
    "node killed and started",
];

/// Loads for each round of faults of the node: then it is left alone, so that a slow machine comes to an end too.
const LOADS_A_ROUND: usize = 20;

/// Does to the node what is to happen to it, and gives how often each was done.
fn disturb(seeds: &RangeInclusive<u64>) -> BTreeMap<&'static str, u64> {
    let mut random = Random::new(*seeds.start());
    let mut done: BTreeMap<_, u64> = BTreeMap::new();
    let mut took = Duration::ZERO;
    let rounds = seeds.clone().count().div_ceil(LOADS_A_ROUND);
    for fault in FAULTS_OF_NODE.repeat(rounds) {
        // As long again as the last one took: a slow machine needs longer to get over it.
        std::thread::sleep(took + Duration::from_millis(4_000 + random.below(8_000)));
        let began = Instant::now();
        if fault == "node stopped for seconds" {
            signal("-STOP");
            std::thread::sleep(Duration::from_millis(500 + random.below(4_000)));
            signal("-CONT");
        } else {
            if fault == "node killed and started" {
                signal("-KILL");
            }
            script("opensearch").arg("stop").status().unwrap();
            start_again();
        }
        *done.entry(fault).or_default() += 1;
        took = began.elapsed();
    }
    done
}

#[test]
#[ignore = "it stops the node of all tests"]
fn through_storms_each_line_is_found_once_within_the_bounds_of_memory_and_requests() {
    let site = Site::new("storms");
    let mut setup = es_loader();
    setup.args(["setup", "--endpoint", opensearch(), "--config"]).arg(site.config());
    Run::of(&mut setup).with_status(0);
    let seeds = seeds();
    let (waiting, passed) = (Mutex::new(seeds.clone()), Mutex::new(Vec::new()));
    let mut of_node = BTreeMap::new();
    std::thread::scope(|scope| {
        let disturbing = scope.spawn(|| disturb(&seeds));
        let loads: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                scope.spawn(|| {
                    while let Some(seed) = { waiting.lock().unwrap().next() } {
                        let load = load(&site, seed);
                        passed.lock().unwrap().push(load);
                    }
                })
            })
            .collect();
        let ended: Vec<_> = loads.into_iter().map(|load| load.join()).collect();
        of_node = disturbing.join().unwrap();
        assert!(ended.iter().all(Result::is_ok));
    });
    let found = found(&site);
    // Of each fault: how often it was tried, how often in loads that came through, documents lost and doubled, and peak memory.
    let mut table: BTreeMap<&str, (u64, u64, u64, u64, u64)> = BTreeMap::new();
    let mut wrong = Vec::new();
    let passed = passed.into_inner().unwrap();
    // Equal lines of two objects are one document, which has the name of the one that came last.
    let mut objects: BTreeMap<&str, u64> = BTreeMap::new();
    passed.iter().flat_map(|load| &load.ids).for_each(|id| *objects.entry(id).or_default() += 1);
    for load in &passed {
        let count = found.get(&load.key).copied().unwrap_or_default();
        let (all, shared) =
            (load.ids.len() as u64, load.ids.iter().filter(|id| objects[id.as_str()] > 1).count());
        let (lost, doubled) = ((all - shared as u64).saturating_sub(count), count.saturating_sub(all));
        let is_through = load.status == Some(0) && (lost, doubled) == (0, 0);
        println!(
            "seed {}: {} documents, {} requests, {:.1} s, {} kB, {:?}",
            load.seed,
            count,
            load.requests,
            load.took.as_secs_f64(),
            load.peak >> 10,
            load.tried
        );
        for (fault, times) in &load.tried {
            let row = table.entry(fault).or_default();
            *row = (
                row.0 + times,
                row.1 + if is_through { *times } else { 0 },
                row.2 + lost,
                row.3 + doubled,
                row.4.max(load.peak),
            );
        }
        if !is_through || load.peak > BOUND || load.requests > REQUESTS {
            wrong.push(format!(
                "seed {}: {lost} lost, {doubled} doubled, {} requests, {} kB, status {:?}\n{}",
                load.seed,
                load.requests,
                load.peak >> 10,
                load.status,
                load.words
            ));
        }
    }
    println!("fault | tried | survived | lost | doubled | peak MiB");
    for (fault, (tried, survived, lost, doubled, peak)) in table {
        println!("{fault} | {tried} | {survived} | {lost} | {doubled} | {:.1}", peak as f64 / 1_048_576.0);
    }
    println!("{of_node:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(found.values().sum::<u64>(), objects.len() as u64);
}
