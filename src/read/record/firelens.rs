//! Records of FireLens: a container's line in `log`, beside what ECS says of the container ("Using custom log routing with ECS",
//! `enable-ecs-log-metadata`).

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
    let message = record.others.swap_remove(at).value;
    let mut others = std::mem::take(&mut record.others);
    // The record's own name for the stream is one that events have for an address.
    if let Some(stream) = others.iter_mut().find(|other| other.name == "source") {
        stream.name = "container_source".into();
    }
    let value = |name: &str| {
        let other = others.iter().find(|other| other.name == name);
        other.map(|other| Box::<str>::from(&*other.value))
    };
    if ignores_stderr && value("container_source").as_deref() == Some("stderr") {
        record.left_out = Some(STDERR);
    }
    // arn:aws:ecs:REGION:ACCOUNT:task/…
    let arn = value("ecs_task_arn").unwrap_or_default();
    let part = |number: usize| arn.split(':').nth(number).filter(|part| !part.is_empty()).map(Box::from);
    let container = Container {
        id: value("container_id"),
        name: value("container_name"),
        instance: value("ec2_instance_id"),
    };
    let envelope =
        Envelope { region: part(3), account: part(4), container: Some(container), ..Envelope::default() };
    *record = Record {
        message,
        hostname: record.hostname.take(),
        timestamp: record.timestamp.take(),
        tag: record.tag.take(),
        others,
        left_out: record.left_out,
        envelope: Some(Arc::new(envelope)),
        ..Record::default()
    };
}
