//! `/admin/kinds/try-definition`: what a definition would do to the entities there are. Nothing changes by it; a definition is
//! changed at its source. No kind has a hyphen, so the address is no kind's.

use std::sync::Arc;

use axum::extract::{Form, State};
use catalog::kinds::{Effects, Preview, preview};
use maud::{Markup, html};
use model::Problem;
use serde::Deserialize;

use super::kinds;
use crate::WebState;
use crate::components::{
    card, entity_link, entity_links, fact, icon::Icon, kind_plural, nothing, problem, relation_name,
};
use crate::i18n::Messages;
use crate::pages::errors::Failure;
use crate::request::{Ctx, SignedIn};
use crate::view::definition::{self, MAX_TEXT};
use crate::view::labels::Labels;

pub const PATH: &str = "/admin/kinds/try-definition";

/// Entities that are listed; the rest is counted.
const MAX_LISTED: usize = 50;

/// `GET`: an empty form.
pub async fn page(SignedIn(ctx): SignedIn) -> Markup {
    let t = ctx.t();
    let body = html! {
        (card(&t.text("kind-try"), html! {}, html! {
            p.quiet { (t.text("kind-try-what")) }
            (form(t, &definition::beginning("Environment", true)))
        }))
    };
    super::page(&ctx, "kinds", html! {}, body)
}

#[derive(Deserialize)]
pub struct Ask {
    /// A definition as YAML.
    definition: Option<String>,
    /// A kind whose definition goes.
    remove: Option<String>,
}

/// `POST`: what it would do.
pub async fn show(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    Form(ask): Form<Ask>,
) -> Result<Markup, Failure> {
    let t = ctx.t();
    let known = state.engine.kinds();
    let (kind, own, text) = match (ask.definition, ask.remove) {
        (Some(text), None) if text.len() > MAX_TEXT => {
            return Err(Failure::BadRequest(format!("the definition has more than {MAX_TEXT} bytes")));
        }
        (Some(text), None) => match definition::read(&text, &known) {
            Ok(own) => (own.definition.kind.clone(), Some(Arc::new(own)), Some(text)),
            Err(problems) => return Ok(refused(&ctx, &problems, &text)),
        },
        (None, Some(kind)) if known.known(&kind).is_some() => (kind, None, None),
        _ => return Err(Failure::BadRequest("a definition is expected".to_owned())),
    };
    let found = preview(&state.catalog, &ctx.scope(), &known, &kind, own).await?;
    let listed = |effects: &Effects| effects.named.iter().take(MAX_LISTED).cloned().collect::<Vec<_>>();
    let effects = listed(&found.breaks).into_iter().chain(listed(&found.repairs));
    let refs = effects.flat_map(|effect| std::iter::once(effect.entity_ref).chain(effect.owners)).collect();
    let labels = Labels::read(&state.catalog, &ctx.scope(), refs);
    let body = html! {
        (verdict(t, &kind, &found))
        (effects_card(t, "kind-breaks", &found.breaks, &labels))
        (effects_card(t, "kind-repairs", &found.repairs, &labels))
        (relations(t, &found))
        @if let Some(text) = &text { (card(&t.text("kind-try"), html! {}, form(t, text))) }
        p { a.quiet-link href=(kinds::address(&kind)) { (kind_plural(t, &kind)) } }
    };
    Ok(super::page(&ctx, "kinds", html! {}, body))
}

/// The field for a definition, with its button.
pub fn form(t: Messages, text: &str) -> Markup {
    html! {
        form.definition action=(PATH) method="post" {
            label.field {
                span { (t.text("kind-definition")) }
                textarea name="definition" rows="18" spellcheck="false" autocomplete="off" required { (text) }
            }
            button.button.primary type="submit" { (t.text("kind-try-it")) }
        }
    }
}

fn refused(ctx: &Ctx, problems: &[Problem], text: &str) -> Markup {
    let t = ctx.t();
    let body = html! {
        section.banner data-tone="bad" role="alert" {
            (Icon::Warning) div { p.banner-title { (t.text("kind-refused")) } }
        }
        (card(&t.text("admin-tab-problems"), html! {}, problem::list(t, problems)))
        (card(&t.text("kind-try"), html! {}, form(t, text)))
    };
    super::page(ctx, "kinds", html! {}, body)
}

fn verdict(t: Messages, kind: &str, found: &Preview) -> Markup {
    let breaks = found.breaks.total;
    let (tone, icon) = if breaks > 0 { ("bad", Icon::Warning) } else { ("good", Icon::Ok) };
    let plural = kind_plural(t, kind);
    let values =
        [("checked", t.number(found.checked).into()), ("total", t.number(found.total).into()), ("kind", plural.into())];
    html! {
        section.banner data-tone=(tone) role="status" {
            (icon)
            div {
                p.banner-title { (t.count("kind-would-break", breaks)) }
                p { (t.with("kind-checked", &values)) " " (t.text("kind-nothing-changed")) }
            }
        }
    }
}

fn effects_card(t: Messages, key: &str, effects: &Effects, labels: &Labels) -> Markup {
    if effects.total == 0 {
        return html! {};
    }
    let count = html! { span.choice-count { (t.number(effects.total)) } };
    let shown = effects.named.len().min(MAX_LISTED);
    card(
        &t.text(key),
        count,
        html! {
            ul.plain.effects {
                @for effect in effects.named.iter().take(shown) {
                    li {
                        p { (entity_link(t, &effect.entity_ref, labels)) " " span.quiet { (t.text("owner")) ": " } (entity_links(&effect.owners, labels, t)) }
                        @for one in &effect.problems { p.row-problem data-tone="bad" { (problem::in_line(one)) } }
                    }
                }
            }
            @if effects.total > shown as u64 { p.quiet { (t.count("and-more", effects.total - shown as u64)) } }
        },
    )
}

fn relations(t: Messages, found: &Preview) -> Markup {
    let changed = html! {
        @if found.relations.is_empty() { (nothing(&t.text("kind-relations-same"))) }
        dl.facts.facts-wide {
            @for (relation, difference) in &found.relations {
                (fact(&relation_name(t, relation), html! {
                    @if difference.gained > 0 { "+" (t.number(difference.gained)) " " }
                    @if difference.lost > 0 { "−" (t.number(difference.lost)) }
                }))
            }
        }
    };
    card(&t.text("relations"), html! {}, changed)
}
