//! How long a first ingest and a start take the store alone: `cargo run --release -p store-sql --example bulk [entities]`.

use std::time::Instant;

use store::{CatalogStore, Commit, suite};
use store_sql::{DatabaseLocation, DatabaseOptions, SqlStore};

/// Entities of one commit, as ingestion makes them.
const BATCH: usize = 1000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count: usize = std::env::args().nth(1).map_or(Ok(100_000), |count| count.parse())?;
    let directory = tempfile::tempdir()?;
    let store = SqlStore::open(&DatabaseOptions::new(DatabaseLocation::Directory(directory.path().to_owned()))).await?;
    let commits: Vec<Commit> = (0..count)
        .collect::<Vec<_>>()
        .chunks(BATCH)
        .map(|numbers| {
            let name = |number: &usize| format!("payments-service-{number:06}");
            let upserts: Vec<_> = numbers
                .iter()
                .map(|number| store::StoredEntity { id: base::ids::new_id(), ..suite::entity(&name(number)) })
                .collect();
            let read_states = numbers.iter().map(|number| suite::read_state(&name(number))).collect();
            Commit { changes: upserts.iter().map(suite::change).collect(), upserts, read_states, ..Commit::default() }
        })
        .collect();

    for pass in ["first writing", "writing over"] {
        let start = Instant::now();
        for commit in &commits {
            store.commit(commit).await?;
        }
        println!("{pass}: {count} entities in {:.2?}", start.elapsed());
    }

    let start = Instant::now();
    let (mut read, mut after) = (0, None);
    loop {
        let page = store.entities_after(after, 5000).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        read += page.len();
    }
    println!("reading: {read} entities in {:.2?}", start.elapsed());
    store.close().await;
    Ok(())
}
