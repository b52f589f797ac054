//! Pushing a large set, what history costs, a group with thousands of members, and how far one process is behind another.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::http::{Connection, request};
use crate::portal::{self, Portal};

/// Members of the group that changes.
const MEMBERS: usize = 6000;
/// Writes of which the other process is asked.
const LAGS: usize = 200;

pub async fn run(entities: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let portal = portal::start(folder.path()).await?;
    println!("| what | figure |\n|---|---|");
    let mut before = size(folder.path())?;
    for (what, owner) in [("new", "one"), ("as it was", "one"), ("all changed", "two"), ("all changed again", "three")]
    {
        let body = set((0..entities).map(|number| component(number, owner)));
        let took = timed(push(&portal.host, "bench", &body)).await?;
        portal.settle().await?;
        let after = size(folder.path())?;
        let grew = after.saturating_sub(before) as f64 / entities as f64 / 1000.0;
        println!("| push of {entities}, {what}: until answered and visible | {:.2} s |", took.as_secs_f64());
        println!("| … by which the database grew, for each entity | {grew:.1} kB |");
        before = after;
    }
    past(&portal).await?;
    group(&portal).await?;
    portal.stop().await?;
    if let Ok(server) = std::env::var("CALLBOARD_TEST_POSTGRES") { lag(&server).await } else { Ok(()) }
}

/// The catalog as it was: the first question loads it, the next do not.
async fn past(portal: &Portal) -> Result<()> {
    let newest = ask(&portal.host, "GET", "/api/catalog/changes?limit=1", None).await?;
    let position = newest["items"][0]["position"].as_i64().unwrap_or_default() / 2;
    let path = format!("/api/catalog/entities/by-query?asOf={position}&limit=20&filter=kind=component");
    for which in ["first", "next"] {
        let took = timed(ask(&portal.host, "GET", &path, None)).await?;
        println!("| the {which} question about a moment of the past | {:.3} s |", took.as_secs_f64());
    }
    Ok(())
}

/// A group that changes, and one of whose members goes.
async fn group(portal: &Portal) -> Result<()> {
    let crowd = |members: usize, title: &str| {
        let group = json!({ "apiVersion": "backstage.io/v1alpha1", "kind": "Group",
            "metadata": { "name": "crowd", "title": title }, "spec": { "type": "team", "children": [] } });
        set(std::iter::once(group).chain((0..members).map(user)))
    };
    let joined = timed(push(&portal.host, "crowd", &crowd(MEMBERS, "one"))).await?;
    let renamed = timed(push(&portal.host, "crowd", &crowd(MEMBERS, "two"))).await?;
    let left = timed(push(&portal.host, "crowd", &crowd(MEMBERS - 1, "two"))).await?;
    println!("| a group and its {MEMBERS} members pushed | {:.2} s |", joined.as_secs_f64());
    println!("| the same with another title of the group | {:.3} s |", renamed.as_secs_f64());
    println!("| the same without one member | {:.3} s |", left.as_secs_f64());
    Ok(())
}

/// How long after a write on one process another shows it, without being asked to wait.
async fn lag(server: &str) -> Result<()> {
    let since = SystemTime::UNIX_EPOCH.elapsed()?.as_nanos();
    let database =
        format!("{{client: pg, connection: '{server}', pluginDivisionMode: schema, schemaPrefix: lag{since}_}}");
    let folders = [tempfile::tempdir()?, tempfile::tempdir()?];
    let (writes, reads) =
        (portal::start_on(folders[0].path(), &database).await?, portal::start_on(folders[1].path(), &database).await?);
    let path = "/api/catalog/entities/by-name/component/default/part-0";
    let look = request("GET", &reads.host, path, None);
    let mut reader = Connection::open(&reads.host).await?;
    let mut lags = Vec::new();
    for number in 0..LAGS {
        let owner = format!("owner-{number}");
        push(&writes.host, "lag", &set(std::iter::once(component(0, &owner)))).await?;
        let answered = Instant::now();
        loop {
            let answer = reader.fetch(&look).await?;
            let seen: Value = serde_json::from_slice(&answer.body)?;
            if seen["spec"]["owner"] == owner.as_str() {
                break;
            }
            ensure!(answered.elapsed() < Duration::from_secs(10), "the other process does not follow");
        }
        lags.push(answered.elapsed());
    }
    lags.sort_unstable();
    let at = |share: f64| lags[((lags.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    println!(
        "| a write on one process visible on another, after its answer: p50 / p99 | {:.1} / {:.1} ms |",
        at(0.5),
        at(0.99)
    );
    writes.stop().await?;
    reads.stop().await
}

async fn timed<T>(work: impl Future<Output = Result<T>>) -> Result<Duration> {
    let began = Instant::now();
    work.await?;
    Ok(began.elapsed())
}

async fn push(host: &str, id: &str, body: &Value) -> Result<Value> {
    ask(host, "PUT", &format!("/api/catalog/sets/{id}?force=true"), Some(&body.to_string())).await
}

async fn ask(host: &str, method: &str, path: &str, body: Option<&str>) -> Result<Value> {
    let answer = Connection::open(host).await?.fetch(&request(method, host, path, body)).await?;
    ensure!(answer.status == 200, "{method} {path} was answered with {}", answer.status);
    Ok(serde_json::from_slice(&answer.body)?)
}

fn set(entities: impl Iterator<Item = Value>) -> Value {
    json!({ "entities": entities.collect::<Vec<_>>() })
}

fn component(number: usize, owner: &str) -> Value {
    json!({
        "apiVersion": "backstage.io/v1alpha1", "kind": "Component",
        "metadata": {
            "name": format!("part-{number}"),
            "description": "One of many parts, described at about the length at which people describe what they build.",
            "tags": ["java", "kafka"],
            "annotations": { "github.com/project-slug": format!("acme/part-{number}"), "backstage.io/techdocs-ref": "dir:." },
            "links": [{ "url": format!("https://grafana.example.com/d/part-{number}"), "title": "Dashboard" }],
        },
        "spec": { "type": "service", "lifecycle": "production", "owner": owner, "system": format!("system-{}", number % 100),
            "dependsOn": [format!("resource:database-{}", number % 300)] },
    })
}

fn user(number: usize) -> Value {
    json!({ "apiVersion": "backstage.io/v1alpha1", "kind": "User", "metadata": { "name": format!("user-{number}") },
        "spec": { "profile": { "displayName": format!("User {number}") }, "memberOf": ["crowd"] } })
}

/// Bytes of the database.
fn size(folder: &Path) -> Result<u64> {
    Ok(std::fs::read_dir(folder.join("data"))?
        .filter_map(|file| file.ok()?.metadata().ok())
        .map(|file| file.len())
        .sum())
}
