//! Callboard: a developer portal in one binary.

mod cli;
mod compose;
mod directory;
mod listen;
mod live;
mod metrics;
mod redact;
mod reload;
mod remote;
mod serve;
mod telemetry;
mod welcome;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

/// The system's allocator keeps what a large load freed, in an arena for each thread; this one gives it back
/// (`docs/adr/0007-memory.md`). How it is tuned is in `.cargo/config.toml`.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Exit codes: 0 all is well; 1 problems were found, or the command could not do its work; 2, from the reader of the
/// arguments, there is no such command.
fn main() -> ExitCode {
    match cli::run(cli::Cli::parse()) {
        Ok(outcome) => {
            // A reader that went away (`callboard validate . | head`) has seen what it wanted.
            let _ = io::stdout().lock().write_all(outcome.output.as_bytes());
            match outcome.status {
                cli::Status::Ok => ExitCode::SUCCESS,
                cli::Status::Problems => ExitCode::FAILURE,
            }
        }
        Err(error) => {
            let _ = writeln!(io::stderr().lock(), "{}", cli::describe(&error));
            ExitCode::FAILURE
        }
    }
}
