//! Why a command cannot do its work.

use crate::bytes::safe::error_chain;

/// What ends a command before its work: it is printed as `es-loader: …`, and the exit status is 2.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error_chain(&error))
    }
}
