//! CriticMarkup: `{++added++}`, `{--removed--}`, `{~~old~>new~~}`, `{==marked==}`, `{>>a comment<<}`.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::super::document::Document;

static MARKS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?s)\{(?:\+\+(?P<ins>.*?)\+\+|--(?P<del>.*?)--|==(?P<mark>.*?)==|>>(?P<comment>.*?)<<|~~(?P<old>.*?)~>(?P<new>.*?)~~)\}",
    )
    .expect("a valid pattern")
});

static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("<p>((?:\u{2}czjqqkd:[0-9]+\u{3})+)</p>|\u{2}czjqqkd:([0-9]+)\u{3}").expect("a valid pattern")
});

static ONE: LazyLock<Regex> = LazyLock::new(|| Regex::new("\u{2}czjqqkd:([0-9]+)\u{3}").expect("a valid pattern"));

static BLOCK_CLASS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"((?:ins|del|mark)\s+class=")([^"]*)(")"#).expect("a valid pattern"));

pub(super) fn mark(doc: &mut Document, text: &str) -> String {
    if !["{++", "{--", "{==", "{>>", "{~~"].iter().any(|sign| text.contains(sign)) {
        return text.to_owned();
    }
    let accept = doc.options.critic_accept;
    let critic = &mut doc.critic;
    let mut put = |html: String| {
        critic.push(html);
        format!("\u{1}czjqqkd:{}\u{4}", critic.len() - 1)
    };
    let mut replace = |found: &Captures| -> String {
        let part = |name: &str| found.name(name).map(|part| part.as_str());
        if let Some(accept) = accept {
            let text = match (part("ins"), part("del"), part("mark"), part("old"), part("new")) {
                (Some(text), ..) if accept => text,
                (_, Some(text), ..) if !accept => text,
                (_, _, Some(text), ..) => text,
                (.., Some(_), Some(new)) if accept => new,
                (.., Some(old), Some(_)) => old,
                _ => "",
            };
            return text.to_owned();
        }
        if let Some(text) = part("ins") {
            inserted(&mut put, text)
        } else if let Some(text) = part("del") {
            deleted(&mut put, text)
        } else if let Some(text) = part("mark") {
            let open = put("<mark class=\"critic\">".to_owned());
            format!("{open}{text}{}", put("</mark>".to_owned()))
        } else if let Some(text) = part("comment") {
            let text = super::super::serialize::escape_code(text).replace('"', "&quot;").replace('\n', " ");
            put(format!("<span class=\"critic comment\">{text}</span>"))
        } else {
            let old = deleted(&mut put, part("old").unwrap_or_default());
            old + &inserted(&mut put, part("new").unwrap_or_default())
        }
    };
    MARKS.replace_all(text, &mut replace).into_owned()
}

fn is_separator(text: &str) -> bool {
    text.matches('\n').count() >= 2 && text.chars().all(|c| c == '\r' || c == '\n')
}

fn inserted(put: &mut impl FnMut(String) -> String, text: &str) -> String {
    if is_separator(text) {
        return format!("\n\n{}\n\n", put("<ins class=\"critic break\">&nbsp;</ins>".to_owned()));
    }
    let open = put("<ins class=\"critic\">".to_owned());
    format!("{open}{text}{}", put("</ins>".to_owned()))
}

fn deleted(put: &mut impl FnMut(String) -> String, text: &str) -> String {
    if is_separator(text) {
        return put("<del class=\"critic break\">&nbsp;</del>".to_owned());
    }
    let open = put("<del class=\"critic\">".to_owned());
    format!("{open}{text}{}", put("</del>".to_owned()))
}

/// Puts the marks into the finished page.
pub(in super::super) fn restore(doc: &Document, html: &str) -> String {
    if doc.critic.is_empty() {
        return html.to_owned();
    }
    let one = |found: &Captures, group: usize| {
        let number = found.get(group).and_then(|number| number.as_str().parse::<usize>().ok());
        number.and_then(|number| doc.critic.get(number)).cloned().unwrap_or_default()
    };
    let restored = PLACEHOLDER.replace_all(html, |found: &Captures| match found.get(1) {
        Some(keys) => {
            let content = ONE.replace_all(keys.as_str(), |found: &Captures| one(found, 1));
            let block = |found: &Captures| match found[2].split(' ').any(|class| class == "break") {
                true => found[0].to_owned(),
                false => format!("{}{} block{}", &found[1], &found[2], &found[3]),
            };
            BLOCK_CLASS.replace_all(&content, block).into_owned()
        }
        None => one(found, 2),
    });
    restored.into_owned()
}
