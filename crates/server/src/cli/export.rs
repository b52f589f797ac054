//! `callboard export`: everything that the database keeps, in a file.

use std::fs::{File, OpenOptions};
use std::io::BufWriter;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use config::{LoadOptions, Loader};
use flate2::Compression;
use flate2::write::GzEncoder;
use store_sql::SqlStore;

use super::{Outcome, count};
use crate::compose;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The file to write; there must be none of this name
    file: PathBuf,
}

pub(super) fn run(options: &LoadOptions, arguments: &Arguments) -> Result<Outcome> {
    let path = arguments.file.display();
    let rows = blocking(async {
        let store = open(options).await?;
        // For its owner alone, as the database is.
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&arguments.file);
        let file = file.with_context(|| format!("cannot write {path}"))?;
        let written = write(&store, file).await;
        store.close().await;
        if written.is_err() {
            // Half an archive is none. What is wrong is told already.
            let _ = std::fs::remove_file(&arguments.file);
        }
        written
    })?;
    let rows = count(rows, "row");
    Ok(Outcome::ok(format!("{path}: {rows}, with the keys that sign tokens; keep it as safe as the database\n")))
}

async fn write(store: &SqlStore, file: File) -> Result<usize> {
    let mut packed = GzEncoder::new(BufWriter::new(file), Compression::fast());
    let rows = store::archive::export(store, env!("CARGO_PKG_VERSION"), &mut packed).await?;
    let file = packed.finish().and_then(|buffer| Ok(buffer.into_inner()?)).context("the archive cannot be written")?;
    file.sync_all().context("the archive cannot be written")?;
    Ok(rows)
}

/// The database of the configuration, which nothing works with.
pub(super) async fn open(options: &LoadOptions) -> Result<SqlStore> {
    let settings = compose::settings(&Loader::open(options.clone())?.current())?;
    let store = SqlStore::open(&settings.database).await.context("backend.database: the database does not open")?;
    if let Some(replicas) = store.replicas()
        && let Some(leader) = replicas.leader().await?
        && leader.leads
    {
        bail!("{} works with the database; stop it first", leader.name);
    }
    Ok(store)
}

/// Runs something that waits for a database.
pub(super) fn blocking<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    // The only provider linked; a second call would be a mistake of ours, and harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("no thread to run on")?.block_on(work)
}
