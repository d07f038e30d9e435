//! A real node behind a network that does what networks do: whatever happens on the way, each event is found once.

use std::collections::{BTreeMap, VecDeque};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use es_loader::edge::delivery::outcome::Options;
use es_loader::edge::delivery::sink::Sink;
use es_loader::edge::object_loader::ObjectLoader;
use es_loader::load::account::Limits;
use es_loader::report::Outcome;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::delivery::client;
use crate::scripted::{Reply, Request, run, serve};
use crate::support::program::{Run, es_loader};
use crate::support::services::opensearch;
use crate::support::site::Site;

/// Runs with different faults.
const SEEDS: u64 = 200;

/// Runs at a time.
const AT_ONCE: usize = 4;

/// Documents of each run's object.
const DOCUMENTS: u64 = 13;

/// Numbers that are the same at each run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Hands a request on to the node, and gives status and body of its answer: 502 where it gives none, as a proxy does.
pub(crate) fn forward(request: &Request) -> (u16, Vec<u8>) {
    let answer = answer_of_node(request).unwrap_or_default();
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return (502, Vec::new());
    };
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    assert!(!head.contains("chunked"), "{head}");
    (head.split(' ').nth(1).unwrap().parse().unwrap(), answer[end + 4..].to_vec())
}

fn answer_of_node(request: &Request) -> std::io::Result<Vec<u8>> {
    let host = opensearch().trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut stream = TcpStream::connect(&host)?;
    let length = request.body.len();
    let mut head = format!(
        "{} {} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n",
        request.method, request.target
    );
    for name in ["content-type", "content-encoding"] {
        if let Some(value) = request.header(name) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    stream.write_all(&[head.as_bytes(), b"\r\n", &request.body].concat())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

fn passed(request: &Request) -> Reply {
    let (status, body) = forward(request);
    Reply::json(status, String::from_utf8(body).unwrap())
}

/// The request with those of its documents that `keep` says, as it is without compression.
fn part(request: &Request, mut keep: impl FnMut(usize) -> bool) -> Request {
    let text = request.text();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let kept = lines.chunks(2).enumerate().filter(|(at, _)| keep(*at)).map(|(_, pair)| pair.concat());
    let mut part = request.clone();
    part.body = kept.collect::<String>().into_bytes();
    part.headers.retain(|(name, _)| name != "content-encoding");
    part
}

/// A bad network: what becomes of requests, by chance.
pub(crate) struct Weather {
    pub(crate) random: Random,
    burst: VecDeque<u16>,
    /// Each fault, and how often it was tried.
    pub(crate) tried: BTreeMap<&'static str, u64>,
}

impl Weather {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), burst: VecDeque::new(), tried: BTreeMap::new() }
    }

    pub(crate) fn tried(&mut self, fault: &'static str) {
        *self.tried.entry(fault).or_default() += 1;
    }

    /// What becomes of a request.
    pub(crate) fn reply(&mut self, request: &Request) -> Reply {
        if request.method != "POST" {
            return passed(request);
        }
        if let Some(status) = self.burst.pop_front() {
            self.tried("429 and 503, again");
            return Reply::Full(status, vec![], b"<html>slow down</html>".to_vec());
        }
        let documents = request.text().lines().count() / 2;
        match self.random.below(20) {
            0 => {
                self.tried("request lost");
                Reply::Cut
            }
            1 => {
                self.tried("answer lost");
                forward(request);
                Reply::Cut
            }
            2 => {
                self.tried("answer cut");
                let (status, body) = forward(request);
                Reply::Half(status, vec![], body)
            }
            3 => {
                self.tried("request doubled");
                forward(request);
                passed(request)
            }
            4 => {
                self.tried("429 and 503");
                let status = if self.random.below(2) == 0 { 429 } else { 503 };
                let again = self.random.below(4) as usize;
                self.burst.extend(vec![status; again]);
                Reply::Full(status, vec![], Vec::new())
            }
            5 if documents > 1 => {
                self.tried("413");
                Reply::Full(413, vec![], b"<html>too large</html>".to_vec())
            }
            6 => {
                self.tried("answer late");
                Reply::Late(Duration::from_millis(self.random.below(20)), Box::new(passed(request)))
            }
            // Some documents are put off, whether they were indexed or not.
            7 | 8 => {
                self.tried("429 of some documents");
                let put_off: Vec<bool> = (0..documents).map(|_| self.random.below(3) == 0).collect();
                let all = self.random.below(2) == 0;
                if !all && put_off.iter().all(|put_off| *put_off) {
                    return Reply::json(429, "");
                }
                let sent = part(request, |at| all || !put_off[at]);
                let (status, body) = forward(&sent);
                let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
                let Some(items) = answer["items"].as_array() else {
                    return Reply::Full(status, vec![], body);
                };
                let mut told = items.iter().cloned();
                let error = json!({"type": "rejected_execution_exception", "reason": "queue is full"});
                let off = json!({"index": {"status": 429, "error": error}});
                let mut items = Vec::new();
                for put_off in put_off {
                    let real = if all || !put_off { told.next() } else { None };
                    items.push(real.filter(|_| !put_off).unwrap_or_else(|| off.clone()));
                }
                Reply::json(200, json!({"took": 1, "errors": true, "items": items}).to_string())
            }
            9 => {
                self.tried("a page for an answer");
                Reply::Full(200, vec![], b"<html>please log in</html>".to_vec())
            }
            10 => {
                self.tried("answer to another request");
                Reply::json(200, r#"{"took":1,"errors":false,"items":[]}"#)
            }
            _ => passed(request),
        }
    }
}

