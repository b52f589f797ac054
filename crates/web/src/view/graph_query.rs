//! What a drawing of the graph shows, as its address says it. Backstage's names are read too.

use catalog::GraphRequest;
use model::EntityRef;

use super::relations::{Direction, Relations};
use crate::urls;

/// Limits of one drawing: more cannot be read by people.
pub const MAX_DEPTH: usize = 6;
const MAX_NODES: usize = 150;
const MAX_ROOTS: usize = 50;
const MAX_CHOICES: usize = 50;

/// The explorer's path.
pub const EXPLORER: &str = "/catalog-graph";

/// What to draw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphQuery {
    pub roots: Vec<EntityRef>,
    /// Steps from a root; at least one.
    pub depth: usize,
    /// Lower case; none means all.
    pub kinds: Vec<String>,
    /// None means all.
    pub relations: Vec<String>,
    pub direction: Direction,
    /// Entities from which one more step is drawn.
    pub open: Vec<EntityRef>,
    /// References that could not be read, to say so.
    pub unread: Vec<String>,
}

impl GraphQuery {
    /// Reads the part of an address after the question mark.
    pub fn parse(query: &str) -> Self {
        let mut graph = Self { depth: 1, ..Self::default() };
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            // `rootEntityRefs[]=` and `rootEntityRefs[0]=` are the same name.
            match key.split_once('[').map_or(&*key, |(name, _)| name) {
                "root" | "rootEntityRefs" => {
                    value.split([',', ' ']).filter(|root| !root.is_empty()).for_each(|root| graph.add_root(root))
                }
                "depth" | "maxDepth" => graph.depth = value.parse().unwrap_or(MAX_DEPTH).clamp(1, MAX_DEPTH),
                "kind" | "selectedKinds" => add(&mut graph.kinds, value.to_lowercase()),
                "relation" | "selectedRelations" => add(&mut graph.relations, value.to_owned()),
                "direction" => graph.direction = Direction::from_code(value),
                "open" => add_refs(&mut graph.open, EntityRef::parse_full(value)),
                _ => {}
            }
        }
        graph
    }

    fn add_root(&mut self, text: &str) {
        match EntityRef::parse_full(text) {
            Err(_) => add(&mut self.unread, text.to_owned()),
            root => add_refs(&mut self.roots, root),
        }
    }

    pub fn request(&self, known: &Relations) -> GraphRequest {
        let chosen = |relation: &&str| {
            self.relations.is_empty() || self.relations.iter().any(|chosen| chosen.eq_ignore_ascii_case(relation))
        };
        let relations = match self.direction {
            Direction::Both => self.relations.clone(),
            direction => known.names().filter(|r| known.lead(direction, r)).filter(chosen).map(str::to_owned).collect(),
        };
        GraphRequest {
            roots: self.roots.clone(),
            depth: self.depth,
            relations,
            kinds: self.kinds.clone(),
            max_nodes: MAX_NODES,
        }
    }

    /// The same drawing with one entity opened, or closed where it is open.
    pub fn toggled(&self, entity_ref: &EntityRef) -> Self {
        let mut graph = self.clone();
        if graph.open.contains(entity_ref) {
            graph.open.retain(|open| open != entity_ref);
        } else {
            add_refs(&mut graph.open, Ok::<_, ()>(entity_ref.clone()));
        }
        graph
    }

    /// The address of this drawing in the explorer.
    pub fn href(&self) -> String {
        self.address(EXPLORER, true)
    }

    /// The address of this drawing at a path; a tab of an entity knows its root and does not say it.
    pub fn address(&self, path: &str, with_roots: bool) -> String {
        let depth = if self.depth == 1 { String::new() } else { self.depth.to_string() };
        let direction = if self.direction == Direction::Both { "" } else { self.direction.code() };
        let roots = self.roots.iter().filter(|_| with_roots).map(|root| ("root", root.as_str()));
        let kinds = self.kinds.iter().map(|kind| ("kind", kind.as_str()));
        let relations = self.relations.iter().map(|relation| ("relation", relation.as_str()));
        let open = self.open.iter().map(|open| ("open", open.as_str()));
        let plain = [("depth", depth.as_str()), ("direction", direction)];
        let query = urls::query(roots.chain(plain).chain(kinds).chain(relations).chain(open));
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

fn add(list: &mut Vec<String>, value: String) {
    if !value.is_empty() && list.len() < MAX_CHOICES && !list.contains(&value) {
        list.push(value);
    }
}

fn add_refs<E>(list: &mut Vec<EntityRef>, read: Result<EntityRef, E>) {
    let Ok(entity_ref) = read else { return };
    if list.len() < MAX_ROOTS && !list.contains(&entity_ref) {
        list.push(entity_ref);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(name: &str) -> EntityRef {
        EntityRef::new("component", "default", name)
    }

    #[test]
    fn addresses_of_backstage_are_read() {
        let query = "rootEntityRefs%5B%5D=component%3Adefault%2Fa&rootEntityRefs[]=nonsense&maxDepth=3\
                     &selectedKinds%5B%5D=API&selectedRelations[0]=ownedBy&unidirectional=true&depth=";
        let graph = GraphQuery::parse(query);
        assert_eq!(graph.roots, [component("a")]);
        assert_eq!((graph.unread.as_slice(), graph.depth), (["nonsense".to_owned()].as_slice(), MAX_DEPTH));
        let ours = "/catalog-graph?root=component%3Adefault%2Fa&depth=6&kind=api&relation=ownedBy";
        assert_eq!(graph.href(), ours);
    }

    #[test]
    fn an_address_survives_reading_and_writing() {
        let ours = "root=component%3Adefault%2Fa&depth=2&direction=out&kind=api&open=component%3Adefault%2Fb";
        let graph = GraphQuery::parse(ours);
        assert_eq!(graph.href(), format!("{EXPLORER}?{ours}"));
        assert_eq!(graph.toggled(&component("b")).open, []);
        assert_eq!(graph.toggled(&component("c")).open, [component("b"), component("c")]);
        assert_eq!(graph.address("/x", false), "/x?depth=2&direction=out&kind=api&open=component%3Adefault%2Fb");
    }

    #[test]
    fn a_direction_narrows_the_relations() {
        let known = Relations::of(&model::KindRegistry::builtin());
        let request = |query: &str| GraphQuery::parse(query).request(&known).relations;
        assert_eq!(request("direction=in&relation=ownedBy&relation=ownerOf"), ["ownerOf"]);
        assert!(request("direction=out").contains(&"dependsOn".to_owned()));
        assert_eq!(request("direction=sideways"), [""; 0]);
    }
}
