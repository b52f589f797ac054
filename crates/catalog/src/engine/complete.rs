//! From good bodies to what readers see: relations, status, uid and etag come to it, and it is made ready to be kept and shown.

use std::sync::Arc;

use model::{Entity, EntityRef, Problem};
use store::StoredFinal;
use uuid::Uuid;

use super::graph::Id;
use crate::index::{FinalEntity, Prepared, shorten};
use crate::process::stable::{Hash, stable_hash};
use crate::process::{complete, identify};

/// An entity to complete from its good body.
pub struct Draft {
    pub id: Id,
    pub uid: Uuid,
    pub entity_ref: EntityRef,
    pub parent: Option<EntityRef>,
    pub orphan: bool,
    pub relations: Vec<(String, String)>,
    pub problems: Vec<Problem>,
    pub old_hash: Option<Hash>,
    pub body: Body,
}

/// A good body, parsed or as it is kept.
pub enum Body {
    Parsed(Arc<Entity>),
    Text(Box<str>),
}

/// A completed entity that readers see differently from before.
pub struct Finished {
    pub id: Id,
    pub hash: Hash,
    /// For the store, until the commit takes it.
    pub kept: Option<StoredFinal>,
    pub prepared: Prepared,
}

/// What completing entities came to.
#[derive(Default)]
pub struct Completed {
    /// Those that readers do not yet see so.
    pub finished: Vec<Finished>,
    /// Those that cannot be searched for as they are: readers keep what they had.
    pub refused: Vec<(Id, Problem)>,
}

/// Completes entities on all processors.
pub async fn complete_all(drafts: Vec<Draft>) -> Completed {
    let mut all = Completed::default();
    for part in crate::parallel::map_parts(drafts, complete_part).await {
        all.finished.extend(part.finished);
        all.refused.extend(part.refused);
    }
    all
}

fn complete_part(drafts: Vec<Draft>) -> Completed {
    let mut part = Completed::default();
    for draft in drafts {
        let id = draft.id;
        match finish(draft) {
            Ok(finished) => part.finished.extend(finished),
            Err(problem) => part.refused.push((id, problem)),
        }
    }
    part
}

/// Nothing when readers see it so already.
fn finish(draft: Draft) -> Result<Option<Finished>, Problem> {
    let mut body = match draft.body {
        Body::Parsed(entity) => Arc::unwrap_or_clone(entity),
        Body::Text(text) => match serde_json::from_str(&text) {
            Ok(body) => Entity(body),
            Err(error) => {
                let text = format!("the stored body of {} cannot be read, {error}; refresh it", draft.entity_ref);
                return Err(Problem::error("Error", text));
            }
        },
    };
    complete(&mut body, draft.orphan, &draft.relations, &draft.problems);
    let hash = stable_hash(&body.0);
    if draft.old_hash == Some(hash) {
        return Ok(None);
    }
    identify(&mut body, draft.uid, &hash);
    let cuts = shorten(&mut body.0);
    let kept = StoredFinal {
        id: draft.uid,
        entity_ref: draft.entity_ref.clone(),
        parent: draft.parent.clone(),
        hash: hex::encode(hash),
        body: body.0.to_string().into_boxed_str(),
        cuts: cuts.clone(),
    };
    let entity = FinalEntity { id: draft.uid, entity_ref: draft.entity_ref, body, parent: draft.parent };
    let prepared = Prepared::shortened(entity, &cuts)?;
    Ok(Some(Finished { id: draft.id, hash, kept: Some(kept), prepared }))
}
