//! Sets of entities that programs push through the API. A set is to its entities what a file is: it holds them as they were
//! written, and whatever becomes of them can be made of it again.

use std::sync::Arc;

use async_trait::async_trait;
use model::{Entity, LocationRef};
use sdk::{EntityProvider, Offer, Page, ProviderError, Rhythm};
use store::CatalogStore;

/// Entities read from the store at once.
const PAGE: u32 = 500;
/// The type of the locations that sets are.
const KIND: &str = "set";

/// Hands in what stands in a set.
pub struct PushedEntities {
    set: String,
    name: String,
    store: Arc<dyn CatalogStore>,
}

impl PushedEntities {
    pub fn new(set: &str, store: Arc<dyn CatalogStore>) -> Self {
        Self { set: set.to_owned(), name: Self::name_of(set), store }
    }

    /// Where entities of a set come from; rules name it so.
    pub fn location(set: &str) -> LocationRef {
        LocationRef::new(KIND, set)
    }

    /// The name of a set as a provider.
    pub fn name_of(set: &str) -> String {
        Self::location(set).to_string()
    }
}

#[async_trait]
impl EntityProvider for PushedEntities {
    fn name(&self) -> &str {
        &self.name
    }

    fn rhythm(&self) -> Rhythm {
        Rhythm::OnRequest
    }

    fn is_judged(&self) -> bool {
        true
    }

    async fn page(&self, from: Option<&str>) -> Result<Page, ProviderError> {
        let failed = |reason: String| ProviderError(format!("the set {} cannot be read, {reason}", self.set));
        let rows = self.store.pushed_after(&self.set, from, PAGE).await.map_err(|error| failed(error.to_string()))?;
        let last = rows.len() < PAGE as usize;
        let next = rows.last().filter(|_| !last).map(|row| row.entity_ref.to_string());
        let location = Self::location(&self.set);
        let offer = |row: store::PushedEntity| {
            let body =
                serde_json::from_str(&row.body).map_err(|error| failed(format!("{}: {error}", row.entity_ref)))?;
            Ok(Offer { entity: Entity(body), location: location.clone() })
        };
        Ok(Page { offers: rows.into_iter().map(offer).collect::<Result<_, ProviderError>>()?, next })
    }
}
