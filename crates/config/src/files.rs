//! Reads the files of one load, bounded, and keeps their texts for the line numbers.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use model::{Place, yaml};
use serde_json::Value;

use crate::ConfigError;
use crate::origin::SourceFile;

/// The largest file, in bytes.
pub(crate) const MAX_BYTES: u64 = 4 * 1024 * 1024;
/// Files one load may include; a guard against includes that multiply.
const MAX_FILES: usize = 1_000;

/// The files read so far.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// YAML and JSON files, by the number marks refer to.
    pub sources: Vec<SourceFile>,
    /// Every file looked at, missing ones and texts included with `$file` too.
    pub paths: Vec<PathBuf>,
}

impl Files {
    /// A file's text.
    ///
    /// # Errors
    /// It is missing, unreadable, too large or no UTF-8, or it is one file too many.
    pub(crate) fn text(&mut self, path: &Path, name: &str) -> Result<String, ConfigError> {
        if self.paths.len() >= MAX_FILES {
            return Err(ConfigError::TooManyFiles { name: name.to_owned(), limit: MAX_FILES });
        }
        let failed = |source: std::io::Error| match source.kind() {
            ErrorKind::NotFound => ConfigError::NotFound { name: name.to_owned() },
            _ => ConfigError::Read { name: name.to_owned(), source },
        };
        self.paths.push(path.to_owned());
        let mut bytes = Vec::new();
        File::open(path).map_err(failed)?.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(ConfigError::TooLarge { name: name.to_owned(), limit: MAX_BYTES });
        }
        yaml::decode(&bytes).map(str::to_owned).map_err(|error| syntax(name, error))
    }

    /// A YAML or JSON file's value and its number in [`Files::sources`]; `null` when it is empty.
    ///
    /// # Errors
    /// As [`Files::text`], and when it is not one document of YAML.
    pub(crate) fn document(&mut self, path: &Path, name: &str) -> Result<(Value, usize), ConfigError> {
        let text = self.text(path, name)?;
        self.parse(path, name, text)
    }

    /// As [`Files::document`], for a text that is at hand.
    ///
    /// # Errors
    /// It is not one document of YAML.
    pub(crate) fn parse(&mut self, path: &Path, name: &str, text: String) -> Result<(Value, usize), ConfigError> {
        let mut documents = yaml::parse_documents(&text, &yaml::Limits::default()).into_iter();
        let first = documents.next();
        if let Some(second) = documents.next() {
            let place = Place { source: name.to_owned(), line: second.line, column: 1 };
            let message = "expected one YAML document, found a second one".to_owned();
            return Err(ConfigError::Syntax { place, message });
        }
        let index = first.as_ref().map_or(0, |document| document.index);
        let value = first.map_or(Ok(Value::Null), |document| document.value).map_err(|error| syntax(name, error))?;
        self.sources.push(SourceFile {
            name: name.to_owned(),
            path: path.to_owned(),
            text: text.into(),
            document: index,
        });
        Ok((value, self.sources.len() - 1))
    }
}

fn syntax(name: &str, error: yaml::YamlError) -> ConfigError {
    let place = Place { source: name.to_owned(), line: error.line, column: error.column };
    ConfigError::Syntax { place, message: error.message }
}
