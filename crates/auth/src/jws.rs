//! The compact form of a JSON Web Signature, `header.payload.signature`, read without trust.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

/// The longest token that is looked at or issued, in characters: what servers and proxies take in a header.
pub(crate) const MAX_LENGTH: usize = 32_768;

/// The one algorithm of our own tokens. A token that names another is refused, whatever its signature.
pub(crate) const ES256: &str = "ES256";

/// What a header may say that matters here.
#[derive(Debug, Deserialize)]
pub(crate) struct Header {
    #[serde(default)]
    pub(crate) typ: String,
    pub(crate) alg: String,
    #[serde(default)]
    pub(crate) kid: String,
    /// Extensions that must be understood: none is, so their presence refuses the token (RFC 7515 section 4.1.11).
    #[serde(default)]
    crit: Option<Value>,
}

/// A token taken apart. Nothing of it is verified.
pub(crate) struct Token<'a> {
    pub(crate) header: Header,
    /// The bytes that the signature is about.
    pub(crate) signed: &'a str,
    pub(crate) signature: Vec<u8>,
    payload: Vec<u8>,
}

impl<'a> Token<'a> {
    /// Takes a token apart; `None` when it is no compact JWS or too long to be one of ours.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
        if header.crit.is_some() {
            return None;
        }
        Some(Self { header, signed, signature: decode(signature)?, payload: decode(payload)? })
    }

    /// The claims.
    pub(crate) fn claims<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.payload).ok()
    }
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// `header.payload` ready to be signed. Members keep the order they are given in.
pub(crate) fn unsigned(header: &Value, payload: &Value) -> String {
    format!("{}.{}", encode(header.to_string()), encode(payload.to_string()))
}
