//! Who leads.

use std::time::Duration;

use async_trait::async_trait;
use store::{LeadStore, Result, Standing};

use crate::SqlStore;

#[async_trait]
impl LeadStore for SqlStore {
    async fn lead(&self, lease: Duration) -> Result<Standing> {
        self.database.lead(lease).await
    }

    async fn resign(&self) -> Result<()> {
        self.database.resign().await
    }
}
