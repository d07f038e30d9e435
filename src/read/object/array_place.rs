//! How far the reading of an array of events has come.

use super::nesting::Nesting;

/// Where the text that waits begins.
#[derive(Default)]
pub(super) enum ArrayPlace {
    /// Outside of any array of events.
    #[default]
    Outside,
    /// Before an element of the array, or behind the last one.
    Inside,
    /// Behind the array, in the object around it.
    Behind(Nesting),
}
