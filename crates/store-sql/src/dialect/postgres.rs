//! PostgreSQL: one small pool of connections a process, in a schema of its own where one is configured.

use std::{sync::Arc, time::Duration};

use config::{ClientCertificate, Postgres, PostgresTls};
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, PgPool, PgTransaction,
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
};
use store::{Result, StoreError};
use uuid::Uuid;

use super::migrate::{self, NEEDED, OPERATION as MIGRATING, Steps};
use super::replicas::Replicas;
use crate::{
    SqlStore,
    error::{failed, reason},
};

const OPENING: &str = "opening the database";

const STEPS: Steps = &[
    (1, "catalog", include_str!("../../migrations/postgres/0001_catalog.sql")),
    (2, "signing keys", include_str!("../../migrations/postgres/0002_signing_keys.sql")),
    (3, "several processes", include_str!("../../migrations/postgres/0003_several_processes.sql")),
    (4, "final entities", include_str!("../../migrations/postgres/0004_final_entities.sql")),
    (5, "pushed sets", include_str!("../../migrations/postgres/0005_pushed_sets.sql")),
    (6, "questions", include_str!("../../migrations/postgres/0006_questions.sql")),
    (7, "history", include_str!("../../migrations/postgres/0007_history.sql")),
    (8, "documents", include_str!("../../migrations/postgres/0008_documents.sql")),
    (9, "audit", include_str!("../../migrations/postgres/0009_audit.sql")),
];

/// Bytes of a schema's name in the name of a channel, which may have 63.
const LONGEST_SCHEMA: usize = 50;

/// What the server calls our connections unless configured.
const APPLICATION_NAME: &str = "callboard";

/// How long a request waits for a connection, and a start for the server.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// A process that stands still in the middle of a transaction holds up the others no longer than this.
const IDLE_IN_TRANSACTION: &str = "15s";
/// How long a statement waits for a lock.
const LOCK_TIMEOUT: &str = "30s";

/// An open PostgreSQL database.
pub(crate) struct Database {
    pool: PgPool,
    listening: PgPool,
    channel: Arc<str>,
    process: Uuid,
}

