//! Rows of a battery, each beside two floors of its size: a file from the same server, and a server that does nothing else.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::Load;
use crate::http::{Connection, request};
use crate::load::{Measured, measure};
use crate::portal;

/// A row: what it is, and its requests, ready to send.
pub struct Case {
    pub name: &'static str,
    pub requests: Vec<Vec<u8>>,
}

/// Measures each case and prints it as a row of a table, with its share of what the floors answer per second.
pub async fn rows(host: &str, cases: &[Case], load: &Load) -> Result<()> {
    let (connections, length) = (load.connections, Duration::from_secs(load.seconds));
    println!("{} entities, {connections} connections\n", load.entities);
    println!("| request | bytes | req/s | p50 | p99 | same server req/s | share | bare server req/s | share |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for case in cases.iter().filter(|case| case.name.contains(&load.only)) {
        let ours = measure(host, &case.requests, connections, length).await.with_context(|| case.name.to_owned())?;
        let same = same_server(ours.bytes, connections, length).await?;
        let bare = bare_server(ours.bytes, connections, length).await?;
        println!(
            "| {} | {} | {:.0} | {:.2} ms | {:.2} ms | {:.0} | {:.0} % | {:.0} | {:.0} % |",
            case.name,
            ours.bytes,
            ours.per_second,
            ours.p50.as_secs_f64() * 1e3,
            ours.p99.as_secs_f64() * 1e3,
            same.per_second,
            100.0 * ours.per_second / same.per_second,
            bare.per_second,
            100.0 * ours.per_second / bare.per_second
        );
    }
    Ok(())
}

/// A static body of this size from the same server: the logo of an empty portal.
async fn same_server(bytes: usize, connections: usize, length: Duration) -> Result<Measured> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join(portal::LOGO), vec![b'x'; bytes])?;
    let portal = portal::start(folder.path()).await?;
    let sign_in = request("GET", &portal.host, "/sign-in", None);
    let page = Connection::open(&portal.host).await?.fetch(&sign_in).await?.body;
    let page = String::from_utf8_lossy(&page);
    let (_, rest) = page.split_once("/brand/icon").context("the portal shows no logo")?;
    let (name, _) = rest.split_once('"').context("the address of the logo has no end")?;
    let logo = request("GET", &portal.host, &format!("/brand/icon{name}"), None);
    let measured = measure(&portal.host, &[logo], connections, length).await?;
    portal.stop().await?;
    Ok(measured)
}

/// The same from a server of the same make that does nothing else, in a process of its own as Callboard is.
async fn bare_server(bytes: usize, connections: usize, length: Duration) -> Result<Measured> {
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
