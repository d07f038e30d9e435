//! `es-loader timeline`: what all logs know of one address, in the order of time.

mod event;
mod screen;

use std::io::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};

use self::event::{Event, note_lone};
use self::screen::Screen;
use super::connect;
use crate::cli::args::network::{Since, TimelineArgs};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::edge::opensearch::client::{OpenSearch, in_path};

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

pub(crate) fn run(args: &TimelineArgs) -> Result<ExitCode, Failure> {
    let (events, total) = connect::runtime()?.block_on(async {
        let client = connect::opensearch(&args.connection, None).await?;
        search(&client, args).await
    })?;
    if args.json {
        output::json(&events)?;
    } else {
        output::wrote(write!(anstream::stdout(), "{}", Screen(&events)));
    }
    let shown = events.len() as u64;
    if shown < total {
        output::notice(format_args!(
            "es-loader: these are the last {shown} of {total} events; --limit or --since show others"
        ));
    }
    if events.is_empty() {
        let since = args.since.as_ref().map(|Since(since)| format!(" since {since}")).unwrap_or_default();
        output::notice(format_args!("es-loader: no event of {} in {}{since}", args.address, args.index));
    }
    Ok(ExitCode::SUCCESS)
}

/// The last events of the address, and how many there are.
async fn search(client: &OpenSearch, args: &TimelineArgs) -> Result<(Vec<Event>, u64), Failure> {
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
    let path = format!("{}/_search?ignore_unavailable=true", in_path(&args.index));
    let mut answer = client.ask(&path, &question).await?;
    let total = answer.pointer("/hits/total/value").and_then(Value::as_u64).unwrap_or_default();
    let hits = answer.pointer_mut("/hits/hits").and_then(Value::as_array_mut).map(std::mem::take);
    let mut events: Vec<Event> = hits.unwrap_or_default().iter().map(Event::of).collect();
    events.reverse();
    note_lone(&mut events);
    Ok((events, total))
}
