//! Values that go into statements and rows that come out of them.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use sqlx::{
    Arguments as _, AssertSqlSafe, Database, Decode, Encode, IntoArguments, Postgres, Row as _, Sqlite, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgRow, PgTypeInfo, types::Oid},
    query::Query,
    query_with,
    sqlite::{SqliteArgumentsBuffer, SqliteRow, SqliteTypeInfo},
};
use store::Result;
use uuid::Uuid;

use crate::error::corrupt;

/// A parameter of a statement.
pub(crate) enum Value<'a> {
    Text(Cow<'a, str>),
    Null,
    Int(i64),
    Truth(bool),
    Id(Uuid),
}

impl Value<'_> {
    /// About how many bytes it takes up in a statement.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Null | Self::Int(_) | Self::Truth(_) | Self::Id(_) => 16,
        }
    }
}

/// A statement with its parameters, in their order.
pub(super) fn statement<DB: Database>(
    sql: String,
    values: Vec<Value<'_>>,
) -> sqlx::Result<Query<'static, DB, DB::Arguments>>
where
    for<'t> Cow<'t, str>: Encode<'t, DB> + Type<DB>,
    for<'t> Null: Encode<'t, DB> + Type<DB>,
    for<'t> i64: Encode<'t, DB> + Type<DB>,
    for<'t> bool: Encode<'t, DB> + Type<DB>,
    for<'t> Uuid: Encode<'t, DB> + Type<DB>,
    DB::Arguments: IntoArguments<DB>,
{
    let mut arguments = DB::Arguments::default();
    arguments.reserve(values.len(), values.iter().map(Value::size).sum());
    for value in values {
        let added = match value {
            Value::Text(text) => arguments.add(without_nul(text)),
            Value::Null => arguments.add(Null),
            Value::Int(number) => arguments.add(number),
            Value::Truth(truth) => arguments.add(truth),
            Value::Id(id) => arguments.add(id),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok(query_with(AssertSqlSafe(sql), arguments))
}

/// PostgreSQL takes no NUL in a text, and a commit with one would fail for ever. JSON writes it as `\u0000`; where it can
/// still stand, such as in the target of a location, it means nothing.
fn without_nul(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text }
}

/// Nothing, for a column of any type.
pub(super) struct Null;

impl Type<Sqlite> for Null {
    fn type_info() -> SqliteTypeInfo {
        <String as Type<Sqlite>>::type_info()
    }
}

impl Encode<'_, Sqlite> for Null {
    fn encode_by_ref(&self, _: &mut SqliteArgumentsBuffer) -> std::result::Result<IsNull, BoxDynError> {
        Ok(IsNull::Yes)
    }
}

impl Type<Postgres> for Null {
    /// Type 0 lets the server see for itself.
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(0))
    }
}

impl Encode<'_, Postgres> for Null {
    fn encode_by_ref(&self, _: &mut PgArgumentBuffer) -> std::result::Result<IsNull, BoxDynError> {
        Ok(IsNull::Yes)
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

impl From<bool> for Value<'_> {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
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
    row: AnyRow,
}

pub(super) enum AnyRow {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl From<SqliteRow> for AnyRow {
    fn from(row: SqliteRow) -> Self {
        Self::Sqlite(row)
    }
}

impl From<PgRow> for AnyRow {
    fn from(row: PgRow) -> Self {
        Self::Postgres(row)
    }
}

impl Row {
    pub(super) fn new(what: &'static str, row: impl Into<AnyRow>) -> Self {
        Self { what, row: row.into() }
    }

    pub(super) fn all(what: &'static str, rows: Vec<impl Into<AnyRow>>) -> Vec<Self> {
        rows.into_iter().map(|row| Self::new(what, row)).collect()
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

    pub(crate) fn optional_int(&self, column: &str) -> Result<Option<i64>> {
        self.get(column)
    }

    pub(crate) fn truth(&self, column: &str) -> Result<bool> {
        self.get(column)
    }

    pub(crate) fn id(&self, column: &str) -> Result<Uuid> {
        self.get(column)
    }

    /// A column that holds JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        serde_json::from_str(self.get(column)?).map_err(|error| self.corrupt(column, error))
    }

    /// What to answer when a column of this row makes no sense.
    pub(crate) fn corrupt(&self, column: &str, reason: impl ToString) -> store::StoreError {
        // The first column of every table says which row it is.
        let text = self.try_get::<String, _>(0).ok();
        let id = text.or_else(|| self.try_get::<Uuid, _>(0).ok().map(|id| id.to_string()));
        corrupt(self.what, id.unwrap_or_else(|| "?".to_owned()), format!("{column}: {}", reason.to_string()))
    }

    fn get<'r, T>(&'r self, column: &str) -> Result<T>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
    {
        self.try_get(column).map_err(|error| self.corrupt(column, error))
    }

    fn try_get<'r, T, I>(&'r self, column: I) -> sqlx::Result<T>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
        I: sqlx::ColumnIndex<SqliteRow> + sqlx::ColumnIndex<PgRow>,
    {
        match &self.row {
            AnyRow::Sqlite(row) => row.try_get(column),
            AnyRow::Postgres(row) => row.try_get(column),
        }
    }
}
