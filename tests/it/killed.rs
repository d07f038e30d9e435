//! A process that is killed in the middle of its work, and started again.

use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};

use crate::faults::{forward, found, object, setup};
use crate::scripted::{Reply, run, serve};
use crate::support::program::{Run, es_loader};
use crate::support::services::opensearch;
use crate::support::site::Site;

/// Objects of one load: as many requests where they are large, and one where they are small.
const OBJECTS: u64 = 6;

/// Blank lines that make an object too large to share a request.
const PADDING: usize = 70_000;

/// Documents of one object.
const DOCUMENTS: u64 = 13;

#[test]
fn killed_at_any_request_and_started_again_each_event_is_found_once() {
    let site = Site::new("killed");
    setup(&site);
    for seed in 0..10_u64 {
        let folder = site.path(&format!("{seed}"));
        let is_large = seed % 3 > 0;
        for number in 0..OBJECTS {
            let mut object = object(1_000 * (seed + 1) + number);
            if is_large {
                object.extend_from_slice(&b"\n".repeat(PADDING));
            }
            site.file(&format!("{seed}/{number}.log"), &object);
        }
        let mut command = es_loader();
        command.args(["load", "--config"]).arg(site.config()).arg(&folder).stderr(Stdio::null());
        let child: Arc<Mutex<Option<Child>>> = Arc::default();
        let victim = Arc::clone(&child);
        // Before the node has the last request, or behind it.
        let last = if is_large { 1 + (seed * 7 + 3) % OBJECTS } else { 1 };
        let before = seed % 2 == 0;
        let ended = run(async move {
            let mut requests = 0;
            let server = serve(move |request| {
                let is_bulk = request.method == "POST";
                requests += u64::from(is_bulk);
                let is_last = is_bulk && requests == last;
                if is_last && before {
                    victim.lock().unwrap().as_mut().unwrap().kill().unwrap();
                    return Reply::Cut;
                }
                let (status, body) = forward(request);
                if is_last {
                    victim.lock().unwrap().as_mut().unwrap().kill().unwrap();
                    return Reply::Cut;
                }
                Reply::json(status, String::from_utf8(body).unwrap())
            })
            .await;
            *child.lock().unwrap() = Some(command.args(["--endpoint", &server.url]).spawn().unwrap());
            loop {
                if let Some(status) = child.lock().unwrap().as_mut().unwrap().try_wait().unwrap() {
                    return status;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        });
        assert_eq!(ended.code(), None, "it was killed: {ended}");

        let mut command = es_loader();
        command.args(["load", "--endpoint", opensearch(), "--config"]).arg(site.config()).arg(&folder);
        let events = OBJECTS * DOCUMENTS;
        Run::of(&mut command)
            .with_status(0)
            .reports(&events.to_string(), &format!("indexed into {}", opensearch()));
        let of_this: Vec<u64> = found(&site)
            .into_iter()
            .filter(|(key, _)| key.starts_with(&format!("{}/", folder.display())))
            .map(|(_, count)| count)
            .collect();
        assert_eq!(of_this, vec![DOCUMENTS; OBJECTS as usize], "seed {seed}");
    }
}
