//! Tasks of the house. `cargo xtask test` is the one command that decides whether a change is good.
#![allow(clippy::disallowed_methods, reason = "a task runner reads its environment")]

mod need;
mod postgres;
mod run;
mod test;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask test [PART…]   run all tests, or the named parts:
                             lint      formatting and clippy
                             web       type-check and build the browser islands
                             rust      unit, contract, house and integration tests, also on a PostgreSQL of their own
                             compat    official and community clients against a running portal
                             browser   pages in headless Chromium, with screenshots and axe
cargo xtask postgres CMD…  run a command beside a PostgreSQL that tests may use
cargo xtask picture        take the README's picture of the demo catalog again
cargo xtask bench ARGS…    run a benchmark (cargo xtask bench --help); bench/RESULTS.md has the figures
";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let outcome = match args.next().as_deref() {
        Some("test") => test::run(&args.collect::<Vec<_>>()),
        Some("postgres") => test::with_postgres(&args.collect::<Vec<_>>()),
        Some("picture") => test::picture(),
        Some("bench") => test::bench(&args.collect::<Vec<_>>()),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
