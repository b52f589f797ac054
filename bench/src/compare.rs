//! Rows of a battery, each beside the floor of its size.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::Load;
use crate::http::request;
use crate::load::{Measured, measure};

/// A row: what it is, and its requests, ready to send.
pub struct Case {
    pub name: &'static str,
    pub requests: Vec<Vec<u8>>,
}

/// Measures each case and prints it as a row of a table, with its share of what the floor answers per second.
pub async fn rows(host: &str, cases: &[Case], load: &Load) -> Result<()> {
    let (connections, length) = (load.connections, Duration::from_secs(load.seconds));
    println!("{} entities, {connections} connections\n", load.entities);
    println!("| request | bytes | req/s | p50 | p99 | floor req/s | share of floor |\n|---|---|---|---|---|---|---|");
    for case in cases.iter().filter(|case| case.name.contains(&load.only)) {
        let ours = measure(host, &case.requests, connections, length).await.with_context(|| case.name.to_owned())?;
        let floor = floor(ours.bytes, connections, length).await?;
        println!(
            "| {} | {} | {:.0} | {:.2} ms | {:.2} ms | {:.0} | {:.0} % |",
            case.name,
            ours.bytes,
            ours.per_second,
            ours.p50.as_secs_f64() * 1e3,
            ours.p99.as_secs_f64() * 1e3,
            floor.per_second,
            100.0 * ours.per_second / floor.per_second
        );
    }
    Ok(())
}

/// The floor for a body of this size, in a process of its own as Callboard is.
async fn floor(bytes: usize, connections: usize, length: Duration) -> Result<Measured> {
    let mut child = tokio::process::Command::new(std::env::current_exe()?)
        .args(["floor", &bytes.to_string()])
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    let host = lines.next_line().await?.context("the floor did not start")?;
    let measured = measure(&host, &[request("GET", &host, "/", None)], connections, length).await?;
    child.kill().await?;
    Ok(measured)
}
