//! An entity as pages read it: the wire body with accessors that never fail and never trust it.

use model::{Entity, EntityRef, Problem, Relation};
use serde_json::Value;

use crate::urls;

/// A link of an entity that is safe to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub href: String,
    pub title: String,
}

/// A final entity, parsed.
#[derive(Clone, Debug)]
pub struct EntityView {
    pub body: Entity,
    pub entity_ref: EntityRef,
}

impl EntityView {
    pub fn new(body: Entity) -> Self {
        let entity_ref = body.entity_ref();
        Self { body, entity_ref }
    }

    /// Reads a body as the catalog answers it; `None` for what is no JSON, which the catalog does not answer.
    pub fn parse(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok().map(|body| Self::new(Entity(body)))
    }

    /// What to call it: the title, else the display name of a person or group, else the name.
    pub fn label(&self) -> &str {
        self.body
            .title()
            .or_else(|| self.body.0.pointer("/spec/profile/displayName").and_then(Value::as_str))
            .filter(|label| !label.trim().is_empty())
            .unwrap_or_else(|| self.body.name())
    }

    pub fn description(&self) -> Option<&str> {
        self.body.description().map(str::trim).filter(|text| !text.is_empty())
    }

    pub fn kind_type(&self) -> Option<&str> {
        self.body.spec_text("type")
    }

    pub fn lifecycle(&self) -> Option<&str> {
        self.body.spec_text("lifecycle")
    }

    pub fn email(&self) -> Option<&str> {
        self.body.0.pointer("/spec/profile/email").and_then(Value::as_str)
    }

    pub fn tags(&self) -> Vec<&str> {
        self.texts("/metadata/tags")
    }

    /// The strings of an array; nothing where there is none.
    pub fn texts(&self, pointer: &str) -> Vec<&str> {
        let items = self.body.0.pointer(pointer).and_then(Value::as_array);
        items.map(|items| items.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
    }

    /// A scalar or a list of them by its dotted path, as text.
    pub fn field(&self, path: &str) -> Option<String> {
        let scalar = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
            _ => None,
        };
        match path.split('.').try_fold(&self.body.0, |value, key| value.get(key))? {
            Value::Array(items) => {
                let items: Vec<String> = items.iter().filter_map(scalar).collect();
                (!items.is_empty()).then(|| items.join(", "))
            }
            value => scalar(value),
        }
    }

    /// Its links with addresses a page may link to.
    pub fn links(&self) -> Vec<Link> {
        let links = self.body.0.pointer("/metadata/links").and_then(Value::as_array);
        let read = |link: &Value| {
            let href = urls::external(link.get("url")?.as_str()?)?;
            let title = link.get("title").and_then(Value::as_str).filter(|title| !title.trim().is_empty());
            Some(Link { href: href.to_owned(), title: title.unwrap_or(href).to_owned() })
        };
        links.map(|links| links.iter().filter_map(read).collect()).unwrap_or_default()
    }

    pub fn relations(&self) -> Vec<Relation> {
        let relations = self.body.0.get("relations").and_then(Value::as_array);
        let read = |relation: &Value| {
            let kind = relation.get("type")?.as_str()?.to_owned();
            let target_ref = EntityRef::parse_full(relation.get("targetRef")?.as_str()?).ok()?;
            Some(Relation { kind, target_ref })
        };
        relations.map(|relations| relations.iter().filter_map(read).collect()).unwrap_or_default()
    }

    /// The targets of one relation type.
    pub fn related(&self, relation: &str) -> Vec<EntityRef> {
        self.relations().into_iter().filter(|r| r.kind == relation).map(|r| r.target_ref).collect()
    }

    /// What processing says is wrong with it (contract catalog.md section 4, `status.items`).
    pub fn problems(&self) -> Vec<Problem> {
        let items = self.body.0.pointer("/status/items").and_then(Value::as_array);
        let read = |item: &Value| {
            let level = item.get("level")?.as_str()?;
            let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str);
            let name = text("/error/name").unwrap_or("Error");
            // The item's own message begins with the name, which is shown beside it.
            let message = text("/error/message").or_else(|| text("/message")).unwrap_or_default();
            match level {
                "error" => Some(Problem::error(name, message)),
                "warning" => Some(Problem::warning(name, message)),
                _ => None,
            }
        };
        items.map(|items| items.iter().filter_map(read).collect()).unwrap_or_default()
    }

    pub fn is_orphan(&self) -> bool {
        self.body.annotation(model::entity::ORPHAN) == Some("true")
    }

    /// The address where its source can be read.
    pub fn view_url(&self) -> Option<&str> {
        self.address_in(model::entity::VIEW_URL)
    }

    /// The address where its source can be changed.
    pub fn edit_url(&self) -> Option<&str> {
        self.address_in(model::entity::EDIT_URL)
    }

    /// The address of the code it describes.
    pub fn source_url(&self) -> Option<&str> {
        self.body.annotation(model::entity::SOURCE_LOCATION)?.strip_prefix("url:").and_then(urls::external)
    }

    /// Where it was read from, as `type:target`.
    pub fn location(&self) -> Option<&str> {
        self.body.annotation(model::entity::MANAGED_BY_LOCATION)
    }

    pub fn origin(&self) -> Option<&str> {
        self.body.annotation(model::entity::MANAGED_BY_ORIGIN_LOCATION)
    }

    fn address_in(&self, annotation: &str) -> Option<&str> {
        self.body.annotation(annotation).and_then(urls::external)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_hostile_body_gives_nothing_rather_than_failing() {
        let view = EntityView::new(Entity(json!({
            "kind": 7, "metadata": { "name": ["x"], "tags": "java", "links": [
                { "url": "javascript:alert(1)", "title": "x" }, { "title": "no address" }, 3,
                { "url": "https://ok.example", "title": " " },
            ], "annotations": { "backstage.io/view-url": "javascript:alert(1)" } },
            "relations": [{ "type": "ownedBy" }, { "type": "ownedBy", "targetRef": "no-kind" }, "x",
                { "type": "ownedBy", "targetRef": "group:default/a" }],
            "status": { "items": [{ "level": "error" }, { "level": "info", "message": "x" }, 1] },
        })));
        assert_eq!(view.label(), "");
        assert!(view.tags().is_empty());
        assert_eq!(view.links(), [Link { href: "https://ok.example".into(), title: "https://ok.example".into() }]);
        assert_eq!(view.relations().len(), 1);
        assert_eq!(view.problems(), [Problem::error("Error", "")]);
        assert_eq!(view.view_url(), None);
    }

    #[test]
    fn a_problem_says_its_name_once() {
        let view = EntityView::new(Entity(json!({
            "status": { "items": [{ "level": "error", "message": "InputError: no owner",
                "error": { "name": "InputError", "message": "no owner" } }] },
        })));
        assert_eq!(view.problems(), [Problem::error("InputError", "no owner")]);
    }
}
