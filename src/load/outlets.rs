//! What a load hands its documents to.

use std::ops::ControlFlow;

use super::batch::Batch;
use crate::map::Document;
use crate::map::event::Written;

/// Takes full batches, and may stop the load.
pub type Sink<'s> = dyn FnMut(&mut Batch) -> ControlFlow<()> + 's;

/// Is shown each document and what became of it, and may stop the load.
pub type Visitor<'v> = dyn FnMut(&Document<'_, '_, '_>, Written) -> ControlFlow<()> + 'v;
