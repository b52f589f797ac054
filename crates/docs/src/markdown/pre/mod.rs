//! What happens to a source before it is cut into blocks, in the order it happens.

mod alerts;
mod attributes;
mod critic;
mod diagrams;
mod extract;
mod fences;
mod snippets;
pub(crate) mod tags;
mod white;

use super::document::Document;

pub(super) use attributes::parse as parse_attributes;
pub(super) use critic::restore as restore_critic;

/// Gives the text that blocks are made from.
pub(super) fn prepare(doc: &mut Document, source: &str) -> String {
    let text = alerts::convert(source);
    let text = diagrams::convert(doc, &text);
    let text = text.replace(['\u{1}', '\u{4}'], "");
    let text = snippets::insert(doc, &text);
    let text = critic::mark(doc, &text);
    let text = white::normalize(&text);
    let text = text.replace('\u{1}', "\u{2}").replace('\u{4}', "\u{3}");
    let text = fences::put_aside(doc, &text);
    let text = diagrams::wrap_drawings(&text);
    extract::put_aside(doc, &text)
}
