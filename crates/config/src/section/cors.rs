//! `backend.cors`: which other origins may call the API from a browser.

use std::time::Duration;

use globset::Glob;

use super::sendable;
use crate::keys::Key;
use crate::problems::Problems;
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

/// Status of the answer to a preflight request.
const OPTIONS_SUCCESS: u16 = 204;

/// CORS as `backend.cors` describes it; `None` fields were not written.
#[derive(Clone, Debug, PartialEq, Eq)]
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

impl Default for Cors {
    fn default() -> Self {
        Self {
            origins: Vec::new(),
            methods: None,
            allowed_headers: None,
            exposed_headers: None,
            credentials: false,
            max_age: None,
            options_success_status: OPTIONS_SUCCESS,
        }
    }
}

impl Cors {
    pub(crate) fn read(cors: &View<'_>, problems: &mut Problems) -> Self {
        Self {
            origins: problems.kept(read_origins(cors)).unwrap_or_default(),
            methods: problems.optional(read_words(cors, "methods")),
            allowed_headers: problems.optional(read_words(cors, "allowedHeaders")),
            exposed_headers: problems.optional(read_words(cors, "exposedHeaders")),
            credentials: problems.optional(cors.bool("credentials")).unwrap_or(false),
            max_age: problems.optional(cors.integer("maxAge")).map(Duration::from_secs),
            options_success_status: problems.kept(read_status(cors)).unwrap_or(OPTIONS_SUCCESS),
        }
    }
}

fn read_origins(cors: &View<'_>) -> Result<Vec<String>, ConfigError> {
    let Some(origin) = cors.find("origin") else { return Ok(Vec::new()) };
    let origins = origin.as_string_or_strings()?;
    for pattern in &origins {
        Glob::new(pattern)
            .map_err(|error| origin.invalid(format!("\"{pattern}\" is no pattern for origins: {}", error.kind())))?;
    }
    Ok(origins)
}

/// The words of a list, or of one text with commas between them.
fn read_words(cors: &View<'_>, key: &str) -> Result<Option<Vec<String>>, ConfigError> {
    let Some(list) = cors.find(key) else { return Ok(None) };
    let texts = list.as_string_or_strings()?;
    let words = texts.iter().flat_map(|text| text.split(',')).map(str::trim).filter(|word| !word.is_empty());
    sendable(&list, words.clone())?;
    Ok(Some(words.map(str::to_owned).collect()))
}

fn read_status(cors: &View<'_>) -> Result<u16, ConfigError> {
    let Some(status) = cors.integer("optionsSuccessStatus")? else { return Ok(OPTIONS_SUCCESS) };
    if !(200..600).contains(&status) {
        let at = cors.find("optionsSuccessStatus").unwrap_or_else(|| cors.clone());
        return Err(at.invalid(format!("expected an HTTP status such as 200 or 204, got {status}")));
    }
    Ok(status)
}
