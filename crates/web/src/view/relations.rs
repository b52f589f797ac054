//! Relations in the order people ask for them, and which two types are one relation seen from both ends.

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

/// The relation types of the well-known pairs, forward ones first.
pub fn well_known() -> impl Iterator<Item = &'static str> {
    PAIRS.iter().map(|(forward, _)| *forward).chain(PAIRS.iter().map(|(_, back)| *back))
}

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

    /// Whether a well-known relation leads this way.
    pub fn has(self, relation: &str) -> bool {
        PAIRS.iter().any(|(forward, back)| {
            (self != Self::In && *forward == relation) || (self != Self::Out && *back == relation)
        })
    }
}

/// The other name of a relation, seen from its target.
pub fn reverse(relation: &str) -> Option<&'static str> {
    PAIRS.iter().find_map(|(forward, back)| match relation {
        _ if relation == *forward => Some(*back),
        _ if relation == *back => Some(*forward),
        _ => None,
    })
}

/// A relation the way it is drawn: types that only mirror another become that other, with the ends exchanged.
pub fn canonical<'a>(
    source: &'a EntityRef,
    relation: &'a str,
    target: &'a EntityRef,
) -> (&'a EntityRef, &'a str, &'a EntityRef) {
    match PAIRS.iter().find(|(_, back)| *back == relation) {
        Some((forward, _)) => (target, forward, source),
        None => (source, relation, target),
    }
}

/// Relations of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelationGroup {
    pub relation: String,
    pub targets: Vec<EntityRef>,
}

/// An entity's relations by type, well-known types first, targets in order.
pub fn grouped(relations: Vec<Relation>) -> Vec<RelationGroup> {
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
    let place = |relation: &str| well_known().position(|known| known == relation).unwrap_or(usize::MAX);
    groups.sort_by(|a, b| place(&a.relation).cmp(&place(&b.relation)).then_with(|| a.relation.cmp(&b.relation)));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_come_in_a_stable_order() {
        let relation = |kind: &str, name: &str| Relation {
            kind: kind.to_owned(),
            target_ref: EntityRef::new("component", "default", name),
        };
        let groups = grouped(vec![
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
        assert_eq!(canonical(&a, "ownerOf", &b), (&b, "ownedBy", &a));
        assert_eq!(canonical(&b, "ownedBy", &a), (&b, "ownedBy", &a));
        assert_eq!(reverse("hasPart"), Some("partOf"));
        assert_eq!(reverse("zoo"), None);
    }
}
