//! What fails with an entity, as its page lists it and its files have it.

use std::collections::BTreeMap;

use catalog::{Affected, Impact, ImpactRequest};
use model::EntityRef;
use serde_json::{Map, Value, json};

use super::export::to_csv_rows;
use crate::urls;

/// Steps that are followed.
pub const MAX_DEPTH: usize = 20;
/// Steps that can be chosen; what is further away is seldom asked for without all the rest.
pub const CHOSEN_DEPTHS: [usize; 4] = [1, 2, 3, 5];
/// Entities on the page; the files have more.
const MAX_LISTED: usize = 300;
const MAX_EXPORTED: usize = 10_000;
const MAX_RELATIONS: usize = 50;

/// How the list is divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    #[default]
    Distance,
    Owner,
}

impl By {
    pub const EACH: [By; 2] = [By::Distance, By::Owner];

    pub fn code(self) -> &'static str {
        match self {
            Self::Distance => "distance",
            Self::Owner => "owner",
        }
    }
}

/// What to show, as the address says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImpactQuery {
    /// `None`: all the way.
    pub depth: Option<usize>,
    /// None means those that definitions name.
    pub relations: Vec<String>,
    pub by: By,
}

impl ImpactQuery {
    pub fn parse(query: &str) -> Self {
        let mut read = Self::default();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "depth" => read.depth = value.parse().ok().filter(|depth| (1..MAX_DEPTH).contains(depth)),
                "by" => read.by = By::EACH.into_iter().find(|by| by.code() == value).unwrap_or_default(),
                "relation" if read.relations.len() < MAX_RELATIONS && !read.relations.iter().any(|r| *r == value) => {
                    read.relations.push(value.into_owned());
                }
                _ => {}
            }
        }
        read
    }

    /// The address of this list at a path.
    pub fn address(&self, path: &str) -> String {
        let depth = self.depth.map(|depth| depth.to_string()).unwrap_or_default();
        let by = if self.by == By::default() { "" } else { self.by.code() };
        let relations = self.relations.iter().map(|relation| ("relation", relation.as_str()));
        let query = urls::query([("depth", depth.as_str()), ("by", by)].into_iter().chain(relations));
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// What to ask of the catalog for the page; `known` are the relations that definitions name.
    pub fn request(&self, root: &EntityRef, known: &[String]) -> ImpactRequest {
        let relations = if self.relations.is_empty() { known.to_vec() } else { self.relations.clone() };
        let depth = self.depth.unwrap_or(MAX_DEPTH);
        ImpactRequest { root: root.clone(), relations, depth, offset: 0, limit: MAX_LISTED }
    }

    /// The same for a file.
    pub fn whole_request(&self, root: &EntityRef, known: &[String]) -> ImpactRequest {
        ImpactRequest { limit: MAX_EXPORTED, ..self.request(root, known) }
    }
}

/// A part of the list.
#[derive(Debug)]
pub struct Part<'a> {
    pub of: PartOf<'a>,
    pub items: Vec<&'a Affected>,
}

/// What the entities of a part have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartOf<'a> {
    Distance(usize),
    /// `None`: nobody owns them.
    Owner(Option<&'a EntityRef>),
}

/// The list in parts: by distance, or by owner, who has most first. What has several owners is in the part of each.
pub fn parts(impact: &Impact, by: By) -> Vec<Part<'_>> {
    match by {
        By::Distance => {
            let mut parts: BTreeMap<usize, Vec<&Affected>> = BTreeMap::new();
            impact.items.iter().for_each(|item| parts.entry(item.distance).or_default().push(item));
            parts.into_iter().map(|(distance, items)| Part { of: PartOf::Distance(distance), items }).collect()
        }
        By::Owner => {
            let owned = |owner: &EntityRef| impact.items.iter().filter(|item| item.owners.contains(owner)).collect();
            let parts = impact.owners.iter();
            let mut parts: Vec<Part<'_>> =
                parts.map(|(owner, _)| Part { of: PartOf::Owner(Some(owner)), items: owned(owner) }).collect();
            let unowned = impact.items.iter().filter(|item| item.owners.is_empty()).collect();
            parts.push(Part { of: PartOf::Owner(None), items: unowned });
            parts.retain(|part| !part.items.is_empty());
            parts
        }
    }
}

