//! `backend.database` with client `pg`: the keys of Backstage, where Callboard counts as one plugin called `callboard`.

use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

use crate::problems::Problems;
use crate::{ConfigError, Secret, View};

/// What our database, or our schema, is called behind its prefix.
const NAME: &str = "callboard";
const PREFIX: &str = "backstage_plugin_";
const CONNECTIONS: u32 = 5;
const SCHEMES: [&str; 3] = ["postgres:", "postgresql:", "pg:"];

/// What of a PostgreSQL server is ours, and how it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postgres {
    pub server: PostgresServer,
    /// `None` for the server's default, `public` as a rule.
    pub schema: Option<String>,
    /// The role to take on after signing in.
    pub role: Option<String>,
    pub create_database: bool,
    pub create_schema: bool,
    /// Connections of one process at most, beside one that listens.
    pub connections: u32,
}

/// Where the server is and how to sign in. What is `None` is left to the variables `PGHOST`, `PGPORT`, `PGUSER`,
/// `PGPASSWORD` and `PGDATABASE`, and in the end to PostgreSQL's own defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostgresServer {
    /// A name, an address, or the folder of a socket.
    pub host: Option<String>,
    pub port: Option<u16>,
    pub user: Option<String>,
    pub password: Option<Secret>,
    pub database: Option<String>,
    /// What the server calls our connections.
    pub application_name: Option<String>,
    pub tls: PostgresTls,
}

/// How the connection to PostgreSQL is protected.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum PostgresTls {
    /// TLS where the server has it, whatever its certificate.
    #[default]
    IfOffered,
    Off,
    /// TLS with any certificate.
    Unchecked {
        client: Option<ClientCertificate>,
    },
    /// TLS with a certificate for the host, from an authority that the system or `ca` (PEM) knows.
    Checked {
        ca: Option<String>,
        client: Option<ClientCertificate>,
    },
}

/// What we show to a server that wants to see a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// PEM text of the chain.
    pub certificate: String,
    /// PEM text of the private key.
    pub key: Secret,
}

const CHECKED: PostgresTls = PostgresTls::Checked { ca: None, client: None };

/// Whether a connection is the address of a PostgreSQL server.
pub(super) fn is_address(text: &str) -> bool {
    SCHEMES.iter().any(|scheme| text.trim().starts_with(scheme))
}

impl Postgres {
    pub(super) fn read(database: &View<'_>, problems: &mut Problems) -> Option<Self> {
        let mut server = problems.kept(PostgresServer::read(database))?;
        let modes = [("database", false), ("schema", true)];
        let by_schema = problems.optional(database.word("pluginDivisionMode", &modes)).unwrap_or(false);
        let prefix = problems.optional(database.string("prefix")).unwrap_or_else(|| PREFIX.to_owned());
        let schema_prefix = problems.optional(database.string("schemaPrefix")).unwrap_or_default();
        let create_database = problems.optional(database.bool("ensureExists")).unwrap_or(true);
        if !by_schema {
            server.database.get_or_insert_with(|| prefix + NAME);
        }
        Some(Self {
            server,
            schema: by_schema.then(|| schema_prefix + NAME),
            role: problems.optional(database.string("role")),
            create_database,
            create_schema: problems.optional(database.bool("ensureSchemaExists")).unwrap_or(create_database),
            connections: problems.optional(pool_size(database)).unwrap_or(CONNECTIONS),
        })
    }
}

fn pool_size(database: &View<'_>) -> Result<Option<u32>, ConfigError> {
    let Some(max) = database.find("knexConfig.pool.max") else { return Ok(None) };
    match number(&max) {
        // One writes while others read.
        Some(connections) if connections >= 2 => Ok(Some(connections)),
        _ => Err(max.invalid(format!("expected a number of connections of 2 or more, got {}", max.shown()))),
    }
}

impl PostgresServer {
    fn read(database: &View<'_>) -> Result<Self, ConfigError> {
        let Some(connection) = database.find("connection") else { return Ok(Self::default()) };
        match connection.value() {
            Value::String(_) => Self::from_address(&connection),
            Value::Object(_) => Self::from_members(&connection),
            _ => Err(connection.wanted("string")),
        }
    }

