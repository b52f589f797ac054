//! Tables with `|` between their cells.

use super::super::document::Document;
use super::super::dom::NodeId;
use super::Blocks;

pub(super) fn table(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    let Some(block) = blocks.front() else { return false };
    if !block.contains('|') {
        return false;
    }
    let Some((border, separator)) = shape(block) else { return false };
    let Some(block) = blocks.pop_front() else { return false };
    let align: Vec<Option<&str>> = separator
        .iter()
        .map(|cell| match (cell.starts_with(':'), cell.ends_with(':')) {
            (true, true) => Some("center"),
            (true, false) => Some("left"),
            (false, true) => Some("right"),
            (false, false) => None,
        })
        .collect();
    let table = doc.dom.sub(parent, "table");
    let head = doc.dom.sub(table, "thead");
    let mut lines = block.split('\n');
    build_row(doc, head, "th", lines.next().unwrap_or_default(), border, &align);
    lines.next();
    let body = doc.dom.sub(table, "tbody");
    let mut rows = lines.peekable();
    if rows.peek().is_none() {
        let row = doc.dom.sub(body, "tr");
        for _ in &align {
            doc.dom.sub(row, "td");
        }
    }
    for row in rows {
        build_row(doc, body, "td", row, border, &align);
    }
    true
}

fn build_row(doc: &mut Document, parent: NodeId, tag: &'static str, row: &str, border: bool, align: &[Option<&str>]) {
    let cells = split_row(row.trim_matches(' '), border);
    let element = doc.dom.sub(parent, "tr");
    for (index, align) in align.iter().enumerate() {
        let cell = doc.dom.sub(element, tag);
        doc.dom.get_mut(cell).text = cells.get(index).map_or("", |cell| cell.trim_matches(' ')).into();
        if let Some(align) = align {
            doc.dom.set_attr(cell, "style", format!("text-align: {align};"));
        }
    }
}

/// Whether rows have a border, and the cells of the separating line, when `block` is a table.
fn shape(block: &str) -> Option<(bool, Vec<String>)> {
    let mut rows = block.split('\n').map(|row| row.trim_matches(' '));
    let header = rows.next()?;
    let second = rows.next()?;
    let border = header.starts_with('|') || ends_with_border(header);
    let cells = split_row(header, border);
    let single = cells.len() == 1
        && border
        && std::iter::once(second).chain(rows).all(|row| row.starts_with('|') || ends_with_border(row));
    if cells.len() < 2 && !single {
        return None;
    }
    let separator = split_row(second, border);
    let plain = separator.iter().all(|cell| cell.chars().all(|c| "|:- ".contains(c)));
    let separator = separator.iter().map(|cell| cell.trim_matches(' ').to_owned()).collect::<Vec<_>>();
    (plain && separator.len() == cells.len()).then_some((border, separator))
}

/// Whether the last `|` of a row is its border and not escaped.
fn ends_with_border(row: &str) -> bool {
    row.strip_suffix('|')
        .is_some_and(|rest| rest.bytes().rev().take_while(|byte| *byte == b'\\').count().is_multiple_of(2))
}

fn split_row(row: &str, border: bool) -> Vec<&str> {
    let mut row = row;
    if border {
        row = row.strip_prefix('|').unwrap_or(row);
        if ends_with_border(row) {
            let backslashes = row[..row.len() - 1].bytes().rev().take_while(|byte| *byte == b'\\').count();
            row = &row[..row.len() - 1 - backslashes];
        }
    }
    split_cells(row)
}

/// Cuts at every `|` that is neither escaped nor inside backticks.
fn split_cells(row: &str) -> Vec<&str> {
    let bytes = row.as_bytes();
    let mut pipes = Vec::new();
    // Runs of backticks: length, whether the first is escaped, first and last position.
    let mut ticks: Vec<(usize, bool, usize, usize)> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if bytes.get(at + 1) == Some(&b'\\') => at += 2,
            b'\\' if bytes.get(at + 1) == Some(&b'`') => {
                let run = bytes[at + 1..].iter().take_while(|byte| **byte == b'`').count();
                ticks.push((run, true, at, at + run));
                at += run + 1;
            }
            b'`' => {
                let run = bytes[at..].iter().take_while(|byte| **byte == b'`').count();
                ticks.push((run, false, at, at + run - 1));
                at += run;
            }
            b'\\' if bytes.get(at + 1) == Some(&b'|') => at += 2,
            b'|' => {
                pipes.push(at);
                at += 1;
            }
            _ => at += 1,
        }
    }
    // Nobody writes as many; looking for the end of each would take long.
    ticks.truncate(4_000);
    let mut regions = Vec::new();
    let mut index = 0;
    while index < ticks.len() {
        let (length, escaped, start, _) = ticks[index];
        let size = length - usize::from(escaped);
        let close = if size == 0 { None } else { ticks[index + 1..].iter().position(|tick| tick.0 == size) };
        match close {
            Some(offset) => {
                regions.push(start..=ticks[index + 1 + offset].3);
                index += offset + 2;
            }
            None => index += 1,
        }
    }
    let mut cells = Vec::new();
    let mut start = 0;
    let mut regions = regions.into_iter().peekable();
    for pipe in pipes {
        while regions.next_if(|region: &std::ops::RangeInclusive<usize>| *region.end() < pipe).is_some() {}
        if !regions.peek().is_some_and(|region| region.contains(&pipe)) {
            cells.push(&row[start..pipe]);
            start = pipe + 1;
        }
    }
    cells.push(&row[start..]);
    cells
}
