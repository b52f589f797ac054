//! The contract suite, on a file, in memory and on PostgreSQL.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use store::audit::AuditStore;
use store::{CatalogStore, DocumentStore, KeyStore};
use store_sql::{DatabaseLocation, DatabaseOptions, SqlStore};

async fn on_file() -> (Arc<SqlStore>, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let options = DatabaseOptions::new(DatabaseLocation::Directory(directory.path().to_owned()));
    (Arc::new(SqlStore::open(&options).await.unwrap()), directory)
}

async fn in_memory() -> Arc<SqlStore> {
    Arc::new(SqlStore::open(&DatabaseOptions::new(DatabaseLocation::Memory)).await.unwrap())
}

mod file {
    use super::*;

    async fn catalog() -> Option<(Arc<dyn CatalogStore>, tempfile::TempDir)> {
        let (store, directory) = on_file().await;
        Some((store, directory))
    }
    store::catalog_suite!(catalog);

    async fn keys() -> Option<(Arc<dyn KeyStore>, tempfile::TempDir)> {
        let (store, directory) = on_file().await;
        Some((store, directory))
    }
    store::key_suite!(keys);

    async fn documents() -> Option<(Arc<dyn DocumentStore>, tempfile::TempDir)> {
        let (store, directory) = on_file().await;
        Some((store, directory))
    }
    store::document_suite!(documents);

    async fn audit() -> Option<(Arc<dyn AuditStore>, tempfile::TempDir)> {
        let (store, directory) = on_file().await;
        Some((store, directory))
    }
    store::audit_suite!(audit);
}

mod memory {
    use super::*;

    async fn catalog() -> Option<(Arc<dyn CatalogStore>, ())> {
        Some((in_memory().await, ()))
    }
    store::catalog_suite!(catalog);

    async fn keys() -> Option<(Arc<dyn KeyStore>, ())> {
        Some((in_memory().await, ()))
    }
    store::key_suite!(keys);

    async fn documents() -> Option<(Arc<dyn DocumentStore>, ())> {
        Some((in_memory().await, ()))
    }
    store::document_suite!(documents);

    async fn audit() -> Option<(Arc<dyn AuditStore>, ())> {
        Some((in_memory().await, ()))
    }
    store::audit_suite!(audit);

    #[tokio::test]
    async fn each_store_has_a_memory_of_its_own() {
        let (first, second) = (in_memory().await, in_memory().await);
        let upserts = vec![store::suite::entity("a")];
        first.commit(&store::Commit { upserts, ..store::Commit::default() }).await.unwrap();
        assert_eq!(first.entities_after(None, 10).await.unwrap().len(), 1);
        assert!(second.entities_after(None, 10).await.unwrap().is_empty());
    }
}

mod postgres {
    use super::*;

    async fn open() -> Option<Arc<SqlStore>> {
        Some(Arc::new(SqlStore::open(&common::postgres()?).await.unwrap()))
    }

    async fn catalog() -> Option<(Arc<dyn CatalogStore>, ())> {
        Some((open().await?, ()))
    }
    store::catalog_suite!(catalog);

    async fn keys() -> Option<(Arc<dyn KeyStore>, ())> {
        Some((open().await?, ()))
    }
    store::key_suite!(keys);

    async fn documents() -> Option<(Arc<dyn DocumentStore>, ())> {
        Some((open().await?, ()))
    }
    store::document_suite!(documents);

    async fn audit() -> Option<(Arc<dyn AuditStore>, ())> {
        Some((open().await?, ()))
    }
    store::audit_suite!(audit);
}
