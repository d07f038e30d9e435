//! What stands in for the network in a build without it: one sentence that says which build has it.

use std::process::ExitCode;
use std::sync::Arc;

use serde_json::Value;

use super::args::local::LoadArgs;
use super::args::network::SetupArgs;
use super::failure::Failure;
use super::inputs::Input;
use super::interrupt::Interrupt;
use crate::local::open_object::OpenObject;
use crate::local::sink::LocalSink;
use crate::map::compiled::CompiledSections;
use crate::report::Report;
use crate::trigger::object_ref::ObjectRef;

fn no_network() -> Failure {
    Failure(
        "this build has no network, for S3 and OpenSearch: `cargo build --release` has it; local files can be loaded with \
         `--to ndjson` or `--to none`"
            .to_owned(),
    )
}

/// Nothing: there is no connection to S3 in this build.
pub(super) enum Buckets {}

impl Buckets {
    pub(super) fn connect(_: Option<String>) -> Result<Self, Failure> {
        Err(no_network())
    }

    pub(super) fn expand(&self, _: Vec<Input>) -> Result<Vec<Input>, Failure> {
        match *self {}
    }

    pub(super) fn open(&self, _: &ObjectRef, _: String) -> Result<OpenObject, Failure> {
        match *self {}
    }
}

pub(super) fn load(
    _: &LoadArgs,
    _: Vec<Input>,
    _: Arc<CompiledSections>,
    _: Option<LocalSink>,
    _: &Interrupt,
) -> Result<Report, Failure> {
    Err(no_network())
}

pub(super) fn setup(_: &SetupArgs, _: &CompiledSections, _: &[(String, Value)]) -> Result<ExitCode, Failure> {
    Err(no_network())
}

/// Stands for a command that is nothing without the network.
pub(super) fn refuse<A>(_: A) -> Result<ExitCode, Failure> {
    Err(no_network())
}

pub(super) use self::{refuse as audit, refuse as backfill, refuse as redrive, refuse as timeline};
