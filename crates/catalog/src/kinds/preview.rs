//! What a definition would do to the entities there are, before it is applied. Readers see the last good body of an entity, and
//! that is what is judged: what is wrong already is not counted against the change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use model::filter::Predicate;
use model::kind::{Kind, KindRegistry};
use model::relation::RelationEdge;
use model::{Entity, EntityRef, Problem, ReadScope, Relation};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::query::{PageRequest, QueryError};
use crate::reader::CatalogReader;

/// Entities judged at once.
const PAGE: usize = 500;
/// Entities that are named; the rest is counted.
const MAX_NAMED: usize = 200;
/// After so long the answer is what was found until then.
const PATIENCE: Duration = Duration::from_secs(30);

/// A look at every entity of a kind takes a processor for a while; two at a time leave the others to readers.
static ROOM: Semaphore = Semaphore::const_new(2);

/// What would become of the entities of a kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preview {
    /// Entities of the kind that the reader may see.
    pub total: u64,
    /// How many of them were looked at; fewer when it took too long.
    pub checked: u64,
    /// Those that are valid now and would no longer be.
    pub breaks: Effects,
    /// Those that are not valid now and would be.
    pub repairs: Effects,
    /// How often a relation would be stated more and less, by type; of entities that would be valid.
    pub relations: BTreeMap<String, Difference>,
}

/// Entities that a change touches, and the first of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effects {
    pub total: u64,
    pub named: Vec<Effect>,
}

/// An entity that a change touches, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    pub entity_ref: EntityRef,
    pub owners: Vec<EntityRef>,
    /// What would be wrong with it, or what is wrong now and would not be.
    pub problems: Vec<Problem>,
}

/// How often something comes and goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    pub gained: u64,
    pub lost: u64,
}

/// Looks at every entity of a kind as if `own` were what is defined of it; `None` as if nothing were. `own` comes from
/// [`KindRegistry::define`].
pub async fn preview(
    reader: &CatalogReader,
    scope: &ReadScope,
    kinds: &Arc<KindRegistry>,
    kind: &str,
    own: Option<Arc<Kind>>,
) -> Result<Preview, QueryError> {
    // It is closed by nobody.
    let _room = ROOM.acquire().await;
    let (began, changed) = (Instant::now(), Arc::new(kinds.replacing(kind, own)));
    let predicate = Some(Predicate::equals("kind", kind));
    let mut request = PageRequest { predicate, limit: PAGE, count: true, ..PageRequest::default() };
    let mut preview = Preview::default();
    loop {
        let page = reader.page(scope, &request).await?;
        preview.total = page.total;
        let (before, after) = (kinds.clone(), changed.clone());
        let judged = tokio::task::spawn_blocking(move || Preview::of(&page.items, &before, &after)).await;
        // It only fails together with everything else.
        let Ok(part) = judged else { return Ok(preview) };
        preview.add(part);
        request.cursor = page.next_cursor;
        if request.cursor.is_none() || began.elapsed() > PATIENCE {
            return Ok(preview);
        }
    }
}

impl Preview {
    /// What becomes of some entities.
    fn of(bodies: &[Bytes], before: &KindRegistry, after: &KindRegistry) -> Self {
        let mut part = Self::default();
        for body in bodies {
            let Ok(body) = serde_json::from_slice(body) else { continue };
            let entity = Entity(body);
            part.checked += 1;
            match (judged(before, &entity), judged(after, &entity)) {
                (Ok(_), Err(problems)) => part.breaks.note(&entity, problems),
                (Err(problems), Ok(_)) => part.repairs.note(&entity, problems),
                (Ok(old), Ok(new)) => {
                    new.difference(&old).for_each(|edge| part.relation(&edge.kind).gained += 1);
                    old.difference(&new).for_each(|edge| part.relation(&edge.kind).lost += 1);
                }
                (Err(_), Err(_)) => {}
            }
        }
        part
    }

    fn add(&mut self, part: Self) {
        self.checked += part.checked;
        self.breaks.add(part.breaks);
        self.repairs.add(part.repairs);
        for (kind, difference) in part.relations {
            let known = self.relation(&kind);
            known.gained += difference.gained;
            known.lost += difference.lost;
        }
    }

    fn relation(&mut self, kind: &str) -> &mut Difference {
        self.relations.entry(kind.to_owned()).or_default()
    }
}

/// What an entity states, or what is wrong with it.
fn judged(kinds: &KindRegistry, entity: &Entity) -> Result<BTreeSet<RelationEdge>, Vec<Problem>> {
    kinds.validate(entity)?;
    let (edges, problems) = kinds.relations(entity);
    if problems.is_empty() { Ok(edges.into_iter().collect()) } else { Err(problems) }
}

impl Effects {
    fn add(&mut self, more: Self) {
        self.total += more.total;
        let room = MAX_NAMED.saturating_sub(self.named.len());
        self.named.extend(more.named.into_iter().take(room));
    }

    fn note(&mut self, entity: &Entity, problems: Vec<Problem>) {
        self.total += 1;
        if self.named.len() < MAX_NAMED {
            let relations = entity.0.get("relations").cloned().unwrap_or_default();
            let relations: Vec<Relation> = serde_json::from_value(relations).unwrap_or_default();
            let owners = relations.into_iter().filter(|relation| relation.kind == "ownedBy").map(|r| r.target_ref);
            self.named.push(Effect { entity_ref: entity.entity_ref(), owners: owners.collect(), problems });
        }
    }
}
