//! Regular expressions as templates write them: `r/body/flags`.

use std::fmt;

use crate::error::Failure;

/// Steps one search may take back before it is given up.
const BACKTRACK_LIMIT: usize = 100_000;

/// Where each group of a match is, in bytes; the whole match first.
pub(crate) type Groups = Vec<Option<(usize, usize)>>;

pub(crate) struct Regex {
    body: String,
    flags: String,
    compiled: fancy_regex::Regex,
}

impl Regex {
    pub fn new(body: String, flags: String) -> Result<Self, Failure> {
        let options: String = flags.chars().filter(|flag| "im".contains(*flag)).collect();
        let ascii = ascii_classes(&body);
        let pattern = if options.is_empty() { ascii } else { format!("(?{options}){ascii}") };
        let compiled = fancy_regex::RegexBuilder::new(&pattern)
            .backtrack_limit(BACKTRACK_LIMIT)
            .build()
            .map_err(|error| Failure::new(format!("invalid regular expression /{body}/: {error}")))?;
        Ok(Self { body, flags, compiled })
    }

    /// A pattern of the language's own, which is sound.
    pub fn fixed(body: &str, flags: &str) -> Self {
        Self::new(body.to_owned(), flags.to_owned()).unwrap_or_else(|failure| unreachable!("{}", failure.message))
    }

    pub fn is_global(&self) -> bool {
        self.flags.contains('g')
    }

    /// Every match from the start, or the first alone.
    pub fn matches(&self, text: &str, all: bool) -> Result<Vec<Groups>, Failure> {
        let mut found = Vec::new();
        for captures in self.compiled.captures_iter(text).take(if all { usize::MAX } else { 1 }) {
            let captures = captures.map_err(|error| Failure::new(format!("searching with {self} failed: {error}")))?;
            found.push(captures.iter().map(|group| group.map(|group| (group.start(), group.end()))).collect());
        }
        Ok(found)
    }

    /// The text with matches replaced by a pattern in which `$1`, `$&` and `$$` mean what they mean to JavaScript.
    pub fn replace(&self, text: &str, with: &str, all: bool) -> Result<String, Failure> {
        let mut result = String::new();
        let mut end = 0;
        for groups in self.matches(text, all)? {
            let Some((from, to)) = groups[0] else { continue };
            result.push_str(&text[end..from]);
            expand(&mut result, with, text, &groups);
            end = to;
        }
        result.push_str(&text[end..]);
        Ok(result)
    }
}

impl fmt::Display for Regex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "/{}/{}", self.body, self.flags)
    }
}

/// The body with `\w` and `\d` written out, which know ASCII alone in JavaScript.
fn ascii_classes(body: &str) -> String {
    let mut written = String::new();
    let mut in_class = false;
    let mut chars = body.chars();
    while let Some(char) = chars.next() {
        match char {
            '[' => in_class = true,
            ']' => in_class = false,
            '\\' => {
                match (chars.next(), in_class) {
                    (Some('w'), true) => written.push_str("A-Za-z0-9_"),
                    (Some('w'), false) => written.push_str("[A-Za-z0-9_]"),
                    (Some('W'), false) => written.push_str("[^A-Za-z0-9_]"),
                    (Some('d'), true) => written.push_str("0-9"),
                    (Some('d'), false) => written.push_str("[0-9]"),
                    (Some('D'), false) => written.push_str("[^0-9]"),
                    (escaped, _) => written.extend(['\\'].into_iter().chain(escaped)),
                }
                continue;
            }
            _ => {}
        }
        written.push(char);
    }
    written
}

fn expand(result: &mut String, with: &str, text: &str, groups: &[Option<(usize, usize)>]) {
    let mut rest = with;
    while let Some(at) = rest.find('$') {
        result.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
        // Two digits name a group only when there is one of that number.
        let group = (1..=digits).rev().find_map(|count| {
            let number: usize = rest[..count].parse().ok()?;
            (1..groups.len()).contains(&number).then_some((number, count))
        });
        if let Some((number, count)) = group {
            if let Some((from, to)) = groups[number] {
                result.push_str(&text[from..to]);
            }
            rest = &rest[count..];
        } else if let Some(after) = rest.strip_prefix('&') {
            if let Some((from, to)) = groups[0] {
                result.push_str(&text[from..to]);
            }
            rest = after;
        } else {
            result.push('$');
            rest = rest.strip_prefix('$').unwrap_or(rest);
        }
    }
    result.push_str(rest);
}
