//! The query battery at a number of connections, beside the floor.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::http::request;
use crate::load::{Measured, measure};
use crate::{generate, portal};

/// A row of the battery: what it is, and its requests.
struct Case {
    name: &'static str,
    requests: Vec<(&'static str, String, Option<String>)>,
}

fn battery(entities: usize) -> Vec<Case> {
    let get = |name, paths: Vec<String>| Case { name, requests: paths.into_iter().map(|p| ("GET", p, None)).collect() };
    let spread = |count: usize| (0..100).map(move |i| i * (count / 100).max(1));
    let components = entities * 70 / 100;
    let catalog = "/api/catalog";
    let refs: Vec<String> =
        spread(components).take(50).map(|i| format!("\"component:default/component-{i}\"")).collect();
    vec![
        get("by-query kind=component, 20, ordered", vec![format!("{catalog}/entities/by-query?filter=kind=component&orderField=metadata.name,asc&limit=20")]),
        get("… without the count", vec![format!("{catalog}/entities/by-query?filter=kind=component&orderField=metadata.name,asc&limit=20&totalItems=exclude")]),
        get("… with full text on name and title", vec![format!("{catalog}/entities/by-query?filter=kind=component&orderField=metadata.name,asc&limit=20&fullTextFilterTerm=bill&fullTextFilterFields=metadata.name,metadata.title")]),
        get("by-query by owner relation", spread(entities / 100).map(|i| format!("{catalog}/entities/by-query?filter=relations.ownedBy=group:default/group-{i}&limit=20")).collect()),
        get("facets spec.type", vec![format!("{catalog}/entity-facets?facet=spec.type&filter=kind=component")]),
        get("facets metadata.tags", vec![format!("{catalog}/entity-facets?facet=metadata.tags")]),
        get("by-name", spread(components).map(|i| format!("{catalog}/entities/by-name/component/default/component-{i}")).collect()),
        get("ancestry", spread(components).map(|i| format!("{catalog}/entities/by-name/component/default/component-{i}/ancestry")).collect()),
        Case { name: "by-refs, 50 refs", requests: vec![("POST", format!("{catalog}/entities/by-refs"), Some(format!("{{\"entityRefs\":[{}]}}", refs.join(","))))] },
        Case {
            name: "by-query $any, ordered",
            requests: vec![("POST", format!("{catalog}/entities/by-query"), Some(r#"{"query":{"$any":[{"spec.type":"service"},{"kind":"api"}]},"orderBy":[{"field":"metadata.name","order":"asc"}],"limit":20}"#.to_owned()))],
        },
    ]
}

pub async fn run(entities: usize, connections: usize, seconds: u64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    generate::catalog(folder.path(), &generate::Shape { entities, seed: 1, definition: 400 })?;
    let portal = portal::start(folder.path()).await?;
    portal.until_visible(entities).await?;
    portal.settle().await?;
    println!("{entities} entities, {connections} connections\n");
    println!("| request | bytes | req/s | p50 | p99 | floor req/s | share of floor |\n|---|---|---|---|---|---|---|");
    let length = Duration::from_secs(seconds);
    for case in battery(entities) {
        let requests: Vec<Vec<u8>> =
            case.requests.iter().map(|(m, p, b)| request(m, &portal.host, p, b.as_deref())).collect();
        let ours = measure(&portal.host, &requests, connections, length).await.with_context(|| case.name.to_owned())?;
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
    println!("\nresident after the battery: {} MB", portal.memory()?);
    portal.stop().await
}

/// The floor for a body of this size, in a process of its own as Callboard is.
async fn floor(bytes: usize, connections: usize, length: Duration) -> Result<Measured> {
    use tokio::io::{AsyncBufReadExt, BufReader};
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
