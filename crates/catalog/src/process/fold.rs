//! Folding of long lines at spaces, counted in UTF-16 units as JavaScript counts.

use super::write_yaml::WIDTH;

/// However deep it stands, a line keeps so much content.
const MIN_CONTENT: usize = 20;

/// What is folded; they differ in where a line may end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Plain and single quoted text.
    Flow,
    /// A folded block.
    Block,
    /// Double quoted text, which can be cut anywhere.
    Quoted,
}

pub(super) struct Folded {
    pub text: String,
    /// A line stayed too long.
    pub overflow: bool,
}

const SPACE: u16 = b' ' as u16;
const TAB: u16 = b'\t' as u16;
const BREAK: u16 = b'\n' as u16;
const BACKSLASH: u16 = b'\\' as u16;

fn is_white(unit: u16) -> bool {
    matches!(unit, SPACE | TAB | BREAK)
}

/// Folds a text whose first line starts after `taken` units and whose others are indented by `indent`.
pub(super) fn fold(text: &str, indent: usize, mode: Mode, taken: usize) -> Folded {
    let units: Vec<u16> = text.encode_utf16().collect();
    let step = (1 + MIN_CONTENT).max((1 + WIDTH).saturating_sub(indent));
    if units.len() <= step {
        return Folded { text: text.to_owned(), overflow: false };
    }
    let mut overflow = false;
    // Places of folds, and whether a character has to be kept there.
    let mut folds: Vec<(usize, bool)> = Vec::new();
    let mut end = WIDTH.saturating_sub(indent);
    if taken > WIDTH - MIN_CONTENT {
        folds.push((0, false));
    } else {
        end = WIDTH - taken;
    }
    let mut split = None;
    let mut previous: Option<u16> = None;
    let mut escape: Option<(usize, usize)> = None;
    let mut at = 0;
    if mode == Mode::Block {
        let skipped = skip_indented(&units, 0, indent);
        if skipped > 0 {
            at = skipped;
            end = skipped - 1 + step;
        }
    }
    while let Some(mut unit) = units.get(at).copied() {
        if mode == Mode::Quoted && unit == BACKSLASH {
            let start = at;
            at += if units.get(at + 1) == Some(&u16::from(b'x')) { 3 } else { 1 };
            escape = Some((start, at));
        }
        if unit == BREAK {
            if mode == Mode::Block {
                at = skip_indented(&units, at + 1, indent) - 1;
            }
            end = at + indent + step;
            split = None;
        } else {
            let solid = |unit: Option<u16>| unit.is_some_and(|unit| !is_white(unit));
            if unit == SPACE && solid(previous) && solid(units.get(at + 1).copied()) {
                split = Some(at);
            }
            if at >= end {
                if let Some(space) = split.take() {
                    folds.push((space, false));
                    end = space + step;
                } else if mode == Mode::Quoted {
                    while matches!(previous, Some(SPACE | TAB)) {
                        previous = Some(unit);
                        at += 1;
                        unit = units.get(at).copied().unwrap_or_default();
                    }
                    // What is escaped, and what takes two units, stays in one piece.
                    let cut = match escape {
                        Some((start, end)) if at <= end + 1 => start.saturating_sub(1),
                        _ => at.saturating_sub(2),
                    };
                    let cut = if (0xd800..0xdc00).contains(&units[cut]) { cut - 1 } else { cut };
                    if folds.last().is_some_and(|(last, _)| *last >= cut) || cut == 0 {
                        return Folded { text: text.to_owned(), overflow: true };
                    }
                    folds.push((cut, true));
                    end = cut + step;
                } else {
                    overflow = true;
                }
            }
        }
        previous = Some(unit);
        at += 1;
    }
    Folded { text: if folds.is_empty() { text.to_owned() } else { cut_at(&units, &folds, indent) }, overflow }
}

fn cut_at(units: &[u16], folds: &[(usize, bool)], indent: usize) -> String {
    let margin = " ".repeat(indent);
    let mut out = String::from_utf16_lossy(&units[..folds[0].0]);
    for (index, (fold, escaped)) in folds.iter().enumerate() {
        let end = folds.get(index + 1).map_or(units.len(), |(next, _)| *next);
        let start = if *fold == 0 { 0 } else { fold + 1 };
        if *escaped {
            out.push_str(&String::from_utf16_lossy(&units[*fold..=*fold]));
            out.push('\\');
        }
        out.push('\n');
        out.push_str(&margin);
        out.push_str(&String::from_utf16_lossy(&units[start..end]));
    }
    out
}

/// Lines that begin with a blank beyond the margin are not folded. Answers where the first other line's margin starts,
/// given that `at` is the start of a line.
fn skip_indented(units: &[u16], at: usize, indent: usize) -> usize {
    let mut line = at;
    loop {
        // The first line comes without its margin.
        let content = if line == 0 { 0 } else { line + indent };
        let blank = |at: usize| matches!(units.get(at), Some(&(SPACE | TAB)));
        if !blank(line) || !blank(content) {
            return line;
        }
        match units[content..].iter().position(|unit| *unit == BREAK) {
            Some(found) => line = content + found + 1,
            None => return units.len().max(1),
        }
    }
}
