//! `backend.database`: where the portal keeps what it knows. Contract: platform-services section 1.1.

mod postgres;

use std::path::{Path, PathBuf};

pub use postgres::{ClientCertificate, Postgres, PostgresServer, PostgresTls};
use serde_json::Value;

use crate::keys::Key;
use crate::problems::Problems;
use crate::{ConfigError, View};

pub(crate) const KEYS: &[Key] = &[
    Key::new("backend.database.client", "`better-sqlite3` (the default), or `pg` for PostgreSQL."),
    Key::new(
        "backend.database.connection",
        "SQLite: `:memory:`, a file, a directory, or an object with `filename` or `directory`; default the directory \
         `./data`. PostgreSQL: `postgres://user:password@host:port/database`, or an object.",
    ),
    Key::new("backend.database.connection.filename", "The database file, or `:memory:`."),
    Key::new("backend.database.connection.directory", "The directory of the database file."),
    Key::new("backend.database.directory", "As `backend.database.connection.directory`."),
    Key::new("backend.database.connection.type", "`default`, the one way to sign in to PostgreSQL."),
    Key::secret("backend.database.connection.connectionString", "An address as above; keys beside it say more."),
    Key::new("backend.database.connection.host", "Where PostgreSQL is; a folder when it begins with `/`."),
    Key::new("backend.database.connection.port", "Its port; default 5432."),
    Key::new("backend.database.connection.user", "Who to sign in as."),
    Key::secret("backend.database.connection.password", "The user's password."),
    Key::new("backend.database.connection.database", "The database; default `<prefix>callboard`."),
    Key::new("backend.database.connection.application_name", "What the server calls our connections."),
    Key::new("backend.database.connection.ssl", "`true` for TLS with a certificate that is checked, `false` for none."),
    Key::new(
        "backend.database.connection.ssl.ca",
        "Certificates to trust beside the system's, in PEM; usually `$file`.",
    ),
    Key::new("backend.database.connection.ssl.cert", "The client's certificate in PEM."),
    Key::secret("backend.database.connection.ssl.key", "The private key of the client's certificate in PEM."),
    Key::new("backend.database.connection.ssl.rejectUnauthorized", "`false` takes any certificate of the server."),
    Key::new(
        "backend.database.pluginDivisionMode",
        "`database` (the default) for a database of our own, `schema` for a schema of a database that others use too.",
    ),
    Key::new("backend.database.prefix", "How the name of our database begins; default `backstage_plugin_`."),
    Key::new("backend.database.schemaPrefix", "How the name of our schema begins; default nothing."),
    Key::new("backend.database.ensureExists", "Whether to create the database if it is missing; default true."),
    Key::new("backend.database.ensureSchemaExists", "Whether to create the schema, too; as `ensureExists` by default."),
    Key::new("backend.database.role", "The role to take on after signing in, which then owns what is created."),
    Key::new("backend.database.knexConfig.pool.max", "Connections of one process, beside one that listens; default 5."),
    Key::new("backend.database.knexConfig.**", "Accepted; it has no effect."),
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
    /// A PostgreSQL server.
    Postgres(Box<Postgres>),
}

impl Database {
    pub(crate) fn read(root: &View<'_>, problems: &mut Problems) -> Option<Self> {
        let database = problems.kept(root.object("backend.database"))?;
        let Some(database) = database else { return Some(in_directory(DEFAULT_DIRECTORY)) };
        if problems.kept(is_postgres(&database))? {
            return Some(Self::Postgres(Box::new(Postgres::read(&database, problems)?)));
        }
        problems.kept(read_sqlite(&database))
    }
}

/// Without a client, the address of a PostgreSQL server says which it is.
fn is_postgres(database: &View<'_>) -> Result<bool, ConfigError> {
    let Some(client) = database.find("client") else {
        let connection = database.find("connection");
        return Ok(connection.is_some_and(|connection| connection.value().as_str().is_some_and(postgres::is_address)));
    };
    match client.as_str()? {
        "better-sqlite3" | "sqlite3" | "sqlite" => Ok(false),
        "pg" | "postgres" | "postgresql" => Ok(true),
        _ => Err(client.invalid(format!("expected 'better-sqlite3' or 'pg', got {}", client.shown()))),
    }
}

fn read_sqlite(database: &View<'_>) -> Result<Database, ConfigError> {
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

fn from_text(view: &View<'_>) -> Result<Database, ConfigError> {
    let text = view.as_str()?.trim();
    if postgres::is_address(text) {
        return Err(view.invalid("this is the address of a PostgreSQL server; use client 'pg' for it"));
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
