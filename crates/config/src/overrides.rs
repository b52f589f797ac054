//! `APP_CONFIG_a_b=value`: single keys set from the environment, over every file.

use serde_json::Value;

use crate::merge::{Kind, Node};
use crate::origin::Mark;
use crate::{ConfigError, Environment};

const PREFIX: &str = "APP_CONFIG_";

/// The layer the environment adds, or `None` when it says nothing. `_` separates the levels of a key; a value is JSON,
/// or the raw text when it is not; variables that contradict each other are an error.
/// Contract: platform-services section 1.
pub(crate) fn layer(environment: &Environment) -> Result<Option<Node>, ConfigError> {
    let mut root: Option<Node> = None;
    for (variable, value) in environment.iter() {
        let Some(key) = variable.strip_prefix(PREFIX) else { continue };
        if value.is_empty() {
            continue;
        }
        let mark = Mark::Variable(variable.to_owned());
        let root = root.get_or_insert_with(|| object(mark.clone()));
        insert(root, key, value, &mark)
            .map_err(|message| ConfigError::Override { variable: variable.to_owned(), message })?;
    }
    Ok(root)
}

/// `NODE_ENV`, in which Backstage looks whether this is development, says `auth.environment` where no file does.
pub(crate) fn node_environment(environment: &Environment) -> Option<Node> {
    let value = environment.get("NODE_ENV").filter(|value| !value.is_empty())?;
    Some(Node::plain(serde_json::json!({ "auth": { "environment": value } }), Mark::Variable("NODE_ENV".to_owned())))
}

fn object(mark: Mark) -> Node {
    Node { mark, secret: false, given: true, kind: Kind::Object(Vec::new()) }
}

fn insert(root: &mut Node, key: &str, value: &str, mark: &Mark) -> Result<(), String> {
    let parts: Vec<&str> = key.split('_').collect();
    if !parts.iter().all(|part| is_key_part(part)) {
        return Err(format!("Invalid env config key '{key}'"));
    }
    let mut node = root;
    for (depth, part) in parts.iter().enumerate() {
        let Kind::Object(members) = &mut node.kind else {
            let existing = parts[..depth].join("_");
            return Err(format!("Could not nest config for key '{key}' under existing value '{existing}'"));
        };
        let found = members.iter().position(|(name, _)| name == part);
        if depth + 1 == parts.len() {
            if found.is_some() {
                return Err(format!("Refusing to override existing config at key '{key}'"));
            }
            let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
            if value.is_null() {
                return Err(format!(
                    "Failed to parse JSON-serialized config value for key '{key}', Error: value may not be null"
                ));
            }
            members.push(((*part).to_owned(), Node::plain(value, mark.clone())));
            return Ok(());
        }
        let position = found.unwrap_or_else(|| {
            members.push(((*part).to_owned(), object(mark.clone())));
            members.len() - 1
        });
        node = &mut members[position].1;
    }
    Ok(())
}

/// Whether `part` can be one level of a key: words of letters and digits, each starting with a letter, joined by
/// `-`, `_` or `:`.
pub(crate) fn is_key_part(part: &str) -> bool {
    part.split(['-', '_', ':']).all(|word| {
        word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::merge::Mentions;

    fn read(variables: &[(&str, &str)]) -> Result<Value, String> {
        let environment: Environment = variables.iter().copied().collect();
        match layer(&environment) {
            Ok(node) => Ok(node.map_or(Value::Null, |node| node.flatten("", &mut Mentions::new()))),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn values_are_json_or_text() {
        for (variables, expected) in [
            (&[("OTHER", "x")][..], Value::Null),
            (&[("APP_CONFIG_app_title", "\"My Title\"")], json!({"app": {"title": "My Title"}})),
            (&[("APP_CONFIG_app_title", "My Title")], json!({"app": {"title": "My Title"}})),
            (&[("APP_CONFIG_a", "42"), ("APP_CONFIG_b", "\"42\"")], json!({"a": 42, "b": "42"})),
            (&[("APP_CONFIG_a_b", "true"), ("APP_CONFIG_a_c", "[1]")], json!({"a": {"b": true, "c": [1]}})),
            (&[("APP_CONFIG_a", "{\"b\": 1}"), ("APP_CONFIG_a_c", "2")], json!({"a": {"b": 1, "c": 2}})),
            (&[("APP_CONFIG_a-b_c", "1")], json!({"a-b": {"c": 1}})),
            (&[("APP_CONFIG_a", "")], Value::Null),
        ] {
            assert_eq!(read(variables), Ok(expected), "{variables:?}");
        }
    }

    #[test]
    fn contradictions_are_errors() {
        for (variables, message) in [
            (&[("APP_CONFIG_", "1")][..], "environment variable APP_CONFIG_: Invalid env config key ''"),
            (&[("APP_CONFIG_a__b", "1")], "environment variable APP_CONFIG_a__b: Invalid env config key 'a__b'"),
            (&[("APP_CONFIG_1a", "1")], "environment variable APP_CONFIG_1a: Invalid env config key '1a'"),
            (
                &[("APP_CONFIG_a", "1"), ("APP_CONFIG_a_b", "2")],
                "environment variable APP_CONFIG_a_b: Could not nest config for key 'a_b' under existing value 'a'",
            ),
            (
                &[("APP_CONFIG_a", "{\"b\":1}"), ("APP_CONFIG_a_b", "2")],
                "environment variable APP_CONFIG_a_b: Refusing to override existing config at key 'a_b'",
            ),
            (
                &[("APP_CONFIG_a", "null")],
                "environment variable APP_CONFIG_a: Failed to parse JSON-serialized config value for key 'a', \
                 Error: value may not be null",
            ),
        ] {
            assert_eq!(read(variables), Err(message.to_owned()), "{variables:?}");
        }
    }
}
