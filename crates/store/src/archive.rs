//! Everything that is kept, as lines of JSON: to move it from one database to another, of whatever make.
//!
//! The first line says what it is, the last that it is whole; in between each line is one row, told by its only member.

use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};

use crate::catalog::{
    CatalogStore, Change, Commit, PushedEntity, PushedSet, ReadState, StoredEntity, StoredFinal, StoredLocation,
};
use crate::document::DocumentStore;
use crate::error::StoreError;
use crate::history::{Current, Version};
use crate::keys::{KeyStore, StoredKey};

/// The shape of the lines. A release reads its own shape and those before it.
const FORMAT: u32 = 3;
/// Rows read and written at once.
const PAGE: u32 = 500;
/// Before all keys, for they are asked for by when they end.
const EVER: i64 = i64::MIN;

/// Why an archive was not written or read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the archive cannot be written or read: {0}")]
    Io(#[from] io::Error),
    #[error("line {line} of the archive cannot be read: {reason}")]
    Line { line: usize, reason: String },
    #[error("this is no archive of Callboard: its first line does not say so")]
    Foreign,
    #[error(
        "the archive has format {found}, this release reads {FORMAT}; use the release that wrote it, or a newer one"
    )]
    TooNew { found: u32 },
    #[error("the archive ends after line {line}, in the middle; write it again")]
    Cut { line: usize },
    #[error("the database is not empty; import into a new one")]
    NotEmpty,
    #[error("the database changed while it was read; stop what works with it, and try again")]
    Changed,
}

type Result<T> = std::result::Result<T, ArchiveError>;

/// A line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Line {
    Archive { format: u32, release: String },
    Key(StoredKey),
    Document { name: String, body: String },
    Location(StoredLocation),
    Set(PushedSet),
    Pushed(PushedEntity),
    Entity(Box<StoredEntity>),
    Shown(Box<StoredFinal>),
    Read(ReadState),
    Change(Change),
    Version(Box<Version>),
    Current(Current),
    End { rows: usize },
}

/// Writes everything that a store keeps. Answers how many rows that were.
///
/// # Errors
/// The store cannot be read or changed meanwhile, or `out` does not take it.
pub async fn export<S: CatalogStore + DocumentStore + KeyStore>(
    store: &S,
    release: &str,
    out: &mut impl Write,
) -> Result<usize> {
    let position = store.newest_seq().await?;
    let mut writer = Writer { out, rows: 0 };
    writer.line(&Line::Archive { format: FORMAT, release: release.to_owned() })?;
    writer.rows(store.keys(EVER).await?, Line::Key)?;
    writer.rows(store.documents().await?, |document| Line::Document { name: document.name, body: document.body })?;
    writer.rows(store.locations().await?, Line::Location)?;
    for set in store.pushed_sets().await? {
        let id = set.id.clone();
        writer.rows(vec![set], Line::Set)?;
        let mut page = store.pushed_after(&id, None, PAGE).await?;
        while let Some(last) = page.last().map(|last| last.entity_ref.clone()) {
            writer.rows(page, Line::Pushed)?;
            page = store.pushed_after(&id, Some(last.as_str()), PAGE).await?;
        }
    }
    let mut page = store.entities_after(None, PAGE).await?;
    while let Some(last) = page.last().map(|last| last.id) {
        writer.rows(page, |entity| Line::Entity(Box::new(entity)))?;
        page = store.entities_after(Some(last), PAGE).await?;
    }
    let mut page = store.finals_after(None, PAGE).await?;
    while let Some(last) = page.last().map(|last| last.id) {
        writer.rows(page, |shown| Line::Shown(Box::new(shown)))?;
        page = store.finals_after(Some(last), PAGE).await?;
    }
    writer.rows(store.read_states().await?, Line::Read)?;
    let mut page = store.changes_after(0, PAGE).await?;
    while let Some(last) = page.last().map(|last| last.seq) {
        writer.rows(page, Line::Change)?;
        page = store.changes_after(last, PAGE).await?;
    }
    let mut page = store.versions_after(None, PAGE).await?;
    while let Some(last) = page.last().map(|last| (last.entity_ref.clone(), last.since.position)) {
        writer.rows(page, |version| Line::Version(Box::new(version)))?;
        page = store.versions_after(Some((&last.0, last.1)), PAGE).await?;
    }
    let mut page = store.currents_after(None, PAGE).await?;
    while let Some(last) = page.last().map(|last| last.entity_ref.clone()) {
        writer.rows(page, Line::Current)?;
        page = store.currents_after(Some(&last), PAGE).await?;
    }
    if store.newest_seq().await? != position {
        return Err(ArchiveError::Changed);
    }
    let rows = writer.rows;
    writer.line(&Line::End { rows })?;
    writer.out.flush()?;
    Ok(rows)
}

