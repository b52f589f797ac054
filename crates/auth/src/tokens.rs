//! The tokens of people: the user token, its limited form, and the session of a browser. Each has a `typ` of its own, and
//! none is taken for another.

use model::EntityRef;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    jws::{self, ES256, Token},
    keys::Key,
};

/// User token (contract auth.md section 3.1).
pub(crate) const USER: Kind = Kind { typ: "vnd.backstage.user", audience: "backstage" };
/// Session of a browser on our own pages. It is no bearer token, so that a page cannot be made to leak one.
pub(crate) const SESSION: Kind = Kind { typ: "vnd.callboard.session", audience: "callboard-session" };
/// Limited user token (section 3.2). It has no audience.
pub(crate) const LIMITED_TYP: &str = "vnd.backstage.limited-user";
/// Token of a plugin (section 3.3).
pub(crate) const PLUGIN_TYP: &str = "vnd.backstage.plugin";

/// How far a clock may be behind ours, in seconds, for an `iat` to lie in the future.
const CLOCK_SKEW: i64 = 60;

/// What tells one kind of token from another.
pub(crate) struct Kind {
    pub(crate) typ: &'static str,
    audience: &'static str,
}

/// What a valid token of a person says. Times are Unix times in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claims {
    pub(crate) user: EntityRef,
    pub(crate) ownership: Option<Vec<EntityRef>>,
    pub(crate) issued_at: i64,
    pub(crate) expires_at: i64,
    /// The signature of the limited form.
    pub(crate) limited_signature: Option<String>,
}

#[derive(Deserialize)]
struct UserClaims {
    iss: String,
    sub: EntityRef,
    #[serde(default)]
    ent: Option<Vec<EntityRef>>,
    aud: String,
    iat: i64,
    exp: i64,
    #[serde(default)]
    uip: Option<String>,
}

/// Exactly what a limited token says; one that says more is not ours.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitedClaims {
    sub: EntityRef,
    iat: i64,
    exp: i64,
}

/// Signs a token. `ownership` becomes the `ent` claim.
pub(crate) fn issue(
    kind: &Kind,
    key: &Key,
    issuer: &str,
    user: &EntityRef,
    ownership: Option<&[EntityRef]>,
    (issued_at, expires_at): (i64, i64),
) -> String {
    let header = json!({ "typ": kind.typ, "alg": ES256, "kid": key.kid });
    let mut claims = json!({ "iss": issuer, "sub": user });
    if let Some(ownership) = ownership {
        claims["ent"] = json!(ownership);
    }
    claims["aud"] = kind.audience.into();
    claims["iat"] = issued_at.into();
    claims["exp"] = expires_at.into();
    if kind.typ == USER.typ {
        claims["uip"] = key.sign(&limited_form(&key.kid, user, issued_at, expires_at)).into();
    }
    sign(key, &header, &claims)
}

fn sign(key: &Key, header: &Value, claims: &Value) -> String {
    let unsigned = jws::unsigned(header, claims);
    let signature = key.sign(&unsigned);
    format!("{unsigned}.{signature}")
}

/// The bytes that `uip` signs: header and payload of the limited token, members in exactly this order.
pub(crate) fn limited_form(kid: &str, user: &EntityRef, issued_at: i64, expires_at: i64) -> String {
    let header = json!({ "typ": LIMITED_TYP, "alg": ES256, "kid": kid });
    jws::unsigned(&header, &json!({ "sub": user, "iat": issued_at, "exp": expires_at }))
}

/// The claims of a user token or a session, if this key signed it and it is valid now.
pub(crate) fn verify(kind: &Kind, token: &Token<'_>, key: &Key, issuer: &str, now_seconds: i64) -> Option<Claims> {
    let UserClaims { iss, sub, ent, aud, iat, exp, uip } = verified(kind.typ, token, key)?;
    (iss == issuer && aud == kind.audience && valid_at(now_seconds, iat, exp)).then_some(Claims {
        user: sub,
        ownership: ent,
        issued_at: iat,
        expires_at: exp,
        limited_signature: uip,
    })
}

/// The claims of a limited token, if this key signed it and it is valid now.
pub(crate) fn verify_limited(token: &Token<'_>, key: &Key, now_seconds: i64) -> Option<Claims> {
    let LimitedClaims { sub, iat, exp } = verified(LIMITED_TYP, token, key)?;
    valid_at(now_seconds, iat, exp).then_some(Claims {
        user: sub,
        ownership: None,
        issued_at: iat,
        expires_at: exp,
        limited_signature: None,
    })
}

/// The claims of a token of this type that the key signed. Nothing is read from it before that is certain.
fn verified<T: serde::de::DeserializeOwned>(typ: &str, token: &Token<'_>, key: &Key) -> Option<T> {
    let header = &token.header;
    let ours = header.typ == typ && header.alg == ES256 && header.kid == key.kid;
    (ours && key.verify(token.signed, &token.signature)).then(|| token.claims())?
}

fn valid_at(now: i64, issued_at: i64, expires_at: i64) -> bool {
    now < expires_at && issued_at <= now.saturating_add(CLOCK_SKEW)
}
