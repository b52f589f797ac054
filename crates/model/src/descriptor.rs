//! Descriptor files: a text of YAML or JSON documents, each an entity (contract catalog.md section 1.3).

use serde_json::Value;

use crate::entity::Entity;
use crate::problem::{Place, Problem};
use crate::yaml::{self, Limits, Locator, YamlError};

pub use crate::check::{FileReport, Sound, check_file};

/// One document of a descriptor file.
#[derive(Clone, Debug, PartialEq)]
pub struct Descriptor {
    /// Its number in the file, from 0; what [`place_problem`] wants.
    pub document: usize,
    /// The line its content starts on, from 1.
    pub line: u32,
    /// The entity as written, of which nothing is checked but that it is an object.
    pub entity: Result<Entity, Problem>,
}

/// Reads all documents of a file; empty ones are left out. `source_name` is a path, URL or location reference and comes
/// back in texts and places. A file that is too large or no UTF-8 gives one descriptor that says so.
pub fn parse(source_name: &str, bytes: &[u8], limits: &Limits) -> Vec<Descriptor> {
    let text = match yaml::oversize(bytes.len(), limits) {
        Some(error) => Err(error),
        None => yaml::decode(bytes),
    };
    let text = match text {
        Ok(text) => text,
        Err(error) => {
            let entity = Err(syntax_problem(source_name, &error));
            return vec![Descriptor { document: 0, line: error.line, entity }];
        }
    };
    let descriptor = |document: yaml::Document| Descriptor {
        document: document.index,
        line: document.line,
        entity: match document.value {
            Ok(value @ Value::Object(_)) => Ok(Entity(value)),
            Ok(value) => Err(root_problem(source_name, document.line, &value)),
            Err(error) => Err(syntax_problem(source_name, &error)),
        },
    };
    yaml::parse_documents(text, limits).into_iter().map(descriptor).collect()
}

/// Fills the place of a problem from its pointer. Leaves it alone if it has a place already.
pub fn place_problem(source_name: &str, text: &str, document: usize, problem: &mut Problem) {
    place_with(&Locator::new(text), source_name, document, problem);
}

/// As [`place_problem`], for many problems of one text.
pub(crate) fn place_with(locator: &Locator<'_>, source_name: &str, document: usize, problem: &mut Problem) {
    if problem.place.is_none()
        && let Some(pointer) = &problem.pointer
        && let Some((line, column)) = locator.value(document, pointer)
    {
        problem.place = Some(Place { source: source_name.to_owned(), line, column });
    }
}

fn syntax_problem(source_name: &str, error: &YamlError) -> Problem {
    Problem::error("Error", format!("YAML error at {source_name}, YAMLParseError: {error}")).at(Place {
        source: source_name.to_owned(),
        line: error.line,
        column: error.column,
    })
}

fn root_problem(source_name: &str, line: u32, value: &Value) -> Problem {
    let found = match value {
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Bool(_) => "boolean",
        // Lists are objects to JavaScript's `typeof`.
        Value::Array(_) | Value::Object(_) | Value::Null => "object",
    };
    Problem::error("Error", format!("Expected object at root, got {found}")).at(Place {
        source: source_name.to_owned(),
        line,
        column: 1,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn parsed(text: &[u8]) -> Vec<Result<String, String>> {
        let entity = |d: Descriptor| d.entity.map(|e| e.name().to_owned()).map_err(|problem| problem.to_string());
        parse("f.yaml", text, &Limits::default()).into_iter().map(entity).collect()
    }

    #[test]
    fn what_is_no_object_is_a_problem_of_its_own() {
        let text = b"metadata: {name: a}\n---\njust text\n---\n- 1\n---\n\n---\nmetadata: {name: b}\n";
        assert_eq!(
            parsed(text),
            [
                Ok("a".to_owned()),
                Err("f.yaml:3:1: Error: Expected object at root, got string".to_owned()),
                Err("f.yaml:5:1: Error: Expected object at root, got object".to_owned()),
                Ok("b".to_owned()),
            ]
        );
    }

    #[test]
    fn syntax_errors_and_unreadable_bytes_have_a_place() {
        let syntax = parsed(b"a: [1\n")[0].clone().unwrap_err();
        assert!(syntax.contains("YAML error at f.yaml, YAMLParseError: ") && syntax.contains(" at line "), "{syntax}");
        assert!(parsed(b"a: \xff")[0].clone().unwrap_err().starts_with("f.yaml:1:4: "));
        assert_eq!(parsed(br#"{"metadata": {"name": "json"}}"#), [Ok("json".to_owned())]);
    }

    #[test]
    fn problems_are_placed_by_their_pointer() {
        let text = "kind: A\nspec:\n  type: 1\n";
        let mut problem = Problem::error("TypeError", "x").pointing_to("/spec/type");
        place_problem("f.yaml", text, 0, &mut problem);
        assert_eq!(problem.place, Some(Place { source: "f.yaml".to_owned(), line: 3, column: 9 }));
    }
}
