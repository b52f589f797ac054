//! The past: the versions of an entity and what differs between them, since when each part of it is what it is, the whole
//! catalog as it was, and what changed in it. Like every read it takes a [`ReadScope`]; a version is shown to whoever could
//! have seen it then, if the entity as it is now may be seen too.

mod difference;
mod moment;
mod past;

use std::collections::BTreeMap;

use model::{EntityRef, ReadScope};
use serde_json::Value;
use store::{Change, Since, Version};

pub use difference::{Difference, differences};
pub use moment::{Moment, NoMoment};
pub(crate) use past::Past;

use crate::index::{FinalEntity, Index, Prepared};
use crate::query::QueryError;
use crate::reader::CatalogReader;

type Result<T> = std::result::Result<T, QueryError>;

/// Versions read from the store at once, where all are looked at.
const PAGE: u32 = 50;
/// Versions looked at to find since when the parts of an entity are what they are.
const MOST_BLAMED: usize = 1000;
/// Changes looked at for one page of those that a reader may see.
const MOST_CHANGES: usize = 20_000;

/// Versions of an entity, newest first.
#[derive(Clone, Debug)]
pub struct History {
    pub versions: Vec<PastVersion>,
    /// Ask for versions before this position to go on.
    pub next: Option<i64>,
    /// The entity as readers see it now is the first version.
    pub current: bool,
}

/// A version and how it differs from the one before.
#[derive(Clone, Debug)]
pub struct PastVersion {
    pub version: Version,
    /// `None` for the first that is kept.
    pub differences: Option<Vec<Difference>>,
}

/// Since when a part of an entity is what it is.
#[derive(Clone, Debug)]
pub struct Blamed {
    /// JSON pointer.
    pub path: String,
    pub value: Value,
    pub since: Since,
    /// It was so in the oldest version that is kept: it may be older.
    pub at_least: bool,
}

/// Newest changes first.
#[derive(Clone, Debug)]
pub struct Activity {
    pub changes: Vec<Change>,
    /// Ask for changes before this position to go on.
    pub next: Option<i64>,
}

impl CatalogReader {
    /// Versions of an entity before a position, or the newest; `None` when there is nothing of it to see.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn history(
        &self,
        scope: &ReadScope,
        entity_ref: &EntityRef,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Option<History>> {
        // One more, to compare the last with.
        let mut versions = self.seen_versions(scope, entity_ref, before, limit.saturating_add(1)).await?;
        if versions.is_empty() && before.is_none() {
            return Ok(None);
        }
        let bodies: Vec<Value> = versions.iter().map(body).collect();
        let more = versions.len() > limit as usize;
        versions.truncate(limit as usize);
        let next = versions.last().filter(|_| more).map(|version| version.since.position);
        let current = before.is_none() && versions.first().is_some_and(|version| version.until.is_none());
        let versions = versions.into_iter().enumerate().map(|(at, version)| PastVersion {
            differences: bodies.get(at + 1).map(|older| differences(older, &bodies[at])),
            version,
        });
        Ok(Some(History { versions: versions.collect(), next, current }))
    }

