//! Code blocks with the markup Pygments gives them: the box, line numbers, marked lines and a title.

use std::collections::HashSet;
use std::fmt::Write;
use std::sync::LazyLock;

use super::lexer;
use super::options::{NumberStyle, Options};
use super::serialize::escape_code;

/// Names a fence may have; any other is plain text.
static LANGUAGES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("../../data/languages.txt").lines().filter(|line| !line.starts_with('#')).collect());

/// A block of code, with what its fence says about it.
#[derive(Debug, Default)]
pub(super) struct Code<'a> {
    pub source: &'a str,
    pub language: &'a str,
    pub classes: &'a [String],
    pub id: &'a str,
    pub attrs: &'a [(String, String)],
    pub title: Option<&'a str>,
    /// Lines to mark, from 1.
    pub marked: Vec<usize>,
    /// The number of the first line; `Some(0)` means none.
    pub first_line: Option<usize>,
    pub step: usize,
    pub special: usize,
    /// The number of the block in the page.
    pub number: usize,
    /// Code by indent has no anchors for its lines.
    pub indented: bool,
}

/// The name that the class of a block shows.
pub(super) fn known_language(name: &str) -> &str {
    if LANGUAGES.contains(name.to_lowercase().as_str()) { name } else { "text" }
}

/// The words of code in a line.
pub(super) fn words(source: &str, language: &str, options: &Options) -> String {
    let language = if options.code_words { language } else { "" };
    lexer::lines(source.trim(), language).join("\n")
}