struct Writer<'a, W> {
    out: &'a mut W,
    rows: usize,
}

impl<W: Write> Writer<'_, W> {
    fn rows<T>(&mut self, rows: Vec<T>, line: impl Fn(T) -> Line) -> Result<()> {
        self.rows += rows.len();
        rows.into_iter().try_for_each(|row| self.line(&line(row)))
    }

    fn line(&mut self, line: &Line) -> Result<()> {
        serde_json::to_writer(&mut *self.out, line).map_err(io::Error::from)?;
        Ok(self.out.write_all(b"\n")?)
    }
}

/// Writes everything that an archive has into an empty store. Answers how many rows that were.
///
/// # Errors
/// The store is not empty, or does not take it; the archive is none, not whole, or of a newer release. What was read before an
/// error stays in the store.
pub async fn import<S: CatalogStore + DocumentStore + KeyStore>(store: &S, from: impl BufRead) -> Result<usize> {
    if !is_empty(store).await? {
        return Err(ArchiveError::NotEmpty);
    }
    let mut lines = from.lines().enumerate();
    match lines.next() {
        Some((_, Ok(first))) => match serde_json::from_str(&first) {
            Ok(Line::Archive { format, .. }) if format > FORMAT => return Err(ArchiveError::TooNew { found: format }),
            Ok(Line::Archive { .. }) => {}
            _ => return Err(ArchiveError::Foreign),
        },
        Some((_, Err(error))) => return Err(error.into()),
        None => return Err(ArchiveError::Foreign),
    }
    let (mut rows, mut waiting, mut commit, mut line) = (0, 0, Commit::default(), 1);
    for (at, text) in lines {
        line = at + 1;
        let unreadable = |error: serde_json::Error| ArchiveError::Line { line, reason: error.to_string() };
        match serde_json::from_str(&text?).map_err(unreadable)? {
            Line::End { rows: expected } if expected == rows => {
                store.commit(&commit).await?;
                return Ok(rows);
            }
            Line::Archive { .. } | Line::End { .. } => return Err(ArchiveError::Cut { line }),
            Line::Key(key) => store.add_key(&key).await?,
            Line::Document { name, body } => {
                store.replace_document(&name, 0, &body).await?.ok_or(ArchiveError::NotEmpty)?;
            }
            Line::Location(location) => commit.add_locations.push(location),
            Line::Set(set) => commit.put_sets.push(set),
            Line::Pushed(entity) => commit.put_pushed.push(entity),
            Line::Entity(entity) => commit.upserts.push(*entity),
            Line::Shown(shown) => commit.finals.push(*shown),
            Line::Read(state) => commit.read_states.push(state),
            Line::Change(change) => commit.changes.push(change),
            Line::Version(version) => commit.put_versions.push(*version),
            Line::Current(current) => commit.put_currents.push(current),
        }
        rows += 1;
        waiting += 1;
        if waiting >= PAGE {
            store.commit(&std::mem::take(&mut commit)).await?;
            waiting = 0;
        }
    }
    Err(ArchiveError::Cut { line })
}

async fn is_empty<S: CatalogStore + DocumentStore>(store: &S) -> Result<bool> {
    Ok(store.newest_seq().await? == 0
        && store.entities_after(None, 1).await?.is_empty()
        && store.documents().await?.is_empty()
        && store.locations().await?.is_empty()
        && store.pushed_sets().await?.is_empty())
}
