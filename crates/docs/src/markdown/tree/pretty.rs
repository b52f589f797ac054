//! Line ends between blocks.

use super::super::document::Document;
use super::super::dom::NodeId;
use super::super::serialize::is_block_level;

pub(super) fn run(doc: &mut Document, root: NodeId) {
    blocks(doc, root);
    for id in doc.dom.descendants(root) {
        match doc.dom.tag(id) {
            "br" => {
                let tail = &mut doc.dom.get_mut(id).tail;
                *tail = if tail.is_blank() { "\n".into() } else { format!("\n{}", tail.value).into() };
            }
            "pre" => {
                if let Some(code) = doc.dom.first_child(id).filter(|code| doc.dom.tag(*code) == "code") {
                    let node = doc.dom.get_mut(code);
                    if node.children.is_empty() && !node.text.is_empty() {
                        node.text.value.truncate(node.text.value.trim_end().len());
                        node.text.value.push('\n');
                        node.text.atomic = true;
                    }
                }
            }
            _ => {}
        }
    }
}

pub(super) fn blocks(doc: &mut Document, id: NodeId) {
    let tag = doc.dom.tag(id);
    if is_block_level(tag) && tag != "code" && tag != "pre" {
        let children = doc.dom.get(id).children.clone();
        let first_is_block = children.first().is_some_and(|first| is_block_level(doc.dom.tag(*first)));
        if first_is_block && doc.dom.get(id).text.is_blank() {
            doc.dom.get_mut(id).text = "\n".into();
        }
        for child in children {
            if is_block_level(doc.dom.tag(child)) {
                blocks(doc, child);
            }
        }
    }
    if doc.dom.get(id).tail.is_blank() {
        doc.dom.get_mut(id).tail = "\n".into();
    }
}
