//! What to do about what SQLite says.

/// Where it cannot be written.
pub(super) const ELSEWHERE: &str =
    "let the user that runs Callboard write there, or configure another place under backend.database";

/// What the person who runs Callboard can do about an error of the database, if anything.
pub(crate) fn advice(error: &sqlx::Error) -> Option<&'static str> {
    let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
    // The low byte says what it is, the rest more exactly.
    match code & 0xff {
        8 | 14 | 23 => Some(ELSEWHERE),
        11 | 26 => Some("restore a backup, or move the file away: the catalog is read again from its sources"),
        13 => Some("make room on the disk"),
        _ => None,
    }
}
