//! Footnotes at the end of the page, with links back to where they are named.

use super::super::document::Document;
use super::super::dom::NodeId;
use super::super::post::{BACKLINK, NO_BREAK};

const PLACE: &str = "///Footnotes Go Here///";

pub(super) fn add(doc: &mut Document, root: NodeId) {
    if doc.footnotes.is_empty() {
        return;
    }
    let separator = doc.options.footnote_separator.clone();
    let div = doc.dom.new_node("div");
    doc.dom.set_attr(div, "class", "footnote");
    doc.dom.sub(div, "hr");
    let list = doc.dom.sub(div, "ol");
    // Footnotes that are defined inside footnotes come too.
    let mut index = 0;
    while let Some((label, text)) = doc.footnotes.get(index).cloned() {
        index += 1;
        let item = doc.dom.sub(list, "li");
        doc.dom.set_attr(item, "id", format!("fn{separator}{label}"));
        doc.parse_chunk(item, &text);
        let link = doc.dom.new_node("a");
        doc.dom.set_attr(link, "href", format!("#fnref{separator}{label}"));
        doc.dom.set_attr(link, "class", "footnote-backref");
        doc.dom.set_attr(link, "title", format!("Jump back to footnote {index} in the text"));
        doc.dom.get_mut(link).text = BACKLINK.into();
        match doc.dom.last_child(item) {
            Some(last) if doc.dom.tag(last) == "p" => {
                doc.dom.get_mut(last).text.value.push_str(NO_BREAK);
                doc.dom.append(last, link);
            }
            Some(_) => {
                let paragraph = doc.dom.sub(item, "p");
                doc.dom.append(paragraph, link);
            }
            None => {}
        }
    }
    place(doc, root, div);
}

fn place(doc: &mut Document, root: NodeId, div: NodeId) {
    for parent in doc.dom.descendants(root) {
        for (at, child) in doc.dom.get(parent).children.clone().into_iter().enumerate() {
            if doc.dom.get(child).text.value.contains(PLACE) {
                doc.dom.get_mut(parent).children[at] = div;
                return;
            }
            if doc.dom.get(child).tail.value.contains(PLACE) {
                doc.dom.insert(parent, at + 1, div);
                doc.dom.get_mut(child).tail = Default::default();
                return;
            }
        }
    }
    doc.dom.append(root, div);
}

impl Document<'_> {
    /// An anchor for a reference to a footnote: the second to the same gets a number.
    pub(in super::super) fn unique_reference(&mut self, reference: String) -> String {
        let separator = self.options.footnote_separator.clone();
        let (name, rest) = reference.split_once(separator.as_str()).unwrap_or((reference.as_str(), ""));
        let mut number = self.footnote_refs.get(&reference).copied().unwrap_or(0);
        let mut id = reference.clone();
        while number > 0 || self.used_refs.contains(&id) {
            number = number.max(1) + 1;
            id = format!("{name}{number}{separator}{rest}");
            if !self.used_refs.contains(&id) {
                break;
            }
        }
        self.used_refs.insert(id.clone());
        *self.footnote_refs.entry(reference).or_default() += 1;
        id
    }
}

/// A footnote that is named several times links back to each place.
pub(super) fn link_duplicates(doc: &mut Document, root: NodeId) {
    if doc.footnote_refs.values().all(|count| *count < 2) {
        return;
    }
    let separator = doc.options.footnote_separator.clone();
    let divs = doc.dom.descendants(root).into_iter().filter(|node| doc.dom.attr(*node, "class") == Some("footnote"));
    let lists: Vec<NodeId> =
        divs.filter_map(|div| doc.dom.descendants(div).into_iter().find(|node| doc.dom.tag(*node) == "ol")).collect();
    for list in lists {
        for item in doc.dom.get(list).children.clone() {
            let id = doc.dom.attr(item, "id").unwrap_or_default();
            let Some((name, rest)) = id.split_once(separator.as_str()) else { continue };
            let count = doc.footnote_refs.get(&format!("{name}ref{separator}{rest}")).copied().unwrap_or(0);
            if count > 1 {
                add_duplicates(doc, item, count, &separator);
            }
        }
    }
}

fn add_duplicates(doc: &mut Document, item: NodeId, count: usize, separator: &str) {
    let links = doc.dom.descendants(item);
    let Some(link) = links.into_iter().find(|node| doc.dom.attr(*node, "class") == Some("footnote-backref")) else {
        return;
    };
    let href = doc.dom.attr(link, "href").unwrap_or_default().to_owned();
    let Some((name, rest)) = href.split_once(separator) else { return };
    let Some(last) = doc.dom.last_child(item) else { return };
    for number in 2..=count {
        let copy = doc.dom.deep_copy(link);
        doc.dom.set_attr(copy, "href", format!("{name}{number}{separator}{rest}"));
        doc.dom.append(last, copy);
    }
}
