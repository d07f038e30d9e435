//! Ctrl-C, and the signal by which a service is ended: a wish to stop in good order.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Failure;

/// Waits for wishes to stop, instead of ending at once.
pub(super) struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupts {
    /// From now on signals do not end the process.
    pub(super) fn listen() -> Result<Self, Failure> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// The next wish to stop.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
