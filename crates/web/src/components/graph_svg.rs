//! The relation graph as SVG: nodes are links, so it works without JavaScript; an island adds pan and zoom.

use maud::{Markup, html};
use model::EntityRef;

use super::icon::Icon;
use super::{kind_name, relation_name};
use crate::i18n::Messages;
use crate::urls;
use crate::view::graph::{Drawing, Edge, Node};
use crate::view::graph_layout::{NODE_HEIGHT, Spot};

/// Edges of a drawing in which not every word can be read.
const CROWDED: usize = 12;

/// Where a click on the sign beside a node leads: the drawing with that node opened or closed.
pub type Opening<'a> = Option<&'a dyn Fn(&EntityRef) -> String>;

/// A drawing, with buttons that appear where JavaScript can use them.
pub fn graph(t: Messages, drawing: &Drawing, label: &str) -> Markup {
    interactive(t, drawing, label, None)
}

/// The same with a sign beside each node that has more neighbours than are drawn.
pub fn interactive(t: Messages, drawing: &Drawing, label: &str, opening: Opening<'_>) -> Markup {
    html! {
        figure.graph data-island="graph" data-script=[crate::assets::find("graph.js")]
            data-zoom-in=(t.text("graph-zoom-in")) data-zoom-out=(t.text("graph-zoom-out"))
            data-fit-all=(t.text("graph-fit")) {
            div.graph-view tabindex="0" role="region" aria-label=(label) { (svg(t, drawing, label, opening, html! {})) }
            @if drawing.truncated { figcaption.quiet { (t.count("graph-truncated", drawing.nodes.len() as u64)) } }
        }
    }
}

/// A drawing as a file of its own, in light colours.
pub fn file(t: Messages, drawing: &Drawing, label: &str) -> String {
    let style = html! { style { (maud::PreEscaped(FILE_STYLE)) } };
    let svg = svg(t, drawing, label, None, style).into_string();
    svg.replacen("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 1)
}

/// The colours of `web/styles/0-tokens.css` in plain values: viewers of files know less of CSS than browsers.
const FILE_STYLE: &str = "svg{background:#fff;font-family:system-ui,'Segoe UI',Roboto,Arial,sans-serif}\
.graph-edges path{fill:none;stroke:#8a909e;stroke-width:1.2}.arrow{fill:#8a909e}\
.graph-edges text{fill:#565d6b;font-size:10.5px;text-anchor:middle;paint-order:stroke;stroke:#fff;stroke-width:4px}\
.edge.minor path{opacity:.35}.edge.minor text{opacity:0}\
.node rect{fill:#fff;stroke:#8a909e}.node.root rect{fill:#eef0fd;stroke:#3b4cca}\
.node.missing rect{stroke-dasharray:4 3;fill:#f3f4f7}.node-icon{fill:none;stroke:#565d6b;stroke-width:1.5}\
.node-label{fill:#1a1d24;font-size:12.5px;font-weight:550}.node-kind{fill:#565d6b;font-size:10.5px}";

fn svg(t: Messages, drawing: &Drawing, label: &str, opening: Opening<'_>, style: Markup) -> Markup {
    let (width, height) = (drawing.layout.width, drawing.layout.height);
    html! {
        svg viewBox={ "0 0 " (round(width)) " " (round(height)) } width=(round(width)) height=(round(height)) role="group" aria-label=(label) {
            (style)
            defs {
                marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse" {
                    path d="M0 .8 7 4 0 7.2z" class="arrow" {}
                }
            }
            g.graph-edges { @for edge in &drawing.edges { (draw_edge(t, drawing, edge)) } }
            g.graph-nodes {
                @for (node, spot) in drawing.nodes.iter().zip(&drawing.layout.spots) {
                    (draw_node(t, node, spot))
                    @if let Some(opening) = opening.filter(|_| node.is_open || node.has_more) {
                        (draw_sign(t, node, spot, &opening(&node.entity_ref)))
                    }
                }
            }
        }
    }
}

/// The sign that opens a node or closes it again, on the lower edge, clear of the edges that come in at the sides.
fn draw_sign(t: Messages, node: &Node, spot: &Spot, href: &str) -> Markup {
    let (key, shape) = if node.is_open { ("graph-close", "M-3.5 0h7") } else { ("graph-open", "M-3.5 0h7M0-3.5v7") };
    let label = t.with(key, &[("name", node.title.as_str().into())]);
    html! {
        a.node-sign href=(href) aria-label=(label) transform={ "translate(" (round(spot.right() - 2.0)) " " (round(spot.y + 2.0)) ")" } {
            title { (label) }
            circle.reach r="12" {}
            circle r="7.5" {}
            path d=(shape) {}
        }
    }
}

