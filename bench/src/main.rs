//! Measures Callboard against the budgets: `cargo run --release -p bench -- <what>`.
//!
//! Each figure is taken from the release binary over loopback, and printed with the ratio to two floors measured in the same
//! run: a file of the same size from the same server, and from a server of the same make that does nothing else.
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark prints and reads the machine")]

mod access;
mod compare;
mod docs;
mod floor;
mod generate;
mod http;
mod ingest;
mod load;
mod pages;
mod portal;
mod push;
mod query;
mod soak;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Generates catalogs and measures Callboard on them")]
struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Write a catalog of made-up entities; the same seed gives the same catalog.
    Generate {
        folder: PathBuf,
        #[arg(long, default_value_t = 10_000)]
        entities: usize,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Bytes of each API definition.
        #[arg(long, default_value_t = 400)]
        definition: usize,
        #[arg(long)]
        skewed: bool,
    },
    /// Start empty, ingest, restart warm: seconds, CPU and resident memory.
    Ingest {
        #[arg(long, default_value_t = 10_000)]
        entities: usize,
        /// Degrees and sizes as in large organisations instead of evenly spread ones.
        #[arg(long)]
        skewed: bool,
    },
    /// The query battery: requests per second and latencies beside the floors.
    Query(Load),
    /// The pages of a signed-in person: requests per second and latencies beside the floors.
    Pages(Load),
    /// What permission costs: the same questions with and without conditions.
    Access(Load),
    /// A site of documentation; beside MkDocs, if MKDOCS names its program.
    Docs {
        #[arg(long, default_value_t = 200)]
        pages: usize,
    },
    /// Push a large set again and again: seconds until visible, what history adds to the database, a group with thousands of members,
    /// and, beside a PostgreSQL, how far one process is behind another: `cargo xtask postgres cargo xtask bench push`.
    Push {
        #[arg(long, default_value_t = 10_000)]
        entities: usize,
    },
    /// Two portals on one PostgreSQL, of which one is killed every half minute: whether an acknowledged write is ever lost. Run it
    /// beside a server: `cargo xtask postgres cargo xtask bench soak`.
    Soak {
        #[arg(long, default_value_t = 10)]
        minutes: u64,
    },
    /// Serve a body of this many bytes on a free port (a floor; started by `query`).
    #[command(hide = true)]
    Floor { bytes: usize },
}

/// A load on a loaded catalog.
#[derive(clap::Args)]
struct Load {
    #[arg(long, default_value_t = 10_000)]
    entities: usize,
    /// Degrees and sizes as in large organisations instead of evenly spread ones.
    #[arg(long)]
    skewed: bool,
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// Seconds for each request.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Only requests with this in their names.
    #[arg(long, default_value = "")]
    only: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    match Args::parse().what {
        What::Generate { folder, entities, seed, definition, skewed } => {
            generate::catalog(&folder, &generate::Shape { entities, seed, definition, skewed })
        }
        What::Ingest { entities, skewed } => ingest::run(entities, skewed).await,
        What::Query(load) => query::run(&load).await,
        What::Pages(load) => pages::run(&load).await,
        What::Access(load) => access::run(&load).await,
        What::Docs { pages } => docs::run(pages),
        What::Push { entities } => push::run(entities).await,
        What::Soak { minutes } => soak::run(Duration::from_secs(60 * minutes)).await,
        What::Floor { bytes } => floor::serve(bytes).await,
    }
}