impl Database {
    pub(super) async fn open(options: &Postgres) -> Result<Self> {
        let connect = connect_options(options);
        let describe = |error: sqlx::Error| StoreError::Database {
            operation: OPENING,
            reason: format!("PostgreSQL at {}: {}", place(&connect), reason(&error)),
        };
        // Not of the pool: what a failed migration has locked ends with its connection.
        let mut first = first_connection(options, &connect).await.map_err(describe)?;
        if let Some(schema) = options.schema.as_deref().filter(|_| options.create_schema) {
            create_schema(&mut first, schema).await.map_err(describe)?;
        }
        migrate(&mut first).await?;
        let channel = channel(&mut first).await.map_err(describe)?;
        first.close().await.map_err(describe)?;
        let settings = [("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION), ("lock_timeout", LOCK_TIMEOUT)];
        let connect = connect.options(settings);
        let pool =
            |connections: u32| PgPoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT);
        Ok(Self {
            listening: pool(1).max_lifetime(None).idle_timeout(None).connect_lazy_with(connect.clone()),
            pool: pool(options.connections).connect_lazy_with(connect),
            channel: channel.into(),
            process: base::ids::new_id(),
        })
    }

    pub(super) async fn begin(&self) -> sqlx::Result<PgTransaction<'static>> {
        self.pool.begin().await
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Where the processes on this database hear of each other.
    pub(super) fn channel(&self) -> &Arc<str> {
        &self.channel
    }

    pub(super) fn replicas(&self, store: SqlStore) -> Replicas {
        Replicas {
            store,
            pool: self.pool.clone(),
            listening: self.listening.clone(),
            channel: self.channel.to_string(),
            process: self.process,
        }
    }

    pub(super) async fn close(&self) {
        self.listening.close().await;
        self.pool.close().await;
    }
}

/// What is not configured is what the environment and PostgreSQL say.
fn connect_options(options: &Postgres) -> PgConnectOptions {
    let server = &options.server;
    let mut connect = PgConnectOptions::new_without_pgpass()
        .application_name(server.application_name.as_deref().unwrap_or(APPLICATION_NAME));
    if let Some(host) = &server.host {
        connect = connect.host(host);
    }
    if let Some(port) = server.port {
        connect = connect.port(port);
    }
    if let Some(user) = &server.user {
        connect = connect.username(user);
    }
    if let Some(password) = &server.password {
        connect = connect.password(password.expose());
    }
    if let Some(database) = &server.database {
        connect = connect.database(database);
    }
    if let Some(schema) = &options.schema {
        connect = connect.options([("search_path", quoted(schema))]);
    }
    if let Some(role) = &options.role {
        connect = connect.options([("role", role)]);
    }
    match &server.tls {
        PostgresTls::IfOffered => connect,
        PostgresTls::Off => connect.ssl_mode(PgSslMode::Disable),
        PostgresTls::Unchecked { client } => with_client(connect.ssl_mode(PgSslMode::Require), client.as_ref()),
        PostgresTls::Checked { ca, client } => {
            let connect = connect.ssl_mode(PgSslMode::VerifyFull);
            let connect = match ca {
                Some(ca) => connect.ssl_root_cert_from_pem(ca.clone().into_bytes()),
                None => connect,
            };
            with_client(connect, client.as_ref())
        }
    }
}

fn with_client(connect: PgConnectOptions, client: Option<&ClientCertificate>) -> PgConnectOptions {
    match client {
        Some(ClientCertificate { certificate, key }) => {
            connect.ssl_client_cert_from_pem(certificate).ssl_client_key_from_pem(key.expose())
        }
        None => connect,
    }
}

/// `host:port, database name`.
fn place(connect: &PgConnectOptions) -> String {
    let database = connect.get_database().unwrap_or_else(|| connect.get_username());
    format!("{}:{}, database {database}", connect.get_host(), connect.get_port())
}

/// Connects, after creating the database where that is wanted and needed.
async fn first_connection(options: &Postgres, connect: &PgConnectOptions) -> sqlx::Result<PgConnection> {
    let missing = match PgConnection::connect_with(connect).await {
        Err(error) if options.create_database && has_code(&error, &["3D000"]) => error,
        other => return other,
    };
    let Some(name) = &options.server.database else { return Err(missing) };
    let mut maintenance = PgConnection::connect_with(&connect.clone().database("postgres")).await?;
    let created =
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {}", quoted(name)))).execute(&mut maintenance).await;
    // Another process may be as fast.
    created.map(drop).or_else(|error| if has_code(&error, &["42P04", "23505"]) { Ok(()) } else { Err(error) })?;
    maintenance.close().await?;
    PgConnection::connect_with(connect).await
}

/// Creates the schema if it is missing. One that is there needs no permission to create it.
async fn create_schema(connection: &mut PgConnection, schema: &str) -> sqlx::Result<()> {
    let there = sqlx::query("SELECT 1 FROM pg_namespace WHERE nspname = $1").bind(schema);
    if there.fetch_optional(&mut *connection).await?.is_some() {
        return Ok(());
    }
    let create = AssertSqlSafe(format!("CREATE SCHEMA {}", quoted(schema)));
    let created = sqlx::raw_sql(create).execute(connection).await;
    created.map(drop).or_else(|error| if has_code(&error, &["42P06", "23505"]) { Ok(()) } else { Err(error) })
}

/// What news are called: `callboard_<schema>`, within the length of a name. Where two are cut to the same, each hears of the
/// other in vain.
async fn channel(connection: &mut PgConnection) -> sqlx::Result<String> {
    let schema: String = sqlx::query_scalar("SELECT current_schema()::text").fetch_one(connection).await?;
    let fits = schema.char_indices().take_while(|(at, letter)| at + letter.len_utf8() <= LONGEST_SCHEMA);
    Ok(format!("callboard_{}", fits.map(|(_, letter)| letter).collect::<String>()))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn has_code(error: &sqlx::Error, codes: &[&str]) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| codes.contains(&&*code))
}

/// Brings the tables up to this release.
async fn migrate(connection: &mut PgConnection) -> Result<()> {
    if let Some(found) = migrate::unknown(connection, STEPS).await? {
        let needed = sqlx::query_scalar(NEEDED).fetch_one(&mut *connection).await.map_err(failed(MIGRATING))?;
        migrate::check(STEPS, found, needed)?;
    }
    migrate::apply(connection, STEPS).await
}
