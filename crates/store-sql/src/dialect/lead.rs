//! The lease of the one process that leads, among those on one PostgreSQL database.

use std::time::Duration;

use sqlx::{PgPool, Row as _};
use store::Standing;
use uuid::Uuid;

/// The one lease there is.
const NAME: &str = "catalog";

/// A lease that is free, ours, or has run out becomes ours.
const TAKE: &str = "INSERT INTO lease (name, holder, holder_name, epoch, expires_at) \
    VALUES ($1, $2, 'process ' || $3::bigint || coalesce(' at ' || host(inet_client_addr()), ''), 1, \
        clock_timestamp() + $4::bigint * interval '1 millisecond') \
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, holder_name = excluded.holder_name, \
        epoch = lease.epoch + CASE WHEN lease.holder = excluded.holder THEN 0 ELSE 1 END, \
        expires_at = excluded.expires_at \
    WHERE lease.holder = excluded.holder OR lease.expires_at <= clock_timestamp() \
    RETURNING epoch";

/// From here on, commits of earlier leaders are refused; this waits for one that is under way. Where nothing changes, nothing
/// is locked.
const FENCE: &str = "UPDATE change_head SET epoch = $1 WHERE epoch <> $1";

pub(super) async fn lead(pool: &PgPool, process: Uuid, lease: Duration) -> sqlx::Result<Standing> {
    let mut transaction = pool.begin().await?;
    let taken = sqlx::query_scalar::<_, i64>(TAKE)
        .bind(NAME)
        .bind(process)
        .bind(i64::from(std::process::id()))
        .bind(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX))
        .fetch_optional(&mut *transaction)
        .await?;
    if let Some(epoch) = taken {
        sqlx::query(FENCE).bind(epoch).execute(&mut *transaction).await?;
        transaction.commit().await?;
        return Ok(Standing::Leading { epoch });
    }
    let holder = "SELECT holder_name FROM lease WHERE name = $1";
    let leader = sqlx::query(holder).bind(NAME).fetch_one(&mut *transaction).await?.try_get(0)?;
    Ok(Standing::Following { leader })
}

pub(super) async fn resign(pool: &PgPool, process: Uuid) -> sqlx::Result<()> {
    let sql = "UPDATE lease SET expires_at = clock_timestamp() WHERE name = $1 AND holder = $2";
    sqlx::query(sql).bind(NAME).bind(process).execute(pool).await.map(drop)
}
