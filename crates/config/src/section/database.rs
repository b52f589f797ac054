//! `backend.database`: where the portal keeps what it knows.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::keys::Key;
use crate::{ConfigError, View};

pub(crate) const KEYS: &[Key] = &[
    Key::new("backend.database.client", "`better-sqlite3` (the default)."),
    Key::new(
        "backend.database.connection",
        "`:memory:`, a file, a directory, or an object with `filename` or `directory`; default the directory `./data`.",
    ),
    Key::new("backend.database.connection.filename", "The database file, or `:memory:`."),
    Key::new("backend.database.connection.directory", "The directory of the database file."),
    Key::new("backend.database.directory", "As `backend.database.connection.directory`."),
    Key::new("backend.database.useNullAsDefault", "Accepted; it has no effect."),
];

const DEFAULT_DIRECTORY: &str = "./data";
const FILE_NAME: &str = "callboard.sqlite";

/// Where the data is. Relative paths are relative to the working directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// Gone when the process ends.
    Memory,
    /// A SQLite file; its directory may not exist yet.
    File(PathBuf),
}

impl Database {
    pub(crate) fn read(root: &View<'_>) -> Result<Self, ConfigError> {
        let Some(database) = root.object("backend.database")? else { return Ok(in_directory(DEFAULT_DIRECTORY)) };
        if let Some(client) = database.find("client") {
            match client.as_str()? {
                "better-sqlite3" | "sqlite3" | "sqlite" => {}
                "pg" | "postgres" | "postgresql" | "embedded-postgres" => return Err(postgres(&client)),
                _ => {
                    return Err(client.invalid(format!("expected 'better-sqlite3', got {}", client.shown())));
                }
            }
        }
        let Some(connection) = database.find("connection") else {
            return Ok(in_directory(&database.string("directory")?.unwrap_or_else(|| DEFAULT_DIRECTORY.to_owned())));
        };
        match connection.value() {
            Value::String(_) => from_text(&connection),
            Value::Object(_) => match (connection.find("filename"), connection.string("directory")?) {
                (Some(filename), _) => from_text(&filename),
                (None, Some(directory)) => Ok(in_directory(&directory)),
                (None, None) => Err(connection.invalid("expected a `filename` or a `directory`")),
            },
            _ => Err(connection.wanted("string")),
        }
    }
}

fn from_text(view: &View<'_>) -> Result<Database, ConfigError> {
    let text = view.as_str()?.trim();
    if ["postgres:", "postgresql:", "pg:"].iter().any(|scheme| text.starts_with(scheme)) {
        return Err(postgres(view));
    }
    let path = ["sqlite://", "sqlite:", "file://", "file:"].iter().find_map(|scheme| text.strip_prefix(scheme));
    match path.unwrap_or(text) {
        ":memory:" => Ok(Database::Memory),
        "" => Err(view.invalid("expected ':memory:' or the path of a file")),
        other if other.contains("://") => {
            Err(view.invalid("expected ':memory:', the path of a file, or an object with a `directory`"))
        }
        path if path.ends_with('/') || Path::new(path).is_dir() => Ok(in_directory(path)),
        path => Ok(Database::File(PathBuf::from(path))),
    }
}

fn in_directory(directory: &str) -> Database {
    Database::File(Path::new(directory).join(FILE_NAME))
}

fn postgres(view: &View<'_>) -> ConfigError {
    view.invalid("PostgreSQL comes with a later release; use client 'better-sqlite3'")
}
