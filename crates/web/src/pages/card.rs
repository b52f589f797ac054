//! The card that hovering or focusing a link to an entity shows.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use maud::{Markup, html};

use super::entity::Subject;
use crate::components::{entity_links, kind_name, lifecycle};

/// A card stays true long enough to not be asked for again while the mouse wanders.
const MAX_AGE: HeaderValue = HeaderValue::from_static("private, max-age=60");

pub async fn fragment(subject: Subject) -> Response {
    ([(header::CACHE_CONTROL, MAX_AGE)], card(&subject)).into_response()
}

fn card(subject: &Subject) -> Markup {
    let (t, entity) = (subject.ctx.t(), &subject.entity);
    let owners = entity.related("ownedBy");
    let problems = entity.problems().len() as u64;
    html! {
        p.eyebrow {
            (t.faces.face(entity.entity_ref.kind()).icon(entity.kind_type())) (kind_name(t, entity.body.kind()))
            @if let Some(kind_type) = entity.kind_type() { " · " (kind_type) }
        }
        p.card-title dir="auto" { (entity.label()) }
        p.ref { (entity.entity_ref) }
        @if let Some(text) = entity.description() { p.card-text dir="auto" { (text) } }
        @if !owners.is_empty() { p { span.quiet { (t.text("owner")) } " " (entity_links(&owners, &subject.labels, t)) } }
        @if let Some(value) = entity.lifecycle() { p { (lifecycle(value)) } }
        @if problems > 0 { p.status data-tone="bad" { span.dot {} (t.count("problems-count", problems)) } }
    }
}
