//! Anchors of tabs made from their labels, where the site asks for it.

use super::super::document::Document;
use super::super::dom::NodeId;
use super::rendered_inner;
use super::toc::{Anchors, slug, strip_tags};

pub(super) fn run(doc: &mut Document, root: NodeId) {
    let Some(slugs) = doc.options.tab_slugs else { return };
    let nodes = doc.dom.descendants(root);
    let ids = nodes.iter().filter_map(|node| doc.dom.attr(*node, "id")).filter(|id| !id.starts_with("__tabbed_"));
    let mut anchors = Anchors::new(ids.map(str::to_owned));
    for set in nodes {
        if !doc.dom.attr(set, "class").is_some_and(|class| class.split(' ').any(|class| class == "tabbed-set")) {
            continue;
        }
        let children = doc.dom.get(set).children.clone();
        let inputs: Vec<NodeId> = children.iter().copied().filter(|child| doc.dom.tag(*child) == "input").collect();
        let labels = children.iter().find(|child| doc.dom.attr(**child, "class") == Some("tabbed-labels"));
        let labels = labels.map(|labels| doc.dom.get(*labels).children.clone()).unwrap_or_default();
        for (input, label) in inputs.into_iter().zip(labels) {
            let text = strip_tags(&rendered_inner(doc, label));
            let id = anchors.unique(slug(&htmlize::unescape(text.as_str()), "-", slugs));
            doc.dom.set_attr(input, "id", id.as_str());
            doc.dom.set_attr(label, "for", id);
        }
    }
}
