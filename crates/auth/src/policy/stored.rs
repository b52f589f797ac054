//! Roles that people change in the pages and through the API, kept in the store as one document.

use std::sync::Arc;

use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};
use store::{DocumentStore, StoreError};

use super::role::Role;

/// The name of the document.
const DOCUMENT: &str = "roles";

/// How often a change is tried again when others change roles at the same time.
const TRIES: usize = 20;

/// What the document holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Changeable {
    pub roles: Vec<Role>,
    /// The newest id of a condition; they are used once.
    pub newest_condition: u32,
    /// Plugins outside whose permissions are offered.
    pub plugins: Vec<String>,
}

/// The document as it was last seen.
pub struct StoredRoles {
    store: Arc<dyn DocumentStore>,
    current: ArcSwap<(i64, Changeable)>,
}

/// Why roles were not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError<E> {
    /// The change itself is refused.
    #[error(transparent)]
    Refused(E),
    #[error("the roles cannot be read or written: {0}")]
    Store(#[from] StoreError),
    #[error("the stored roles cannot be read: {0}")]
    Unreadable(String),
    #[error("roles are being changed by many at once; try again")]
    Busy,
}

impl StoredRoles {
    /// Reads the roles.
    ///
    /// # Errors
    /// The store cannot be read, or what is there are no roles of this release.
    pub async fn open(store: Arc<dyn DocumentStore>) -> Result<Self, ChangeError<std::convert::Infallible>> {
        let read = read(&*store).await?;
        Ok(Self { store, current: ArcSwap::from_pointee(read) })
    }

    /// The roles with the number of their version.
    pub fn current(&self) -> Arc<(i64, Changeable)> {
        self.current.load_full()
    }

    /// Looks whether another process has changed the roles.
    ///
    /// # Errors
    /// As [`StoredRoles::open`].
    pub async fn refresh(&self) -> Result<(), ChangeError<std::convert::Infallible>> {
        let read = read(&*self.store).await?;
        self.keep(read);
        Ok(())
    }

    /// Changes the roles; whoever else changes them meanwhile loses nothing, for the change is made again on what they left.
    ///
    /// # Errors
    /// `change` refuses, or the store does not take it.
    pub async fn change<T, E>(&self, change: impl Fn(&mut Changeable) -> Result<T, E>) -> Result<T, ChangeError<E>> {
        for _ in 0..TRIES {
            let (known, mut roles) = read(&*self.store).await?;
            let answer = change(&mut roles).map_err(ChangeError::Refused)?;
            let body = serde_json::to_string(&roles).map_err(|error| ChangeError::Unreadable(error.to_string()))?;
            if let Some(revision) = self.store.replace_document(DOCUMENT, known, &body).await? {
                self.keep((revision, roles));
                return Ok(answer);
            }
        }
        Err(ChangeError::Busy)
    }

    /// Takes over what was read, unless something newer is known.
    fn keep(&self, read: (i64, Changeable)) {
        let read = Arc::new(read);
        self.current.rcu(|known| if known.0 < read.0 { Arc::clone(&read) } else { Arc::clone(known) });
    }
}

async fn read<E>(store: &dyn DocumentStore) -> Result<(i64, Changeable), ChangeError<E>> {
    let Some(document) = store.document(DOCUMENT).await? else { return Ok((0, Changeable::default())) };
    let roles = serde_json::from_str(&document.body).map_err(|error| ChangeError::Unreadable(error.to_string()))?;
    Ok((document.revision, roles))
}
