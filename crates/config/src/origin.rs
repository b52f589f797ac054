//! Where a value was said: for messages, for `config print`, and for the person who has to change it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{Place, yaml};

use crate::pointer;

/// The place that decided a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A configuration file, or a file it includes.
    File(Place),
    /// An `APP_CONFIG_…` environment variable, by its full name.
    Variable(String),
}

impl Origin {
    /// The short name Backstage gives a source in its messages: the file's name without its directory, or `env`.
    pub fn context(&self) -> &str {
        match self {
            Self::File(place) => place.source.rsplit(['/', '\\']).next().unwrap_or(&place.source),
            Self::Variable(_) => "env",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(place) => place.fmt(f),
            Self::Variable(name) => write!(f, "environment variable {name}"),
        }
    }
}

/// A file that took part in a load. Its text is kept so that a line number costs nothing until somebody asks for it.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// The path as the user would write it.
    pub name: String,
    pub path: PathBuf,
    pub text: Arc<str>,
    /// The number of the YAML document that holds the configuration.
    pub document: usize,
}

/// [`Origin`] before its line has been looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A value in a source file: index of the file, pointer into it.
    File {
        source: usize,
        pointer: String,
    },
    Variable(String),
}

impl Mark {
    /// Where the marked value stands.
    pub(crate) fn resolve(&self, sources: &[SourceFile]) -> Option<Origin> {
        self.place_by(sources, |file, pointer| yaml::locate(&file.text, file.document, pointer))
    }

    /// Where the key of the marked value stands.
    pub(crate) fn resolve_key(&self, sources: &[SourceFile]) -> Option<Origin> {
        self.place_by(sources, |file, pointer| yaml::locate_key(&file.text, file.document, pointer))
    }

    /// The folder of the file that holds the marked value; `None` when a variable does.
    pub(crate) fn folder<'s>(&self, sources: &'s [SourceFile]) -> Option<&'s Path> {
        match self {
            Self::Variable(_) => None,
            Self::File { source, .. } => sources.get(*source)?.path.parent(),
        }
    }

    fn place_by(
        &self,
        sources: &[SourceFile],
        locate: impl FnOnce(&SourceFile, &str) -> Option<(u32, u32)>,
    ) -> Option<Origin> {
        match self {
            Self::Variable(name) => Some(Origin::Variable(name.clone())),
            Self::File { source, pointer } => {
                let file = sources.get(*source)?;
                let (line, column) = locate(file, pointer).unwrap_or((1, 1));
                Some(Origin::File(Place { source: file.name.clone(), line, column }))
            }
        }
    }

    /// The mark of a value nested in this one.
    pub(crate) fn key(&self, key: &str) -> Self {
        self.nested(|pointer| pointer::key(pointer, key))
    }

    /// The mark of an element of this array.
    pub(crate) fn index(&self, index: usize) -> Self {
        self.nested(|pointer| pointer::index(pointer, index))
    }

    fn nested(&self, extend: impl FnOnce(&str) -> String) -> Self {
        match self {
            Self::Variable(name) => Self::Variable(name.clone()),
            Self::File { source, pointer } => Self::File { source: *source, pointer: extend(pointer) },
        }
    }
}
