//! `backend.cors`: which other origins may call the API from a browser.

use std::time::Duration;

use crate::keys::Key;
use crate::{ConfigError, View};

pub(crate) const KEYS: &[Key] = &[
    Key::new("backend.cors.origin", "Origins that may call, globs allowed; one or a list."),
    Key::new("backend.cors.methods", "Methods they may use."),
    Key::new("backend.cors.allowedHeaders", "Request headers they may send; those asked for when absent."),
    Key::new("backend.cors.exposedHeaders", "Response headers their scripts may read."),
    Key::new("backend.cors.credentials", "Whether browsers may send credentials."),
    Key::new("backend.cors.maxAge", "Seconds a browser may keep the answer to a preflight request."),
    Key::new("backend.cors.preflightContinue", "Accepted; preflight requests are always answered here."),
    Key::new("backend.cors.optionsSuccessStatus", "Status of the answer to a preflight request; default 204."),
];

/// CORS as `backend.cors` describes it; `None` fields were not written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cors {
    /// Origins with `*` and other glob characters; empty allows none.
    pub origins: Vec<String>,
    pub methods: Option<Vec<String>>,
    pub allowed_headers: Option<Vec<String>>,
    pub exposed_headers: Option<Vec<String>>,
    pub credentials: bool,
    pub max_age: Option<Duration>,
    /// Default 204.
    pub options_success_status: u16,
}

impl Cors {
    pub(crate) fn read(root: &View<'_>) -> Result<Option<Self>, ConfigError> {
        let Some(cors) = root.object("backend.cors")? else { return Ok(None) };
        let listed = |key: &str| -> Result<Option<Vec<String>>, ConfigError> {
            Ok(cors.string_or_strings(key)?.map(|values| {
                let words = values.iter().flat_map(|value| value.split(','));
                words.map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
            }))
        };
        Ok(Some(Self {
            origins: cors.string_or_strings("origin")?.unwrap_or_default(),
            methods: listed("methods")?,
            allowed_headers: listed("allowedHeaders")?,
            exposed_headers: listed("exposedHeaders")?,
            credentials: cors.bool("credentials")?.unwrap_or(false),
            max_age: cors.integer("maxAge")?.map(Duration::from_secs),
            options_success_status: cors.integer("optionsSuccessStatus")?.unwrap_or(204),
        }))
    }
}
