//! Fenced code, wherever it stands: in lists, quotes and boxes too. It becomes HTML before blocks are looked for.

use std::sync::LazyLock;

use fancy_regex::Captures;
use regex::Regex;

use super::super::document::{Document, STX};
use super::super::highlight::Code;
use super::super::inline::pattern;
use super::super::serialize::escape_code;
use super::attributes;

static START: LazyLock<fancy_regex::Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"^(?P<fence>~{3,}|`{3,})(?:[ \t]*\.?(?P<lang>[\w#.+-]+)(?=[\t ]|$))?",
        r"(?:[ \t]*(\{(?P<attrs>[^\n]*)\})|",
        r#"(?P<options>(?:(?:[ \t]*[a-zA-Z][a-zA-Z0-9_]*(?:=(?:".*?"|'.*?'))?)(?=[\t ]|$))+)|"#,
        r"(?P<unrecognized>(?:([ \t]*[^\s]+)(?=[\t ]|$))+))?[ \t]*$"
    ))
});

static OPTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"([a-zA-Z][a-zA-Z0-9_]*)(?:="(.*?)"|='(.*?)')?"#).expect("a valid pattern"));

static MARKED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\d+(?:-\d+)?(?:[ \t]+\d+(?:-\d+)?)*$").expect("a valid pattern"));

static NUMBERS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(\d+)(?:[ \t]+(\d+))?(?:[ \t]+(\d+))?").expect("a valid pattern"));

/// A fence that is open.
#[derive(Debug, Default)]
struct Open {
    /// What stands before the fence: spaces and quote signs.
    prefix: String,
    fence: String,
    first: String,
    start: usize,
    quotes: usize,
    empty_lines: usize,
    code: Vec<String>,
    info: Info,
}

/// What the first line of a fence says.
#[derive(Debug, Default)]
struct Info {
    language: String,
    classes: Vec<String>,
    id: String,
    attrs: Vec<(String, String)>,
    title: Option<String>,
    marked: String,
    numbers: String,
    /// The number of the custom fence that takes it.
    custom: Option<usize>,
}

/// Replaces every fenced block by a placeholder.
pub(super) fn put_aside(doc: &mut Document, text: &str) -> String {
    if !text.contains("```") && !text.contains("~~~") {
        return text.to_owned();
    }
    let mut out: Vec<String> = Vec::new();
    // Where in `out` the open fence began: its lines are taken back when it closes.
    let mut open: Option<Open> = None;
    for line in text.split('\n') {
        match open.take() {
            None => {
                open = begin(doc, line, out.len());
                out.push(line.to_owned());
            }
            Some(fence) => match step(fence, line) {
                Step::Inside(fence) => {
                    open = Some(fence);
                    out.push(line.to_owned());
                }
                Step::Abandoned => out.push(line.to_owned()),
                Step::Closed(fence, last) => {
                    out.truncate(fence.start);
                    let placeholder = finish(doc, &fence, &last);
                    out.push(format!("{}{placeholder}", fence.prefix));
                }
            },
        }
    }
    out.join("\n")
}

fn prefix_length(line: &str, most: usize) -> usize {
    line.bytes().take(most).take_while(|byte| matches!(byte, b'>' | b' ' | b'\t')).count()
}

fn begin(doc: &Document, line: &str, start: usize) -> Option<Open> {
    let prefix = &line[..prefix_length(line, usize::MAX)];
    let rest = &line[prefix.len()..];
    if !rest.starts_with("```") && !rest.starts_with("~~~") {
        return None;
    }
    let found = START.captures(rest).ok().flatten()?;
    if found.name("unrecognized").is_some() {
        return None;
    }
    let info = match found.name("attrs").filter(|attrs| !attrs.as_str().is_empty()) {
        Some(attrs) => with_attributes(doc, &found, attrs.as_str())?,
        None => with_options(doc, &found)?,
    };
    Some(Open {
        prefix: prefix.to_owned(),
        fence: found.name("fence")?.as_str().to_owned(),
        first: line.to_owned(),
        start,
        quotes: prefix.matches('>').count(),
        info,
        ..Open::default()
    })
}

enum Step {
    Inside(Open),
    Abandoned,
    /// With the line that closed it.
    Closed(Open, String),
}

fn step(mut open: Open, line: &str) -> Step {
    let length = prefix_length(line, open.prefix.len());
    let (prefix, content) = line.split_at(length);
    let quotes = prefix.matches('>').count();
    let closes =
        content.strip_prefix(open.fence.as_str()).is_some_and(|rest| rest.trim_matches([' ', '\t']).is_empty());
    if open.quotes > 0 {
        if quotes > open.quotes {
            return Step::Abandoned;
        }
        if content.is_empty() {
            open.code.push(line.to_owned());
            open.empty_lines += 1;
            return Step::Inside(open);
        }
        if prefix.len() < open.prefix.len() || (open.empty_lines > 0 && quotes < open.quotes) {
            return Step::Abandoned;
        }
    } else if quotes > 0 {
        return Step::Abandoned;
    } else if line.trim().is_empty() {
        open.empty_lines += 1;
        open.code.push(line.to_owned());
        return Step::Inside(open);
    } else if prefix.len() != open.prefix.len() && !content.is_empty() {
        return Step::Abandoned;
    }
    if closes {
        return Step::Closed(open, line.to_owned());
    }
    open.empty_lines = 0;
    open.code.push(line.to_owned());
    Step::Inside(open)
}

