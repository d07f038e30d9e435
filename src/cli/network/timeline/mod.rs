//! `es-loader timeline`: what all logs know of one address, in the order of time.

mod event;
mod screen;

use std::process::ExitCode;

use serde_json::{Value, json};

use self::event::{Event, note_lone};
use self::screen::Screen;
use super::connect;
use crate::cli::args::network::{Since, TimelineArgs};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::edge::opensearch::client::OpenSearch;

/// The fields in which an address may stand.
const ADDRESSES: [&str; 4] = ["source.ip", "client.ip", "destination.ip", "related.ip"];

/// What is shown of documents.
const FIELDS: [&str; 14] = [
    "@timestamp",
    "@log_type",
    "*.disposition",
    "event.*",
    "source.ip",
    "destination.ip",
    "destination.port",
    "http.request.method",
    "http.response.status_code",
    "network.transport",
    "rule.name",
    "url.*",
    "user.name",
    "error.message",
];

/// What was found: the last events, and how many there are.
struct Found {
    events: Vec<Event>,
    total: u64,
}

pub(crate) fn run(args: &TimelineArgs) -> Result<ExitCode, Failure> {
    let found = connect::runtime()?.block_on(async {
        let client = connect::opensearch(&args.connection, None).await?;
        search(&client, args).await
    })?;
    if args.json {
        output::json(&found.events)?;
    } else {
        anstream::print!("{}", Screen(&found.events));
    }
    let shown = u64::try_from(found.events.len()).unwrap_or(u64::MAX);
    if shown < found.total {
        let total = found.total;
        output::notice(format_args!(
            "es-loader: these are the last {shown} of {total} events; --limit or --since show others"
        ));
    }
    if found.events.is_empty() {
        output::notice(format_args!("es-loader: no event of {} in {}", args.address, args.index));
    }
    Ok(ExitCode::SUCCESS)
}

async fn search(client: &OpenSearch, args: &TimelineArgs) -> Result<Found, Failure> {
    let address = args.address.to_string();
    let any: Vec<Value> = ADDRESSES.iter().map(|field| json!({"term": {*field: address}})).collect();
    let since: Vec<Value> =
        (args.since.iter()).map(|Since(since)| json!({"range": {"@timestamp": {"gte": since}}})).collect();
    let question = json!({
        "query": {"bool": {"filter": since, "should": any, "minimum_should_match": 1}},
        "size": args.limit,
        "track_total_hits": true,
        "_source": FIELDS,
        "sort": [{"@timestamp": {"order": "desc", "unmapped_type": "date"}}],
    });
    let path =
        format!("{}/_search?ignore_unavailable=true", crate::edge::opensearch::client::in_path(&args.index));
    let mut answer = client.ask(&path, &question).await?;
    let total = answer.pointer("/hits/total/value").and_then(Value::as_u64).unwrap_or_default();
    let hits = answer.pointer_mut("/hits/hits").and_then(Value::as_array_mut).map(std::mem::take);
    let mut events: Vec<Event> = hits.unwrap_or_default().iter().map(Event::of).collect();
    events.reverse();
    note_lone(&mut events);
    Ok(Found { events, total })
}
