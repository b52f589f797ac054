//! What can be asked of the state without changing it, and what outside events mean for it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use model::{Place, Problem};

use super::claims::MAX_CHAIN;
use super::graph::Id;
use super::state::{Conflict, ParentId, State, TargetId};
use super::status::{SourceStatus, Trouble};
use crate::ingest::TargetKind;
use crate::ingest::targets::glob_base;
use crate::watch::Folder;

impl State {
    /// The entity and everything above it.
    pub fn chain(&self, id: Id) -> Vec<Id> {
        let mut chain = vec![id];
        while let Some(ParentId::Entity(parent)) = chain
            .last()
            .and_then(|id| self.record(*id))
            .and_then(|record| record.parent.clone())
            .filter(|_| chain.len() < MAX_CHAIN)
        {
            chain.push(parent);
        }
        chain
    }

    /// Entities that nobody emits.
    pub fn orphans(&self) -> Vec<Id> {
        let orphan = |(id, record): (usize, &Option<Box<super::state::Record>>)| {
            record.as_ref().filter(|record| record.parent.is_none()).and_then(|_| Id::try_from(id).ok())
        };
        self.records.iter().enumerate().filter_map(orphan).collect()
    }

    pub fn source_status(&self, id: TargetId) -> Option<SourceStatus> {
        let state = self.targets.get(&id)?;
        let named_by: BTreeSet<_> =
            state.claims.iter().map(|claim| (**self.graph.entity_ref(claim.location)).clone()).collect();
        Some(SourceStatus {
            location: state.key.to_string(),
            named_by: named_by.into_iter().collect(),
            entities: state.entities.len(),
            read_at: state.read_at,
            etag: state.known.as_ref().and_then(|known| known.etag.clone()),
            reading: state.reading || state.queued,
            problems: state.problems.clone(),
        })
    }

    /// Every source, by location.
    pub fn sources(&self) -> Vec<SourceStatus> {
        let mut sources: Vec<_> = self.targets.keys().filter_map(|id| self.source_status(*id)).collect();
        sources.sort_by(|a, b| a.location.cmp(&b.location));
        sources
    }

    /// Everything that is wrong, by place.
    pub fn troubles(&self) -> Vec<Trouble> {
        let mut troubles = Vec::new();
        let entities: BTreeSet<Id> = self.troubled.iter().chain(self.unindexed.keys()).copied().collect();
        for id in entities {
            let Some(record) = self.record(id) else { continue };
            let problems = record.problems.iter().chain(self.unindexed.get(&id));
            troubles.extend(problems.map(|problem| Trouble {
                entity_ref: Some((**self.graph.entity_ref(id)).clone()),
                location: record.location_key.as_deref().map(str::to_owned),
                visible: record.final_hash.is_some(),
                problem: problem.clone(),
            }));
        }
        for target in self.troubled_targets.iter().filter_map(|id| self.targets.get(id)) {
            let location = target.owner.filter(|id| self.record(*id).is_some());
            troubles.extend(target.problems.iter().map(|problem| Trouble {
                entity_ref: location.map(|id| (**self.graph.entity_ref(id)).clone()),
                location: Some(target.key.to_string()),
                visible: location.and_then(|id| self.record(id)).is_some_and(|record| record.final_hash.is_some()),
                problem: self.named_at(location, problem),
            }));
        }
        troubles.extend(self.all_conflicts().into_iter().map(|conflict| {
            let kept = conflict.kept.as_deref().unwrap_or("another source");
            let text = format!(
                "{} is defined by {} too; {kept} was first and keeps it",
                conflict.entity_ref, conflict.dropped
            );
            Trouble {
                entity_ref: Some(conflict.entity_ref),
                location: Some(conflict.dropped),
                visible: true,
                problem: Problem::warning("ConflictError", text),
            }
        }));
        troubles.sort_by(|a, b| (&a.location, &a.entity_ref).cmp(&(&b.location, &b.entity_ref)));
        troubles
    }