fn language_of(found: &Captures<str>) -> Option<String> {
    found.name("lang").map(|language| language.as_str().to_owned())
}

fn custom_fence(doc: &Document, language: &str) -> Option<usize> {
    doc.options.custom_fences.iter().rposition(|fence| fence.name == language || fence.name == "*")
}

/// ` ```lang key="value" `: keys that nobody knows make it no fence at all.
fn with_options(doc: &Document, found: &Captures<str>) -> Option<Info> {
    let mut info = Info { language: language_of(found).unwrap_or_default(), ..Info::default() };
    let options = found.name("options").map(|options| options.as_str()).unwrap_or_default();
    if options.trim().is_empty() {
        info.custom = custom_fence(doc, &info.language);
    }
    for option in OPTION.captures_iter(options) {
        let name = &option[1];
        let value = option.get(2).or_else(|| option.get(3)).map_or(name, |value| value.as_str());
        if !info.take(name, value) {
            return None;
        }
    }
    Some(info)
}

/// ` ```{.lang #id .class key="value"} `
fn with_attributes(doc: &Document, found: &Captures<str>, attrs: &str) -> Option<Info> {
    let mut info = Info::default();
    let mut values: Vec<(String, String)> = Vec::new();
    for (name, value) in attributes::parse(&attrs.replace('\t', "    ")).0 {
        match name.as_str() {
            "id" => info.id = value,
            "." => info.classes.push(value),
            _ => match values.iter_mut().find(|(known, _)| *known == name) {
                Some((_, old)) => *old = value,
                None => values.push((name, value)),
            },
        }
    }
    info.language = match language_of(found) {
        Some(language) => language,
        None if info.classes.is_empty() => String::new(),
        None => info.classes.remove(0),
    };
    info.custom = custom_fence(doc, &info.language);
    for (name, value) in values {
        if info.custom.is_some() || !info.take(&name, &value) {
            info.attrs.push((name, value));
        }
    }
    Some(info)
}

impl Info {
    /// Takes an option that code blocks know.
    fn take(&mut self, name: &str, value: &str) -> bool {
        match name {
            "title" => self.title = Some(value.to_owned()),
            "hl_lines" if MARKED.is_match(value) => self.marked = value.to_owned(),
            "linenums" if NUMBERS.is_match(value) => self.numbers = value.to_owned(),
            _ => return false,
        }
        true
    }

    fn marked_lines(&self, count: usize) -> Vec<usize> {
        let number = |text: &str| text.parse::<usize>().unwrap_or(usize::MAX).min(count + 1);
        let mut lines = Vec::new();
        for entry in self.marked.split_whitespace() {
            match entry.split_once('-') {
                Some((first, last)) => lines.extend(number(first)..=number(last)),
                None => lines.extend(Some(number(entry)).filter(|line| (1..=count).contains(line))),
            }
        }
        lines
    }
}

fn finish(doc: &mut Document, open: &Open, last: &str) -> String {
    let width = open.prefix.len();
    let lines: Vec<&str> = open.code.iter().map(|line| line.get(width..).unwrap_or_default()).collect();
    let source = lines.join("\n");
    let info = &open.info;
    let html = match info.custom.and_then(|number| doc.options.custom_fences.get(number)) {
        Some(fence) => custom_html(info, fence.div, &fence.class, &source),
        None => {
            let numbers = NUMBERS.captures(&info.numbers);
            let number = |group| {
                numbers.as_ref().and_then(|found| found.get(group)).and_then(|text| text.as_str().parse::<usize>().ok())
            };
            let code = Code {
                source: &source,
                language: &info.language,
                classes: &info.classes,
                id: &info.id,
                attrs: &info.attrs,
                title: info.title.as_deref(),
                marked: info.marked_lines(lines.len()),
                first_line: number(1),
                step: number(2).unwrap_or(1),
                special: number(3).unwrap_or(0),
                number: doc.code_blocks,
                indented: false,
            };
            let html = code.to_html(doc.options);
            doc.code_blocks += 1;
            html
        }
    };
    let placeholder = doc.store(html);
    let key = placeholder.trim_matches([STX, super::super::document::ETX]).to_owned();
    let code = open.code.join("\n");
    doc.fences.insert(key, (format!("{}\n{code}\n{last}", open.first), width));
    placeholder
}

fn custom_html(info: &Info, div: bool, class: &str, source: &str) -> String {
    let id = if info.id.is_empty() { String::new() } else { format!(" id=\"{}\"", info.id) };
    let classes = std::iter::once(class).chain(info.classes.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
    let attrs: String = info.attrs.iter().map(|(name, value)| format!(" {name}=\"{value}\"")).collect();
    let source = escape_code(source);
    match div {
        true => format!("<div{id} class=\"{classes}\"{attrs}>{source}</div>"),
        false => format!("<pre{id} class=\"{classes}\"{attrs}><code>{source}</code></pre>"),
    }
}
