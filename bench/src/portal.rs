//! The release binary, started on a folder, with its time, CPU and memory read from the system.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::generate::{self, Shape};
use crate::http::{Connection, request};

pub const TOKEN: &str = "bench-static-token-0123456789";

/// Where the catalog is within the folder of a portal.
pub const CATALOG: &str = "catalog";

/// Where its logo is; a portal may have none.
pub const LOGO: &str = "logo.png";

pub struct Portal {
    child: Child,
    pub host: String,
    /// From spawning the process to answering readiness.
    pub ready: Duration,
    pub started: Instant,
}

/// The release binary beside this program.
pub fn binary() -> Result<PathBuf> {
    let me = std::env::current_exe()?;
    let path = me.with_file_name("callboard");
    if !path.exists() {
        bail!("{} is not there: run `cargo build --release --workspace` first", path.display());
    }
    Ok(path)
}

/// Starts on a new catalog within `folder`, and waits until all of it is there and the process rests.
pub async fn loaded(folder: &Path, entities: usize, skewed: bool) -> Result<Portal> {
    generate::catalog(&folder.join(CATALOG), &Shape { entities, seed: 1, definition: 400, skewed })?;
    let portal = start(folder).await?;
    portal.until_visible(entities).await?;
    portal.settle().await?;
    Ok(portal)
}

/// Starts on the catalog within `folder` (none: an empty one) and the logo there, if any; the database stays in the folder, and
/// so does the log, apart from the files that are watched.
pub async fn start(folder: &Path) -> Result<Portal> {
    start_on(folder, "{client: better-sqlite3, connection: {directory: ./data}}").await
}

/// The same with what stands under `backend.database`.
pub async fn start_on(folder: &Path, database: &str) -> Result<Portal> {
    start_configured(folder, database, "").await
}

/// The same with more of a configuration.
pub async fn start_configured(folder: &Path, database: &str, more: &str) -> Result<Portal> {
    let catalog = folder.join(CATALOG).join("catalog-info.yaml");
    let locations =
        if catalog.exists() { format!("[{{type: file, target: '{}'}}]", catalog.display()) } else { "[]".to_owned() };
    let logo = if folder.join(LOGO).exists() { format!("{{iconLogo: ./{LOGO}}}") } else { "{}".to_owned() };
    std::fs::write(
        folder.join("app-config.yaml"),
        format!(
            "app: {{baseUrl: 'http://localhost:7007', branding: {logo}}}\nbackend:\n  baseUrl: 'http://localhost:7007'\n  listen: '127.0.0.1:0'\n  \
             database: {database}\n  \
             auth: {{externalAccess: [{{type: static, options: {{token: {TOKEN}, subject: bench}}}}]}}\n\
             auth: {{environment: development, providers: {{guest: {{}}}}}}\n\
             catalog:\n  rules: [{{allow: [Component, API, Resource, System, Domain, Group, User, Location]}}]\n  locations: {locations}\n{more}"
        ),
    )?;
    let started = Instant::now();
    let mut child = Command::new(binary()?)
        .args(["--config", "app-config.yaml"])
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(folder.join("callboard.log"))?)
        .kill_on_drop(true)
        .spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    let host = loop {
        let line = lines.next_line().await?.context("Callboard ended at start")?;
        if let Some((_, address)) = line.split_once("listening on http://") {
            break address.trim().to_owned();
        }
    };
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    let ask = request("GET", &host, "/.backstage/health/v1/readiness", None);
    loop {
        if Connection::open(&host).await?.call(&ask).await?.0 == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(Portal { child, host, ready: started.elapsed(), started })
}

impl Portal {
    /// Waits until so many entities are visible; the time since the process was spawned.
    pub async fn until_visible(&self, entities: usize) -> Result<Duration> {
        let ask =
            request("GET", &self.host, "/api/catalog/entities/by-query?limit=0&filter=metadata.labels.tier", None);
        let mut connection = Connection::open(&self.host).await?;
        loop {
            let answer: Value = serde_json::from_slice(&connection.fetch(&ask).await?.body)?;
            if answer["totalItems"].as_u64().unwrap_or(0) >= entities as u64 {
                return Ok(self.started.elapsed());
            }
            if self.started.elapsed() > Duration::from_secs(600) {
                bail!("after ten minutes only {} entities are visible", answer["totalItems"]);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until every owner shows all it owns; the time since the process was spawned.
    pub async fn until_related(&self) -> Result<Duration> {
        let path = "/api/catalog/entity-facets?facet=relations.ownedBy&facet=relations.ownerOf";
        let ask = request("GET", &self.host, path, None);
        let mut connection = Connection::open(&self.host).await?;
        loop {
            let answer: Value = serde_json::from_slice(&connection.fetch(&ask).await?.body)?;
            let sum = |facet: &str| {
                let values = answer["facets"][facet].as_array().into_iter().flatten();
                values.filter_map(|value| value["count"].as_u64()).sum::<u64>()
            };
            if sum("relations.ownedBy") > 0 && sum("relations.ownedBy") == sum("relations.ownerOf") {
                return Ok(self.started.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Has every source of an entity read and compared again, whatever is remembered of it.
    pub async fn refresh(&self, entity_ref: &str) -> Result<()> {
        let body = format!("{{\"entityRef\":\"{entity_ref}\"}}");
        let ask = request("POST", &self.host, "/api/catalog/refresh", Some(&body));
        let (status, _) = Connection::open(&self.host).await?.call(&ask).await?;
        ensure!(status == 200, "the refresh was answered with {status}");
        Ok(())
    }

    /// Resident memory in MB.
    pub fn memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()?))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS")).context("no VmRSS")?;
        let kilobytes: u64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).context("no figure")?;
        Ok(kilobytes / 1024)
    }

    /// CPU seconds used so far.
    pub fn cpu(&self) -> Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid()?))?;
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks: u64 = [11, 12].iter().filter_map(|i| fields.get(*i)?.parse::<u64>().ok()).sum();
        Ok(ticks as f64 / 100.0)
    }

    /// Waits until the process has used no CPU to speak of for a second, and then until memory it no longer needs is back
    /// with the system.
    pub async fn settle(&self) -> Result<()> {
        loop {
            let before = self.cpu()?;
            tokio::time::sleep(Duration::from_secs(1)).await;
            if self.cpu()? - before < 0.03 {
                tokio::time::sleep(Duration::from_secs(6)).await;
                return Ok(());
            }
        }
    }

    pub async fn stop(mut self) -> Result<()> {
        self.kill().await
    }

    /// Ends it as a power cut would.
    pub async fn kill(&mut self) -> Result<()> {
        self.child.kill().await?;
        Ok(())
    }

    fn pid(&self) -> Result<u32> {
        self.child.id().context("the process has ended")
    }
}
