//! Small texts that are changed at run time and as a whole: what people set in the pages rather than in a file.

use async_trait::async_trait;

use crate::error::Result;

/// A text with the number of its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDocument {
    pub name: String,
    /// From 1, one more with each change.
    pub revision: i64,
    pub body: String,
}

#[async_trait]
pub trait DocumentStore: Send + Sync {
    /// All of them, by name.
    async fn documents(&self) -> Result<Vec<StoredDocument>>;

    /// The text of this name.
    async fn document(&self, name: &str) -> Result<Option<StoredDocument>>;

    /// Replaces a text, if `known` is still its version (0 where there was none); answers the new one. `None` when somebody
    /// else was faster: nothing is changed then.
    async fn replace_document(&self, name: &str, known: i64, body: &str) -> Result<Option<i64>>;
}
