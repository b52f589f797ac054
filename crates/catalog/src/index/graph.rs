//! Walks over the relations of entities and over what emitted them.

use std::collections::{HashMap, HashSet};

use model::{EntityRef, ReadScope};

use super::{Index, head::Head};
use crate::query::{Graph, GraphEdge, GraphNode, GraphRequest};

/// A chain of parents longer than this is not real.
const MAX_ANCESTORS: usize = 1000;

impl Index {
    /// The number of an entity, if the reader may see it.
    pub(crate) fn visible_number_of(&self, entity_ref: &EntityRef, scope: &ReadScope) -> Option<u32> {
        self.number_of(entity_ref).filter(|number| self.is_visible(*number, scope))
    }

    /// An entity, what emitted it, and so on up, as far as the reader may see.
    pub(crate) fn ancestors(&self, entity_ref: &EntityRef, scope: &ReadScope) -> Vec<u32> {
        let mut chain = Vec::new();
        let mut next = self.visible_number_of(entity_ref, scope);
        while let Some(number) = next.filter(|number| chain.len() < MAX_ANCESTORS && !chain.contains(number)) {
            chain.push(number);
            next = self.parent_of(number).and_then(|parent| self.visible_number_of(parent, scope));
        }
        chain
    }

    /// The relation graph around some entities, nearest first. What the reader may not see looks like what is not there.
    pub(crate) fn graph(&self, scope: &ReadScope, request: &GraphRequest) -> Graph {
        let mut graph = Graph::default();
        let mut shown: HashSet<EntityRef> = HashSet::new();
        let mut relations: HashMap<EntityRef, Vec<(String, EntityRef)>> = HashMap::new();
        let mut ring = request.roots.clone();
        for distance in 0..=request.depth {
            let mut next = Vec::new();
            for entity_ref in ring {
                if shown.contains(&entity_ref) {
                    continue;
                }
                if shown.len() == request.max_nodes {
                    graph.truncated = true;
                    break;
                }
                shown.insert(entity_ref.clone());
                let (node, found) = self.node(scope, &entity_ref, distance);
                graph.nodes.push(node);
                let found: Vec<(String, EntityRef)> =
                    found.into_iter().filter(|(kind, target)| request.follows(kind) && request.shows(target)).collect();
                next.extend(found.iter().map(|(_, target)| target.clone()));
                relations.insert(entity_ref, found);
            }
            ring = next;
        }
        let mut seen = HashSet::new();
        for node in &graph.nodes {
            for (relation, target) in relations.remove(&node.entity_ref).unwrap_or_default() {
                let edge = GraphEdge { source: node.entity_ref.clone(), relation, target };
                if shown.contains(&edge.target) && seen.insert(edge.clone()) {
                    graph.edges.push(edge);
                }
            }
        }
        graph
    }

    fn node(
        &self,
        scope: &ReadScope,
        entity_ref: &EntityRef,
        distance: usize,
    ) -> (GraphNode, Vec<(String, EntityRef)>) {
        let number = self.visible_number_of(entity_ref, scope);
        let head = number.and_then(|number| self.kept_json(number)).map(Head::of);
        let names = head.as_ref().map(Head::names).unwrap_or_default();
        let label = names.title.or(names.name).unwrap_or_else(|| entity_ref.name().to_owned());
        let node = GraphNode {
            entity_ref: entity_ref.clone(),
            label,
            kind_type: head.as_ref().and_then(Head::kind_type),
            exists: head.is_some(),
            distance,
        };
        (node, number.map(|number| self.relations_of(number)).unwrap_or_default())
    }
}

impl GraphRequest {
    fn follows(&self, relation: &str) -> bool {
        self.relations.is_empty() || self.relations.iter().any(|wanted| wanted.eq_ignore_ascii_case(relation))
    }

    fn shows(&self, target: &EntityRef) -> bool {
        self.kinds.is_empty()
            || self.kinds.iter().any(|kind| kind.eq_ignore_ascii_case(target.kind()))
            || self.roots.contains(target)
    }
}
