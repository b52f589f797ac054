//! The part of the `backend` configuration that concerns HTTP (contract platform-services.md section 1.1).

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use super::limits::Limits;

/// What the operator chose; keys as under `backend`, others are ignored.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpOptions {
    /// Who may call from pages of other origins; nobody by default.
    pub cors: Option<Cors>,
    /// Changes of the content security policy, by directive.
    pub csp: BTreeMap<String, CspValue>,
    pub referrer: Referrer,
    pub server: Server,
}

/// `backend.cors`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Cors {
    /// Origins, with `*` for any part of a name.
    pub origin: OneOrMany,
    pub methods: OneOrMany,
    /// Those that are asked for, when empty.
    pub allowed_headers: OneOrMany,
    pub exposed_headers: OneOrMany,
    pub credentials: bool,
    /// Seconds.
    pub max_age: Option<u64>,
    /// The status of a preflight answer; 204 by default.
    pub options_success_status: Option<u16>,
}

/// One text or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Default for OneOrMany {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl OneOrMany {
    /// The texts; one text may hold several with commas.
    pub fn texts(&self) -> Vec<&str> {
        let texts = match self {
            Self::One(text) => text.split(',').collect::<Vec<_>>(),
            Self::Many(texts) => texts.iter().map(String::as_str).collect(),
        };
        texts.into_iter().map(str::trim).filter(|text| !text.is_empty()).collect()
    }
}

/// The sources of a directive, or `false` to leave it out.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum CspValue {
    Off(bool),
    Sources(OneOrMany),
}

/// `backend.referrer`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Referrer {
    /// `no-referrer` by default.
    pub policy: OneOrMany,
}

/// `backend.server`; times in milliseconds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Server {
    /// How long a request may take until its answer begins; 60 s by default.
    pub request_timeout: Option<u64>,
}

impl HttpOptions {
    pub(super) fn limits(&self) -> Limits {
        Limits { time: Duration::from_millis(self.server.request_timeout.unwrap_or(60_000)) }
    }
}
