//! HTML elements that were put aside with Markdown inside find their place here.

use super::super::document::{Document, MAX_DEPTH, Stashed, leading_placeholder};
use super::super::dom::NodeId;
use super::Blocks;

pub(super) fn markdown_in_html(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    let Some(block) = blocks.front() else { return false };
    let Some((index, length)) = leading_placeholder(block) else { return false };
    let Some(Stashed::Element(element)) = doc.stash.get(index).cloned() else { return false };
    let rest = block[length..].to_owned();
    blocks.pop_front();
    doc.dom.append(parent, element);
    doc.stash[index] = Stashed::Html(String::new());
    doc.parse_element(element);
    if !rest.is_empty() {
        blocks.push_front(rest);
    }
    true
}

impl Document<'_> {
    /// Parses what is inside `element` the way its `markdown` attribute says.
    fn parse_element(&mut self, element: NodeId) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        let how = self.dom.remove_attr(element, "markdown");
        match how.as_deref() {
            Some("block") => {
                let text = std::mem::take(&mut self.dom.get_mut(element).text).value;
                if !text.is_empty() {
                    self.parse_chunk(element, text.trim_end_matches('\n'));
                }
            }
            Some("span") => self.parse_span(element),
            _ => {
                self.dom.get_mut(element).text.atomic = true;
                for child in self.dom.get(element).children.clone() {
                    self.parse_element(child);
                    self.dom.get_mut(child).tail.atomic = true;
                }
            }
        }
        self.depth -= 1;
    }

    /// Puts the elements that placeholders stand for between the pieces of text around them.
    fn parse_span(&mut self, element: NodeId) {
        let text = std::mem::take(&mut self.dom.get_mut(element).text).value;
        let mut last: Option<NodeId> = None;
        let mut piece = 0;
        let mut search = 0;
        while let Some(offset) = text[search..].find("\u{2}wzxhzdk:") {
            let start = search + offset;
            let Some((index, length)) = leading_placeholder(&text[start..]) else {
                search = start + 1;
                continue;
            };
            search = start + length;
            let Some(Stashed::Element(child)) = self.stash.get(index).cloned() else { continue };
            self.push_text(element, last, &text[piece..start]);
            self.dom.append(element, child);
            self.stash[index] = Stashed::Html(String::new());
            self.parse_element(child);
            last = Some(child);
            // The placeholder stays in the text and becomes nothing at the end, for its HTML is empty by now.
            piece = start;
        }
        self.push_text(element, last, &text[piece..]);
    }

    fn push_text(&mut self, element: NodeId, last: Option<NodeId>, text: &str) {
        match last {
            Some(child) => self.dom.get_mut(child).tail.value.push_str(text),
            None => self.dom.get_mut(element).text.value.push_str(text),
        }
    }
}
