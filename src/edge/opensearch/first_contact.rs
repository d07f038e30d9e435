//! The first request to a cluster: it tells a mistyped address at once, and has patience with a cluster that is only busy or starting.

use std::time::{Duration, Instant};

use super::client::{ApiError, OpenSearch};
use super::send_error::{Problem, SendError};

/// The pause before the second try; it doubles with each.
const PAUSE: Duration = Duration::from_millis(250);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// After so long no other try begins.
const PATIENCE: Duration = Duration::from_secs(15);

/// Asks the cluster who it is, and asks again where that can help; `tell` gets the first reason. Whether we may write shows in the
/// answers to bulk requests, so a refusal is an answer too.
///
/// # Errors
///
/// There is no answer.
pub async fn first_contact(client: &OpenSearch, tell: impl FnOnce(&ApiError)) -> Result<(), ApiError> {
    let started = Instant::now();
    let (mut pause, mut tell) = (PAUSE, Some(tell));
    loop {
        let error = match client.get("").await {
            Ok(_) => return Ok(()),
            Err(error) => error,
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
        ApiError::Send(SendError::NoAnswer { problem: Problem::Dns, .. }) => false,
        ApiError::Send(error) => error.can_pass(),
        ApiError::Refused { fault, .. } => matches!(fault.status, 429 | 502 | 503 | 504),
    }
}
