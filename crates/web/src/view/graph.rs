//! A part of the relation graph, ready to draw: pairs of mirrored relations made one edge, laid out in columns.

use std::collections::{BTreeMap, HashMap, HashSet};

use catalog::{CatalogReader, GraphRequest};
use model::{EntityRef, ReadScope};

use super::graph_layout::{self, Layout, Shape};
use super::graph_query::GraphQuery;
use super::labels::Labels;
use super::relations::Relations;

/// Characters of a label before it is cut; the whole stands in the node's title.
const MAX_LABEL: usize = 28;
/// Width of one character of a label and of what stands beside it, in drawing units.
const CHARACTER: f64 = 7.9;
const SMALL_CHARACTER: f64 = 6.4;
const BESIDE_LABEL: f64 = 46.0;
const MIN_WIDTH: f64 = 96.0;
/// Entities beyond a drawing that are looked at to know what could be opened.
const MAX_BEYOND: usize = 600;

/// An entity in a drawing.
#[derive(Clone, Debug)]
pub struct Node {
    pub entity_ref: EntityRef,
    /// What it is called, cut to fit.
    pub label: String,
    /// What it is called.
    pub title: String,
    pub kind_type: Option<String>,
    pub exists: bool,
    /// Steps from the nearest root.
    pub distance: usize,
    pub is_root: bool,
    /// Its neighbours were asked for.
    pub is_open: bool,
    /// It has neighbours that are not drawn.
    pub has_more: bool,
}

/// An edge between two nodes, by their places in the list, with the relations it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    pub source: usize,
    pub target: usize,
    pub relations: Vec<String>,
}

/// A drawing of a part of the graph.
#[derive(Clone, Debug, Default)]
pub struct Drawing {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    pub layout: Layout,
    /// There was more than was asked for.
    pub truncated: bool,
}

impl Drawing {
    /// The same nodes with the edges of roots alone, as a small drawing shows how one entity hangs together.
    pub fn through_roots(mut self) -> Self {
        let nodes = std::mem::take(&mut self.nodes);
        self.edges.retain(|edge| nodes[edge.source].is_root || nodes[edge.target].is_root);
        Self::laid_out(nodes, self.edges, self.truncated)
    }

    fn laid_out(nodes: Vec<Node>, edges: Vec<Edge>, truncated: bool) -> Self {
        let shapes: Vec<Shape> = nodes.iter().map(shape).collect();
        let pairs: Vec<(usize, usize)> = edges.iter().map(|edge| (edge.source, edge.target)).collect();
        Self { layout: graph_layout::lay_out(&shapes, &pairs), nodes, edges, truncated }
    }
}

/// Reads and lays out the graph around some roots.
pub fn read(reader: &CatalogReader, scope: &ReadScope, request: &GraphRequest, known: &Relations) -> Drawing {
    draw(reader, scope, reader.graph(scope, request), known)
}

/// The same with one more step from each entity that is open, and the knowledge of which others could be opened.
pub fn read_open(reader: &CatalogReader, scope: &ReadScope, query: &GraphQuery, known: &Relations) -> Drawing {
    let request = query.request(known);
    let mut graph = reader.graph(scope, &request);
    if !query.open.is_empty() {
        let around = GraphRequest { roots: query.open.clone(), depth: 1, ..request.clone() };
        let around = reader.graph(scope, &around);
        let drawn: HashSet<EntityRef> = graph.nodes.iter().map(|node| node.entity_ref.clone()).collect();
        let distance = query.depth + 1;
        let more = around.nodes.into_iter().filter(|node| !drawn.contains(&node.entity_ref));
        graph.nodes.extend(more.map(|node| catalog::GraphNode { distance, ..node }));
        graph.truncated |= around.truncated;
    }
    let shown: Vec<EntityRef> = graph.nodes.iter().map(|node| node.entity_ref.clone()).collect();
    let beyond = GraphRequest { roots: shown, depth: 1, max_nodes: graph.nodes.len() + MAX_BEYOND, ..request };
    let beyond = reader.graph(scope, &beyond);
    let shown: HashSet<&EntityRef> = graph.nodes.iter().map(|node| &node.entity_ref).collect();
    let (inside, outside): (Vec<_>, Vec<_>) =
        beyond.edges.into_iter().partition(|edge| shown.contains(&edge.source) && shown.contains(&edge.target));
    let mut drawing = draw(reader, scope, catalog::Graph { edges: inside, ..graph }, known);
    let unfinished: HashSet<EntityRef> = outside.into_iter().map(|edge| edge.source).collect();
    for node in &mut drawing.nodes {
        node.is_open = query.open.contains(&node.entity_ref);
        node.has_more = unfinished.contains(&node.entity_ref);
    }
    drawing
}

fn draw(reader: &CatalogReader, scope: &ReadScope, graph: catalog::Graph, known: &Relations) -> Drawing {
    let labels = Labels::read(reader, scope, graph.nodes.iter().map(|node| node.entity_ref.clone()).collect());
    let nodes: Vec<Node> = graph
        .nodes
        .iter()
        .map(|node| {
            let title = labels.get(&node.entity_ref).map_or(node.label.as_str(), |label| &label.title);
            Node {
                label: cut(title),
                title: title.to_owned(),
                kind_type: node.kind_type.clone(),
                exists: node.exists,
                distance: node.distance,
                is_root: node.distance == 0,
                is_open: false,
                has_more: false,
                entity_ref: node.entity_ref.clone(),
            }
        })
        .collect();
    let edges = graph.edges.iter().map(|edge| (&edge.source, edge.relation.as_str(), &edge.target));
    let edges = merge(&nodes, edges, known);
    Drawing::laid_out(nodes, edges, graph.truncated)
}

fn shape(node: &Node) -> Shape {
    let label = node.label.chars().count() as f64 * CHARACTER;
    // The line below has the kind and the type.
    let kind =
        node.entity_ref.kind().len() + 3 + node.kind_type.as_deref().map_or(6, |kind_type| kind_type.chars().count());
    Shape { width: (label.max(kind as f64 * SMALL_CHARACTER) + BESIDE_LABEL).max(MIN_WIDTH), distance: node.distance }
}

/// One edge per pair of nodes and direction; a relation and its mirror are the same.
fn merge<'a>(
    nodes: &[Node],
    edges: impl Iterator<Item = (&'a EntityRef, &'a str, &'a EntityRef)>,
    known: &'a Relations,
) -> Vec<Edge> {
    let places: HashMap<&EntityRef, usize> =
        nodes.iter().enumerate().map(|(at, node)| (&node.entity_ref, at)).collect();
    let mut merged: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
    for (source, relation, target) in edges {
        let (source, relation, target) = known.canonical(source, relation, target);
        let (Some(source), Some(target)) = (places.get(source), places.get(target)) else { continue };
        let relations = merged.entry((*source, *target)).or_default();
        if source != target && !relations.iter().any(|known| known == relation) {
            relations.push(relation.to_owned());
        }
    }
    merged
        .into_iter()
        .filter(|((source, target), _)| source != target)
        .map(|((source, target), relations)| Edge { source, target, relations })
        .collect()
}

fn cut(label: &str) -> String {
    if label.chars().count() <= MAX_LABEL {
        return label.to_owned();
    }
    label.chars().take(MAX_LABEL - 1).chain(['…']).collect()
}
