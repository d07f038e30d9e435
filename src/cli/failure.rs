//! Why a command cannot do its work.

use std::fmt::Display;
use std::path::Path;

use crate::bytes::safe::error_chain;

/// What ends a command before its work: it is printed as `es-loader: …`, and the exit status is 2.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

impl Failure {
    /// What is wrong with a file.
    pub(crate) fn at<E: Display>(path: &Path) -> impl FnOnce(E) -> Self {
        move |error| Self(format!("{}: {error}", path.display()))
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error_chain(&error))
    }
}
