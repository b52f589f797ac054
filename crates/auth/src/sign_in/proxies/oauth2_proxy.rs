//! oauth2-proxy. It alone can reach the portal, so its headers are believed.

use http::HeaderMap;
use serde_json::{Value, json};

use super::{Came, header};
use crate::jws::Token;
use crate::sign_in::exchange::ExchangeError;
use crate::sign_in::person::Person;

pub(super) fn person(headers: &HeaderMap) -> Result<Came, ExchangeError> {
    let token = header(headers, "x-oauth2-proxy-id-token");
    let token = token.map(|token| token.strip_prefix("Bearer ").unwrap_or(token));
    let claims: Value = token.and_then(Token::parse).and_then(|token| token.claims()).unwrap_or_default();
    let text = |name: &str| header(headers, name).map(str::to_owned);
    let told = Person::from_claims(&claims);
    let person = Person {
        username: text("x-forwarded-user"),
        preferred_username: text("x-forwarded-preferred-username").or(told.preferred_username.clone()),
        email: text("x-forwarded-email").or(told.email.clone()),
        ..told
    };
    if person.username.is_none() && person.email.is_none() && claims.is_null() {
        let reason =
            "Missing header: x-oauth2-proxy-id-token or x-forwarded-user; the proxy in front does not send them";
        return Err(ExchangeError(reason.to_owned()));
    }
    Ok((person, json!({ "accessToken": token.unwrap_or_default() })))
}
