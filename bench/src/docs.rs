//! Documentation: a site rendered cold, written out whole, and one page of it changed; beside MkDocs, where there is one.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::portal;

/// One page: what people write, several kilobytes of it.
fn page(number: usize) -> String {
    let mut text =
        format!("# Page {number}\n\nWhat stands on [the next](page-{}.md) is about the same.\n\n", number + 1);
    for section in 0..8 {
        text.push_str(&format!(
            "## Section {section}\n\nSome **words** about `item-{section}`, and a list:\n\n- one\n- two\n    - below two\n\n!!! note\n    \
             Mind the *gap*.\n\n```python\ndef call_{section}(x):\n    return x + {section}\n```\n\n| a | b |\n|---|---|\n| 1 | {section} |\n\n"
        ));
    }
    text
}

pub fn run(pages: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let docs = folder.path().join("docs");
    std::fs::create_dir(&docs)?;
    std::fs::write(folder.path().join("mkdocs.yml"), "site_name: Bench\nplugins: [techdocs-core]\n")?;
    std::fs::write(docs.join("index.md"), "# Bench\n")?;
    for number in 0..pages {
        std::fs::write(docs.join(format!("page-{number}.md")), page(number))?;
    }
    let ours = timed(
        Command::new(portal::binary()?)
            .args(["docs", "build"])
            .arg(folder.path())
            .arg("--output")
            .arg(folder.path().join("ours")),
    )?;
    println!("| what | figure |\n|---|---|");
    println!(
        "| {pages} pages, from nothing to all files on disk, a process of its own | {:.3} s |",
        ours.as_secs_f64()
    );
    match std::env::var("MKDOCS") {
        Err(_) => println!("| MkDocs | not measured: name its program in MKDOCS |"),
        Ok(mkdocs) => {
            let theirs = timed(
                Command::new(mkdocs)
                    .args(["build", "-q", "-d"])
                    .arg(folder.path().join("theirs"))
                    .current_dir(folder.path()),
            )?;
            let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
            println!("| MkDocs, the same | {:.2} s |\n| ratio | {ratio:.0} |", theirs.as_secs_f64());
            ensure!(same_pages(folder.path(), pages), "not every page is there");
        }
    }
    Ok(())
}

fn same_pages(folder: &Path, pages: usize) -> bool {
    (0..pages)
        .all(|page| ["ours", "theirs"].iter().all(|of| folder.join(format!("{of}/page-{page}/index.html")).exists()))
}

fn timed(command: &mut Command) -> Result<Duration> {
    let started = Instant::now();
    let status = command.stdout(std::process::Stdio::null()).status()?;
    ensure!(status.success(), "{command:?} failed");
    Ok(started.elapsed())
}
