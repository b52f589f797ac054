//! What files have to do with the state: which folders are watched for it, and what a change on the disk means for it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};

use super::graph::Id;
use super::state::{State, TargetId};
use crate::ingest::TargetKind;
use crate::ingest::targets::{glob_base, root_folder};
use crate::watch::{Changed, Folder};

/// Folders that are reached through symbolic links, and files that are such links, by where they really are.
pub type Links = BTreeMap<PathBuf, BTreeSet<PathBuf>>;

/// A glob whose files are known.
struct Glob {
    target: TargetId,
    base: PathBuf,
    matcher: GlobMatcher,
}

impl State {
    /// Files or folders changed, came or went.
    pub fn files_changed(&mut self, changed: &Changed) {
        let mut reads: BTreeSet<TargetId> = BTreeSet::new();
        let mut entities: BTreeSet<Id> = BTreeSet::new();
        match changed {
            Changed::Anything => {
                self.watch_stale = true;
                self.below("", &mut reads, &mut entities);
            }
            Changed::Paths(paths) => {
                let globs = self.globs();
                let mut real = HashMap::new();
                let names: BTreeSet<PathBuf> = paths.iter().flat_map(|path| self.names_of(path, &mut real)).collect();
                for path in names {
                    let known = self.path_changed(&path, &globs, &mut reads, &mut entities);
                    // What is no file that matters may be a folder.
                    self.watch_stale |= !known && !path.is_file();
                }
            }
        }
        self.look_again(reads, entities);
    }

    /// Has targets read and entities processed again.
    fn look_again(&mut self, reads: BTreeSet<TargetId>, entities: BTreeSet<Id>) {
        for read in reads {
            self.queue_read(read, false);
        }
        for entity in entities {
            self.queue_processing(entity);
        }
    }

    /// Answers whether it is a target.
    fn path_changed(
        &self,
        path: &Path,
        globs: &[Glob],
        reads: &mut BTreeSet<TargetId>,
        entities: &mut BTreeSet<Id>,
    ) -> bool {
        let key = format!("file:{}", path.display());
        entities.extend(self.refresh.get(key.as_str()).into_iter().flatten());
        if let Some(target) = self.target_ids.get(key.as_str()) {
            reads.insert(*target);
            return true;
        }
        // Files beside a link may lead through it, as those of a Kubernetes volume do.
        let folder = if path.is_symlink() { path.parent().unwrap_or(path) } else { path };
        self.below(&format!("{}/", folder.display()), reads, entities);
        let is_folder = path.is_dir();
        let concerns = |glob: &&Glob| {
            path.starts_with(&glob.base) && (is_folder || glob.matcher.is_match(path)) || glob.base.starts_with(path)
        };
        reads.extend(globs.iter().filter(concerns).map(|glob| glob.target));
        false
    }

    /// Everything whose path begins so.
    fn below(&self, start: &str, reads: &mut BTreeSet<TargetId>, entities: &mut BTreeSet<Id>) {
        let start = format!("file:{start}");
        let from = || (std::ops::Bound::Included(start.as_str()), std::ops::Bound::Unbounded);
        let inside = |key: &Arc<str>| key.starts_with(&start);
        reads.extend(self.target_ids.range::<str, _>(from()).take_while(|(key, _)| inside(key)).map(|(_, id)| *id));
        let pulled = self.refresh.range::<str, _>(from()).take_while(|(key, _)| inside(key));
        entities.extend(pulled.flat_map(|(_, ids)| ids));
    }

