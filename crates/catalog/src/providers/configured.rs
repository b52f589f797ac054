//! The locations of the configuration (contract catalog.md section 8).

use std::sync::Arc;

use arc_swap::ArcSwap;
use async_trait::async_trait;
use sdk::{EntityProvider, Page, ProviderError, Rhythm};

use super::root;
use crate::CatalogOptions;

/// Hands in what `catalog.locations` names; it is asked again when the configuration changes.
pub struct ConfiguredLocations(pub Arc<ArcSwap<CatalogOptions>>);

impl ConfiguredLocations {
    /// As Backstage calls it.
    pub const NAME: &'static str = "ConfigLocationProvider";
}

#[async_trait]
impl EntityProvider for ConfiguredLocations {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn rhythm(&self) -> Rhythm {
        Rhythm::OnRequest
    }

    async fn page(&self, _: Option<&str>) -> Result<Page, ProviderError> {
        let options = self.0.load();
        Ok(Page { offers: options.locations.iter().map(|configured| root(&configured.location)).collect(), next: None })
    }
}
