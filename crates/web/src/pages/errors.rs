//! What a person sees when something is not there, not theirs, or broken: what failed, whose it is to fix, what to quote.

use axum::response::{IntoResponse, Response};
use catalog::{EngineError, QueryError};
use http::{StatusCode, header};
use maud::{Markup, html};
use model::Problem;

use crate::components::{layout, page_title, problem};
use crate::request::{Anyone, Ctx};
use crate::urls;

/// Why a page could not be shown.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Failure {
    #[error("no page at this address")]
    NoPage,
    #[error("no entity {0}")]
    NoEntity(model::EntityRef),
    /// There was one.
    #[error("{0} is gone")]
    Gone(model::EntityRef),
    /// It was read but cannot be shown.
    #[error("{0} cannot be shown")]
    Hidden(model::EntityRef, Vec<Problem>),
    #[error("a form from another site")]
    ForeignForm,
    /// The reader may not do this.
    #[error("{permission} is not allowed")]
    NotAllowed { permission: String, because: String, remedy: Option<String> },
    #[error("{0}")]
    BadRequest(String),
    #[error("{0}")]
    Broken(String),
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoPage | Self::NoEntity(_) | Self::Gone(_) | Self::Hidden(..) => StatusCode::NOT_FOUND,
            Self::ForeignForm | Self::NotAllowed { .. } => StatusCode::FORBIDDEN,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Store(error) => Self::Broken(error.to_string()),
            QueryError::MalformedCursor(_) | QueryError::Invalid(_) => Self::BadRequest(error.to_string()),
        }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl IntoResponse for Failure {
    /// A bare status that carries the failure; [`dress`] makes the page, which needs the reader's language.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives a failed response its page.
pub fn dress(mut response: Response, ctx: &Ctx) -> Response {
    let refused = response.extensions_mut().remove::<Failure>().or_else(|| refused(&response));
    let Some(failure) = refused else { return response };
    if let Failure::Broken(reason) = &failure {
        tracing::error!(path = ctx.path(), reason, "a page could not be shown");
    }
    (failure.status(), page(ctx, &failure)).into_response()
}

/// What the framework answers to a request it cannot read is a bare line; it gets a page like every other failure.
fn refused(response: &Response) -> Option<Failure> {
    let plain =
        response.headers().get(header::CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let reason = response.status().canonical_reason().unwrap_or("the request cannot be read");
    (plain && response.status().is_client_error() && response.status() != StatusCode::UNAUTHORIZED)
        .then(|| Failure::BadRequest(reason.to_owned()))
}

/// The address leads nowhere.
pub async fn no_page(Anyone(_): Anyone) -> Failure {
    Failure::NoPage
}

fn page(ctx: &Ctx, failure: &Failure) -> Markup {
    let t = ctx.t();
    let (title, what) = match failure {
        Failure::NoPage => (t.text("error-no-page"), t.text("error-no-page-what")),
        Failure::NoEntity(_) => (t.text("error-no-entity"), t.text("error-no-entity-what")),
        Failure::Gone(_) => (t.text("entity-gone"), t.text("entity-gone-what")),
        Failure::Hidden(..) => (t.text("error-hidden"), t.text("error-hidden-what")),
        Failure::ForeignForm => (t.text("error-foreign-form"), t.text("error-foreign-form-what")),
        Failure::NotAllowed { .. } => (t.text("error-not-allowed"), t.text("error-not-allowed-what")),
        Failure::BadRequest(_) => (t.text("error-bad-request"), t.text("error-bad-request-what")),
        Failure::Broken(_) => (t.text("error-broken"), t.text("error-broken-what")),
    };
    let detail = match failure {
        Failure::NoEntity(entity_ref) | Failure::Gone(entity_ref) | Failure::Hidden(entity_ref, _) => {
            Some(entity_ref.to_string())
        }
        Failure::BadRequest(reason) | Failure::Broken(reason) => Some(reason.clone()),
        Failure::NoPage => Some(ctx.path().to_owned()),
        Failure::NotAllowed { permission, because, remedy } => {
            let lines = [Some(permission), Some(because), remedy.as_ref()];
            Some(lines.into_iter().flatten().cloned().collect::<Vec<_>>().join("\n"))
        }
        Failure::ForeignForm => None,
    };
    let body = html! {
        div.lost {
            p.lost-code { (failure.status().as_u16()) }
            (page_title(&title))
            p.lost-what { (what) }
            @if let Some(detail) = detail { pre.lost-detail tabindex="0" { (detail) } }
            @if let Failure::Hidden(_, problems) = failure { section.card { div.card-body { (problem::list(t, problems)) } } }
            @if let Some(id) = &ctx.request_id { p.quiet { (t.text("error-request-id")) " " code { (id) } } }
            p.actions {
                @if let Failure::Gone(entity_ref) = failure {
                    a.button.primary href=(urls::entity_tab(entity_ref, "history")) { (t.text("entity-gone-history")) }
                }
                a.button.primary href="/catalog" { (t.text("error-to-catalog")) }
                a.button href="/search" { (t.text("error-to-search")) }
                @if let Some(href) = &ctx.branding.support { a.button href=(href) rel="noreferrer" { (t.text("nav-support")) } }
            }
        }
    };
    // Who is not signed in gets no way into the portal beside the sign-in page.
    if ctx.viewer.is_some() { layout::page(ctx, &title, body) } else { layout::bare(ctx, &title, body) }
}
