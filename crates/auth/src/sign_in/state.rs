//! What travels with the browser to the provider and back (contract auth.md section 1.1): the state in the address, bound to
//! the browser by a cookie with the same nonce.

use jsonwebtoken::{Algorithm, EncodingKey, crypto};

use crate::AuthError;

/// How long somebody may take at the provider, in seconds.
pub(super) const NONCE_LIFETIME: u64 = 600;

/// How the browser came, and how it is to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// A window that tells its opener and closes.
    Popup,
    /// Back to an address that refreshes then.
    Redirect,
    /// Our own pages: a session begins, and the browser goes to one of them.
    Session,
}

/// The state of the address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) nonce: String,
    pub(super) environment: String,
    pub(super) origin: Option<String>,
    pub(super) redirect_url: Option<String>,
    pub(super) flow: Flow,
    pub(super) scope: Option<String>,
}

impl Flow {
    pub(super) fn read(text: Option<&str>) -> Self {
        match text {
            Some("redirect") => Self::Redirect,
            Some("session") => Self::Session,
            _ => Self::Popup,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Popup => "popup",
            Self::Redirect => "redirect",
            Self::Session => "session",
        }
    }
}

impl State {
    /// Hexadecimal of the members as a query.
    pub(super) fn encode(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("nonce", &self.nonce).append_pair("env", &self.environment);
        for (name, value) in [("origin", &self.origin), ("redirectUrl", &self.redirect_url)] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        query.append_pair("flow", self.flow.word());
        if let Some(scope) = &self.scope {
            query.append_pair("scope", scope);
        }
        hex::encode(query.finish())
    }

    pub(super) fn decode(text: &str) -> Result<Self, AuthError> {
        let bytes = hex::decode(text).unwrap_or_default();
        let find = |name: &str| {
            let mut pairs = form_urlencoded::parse(&bytes);
            pairs.find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.into_owned())
        };
        Ok(Self {
            nonce: find("nonce").ok_or(AuthError::InvalidState("OAuth state is invalid, missing nonce"))?,
            environment: find("env").ok_or(AuthError::InvalidState("OAuth state is invalid, missing env"))?,
            origin: find("origin"),
            redirect_url: find("redirectUrl"),
            flow: Flow::read(find("flow").as_deref()),
            scope: find("scope"),
        })
    }
}

/// A secret that only this portal can make for a nonce: nothing has to be kept while the browser is away.
pub(super) fn derived(secret: &str, purpose: &str, nonce: &str) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes());
    // Signing with a shared secret cannot fail.
    crypto::sign(format!("{purpose}:{nonce}").as_bytes(), &key, Algorithm::HS256).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_state_comes_back_and_says_what_it_lacks() {
        let state = State {
            nonce: "a+b/=".to_owned(),
            environment: "production".to_owned(),
            origin: Some("http://localhost:3000".to_owned()),
            redirect_url: None,
            flow: Flow::Popup,
            scope: Some("a b".to_owned()),
        };
        let encoded = state.encode();
        assert_eq!(
            String::from_utf8(hex::decode(&encoded).unwrap()).unwrap(),
            "nonce=a%2Bb%2F%3D&env=production&origin=http%3A%2F%2Flocalhost%3A3000&flow=popup&scope=a+b"
        );
        assert_eq!(State::decode(&encoded).unwrap(), state);
        for (query, message) in
            [("", "OAuth state is invalid, missing nonce"), ("nonce=a", "OAuth state is invalid, missing env")]
        {
            assert_eq!(State::decode(&hex::encode(query)).unwrap_err().to_string(), message);
        }
        assert!(State::decode("zz").is_err());
    }

    #[test]
    fn what_is_derived_fits_a_verifier_and_needs_the_secret() {
        let verifier = derived("s", "pkce", "n");
        assert_eq!(verifier.len(), 43);
        assert_ne!(verifier, derived("t", "pkce", "n"));
        assert_ne!(verifier, derived("s", "nonce", "n"));
    }
}