const COLUMNS: [&str; 7] = ["distance", "ref", "title", "type", "exists", "owners", "via"];

fn value(item: &Affected, column: &str) -> Value {
    let name = item.name.as_ref();
    match column {
        "distance" => json!(item.distance),
        "ref" => json!(item.entity_ref),
        "title" => json!(name.map(|name| &name.title)),
        "type" => json!(name.and_then(|name| name.kind_type.as_ref())),
        "exists" => json!(name.is_some()),
        "owners" => json!(item.owners),
        _ => item.via.iter().map(|via| Value::from(format!("{}:{}", via.relation, via.from))).collect(),
    }
}

/// A heading and one line per entity.
pub fn to_csv(impact: &Impact) -> String {
    to_csv_rows(&COLUMNS, impact.items.iter().map(|item| COLUMNS.map(|column| value(item, column))))
}

/// One object per entity.
pub fn to_json(impact: &Impact) -> Value {
    let row = |item: &Affected| -> Map<String, Value> {
        COLUMNS.iter().map(|column| ((*column).to_owned(), value(item, column))).collect()
    };
    impact.items.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use catalog::Via;

    use super::*;

    fn item(name: &str, distance: usize, owners: &[&str]) -> Affected {
        Affected {
            entity_ref: EntityRef::new("component", "default", name),
            name: None,
            distance,
            owners: owners.iter().map(|owner| EntityRef::new("group", "default", owner)).collect(),
            via: vec![Via { from: EntityRef::new("resource", "default", "db"), relation: "dependencyOf".to_owned() }],
        }
    }

    #[test]
    fn an_address_survives_reading_and_writing() {
        for address in ["", "depth=3", "by=owner&relation=dependencyOf&relation=hosts"] {
            let expected = if address.is_empty() { "/x".to_owned() } else { format!("/x?{address}") };
            assert_eq!(ImpactQuery::parse(address).address("/x"), expected);
        }
        assert_eq!(ImpactQuery::parse("depth=0&by=x&other=1"), ImpactQuery::default());
        let known = ["hasPart".to_owned()];
        let root = EntityRef::new("system", "default", "s");
        assert_eq!(ImpactQuery::parse("").request(&root, &known).relations, known);
        assert_eq!(ImpactQuery::parse("relation=x").request(&root, &known).relations, ["x"]);
    }

    #[test]
    fn the_list_is_divided_by_distance_or_owner() {
        let owner = |name: &str| EntityRef::new("group", "default", name);
        let impact = Impact {
            items: vec![item("a", 1, &["x"]), item("b", 1, &[]), item("c", 2, &["x", "y"])],
            owners: vec![(owner("x"), 2), (owner("y"), 1)],
            ..Impact::default()
        };
        let shape = |by: By| -> Vec<(PartOf<'_>, usize)> {
            parts(&impact, by).into_iter().map(|part| (part.of, part.items.len())).collect()
        };
        assert_eq!(shape(By::Distance), [(PartOf::Distance(1), 2), (PartOf::Distance(2), 1)]);
        let (x, y) = (owner("x"), owner("y"));
        let expected = [(PartOf::Owner(Some(&x)), 2), (PartOf::Owner(Some(&y)), 1), (PartOf::Owner(None), 1)];
        assert_eq!(shape(By::Owner), expected);
        let csv = to_csv(&impact);
        assert!(csv.contains(
            "2,component:default/c,,,false,group:default/x group:default/y,dependencyOf:resource:default/db"
        ));
    }
}
