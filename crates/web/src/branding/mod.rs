//! What makes the portal an organisation's own: its name, mark, accent colour and words.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

use crate::WebState;
use crate::assets::FOR_EVER;
use crate::i18n::Lang;

mod colour;

pub use colour::theme;

/// The organisation's face, from `app.title`, `organization.name`, `app.branding` and `app.support`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branding {
    pub title: String,
    pub organization: Option<String>,
    /// The square mark; ours without one.
    pub icon: Option<File>,
    /// The wide picture that stands for mark and name.
    pub logo: Option<File>,
    /// The style sheet that sets the accent; see [`theme`].
    pub theme: Option<File>,
    /// By language; the text for all languages stands under an empty one.
    pub welcome: BTreeMap<String, String>,
    /// Where the people who run the portal are found.
    pub support: Option<String>,
}

impl Default for Branding {
    fn default() -> Self {
        Self {
            title: "Callboard".to_owned(),
            organization: None,
            icon: None,
            logo: None,
            theme: None,
            welcome: BTreeMap::new(),
            support: None,
        }
    }
}

impl Branding {
    /// The organisation's name, else the portal's.
    pub fn name(&self) -> &str {
        self.organization.as_deref().unwrap_or(&self.title)
    }

    /// The words of welcome in a language, else in none in particular.
    pub(crate) fn welcome(&self, lang: Lang) -> Option<&str> {
        self.welcome.get(lang.code()).or_else(|| self.welcome.get("")).map(String::as_str)
    }

    fn files(&self) -> impl Iterator<Item = &File> {
        [&self.icon, &self.logo, &self.theme].into_iter().flatten()
    }
}

/// A file of the organisation that browsers fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it is, its content's hash included.
    url: String,
    content_type: &'static str,
    body: Bytes,
}

impl File {
    pub fn new(stem: &str, extension: &str, content_type: &'static str, body: Vec<u8>) -> Self {
        let hash = Sha256::digest(&body).iter().take(6).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        Self { url: format!("/brand/{stem}-{hash}.{extension}"), content_type, body: body.into() }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

/// `GET /brand/{name}`.
pub(crate) async fn serve(State(branding): State<Arc<Branding>>, Path(name): Path<String>) -> Response {
    match branding.files().find(|file| file.url.strip_prefix("/brand/") == Some(name.as_str())) {
        Some(file) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static(file.content_type)),
                (header::CACHE_CONTROL, FOR_EVER),
            ];
            (headers, file.body.clone()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

impl axum::extract::FromRef<WebState> for Arc<Branding> {
    fn from_ref(state: &WebState) -> Self {
        state.branding.clone()
    }
}
