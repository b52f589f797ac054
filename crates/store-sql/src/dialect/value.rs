//! Values that go into statements and rows that come out of them.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use sqlx::{Row as _, Sqlite, query::Query, sqlite::SqliteArguments, sqlite::SqliteRow};
use store::Result;
use uuid::Uuid;

use crate::error::corrupt;

/// A parameter of a statement.
pub(crate) enum Value<'a> {
    Text(Cow<'a, str>),
    Null,
    Int(i64),
    Id(Uuid),
}

impl Value<'_> {
    /// About how many bytes it takes up in a statement.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Null | Self::Int(_) | Self::Id(_) => 16,
        }
    }

    pub(super) fn bind<'q>(self, query: Query<'q, Sqlite, SqliteArguments>) -> Query<'q, Sqlite, SqliteArguments> {
        match self {
            Self::Text(text) => query.bind(text.into_owned()),
            Self::Null => query.bind(None::<String>),
            Self::Int(number) => query.bind(number),
            Self::Id(id) => query.bind(id.into_bytes().to_vec()),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::from)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<Uuid> for Value<'_> {
    fn from(id: Uuid) -> Self {
        Self::Id(id)
    }
}

/// A row of an answer. `what` names the kind of row in errors.
pub(crate) struct Row {
    what: &'static str,
    row: SqliteRow,
}

impl Row {
    pub(super) fn new(what: &'static str, row: SqliteRow) -> Self {
        Self { what, row }
    }

    pub(crate) fn text(&self, column: &str) -> Result<String> {
        self.get(column)
    }

    pub(crate) fn optional_text(&self, column: &str) -> Result<Option<String>> {
        self.get(column)
    }

    pub(crate) fn int(&self, column: &str) -> Result<i64> {
        self.get(column)
    }

    pub(crate) fn truth(&self, column: &str) -> Result<bool> {
        self.get(column)
    }

    pub(crate) fn id(&self, column: &str) -> Result<Uuid> {
        Uuid::from_slice(self.get(column)?).map_err(|error| self.corrupt(column, error))
    }

    /// A column that holds JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        serde_json::from_str(self.get(column)?).map_err(|error| self.corrupt(column, error))
    }

    /// What to answer when a column of this row makes no sense.
    pub(crate) fn corrupt(&self, column: &str, reason: impl ToString) -> store::StoreError {
        // The first column of every table says which row it is.
        let id = self.row.try_get::<String, _>(0).or_else(|_| self.row.try_get::<Vec<u8>, _>(0).map(hex::encode));
        corrupt(self.what, id.unwrap_or_else(|_| "?".to_owned()), format!("{column}: {}", reason.to_string()))
    }

    fn get<'r, T>(&'r self, column: &str) -> Result<T>
    where
        T: sqlx::Decode<'r, Sqlite> + sqlx::Type<Sqlite>,
    {
        self.row.try_get(column).map_err(|error| self.corrupt(column, error))
    }
}