    /// Every name under which a path may be known: as it is told, as it is without links, and through every link that is
    /// watched. `real` remembers folders without links.
    fn names_of(&self, path: &Path, real: &mut HashMap<PathBuf, PathBuf>) -> BTreeSet<PathBuf> {
        let mut names = BTreeSet::from([path.to_path_buf()]);
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return names };
        if self.links.is_empty() {
            return names;
        }
        names.extend(self.links.get(path).into_iter().flatten().cloned());
        let without = |folder: &Path| folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        let real = real.entry(folder.to_path_buf()).or_insert_with(|| without(folder));
        names.extend(self.links.get(real).into_iter().flatten().map(|folder| folder.join(name)));
        names.insert(real.join(name));
        names
    }

    fn globs(&self) -> Vec<Glob> {
        let globs = self.targets.iter().filter(|(_, state)| state.target.kind == TargetKind::FileGlob);
        let compile = |(id, state): (&TargetId, &super::state::TargetState)| {
            let pattern = &state.target.location.target;
            let matcher = GlobBuilder::new(pattern).literal_separator(true).build().ok()?.compile_matcher();
            Some(Glob { target: *id, base: glob_base(pattern), matcher })
        };
        globs.filter_map(compile).collect()
    }

    /// The folders in which changes matter: those of files, and those above them up to where their origin lies, since they
    /// may be moved; and wherever a link on the way stands.
    pub fn watched(&mut self) -> BTreeSet<Folder> {
        let mut deep: BTreeSet<PathBuf> = BTreeSet::new();
        let mut flat: HashMap<PathBuf, Option<PathBuf>> = HashMap::new();
        for state in self.targets.values() {
            let path = Path::new(&state.target.location.target);
            let root = || state.claims.first().and_then(|claim| root_folder(&claim.origin));
            match (state.target.kind, path.parent()) {
                (TargetKind::File, Some(folder)) if !flat.contains_key(folder) => {
                    flat.insert(folder.to_path_buf(), root());
                }
                (TargetKind::FileGlob, _) => {
                    let base = glob_base(&state.target.location.target);
                    flat.insert(base.clone(), root());
                    deep.insert(base);
                }
                _ => {}
            }
        }
        let pulled = self.refresh.keys().filter_map(|key| key.strip_prefix("file:"));
        for folder in pulled.clone().filter_map(|path| Path::new(path).parent()) {
            if !flat.contains_key(folder) {
                flat.insert(folder.to_path_buf(), None);
            }
        }
        let files = self.targets.values().filter(|state| state.target.kind == TargetKind::File);
        let files = files.map(|state| &*state.target.location.target).chain(pulled);
        let mut links = Links::new();
        for link in files.map(Path::new).filter(|path| path.is_symlink()) {
            let Ok(real) = link.canonicalize() else { continue };
            if let Some(folder) = real.parent() {
                flat.entry(folder.to_path_buf()).or_default();
            }
            links.entry(real).or_default().insert(link.to_path_buf());
        }
        self.links = links;
        let mut watched: BTreeSet<PathBuf> = BTreeSet::new();
        for (folder, root) in &flat {
            let links = folder.ancestors().filter(|path| path.is_symlink());
            let beside: Vec<PathBuf> = links.filter_map(|link| link.parent().map(Path::to_path_buf)).collect();
            if !beside.is_empty()
                && let Ok(real) = folder.canonicalize()
            {
                self.links.entry(real).or_default().insert(folder.clone());
            }
            watched.extend(beside);
            let inside = |path: &&Path| root.as_ref().is_none_or(|root| path.starts_with(root)) || *path == folder;
            let above = if root.is_some() { usize::MAX } else { 1 };
            watched.extend(folder.ancestors().take(above).take_while(inside).map(Path::to_path_buf));
        }
        let flat = watched.into_iter().filter(|folder| !deep.contains(folder)).map(Folder::flat);
        let flat: Vec<Folder> = flat.collect();
        deep.into_iter().map(Folder::deep).chain(flat).collect()
    }

    /// Folders are watched from now on: what lies in them may have changed since it was read, unnoticed. Answers whether
    /// something is to be looked at again.
    pub fn watched_anew(&mut self, folders: &[PathBuf]) -> bool {
        let mut reads: BTreeSet<TargetId> = BTreeSet::new();
        let mut entities: BTreeSet<Id> = BTreeSet::new();
        for folder in folders {
            let real = folder.canonicalize().unwrap_or_else(|_| folder.clone());
            let led_here = self.links.range(real.clone()..).take_while(|(to, _)| to.starts_with(&real));
            for name in led_here.flat_map(|(_, links)| links) {
                let key = format!("file:{}", name.display());
                reads.extend(self.target_ids.get(key.as_str()));
                entities.extend(self.refresh.get(key.as_str()).into_iter().flatten());
                self.below(&format!("{}/", name.display()), &mut reads, &mut entities);
            }
            self.below(&format!("{}/", folder.display()), &mut reads, &mut entities);
        }
        let any = !reads.is_empty() || !entities.is_empty();
        self.look_again(reads, entities);
        any
    }
}
