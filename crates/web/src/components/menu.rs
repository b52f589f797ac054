//! A button that opens a list: of things to do, or of choices. It is a `details` element, so it opens without JavaScript;
//! an island closes it when the reader looks elsewhere.

use maud::{Markup, html};

use super::icon::Icon;

/// A list of choices behind a button that shows words.
pub fn menu(label: Markup, body: Markup) -> Markup {
    html! {
        details.menu data-island="menu" {
            summary.button { (label) span.menu-mark { (Icon::ChevronDown) } }
            div.menu-body { (body) }
        }
    }
}

/// Things to do behind a button that shows three dots.
pub fn actions(label: &str, body: Markup) -> Markup {
    html! {
        details.menu.menu-end data-island="menu" {
            summary.button.square aria-label=(label) title=(label) { (Icon::More) }
            ul.menu-body { (body) }
        }
    }
}

/// A thing to do that is a link.
pub fn link(href: &str, icon: Icon, words: &str, elsewhere: bool) -> Markup {
    html! { li { a.menu-item href=(href) rel=[elsewhere.then_some("noreferrer")] { (icon) (words) } } }
}

/// A thing to do that changes something.
pub fn post(action: &str, icon: Icon, words: &str) -> Markup {
    html! {
        li { form action=(action) method="post" { button.menu-item type="submit" { (icon) (words) } } }
    }
}

/// Copies a text; shown where scripts run, for nothing else can do it. The page's own address where `text` is empty.
pub fn copy(text: &str, words: &str, done: &str) -> Markup {
    html! {
        li.script-only {
            button.menu-item type="button" data-island="copy" data-text=(text) data-done=(done) {
                (Icon::Copy) span { (words) }
            }
        }
    }
}
