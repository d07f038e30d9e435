//! `es-loader playground`: a page on this machine that shows what becomes of log lines while user.ini is written.
//!
//! ```text
//! request from the page → guard: is it ours? → server → answer: check, load and explain with the core → JSON → the page
//! ```
//!
//! Nothing leaves the machine: the server listens on 127.0.0.1 alone, and the page may load nothing from elsewhere.

mod answer;
mod examples;
mod mask;
mod guard;
mod server;
mod session;

use std::process::ExitCode;

use self::guard::Guard;
use self::session::Session;
use super::args::local::PlaygroundArgs;
use super::failure::Failure;
use super::output;

/// Serves the page until the process is interrupted.
pub(super) fn run(args: &PlaygroundArgs) -> Result<ExitCode, Failure> {
    let session = Session::begin(args.open.as_deref(), args.config.as_deref())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", args.port)).await?;
        let guard = Guard::new(listener.local_addr()?.port())?;
        let address = guard.address();
        output::line(format_args!("es-loader playground: {address} (Ctrl-C ends it)"));
        if !args.no_open && open::that_detached(&address).is_err() {
            output::notice("es-loader: no browser could be opened: open the address yourself");
        }
        server::serve(listener, guard, session).await?;
        Ok(ExitCode::SUCCESS)
    })
}
