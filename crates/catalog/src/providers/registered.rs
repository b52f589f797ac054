//! The locations that were registered through the API (contract catalog.md section 9.3).

use std::sync::Arc;

use async_trait::async_trait;
use model::EntityRef;
use sdk::{EntityProvider, Offer, Page, ProviderError, Rhythm};
use store::{CatalogStore, StoredLocation};

use super::root;

/// Hands in what the store has; what is registered while the catalog runs comes as a delta.
pub struct RegisteredLocations(pub Arc<dyn CatalogStore>);

impl RegisteredLocations {
    /// As Backstage calls it.
    pub const NAME: &'static str = "DefaultLocationStore";
}

#[async_trait]
impl EntityProvider for RegisteredLocations {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn rhythm(&self) -> Rhythm {
        Rhythm::OnRequest
    }

    async fn page(&self, _: Option<&str>) -> Result<Page, ProviderError> {
        let locations = self.0.locations().await.map_err(|error| ProviderError(error.to_string()))?;
        Ok(Page { offers: locations.iter().map(registered_root).collect(), next: None })
    }
}

/// The root of a registered location, which keeps its name when its target changes.
pub fn registered_root(stored: &StoredLocation) -> Offer {
    let mut offer = root(&stored.location);
    offer.entity.0["metadata"]["name"] = EntityRef::name(&stored.entity_ref).into();
    offer
}
