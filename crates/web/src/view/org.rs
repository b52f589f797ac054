//! Groups and people: who is in a group, directly and through its sub-groups, and what an owner owns.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use catalog::{CatalogReader, Graph, GraphRequest};
use model::filter::Predicate;
use model::{EntityRef, ReadScope};

/// How deep sub-groups are followed, and how many members and groups are listed.
const MAX_DEPTH: usize = 12;
const MAX_NODES: usize = 2000;

/// Who belongs to a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    pub direct: Vec<EntityRef>,
    /// Members of sub-groups who are not direct members, each with the groups that bring them in.
    pub through: BTreeMap<EntityRef, Vec<EntityRef>>,
    /// All groups below, at any depth.
    pub subgroups: Vec<EntityRef>,
    /// There were more than are listed.
    pub truncated: bool,
}

impl Membership {
    /// Reads the members of a group.
    pub fn read(reader: &CatalogReader, scope: &ReadScope, group: &EntityRef) -> Self {
        let graph = reader.graph(
            scope,
            &GraphRequest {
                roots: vec![group.clone()],
                depth: MAX_DEPTH,
                relations: ["hasMember", "parentOf"].map(str::to_owned).to_vec(),
                kinds: Vec::new(),
                max_nodes: MAX_NODES,
            },
        );
        Self::of(group, &graph)
    }

    fn of(group: &EntityRef, graph: &Graph) -> Self {
        let mut edges: HashMap<(&EntityRef, &str), Vec<EntityRef>> = HashMap::new();
        for edge in &graph.edges {
            edges.entry((&edge.source, &edge.relation)).or_default().push(edge.target.clone());
        }
        let targets = |source: &EntityRef, relation: &str| edges.get(&(source, relation)).cloned().unwrap_or_default();
        let direct: BTreeSet<EntityRef> = targets(group, "hasMember").into_iter().collect();
        let mut membership = Self { truncated: graph.truncated, ..Self::default() };
        let mut seen: HashSet<EntityRef> = HashSet::from([group.clone()]);
        let mut waiting = vec![group.clone()];
        while let Some(at) = waiting.pop() {
            for child in targets(&at, "parentOf") {
                if seen.insert(child.clone()) {
                    waiting.push(child.clone());
                    membership.subgroups.push(child);
                }
            }
        }
        membership.subgroups.sort();
        for subgroup in &membership.subgroups {
            for member in targets(subgroup, "hasMember").into_iter().filter(|member| !direct.contains(member)) {
                membership.through.entry(member).or_default().push(subgroup.clone());
            }
        }
        membership.direct = direct.into_iter().collect();
        membership
    }
}

/// What some owners own of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedKind {
    pub kind: String,
    pub count: u64,
    /// By `spec.type`, most first.
    pub types: Vec<(String, u64)>,
}

/// Counts what some owners own, by kind and type.
pub fn owned(reader: &CatalogReader, scope: &ReadScope, owners: &[EntityRef]) -> Vec<OwnedKind> {
    let owners = owners.iter().map(|owner| owner.as_str().into()).collect();
    let theirs = Predicate::In("relations.ownedby".into(), owners);
    let facet = |key: &str, predicate: &Predicate| {
        let counted = reader.facets(scope, &[key.to_owned()], Some(predicate)).pop();
        counted.map(|(_, values)| values).unwrap_or_default()
    };
    let mut kinds: Vec<OwnedKind> = facet("kind", &theirs)
        .into_iter()
        .map(|kind| {
            let of_kind = Predicate::In("kind".into(), vec![kind.value.to_lowercase().into()]);
            let types = facet("spec.type", &Predicate::All(vec![theirs.clone(), of_kind]));
            let mut types: Vec<(String, u64)> = types.into_iter().map(|value| (value.value, value.count)).collect();
            types.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            OwnedKind { kind: kind.value, count: kind.count, types }
        })
        .collect();
    kinds.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.kind.cmp(&b.kind)));
    kinds
}

#[cfg(test)]
mod tests {
    use catalog::GraphEdge;

    use super::*;

    #[test]
    fn members_come_directly_and_through_subgroups_even_in_circles() {
        let group = |name: &str| EntityRef::new("group", "default", name);
        let user = |name: &str| EntityRef::new("user", "default", name);
        let edge = |source: &EntityRef, relation: &str, target: &EntityRef| GraphEdge {
            source: source.clone(),
            relation: relation.to_owned(),
            target: target.clone(),
        };
        let (top, low, lower) = (group("top"), group("low"), group("lower"));
        let graph = Graph {
            edges: vec![
                edge(&top, "parentOf", &low),
                edge(&low, "parentOf", &lower),
                edge(&lower, "parentOf", &top),
                edge(&top, "hasMember", &user("ann")),
                edge(&low, "hasMember", &user("ann")),
                edge(&low, "hasMember", &user("bob")),
                edge(&lower, "hasMember", &user("bob")),
            ],
            ..Graph::default()
        };
        let membership = Membership::of(&top, &graph);
        assert_eq!(membership.direct, [user("ann")]);
        assert_eq!(membership.subgroups, [low.clone(), lower.clone()]);
        assert_eq!(membership.through, BTreeMap::from([(user("bob"), vec![low, lower])]));
    }
}
