//! Who leads, where several processes share a database: one at a time looks at the sources and commits what they bring.

use std::time::Duration;

use async_trait::async_trait;

use crate::error::Result;

/// What asking for the lead came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// This process leads. The epoch increases with every change of leader; commits are made under it.
    Leading { epoch: i64 },
    /// Another process leads, by what people may call it.
    Following { leader: String },
}

#[async_trait]
pub trait LeadStore: Send + Sync {
    /// Asks to lead for so long from now, or to lead on. A leader that does not ask again in time may be replaced; its commits
    /// are refused from then on, also those it thinks are in time: only the clock of the database counts.
    async fn lead(&self, lease: Duration) -> Result<Standing>;

    /// Lets another process lead at once. Nothing happens where this one does not lead.
    async fn resign(&self) -> Result<()>;
}
