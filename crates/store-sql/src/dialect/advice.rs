//! What to do about what a database says.

use sqlx::{error::DatabaseError, postgres::PgDatabaseError};

/// Where it cannot be written.
pub(super) const ELSEWHERE: &str =
    "let the user that runs Callboard write there, or configure another place under backend.database";

/// What the person who runs Callboard can do about an error of the database, if anything.
pub(crate) fn advice(error: &sqlx::Error) -> Option<&'static str> {
    if matches!(error, sqlx::Error::Io(_)) {
        return Some("see that it runs and is reached from here, under backend.database.connection");
    }
    let error = error.as_database_error()?;
    match error.try_downcast_ref::<PgDatabaseError>() {
        Some(postgres) => of_postgres(postgres.code()),
        None => of_sqlite(error),
    }
}

fn of_sqlite(error: &dyn DatabaseError) -> Option<&'static str> {
    let code: u32 = error.code()?.parse().ok()?;
    // The low byte says what it is, the rest more exactly.
    match code & 0xff {
        8 | 14 | 23 => Some(ELSEWHERE),
        11 | 26 => Some("restore a backup, or move the file away: the catalog is read again from its sources"),
        13 => Some("make room on the disk"),
        _ => None,
    }
}

fn of_postgres(code: &str) -> Option<&'static str> {
    match code {
        "28000" | "28P01" => Some("look at user and password under backend.database.connection"),
        "3D000" => Some("create it, or let Callboard do so with backend.database.ensureExists"),
        "3F000" => Some("create the schema, or let Callboard do so with backend.database.ensureSchemaExists"),
        "42501" => Some("grant it to the user under backend.database.connection, or name the role that has it"),
        "53100" => Some("make room on the disk of the database"),
        "53300" => {
            Some("allow more connections on the server, or fewer to each process: backend.database.knexConfig.pool.max")
        }
        _ => None,
    }
}
