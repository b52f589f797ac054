//! How processes on one database work together: one leads, which looks at the sources and commits what they bring; all follow
//! what is committed; and what only the leader can do is asked of it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use crate::catalog::CatalogStore;
use crate::error::Result;

/// What asking for the lead came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// This process leads. The epoch increases with every change of leader; commits are made under it.
    Leading {
        epoch: i64,
    },
    Following(Leader),
}

/// The process that leads, or did last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leader {
    /// What people may call it.
    pub name: String,
    /// What it told the others when it last asked to lead on.
    pub bulletin: String,
    /// Its time has not run out.
    pub leads: bool,
}

/// Something that another process did. It is said at once, but not reliably: who was not reached has to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// The change feed ends at this position now.
    Committed(i64),
    /// Something is asked of the leader.
    Asked,
    /// A question was answered.
    Answered(Uuid),
    /// Nobody leads.
    Resigned,
    /// News may have been missed.
    Missed,
}

/// Waits for news.
#[async_trait]
pub trait Listener: Send {
    /// The next news. After an error, listen anew.
    async fn next(&mut self) -> Result<News>;
}

/// Something asked of the leader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub id: Uuid,
    pub text: String,
}

#[async_trait]
pub trait ReplicaStore: Send + Sync {
    /// Asks to lead for so long from now, or to lead on, and leaves a bulletin for the others if it does. A leader that does not
    /// ask again in time may be replaced; its commits are refused from then on, also those it thinks are in time: only the
    /// clock of the database counts.
    async fn lead(&self, lease: Duration, bulletin: &str) -> Result<Standing>;

    /// Who leads; `None` when nobody ever did.
    async fn leader(&self) -> Result<Option<Leader>>;

    /// Lets another process lead at once. Nothing happens where this one does not lead.
    async fn resign(&self) -> Result<()>;

    /// The catalog for the holder of a leadership: as soon as another has taken it over, commits are
    /// [`crate::StoreError::Superseded`] and nothing of them is kept.
    fn under(&self, epoch: i64) -> Arc<dyn CatalogStore>;

    /// Begins to listen to what other processes do from now on.
    async fn listen(&self) -> Result<Box<dyn Listener>>;

    /// Asks the leader something; answers the id of the question.
    async fn ask(&self, question: &str) -> Result<Uuid>;

    /// Questions without an answer that are not older than this, oldest first.
    async fn questions(&self, within: Duration) -> Result<Vec<Question>>;

    /// Answers a question, unless it was answered or forgotten.
    async fn answer(&self, id: Uuid, answer: &str) -> Result<()>;

    /// Takes the answer to a question, once it is there.
    async fn take_answer(&self, id: Uuid) -> Result<Option<String>>;

    /// Drops questions that are older than this.
    async fn forget_questions(&self, older_than: Duration) -> Result<()>;
}
