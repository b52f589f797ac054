//! Relations in the order people ask for them, and which two types are one relation seen from both ends.

use std::collections::HashMap;

use model::kind::KindRegistry;
use model::{EntityRef, Relation};

/// The well-known pairs (contract catalog.md section 3.1): what leads from an entity towards what it builds on, and back.
const PAIRS: [(&str, &str); 7] = [
    ("ownedBy", "ownerOf"),
    ("partOf", "hasPart"),
    ("providesApi", "apiProvidedBy"),
    ("consumesApi", "apiConsumedBy"),
    ("dependsOn", "dependencyOf"),
    ("childOf", "parentOf"),
    ("memberOf", "hasMember"),
];

/// Which way relations are followed from an entity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    #[default]
    Both,
    /// Towards what it builds on.
    Out,
    /// Towards what builds on it.
    In,
}

impl Direction {
    pub const EACH: [Direction; 3] = [Direction::Both, Direction::Out, Direction::In];

    pub fn code(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Out => "out",
            Self::In => "in",
        }
    }

    pub fn from_code(code: &str) -> Self {
        Self::EACH.into_iter().find(|direction| direction.code() == code).unwrap_or_default()
    }
}

/// The relation types that kinds define.
#[derive(Clone, Debug)]
pub struct Relations {
    /// Forward and back: the well-known ones, then those that definitions add, as they write them.
    pairs: Vec<(String, String)>,
    /// The words that definitions have for types.
    titles: HashMap<String, String>,
    /// Types that lead to what fails with an entity.
    impact: Vec<String>,
}

impl Relations {
    pub fn of(kinds: &KindRegistry) -> Self {
        let mut pairs: Vec<(String, String)> =
            PAIRS.iter().map(|(forward, back)| ((*forward).to_owned(), (*back).to_owned())).collect();
        let mut titles = HashMap::new();
        for field in kinds.iter().flat_map(|known| known.definition.all_relation_fields()) {
            let has = |name: &String| pairs.iter().any(|(forward, back)| forward == name || back == name);
            if !has(&field.forward) && !has(&field.reverse) {
                pairs.push((field.forward.clone(), field.reverse.clone()));
            }
            for (name, title) in [(&field.forward, &field.forward_title), (&field.reverse, &field.reverse_title)] {
                if let Some(title) = title {
                    titles.entry(name.clone()).or_insert_with(|| title.clone());
                }
            }
        }
        Self { pairs, titles, impact: kinds.impact_relations() }
    }

    /// The types of all pairs, forward ones first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let forward = self.pairs.iter().map(|(forward, _)| forward.as_str());
        forward.chain(self.pairs.iter().map(|(_, back)| back.as_str()))
    }

    /// Whether a type of these leads this way.
    pub fn lead(&self, direction: Direction, relation: &str) -> bool {
        self.pairs.iter().any(|(forward, back)| {
            (direction != Direction::In && forward == relation) || (direction != Direction::Out && back == relation)
        })
    }

    /// The types that lead to what fails with an entity.
    pub fn impact(&self) -> &[String] {
        &self.impact
    }

    /// The words that a definition has for a type.
    pub fn title(&self, relation: &str) -> Option<&str> {
        self.titles.get(relation).map(String::as_str)
    }

    /// The other name of a relation, seen from its target.
    pub fn reverse(&self, relation: &str) -> Option<&str> {
        self.pairs.iter().find_map(|(forward, back)| match relation {
            _ if relation == forward => Some(back.as_str()),
            _ if relation == back => Some(forward.as_str()),
            _ => None,
        })
    }

    /// A relation the way it is drawn: types that only mirror another become that other, with the ends exchanged.
    pub fn canonical<'a>(
        &'a self,
        source: &'a EntityRef,
        relation: &'a str,
        target: &'a EntityRef,
    ) -> (&'a EntityRef, &'a str, &'a EntityRef) {
        match self.pairs.iter().find(|(_, back)| back == relation) {
            Some((forward, _)) => (target, forward, source),
            None => (source, relation, target),
        }
    }

    /// An entity's relations by type, those of pairs first, targets in order.
    pub fn grouped(&self, relations: Vec<Relation>) -> Vec<RelationGroup> {
        let mut groups: Vec<RelationGroup> = Vec::new();
        for relation in relations {
            match groups.iter_mut().find(|group| group.relation == relation.kind) {
                Some(group) => group.targets.push(relation.target_ref),
                None => groups.push(RelationGroup { relation: relation.kind, targets: vec![relation.target_ref] }),
            }
        }
        for group in &mut groups {
            group.targets.sort();
            group.targets.dedup();
        }
        let place = |relation: &str| self.names().position(|known| known == relation).unwrap_or(usize::MAX);
        groups.sort_by(|a, b| place(&a.relation).cmp(&place(&b.relation)).then_with(|| a.relation.cmp(&b.relation)));
        groups
    }
}

/// Relations of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelationGroup {
    pub relation: String,
    pub targets: Vec<EntityRef>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relations() -> Relations {
        Relations::of(&KindRegistry::builtin())
    }

    #[test]
    fn groups_come_in_a_stable_order() {
        let relation = |kind: &str, name: &str| Relation {
            kind: kind.to_owned(),
            target_ref: EntityRef::new("component", "default", name),
        };
        let groups = relations().grouped(vec![
            relation("zoo", "a"),
            relation("hasPart", "b"),
            relation("hasPart", "a"),
            relation("hasPart", "a"),
            relation("ownedBy", "x"),
        ]);
        let shape: Vec<_> = groups.iter().map(|g| (g.relation.as_str(), g.targets.len())).collect();
        assert_eq!(shape, [("ownedBy", 1), ("hasPart", 2), ("zoo", 1)]);
    }

    #[test]
    fn mirrored_types_become_one() {
        let (a, b) = (EntityRef::new("group", "default", "a"), EntityRef::new("component", "default", "b"));
        let relations = relations();
        assert_eq!(relations.canonical(&a, "ownerOf", &b), (&b, "ownedBy", &a));
        assert_eq!(relations.canonical(&b, "ownedBy", &a), (&b, "ownedBy", &a));
        assert_eq!(relations.reverse("hasPart"), Some("partOf"));
        assert_eq!(relations.reverse("zoo"), None);
    }

    #[test]
    fn the_builtin_definitions_have_no_pair_that_is_not_well_known() {
        assert_eq!(relations().pairs.len(), PAIRS.len());
        assert!(relations().lead(Direction::In, "dependencyOf") && !relations().lead(Direction::In, "dependsOn"));
    }
}
