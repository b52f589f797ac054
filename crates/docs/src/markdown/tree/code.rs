//! Code by indent gets the markup of fenced code.

use super::super::document::Document;
use super::super::dom::{NodeId, Text};
use super::super::highlight::Code;

pub(super) fn highlight_indented(doc: &mut Document, root: NodeId) {
    for pre in doc.dom.descendants(root) {
        if doc.dom.tag(pre) != "pre" {
            continue;
        }
        let [code] = doc.dom.get(pre).children[..] else { continue };
        if doc.dom.tag(code) != "code" {
            continue;
        }
        let text = &doc.dom.get(code).text.value;
        let source = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let source = source.trim_end_matches('\n');
        let block = Code { source, step: 1, number: doc.code_blocks, indented: true, ..Code::default() };
        let html = match doc.options.codehilite {
            Some(numbered) => block.codehilite(numbered),
            None => block.to_html(doc.options),
        };
        doc.code_blocks += 1;
        let placeholder = doc.store(html);
        let node = doc.dom.get_mut(pre);
        node.tag = "p".into();
        node.attrs.clear();
        node.children.clear();
        node.tail = Text::default();
        node.text = placeholder.into();
    }
}
