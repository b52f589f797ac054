//! Database errors in the words of the store.

use store::StoreError;

use crate::dialect::advice;

/// Says what was being done when the database refused. A broken unique rule is a conflict, anything else a database error.
pub(crate) fn failed(operation: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    move |error| match &error {
        sqlx::Error::Database(refusal) if refusal.is_unique_violation() => {
            StoreError::Conflict(format!("{operation} failed: it is there already ({refusal})"))
        }
        sqlx::Error::PoolTimedOut => StoreError::Database {
            operation,
            reason: "every database connection was busy for too long; try again, and look for one long-running request"
                .to_owned(),
        },
        _ => StoreError::Database { operation, reason: reason(&error) },
    }
}

/// What the database says, and what to do about it where that is known.
pub(crate) fn reason(error: &sqlx::Error) -> String {
    match advice(error) {
        Some(advice) => format!("{error}; {advice}"),
        None => error.to_string(),
    }
}

/// A row that this release cannot understand.
pub(crate) fn corrupt(what: &'static str, id: impl ToString, reason: impl ToString) -> StoreError {
    StoreError::Corrupt { what, id: id.to_string(), reason: reason.to_string() }
}
