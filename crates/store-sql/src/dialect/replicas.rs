//! Several processes on one PostgreSQL database: the lease of the one that leads, questions to it, and news by `NOTIFY`.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::{PgListener, PgNotification, PgRow};
use sqlx::{PgPool, Row as _};
use store::{CatalogStore, Leader, Listener, News, Question, ReplicaStore, Result, Standing};
use tokio::time::timeout;
use uuid::Uuid;

use super::Database;
use crate::{SqlStore, error::failed};

/// The one lease there is.
const NAME: &str = "catalog";

/// A lease that is free, ours, or has run out becomes ours.
const TAKE: &str = "INSERT INTO lease (name, holder, holder_name, epoch, expires_at, bulletin) \
    VALUES ($1, $2, 'process ' || $3::bigint || coalesce(' at ' || host(inet_client_addr()), ''), 1, \
        clock_timestamp() + $4::bigint * interval '1 millisecond', $5) \
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, holder_name = excluded.holder_name, \
        epoch = lease.epoch + CASE WHEN lease.holder = excluded.holder THEN 0 ELSE 1 END, \
        expires_at = excluded.expires_at, bulletin = excluded.bulletin \
    WHERE lease.holder = excluded.holder OR lease.expires_at <= clock_timestamp() \
    RETURNING epoch";

/// From here on, commits of earlier leaders are refused; this waits for one that is under way. Where nothing changes, nothing
/// is locked.
const FENCE: &str = "UPDATE change_head SET epoch = $1 WHERE epoch <> $1";

const LEADER: &str = "SELECT holder_name, bulletin, expires_at > clock_timestamp() FROM lease WHERE name = $1";

/// A lease that runs out at once, told to those who wait for it.
const RESIGN: &str = "WITH given_up AS (UPDATE lease SET expires_at = clock_timestamp() \
        WHERE name = $1 AND holder = $2 AND expires_at > clock_timestamp() RETURNING name) \
    SELECT pg_notify($3, 'resigned') FROM given_up";

const ASK: &str = "WITH asked AS (INSERT INTO question (id, question) VALUES ($1, $2) RETURNING id) \
    SELECT pg_notify($3, 'asked') FROM asked";

const QUESTIONS: &str = "SELECT id, question FROM question \
    WHERE answer IS NULL AND asked_at > clock_timestamp() - $1::bigint * interval '1 millisecond' ORDER BY asked_at LIMIT 1000";

const ANSWER: &str = "WITH answered AS (UPDATE question SET answer = $2 WHERE id = $1 AND answer IS NULL RETURNING id) \
    SELECT pg_notify($3, 'answered ' || id) FROM answered";

const TAKE_ANSWER: &str = "DELETE FROM question WHERE id = $1 AND answer IS NOT NULL RETURNING answer";

const FORGET: &str = "DELETE FROM question WHERE asked_at <= clock_timestamp() - $1::bigint * interval '1 millisecond'";

/// What the others are told of a commit, with it.
pub(super) const ANNOUNCE: &str = "SELECT pg_notify($1, 'committed ' || $2::bigint)";

/// The processes on one database, seen from this one.
pub(crate) struct Replicas {
    pub(super) store: SqlStore,
    pub(super) pool: PgPool,
    /// Has room for the one connection that listens.
    pub(super) listening: PgPool,
    /// What news are called on this database.
    pub(super) channel: String,
    /// Tells processes apart.
    pub(super) process: Uuid,
}

impl SqlStore {
    /// How this process works with others on the same database; `None` where the database belongs to it alone.
    pub fn replicas(&self) -> Option<Arc<dyn ReplicaStore>> {
        match &*self.database {
            Database::Sqlite(_) => None,
            Database::Postgres(database) => Some(Arc::new(database.replicas(self.clone()))),
        }
    }
}

#[async_trait]
impl ReplicaStore for Replicas {
    async fn lead(&self, lease: Duration, bulletin: &str) -> Result<Standing> {
        let standing = self.ask_to_lead(lease, bulletin).await;
        standing.map_err(failed("asking for the lead"))
    }

    async fn leader(&self) -> Result<Option<Leader>> {
        let row = sqlx::query(LEADER).bind(NAME).fetch_optional(&self.pool).await;
        row.and_then(|row| row.map(leader).transpose()).map_err(failed("looking who leads"))
    }

    async fn resign(&self) -> Result<()> {
        let resign = sqlx::query(RESIGN).bind(NAME).bind(self.process).bind(&self.channel);
        resign.execute(&self.pool).await.map(drop).map_err(failed("giving up the lead"))
    }

    fn under(&self, epoch: i64) -> Arc<dyn CatalogStore> {
        Arc::new(self.store.under(epoch))
    }

