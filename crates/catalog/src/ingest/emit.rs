//! From the bytes of a descriptor file to the entities it emits: parsed, checked for the bare envelope and against the
//! rules, and marked with where they came from. A document that is wrong costs nothing but itself.

use std::sync::Arc;

use model::entity::{MANAGED_BY_LOCATION, MANAGED_BY_ORIGIN_LOCATION};
use model::{Entity, EntityRef, LocationRef, Problem, descriptor, validate};
use sdk::Offer;
use serde_json::Value;

use super::Emitted;
use crate::process::stable::content_hash;
use crate::process::{Rules, Written};

/// Where a file stands and on whose behalf it is read.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub location: &'a LocationRef,
    pub origin: &'a LocationRef,
    /// The `Location` entity that names the file.
    pub parent: &'a EntityRef,
    pub rules: &'a Rules,
}

/// Bytes of a reference. Validation allows far fewer, but says so of an entity that is kept; no store keeps a name of any length.
const MAX_REFERENCE: usize = 1024;

const NOT_ALLOWED: &str = "NotAllowedError";

/// What a file emits.
#[derive(Debug, Default)]
pub struct Emission {
    pub entities: Vec<Emitted>,
    pub problems: Vec<Problem>,
}

impl Emission {
    pub fn append(&mut self, other: Self) {
        self.entities.extend(other.entities);
        self.problems.extend(other.problems);
    }
}

/// Reads a descriptor file.
pub fn emit(bytes: &[u8], place: &Place<'_>) -> Emission {
    let mut emission = Emission::default();
    let location_key: Arc<str> = place.location.to_string().into();
    // The file's text is only kept where places in it can be told.
    let text: Option<Arc<str>> = std::str::from_utf8(bytes).ok().map(Into::into);
    for document in descriptor::parse(&location_key, bytes, &model::yaml::Limits::default()) {
        let at = model::Place { source: place.location.target.clone(), line: document.line, column: 1 };
        let written = text.clone().map(|text| Written { text, document: document.document });
        let line = document.line;
        let emitted = document.entity.and_then(|entity| emit_one(entity, place, &location_key));
        match emitted {
            Ok((entity, entity_ref)) => {
                let emitted = seal(entity, entity_ref, location_key.clone());
                emission.entities.push(Emitted { line, written, ..emitted });
            }
            Err(mut problem) => {
                match &mut problem.place {
                    Some(found) => found.source.clone_from(&at.source),
                    None => problem.place = Some(at),
                }
                emission.problems.push(problem);
            }
        }
    }
    // A file that brings in what it may not is refused whole (contract catalog.md section 6.5).
    if emission.problems.iter().any(|problem| problem.name == NOT_ALLOWED) {
        emission.entities.clear();
    }
    emission
}

/// The entity of one document.
fn emit_one(mut entity: Entity, place: &Place<'_>, location_key: &Arc<str>) -> Result<(Entity, EntityRef), Problem> {
    let entity_ref = named(&entity)?;
    if entity_ref == *place.parent {
        let text = format!("Ignored emitted entity {entity_ref} whose ref was identical to the one that emitted it");
        return Err(Problem::warning("ConflictError", text));
    }
    mark(&mut entity, location_key, &place.origin.to_string());
    allowed(&entity, &entity_ref, location_key, place.origin, place.rules)?;
    Ok((entity, entity_ref))
}

/// The reference of an entity that has at least an envelope.
fn named(entity: &Entity) -> Result<EntityRef, Problem> {
    validate::envelope_shape(&entity.0)?;
    let entity_ref = entity.entity_ref();
    let length = entity_ref.as_str().len();
    if length > MAX_REFERENCE {
        let text =
            format!("kind, namespace and name of an entity have {length} bytes together; {MAX_REFERENCE} are allowed");
        return Err(Problem::error("InputError", text));
    }
    Ok(entity_ref)
}

/// Refuses an entity that may not come from this origin.
fn allowed(
    entity: &Entity,
    entity_ref: &EntityRef,
    location: &str,
    origin: &LocationRef,
    rules: &Rules,
) -> Result<(), Problem> {
    if rules.allow(entity, origin) {
        return Ok(());
    }
    let text = format!(
        "Entity {entity_ref} at {location}, originated at {origin}, is not of an allowed kind for that location"
    );
    Err(Problem::error(NOT_ALLOWED, text))
}

/// An entity of a provider, checked for the bare envelope and, where they hold for it, against the rules.
///
/// # Errors
/// Why it cannot be taken.
pub fn admit(offer: Offer, rules: Option<&Rules>) -> Result<Emitted, Problem> {
    let entity_ref = named(&offer.entity)?;
    let location = offer.location.clone();
    let emitted = take(offer);
    if let Some(rules) = rules {
        allowed(&emitted.entity, &entity_ref, &emitted.location_key, &location, rules)?;
    }
    Ok(emitted)
}

/// An entity of a provider, ready to be kept; it is its own origin.
pub fn take(Offer { mut entity, location }: Offer) -> Emitted {
    let location = location.to_string();
    mark(&mut entity, &location, &location);
    let entity_ref = entity.entity_ref();
    seal(entity, entity_ref, location.into())
}

/// Sets both managed-by annotations; whatever stands where annotations belong and is none is left for validation to tell.
fn mark(entity: &mut Entity, location: &str, origin: &str) {
    if let Some(metadata) = entity.0.get_mut("metadata").and_then(Value::as_object_mut)
        && metadata.get("annotations").is_some_and(Value::is_null)
    {
        metadata.remove("annotations");
    }
    entity.set_annotation(MANAGED_BY_LOCATION, location);
    entity.set_annotation(MANAGED_BY_ORIGIN_LOCATION, origin);
}

/// Makes an entity ready to be kept.
fn seal(entity: Entity, entity_ref: EntityRef, location_key: Arc<str>) -> Emitted {
    let text = entity.0.to_string().into_boxed_str();
    let hash = content_hash(text.as_bytes());
    Emitted { entity, entity_ref, text, hash, location_key, line: 0, written: None }
}
