//! References as small numbers, and the relations between them. An entity may state relations of others, so every edge
//! remembers who stated it; what a reader sees of an entity is what anybody stated about it, once.

use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};
use model::EntityRef;
use model::relation::RelationEdge;

use crate::index::push;

/// The number of a reference, whether or not an entity stands behind it.
pub type Id = u32;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    source: Id,
    target: Id,
    kind: u16,
}

#[derive(Clone, Copy)]
struct Stated {
    target: Id,
    originator: Id,
    kind: u16,
}

struct Node {
    entity_ref: EntityRef,
    /// Relations whose source this is.
    stated: Vec<Stated>,
    /// Relations this states, also of others, in order.
    originated: Box<[Edge]>,
}

/// All references and relations.
#[derive(Default)]
pub struct Graph {
    /// By the hash of the reference.
    ids: HashTable<Id>,
    hasher: DefaultHashBuilder,
    nodes: Vec<Node>,
    kinds: Vec<Box<str>>,
    kind_ids: HashMap<Box<str>, u16>,
    edges: usize,
}

impl Graph {
    /// The number of a reference, given out when it is new.
    pub fn intern(&mut self, entity_ref: &EntityRef) -> Id {
        if let Some(id) = self.find(entity_ref) {
            return id;
        }
        let id = Id::try_from(self.nodes.len()).unwrap_or(Id::MAX);
        push(&mut self.nodes, Node { entity_ref: entity_ref.clone(), stated: Vec::new(), originated: Box::default() });
        let (nodes, hasher) = (&self.nodes, &self.hasher);
        let hash = |id: &Id| hasher.hash_one(&nodes[*id as usize].entity_ref);
        self.ids.insert_unique(hash(&id), id, hash);
        id
    }

    /// How many relations are stated, both directions counted.
    pub fn len(&self) -> usize {
        self.edges
    }

    pub fn find(&self, entity_ref: &EntityRef) -> Option<Id> {
        let is_it = |id: &Id| self.nodes[*id as usize].entity_ref == *entity_ref;
        self.ids.find(self.hasher.hash_one(entity_ref), is_it).copied()
    }

    pub fn entity_ref(&self, id: Id) -> &EntityRef {
        &self.nodes[id as usize].entity_ref
    }

    /// Replaces what an entity states. Answers whose relations that changed.
    pub fn state(&mut self, originator: Id, edges: &[RelationEdge]) -> Vec<Id> {
        let mut new: Vec<Edge> = edges
            .iter()
            .map(|edge| Edge {
                source: self.intern(&edge.source_ref),
                target: self.intern(&edge.target_ref),
                kind: self.kind(&edge.kind),
            })
            .collect();
        new.sort_unstable();
        new.dedup();
        let old = std::mem::take(&mut self.nodes[originator as usize].originated);
        self.edges = self.edges + new.len() - old.len();
        let mut touched = BTreeSet::new();
        for edge in old.iter().filter(|edge| new.binary_search(edge).is_err()) {
            let stated = &mut self.nodes[edge.source as usize].stated;
            let gone = |s: &Stated| s.originator == originator && s.target == edge.target && s.kind == edge.kind;
            if let Some(at) = stated.iter().position(gone) {
                stated.swap_remove(at);
            }
            touched.insert(edge.source);
        }
        for edge in new.iter().filter(|edge| old.binary_search(edge).is_err()) {
            let stated = Stated { target: edge.target, originator, kind: edge.kind };
            push(&mut self.nodes[edge.source as usize].stated, stated);
            touched.insert(edge.source);
        }
        self.nodes[originator as usize].originated = new.into();
        touched.into_iter().collect()
    }

    /// The relations of an entity as readers see them: each once, by type and then target.
    pub fn relations(&self, id: Id) -> Vec<(String, String)> {
        let mut pairs: Vec<(&str, &str)> = self.nodes[id as usize]
            .stated
            .iter()
            .map(|s| (&*self.kinds[s.kind as usize], self.nodes[s.target as usize].entity_ref.as_str()))
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs.into_iter().map(|(kind, target)| (kind.to_owned(), target.to_owned())).collect()
    }

    /// What an entity states, for keeping.
    pub fn originated(&self, id: Id) -> Vec<RelationEdge> {
        let mut edges: Vec<RelationEdge> = self.nodes[id as usize]
            .originated
            .iter()
            .map(|edge| RelationEdge {
                source_ref: self.entity_ref(edge.source).clone(),
                kind: self.kinds[edge.kind as usize].to_string(),
                target_ref: self.entity_ref(edge.target).clone(),
            })
            .collect();
        edges.sort_unstable();
        edges
    }

    fn kind(&mut self, kind: &str) -> u16 {
        if let Some(id) = self.kind_ids.get(kind) {
            return *id;
        }
        // Relation types come from kind definitions, a few dozen at most; beyond the range they share the last number.
        let id = u16::try_from(self.kinds.len()).unwrap_or(u16::MAX);
        self.kinds.push(kind.into());
        self.kind_ids.insert(kind.into(), id);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity_ref(text: &str) -> EntityRef {
        EntityRef::parse_full(text).unwrap()
    }

    fn edge(source: &str, kind: &str, target: &str) -> RelationEdge {
        RelationEdge { source_ref: entity_ref(source), kind: kind.to_owned(), target_ref: entity_ref(target) }
    }

    #[test]
    fn relations_have_both_sides_once_and_go_with_their_originator() {
        let mut graph = Graph::default();
        let (a, g) = (graph.intern(&entity_ref("component:a")), graph.intern(&entity_ref("group:g")));
        let owned = [edge("component:a", "ownedBy", "group:g"), edge("group:g", "ownerOf", "component:a")];
        assert_eq!(graph.state(a, &owned), [a, g]);
        assert!(graph.state(a, &owned).is_empty());
        // The group says the same once more.
        assert_eq!(graph.state(g, &owned[1..]), [g]);
        assert_eq!(graph.relations(g), [("ownerOf".to_owned(), "component:default/a".to_owned())]);
        assert_eq!(graph.len(), 3);
        assert_eq!(graph.state(a, &[]), [a, g]);
        assert_eq!(graph.relations(g).len(), 1);
        assert!(graph.relations(a).is_empty());
        assert_eq!(graph.originated(g), owned[1..]);
        assert_eq!(graph.len(), 1);
    }
}
