//! What is wrong with an entity or a source: what, where, and what to do about it.

use maud::{Markup, html};
use model::{Place, Problem, Severity};

use super::icon::Icon;
use crate::i18n::Messages;
use crate::urls;

/// A problem in one line: what, and where if it is known.
pub fn in_line(problem: &Problem) -> Markup {
    html! {
        @if let Some(place) = &problem.place { (place_link(place)) " " }
        strong { (problem.name) } " " span.problem-text { (problem.message) }
    }
}

/// Problems below each other, each with what to do; or that there are none.
pub fn list(t: Messages, problems: &[Problem]) -> Markup {
    html! {
        @if problems.is_empty() { p.good { (Icon::Ok) (t.text("no-problems")) } }
        @else {
            ul.problems {
                @for (at, problem) in problems.iter().enumerate() {
                    // What to do is said once for several of a sort.
                    @let last_of_sort = problems.get(at + 1).is_none_or(|next| next.name != problem.name);
                    (item(t, problem, last_of_sort))
                }
            }
        }
    }
}

fn item(t: Messages, problem: &Problem, with_advice: bool) -> Markup {
    let (tone, severity) = match problem.severity {
        Severity::Error => ("bad", t.text("severity-error")),
        Severity::Warning => ("new", t.text("severity-warning")),
    };
    let advice = t.find(&format!("advice-{}", problem.name)).filter(|_| with_advice);
    html! {
        li data-tone=(tone) {
            (Icon::Warning)
            div {
                p { span.visually-hidden { (severity) ": " } strong { (problem.name) } " " span.problem-text { (problem.message) } }
                @if problem.place.is_some() || problem.pointer.is_some() {
                    p.problem-place {
                        @if let Some(place) = &problem.place { (place_link(place)) }
                        @if let Some(pointer) = &problem.pointer { " " code.quiet { (pointer) } }
                    }
                }
                @if let Some(advice) = advice { p.quiet { (advice) } }
            }
        }
    }
}

/// `file:line:column`, as a link to the line where hosts show lines.
pub fn place_link(place: &Place) -> Markup {
    html! {
        @match urls::external(&place.source) {
            Some(address) => { a href={ (address) "#L" (place.line) } rel="noreferrer" { code.wrap { (place) } } }
            None => { code.wrap { (place) } }
        }
    }
}
