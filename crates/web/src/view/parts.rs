//! Systems and domains: what they are made of, and the APIs that cross their border.

use std::collections::{BTreeMap, BTreeSet};

use catalog::{CatalogReader, Graph, GraphRequest};
use model::{EntityRef, ReadScope};

/// How deep parts of parts are followed, and how many are looked at.
const MAX_DEPTH: usize = 6;
const MAX_NODES: usize = 1500;

/// An API that crosses a border, and who is on the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    pub api: EntityRef,
    pub others: Vec<EntityRef>,
}

/// A whole and its border.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// All parts at any depth.
    pub all: Vec<EntityRef>,
    /// APIs of the parts, with those outside who consume them.
    pub offered: Vec<Crossing>,
    /// APIs of others that parts consume, with those outside who provide them.
    pub used: Vec<Crossing>,
}

impl Parts {
    pub fn read(reader: &CatalogReader, scope: &ReadScope, whole: &EntityRef) -> Self {
        let relations = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let inside = reader.graph(
            scope,
            &GraphRequest {
                roots: vec![whole.clone()],
                depth: MAX_DEPTH,
                relations: relations(&["hasPart"]),
                kinds: Vec::new(),
                max_nodes: MAX_NODES,
            },
        );
        let all = below(whole, &inside);
        if all.is_empty() {
            return Self::default();
        }
        let around = reader.graph(
            scope,
            &GraphRequest {
                roots: all.clone(),
                depth: 2,
                relations: relations(&["providesApi", "apiProvidedBy", "consumesApi", "apiConsumedBy"]),
                kinds: Vec::new(),
                max_nodes: MAX_NODES,
            },
        );
        Self::of(all, &around)
    }

    fn of(all: Vec<EntityRef>, around: &Graph) -> Self {
        let inside: BTreeSet<&EntityRef> = all.iter().collect();
        let mut providers: BTreeMap<&EntityRef, BTreeSet<&EntityRef>> = BTreeMap::new();
        let mut consumers: BTreeMap<&EntityRef, BTreeSet<&EntityRef>> = BTreeMap::new();
        for edge in &around.edges {
            let (side, api, user) = match edge.relation.as_str() {
                "providesApi" => (&mut providers, &edge.target, &edge.source),
                "apiProvidedBy" => (&mut providers, &edge.source, &edge.target),
                "consumesApi" => (&mut consumers, &edge.target, &edge.source),
                "apiConsumedBy" => (&mut consumers, &edge.source, &edge.target),
                _ => continue,
            };
            side.entry(api).or_default().insert(user);
        }
        let none = BTreeSet::new();
        let outside = |users: &BTreeSet<&EntityRef>| -> Vec<EntityRef> {
            users.iter().filter(|user| !inside.contains(*user)).map(|user| (*user).clone()).collect()
        };
        let is_ours = |api: &EntityRef| {
            inside.contains(api) || providers.get(api).is_some_and(|by| by.iter().any(|user| inside.contains(user)))
        };
        let crossing =
            |api: &EntityRef, users: &BTreeSet<&EntityRef>| Crossing { api: api.clone(), others: outside(users) };
        let offered = consumers.iter().filter(|(api, _)| is_ours(api)).map(|(api, users)| crossing(api, users));
        let offered = offered.filter(|crossing| !crossing.others.is_empty()).collect();
        let used = consumers
            .iter()
            .filter(|(api, users)| !is_ours(api) && users.iter().any(|user| inside.contains(user)))
            .map(|(api, _)| crossing(api, providers.get(api).unwrap_or(&none)))
            .collect();
        Self { offered, used, all }
    }
}

/// What is reached from a whole through `hasPart`, without the whole.
fn below(whole: &EntityRef, graph: &Graph) -> Vec<EntityRef> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![whole.clone()];
    while let Some(at) = waiting.pop() {
        for edge in graph.edges.iter().filter(|edge| edge.source == at && edge.relation == "hasPart") {
            if edge.target != *whole && found.insert(edge.target.clone()) {
                waiting.push(edge.target.clone());
            }
        }
    }
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use catalog::GraphEdge;

    use super::*;

    fn component(name: &str) -> EntityRef {
        EntityRef::new("component", "default", name)
    }

    fn api(name: &str) -> EntityRef {
        EntityRef::new("api", "default", name)
    }

    #[test]
    fn only_apis_with_somebody_outside_cross_the_border() {
        let edge = |source: EntityRef, relation: &str, target: EntityRef| GraphEdge {
            source,
            relation: relation.to_owned(),
            target,
        };
        let around = Graph {
            edges: vec![
                edge(component("shop"), "providesApi", api("orders")),
                edge(api("orders"), "apiConsumedBy", component("stranger")),
                edge(component("shop"), "providesApi", api("private")),
                edge(component("till"), "consumesApi", api("private")),
                edge(component("till"), "consumesApi", api("bank")),
                edge(api("bank"), "apiProvidedBy", component("bank")),
            ],
            ..Graph::default()
        };
        let parts = Parts::of(vec![component("shop"), component("till")], &around);
        assert_eq!(parts.offered, [Crossing { api: api("orders"), others: vec![component("stranger")] }]);
        assert_eq!(parts.used, [Crossing { api: api("bank"), others: vec![component("bank")] }]);
    }
}