/// The same graph in words, for those who cannot see it.
pub fn in_words(t: Messages, drawing: &Drawing) -> Markup {
    html! {
        details.more {
            summary { (t.text("graph-in-words")) }
            ul.plain {
                @for edge in &drawing.edges {
                    li {
                        (word_link(drawing, edge.source)) " "
                        em { @for (at, relation) in edge.relations.iter().enumerate() { @if at > 0 { ", " } (relation_name(t, relation)) } }
                        " " (word_link(drawing, edge.target))
                    }
                }
            }
        }
    }
}

fn word_link(drawing: &Drawing, at: usize) -> Markup {
    let node = &drawing.nodes[at];
    html! { a href=(urls::entity(&node.entity_ref)) { bdi { (node.title) } } }
}

fn draw_node(t: Messages, node: &Node, spot: &Spot) -> Markup {
    let kind = kind_name(t, node.entity_ref.kind());
    let below = match &node.kind_type {
        Some(kind_type) => format!("{kind} · {kind_type}"),
        None if node.exists => kind.into_owned(),
        None => t.text("missing-entity").into_owned(),
    };
    let class = match (node.is_root, node.exists) {
        (true, _) => "node root",
        (false, true) => "node",
        (false, false) => "node missing",
    };
    html! {
        a class=(class) href=(urls::entity(&node.entity_ref)) data-ref=(node.entity_ref) transform={ "translate(" (round(spot.x)) " " (round(spot.y)) ")" } {
            title { (node.title) " (" (node.entity_ref) ")" }
            rect width=(round(spot.width)) height=(NODE_HEIGHT) rx="7" {}
            (picture(t.faces.face(node.entity_ref.kind()).icon(node.kind_type.as_deref())))
            text x="34" y="16.5" class="node-label" { (node.label) }
            text x="34" y="29.5" class="node-kind" { (below) }
        }
    }
}

fn picture(icon: Icon) -> Markup {
    html! { g class="node-icon" transform="translate(11 11)" { (maud::PreEscaped(icon.shapes())) } }
}

fn draw_edge(t: Messages, drawing: &Drawing, edge: &Edge) -> Markup {
    let (from, to) = (&drawing.layout.spots[edge.source], &drawing.layout.spots[edge.target]);
    let curve = Curve::between(from, to);
    // Where many edges meet, their words would lie on each other: they go near the end with fewer edges.
    let degree = |node: usize| drawing.edges.iter().filter(|e| e.source == node || e.target == node).count();
    let along = if degree(edge.source) > degree(edge.target) { 0.64 } else { 0.36 };
    let (x, y) = curve.at(along);
    // In a crowded drawing what the roots relate to comes first; the words of the rest show on hover and stand below.
    let of_root = drawing.nodes[edge.source].is_root || drawing.nodes[edge.target].is_root;
    html! {
        g.edge.minor[!of_root && drawing.edges.len() > CROWDED] {
            path d=(curve.path()) marker-end="url(#arrow)" {}
            text x=(round(x)) y=(round(y + 3.5)) {
                @for (at, relation) in edge.relations.iter().enumerate() { @if at > 0 { ", " } (relation_name(t, relation)) }
            }
        }
    }
}

/// A cubic Bézier curve.
struct Curve([(f64, f64); 4]);

impl Curve {
    /// From the side of one node to the side of another that faces it.
    fn between(from: &Spot, to: &Spot) -> Self {
        let (start, end, bend) = if to.column > from.column {
            (from.right(), to.x - 2.0, 1.0)
        } else if to.column < from.column {
            (from.x, to.right() + 2.0, -1.0)
        } else {
            let out = from.right().max(to.right()) + 46.0;
            return Self([
                (from.right(), from.middle()),
                (out, from.middle()),
                (out, to.middle()),
                (to.right() + 2.0, to.middle()),
            ]);
        };
        let reach = ((end - start).abs() / 2.0).max(30.0) * bend;
        Self([(start, from.middle()), (start + reach, from.middle()), (end - reach, to.middle()), (end, to.middle())])
    }

    fn path(&self) -> String {
        let [a, b, c, d] = self.0.map(|(x, y)| format!("{} {}", round(x), round(y)));
        format!("M{a}C{b} {c} {d}")
    }

    fn at(&self, along: f64) -> (f64, f64) {
        let back = 1.0 - along;
        let weights = [back.powi(3), 3.0 * back * back * along, 3.0 * back * along * along, along.powi(3)];
        let sum = |part: fn(&(f64, f64)) -> f64| self.0.iter().zip(weights).map(|(p, w)| part(p) * w).sum();
        (sum(|p| p.0), sum(|p| p.1))
    }
}

/// One decimal is finer than a screen shows.
fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
