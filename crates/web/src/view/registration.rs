//! What registering an address would bring: each entity beside what the catalog has of it now.

use catalog::{CatalogReader, EngineError, EngineHandle, Previewed};
use model::entity::MANAGED_BY_LOCATION;
use model::{Entity, EntityRef, LocationRef, Problem, ReadScope};
use serde_json::Value;

use crate::pages::errors::Failure;

/// Names of files that are taken as they are; any other address is looked through for descriptors.
const FILES: [&str; 3] = [".yaml", ".yml", ".json"];

/// What is at an address.
pub struct Registration {
    pub files: Vec<Found>,
    /// Where nothing is, what could be written there.
    pub proposal: Option<Entity>,
}

/// A location that could be registered.
pub struct Found {
    pub location: LocationRef,
    pub registered: bool,
    pub entities: Vec<Brought>,
}

impl Found {
    /// Whether anything of it can be taken in.
    pub fn is_useful(&self) -> bool {
        self.entities.iter().any(|brought| !matches!(brought.effect, Effect::Refused))
    }
}

/// An entity that a location brings.
pub struct Brought {
    pub entity_ref: EntityRef,
    /// The file it stands in, and the line its document begins at; 0 when unknown.
    pub location: LocationRef,
    pub line: u32,
    pub effect: Effect,
    pub problems: Vec<Problem>,
}

/// What registering does to an entity.
pub enum Effect {
    Adds(Value),
    /// What the catalog has now, and what it would have.
    Changes(Value, Value),
    Same,
    /// Another source has it and keeps it.
    Held(String),
    /// An earlier document of the same location has this reference.
    Duplicate,
    Refused,
}

/// Reads what is at an address as the catalog would, and keeps nothing of it.
///
/// # Errors
/// [`Failure::BadRequest`] for an address that cannot be registered or searched.
pub async fn look(
    engine: &EngineHandle,
    catalog: &CatalogReader,
    scope: &ReadScope,
    address: &str,
) -> Result<Registration, Failure> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let (found, proposal) = if path.contains('*') || FILES.iter().any(|end| path.ends_with(end)) {
        let location = LocationRef::new("url", address);
        let brought = engine.preview(&location).await.map_err(told)?;
        (vec![(location, brought)], None)
    } else {
        let analysis = engine.analyze(address, None).await.map_err(told)?;
        (analysis.existing, analysis.proposal)
    };
    let mut files = Vec::with_capacity(found.len());
    for (location, brought) in found {
        let registered = EntityRef::new("location", "default", &location.generated_name());
        let mut entities = Vec::with_capacity(brought.len());
        // The first is the location itself, which is only of interest when something is wrong with it.
        let own = |one: &Previewed| one.entity_ref == registered && one.problems.is_empty();
        for one in brought.into_iter().filter(|one| !own(one)) {
            entities.push(compare(catalog, scope, one).await?);
        }
        files.push(Found { registered: catalog.sees(scope, &registered), location, entities });
    }
    Ok(Registration { files, proposal })
}

fn told(error: EngineError) -> Failure {
    match error {
        EngineError::Invalid(text) | EngineError::NotAllowed(text) => Failure::BadRequest(text),
        other => other.into(),
    }
}

async fn compare(catalog: &CatalogReader, scope: &ReadScope, one: Previewed) -> Result<Brought, Failure> {
    let now = catalog.by_ref(scope, &one.entity_ref).await?;
    let now: Option<Value> = now.and_then(|hit| serde_json::from_slice(&hit.json).ok());
    let refused = one.errors().next().is_some();
    let effect = match (one.entity, now) {
        (None, _) => Effect::Refused,
        (Some(_), _) if one.duplicate => Effect::Duplicate,
        (Some(_), _) if refused => Effect::Refused,
        (Some(entity), None) => Effect::Adds(entity.0),
        (Some(entity), Some(now)) => differ(now, entity),
    };
    Ok(Brought { entity_ref: one.entity_ref, location: one.location, line: one.line, effect, problems: one.problems })
}

fn differ(now: Value, entity: Entity) -> Effect {
    let now = Entity(without_additions(now));
    let source = |entity: &Entity| entity.annotation(MANAGED_BY_LOCATION).map(str::to_owned);
    match source(&now) {
        Some(holder) if source(&entity).as_ref() != Some(&holder) => Effect::Held(holder),
        _ if now.0 == entity.0 => Effect::Same,
        _ => Effect::Changes(now.0, entity.0),
    }
}

/// What the source says of an entity, without what the catalog adds for readers.
fn without_additions(mut shown: Value) -> Value {
    if let Some(fields) = shown.as_object_mut() {
        fields.remove("relations");
        fields.remove("status");
        if let Some(metadata) = fields.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("uid");
            metadata.remove("etag");
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entity(owner: &str, source: &str) -> Value {
        json!({ "kind": "Component", "metadata": { "name": "a", "annotations": { MANAGED_BY_LOCATION: source } },
            "spec": { "owner": owner } })
    }

    fn shown(owner: &str, source: &str) -> Value {
        let mut shown = entity(owner, source);
        shown["metadata"]["uid"] = "u".into();
        shown["metadata"]["etag"] = "e".into();
        shown["relations"] = json!([{ "type": "ownedBy", "targetRef": "group:default/x" }]);
        shown
    }

    #[test]
    fn what_the_catalog_has_is_told_from_what_it_would_have() {
        let effect = |now: Value, new: Value| differ(now, Entity(new));
        assert!(matches!(effect(shown("x", "url:one"), entity("x", "url:one")), Effect::Same));
        assert!(matches!(effect(shown("x", "url:one"), entity("y", "url:one")), Effect::Changes(..)));
        let Effect::Held(by) = effect(shown("x", "url:one"), entity("x", "url:two")) else { panic!("it is held") };
        assert_eq!(by, "url:one");
    }
}
