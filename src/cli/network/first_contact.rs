//! The first request of a command to a cluster: whether it answers, so that a mistyped address is told at once, with patience for a cluster
//! that is only busy or starting.

use std::time::{Duration, Instant};

use crate::edge::opensearch::client::{ApiError, OpenSearch};
use crate::edge::opensearch::send_error::{Problem, SendError};

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
pub(super) async fn first_contact(client: &OpenSearch, tell: impl FnOnce(&ApiError)) -> Result<(), ApiError> {
    let started = Instant::now();
    let (mut pause, mut tell) = (PAUSE, Some(tell));
    loop {
        let error = match tokio::time::timeout(ATTEMPT, client.get("")).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => error,
            Err(_) => silence(client).into(),
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

fn silence(client: &OpenSearch) -> SendError {
    let text = format!("{} seconds are over", ATTEMPT.as_secs());
    SendError::NoAnswer { endpoint: client.endpoint().to_string(), problem: Problem::TimedOut, text }
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
