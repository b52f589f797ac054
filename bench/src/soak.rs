//! Whether portals that share a database ever lose what they acknowledged, while one of them is killed again and again.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::RwLock;
use tokio::time::timeout;

use crate::generate::Random;
use crate::http::{Connection, header, raw};
use crate::portal::{self, Portal, TOKEN};

const PORTALS: usize = 2;
const WRITERS: usize = 4;
const READERS: usize = 2;
/// Entities of a set; each carries the number of the write.
const ENTITIES: usize = 20;
const KILL_EVERY: Duration = Duration::from_secs(30);
/// Whoever is not answered by then asks another portal.
const PATIENCE: Duration = Duration::from_secs(40);
const CONSISTENCY: &str = "callboard-consistency";

/// The portals, and where they run.
struct Cluster {
    hosts: RwLock<Vec<String>>,
    until: Instant,
}

/// What a writer did.
#[derive(Default)]
struct Written {
    acknowledged: u64,
    /// Answered with an error, or not at all: it may have been kept or not.
    uncertain: u64,
    /// The longest time without an acknowledged write.
    gap: Duration,
}

pub async fn run(length: Duration) -> Result<()> {
    let server = std::env::var("CALLBOARD_TEST_POSTGRES").context("there is no PostgreSQL; see --help")?;
    let since = SystemTime::UNIX_EPOCH.elapsed()?.as_nanos();
    let database =
        format!("{{client: pg, connection: '{server}', pluginDivisionMode: schema, schemaPrefix: soak{since}_}}");
    let folders = [tempfile::tempdir()?, tempfile::tempdir()?];
    let mut portals = Vec::new();
    for folder in &folders {
        portals.push(portal::start_on(folder.path(), &database).await?);
    }
    let hosts = portals.iter().map(|portal| portal.host.clone()).collect();
    let cluster = Arc::new(Cluster { hosts: RwLock::new(hosts), until: Instant::now() + length });
    let writers: Vec<_> = (0..WRITERS).map(|set| tokio::spawn(write(cluster.clone(), set))).collect();
    let readers: Vec<_> = (0..READERS).map(|reader| tokio::spawn(read(cluster.clone(), reader))).collect();

    let mut kills = 0;
    while Instant::now() + KILL_EVERY < cluster.until {
        tokio::time::sleep(KILL_EVERY).await;
        kill(&cluster, &mut portals, &folders, &database, kills % PORTALS).await?;
        kills += 1;
    }
    let mut all = Written::default();
    for writer in writers {
        let written = writer.await??;
        all.acknowledged += written.acknowledged;
        all.uncertain += written.uncertain;
        all.gap = all.gap.max(written.gap);
    }
    let mut reads = 0;
    for reader in readers {
        reads += reader.await??;
    }
    println!("| what | figure |\n|---|---|");
    println!("| portals on one PostgreSQL, minutes, kills | {PORTALS}, {}, {kills} |", length.as_secs() / 60);
    println!("| writes of {ENTITIES} entities, acknowledged / uncertain | {} / {} |", all.acknowledged, all.uncertain);
    println!("| reads | {reads} |");
    println!("| acknowledged writes that were lost | 0 |");
    println!("| longest time without an acknowledged write | {:.1} s |", all.gap.as_secs_f64());
    Ok(())
}

/// Kills a portal and starts it again in its folder.
async fn kill(
    cluster: &Cluster,
    portals: &mut [Portal],
    folders: &[TempDir; PORTALS],
    database: &str,
    which: usize,
) -> Result<()> {
    portals[which].kill().await?;
    portals[which] = portal::start_on(folders[which].path(), database).await?;
    cluster.hosts.write().await[which].clone_from(&portals[which].host);
    Ok(())
}

impl Cluster {
    async fn any(&self, random: &mut Random) -> String {
        self.hosts.read().await[random.below(PORTALS)].clone()
    }

    /// Asks one of the portals; `None` when it did not answer.
    async fn ask(
        &self,
        host: &str,
        method: &str,
        path: &str,
        headers: &str,
        body: Option<&str>,
    ) -> Option<(u16, String, Value)> {
        let headers = format!("authorization: Bearer {TOKEN}\r\n{headers}");
        let request = raw(method, host, path, &headers, body.map(|body| ("application/json", body)));
        let answer = async { Connection::open(host).await?.fetch(&request).await };
        let answer = timeout(PATIENCE, answer).await.ok()?.ok()?;
        let body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        Some((answer.status, answer.head, body))
    }
}

/// Pushes a set of its own over and over, and reads it back from another portal each time.
async fn write(cluster: Arc<Cluster>, set: usize) -> Result<Written> {
    let mut random = Random(set as u64);
    let mut written = Written::default();
    let path = format!("/api/catalog/sets/soak-{set}");
    let (mut tried, mut last) = (0_u64, Instant::now());
    // What was asked for and never answered may take effect at any time after.
    let mut pending: Vec<String> = Vec::new();
    while Instant::now() < cluster.until {
        tried += 1;
        let body = json!({ "entities": (0..ENTITIES).map(|i| entity(set, i, tried)).collect::<Vec<_>>() }).to_string();
        let host = cluster.any(&mut random).await;
        let Some((200, head, _)) = cluster.ask(&host, "PUT", &path, "", Some(&body)).await else {
            written.uncertain += 1;
            pending.push(tried.to_string());
            continue;
        };
        written.acknowledged += 1;
        written.gap = written.gap.max(last.elapsed());
        last = Instant::now();
        let token = header(&head, CONSISTENCY).context("an answer without a token")?.to_owned();
        check(&cluster, &mut random, set, tried, &pending, &token).await?;
    }
    Ok(written)
}

fn entity(set: usize, number: usize, write: u64) -> Value {
    json!({
        "apiVersion": "backstage.io/v1alpha1", "kind": "Component",
        "metadata": { "name": format!("soak-{set}-{number}"), "labels": { "write": write.to_string() } },
        "spec": { "type": "service", "lifecycle": "production", "owner": "soak" },
    })
}

/// Reads what was acknowledged from any portal, until one answers.
async fn check(
    cluster: &Cluster,
    random: &mut Random,
    set: usize,
    write: u64,
    pending: &[String],
    token: &str,
) -> Result<()> {
    let path = format!("/api/catalog/entities/by-name/component/default/soak-{set}-{}", random.below(ENTITIES));
    loop {
        let host = cluster.any(random).await;
        let headers = format!("{CONSISTENCY}: {token}\r\n");
        match cluster.ask(&host, "GET", &path, &headers, None).await {
            Some((200, _, found)) => {
                let seen = found["metadata"]["labels"]["write"].as_str().unwrap_or_default();
                let is_right = *seen == write.to_string() || pending.iter().any(|write| write == seen);
                ensure!(is_right, "write {write} of set {set} was acknowledged, and {seen} is there");
                return Ok(());
            }
            Some((404, ..)) => anyhow::bail!("write {write} of set {set} was acknowledged, and nothing is there"),
            // It died, or has not caught up.
            _ => {}
        }
    }
}

/// Lists over and over; answers how often.
async fn read(cluster: Arc<Cluster>, reader: usize) -> Result<u64> {
    let mut random = Random(1000 + reader as u64);
    let mut reads = 0;
    while Instant::now() < cluster.until {
        let host = cluster.any(&mut random).await;
        let path = "/api/catalog/entities/by-query?filter=kind=component&orderField=metadata.name,asc&limit=20";
        if let Some((status, _, body)) = cluster.ask(&host, "GET", path, "", None).await {
            ensure!(status == 200, "a list was answered with {status}: {body}");
            reads += 1;
        }
    }
    Ok(reads)
}
