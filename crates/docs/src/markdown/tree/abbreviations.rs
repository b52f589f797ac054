//! Abbreviations get their long form as a title, wherever they stand.

use regex::Regex;

use super::super::document::Document;
use super::super::dom::{NodeId, Text};

pub(super) fn mark(doc: &mut Document, root: NodeId) {
    if doc.abbreviations.is_empty() {
        return;
    }
    let mut words: Vec<&str> = doc.abbreviations.iter().map(|(word, _)| word.as_str()).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    let words: Vec<String> = words.into_iter().map(regex::escape).collect();
    let Ok(pattern) = Regex::new(&format!(r"\b(?:{})\b", words.join("|"))) else {
        doc.warnings.push("there are too many abbreviations to mark them".to_owned());
        return;
    };
    for id in doc.dom.descendants(root) {
        let text = std::mem::take(&mut doc.dom.get_mut(id).text);
        let (text, marked) = split(doc, &pattern, text);
        doc.dom.get_mut(id).text = text;
        let children = std::mem::take(&mut doc.dom.get_mut(id).children);
        let mut all = marked;
        for child in children {
            let tail = std::mem::take(&mut doc.dom.get_mut(child).tail);
            let (tail, marked) = split(doc, &pattern, tail);
            doc.dom.get_mut(child).tail = tail;
            all.push(child);
            all.extend(marked);
        }
        doc.dom.get_mut(id).children = all;
    }
}

/// The text before the first abbreviation, and the abbreviations with what stands behind each.
fn split(doc: &mut Document, pattern: &Regex, text: Text) -> (Text, Vec<NodeId>) {
    if text.atomic || text.is_empty() || !pattern.is_match(&text.value) {
        return (text, Vec::new());
    }
    let mut marked: Vec<NodeId> = Vec::new();
    let mut before = String::new();
    let mut plain = 0;
    let put = |doc: &mut Document, marked: &[NodeId], before: &mut String, piece: &str| match marked.last() {
        Some(last) => doc.dom.get_mut(*last).tail = piece.into(),
        None => *before = piece.to_owned(),
    };
    for found in pattern.find_iter(&text.value) {
        put(doc, &marked, &mut before, &text.value[plain..found.start()]);
        let title = doc.abbreviations.iter().find(|(word, _)| word == found.as_str()).map(|(_, title)| title.clone());
        let element = doc.dom.new_node("abbr");
        doc.dom.set_attr(element, "title", title.unwrap_or_default());
        doc.dom.get_mut(element).text = Text::atomic(found.as_str());
        marked.push(element);
        plain = found.end();
    }
    put(doc, &marked, &mut before, &text.value[plain..]);
    (before.into(), marked)
}
