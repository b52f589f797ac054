//! `POST /star`: adds or removes stars. Stars live in a cookie until there are settings per person on the server.

use axum::extract::Form;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode, header};
use model::EntityRef;
use serde::Deserialize;

use super::errors::Failure;
use crate::request::SignedIn;
use crate::{cookies, urls};

/// References, with commas between them.
#[derive(Deserialize)]
pub struct Change {
    add: Option<String>,
    remove: Option<String>,
}

pub async fn toggle(
    SignedIn(mut ctx): SignedIn,
    headers: HeaderMap,
    Form(change): Form<Change>,
) -> Result<Response, Failure> {
    let (text, starred) = match (&change.add, &change.remove) {
        (Some(add), None) => (add, true),
        (None, Some(remove)) => (remove, false),
        _ => return Err(Failure::BadRequest("Send either 'add' or 'remove' with entity references".to_owned())),
    };
    let refs: Vec<EntityRef> = text
        .split(',')
        .map(|one| EntityRef::parse_full(one.trim()))
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::BadRequest(error.to_string()))?;
    if !refs.iter().all(|entity_ref| ctx.stars.set(entity_ref, starred)) {
        return Err(Failure::BadRequest(ctx.t().text("stars-full").into_owned()));
    }
    let cookie = cookies::keep(cookies::STARS, &ctx.stars.to_value());
    // A script only wants the cookie; a person goes back to the page the star was on.
    let mut response = match headers.get("x-requested-with") {
        Some(_) => StatusCode::NO_CONTENT.into_response(),
        None => Redirect::to(urls::local(came_from(&headers).as_deref())).into_response(),
    };
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

/// The path and query of the page that sent a form; our pages tell it to ourselves.
fn came_from(headers: &HeaderMap) -> Option<String> {
    let referer: http::Uri = headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    referer.path_and_query().map(ToString::to_string)
}
