//! Several processes on one database: one leads, which runs the engine; all show what is committed, and ask the one that leads
//! for what only an engine can do (`docs/adr/0010-replicas.md`).

pub(crate) mod desk;
mod follow;
mod standing;

use std::sync::Arc;
use std::time::Duration;

use model::KindRegistry;
use parking_lot::RwLock;
use sdk::{EntityProvider, UrlReader};
use store::{CatalogStore, News, ReplicaStore, StoreError};
use tokio::sync::mpsc;

use crate::engine::{CatalogOptions, EngineHandle, Result};
use crate::index::Index;
use crate::projection::Projection;
use desk::Desk;
use standing::Replica;

/// Who was cut off listens anew after this.
const LISTEN_AGAIN: Duration = Duration::from_secs(1);

/// A statement that took longer will never be answered.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// Shows what is kept and follows what is committed from then on. With `may_lead`, this process runs the engine whenever no other
/// does.
///
/// # Errors
/// The store cannot be read, or the rules of the options cannot be used.
#[allow(clippy::too_many_arguments, reason = "what a process is made of, once")]
pub(crate) async fn start(
    store: Arc<dyn CatalogStore>,
    replicas: Arc<dyn ReplicaStore>,
    urls: Arc<dyn UrlReader>,
    options: CatalogOptions,
    kinds: Arc<KindRegistry>,
    index: Arc<RwLock<Index>>,
    providers: Vec<Arc<dyn EntityProvider>>,
    may_lead: bool,
) -> Result<EngineHandle> {
    let mut engine = EngineHandle::new(store, urls, options, kinds, Projection::new(index), providers)?;
    let desk = Arc::new(Desk::new(replicas.clone(), engine.parts.position.subscribe()));
    engine.desk = Some(desk.clone());
    let (sender, news) = mpsc::unbounded_channel();
    let mut replica = Replica::new(engine.clone(), replicas.clone(), desk, news, may_lead);
    replica.begin().await?;
    engine.tracker.spawn(engine.stop.clone().run_until_cancelled_owned(listen(replicas, sender)));
    engine.tracker.spawn(replica.run());
    Ok(engine)
}

/// Waits for the database no longer than it may take to answer, as it says nothing at all where a connection was cut off silently.
async fn in_time<T>(answer: impl Future<Output = store::Result<T>>) -> store::Result<T> {
    let silent = |_| StoreError::Database {
        operation: "working with other processes",
        reason: format!("the database does not answer within {} s", ANSWER_WITHIN.as_secs()),
    };
    tokio::time::timeout(ANSWER_WITHIN, answer).await.map_err(silent)?
}

/// Hands on what other processes say, as long as somebody takes it.
async fn listen(replicas: Arc<dyn ReplicaStore>, sender: mpsc::UnboundedSender<News>) {
    let mut told = false;
    loop {
        let error = match replicas.listen().await {
            Ok(mut listener) => {
                told = false;
                // What was said before is looked for.
                let mut news = Ok(News::Missed);
                loop {
                    match news {
                        Ok(heard) if sender.send(heard).is_err() => return,
                        Ok(_) => news = listener.next().await,
                        Err(error) => break error,
                    }
                }
            }
            Err(error) => error,
        };
        if !std::mem::replace(&mut told, true) {
            tracing::warn!(%error, "other processes are not heard; looking for what they do every second");
        }
        tokio::time::sleep(LISTEN_AGAIN).await;
    }
}
