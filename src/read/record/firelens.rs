//! Records of FireLens: a container's line in `log`, beside what ECS says of the container ("Using custom log routing with ECS",
//! `enable-ecs-log-metadata`).

use std::borrow::Cow;
use std::sync::Arc;

use super::fluentd::{Container, Envelope, Record};

/// Why a line of a container's standard error is left out.
const STDERR: &str = "a line of a container's standard error";

/// Makes the line of a record the record's message, and what FireLens says of the container its envelope. Other records stay as they are.
pub(crate) fn unwrap(record: &mut Record<'_>, ignores_stderr: bool) {
    let is_firelens = record.others.iter().any(|other| other.name.starts_with("container_"));
    let Some(at) = record.others.iter().position(|other| other.name == "log").filter(|_| is_firelens) else {
        return;
    };
    record.message = record.others.swap_remove(at).value;
    // The record's own name for the stream is one that events have for an address.
    if let Some(stream) = record.others.iter_mut().find(|other| other.name == "source") {
        stream.name = "container_source".into();
    }
    if ignores_stderr && record.other("container_source") == Some("stderr") {
        record.left_out = Some(STDERR);
    }
    // arn:aws:ecs:REGION:ACCOUNT:task/…
    let arn = record.other("ecs_task_arn").unwrap_or_default();
    let part = |number: usize| arn.split(':').nth(number).filter(|part| !part.is_empty()).map(Box::from);
    let [id, name, instance] =
        ["container_id", "container_name", "ec2_instance_id"].map(|name| record.other(name).map(Box::from));
    let container = Some(Container { id, name, instance });
    let envelope = Envelope { region: part(3), account: part(4), container, ..Envelope::default() };
    record.envelope = Some(Arc::new(envelope));
    // What is left is no JSON.
    (record.json, record.message_missing, record.plain) = (false, false, 0);
    (record.raw, record.message_field) = (Cow::default(), None);
}
