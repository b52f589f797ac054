//! Processing: from an entity as its source wrote it to what the catalog keeps of it. A pure function of its arguments;
//! files that placeholders name are fetched by the caller, who then asks again (contract catalog.md section 6.5).

pub mod bundle;
mod fold;
pub mod placeholder;
pub mod rules;
pub mod stable;
pub mod write_yaml;

use std::sync::Arc;

use model::descriptor::place_problem;
use model::flatten::Rows;
use model::kind::KindRegistry;
use model::relation::RelationEdge;
use model::{Entity, EntityRef, LocationRef, Place, Problem, entity, validate};
use serde_json::{Map, Value};

pub use placeholder::{Fetched, Reference, ReferenceError, ResolvedReferences, Version};
pub use rules::{RuleError, Rules};

/// Where an entity was read from, and what the host of that place says about it.
#[derive(Clone, Debug, PartialEq)]
pub struct SourcePlace {
    pub location: LocationRef,
    /// The annotations that the place adds unless the author wrote them: view, edit and source location.
    pub annotations: Vec<(&'static str, String)>,
    /// First line of the document in its file; 0 when unknown.
    pub line: u32,
    /// The text of the file, while it is at hand.
    pub written: Option<Written>,
}

/// The text an entity was written in, to point at what is wrong in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The whole file.
    pub text: Arc<str>,
    /// The number of the document in it.
    pub document: usize,
}

/// What processing came to.
#[derive(Debug)]
pub enum Outcome {
    /// These files have to be fetched before processing can go on.
    Needs(Vec<Reference>),
    Done(Box<Processed>),
    /// The entity is not valid. Its last good body stays.
    Failed {
        problems: Vec<Problem>,
        refresh_keys: Vec<String>,
    },
}

/// A valid entity.
#[derive(Debug)]
pub struct Processed {
    /// Complete but for what depends on other entities: relations, status, uid and etag.
    pub entity: Entity,
    pub edges: Vec<RelationEdge>,
    pub refresh_keys: Vec<String>,
    /// Warnings; errors make the outcome a failure.
    pub problems: Vec<Problem>,
}

/// Processes an entity with the files fetched so far.
pub fn process(raw: &Entity, place: &SourcePlace, kinds: &KindRegistry, resolved: &ResolvedReferences) -> Outcome {
    let entity_ref = raw.entity_ref();
    let mut entity = raw.clone();
    // A placeholder may stand for all annotations, so ours step aside while it is replaced.
    let managed = take_managed(&mut entity);
    let replaced = placeholder::replace(&mut entity.0, &place.location.target, resolved);
    for (key, value) in managed {
        entity.set_annotation(key, &value);
    }
    if !replaced.needs.is_empty() {
        return Outcome::Needs(replaced.needs);
    }
    let mut refresh_keys = replaced.refresh_keys;
    refresh_keys.sort_unstable();
    refresh_keys.dedup();
    let failed = |problems: Vec<Problem>, refresh_keys| {
        let problems = problems.into_iter().map(|problem| located(problem, place)).collect();
        Outcome::Failed { problems, refresh_keys }
    };
    if let Some((cause, pointer)) = replaced.failure {
        let text =
            format!("Processor PlaceholderProcessor threw an error while preprocessing; caused by Error: {cause}");
        return failed(vec![Problem::error("InputError", text).pointing_to(pointer)], refresh_keys);
    }
    // Each file is bounded by itself, but one may stand deep in another.
    if is_deeper(&entity.0, MAX_DEPTH) {
        let text = format!("it is nested more than {MAX_DEPTH} levels deep with what its placeholders bring");
        return failed(vec![Problem::error("InputError", text)], refresh_keys);
    }
    annotate(&mut entity, place);
    match check(&mut entity, &entity_ref, kinds) {
        Ok(edges) => Outcome::Done(Box::new(Processed { entity, edges, refresh_keys, problems: Vec::new() })),
        Err(problems) => failed(problems, refresh_keys),
    }
}

/// Levels of lists and mappings, as of one file.
const MAX_DEPTH: usize = 100;

fn is_deeper(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels == 0 || items.iter().any(|value| is_deeper(value, levels - 1)),
        Value::Object(map) => levels == 0 || map.values().any(|value| is_deeper(value, levels - 1)),
        _ => false,
    }
}

/// Policies, kind, and what follows from it: the steps after preprocessing. Answers the relations it states.
fn check(entity: &mut Entity, entity_ref: &EntityRef, kinds: &KindRegistry) -> Result<Vec<RelationEdge>, Vec<Problem>> {
    validate::fill_namespace(entity);
    validate::entity(entity).map_err(|problems| framed(problems, &format!("Policy check failed for {entity_ref}")))?;
    if entity.entity_ref() != *entity_ref {
        let text = "Fatal: The entity kind, namespace, or name changed during processing";
        return Err(vec![Problem::error("ConflictError", text)]);
    }
    let processor = kinds.recognise(entity).map(|kind| kind.processor.clone());
    kinds.validate(entity).map_err(|problems| match &processor {
        Some(name) => {
            framed(problems, &format!("Processor {name} threw an error while validating the entity {entity_ref}"))
        }
        None => problems,
    })?;
    if let Err(duplicates) = Rows::of(&entity.0) {
        return Err(vec![Problem::error("InputError", duplicates.to_string())]);
    }
    kinds.normalise(entity);
    let (edges, problems) = kinds.relations(entity);
    if problems.is_empty() {
        return Ok(edges);
    }
    let name = processor.unwrap_or_default();
    Err(framed(problems, &format!("Processor {name} threw an error while postprocessing")))
}

