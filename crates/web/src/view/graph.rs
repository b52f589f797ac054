//! A part of the relation graph, ready to draw: pairs of mirrored relations made one edge, laid out in columns.

use std::collections::{BTreeMap, HashMap};

use catalog::{CatalogReader, GraphRequest, QueryError};
use model::{EntityRef, ReadScope};

use super::graph_layout::{self, Layout, Shape};
use super::labels::Labels;
use super::relations::canonical;

/// Characters of a label before it is cut; the whole stands in the node's title.
const MAX_LABEL: usize = 28;
/// Width of one character of a label and of what stands beside it, in drawing units.
const CHARACTER: f64 = 7.9;
const SMALL_CHARACTER: f64 = 6.4;
const BESIDE_LABEL: f64 = 46.0;
const MIN_WIDTH: f64 = 96.0;

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
    pub is_root: bool,
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

/// Reads and lays out the graph around some roots.
pub async fn read(reader: &CatalogReader, scope: &ReadScope, request: &GraphRequest) -> Result<Drawing, QueryError> {
    let graph = reader.graph(scope, request);
    let labels = Labels::read(reader, scope, graph.nodes.iter().map(|node| node.entity_ref.clone()).collect()).await?;
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
                is_root: node.distance == 0,
                entity_ref: node.entity_ref.clone(),
            }
        })
        .collect();
    let edges = graph.edges.iter().map(|edge| (&edge.source, edge.relation.as_str(), &edge.target));
    let edges = merge(&nodes, edges);
    let shapes: Vec<Shape> = nodes.iter().zip(&graph.nodes).map(|(node, from)| shape(node, from.distance)).collect();
    let pairs: Vec<(usize, usize)> = edges.iter().map(|edge| (edge.source, edge.target)).collect();
    Ok(Drawing { layout: graph_layout::lay_out(&shapes, &pairs), nodes, edges, truncated: graph.truncated })
}

fn shape(node: &Node, distance: usize) -> Shape {
    let label = node.label.chars().count() as f64 * CHARACTER;
    // The line below has the kind and the type.
    let kind =
        node.entity_ref.kind().len() + 3 + node.kind_type.as_deref().map_or(6, |kind_type| kind_type.chars().count());
    Shape { width: (label.max(kind as f64 * SMALL_CHARACTER) + BESIDE_LABEL).max(MIN_WIDTH), distance }
}

/// One edge per pair of nodes and direction; a relation and its mirror are the same.
fn merge<'a>(nodes: &[Node], edges: impl Iterator<Item = (&'a EntityRef, &'a str, &'a EntityRef)>) -> Vec<Edge> {
    let places: HashMap<&EntityRef, usize> =
        nodes.iter().enumerate().map(|(at, node)| (&node.entity_ref, at)).collect();
    let mut merged: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();
    for (source, relation, target) in edges {
        let (source, relation, target) = canonical(source, relation, target);
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