/// Lines of one run: events, two of them equal, a blank line and one that is no event.
pub(crate) fn object(seed: u64) -> Vec<u8> {
    let event = |number: u64| {
        let message = format!(
            "Nov 22 15:00:{number:02} h{seed} CEF:0|Trend Micro|Deep Security Agent|20.0|21|Deny|0|src=203.0.113.2 act=Deny cnt={number}"
        );
        json!({"message": message, "timestamp": "2026-11-22T22:26:05+00:00"}).to_string()
    };
    let mut lines: Vec<String> = (0..DOCUMENTS - 2).map(event).collect();
    lines.insert(5, String::new());
    lines.push(event(3));
    lines.push(
        json!({"message": format!("no event {seed}"), "timestamp": "2026-11-22T22:26:05+00:00"}).to_string(),
    );
    lines.join("\n").into_bytes()
}

pub(crate) fn setup(site: &Site) {
    let mut command = es_loader();
    command.args(["setup", "--endpoint", opensearch(), "--config"]).arg(site.config());
    Run::of(&mut command).with_status(0);
    // What a node does for safety at each request takes most of these tests' time.
    let settings = json!({"settings": {"index.translog.durability": "async"}});
    site.node.put(&format!("{}-2026-11", site.index), &settings).good();
}

/// How many documents each object gave.
pub(crate) fn found(site: &Site) -> BTreeMap<String, u64> {
    let table = site.node.table(&site.indices(), &json!({"match_all": {}}), "@log_s3key", "@log_type");
    table.into_iter().map(|(key, (count, _))| (key, count)).collect()
}

fn load_through_faults(
    site_sections: Arc<es_loader::map::compiled::CompiledSections>,
    path: &std::path::Path,
    seed: u64,
) -> BTreeMap<&'static str, u64> {
    run(async {
        let mut weather = Weather::new(seed);
        let options = Options {
            in_flight: 1 + weather.random.below(4) as usize,
            pause: Duration::from_millis(1),
            longest_pause: Duration::from_millis(8),
            patience: Duration::from_secs(120),
        };
        let weather = Arc::new(Mutex::new(weather));
        let over_all = Arc::clone(&weather);
        let server = serve(move |request| over_all.lock().unwrap().reply(request)).await;
        let sink = Sink::OpenSearch(Box::new(client(&server)), options);
        let limits = Limits { batch_bytes: 4_000, ..Limits::default() };
        let loader = ObjectLoader::new(site_sections, None, sink, limits);
        let report = loader.load_file(path, "deepsecurity", Timestamp::now()).await;
        assert_eq!(report.outcome, Outcome::Loaded, "seed {seed}");
        assert_eq!(report.balance().check(), Ok(()), "seed {seed}");
        let counts = (
            report.verdicts.indexed,
            report.verdicts.raw.total(),
            report.verdicts.rejected.total(),
            report.unsent.total(),
        );
        assert_eq!(counts, (DOCUMENTS, 0, 0, 0), "seed {seed}");
        std::mem::take(&mut weather.lock().unwrap().tried)
    })
}

#[test]
fn behind_two_hundred_bad_networks_each_event_is_found_once_and_the_reports_are_true() {
    let site = Site::new("faults");
    setup(&site);
    let path = |seed: u64| site.path(&format!("{seed:03}.log"));
    (1..=SEEDS).for_each(|seed| std::fs::write(path(seed), object(seed)).unwrap());
    let seeds = Mutex::new(1..=SEEDS);
    let tried = Mutex::new(BTreeMap::new());
    let (plans, path) = (site.sections(), &path);
    let paths: Vec<_> = (0..=SEEDS).map(path).collect();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(seed) = { seeds.lock().unwrap().next() } {
                    let met = load_through_faults(plans.clone(), &paths[seed as usize], seed);
                    let mut tried = tried.lock().unwrap();
                    met.into_iter().for_each(|(fault, times)| *tried.entry(fault).or_default() += times);
                }
            });
        }
    });
    let found = found(&site);
    let expected = (1..=SEEDS).map(|seed| (path(seed).display().to_string(), DOCUMENTS));
    assert_eq!(found, expected.collect(), "as many documents as events, of every object");
    assert_eq!(site.documents(), SEEDS * DOCUMENTS);
    let tried: BTreeMap<&str, u64> = tried.into_inner().unwrap();
    println!("{tried:#?}");
    assert_eq!(tried.len(), 11, "{tried:?}");
}
