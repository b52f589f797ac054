//! `[ ]` and `[x]` at the begin of list items become check boxes.

use std::sync::LazyLock;

use regex::Regex;

use super::super::document::Document;
use super::super::dom::NodeId;

static BOX: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?s)^ *\[(x|X| )\] +(.*)").expect("a valid pattern"));

pub(super) fn mark(doc: &mut Document, root: NodeId) {
    for list in doc.dom.descendants(root) {
        for item in doc.dom.get(list).children.clone() {
            if doc.dom.tag(item) != "li" || !mark_item(doc, item) {
                continue;
            }
            let classes = doc.dom.attr(item, "class").unwrap_or_default();
            let classes = classes.split_whitespace().chain(["task-list-item"]).collect::<Vec<_>>().join(" ");
            doc.dom.set_attr(item, "class", classes);
            doc.dom.add_class(list, "task-list");
        }
    }
}

fn mark_item(doc: &mut Document, item: NodeId) -> bool {
    let target = match doc.dom.get(item).text.is_empty() {
        false => item,
        true => match doc.dom.first_child(item) {
            Some(first) if doc.dom.tag(first) == "p" => first,
            _ => return false,
        },
    };
    let text = doc.dom.get(target).text.value.clone();
    let Some(found) = BOX.captures(&text) else { return false };
    let disabled = if doc.options.clickable_checkbox { "" } else { " disabled" };
    let checked = if &found[1] == " " { "" } else { " checked" };
    let input = format!("<input type=\"checkbox\"{disabled}{checked}/>");
    let html = match doc.options.custom_checkbox {
        true => {
            format!("<label class=\"task-list-control\">{input}<span class=\"task-list-indicator\"></span></label> ")
        }
        false => format!("{input} "),
    };
    let placeholder = doc.store(html);
    doc.dom.get_mut(target).text = format!("{placeholder}{}", &found[2]).into();
    true
}