    /// An entity as it was at a position, with the relations that it stated itself.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn version(
        &self,
        scope: &ReadScope,
        entity_ref: &EntityRef,
        position: i64,
    ) -> Result<Option<(Version, Value)>> {
        if !self.may_see_past(scope, entity_ref) {
            return Ok(None);
        }
        let found = self.store().version_at(entity_ref, position).await?;
        Ok(found.filter(|version| was_visible(version, scope)).map(|version| {
            let shown = own(&version).map(|entity| entity.body.0).unwrap_or_default();
            (version, shown)
        }))
    }

    /// Since when each part of an entity is what it is, in order of path; `None` when there is no such entity to see.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn blame(&self, scope: &ReadScope, entity_ref: &EntityRef) -> Result<Option<Vec<Blamed>>> {
        let mut page = self.seen_versions(scope, entity_ref, None, PAGE).await?;
        let Some(newest) = page.first().filter(|newest| newest.until.is_none()).cloned() else { return Ok(None) };
        let now = body(&newest);
        let parts = difference::parts(&now);
        let mut open: BTreeMap<&String, Since> = parts.keys().map(|path| (path, newest.since.clone())).collect();
        let mut blamed = Vec::with_capacity(parts.len());
        let mut seen = 0;
        let part = |path: &String, since: Since, at_least| Blamed {
            path: path.clone(),
            value: parts[path].clone(),
            since,
            at_least,
        };
        while let Some(last) = page.last().map(|version| version.since.position) {
            for version in &page {
                let then = body(version);
                let then = difference::parts(&then);
                let (same, other): (BTreeMap<_, _>, BTreeMap<_, _>) =
                    open.into_iter().partition(|(path, _)| then.get(*path) == parts.get(*path));
                blamed.extend(other.into_iter().map(|(path, since)| part(path, since, false)));
                open = same.into_keys().map(|path| (path, version.since.clone())).collect();
            }
            seen += page.len();
            if open.is_empty() || page.len() < PAGE as usize || seen >= MOST_BLAMED {
                break;
            }
            page = self.seen_versions(scope, entity_ref, Some(last), PAGE).await?;
        }
        let kept_from = self.store().kept_from().await?;
        // What it took the place of may be forgotten.
        let part_of = |(path, since): (&String, Since)| part(path, since.clone(), since.position <= kept_from);
        blamed.extend(open.into_iter().map(part_of));
        blamed.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Some(blamed))
    }

    /// The catalog as it was.
    ///
    /// # Errors
    /// The store cannot be read, or no longer knows.
    pub async fn as_of(&self, moment: Moment) -> Result<Self> {
        let store = self.store();
        let position = match moment {
            Moment::Position(position) => position,
            Moment::Time(time) => store.position_at(time).await?.unwrap_or(0),
        };
        if position >= store.newest_seq().await? {
            return Ok(self.clone());
        }
        let kept_from = store.kept_from().await?;
        if position < kept_from {
            return Err(QueryError::Invalid(format!(
                "history reaches back to version {kept_from} of the catalog only; what was before is no longer kept \
                 (catalog.history.retention)"
            )));
        }
        Ok(self.past().at(position, store).await?)
    }

    /// What changed in the catalog before a position, or newest of all, as far as a reader may see what it changed. What went
    /// is told to those who see everything.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn activity(&self, scope: &ReadScope, before: Option<i64>, limit: usize, own: bool) -> Result<Activity> {
        let (mut found, mut from, mut seen) = (Vec::new(), before, 0);
        loop {
            let page = self.store().changes_before(from, 500).await?;
            let whole = page.len() == 500;
            seen += page.len();
            for change in page {
                from = Some(change.seq);
                let told = !(own && change.cause == Change::RELATIONS);
                if told && (matches!(scope, ReadScope::All) || self.sees(scope, &change.entity_ref)) {
                    found.push(change);
                }
                if found.len() == limit {
                    return Ok(Activity { changes: found, next: from });
                }
            }
            if !whole || seen >= MOST_CHANGES {
                return Ok(Activity { changes: found, next: from.filter(|_| whole) });
            }
        }
    }

    /// Versions that a reader may see.
    async fn seen_versions(
        &self,
        scope: &ReadScope,
        entity_ref: &EntityRef,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Version>> {
        if !self.may_see_past(scope, entity_ref) {
            return Ok(Vec::new());
        }
        let mut versions = self.store().versions(entity_ref, before, limit).await?;
        versions.retain(|version| was_visible(version, scope));
        Ok(versions)
    }

    /// Not of what is there and hidden.
    fn may_see_past(&self, scope: &ReadScope, entity_ref: &EntityRef) -> bool {
        matches!(scope, ReadScope::All) || self.sees(scope, entity_ref) || !self.sees(&ReadScope::All, entity_ref)
    }
}

/// Whether a reader would see a version, judged by what it says itself.
fn was_visible(version: &Version, scope: &ReadScope) -> bool {
    match scope {
        ReadScope::All => true,
        ReadScope::None => false,
        ReadScope::Matching(_) => {
            let prepared = own(version).ok().and_then(|entity| Prepared::new(entity).ok());
            let mut index = Index::default();
            index.apply(prepared.into_iter().collect(), &[]);
            index.visible_number_of(&version.entity_ref, scope).is_some()
        }
    }
}

/// A version with the relations that it states itself.
fn own(version: &Version) -> std::result::Result<FinalEntity, serde_json::Error> {
    let mut relations = past::Relations::default();
    relations.state(&version.relations);
    past::as_shown(version, &relations.of(&version.entity_ref))
}

/// What differs between two versions, relations left out.
pub fn between(from: &Version, to: &Version) -> Vec<Difference> {
    differences(&body(from), &body(to))
}

fn body(version: &Version) -> Value {
    // What is kept was serialised by us.
    serde_json::from_str(&version.body).unwrap_or_default()
}
