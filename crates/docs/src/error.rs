//! Why a site cannot be built.

use crate::config::SyntaxError;
use crate::tree::TreeError;

/// Why a site cannot be loaded or a page of it not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum DocsError {
    #[error(transparent)]
    Tree(#[from] TreeError),
    #[error("{path} cannot be read: {error}")]
    Syntax { path: String, error: SyntaxError },
    #[error("{path} is not UTF-8 text")]
    NotText { path: String },
    #[error("{path} must be a mapping with at least the key site_name")]
    NotAConfig { path: String },
    #[error("{path}: Unsupported Python YAML tag '{tag}'; it names code that is not run here, leave it out")]
    PythonTag { path: String, tag: String },
    #[error("{path}: {key} leads to '{value}', which is outside of the source")]
    Escapes { path: String, key: &'static str, value: String },
    #[error("{path}: {message}")]
    Include { path: String, message: String },
    #[error("{path}: docs_dir is '{docs_dir}', which has no files")]
    NoDocs { path: String, docs_dir: String },
    #[error("{path}: docs_dir must be a folder below the configuration, or the whole source would be published")]
    DocsIsSource { path: String },
    #[error("there is no page '{url}'")]
    NoPage { url: String },
}
