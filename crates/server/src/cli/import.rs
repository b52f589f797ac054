//! `callboard import`: what an archive has, into an empty database.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use config::LoadOptions;
use flate2::read::GzDecoder;

use super::export::{blocking, open};
use super::{Outcome, count};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// What `callboard export` wrote
    file: PathBuf,
}

pub(super) fn run(options: &LoadOptions, arguments: &Arguments) -> Result<Outcome> {
    let path = arguments.file.display();
    let file = File::open(&arguments.file).with_context(|| format!("cannot read {path}"))?;
    let rows = blocking(async {
        let store = open(options).await?;
        let read = store::archive::import(&store, BufReader::new(GzDecoder::new(BufReader::new(file)))).await;
        store.close().await;
        Ok(read?)
    })?;
    Ok(Outcome::ok(format!("{path}: {} imported\n", count(rows, "row"))))
}
