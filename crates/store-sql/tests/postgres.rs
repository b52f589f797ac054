//! What only several processes on one server can get wrong: opening at the same time, leading, releases that differ.
#![allow(clippy::unwrap_used)]

mod common;

use std::{sync::Arc, time::Duration};

use config::PostgresTls;
use futures::future::join_all;
use store::{CatalogStore, Commit, News, Question, ReplicaStore, Standing, StoreError, suite};
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

async fn replica(options: &DatabaseOptions) -> Arc<dyn ReplicaStore> {
    open(options).await.replicas().unwrap()
}

fn creating(name: &str) -> Commit {
    let entity = suite::entity(name);
    Commit { changes: vec![suite::change(&entity)], upserts: vec![entity], ..Commit::default() }
}

fn epoch(standing: Standing) -> i64 {
    match standing {
        Standing::Leading { epoch } => epoch,
        Standing::Following(leader) => panic!("{leader:?} leads"),
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
    let (first, second) = (replica(&options).await, replica(&options).await);
    assert!(first.leader().await.unwrap().is_none());
    let first_epoch = epoch(first.lead(LONG, "one").await.unwrap());
    assert_eq!(epoch(first.lead(LONG, "two").await.unwrap()), first_epoch, "it leads on");
    let Standing::Following(leader) = second.lead(LONG, "").await.unwrap() else { panic!("two lead") };
    assert!(leader.name.starts_with(&format!("process {}", std::process::id())), "{leader:?}");
    assert!(leader.leads && leader.bulletin == "two", "{leader:?}");
    second.resign().await.unwrap();
    assert!(matches!(second.lead(LONG, "").await.unwrap(), Standing::Following(_)), "it had nothing to give up");
    first.under(first_epoch).commit(&creating("a")).await.unwrap();

    first.resign().await.unwrap();
    assert!(!second.leader().await.unwrap().unwrap().leads);
    let second_epoch = epoch(second.lead(LONG, "").await.unwrap());
    assert!(second_epoch > first_epoch);
    assert!(matches!(first.lead(LONG, "").await.unwrap(), Standing::Following(_)));
}

#[tokio::test]
async fn a_leader_that_was_replaced_cannot_commit() {
    let Some(options) = common::postgres() else { return };
    let (first, second) = (replica(&options).await, replica(&options).await);
    let paused = first.under(epoch(first.lead(Duration::ZERO, "").await.unwrap()));
    paused.commit(&creating("a")).await.unwrap();
    let leading = second.under(epoch(second.lead(LONG, "").await.unwrap()));
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
    let replicas = join_all((0..6).map(|_| replica(&options))).await;
    let mut before = (usize::MAX, 0);
    for _ in 0..5 {
        let standings = join_all(replicas.iter().map(|replica| replica.lead(LONG, ""))).await;
        let leading = standings.into_iter().map(Result::unwrap).enumerate();
        let leading: Vec<(usize, i64)> = leading
            .filter_map(|(number, standing)| match standing {
                Standing::Leading { epoch } => Some((number, epoch)),
                Standing::Following(_) => None,
            })
            .collect();
        let [now] = leading[..] else { panic!("{leading:?}") };
        assert!(now == before || now.0 != before.0 && now.1 > before.1, "{now:?} after {before:?}");
        before = now;
        replicas[now.0].resign().await.unwrap();
    }
}

#[tokio::test]
async fn processes_hear_of_each_other() {
    let Some(options) = common::postgres() else { return };
    let (first, second) = (replica(&options).await, replica(&options).await);
    let mut listener = second.listen().await.unwrap();
    let leading = first.under(epoch(first.lead(LONG, "").await.unwrap()));
    leading.commit(&Commit { read_states: vec![suite::read_state("silent")], ..Commit::default() }).await.unwrap();
    leading.commit(&creating("a")).await.unwrap();
    assert_eq!(listener.next().await.unwrap(), News::Committed(1));
    let id = second.ask("what?").await.unwrap();
    assert_eq!(listener.next().await.unwrap(), News::Asked);
    first.answer(id, "that").await.unwrap();
    assert_eq!(listener.next().await.unwrap(), News::Answered(id));
    second.resign().await.unwrap();
    first.resign().await.unwrap();
    first.resign().await.unwrap();
    leading.commit(&creating("b")).await.unwrap();
    assert_eq!(listener.next().await.unwrap(), News::Resigned);
    assert_eq!(listener.next().await.unwrap(), News::Committed(2), "only the leader resigns, and once");
}

#[tokio::test]
async fn who_listens_learns_that_it_was_cut_off() {
    let Some(options) = common::postgres() else { return };
    let name = format!("listening-{}", std::process::id());
    let options = changed(&options, |postgres| postgres.server.application_name = Some(name.clone()));
    let listening = replica(&options).await;
    let mut listener = listening.listen().await.unwrap();
    common::cut_off(&format!("application_name = '{name}' AND query LIKE 'LISTEN%'")).await;
    // The server says so before it closes the connection.
    let told = listener.next().await;
    assert!(matches!(told, Err(_) | Ok(News::Missed)), "{told:?}");
    let mut listener = listening.listen().await.unwrap();
    listening.ask("what?").await.unwrap();
    assert_eq!(listener.next().await.unwrap(), News::Asked);
}

#[tokio::test]
async fn questions_are_answered_once_and_forgotten_in_time() {
    let Some(options) = common::postgres() else { return };
    let (asking, leading) = (replica(&options).await, replica(&options).await);
    let (first, second) = (asking.ask("first").await.unwrap(), asking.ask("second ☃").await.unwrap());
    let texts = |questions: Vec<Question>| questions.into_iter().map(|question| question.text).collect::<Vec<_>>();
    assert_eq!(texts(leading.questions(LONG).await.unwrap()), ["first", "second ☃"]);
    assert!(leading.questions(Duration::ZERO).await.unwrap().is_empty());
    assert_eq!(asking.take_answer(first).await.unwrap(), None);
    leading.answer(first, "yes").await.unwrap();
    leading.answer(first, "no").await.unwrap();
    assert_eq!(texts(leading.questions(LONG).await.unwrap()), ["second ☃"]);
    assert_eq!(asking.take_answer(first).await.unwrap().as_deref(), Some("yes"));
    assert_eq!(asking.take_answer(first).await.unwrap(), None, "it was taken");
    leading.forget_questions(LONG).await.unwrap();
    assert_eq!(leading.questions(LONG).await.unwrap().len(), 1);
    leading.forget_questions(Duration::ZERO).await.unwrap();
    leading.answer(second, "too late").await.unwrap();
    assert_eq!(asking.take_answer(second).await.unwrap(), None);
}
