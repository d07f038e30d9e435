//! The Lambda runtime interface, with deadlines that mean something: cargo-lambda's lie in 1970.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::lambda::spawn;
use super::site::Site;
use crate::scripted::{Reply, Request, serve};

/// The longest that an answer may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// How an invocation ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// With this answer and this log.
    Answered(Value, String),
    /// It was killed before it answered.
    Killed,
}

/// Starts the function, hands it one event that has to be done in `time`, and ends it; gives its answer and its log.
pub(crate) async fn invoke(
    site: &Site,
    variables: &[(&str, &str)],
    event: &Value,
    time: Duration,
) -> (Value, String) {
    match invoke_until(site, variables, event, time, None).await {
        Ended::Answered(answer, log) => (answer, log),
        Ended::Killed => panic!("nobody killed it"),
    }
}

/// The same for a function that is killed after `kill`, if it has not answered by then.
pub(crate) async fn invoke_until(
    site: &Site,
    variables: &[(&str, &str)],
    event: &Value,
    time: Duration,
    kill: Option<Duration>,
) -> Ended {
    let killed = kill.map(|kill| Instant::now() + kill);
    let event = event.to_string();
    let interface = serve(move |request: &Request| answer(request, &event, time)).await;
    let (mut function, log) = spawn(site, variables, interface.url.trim_start_matches("http://"));
    let until = Instant::now() + PATIENCE;
    let answer = loop {
        let answers = interface.requests().into_iter().find(|request| request.method == "POST");
        if let Some(answer) = answers {
            break answer;
        }
        let words = || std::fs::read_to_string(&log).unwrap();
        assert!(function.try_wait().unwrap().is_none(), "the function ended:\n{}", words());
        if killed.is_some_and(|killed| killed <= Instant::now()) {
            function.kill().unwrap();
            function.wait().unwrap();
            return Ended::Killed;
        }
        assert!(Instant::now() < until, "no answer in {PATIENCE:?}:\n{}", words());
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    function.kill().unwrap();
    function.wait().unwrap();
    Ended::Answered(serde_json::from_str(&answer.text()).unwrap(), std::fs::read_to_string(&log).unwrap())
}

fn answer(request: &Request, event: &str, time: Duration) -> Reply {
    if request.method == "POST" {
        return Reply::Full(202, vec![], vec![]);
    }
    let deadline = Timestamp::now() + SignedDuration::try_from(time).unwrap();
    let head = vec![
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", "r1".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.as_millisecond().to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:1:function:f".to_owned()),
    ];
    Reply::Full(200, head, event.as_bytes().to_vec())
}
