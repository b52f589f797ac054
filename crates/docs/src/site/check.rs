//! Links, images and anchors that lead nowhere, each with its line.

use std::collections::{HashMap, HashSet};

use super::links::Problem;
use super::{Content, Site, meta, note};
use crate::error::DocsError;
use crate::report::{Finding, Subject, Weight};
use crate::scan::{Met, walk};
use crate::tree::{join, parent};

/// What is wrong with the pages of a site.
pub(super) fn pages(site: &Site) -> Result<Vec<Finding>, DocsError> {
    let mut findings = Vec::new();
    let mut anchors: HashMap<usize, HashSet<String>> = HashMap::new();
    let mut references: HashMap<usize, Vec<String>> = HashMap::new();
    for page in 0..site.nav.pages.len() {
        let content = site.content(page)?;
        let (ids, urls) = scan(&content.html);
        anchors.insert(site.nav.pages[page].file, ids);
        references.insert(page, urls);
    }
    for page in 0..site.nav.pages.len() {
        let content = site.content(page)?;
        let source = site.source(page)?;
        let mut lines = Lines::new(&source);
        let path = &site.files.all[site.nav.pages[page].file].source;
        for warning in &content.warnings {
            let line = warning.split('\'').nth(1).and_then(|name| lines.find(name));
            findings.push(note(path, warning, line));
        }
        for link in &content.dangling {
            let meant = link.suggestion.as_ref().map(|url| format!("; did you mean '{url}'?")).unwrap_or_default();
            let (weight, what) = match link.problem {
                Problem::Missing => (Weight::Error, "is not among the files of the site"),
                Problem::Unrecognized => (Weight::Warning, "is neither a page nor a file of the site"),
                Problem::Absolute => (Weight::Note, "begins with '/' and leaves the site"),
            };
            let message = format!("the link '{}' {what}{meant}", link.url);
            findings.push(Finding::new(weight, Subject::Link, path, message).at(lines.find(&link.url)));
        }
        for link in &content.to_anchors {
            let known = anchors.get(&link.target).is_none_or(|ids| ids.contains(&link.anchor));
            if !known {
                let target = &site.files.all[link.target];
                let message = match link.target == site.nav.pages[page].file {
                    true => format!("the link '{}' leads to an anchor that this page does not have", link.url),
                    false => format!("the link '{}' leads to an anchor that {} does not have", link.url, target.uri),
                };
                findings.push(Finding::new(Weight::Warning, Subject::Anchor, path, message).at(lines.find(&link.url)));
            }
        }
        let urls = references.remove(&page).unwrap_or_default();
        findings.extend(raw(site, page, &content, &urls, &mut lines));
    }
    let mut seen = HashSet::new();
    findings.retain(|finding| seen.insert((finding.path.clone(), finding.line, finding.message.clone())));
    Ok(findings)
}

/// Addresses in HTML of the author's own: they stay as they are, so they must fit the finished site.
fn raw(site: &Site, page: usize, content: &Content, urls: &[String], lines: &mut Lines) -> Vec<Finding> {
    let file = &site.files.all[site.nav.pages[page].file];
    let told: HashSet<&str> = content.dangling.iter().map(|link| link.url.as_str()).collect();
    let mut findings = Vec::new();
    for url in urls {
        let plain = url.split(['#', '?']).next().unwrap_or_default();
        let external = plain.contains(':') || plain.starts_with(['/', '\\']) || plain.is_empty();
        if external || told.contains(url.as_str()) {
            continue;
        }
        let folder = if file.url.ends_with('/') { file.url.trim_end_matches('/') } else { parent(&file.url) };
        let plain = percent_encoding::percent_decode_str(plain).decode_utf8_lossy();
        let folder = percent_encoding::percent_decode_str(folder).decode_utf8_lossy();
        let target = join(&folder, &plain);
        let exists = target.is_some_and(|target| {
            let index = if target.is_empty() { "index.html".to_owned() } else { format!("{target}/index.html") };
            site.files.all.iter().any(|file| file.dest == target || file.dest == index)
        });
        if !exists {
            let message = format!("the address '{url}' in HTML leads nowhere in the finished site");
            findings.push(Finding::new(Weight::Warning, Subject::Link, &file.source, message).at(lines.find(url)));
        }
    }
    findings
}

/// The anchors of a page, and the addresses it names.
fn scan(html: &str) -> (HashSet<String>, Vec<String>) {
    let mut ids = HashSet::new();
    let mut urls = Vec::new();
    walk(html, |met| {
        let Met::Start(tag, attrs) = met else { return };
        for (name, value) in attrs {
            let Some(value) = value else { continue };
            match name.as_str() {
                "id" => drop(ids.insert(value.clone())),
                "name" if tag == "a" => drop(ids.insert(value.clone())),
                "href" if tag == "a" => urls.push(value.clone()),
                "src" if matches!(tag, "img" | "source" | "video" | "audio" | "iframe") => urls.push(value.clone()),
                _ => {}
            }
        }
    });
    (ids, urls)
}

/// Finds the lines of addresses: the next one each time the same is asked for.
struct Lines<'s> {
    source: &'s str,
    /// Lines before the text begins, where its addresses are not.
    skip: usize,
    asked: HashMap<String, usize>,
}

impl<'s> Lines<'s> {
    fn new(source: &'s str) -> Self {
        let (_, _, line) = meta::split(source);
        Self { source, skip: line - 1, asked: HashMap::new() }
    }

    fn find(&mut self, text: &str) -> Option<usize> {
        let from = self.asked.entry(text.to_owned()).or_insert(self.skip);
        let lines = || self.source.lines().enumerate().skip(*from);
        let line = lines().find(|(_, line)| is_address(line, text)).or_else(|| lines().find(|(_, l)| l.contains(text)));
        if let Some((index, _)) = line {
            *from = index + 1;
        }
        // One address that is defined once may be named often: it is shown where it was found last.
        (*from > self.skip).then_some(*from)
    }
}

/// Whether `text` stands in `line` the way addresses do: in parentheses, brackets or quotes, or behind a label.
fn is_address(line: &str, text: &str) -> bool {
    line.match_indices(text).any(|(at, _)| {
        let before = line[..at].ends_with(['(', '<', '"', '\'', '=']) || line[..at].ends_with("]: ");
        let after = line[at + text.len()..].chars().next().is_none_or(|c| ")>\"' ".contains(c));
        before && after
    })
}
