//! Formulas that are blocks of their own, where the site asks for them.

use std::sync::LazyLock;

use regex::Regex;

use super::super::document::Document;
use super::super::dom::{NodeId, Text};
use super::Blocks;

static FORMULA: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?s)^(?:\$\$((?:\\.|[^\\])+?)\$\$|\\\[((?:\\[^\]]|[^\\])+?)\\\]|",
        r"(\\begin\{([a-z]+\*?)\}(?:\\.|[^\\])+?\\end\{([a-z]+\*?)\}))[ ]*$"
    ))
    .expect("a valid pattern")
});

pub(super) fn formula(doc: &mut Document, parent: NodeId, blocks: &mut Blocks) -> bool {
    let Some(generic) = doc.options.arithmatex else { return false };
    let Some(block) = blocks.front().filter(|block| block.starts_with(['$', '\\'])) else { return false };
    let Some(found) = FORMULA.captures(block) else { return false };
    let same_environment = found.get(4).map(|name| name.as_str()) == found.get(5).map(|name| name.as_str());
    let formula = [1, 2, 3].iter().find_map(|group| found.get(*group)).filter(|_| same_environment);
    let Some(formula) = formula.map(|formula| formula.as_str().to_owned()) else { return false };
    blocks.pop_front();
    let div = doc.dom.sub(parent, "div");
    doc.dom.set_attr(div, "class", "arithmatex");
    if generic {
        doc.dom.get_mut(div).text = Text::atomic(format!("\\[{formula}\\]"));
    } else {
        let preview = doc.dom.sub(div, "div");
        doc.dom.set_attr(preview, "class", "MathJax_Preview");
        doc.dom.get_mut(preview).text = Text::atomic(formula.as_str());
        let script = doc.dom.sub(div, "script");
        doc.dom.set_attr(script, "type", "math/tex; mode=display");
        doc.dom.get_mut(script).text = Text::atomic(formula);
    }
    true
}