    /// A target that cannot be read has no place of its own; whoever can repair that finds its name in the location.
    fn named_at(&self, location: Option<Id>, problem: &Problem) -> Problem {
        let named = location.and_then(|id| self.record(id)).filter(|record| record.line > 0);
        let source = named.and_then(|record| record.location_key.as_deref()?.split_once(':').map(|(_, target)| target));
        match (named, source) {
            (Some(record), Some(source)) if problem.place.is_none() => {
                problem.clone().at(Place { source: source.to_owned(), line: record.line, column: 1 })
            }
            _ => problem.clone(),
        }
    }

    pub fn all_conflicts(&self) -> Vec<Conflict> {
        let mut conflicts: Vec<Conflict> = self.conflicts.values().flatten().map(|(_, c)| c.clone()).collect();
        conflicts.sort_by(|a, b| (&a.entity_ref, &a.dropped).cmp(&(&b.entity_ref, &b.dropped)));
        conflicts
    }

    /// The time of a target has come: it is read again, conditionally, and so is what its entities pull in by URL.
    pub fn look_again(&mut self, id: TargetId) {
        let Some(state) = self.targets.get(&id) else { return };
        let pulls = |id: &Id| {
            self.record(*id).is_some_and(|record| record.refresh_keys.iter().any(|key| key.starts_with("url:")))
        };
        let entities: Vec<Id> = state.entities.iter().copied().filter(pulls).collect();
        entities.into_iter().for_each(|entity| self.queue_processing(entity));
        self.queue_read(id, false);
    }

    /// Files or folders changed, came or went.
    pub fn files_changed(&mut self, paths: &[PathBuf]) {
        let mut reads: BTreeSet<TargetId> = BTreeSet::new();
        let mut entities: BTreeSet<Id> = BTreeSet::new();
        for path in paths {
            let key = format!("file:{}", path.display());
            let below = format!("{key}/");
            let exact = self.target_ids.get(key.as_str()).copied();
            reads.extend(exact);
            entities.extend(self.refresh.get(key.as_str()).into_iter().flatten());
            if exact.is_some() {
                continue;
            }
            reads.extend(self.target_ids.iter().filter(|(key, _)| key.starts_with(&below)).map(|(_, id)| *id));
            let pulled = self.refresh.iter().filter(|(key, _)| key.starts_with(&below));
            entities.extend(pulled.flat_map(|(_, ids)| ids));
            reads.extend(self.globs_of(path));
        }
        for read in reads {
            self.queue_read(read, false);
        }
        for entity in entities {
            self.queue_processing(entity);
        }
    }

    fn globs_of(&self, path: &Path) -> Vec<TargetId> {
        let concerns = |pattern: &str| {
            path.starts_with(glob_base(pattern))
                && (path.is_dir()
                    || GlobBuilder::new(pattern)
                        .literal_separator(true)
                        .build()
                        .is_ok_and(|glob| glob.compile_matcher().is_match(path)))
                || glob_base(pattern).starts_with(path)
        };
        self.targets
            .iter()
            .filter(|(_, state)| state.target.kind == TargetKind::FileGlob && concerns(&state.target.location.target))
            .map(|(id, _)| *id)
            .collect()
    }

    /// The folders in which changes matter.
    pub fn watched(&self) -> BTreeSet<Folder> {
        let mut folders = BTreeSet::new();
        let parent = |path: &str| Path::new(path).parent().map(Path::to_path_buf);
        for state in self.targets.values() {
            let path = &state.target.location.target;
            match state.target.kind {
                TargetKind::File => folders.extend(parent(path).map(Folder::flat)),
                TargetKind::FileGlob => {
                    folders.insert(Folder::deep(glob_base(path)));
                }
                TargetKind::Url | TargetKind::UrlGlob => {}
            }
        }
        let pulled = self.refresh.keys().filter_map(|key| key.strip_prefix("file:"));
        folders.extend(pulled.filter_map(parent).map(Folder::flat));
        folders
    }

    /// File targets that lie in folders.
    pub fn files_below(&self, folders: &[PathBuf]) -> Vec<TargetId> {
        if folders.is_empty() {
            return Vec::new();
        }
        let inside = |path: &str| Path::new(path).ancestors().any(|at| folders.iter().any(|folder| folder == at));
        self.targets
            .iter()
            .filter(|(_, state)| state.target.location.kind == "file" && inside(&state.target.location.target))
            .map(|(id, _)| *id)
            .collect()
    }
}
