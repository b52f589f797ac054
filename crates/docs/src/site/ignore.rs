//! Lists of paths in the manner of `.gitignore`.

use regex::Regex;

/// Patterns of which the last that matches decides.
#[derive(Debug, Default)]
pub(super) struct Ignore {
    rules: Vec<(Regex, bool)>,
}

impl Ignore {
    pub fn new(text: &str) -> Self {
        let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#'));
        Self { rules: lines.filter_map(rule).collect() }
    }

    pub fn matches(&self, path: &str) -> bool {
        self.rules.iter().rev().find(|(rule, _)| rule.is_match(path)).is_some_and(|(_, ignores)| *ignores)
    }
}

fn rule(line: &str) -> Option<(Regex, bool)> {
    let (line, ignores) = match line.strip_prefix('!') {
        Some(line) => (line, false),
        None => (line, true),
    };
    let line = line.strip_prefix('\\').unwrap_or(line);
    let folder = line.ends_with('/');
    let line = line.trim_end_matches('/');
    // A pattern with a slash inside is meant from the root; one without may stand anywhere.
    let anchored = line.contains('/');
    let mut pattern = String::from(if anchored { "^" } else { "(?:^|/)" });
    let line = line.trim_start_matches('/');
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("**/") {
            pattern.push_str("(?:.*/)?");
            rest = after;
            continue;
        }
        if let Some(after) = rest.strip_prefix("**") {
            pattern.push_str(".*");
            rest = after;
            continue;
        }
        match c {
            '*' => pattern.push_str("[^/]*"),
            '?' => pattern.push_str("[^/]"),
            '[' => match rest.find(']') {
                Some(end) => {
                    let set = rest[1..end].replace('\\', "\\\\");
                    let set = set.strip_prefix('!').map(|set| format!("^{set}")).unwrap_or(set);
                    pattern.push_str(&format!("[{set}]"));
                    rest = &rest[end + 1..];
                    continue;
                }
                None => pattern.push_str("\\["),
            },
            c => pattern.push_str(&regex::escape(&c.to_string())),
        }
        rest = &rest[c.len_utf8()..];
    }
    pattern.push_str(if folder { "/" } else { "(?:/|$)" });
    Regex::new(&pattern).ok().map(|regex| (regex, ignores))
}
