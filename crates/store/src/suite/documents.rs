//! The contract of [`DocumentStore`].

use std::sync::Arc;

use crate::{DocumentStore, StoredDocument};

type Store = Arc<dyn DocumentStore>;

fn document(revision: i64, body: &str) -> StoredDocument {
    StoredDocument { name: "a".to_owned(), revision, body: body.to_owned() }
}

pub async fn a_document_is_replaced_by_who_knows_it(store: Store) {
    assert_eq!(store.document("a").await.unwrap(), None);
    assert_eq!(store.replace_document("a", 1, "too early").await.unwrap(), None);
    assert_eq!(store.replace_document("a", 0, "one ☃").await.unwrap(), Some(1));
    assert_eq!(store.replace_document("a", 0, "late").await.unwrap(), None);
    assert_eq!(store.replace_document("a", 1, "two").await.unwrap(), Some(2));
    assert_eq!(store.document("a").await.unwrap(), Some(document(2, "two")));
    assert_eq!(store.documents().await.unwrap(), [document(2, "two")]);
    assert_eq!(store.document("b").await.unwrap(), None);
}

pub async fn of_many_at_once_one_wins(store: Store) {
    let tries = (0..8).map(|at| {
        let store = store.clone();
        async move { store.replace_document("a", 0, &format!("{at}")).await.unwrap() }
    });
    let won = futures::future::join_all(tries).await.into_iter().flatten().count();
    assert_eq!(won, 1);
    assert_eq!(store.document("a").await.unwrap().unwrap().revision, 1);
}