    fn from_members(connection: &View<'_>) -> Result<Self, ConfigError> {
        if let Some(kind) = connection.find("type").filter(|kind| kind.value() != "default") {
            return Err(
                kind.invalid(format!("expected 'default', got {}; give `user` and `password` instead", kind.shown()))
            );
        }
        let mut read = match connection.find("connectionString") {
            Some(address) => Self::from_address(&address)?,
            None => Self::default(),
        };
        if let Some(port) = connection.find("port") {
            let refused = || port.invalid(format!("expected a port, got {}", port.shown()));
            read.port = Some(number(&port).ok_or_else(refused)?);
        }
        read.host = connection.string("host")?.or(read.host);
        read.user = connection.string("user")?.or(read.user);
        read.password = connection.secret("password")?.or(read.password);
        read.database = connection.string("database")?.or(read.database);
        read.application_name = connection.string("application_name")?.or(read.application_name);
        read.tls = tls(connection)?.unwrap_or(read.tls);
        Ok(read)
    }

    /// `postgres://user:password@host:port/database?sslmode=…`. No error shows the address: it may hold a password.
    fn from_address(view: &View<'_>) -> Result<Self, ConfigError> {
        const EXPECTED: &str = "expected an address such as postgres://user:password@host:5432/database";
        let text = view.as_str()?.trim();
        let url = Url::parse(text).ok().filter(|_| is_address(text)).ok_or_else(|| view.invalid(EXPECTED))?;
        let plain = |part: &str| {
            // An IPv6 address stands in brackets.
            let part = part.strip_prefix('[').and_then(|part| part.strip_suffix(']')).unwrap_or(part);
            let decoded = percent_decode_str(part).decode_utf8().map_err(|_| view.invalid(EXPECTED))?;
            Ok::<_, ConfigError>((!decoded.is_empty()).then(|| decoded.into_owned()))
        };
        let mut read = Self {
            host: plain(url.host_str().unwrap_or_default())?,
            port: url.port(),
            user: plain(url.username())?,
            password: plain(url.password().unwrap_or_default())?.map(Secret::new),
            database: plain(url.path().trim_start_matches('/'))?,
            ..Self::default()
        };
        for (key, value) in url.query_pairs() {
            let value = value.into_owned();
            match &*key {
                "host" => read.host = Some(value),
                "port" => read.port = Some(value.parse().map_err(|_| view.invalid(EXPECTED))?),
                "user" => read.user = Some(value),
                "password" => read.password = Some(Secret::new(value)),
                "dbname" => read.database = Some(value),
                "application_name" => read.application_name = Some(value),
                "ssl" | "sslmode" => read.tls = mode(view, &key, &value)?,
                _ => {
                    let message = "is not read; write `connection` as an object, with certificates under `ssl`";
                    return Err(view.invalid(format!("the parameter `{key}` of the address {message}")));
                }
            }
        }
        Ok(read)
    }
}

/// `sslmode` and `ssl` of an address as Backstage's driver takes them: what asks for TLS has the certificate checked.
fn mode(view: &View<'_>, key: &str, value: &str) -> Result<PostgresTls, ConfigError> {
    match value {
        "disable" | "false" | "0" => Ok(PostgresTls::Off),
        "allow" | "prefer" => Ok(PostgresTls::IfOffered),
        "no-verify" => Ok(PostgresTls::Unchecked { client: None }),
        "require" | "verify-ca" | "verify-full" | "true" | "1" => Ok(CHECKED),
        _ => Err(view.invalid(format!(
            "`{key}` of the address: expected 'disable', 'prefer', 'no-verify', 'require' or 'verify-full'"
        ))),
    }
}

fn tls(connection: &View<'_>) -> Result<Option<PostgresTls>, ConfigError> {
    let Some(ssl) = connection.find("ssl") else { return Ok(None) };
    if !ssl.value().is_object() {
        return Ok(Some(if flag(&ssl)? { CHECKED } else { PostgresTls::Off }));
    }
    let checked = ssl.find("rejectUnauthorized").map_or(Ok(true), |strict| flag(&strict))?;
    let ca = ssl.string_or_strings("ca")?.map(|authorities| authorities.join("\n"));
    let client = match (ssl.string("cert")?, ssl.secret("key")?) {
        (Some(certificate), Some(key)) => Some(ClientCertificate { certificate, key }),
        (None, None) => None,
        _ => return Err(ssl.invalid("`cert` and `key` belong together")),
    };
    Ok(Some(if checked { PostgresTls::Checked { ca, client } } else { PostgresTls::Unchecked { client } }))
}

/// `true`, `false`, or the same as a text, which variables are.
fn flag(view: &View<'_>) -> Result<bool, ConfigError> {
    let text = view.value().as_str().map(str::trim);
    view.value().as_bool().or_else(|| text?.parse().ok()).ok_or_else(|| view.wanted("boolean"))
}

/// A number, or the same as a text, which variables are.
fn number<T: TryFrom<u64>>(view: &View<'_>) -> Option<T> {
    let number = match view.value() {
        Value::Number(number) => number.as_u64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    T::try_from(number).ok()
}