impl Code<'_> {
    pub fn to_html(&self, options: &Options) -> String {
        if options.pygments { self.pygments(options) } else { self.plain() }
    }

    /// For a script that highlights.
    fn plain(&self) -> String {
        let mut classes = self.classes.to_vec();
        if !self.language.is_empty() {
            classes.insert(0, format!("language-{}", self.language));
        }
        let mut html = String::from("<pre class=\"highlight\"><code");
        push_attribute(&mut html, "id", self.id);
        push_attribute(&mut html, "class", &classes.join(" "));
        for (name, value) in self.attrs {
            let _ = write!(html, " {name}=\"{value}\"");
        }
        let _ = write!(html, ">{}</code></pre>", escape_code(self.source));
        html
    }

    fn pygments(&self, options: &Options) -> String {
        let numbered = match options.line_numbers {
            Some(true) => self.first_line != Some(0),
            Some(false) => false,
            None => self.first_line.is_some_and(|first| first > 0),
        };
        let first = if numbered { self.first_line.unwrap_or(1).max(1) } else { 1 };
        let source = self.source.trim_matches('\n');
        let language = if options.code_words { self.language } else { "" };
        let lines = lexer::lines(source, language);
        let mut html = String::with_capacity(source.len() * 2 + 300);
        html.push_str("<div");
        push_attribute(&mut html, "id", self.id);
        let mut classes = String::new();
        if options.language_class {
            let _ = write!(classes, "language-{} ", known_language(self.language));
        }
        for class in self.classes {
            let _ = write!(classes, "{class} ");
        }
        push_attribute(&mut html, "class", &format!("{classes}highlight"));
        for (name, value) in self.attrs.iter().filter(|(name, _)| name.starts_with("data-")) {
            let _ = write!(html, " {name}=\"{value}\"");
        }
        html.push('>');
        let title = self.title.map(str::trim).unwrap_or_default();
        let table = numbered && options.number_style == NumberStyle::Table;
        if table {
            html.push_str("<table class=\"highlighttable\">");
            if !title.is_empty() {
                let _ = write!(
                    html,
                    "<tr><th colspan=\"2\" class=\"filename\"><span class=\"filename\">{title}</span></th></tr>"
                );
            }
            html.push_str("<tr><td class=\"linenos\"><div class=\"linenodiv\"><pre><span></span>");
            self.push_numbers(&mut html, options, first, lines.len());
            html.push_str("</pre></div></td><td class=\"code\"><div>");
        } else if !title.is_empty() {
            let _ = write!(html, "<span class=\"filename\">{title}</span>");
        }
        html.push_str("<pre><span></span><code>");
        self.push_lines(&mut html, options, first, &lines, numbered);
        html.push_str("</code></pre>");
        if table {
            html.push_str("</div></td></tr></table>");
        }
        html.push_str("</div>");
        html
    }

    /// As `codehilite` shows code by indent.
    pub fn codehilite(&self, numbered: bool) -> String {
        let source = self.source.trim_matches('\n');
        let code = format!("<pre><span></span><code>{}\n</code></pre>", escape_code(source));
        if !numbered {
            return format!("<div class=\"codehilite\">{code}</div>");
        }
        let count = source.split('\n').count();
        let width = count.to_string().len();
        let numbers: Vec<String> =
            (1..=count).map(|number| format!("<span class=\"normal\">{number:>width$}</span>")).collect();
        format!(
            "<div class=\"codehilite\"><table class=\"codehilitetable\"><tr><td class=\"linenos\">\
             <div class=\"linenodiv\"><pre>{}</pre></div></td><td class=\"code\"><div>{code}</div></td></tr></table></div>",
            numbers.join("\n")
        )
    }

    fn block_id(&self) -> String {
        if self.id.is_empty() { self.number.to_string() } else { self.id.to_owned() }
    }

    fn anchor(&self, options: &Options) -> Option<String> {
        if self.indented {
            return None;
        }
        let prefix = match (options.anchor_prefix.is_empty(), options.line_anchors) {
            (false, _) => options.anchor_prefix.as_str(),
            (true, true) => "__codelineno",
            (true, false) => return None,
        };
        Some(format!("{prefix}-{}", self.block_id()))
    }

    fn number_text(&self, number: usize, width: usize) -> String {
        if number.is_multiple_of(self.step.max(1)) { format!("{number:>width$}") } else { " ".repeat(width) }
    }

    fn is_special(&self, number: usize) -> bool {
        self.special > 0 && number.is_multiple_of(self.special)
    }

    fn push_numbers(&self, html: &mut String, options: &Options, first: usize, count: usize) {
        let width = (first + count - 1).to_string().len();
        let anchor = self.anchor(options).filter(|_| options.line_anchors);
        for number in first..first + count {
            if number > first {
                html.push('\n');
            }
            let class = if self.is_special(number) { "special" } else { "normal" };
            let text = self.number_text(number, width);
            let _ = match anchor.as_ref().filter(|_| !text.trim().is_empty()) {
                Some(anchor) => {
                    write!(html, "<span class=\"{class}\"><a href=\"#{anchor}-{number}\">{text}</a></span>")
                }
                None => write!(html, "<span class=\"{class}\">{text}</span>"),
            };
        }
    }

    fn push_lines(&self, html: &mut String, options: &Options, first: usize, lines: &[String], numbered: bool) {
        let width = (first + lines.len() - 1).to_string().len();
        let anchor = self.anchor(options);
        for (index, line) in lines.iter().enumerate() {
            let number = first + index;
            let mut text = String::new();
            if numbered && options.number_style != NumberStyle::Table {
                let class = if self.is_special(number) { "linenos special" } else { "linenos" };
                let shown = self.number_text(number, width);
                let mut span = match options.number_style {
                    NumberStyle::Attribute => format!("<span class=\"{class}\" data-linenos=\"{shown} \"></span>"),
                    _ => format!("<span class=\"{class}\">{shown}</span>"),
                };
                if let Some(anchor) = anchor.as_ref().filter(|_| options.line_anchors) {
                    span = format!("<a href=\"#{anchor}-{number}\">{span}</a>");
                }
                text.push_str(&span);
            }
            text.push_str(line);
            text.push('\n');
            if self.marked.contains(&(index + 1)) {
                text = format!("<span class=\"hll\">{text}</span>");
            }
            if let Some(anchor) = &anchor {
                let href = if numbered { String::new() } else { format!(" href=\"#{anchor}-{number}\"") };
                text = format!("<a id=\"{anchor}-{number}\" name=\"{anchor}-{number}\"{href}></a>{text}");
            }
            if !options.line_spans.is_empty() && !self.indented {
                text = format!("<span id=\"{}-{}-{number}\">{text}</span>", options.line_spans, self.block_id());
            }
            html.push_str(&text);
        }
    }
}

fn push_attribute(html: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        let _ = write!(html, " {name}=\"{value}\"");
    }
}
