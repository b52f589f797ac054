//! Start, ingest, restart: how long, how much CPU, how much memory.

use anyhow::Result;

use crate::{generate, portal};

pub async fn run(entities: usize, skewed: bool) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let empty = portal::start(folder.path()).await?;
    empty.settle().await?;
    println!("| what | figure |\n|---|---|");
    println!("| empty: start to ready | {:.3} s |", empty.ready.as_secs_f64());
    println!("| empty: resident | {} MB |", empty.memory()?);
    empty.stop().await?;
    std::fs::remove_dir_all(folder.path().join("data"))?;

    generate::catalog(
        &folder.path().join(portal::CATALOG),
        &generate::Shape { entities, seed: 1, definition: 400, skewed },
    )?;
    let cold = portal::start(folder.path()).await?;
    let visible = cold.until_visible(entities).await?;
    let related = cold.until_related().await?;
    cold.settle().await?;
    println!("| {entities}: files to all visible | {:.2} s |", visible.as_secs_f64());
    println!("| {entities}: files to all relations shown from both sides | {:.2} s |", related.as_secs_f64());
    println!("| {entities}: CPU of that | {:.2} s |", cold.cpu()?);
    println!("| {entities}: resident after ingest | {} MB |", cold.memory()?);
    cold.stop().await?;
    let database: u64 =
        std::fs::read_dir(folder.path().join("data"))?.filter_map(|f| f.ok()?.metadata().ok()).map(|m| m.len()).sum();
    println!("| {entities}: database | {} MB |", database / 1_000_000);

    let warm = portal::start(folder.path()).await?;
    let visible = warm.until_visible(entities).await?;
    println!(
        "| {entities}: warm start to ready / last state visible | {:.2} s / {:.2} s |",
        warm.ready.as_secs_f64(),
        visible.as_secs_f64()
    );
    warm.settle().await?;
    println!("| {entities}: CPU of warm start, sources looked at again | {:.2} s |", warm.cpu()?);
    println!("| {entities}: resident after warm start | {} MB |", warm.memory()?);
    let before = warm.cpu()?;
    warm.refresh("location:default/generated").await?;
    warm.settle().await?;
    println!("| {entities}: CPU of a refresh that changes nothing | {:.2} s |", warm.cpu()? - before);
    warm.stop().await
}
