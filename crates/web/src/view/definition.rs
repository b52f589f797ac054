//! Kind definitions as text: how one is shown for changing, and how it is read back.

use catalog::kinds::KindStatus;
use model::descriptor::{self, place_problem};
use model::kind::{DEFINITION_KIND, Kind, KindDefinition, KindRegistry};
use model::yaml::Limits;
use model::{Entity, Problem};
use serde_json::json;

use super::yaml::to_yaml;

/// What problems in a text that somebody sent are told to be in.
const SOURCE: &str = "definition";

/// Bytes of a definition that is read.
pub const MAX_TEXT: usize = 100 * 1024;

/// A definition as the entity that would define it.
pub fn to_text(definition: &KindDefinition) -> String {
    let spec = serde_json::to_value(definition).unwrap_or_default();
    let mut metadata = json!({ "name": definition.kind.to_lowercase() });
    if !definition.description.is_empty() {
        metadata["description"] = definition.description.as_str().into();
    }
    let api_version = "callboard.io/v1alpha1";
    to_yaml(&json!({ "apiVersion": api_version, "kind": DEFINITION_KIND, "metadata": metadata, "spec": spec }))
}

/// What there is to change about a kind: what an entity says of it, or the beginning of an extension.
pub fn draft(status: &KindStatus) -> String {
    let known = status.known.as_ref();
    match known.and_then(|known| known.own.as_ref()) {
        Some(own) => to_text(&own.definition),
        None => beginning(&status.kind, known.is_none()),
    }
}

/// A definition to begin with; a kind that nothing defines needs an API version too.
pub fn beginning(kind: &str, is_new: bool) -> String {
    let version = if is_new { "  apiVersions: [acme.example/v1]\n" } else { "" };
    format!(
        "apiVersion: callboard.io/v1alpha1\nkind: {DEFINITION_KIND}\nmetadata:\n  name: {}\nspec:\n  kind: {kind}\n{version}  \
         schema:\n    type: object\n    required: []\n",
        kind.to_lowercase()
    )
}

/// Reads a definition that somebody wrote.
///
/// # Errors
/// Everything that is wrong with it, with lines and columns.
pub fn read(text: &str, kinds: &KindRegistry) -> Result<Kind, Vec<Problem>> {
    let mut found = descriptor::parse(SOURCE, text.as_bytes(), &Limits::default());
    let Some(first) = found.pop().filter(|_| found.is_empty()) else {
        return Err(vec![Problem::error("InputError", format!("One {DEFINITION_KIND} is expected"))]);
    };
    let entity: Entity = first.entity.map_err(|problem| vec![problem])?;
    kinds.define_sent(&entity).map_err(|mut problems| {
        problems.iter_mut().for_each(|problem| place_problem(SOURCE, text, first.document, problem));
        problems
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let builtin = KindRegistry::builtin();
        let text = beginning("Environment", true);
        let kind = read(&text, &builtin).unwrap();
        let again = read(&to_text(&kind.definition), &builtin).unwrap();
        assert_eq!(again.definition, kind.definition);
        assert_eq!(read(&beginning("Component", false), &builtin).unwrap().definition.kind, "Component");
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        let place = |text: &str| {
            let problems = read(text, &KindRegistry::builtin()).unwrap_err();
            problems.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let bad = beginning("Environment", true).replace("required: []", "required: owner");
        assert!(
            place(&bad)[0].starts_with("definition:10:15: InputError: The schema cannot be used"),
            "{:?}",
            place(&bad)
        );
        assert!(place("a: [")[0].starts_with("definition:2:1: "), "{:?}", place("a: ["));
        assert_eq!(place(""), ["InputError: One KindDefinition is expected"]);
        assert!(place("kind: Component\n")[0].starts_with("definition:1:7: "), "{:?}", place("kind: Component\n"));
    }
}
