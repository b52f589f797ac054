//! `--8<-- "file"`: other files of the source, put in where they are named.

use std::sync::LazyLock;

use regex::Regex;

use super::super::document::Document;

/// What all snippets of one page may add.
const MOST_BYTES: usize = 8 * 1024 * 1024;
const MOST_DEPTH: usize = 20;

static SNIPPET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^([ \t]*)(;*)(?:(-+8<-+[ \t]+)("(?:\\"|[^"\n\r])+?"|'(?:\\'|[^'\n\r])+?')|(-+8<-+))\r?$"#)
        .expect("a valid pattern")
});

static SECTION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(.*?)(;*)(-+8<-+[ \t]+)(\[[ \t]*(start|end)[ \t]*:[ \t]*([a-z][-_0-9a-z]*)[ \t]*\])(.*?)$")
        .expect("a valid pattern")
});

static FILE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(.*?)(?:((?::-?[0-9]*){1,2}(?:,-?[0-9]*(?::-?[0-9]*)?)*)|(:[a-z][-_0-9a-z]*))?$")
        .expect("a valid pattern")
});

pub(super) fn insert(doc: &mut Document, text: &str) -> String {
    let appended = doc.options.auto_append.join("\n\n");
    if appended.is_empty() && !text.contains("8<-") {
        return text.to_owned();
    }
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    if !appended.is_empty() {
        lines.extend(format!("\n\n-8<-\n{appended}\n-8<-\n").split('\n').map(str::to_owned));
    }
    let mut open = Vec::new();
    let mut left = MOST_BYTES;
    expand(doc, &lines, &mut open, false, &mut left).join("\n")
}

fn expand(
    doc: &mut Document,
    lines: &[String],
    open: &mut Vec<String>,
    is_section: bool,
    left: &mut usize,
) -> Vec<String> {
    let mut out = Vec::new();
    let mut block = false;
    for line in lines {
        let inside = if line.contains("8<-") { SNIPPET.captures(line) } else { None };
        let (space, path) = match inside {
            Some(found) if !found[2].is_empty() => {
                out.push(line.replacen(';', "", 1));
                continue;
            }
            Some(found) => match found.get(4) {
                Some(_) if block => continue,
                Some(path) => (found[1].to_owned(), path.as_str()[1..path.len() - 1].trim().to_owned()),
                None => {
                    block = !block;
                    continue;
                }
            },
            None if block => {
                let path = line.trim_start_matches([' ', '\t']);
                let space = line[..line.len() - path.len()].to_owned();
                let path = path.trim();
                if path.is_empty() {
                    out.push(String::new());
                    continue;
                }
                (space, path.to_owned())
            }
            None => {
                match if is_section || !line.contains("8<-") { None } else { SECTION.captures(line) } {
                    Some(found) if found[2].is_empty() => {}
                    Some(found) => out.push(unescaped(&found)),
                    None => out.push(line.clone()),
                }
                continue;
            }
        };
        if path.starts_with(';') {
            continue;
        }
        let space = space.replace('\t', "    ");
        for inserted in snippet(doc, &path, open, left) {
            out.push(format!("{space}{inserted}"));
        }
    }
    out
}

fn unescaped(found: &regex::Captures) -> String {
    format!("{}{}{}{}{}", &found[1], found[2].replacen(';', "", 1), &found[3], &found[4], &found[7])
}

/// The lines that a snippet adds.
fn snippet(doc: &mut Document, path: &str, open: &mut Vec<String>, left: &mut usize) -> Vec<String> {
    let Some(found) = FILE.captures(path) else { return Vec::new() };
    let name = found[1].trim().to_owned();
    let lower = name.to_lowercase();
    if name.is_empty() || lower.starts_with("http://") || lower.starts_with("https://") {
        if !name.is_empty() {
            doc.warnings.push(format!("snippet '{name}' is left out: only files of the source can be included"));
        }
        return Vec::new();
    }
    let paths: Vec<String> =
        doc.options.snippet_paths.iter().map(|base| format!("{}/{name}", base.trim_end_matches('/'))).collect();
    let text = paths.iter().find_map(|path| Some((path.clone(), doc.host.snippet(path)?)));
    let Some((file, text)) = text else {
        doc.warnings.push(format!("snippet '{name}' is not found"));
        return Vec::new();
    };
    if open.contains(&file) || open.len() >= MOST_DEPTH {
        return Vec::new();
    }
    if text.len() > *left {
        doc.warnings.push(format!("snippet '{name}' is left out: the page would become too large"));
        return Vec::new();
    }
    *left -= text.len();
    let mut lines: Vec<String> =
        text.replace("\r\n", "\n").replace('\r', "\n").split('\n').map(str::to_owned).collect();
    let section = found.get(3).map(|section| section.as_str()[1..].to_owned());
    if let Some(ranges) = found.get(2) {
        lines = select(&lines, &ranges.as_str()[1..]);
        if doc.options.dedent_snippets {
            lines = dedent(&lines);
        }
    } else if let Some(section) = &section {
        match section_of(&lines, section) {
            Some(part) => lines = if doc.options.dedent_snippets { dedent(&part) } else { part },
            None => {
                doc.warnings.push(format!("snippet '{name}' has no section '{section}'"));
                lines = Vec::new();
            }
        }
    }
    open.push(file);
    let lines = expand(doc, &lines, open, section.is_some(), left);
    open.pop();
    lines
}

/// Lines by number, from 1: `3`, `3:5`, `:5`, `-3:`, several with commas.
fn select(lines: &[String], ranges: &str) -> Vec<String> {
    let total = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    let mut selected = Vec::new();
    for range in ranges.split(',') {
        let mut ends = range.split(':');
        let first = ends.next().and_then(|text| text.parse::<i64>().ok());
        let last = ends.next().and_then(|text| text.parse::<i64>().ok());
        let start = match first {
            None => 0,
            Some(first) if first < 0 => (total + first).clamp(0, total),
            Some(first) => (first - 1).max(0),
        };
        let end = match last {
            None => total,
            Some(last) if last < 0 => (total + 1 + last).clamp(0, total),
            Some(last) => last.min(total),
        };
        let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else { continue };
        selected.extend(lines.get(start..end).unwrap_or_default().iter().cloned());
    }
    selected
}

/// The lines between the marks of a section, without the marks of others.
fn section_of(lines: &[String], name: &str) -> Option<Vec<String>> {
    let mut part = Vec::new();
    let mut inside = false;
    let mut known = false;
    for line in lines {
        let Some(found) = SECTION.captures(line) else {
            if inside {
                part.push(line.clone());
            }
            continue;
        };
        if inside && !found[2].is_empty() {
            part.push(unescaped(&found));
        } else if &found[6] == name {
            let starts = found[5].eq_ignore_ascii_case("start");
            match (inside, starts) {
                (false, true) => (inside, known) = (true, true),
                (true, true) => {}
                _ => break,
            }
        }
    }
    known.then_some(part)
}

/// Takes off the indent that all lines have.
fn dedent(lines: &[String]) -> Vec<String> {
    let indent = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches([' ', '\t']).len())
        .min()
        .unwrap_or(0);
    lines.iter().map(|line| line.get(indent..).unwrap_or_default().to_owned()).collect()
}
