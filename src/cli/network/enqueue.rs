//! `es-loader backfill --enqueue`: the function gets one S3 event for each object, as S3 itself would have sent it.

use std::process::ExitCode;

use aws_types::SdkConfig;

use super::checkpoint::Checkpoint;
use super::interrupts::Interrupts;
use crate::bytes::safe::Safe;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::edge::aws::sqs::{MOST_AT_ONCE, Queue};
use crate::report::ExitStatus;
use crate::trigger::object_ref::ObjectRef;

/// Sends an event for each object. What the queue does not take is left for the next run.
pub(super) async fn enqueue(
    aws: &SdkConfig,
    url: &str,
    objects: &[ObjectRef],
    checkpoint: &mut Checkpoint,
) -> Result<ExitCode, Failure> {
    let queue = Queue::new(aws, url)?;
    let mut interrupts = Interrupts::listen()?;
    let (mut sent, mut refused) = (0_usize, None);
    for chunk in objects.chunks(MOST_AT_ONCE) {
        let bodies: Vec<String> = chunk.iter().map(|object| object.notification().to_string()).collect();
        let failed = tokio::select! {
            failed = queue.send_batch(&bodies) => failed,
            () = interrupts.next() => break,
        };
        let failed = match failed {
            Ok(failed) => failed,
            Err(error) => {
                refused = Some(error.to_string());
                break;
            }
        };
        for (number, object) in chunk.iter().enumerate() {
            match failed.iter().find(|(failed, _)| *failed == number) {
                Some((_, reason)) => refused = Some(reason.clone()),
                None => {
                    checkpoint.add(object);
                    sent += 1;
                }
            }
        }
        checkpoint.save_sometimes()?;
    }
    checkpoint.save()?;
    output::notice(format_args!("{sent} of {} objects were handed to {}", objects.len(), Safe(url)));
    if let Some(reason) = &refused {
        output::notice(format_args!("es-loader: the queue did not take all: {}", Safe(reason)));
    }
    if sent < objects.len() {
        output::notice(format_args!(
            "the same command again goes on with the others (checkpoint {})",
            checkpoint.path.display()
        ));
        return Ok(ExitCode::from(ExitStatus::Unfinished as u8));
    }
    Ok(ExitCode::SUCCESS)
}
