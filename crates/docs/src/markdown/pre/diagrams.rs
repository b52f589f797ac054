//! Diagrams that other programs draw: Graphviz and PlantUML. Neither is run here; their source is shown as code.

use std::sync::LazyLock;

use regex::Regex;

use super::super::document::Document;

static CURLY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?ms)^\{%[ ]* (dot|neato|fdp|sfdp|twopi|circo)\s+([^\s]+)\s*\n(.*?)%\}\s*$").expect("a valid pattern")
});

static GRAPHVIZ: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?ms)^```graphviz[ ]* (dot|neato|fdp|sfdp|twopi|circo)\s+([^\s]+)\s*\n(.*?)```\s*$")
        .expect("a valid pattern")
});

static UML: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?ms)^::uml::[^\n]*\n(.*?)^::end-uml::[ ]*$").expect("a valid pattern"));

pub(super) fn convert(doc: &mut Document, text: &str) -> String {
    let mut text = text.to_owned();
    let mut shown = |tool: &str| doc.warnings.push(format!("a diagram is shown as its source: {tool} is not run here"));
    for (pattern, group, fence, tool) in
        [(&CURLY, 3, "dot", "Graphviz"), (&GRAPHVIZ, 3, "dot", "Graphviz"), (&UML, 1, "{.text .plantuml}", "PlantUML")]
    {
        if pattern.is_match(&text) {
            let replacement = format!("\n``` {fence}\n${{{group}}}\n```\n");
            text = pattern.replace_all(&text, replacement).into_owned();
            shown(tool);
        }
    }
    if text.contains("```plantuml") {
        shown("PlantUML");
    }
    text
}

/// A drawing that begins a line is a block.
pub(super) fn wrap_drawings(text: &str) -> String {
    if !text.contains("<svg") {
        return text.to_owned();
    }
    let mut open = false;
    let lines = text.split('\n').map(|line| {
        let mut line = line.to_owned();
        if line.trim_start().starts_with("<svg") {
            line = line.replacen("<svg", "<div><svg", 1);
            open = true;
        }
        if open && line.contains("</svg>") {
            line = line.replacen("</svg>", "</svg></div>", 1);
            open = false;
        }
        line
    });
    lines.collect::<Vec<_>>().join("\n")
}
