//! What can be said about entities without hosts and without a running catalog: what the files they name on this disk bring.
//! It is said in the words of the catalog, since it is the catalog's own processing that says it.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use model::descriptor::Sound;
use model::kind::{DEFINITION_KIND, Kind, KindRegistry};
use model::{LocationRef, Problem};
use sdk::{ReadError, ReadOptions, ReadOutcome, SearchResult, UrlReader};
use url::Url;

use crate::ingest::fetch::fetch_locally;
use crate::ingest::file::{self, expand};
use crate::ingest::source::{MAX_DESCRIPTOR_BYTES, MAX_PLACEHOLDER_BYTES, not_a_url};
use crate::ingest::{TargetKind, targets_of};
use crate::process::{Outcome, ResolvedReferences, SourcePlace, Written, located, process};

/// Files that lead on to others, round by round.
const MAX_ROUNDS: usize = 20;

/// A file on this disk, and how far the files that it names may be followed.
pub struct OfflineFile<'a> {
    /// As an absolute path.
    pub location: LocationRef,
    pub text: &'a str,
    /// Files may be named from here down.
    pub root: PathBuf,
}

/// Checks an entity that nothing is wrong with by itself. What only a host could tell is passed over.
pub fn check(sound: &Sound, file: &OfflineFile<'_>, kinds: &KindRegistry) -> Vec<Problem> {
    match processed(sound, file, kinds) {
        Some(Outcome::Done(processed)) if processed.entity.kind().eq_ignore_ascii_case("location") => {
            let place = file.place(sound);
            let problems = targets_problems(&processed.entity, &file.location, &file.root);
            problems.into_iter().map(|problem| located(problem, &place)).collect()
        }
        Some(Outcome::Failed { problems, .. }) => problems,
        Some(Outcome::Done(_) | Outcome::Needs(_)) | None => Vec::new(),
    }
}

/// The kind that an entity defines, if it is a sound definition that needs no host.
pub fn definition(sound: &Sound, file: &OfflineFile<'_>, kinds: &KindRegistry) -> Option<Kind> {
    match processed(sound, file, kinds)? {
        Outcome::Done(processed) if processed.entity.kind() == DEFINITION_KIND => kinds.define(&processed.entity).ok(),
        _ => None,
    }
}

/// What processing says; nothing where that takes a host.
fn processed(sound: &Sound, file: &OfflineFile<'_>, kinds: &KindRegistry) -> Option<Outcome> {
    let place = file.place(sound);
    let mut resolved = ResolvedReferences::new();
    for _ in 0..MAX_ROUNDS {
        match process(&sound.entity, &place, kinds, &resolved) {
            Outcome::Needs(references) => {
                for reference in references {
                    let fetched = fetch_locally(&reference, &file.root, &Offline, MAX_PLACEHOLDER_BYTES)?;
                    resolved.insert(reference, fetched);
                }
            }
            outcome => return Some(outcome),
        }
    }
    None
}

impl OfflineFile<'_> {
    fn place(&self, sound: &Sound) -> SourcePlace {
        let written = Some(Written { text: self.text.into(), document: sound.document });
        SourcePlace { location: self.location.clone(), annotations: Vec::new(), line: sound.line, written }
    }
}

/// What is wrong with the files that a `Location` names.
fn targets_problems(entity: &model::Entity, location: &LocationRef, root: &Path) -> Vec<Problem> {
    let targets = targets_of(entity, location, &Offline);
    let mut problems = targets.problems;
    for target in targets.targets {
        let path = &target.location.target;
        let missing = |text: String| Problem::error("NotFoundError", text);
        problems.extend(match target.kind {
            TargetKind::Url | TargetKind::UrlGlob => Url::parse(path).err().map(|error| not_a_url(path, &error)),
            TargetKind::FileGlob => match expand(path, root) {
                Ok(found) if found.files.is_empty() && !targets.optional => {
                    Some(Problem::warning("NotFoundError", format!("file {path} matches no file")))
                }
                Ok(_) => None,
                Err(problem) => Some(problem),
            },
            TargetKind::File => match file::read(Path::new(path), root, MAX_DESCRIPTOR_BYTES) {
                Err(file::FileError::Missing { .. }) if targets.optional => None,
                Err(error @ file::FileError::Missing { .. }) => Some(missing(format!("file {error}"))),
                Err(error) => Some(Problem::error("InputError", format!("file {error}"))),
                Ok(_) => None,
            },
        });
    }
    problems
}

/// Knows no host.
struct Offline;

fn offline(address: &str) -> ReadError {
    ReadError::NotSupported(format!("'{address}' is not read offline"))
}

#[async_trait]
impl UrlReader for Offline {
    async fn read(&self, url: &Url, _: &ReadOptions) -> Result<ReadOutcome, ReadError> {
        Err(offline(url.as_str()))
    }

    async fn search(&self, url: &str, _: &ReadOptions) -> Result<Option<SearchResult>, ReadError> {
        Err(offline(url))
    }

    fn resolve(&self, reference: &str, _: &str) -> Result<String, ReadError> {
        Err(offline(reference))
    }

    fn edit_url(&self, _: &str) -> Option<String> {
        None
    }

    fn same_repository(&self, _: &str, _: &str) -> bool {
        false
    }
}
