//! `cargo xtask test`: every part in an order that fails early and builds once.

use std::time::Instant;

use anyhow::{Result, bail};

use crate::need;
use crate::postgres::{self, Cluster};
use crate::run::{Run, program};

type Part = (&'static str, fn() -> Result<()>);

const PARTS: [Part; 5] = [("lint", lint), ("web", web), ("rust", rust), ("compat", compat), ("browser", browser)];

/// Runs the named parts, or all of them.
pub fn run(names: &[String]) -> Result<()> {
    if let Some(unknown) = names.iter().find(|name| PARTS.iter().all(|(part, _)| part != name)) {
        bail!("there is no test part `{unknown}`; there are: {}", PARTS.map(|(part, _)| part).join(", "));
    }
    let chosen = PARTS.iter().filter(|(part, _)| names.is_empty() || names.iter().any(|name| name == part));
    let mut took = Vec::new();
    for (part, test) in chosen {
        let start = Instant::now();
        test()?;
        took.push(format!("{part} {} s", start.elapsed().as_secs()));
    }
    println!("\nAll passed: {}", took.join(", "));
    Ok(())
}

fn lint() -> Result<()> {
    program("cargo", &["fmt", "--all", "--check"]).go()?;
    program("cargo", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).go()?;
    if program("cargo", &["deny", "--version"]).works() {
        program("cargo", &["deny", "check", "licenses", "bans", "sources"]).go()?;
    } else {
        println!("cargo-deny is not installed: licences are not checked (cargo install cargo-deny)");
    }
    Ok(())
}

fn web() -> Result<()> {
    need::npm_packages("web")?;
    program("npm", &["run", "check"]).within("web").go()?;
    program("npm", &["run", "build"]).within("web").go()
}

fn rust() -> Result<()> {
    beside_postgres(program("cargo", &["test", "--workspace"]))
}

/// Runs a command with a PostgreSQL for tests at hand.
fn beside_postgres(run: Run) -> Result<()> {
    if std::env::var_os(postgres::VARIABLE).is_some() {
        return run.go();
    }
    let cluster = Cluster::start()?;
    run.env(postgres::VARIABLE, cluster.url()).go()
}

/// The same for a command of the user's.
pub fn with_postgres(command: &[String]) -> Result<()> {
    let Some((name, args)) = command.split_first() else { bail!("name the command to run") };
    beside_postgres(program(name, &[]).args(args))
}

fn compat() -> Result<()> {
    need::npm_packages("compat/clients")?;
    need::python_packages("compat/clients")?;
    let binary = need::binary()?;
    program("cargo", &["build", "--quiet", "--package", "nunjucks", "--example", "lines"]).go()?;
    program("node", &["--test", "--test-reporter=spec"])
        .within("compat/clients")
        .env("NUNJUCKS_LINES", binary.with_file_name("examples").join("lines"))
        .env("CALLBOARD_BIN", binary)
        .go()
}

fn browser() -> Result<()> {
    in_browser(&["--test", "--test-concurrency=1", "--test-reporter=spec"])
}

/// Writes `docs/images/catalog.png`.
pub fn picture() -> Result<()> {
    in_browser(&["picture.mjs"])
}

/// Runs node in the folder of the browser tests, with a fresh program and a browser.
fn in_browser(args: &[&str]) -> Result<()> {
    let chromium = need::chromium()?;
    need::npm_packages("web/tests")?;
    let binary = need::binary()?;
    program("node", args).within("web/tests").env("CALLBOARD_BIN", binary).env("CALLBOARD_CHROMIUM", chromium).go()
}

/// Builds what is measured and what measures, and runs it.
pub fn bench(args: &[String]) -> Result<()> {
    program(&need::benchmarks()?.to_string_lossy(), &[]).args(args).go()
}
