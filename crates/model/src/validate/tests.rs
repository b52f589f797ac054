#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;

fn component(metadata: Value) -> Entity {
    Entity(json!({"apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": metadata, "spec": {}}))
}

fn messages(value: &Entity) -> Vec<String> {
    entity(value).err().unwrap_or_default().into_iter().map(|problem| problem.message).collect()
}

fn expected(field: &str, what: &str, found: &str) -> String {
    format!("\"{field}\" is not valid; expected {what} but found \"{found}\". {ABOUT_THE_FORMAT}")
}

#[test]
fn the_weak_check_wants_a_reference_and_no_more() {
    assert_eq!(envelope(&json!({"apiVersion": "x", "kind": "y", "metadata": {"name": "a b"}, "extra": 1})), Ok(()));
    assert_eq!(
        envelope_shape(&json!({"kind": "Component"})).unwrap_err().message,
        "<root> must have required property 'apiVersion' - missingProperty: apiVersion"
    );
    let problem = envelope(&json!({"apiVersion": "x", "kind": "y", "metadata": {"name": ""}})).unwrap_err();
    assert_eq!(problem.name, "TypeError");
    assert_eq!(
        problem.message,
        "Malformed entity envelope, TypeError: /metadata/name must NOT have fewer than 1 characters - limit: 1"
    );
    assert!(envelope(&json!("text")).unwrap_err().message.ends_with("<root> must be object - type: object"));
}

#[test]
fn policies_report_in_the_words_of_the_wire() {
    for (metadata, message) in [
        (json!({"name": "a b"}), expected("metadata.name", OBJECT_NAME, "a b")),
        (json!({"name": "a", "namespace": "A"}), expected("metadata.namespace", DNS_LABEL, "A")),
        (json!({"name": 1}), "Malformed envelope, /metadata/name must be string".to_owned()),
        (json!({}), "Malformed envelope, /metadata must have required property 'name'".to_owned()),
        (
            json!({"name": "a", "title": ""}),
            "Malformed envelope, /metadata/title must NOT have fewer than 1 characters".to_owned(),
        ),
        (json!({"name": "a", "labels": {"a/b/c": "x"}}), expected("labels.a/b/c", PREFIX_AND_SUFFIX, "a/b/c")),
        (json!({"name": "a", "labels": {"a": "x y"}}), expected("labels.a", OBJECT_NAME, "x y")),
        (json!({"name": "a", "annotations": {"-x": ""}}), expected("annotations.-x", PREFIX_AND_SUFFIX, "-x")),
        (
            json!({"name": "a", "annotations": {"x": 1}}),
            "Malformed envelope, /metadata/annotations/x must be string".to_owned(),
        ),
        (
            json!({"name": "a", "annotations": null}),
            "Malformed envelope, /metadata/annotations must be object".to_owned(),
        ),
        (json!({"name": "a", "tags": ["ok", "Java"]}), expected("tags.1", TAG, "Java")),
        (json!({"name": "a", "links": [{"url": "nope"}]}), expected("links.0.url", URL, "nope")),
        (json!({"name": "a", "links": [{"url": "x:y", "icon": " "}]}), expected("links.0.icon", NON_EMPTY, " ")),
        (
            json!({"name": "a", "links": [{}]}),
            "Malformed envelope, /metadata/links/0 must have required property 'url'".to_owned(),
        ),
    ] {
        assert_eq!(messages(&component(metadata.clone())), [message], "{metadata}");
    }
}

#[test]
fn all_problems_are_kept_and_those_of_shape_come_first() {
    let mut broken = component(json!({"name": "a b", "tags": ["Java", 1]}));
    broken.0["extra"] = json!(true);
    broken.0["relations"] = json!([]);
    let found = messages(&broken);
    assert_eq!(found[0], "Malformed envelope, <root> must NOT have additional properties");
    assert_eq!(found[1], "Malformed envelope, /metadata/tags/1 must be string");
    assert!(found.contains(&"Unknown field extra".to_owned()) && found.contains(&"Unknown field relations".to_owned()));
    assert_eq!(found.len(), 6, "{found:#?}");
}

#[test]
fn the_namespace_is_filled_where_it_is_missing() {
    let mut short = component(json!({"name": "a"}));
    fill_namespace(&mut short);
    assert_eq!(short.namespace(), "default");
    let mut given = component(json!({"name": "a", "namespace": "b"}));
    fill_namespace(&mut given);
    assert_eq!(given.namespace(), "b");
}
