//! What the author of a site should know about its build.

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// Good to know.
    Note,
    /// The site differs from what its author meant.
    Warning,
    /// Something is missing.
    Error,
}

/// What a finding is about; the words stay the same between versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A key of `mkdocs.yml` that has no effect.
    Key,
    /// A plugin that is not built in: the site may need an external MkDocs.
    Plugin,
    /// A Markdown extension that is not built in.
    Extension,
    /// An option that has no effect.
    Option,
    /// Something about the list of pages.
    Navigation,
    /// Something that a page asks for and does not get.
    Content,
    /// A link or image that leads nowhere.
    Link,
    /// A link to a place that its page does not have.
    Anchor,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    pub weight: Weight,
    pub subject: Subject,
    pub message: String,
    /// The file it is in, relative to the source.
    pub path: String,
    /// The line, from 1, where one is at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

impl Finding {
    pub(crate) fn new(weight: Weight, subject: Subject, path: &str, message: impl Into<String>) -> Self {
        Self { weight, subject, message: message.into(), path: path.to_owned(), line: None }
    }

    pub(crate) fn at(mut self, line: Option<usize>) -> Self {
        self.line = line;
        self
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.message),
            None => write!(f, "{}: {}", self.path, self.message),
        }
    }
}
