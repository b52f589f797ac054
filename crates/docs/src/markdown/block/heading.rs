//! Headings and rules.

use std::sync::LazyLock;

use regex::Regex;

use super::super::document::{Document, State};
use super::super::dom::NodeId;
use super::{Blocks, TAB, loose_detab};

const TAGS: [&str; 6] = ["h1", "h2", "h3", "h4", "h5", "h6"];

static HASH: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:^|\n)(#{1,6})((?:\\.|[^\\])*?)#*(?:\n|$)").expect("a valid pattern"));

pub(super) fn hash(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    let Some(block) = blocks.front() else { return false };
    if !block.starts_with('#') && !block.contains("\n#") {
        return false;
    }
    let Some(found) = HASH.captures(block) else { return false };
    let range = found.get(0).map_or(0..0, |all| all.range());
    let level = found[1].len();
    let text = found[2].trim().to_owned();
    let before = block[..range.start].to_owned();
    let after = block[range.end..].to_owned();
    blocks.pop_front();
    if !before.is_empty() {
        doc.parse_block(parent, &before);
    }
    let heading = doc.dom.sub(parent, TAGS[level - 1]);
    doc.dom.get_mut(heading).text = text.into();
    if !after.is_empty() {
        let loose = doc.in_state(State::LooseList);
        blocks.push_front(if loose { loose_detab(&after, TAB) } else { after });
    }
    true
}

/// A line underlined with `===` or `---`.
pub(super) fn setext(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    let Some(block) = blocks.front() else { return false };
    let Some((title, below)) = block.split_once('\n') else { return false };
    let (line, rest) = below.split_once('\n').map_or((below, None), |(line, rest)| (line, Some(rest)));
    let line = line.trim_end_matches(' ');
    let underlined = !line.is_empty() && (line.bytes().all(|b| b == b'=') || line.bytes().all(|b| b == b'-'));
    if !underlined {
        return false;
    }
    let tag = if line.starts_with('=') { "h1" } else { "h2" };
    let heading = doc.dom.sub(parent, tag);
    doc.dom.get_mut(heading).text = title.trim().into();
    let rest = rest.map(str::to_owned);
    blocks.pop_front();
    if let Some(rest) = rest {
        blocks.push_front(rest);
    }
    true
}

pub(super) fn rule(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    let Some(block) = blocks.front() else { return false };
    let mut start = 0;
    let mut found = None;
    for line in block.split('\n') {
        if is_rule(line) {
            found = Some((start, start + line.len()));
            break;
        }
        start += line.len() + 1;
    }
    let Some((start, end)) = found else { return false };
    let before = block[..start].trim_end_matches('\n').to_owned();
    let after = block[end..].trim_start_matches('\n').to_owned();
    blocks.pop_front();
    if !before.is_empty() {
        doc.parse_block(parent, &before);
    }
    doc.dom.sub(parent, "hr");
    if !after.is_empty() {
        blocks.push_front(after);
    }
    true
}

/// Three or more of one sign, with no more than two spaces between them.
fn is_rule(line: &str) -> bool {
    let indent = super::leading_spaces(line);
    let body = line[indent..].trim_end_matches(' ').as_bytes();
    let Some(&sign) = body.first() else { return false };
    if indent > 3 || !b"-_*".contains(&sign) {
        return false;
    }
    let mut count = 0;
    let mut gap = 0;
    for byte in body {
        if *byte == sign {
            count += 1;
            gap = 0;
        } else if *byte == b' ' && gap < 2 {
            gap += 1;
        } else {
            return false;
        }
    }
    count >= 3
}
