//! What only several processes on one server can get wrong: opening at the same time, leading, releases that differ.
#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

use config::PostgresTls;
use futures::future::join_all;
use store::{CatalogStore, Commit, LeadStore, Standing, StoreError, suite};
use store_sql::{DatabaseLocation, DatabaseOptions, SqlStore};

const LONG: Duration = Duration::from_secs(3600);

async fn open(options: &DatabaseOptions) -> SqlStore {
    SqlStore::open(options).await.unwrap()
}

/// Changes what is configured.
fn changed(options: &DatabaseOptions, change: impl FnOnce(&mut config::Postgres)) -> DatabaseOptions {
    let DatabaseLocation::Postgres(mut postgres) = options.location.clone() else { panic!("{options:?}") };
    change(&mut postgres);
    DatabaseOptions { location: DatabaseLocation::Postgres(postgres), ..options.clone() }
}

async fn refusal(options: &DatabaseOptions) -> String {
    SqlStore::open(options).await.err().unwrap().to_string()
}

fn creating(name: &str) -> Commit {
    let entity = suite::entity(name);
    Commit { changes: vec![suite::change(&entity)], upserts: vec![entity], ..Commit::default() }
}

fn epoch(standing: Standing) -> i64 {
    match standing {
        Standing::Leading { epoch } => epoch,
        Standing::Following { leader } => panic!("{leader} leads"),
    }
}

#[tokio::test]
async fn many_processes_may_start_on_an_empty_server_at_once() {
    let Some(options) = common::postgres() else { return };
    let stores = join_all((0..8).map(|_| SqlStore::open(&options))).await;
    for (number, store) in stores.into_iter().enumerate() {
        store.unwrap().commit(&creating(&format!("e{number}"))).await.unwrap();
    }
    assert_eq!(open(&options).await.newest_seq().await.unwrap(), 8);
}

#[tokio::test]
async fn a_database_that_is_missing_is_created_once() {
    let Some(options) = common::postgres() else { return };
    let DatabaseLocation::Postgres(postgres) = &options.location else { panic!("{options:?}") };
    // A name as strange as names may be.
    let name = format!("{} \"ünd", postgres.schema.as_deref().unwrap());
    let options = changed(&options, |postgres| {
        postgres.schema = None;
        postgres.server.database = Some(name);
        postgres.connections = 2;
    });
    let never = changed(&options, |postgres| postgres.create_database = false);
    let told = refusal(&never).await;
    assert!(told.contains("does not exist") && told.contains("ensureExists"), "{told}");
    for store in join_all((0..4).map(|_| SqlStore::open(&options))).await {
        store.unwrap().newest_seq().await.unwrap();
    }
}

#[tokio::test]
async fn a_schema_that_may_not_be_created_is_told() {
    let Some(options) = common::postgres() else { return };
    let told = refusal(&changed(&options, |postgres| postgres.create_schema = false)).await;
    assert!(told.contains("ensureSchemaExists"), "{told}");
    open(&options).await;
    open(&changed(&options, |postgres| postgres.create_schema = false)).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_with_its_place() {
    let Some(options) = common::postgres() else { return };
    let told = refusal(&changed(&options, |postgres| {
        postgres.server.host = Some("127.0.0.1".to_owned());
        postgres.server.port = Some(1);
    }))
    .await;
    assert!(told.contains("PostgreSQL at 127.0.0.1:1, database ") && told.contains("refused"), "{told}");
    // The server of the tests has no TLS.
    let told = refusal(&changed(&options, |postgres| {
        postgres.server.tls = PostgresTls::Checked { ca: None, client: None };
    }))
    .await;
    assert!(told.contains("TLS"), "{told}");
    let told = refusal(&changed(&options, |postgres| postgres.server.user = Some("nobody-known".to_owned()))).await;
    assert!(told.contains("nobody-known") && told.contains("backend.database.connection"), "{told}");
}

#[tokio::test]
async fn one_process_leads_until_it_resigns() {
    let Some(options) = common::postgres() else { return };
    let (first, second) = (open(&options).await, open(&options).await);
    let first_epoch = epoch(first.lead(LONG).await.unwrap());
    assert_eq!(epoch(first.lead(LONG).await.unwrap()), first_epoch, "it leads on");
    let Standing::Following { leader } = second.lead(LONG).await.unwrap() else { panic!("two lead") };
    assert!(leader.starts_with(&format!("process {}", std::process::id())), "{leader}");
    second.resign().await.unwrap();
    assert!(matches!(second.lead(LONG).await.unwrap(), Standing::Following { .. }), "it had nothing to give up");
    first.under(first_epoch).commit(&creating("a")).await.unwrap();

    first.resign().await.unwrap();
    let second_epoch = epoch(second.lead(LONG).await.unwrap());
    assert!(second_epoch > first_epoch);
    assert!(matches!(first.lead(LONG).await.unwrap(), Standing::Following { .. }));
}

#[tokio::test]
async fn a_leader_that_was_replaced_cannot_commit() {
    let Some(options) = common::postgres() else { return };
    let (first, second) = (open(&options).await, open(&options).await);
    let paused = first.under(epoch(first.lead(Duration::ZERO).await.unwrap()));
    paused.commit(&creating("a")).await.unwrap();
    let leading = second.under(epoch(second.lead(LONG).await.unwrap()));
    let refusal = paused.commit(&creating("b")).await.unwrap_err();
    assert!(matches!(refusal, StoreError::Superseded), "{refusal}");
    assert_eq!(leading.newest_seq().await.unwrap(), 1);
    assert_eq!(leading.commit(&creating("c")).await.unwrap().seq, 2, "what was refused left no gap");
    let refs = ["a", "b", "c"].map(|name| suite::entity(name).entity_ref);
    assert_eq!(leading.entities(&refs).await.unwrap().len(), 2);
}

#[tokio::test]
async fn of_many_that_ask_at_once_one_leads() {
    let Some(options) = common::postgres() else { return };
    let options = changed(&options, |postgres| postgres.connections = 2);
    let stores = join_all((0..6).map(|_| SqlStore::open(&options))).await;
    let stores: Vec<SqlStore> = stores.into_iter().map(Result::unwrap).collect();
    let mut before = (usize::MAX, 0);
    for _ in 0..5 {
        let standings = join_all(stores.iter().map(|store| store.lead(LONG))).await;
        let leading = standings.into_iter().map(Result::unwrap).enumerate();
        let leading: Vec<(usize, i64)> = leading
            .filter_map(|(number, standing)| match standing {
                Standing::Leading { epoch } => Some((number, epoch)),
                Standing::Following { .. } => None,
            })
            .collect();
        let [now] = leading[..] else { panic!("{leading:?}") };
        assert!(now == before || now.0 != before.0 && now.1 > before.1, "{now:?} after {before:?}");
        before = now;
        stores[now.0].resign().await.unwrap();
    }
}
