//! Ctrl-C, and the signal that ends a service: the first asks `load` to stop in good order, the second ends the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::failure::Failure;

/// The exit status of a command that a signal has stopped: 128 and the number of the signal, as shells have it.
pub(crate) const STOPPED: u8 = 130;

/// Whether a signal has asked to stop.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Catches the signals from now on.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let has_come = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // The first signal finds the flag unset, and sets it; the second finds it set.
            flag::register_conditional_shutdown(signal, i32::from(STOPPED), Arc::clone(&has_come))?;
            flag::register(signal, Arc::clone(&has_come))?;
        }
        Ok(Self(has_come))
    }

    /// What is set once a signal has come.
    pub(crate) fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0)
    }

    pub(crate) fn has_come(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
