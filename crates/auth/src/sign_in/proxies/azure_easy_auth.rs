//! Azure App Service's authentication. It verifies tokens itself and removes headers of these names from outside.

use http::HeaderMap;
use serde_json::{Value, json};

use super::{Came, header, required};
use crate::jws::Token;
use crate::sign_in::exchange::ExchangeError;
use crate::sign_in::person::{Person, text};

pub(super) fn person(headers: &HeaderMap) -> Result<Came, ExchangeError> {
    let token = required(headers, "x-ms-token-aad-id-token")?;
    let claims: Option<Value> = Token::parse(token).and_then(|token| token.claims());
    let claims = claims.ok_or_else(|| ExchangeError("x-ms-token-aad-id-token is no token".to_owned()))?;
    if text(&claims, "ver").as_deref() != Some("2.0") {
        return Err(ExchangeError("id_token is not version 2.0".to_owned()));
    }
    let person = Person {
        id: text(&claims, "oid"),
        username: text(&claims, "preferred_username"),
        ..Person::from_claims(&claims)
    };
    Ok((person, json!({ "accessToken": header(headers, "x-ms-token-aad-access-token") })))
}
