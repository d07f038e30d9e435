//! The first requests to a cluster: whether it answers, so that a mistyped address is told at once, with patience for a cluster that is
//! only busy or starting; and whether it is ready for our documents: its version, and the index templates that `setup` installs.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::client::{ApiError, OpenSearch, in_path};
use super::send_error::{Problem, SendError};
use crate::map::compiled::CompiledSections;

/// The lowest version of OpenSearch that es-loader was tried with.
const LOWEST: (u64, u64) = (1, 3);

/// The version of OpenSearch that brought the type `flat_object`.
const FLAT_OBJECT: (u64, u64) = (2, 7);

/// What stands in the way of good documents, a sentence each. A cluster that does not let us look is not complained of.
pub async fn findings(client: &OpenSearch, sections: &CompiledSections) -> Vec<String> {
    let mut findings: Vec<String> = version(client).await.into_iter().collect();
    let names: BTreeSet<&str> =
        sections.iter().map(|section| section.log_type().index.name.as_str()).collect();
    for name in names {
        let path = format!("_index_template/{}?filter_path=index_templates.name", in_path(name));
        if let Err(ApiError::Refused { fault, .. }) = client.get(&path).await
            && fault.status == 404
            && !fault.error_type.is_empty()
        {
            findings.push(format!(
                "{} has no index template {name}: new indices would guess their types from the first events; run `es-loader setup` first",
                client.endpoint()
            ));
        }
    }
    findings
}

/// What is to be said of the cluster's version, if anything.
pub async fn version(client: &OpenSearch) -> Option<String> {
    let answer = client.get("").await.ok()?;
    let number = answer.pointer("/version/number").and_then(Value::as_str)?;
    // A domain may call itself 7.10 for old clients, and only Elasticsearch has no distribution.
    let is_opensearch = answer.pointer("/version/distribution").and_then(Value::as_str) == Some("opensearch");
    let mut parts = number.split('.').map_while(|part| part.parse::<u64>().ok());
    let found = (parts.next()?, parts.next().unwrap_or_default());
    let name = if is_opensearch { "OpenSearch" } else { "Elasticsearch, or OpenSearch that says so," };
    let [lowest, searching] = [LOWEST, FLAT_OBJECT].map(|(major, minor)| format!("{major}.{minor}"));
    let said = if !is_opensearch || found < LOWEST {
        format!(
            "es-loader needs OpenSearch {lowest} or later, and {searching} or later to search keys that nobody knows"
        )
    } else if found < FLAT_OBJECT {
        format!(
            "OpenSearch {lowest} is the lowest version, and before {searching} keys that nobody knows are kept, but no search finds \
             them (flat_object)"
        )
    } else {
        return None;
    };
    Some(format!("{} is {name} {number}: {said}", client.endpoint()))
}

/// The pause before the second try; it doubles with each.
const PAUSE: Duration = Duration::from_millis(250);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// The longest time for a try: a connection that falls silent must not end the command, another one may answer.
const ATTEMPT: Duration = Duration::from_secs(12);

/// After so long no other try begins.
const PATIENCE: Duration = Duration::from_secs(15);

/// The words of the resolver for a server of names that does not answer (EAI_AGAIN), in glibc and musl.
const NAMES_UNANSWERED: [&str; 2] = ["Temporary failure in name resolution", "Try again"];

/// Asks the cluster who it is, and asks again where that can help; `tell` gets the first reason. Whether we may write shows in the
/// answers to bulk requests, so a refusal is an answer too.
///
/// # Errors
///
/// There is no answer.
pub(crate) async fn first_contact(client: &OpenSearch, tell: impl FnOnce(&ApiError)) -> Result<(), ApiError> {
    let started = Instant::now();
    let (mut pause, mut tell) = (PAUSE, Some(tell));
    loop {
        let error = match tokio::time::timeout(ATTEMPT, client.get("")).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => error,
            Err(_) => SendError::timed_out(client.endpoint(), ATTEMPT).into(),
        };
        let is_refused = matches!(error, ApiError::Refused { .. });
        if !can_pass(&error) || started.elapsed() + pause > PATIENCE {
            return if is_refused { Ok(()) } else { Err(error) };
        }
        if let Some(tell) = tell.take() {
            tell(&error);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// A name that has no address is most likely mistyped.
fn can_pass(error: &ApiError) -> bool {
    match error {
        ApiError::Send(SendError::NoAnswer { problem: Problem::Dns, text, .. }) => {
            NAMES_UNANSWERED.iter().any(|words| text.contains(words))
        }
        ApiError::Send(error) => error.can_pass(),
        ApiError::Refused { fault, .. } => matches!(fault.status, 429 | 502 | 503 | 504),
    }
}

#[cfg(test)]
mod tests {
    use super::{ApiError, Problem, SendError, can_pass};

    #[test]
    fn names_that_nobody_resolves_now_are_asked_for_again_and_mistyped_ones_are_not() {
        for (text, passes) in [
            ("failed to lookup address information: Temporary failure in name resolution", true),
            ("failed to lookup address information: Try again", true),
            ("failed to lookup address information: Name or service not known", false),
            ("failed to lookup address information: No address associated with hostname", false),
        ] {
            let (endpoint, problem) = ("https://a.example.com".to_owned(), Problem::Dns);
            let error = SendError::NoAnswer { endpoint, problem, text: format!("dns error: {text}") };
            assert_eq!(can_pass(&ApiError::Send(error)), passes, "{text}");
        }
    }
}
