//! The contract of [`CatalogStore`] among several callers.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use futures::future::{join, join_all};

use super::{change, entity};
use crate::{CatalogStore, Change, Commit, StoredEntity};

/// Entities each commit writes together.
const TOGETHER: usize = 20;

pub async fn readers_see_whole_commits_only(store: Arc<dyn CatalogStore>) {
    let written = AtomicBool::new(false);
    let write = async {
        for round in 1..=40 {
            let upserts: Vec<_> = (0..TOGETHER)
                .map(|number| StoredEntity { updated_at: round, ..entity(&format!("e{number}")) })
                .collect();
            let changes = upserts.iter().map(change).collect();
            store.commit(&Commit { upserts, changes, ..Commit::default() }).await.unwrap();
        }
        written.store(true, Ordering::Relaxed);
    };
    let read = async {
        let mut newest = 0;
        while !written.load(Ordering::Relaxed) {
            let seen = store.entities_after(None, u32::MAX).await.unwrap();
            assert!(seen.is_empty() || seen.len() == TOGETHER, "half a commit: {} entities", seen.len());
            let round = seen.first().map_or(0, |entity| entity.updated_at);
            assert!(seen.iter().all(|entity| entity.updated_at == round), "two commits mixed");
            assert!(round >= newest, "what was seen once was unseen again");
            newest = round;
            let seq = store.newest_seq().await.unwrap();
            assert_eq!(seq % TOGETHER as i64, 0);
            assert!(seq >= newest * TOGETHER as i64, "an entity was visible before its change");
        }
    };
    let readers = join_all([(); 3].map(|()| async { read_until(&store, &written).await }));
    join(write, join(read, readers)).await;
}

/// Follows the feed as a projection does: from where it was, and nothing may ever appear behind.
async fn read_until(store: &Arc<dyn CatalogStore>, written: &AtomicBool) {
    let mut at = 0;
    while !written.load(Ordering::Relaxed) {
        for Change { seq, .. } in store.changes_after(at, 7).await.unwrap() {
            assert_eq!(seq, at + 1);
            at = seq;
        }
    }
}

pub async fn concurrent_commits_share_one_feed(store: Arc<dyn CatalogStore>) {
    let commits = (0..50).map(|number| {
        let store = store.clone();
        async move {
            let created = entity(&format!("e{number}"));
            let commit = Commit { changes: vec![change(&created)], upserts: vec![created], ..Commit::default() };
            store.commit(&commit).await.unwrap().seq
        }
    });
    let mut positions = join_all(commits).await;
    positions.sort_unstable();
    assert_eq!(positions, (1..=50).collect::<Vec<_>>(), "every commit is told its own position");
    assert_eq!(store.entities_after(None, 100).await.unwrap().len(), 50);
}