    async fn listen(&self) -> Result<Box<dyn Listener>> {
        let listening = async {
            let mut listener = PgListener::connect_with(&self.listening).await?;
            // Whoever was cut off is told, and listens anew when it has looked at what it missed.
            listener.eager_reconnect(false);
            listener.listen(&self.channel).await?;
            Ok(listener)
        };
        let listener = listening.await.map_err(failed("listening to other processes"))?;
        Ok(Box::new(Ear(listener)))
    }

    async fn ask(&self, question: &str) -> Result<Uuid> {
        let id = base::ids::new_id();
        let ask = sqlx::query(ASK).bind(id).bind(question).bind(&self.channel);
        ask.execute(&self.pool).await.map(|_| id).map_err(failed("asking the process that leads"))
    }

    async fn questions(&self, within: Duration) -> Result<Vec<Question>> {
        let rows = sqlx::query(QUESTIONS).bind(millis(within)).fetch_all(&self.pool).await;
        let question = |row: PgRow| Ok(Question { id: row.try_get(0)?, text: row.try_get(1)? });
        rows.and_then(|rows| rows.into_iter().map(question).collect()).map_err(failed("looking for questions"))
    }

    async fn answer(&self, id: Uuid, answer: &str) -> Result<()> {
        let answer = sqlx::query(ANSWER).bind(id).bind(answer).bind(&self.channel);
        answer.execute(&self.pool).await.map(drop).map_err(failed("answering another process"))
    }

    async fn take_answer(&self, id: Uuid) -> Result<Option<String>> {
        let answer = sqlx::query_scalar(TAKE_ANSWER).bind(id).fetch_optional(&self.pool).await;
        answer.map_err(failed("waiting for the process that leads"))
    }

    async fn forget_questions(&self, older_than: Duration) -> Result<()> {
        let forget = sqlx::query(FORGET).bind(millis(older_than)).execute(&self.pool).await;
        forget.map(drop).map_err(failed("forgetting questions"))
    }
}

impl Replicas {
    async fn ask_to_lead(&self, lease: Duration, bulletin: &str) -> sqlx::Result<Standing> {
        let mut transaction = self.pool.begin().await?;
        let taken = sqlx::query_scalar::<_, i64>(TAKE)
            .bind(NAME)
            .bind(self.process)
            .bind(i64::from(std::process::id()))
            .bind(millis(lease))
            .bind(bulletin)
            .fetch_optional(&mut *transaction)
            .await?;
        if let Some(epoch) = taken {
            sqlx::query(FENCE).bind(epoch).execute(&mut *transaction).await?;
            transaction.commit().await?;
            return Ok(Standing::Leading { epoch });
        }
        let row = sqlx::query(LEADER).bind(NAME).fetch_one(&mut *transaction).await?;
        Ok(Standing::Following(leader(row)?))
    }
}

fn leader(row: PgRow) -> sqlx::Result<Leader> {
    Ok(Leader { name: row.try_get(0)?, bulletin: row.try_get(1)?, leads: row.try_get(2)? })
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// After so long without a word the connection is tried: one that was cut off silently, by a firewall for instance, says nothing
/// for ever.
const QUIET: Duration = Duration::from_secs(10);
/// How long that may take.
const TRIAL: Duration = Duration::from_secs(5);

/// Hears what other processes say.
struct Ear(PgListener);

impl Ear {
    /// Waits for the next notice; `None` when the connection was lost.
    async fn notice(&mut self) -> sqlx::Result<Option<PgNotification>> {
        loop {
            match timeout(QUIET, self.0.try_recv()).await {
                Ok(notice) => return notice,
                Err(_) => match timeout(TRIAL, sqlx::query("SELECT 1").execute(&mut self.0)).await {
                    Ok(Ok(_)) => {}
                    Ok(Err(error)) => return Err(error),
                    Err(_) => return Ok(None),
                },
            }
        }
    }
}

#[async_trait]
impl Listener for Ear {
    async fn next(&mut self) -> Result<News> {
        loop {
            match self.notice().await.map_err(failed("listening to other processes"))? {
                None => return Ok(News::Missed),
                // What a newer release has to say is not for this one.
                Some(notice) => match read(notice.payload()) {
                    Some(news) => return Ok(news),
                    None => continue,
                },
            }
        }
    }
}

fn read(payload: &str) -> Option<News> {
    match payload.split_once(' ').unwrap_or((payload, "")) {
        ("committed", position) => position.parse().ok().map(News::Committed),
        ("asked", _) => Some(News::Asked),
        ("answered", id) => id.parse().ok().map(News::Answered),
        ("resigned", _) => Some(News::Resigned),
        _ => None,
    }
}
