//! What is defined in a page without being shown where it stands: footnotes, abbreviations, link targets.

use std::sync::LazyLock;

use regex::Regex;

use super::super::document::Document;
use super::super::dom::NodeId;
use super::{Blocks, TAB, loose_detab, starts_with_spaces};

static FOOTNOTE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^[ ]{0,3}\[\^([^\]]*)\]:[ ]*(.*)$").expect("a valid pattern"));

static ABBREVIATION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^[*]\[([^\\]*?)\][ ]?:[ ]*\n?[ ]*(.*)$").expect("a valid pattern"));

static REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?m)^[ ]{0,3}\[([^\[\]]*)\]:[ ]*\n?[ ]*([^\s]+)[ ]*(?:\n[ ]*)?(?:"(.*)"[ ]*|'(.*)'[ ]*|\((.*)\)[ ]*)?$"#,
    )
    .expect("a valid pattern")
});

pub(super) fn footnote(doc: &mut Document, _parent: NodeId, blocks: &mut Blocks) -> bool {
    let Some(block) = blocks.front() else { return false };
    let found = if block.contains("[^") { FOOTNOTE.captures(block) } else { None };
    let Some(found) = found else { return false };
    let range = found.get(0).map_or(0..0, |all| all.range());
    let label = found[1].to_owned();
    let before = block[..range.start].to_owned();
    let rest = block[range.end..].trim_start_matches('\n').to_owned();
    let mut texts = vec![found[2].to_owned()];
    blocks.pop_front();
    match FOOTNOTE.find(&rest).map(|next| next.start()) {
        Some(next) => {
            let own = rest[..next].trim_end_matches('\n');
            texts[0] = format!("{}\n{}", texts[0], loose_detab(own, TAB)).trim_start_matches('\n').to_owned();
            blocks.push_front(rest[next..].to_owned());
        }
        None => {
            texts[0] = format!("{}\n{}", texts[0], loose_detab(&rest, TAB)).trim_matches('\n').to_owned();
            take_indented(blocks, &mut texts);
        }
    }
    let text = texts.join("\n\n").trim_end().to_owned();
    match doc.footnotes.iter_mut().find(|(known, _)| *known == label) {
        Some((_, old)) => *old = text,
        None => doc.footnotes.push((label, text)),
    }
    if !before.trim().is_empty() {
        blocks.push_front(before.trim_end_matches('\n').to_owned());
    }
    true
}

/// Indented blocks behind a footnote belong to it.
fn take_indented(blocks: &mut Blocks, texts: &mut Vec<String>) {
    while blocks.front().is_some_and(|block| starts_with_spaces(block, TAB)) {
        let Some(block) = blocks.pop_front() else { return };
        match FOOTNOTE.find(&block).map(|next| next.start()) {
            Some(next) => {
                texts.push(loose_detab(block[..next].trim_end_matches('\n'), TAB));
                blocks.push_front(block[next..].to_owned());
                return;
            }
            None => texts.push(loose_detab(&block, TAB)),
        }
    }
}

pub(super) fn abbreviation(doc: &mut Document, _parent: NodeId, blocks: &mut Blocks) -> bool {
    let Some(block) = blocks.front() else { return false };
    let found = if block.contains("*[") { ABBREVIATION.captures(block) } else { None };
    let Some(found) = found else { return false };
    let (short, title) = (found[1].trim().to_owned(), found[2].trim().to_owned());
    if short.is_empty() || title.is_empty() {
        return false;
    }
    let range = found.get(0).map_or(0..0, |all| all.range());
    doc.abbreviations.retain(|(known, _)| *known != short);
    if title != "''" && title != "\"\"" {
        doc.abbreviations.push((short, title));
    }
    replace_by_rest(blocks, range);
    true
}

pub(super) fn reference(doc: &mut Document, _parent: NodeId, blocks: &mut Blocks) -> bool {
    let Some(block) = blocks.front() else { return false };
    let found = if block.contains("]:") { REFERENCE.captures(block) } else { None };
    let Some(found) = found else { return false };
    let label = found[1].trim().to_lowercase();
    let link = found[2].trim_start_matches('<').trim_end_matches('>').to_owned();
    let title = (3..=5).find_map(|group| found.get(group)).map(|title| title.as_str().to_owned());
    let range = found.get(0).map_or(0..0, |all| all.range());
    doc.references.insert(label, (link, title.filter(|title| !title.is_empty())));
    replace_by_rest(blocks, range);
    true
}

/// Leaves of the first block what stands before and behind `range`.
fn replace_by_rest(blocks: &mut Blocks, range: std::ops::Range<usize>) {
    let Some(block) = blocks.pop_front() else { return };
    let (before, after) = (&block[..range.start], &block[range.end..]);
    if !after.trim().is_empty() {
        blocks.push_front(after.trim_start_matches('\n').to_owned());
    }
    if !before.trim().is_empty() {
        blocks.push_front(before.trim_end_matches('\n').to_owned());
    }
}