/// Problems in the words of the step that found them.
fn framed(problems: Vec<Problem>, step: &str) -> Vec<Problem> {
    let frame = |problem: Problem| Problem {
        message: format!("{step}; caused by {}: {}", problem.name, problem.message),
        name: "InputError".to_owned(),
        ..problem
    };
    problems.into_iter().map(frame).collect()
}

fn take_managed(entity: &mut Entity) -> Vec<(&'static str, String)> {
    let annotations = entity.0.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut);
    let Some(annotations) = annotations else { return Vec::new() };
    let take = |key| match annotations.remove(key) {
        Some(Value::String(text)) => Some((key, text)),
        _ => None,
    };
    [entity::MANAGED_BY_LOCATION, entity::MANAGED_BY_ORIGIN_LOCATION].into_iter().filter_map(take).collect()
}

/// Adds what the place says, without overriding the author.
fn annotate(entity: &mut Entity, place: &SourcePlace) {
    for (key, value) in &place.annotations {
        if entity.annotation(key).is_none() {
            entity.set_annotation(key, value);
        }
    }
}

/// A problem of an entity points at what is wrong in its file, if that is known, else at its document.
pub fn located(mut problem: Problem, place: &SourcePlace) -> Problem {
    if let Some(written) = &place.written {
        place_problem(&place.location.target, &written.text, written.document, &mut problem);
    }
    // What nobody wrote into a file has no lines.
    if problem.place.is_some() || !matches!(place.location.kind.as_str(), "file" | "url") {
        return problem;
    }
    problem.at(Place { source: place.location.target.clone(), line: place.line.max(1), column: 1 })
}

/// The annotations a `url` place adds. Commits do not change, so an address with a commit id has no edit page.
pub fn place_annotations(
    location: &LocationRef,
    edit_url: Option<String>,
    folder_url: Option<String>,
) -> Vec<(&'static str, String)> {
    if location.kind != "url" {
        return Vec::new();
    }
    let mut annotations = vec![(entity::VIEW_URL, location.target.clone())];
    // Only hosts that are known to keep sources have a folder worth pointing to.
    if let Some(edit_url) = edit_url {
        if !has_commit_id(&location.target) {
            annotations.push((entity::EDIT_URL, edit_url));
        }
        annotations.extend(folder_url.map(|folder| (entity::SOURCE_LOCATION, format!("url:{folder}"))));
    }
    annotations
}

fn has_commit_id(url: &str) -> bool {
    url.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .any(|word| word.len() >= 40 && word.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

/// Stands in for an address that would run as a script in somebody's browser.
const REJECTED_URL: &str = "https://backstage.io/annotation-rejected-for-security-reasons";

/// Completes a processed body: orphan mark, relations, status and the replacement of script addresses. What is left out
/// is what the hash of the whole goes into: uid and etag.
pub fn complete(entity: &mut Entity, orphan: bool, relations: &[(String, String)], problems: &[Problem]) {
    for key in [entity::VIEW_URL, entity::EDIT_URL] {
        if entity.annotation(key).is_some_and(is_script) {
            entity.set_annotation(key, REJECTED_URL);
        }
    }
    if orphan {
        entity.set_annotation(entity::ORPHAN, "true");
    }
    let Some(root) = entity.0.as_object_mut() else { return };
    let relation = |(kind, target): &(String, String)| {
        let mut map = Map::new();
        map.insert("type".to_owned(), Value::String(kind.clone()));
        map.insert("targetRef".to_owned(), Value::String(target.clone()));
        Value::Object(map)
    };
    root.insert("relations".to_owned(), relations.iter().map(relation).collect());
    if !problems.is_empty() {
        let items: Vec<Value> = problems.iter().map(status_item).collect();
        root.insert("status".to_owned(), serde_json::json!({ "items": items }));
    }
}

/// Adds what a completed body is told apart by: the uid, and the hash of the whole as the etag where its source named none.
pub fn identify(entity: &mut Entity, uid: uuid::Uuid, hash: &stable::Hash) {
    if let Some(metadata) = entity.0.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.insert("uid".to_owned(), uid.to_string().into());
        metadata.entry("etag").or_insert_with(|| hex::encode(hash).into());
    }
}

fn status_item(problem: &Problem) -> Value {
    serde_json::json!({
        "type": "backstage.io/catalog-processing",
        "level": problem.severity,
        "message": format!("{}: {}", problem.name, problem.message),
        "error": serialized(problem),
    })
}

/// An error as Backstage serialises it: what comes after `caused by` is also a member of its own.
pub fn serialized(problem: &Problem) -> Value {
    let mut error = serde_json::json!({ "name": problem.name, "message": problem.message });
    let cause = problem.message.split_once("; caused by ").and_then(|(_, cause)| cause.split_once(": "));
    if let Some((name, message)) = cause {
        error["cause"] = serde_json::json!({ "name": name, "message": message });
    }
    error
}

fn is_script(url: &str) -> bool {
    let start: String = url.chars().filter(|c| !c.is_control() && !c.is_whitespace()).take(11).collect();
    start.eq_ignore_ascii_case("javascript:")
}
