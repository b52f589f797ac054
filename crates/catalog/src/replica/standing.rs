//! Leading and following: what one of several processes does with its life.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use store::{News, ReplicaStore, Standing};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use uuid::Uuid;

use super::desk::{Answer, Desk, PATIENCE};
use super::in_time;
use crate::engine::question::{Question, Refusal};
use crate::engine::{EngineHandle, EngineStatus, Result};

/// How long a leader that says nothing more stays the leader.
const LEASE: Duration = Duration::from_secs(10);
/// How often it says that it leads on, and how often others ask whether it still does.
const RENEW_EVERY: Duration = Duration::from_secs(2);
/// An engine that does not stop by then goes on alone: the database does not answer it, and takes nothing from it any more.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// What other processes do is looked for this often, where nothing is heard of them.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// One of several processes.
pub struct Replica {
    engine: EngineHandle,
    replicas: Arc<dyn ReplicaStore>,
    desk: Arc<Desk>,
    news: mpsc::UnboundedReceiver<News>,
    may_lead: bool,
    /// The leadership that the engine runs under.
    epoch: Option<i64>,
    asked_at: Option<Instant>,
    /// Who led when it was last told.
    leader: Option<String>,
    /// The same trouble is told once.
    troubled: bool,
    /// Questions that are being answered.
    answering: Arc<Mutex<HashSet<Uuid>>>,
}

impl Replica {
    pub fn new(
        engine: EngineHandle,
        replicas: Arc<dyn ReplicaStore>,
        desk: Arc<Desk>,
        news: mpsc::UnboundedReceiver<News>,
        may_lead: bool,
    ) -> Self {
        Self {
            engine,
            replicas,
            desk,
            news,
            may_lead,
            epoch: None,
            asked_at: None,
            leader: None,
            troubled: false,
            answering: Arc::default(),
        }
    }

    /// Shows what is kept, and leads if nobody does.
    ///
    /// # Errors
    /// The store cannot be read, or the engine does not start.
    pub async fn begin(&mut self) -> Result<()> {
        self.engine.parts.show_all().await?;
        self.engine.parts.status.send_modify(|status| status.loaded = true);
        self.stand().await
    }

    /// Follows and leads in turns until the process stops.
    pub async fn run(mut self) {
        let stop = self.engine.stop.clone();
        let mut look = interval(LOOK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let done = tokio::select! {
                () = stop.cancelled() => break,
                Some(news) = self.news.recv() => self.heard(news).await,
                _ = look.tick() => self.looked().await,
            };
            match done {
                Ok(()) => self.troubled = false,
                Err(error) if !std::mem::replace(&mut self.troubled, true) => {
                    tracing::warn!(%error, "this process cannot follow the others; trying again every second");
                }
                Err(_) => {}
            }
        }
        self.step_down().await;
        if let Err(error) = in_time(self.replicas.resign()).await {
            tracing::warn!(%error, "another process takes over only once this one has been silent for ten seconds");
        }
    }

    async fn heard(&mut self, news: News) -> Result<()> {
        match news {
            News::Committed(position) if self.epoch.is_none() && position > *self.engine.parts.position.borrow() => {
                self.engine.parts.catch_up().await?;
            }
            News::Committed(_) => {}
            News::Asked => self.answer_questions().await?,
            News::Answered(id) => self.desk.answered(id),
            News::Resigned => {
                self.asked_at = None;
                self.stand().await?;
            }
            News::Missed => self.look_around().await?,
        }
        Ok(())
    }

    async fn looked(&mut self) -> Result<()> {
        if self.asked_at.is_none_or(|at| at.elapsed() >= RENEW_EVERY) {
            self.stand().await?;
        }
        self.look_around().await
    }

    /// Does whatever news would have asked for.
    async fn look_around(&mut self) -> Result<()> {
        self.desk.ring_all();
        match self.epoch {
            Some(_) => self.answer_questions().await,
            None => Ok(self.engine.parts.catch_up().await?),
        }
    }

    /// Leads on, begins to lead, or learns who does.
    async fn stand(&mut self) -> Result<()> {
        let status = self.engine.status();
        let leader = if self.may_lead {
            match in_time(self.replicas.lead(LEASE, &bulletin(&status))).await? {
                Standing::Leading { epoch } => {
                    self.asked_at = Some(Instant::now());
                    return if self.epoch == Some(epoch) { Ok(()) } else { self.take_over(epoch).await };
                }
                Standing::Following(leader) => Some(leader),
            }
        } else {
            in_time(self.replicas.leader()).await?
        };
        self.asked_at = Some(Instant::now());
        if self.epoch.is_some() {
            tracing::warn!("another process looks at the sources now; following it");
            self.step_down().await;
        }
        let Some(leader) = leader else { return Ok(()) };
        if self.leader.as_ref() != Some(&leader.name) {
            tracing::info!("{} looks at the sources; following it", leader.name);
            self.leader = Some(leader.name);
        }
        // A newer release may have more to say.
        if let Ok(told) = serde_json::from_str::<EngineStatus>(&leader.bulletin) {
            let flushes = status.flushes;
            self.engine.parts.status.send_if_modified(|status| {
                let now = EngineStatus { loaded: true, flushes, ..told };
                *status != now && {
                    *status = now;
                    true
                }
            });
        }
        Ok(())
    }

    /// Runs the engine. From here on no other process can commit.
    async fn take_over(&mut self, epoch: i64) -> Result<()> {
        self.step_down().await;
        self.engine.parts.catch_up().await?;
        let loaded = {
            let loading = self.engine.parts.load(self.replicas.under(epoch));
            tokio::pin!(loading);
            loop {
                tokio::select! {
                    loaded = &mut loading => break loaded,
                    () = sleep(RENEW_EVERY) => {
                        // Loading takes its time. A lead that is lost meanwhile shows at the first commit.
                        let _ = in_time(self.replicas.lead(LEASE, "")).await;
                    }
                }
            }
        };
        match loaded {
            Ok(loaded) => {
                if self.leader.take().is_some() {
                    tracing::info!("this process looks at the sources now");
                }
                self.engine.running.store(Some(Arc::new(self.engine.parts.begin(loaded))));
                self.epoch = Some(epoch);
                self.answer_questions().await
            }
            Err(error) => {
                // Another may be luckier.
                in_time(self.replicas.resign()).await?;
                Err(error)
            }
        }
    }

    /// Stops the engine, if it runs.
    async fn step_down(&mut self) {
        self.epoch = None;
        if let Some(running) = self.engine.running.swap(None)
            && timeout(STOP_WITHIN, running.stop()).await.is_err()
        {
            tracing::warn!("the database does not answer what was under way; going on without it");
        }
    }

    /// Begins to answer what was asked.
    async fn answer_questions(&self) -> Result<()> {
        if self.epoch.is_none() {
            return Ok(());
        }
        in_time(self.replicas.forget_questions(2 * PATIENCE)).await?;
        for question in in_time(self.replicas.questions(PATIENCE)).await? {
            if !self.answering.lock().insert(question.id) {
                continue;
            }
            let (engine, replicas, answering) = (self.engine.clone(), self.replicas.clone(), self.answering.clone());
            let stop = engine.stop.clone();
            self.engine.tracker.spawn(async move {
                let answer = answer(&engine, &question.text);
                if let Some(answer) = stop.run_until_cancelled(answer).await
                    && let Err(error) = replicas.answer(question.id, &answer).await
                {
                    tracing::warn!(%error, "another process could not be answered");
                }
                answering.lock().remove(&question.id);
            });
        }
        Ok(())
    }
}

async fn answer(engine: &EngineHandle, question: &str) -> String {
    let outcome = match serde_json::from_str::<Question>(question) {
        Ok(question) => engine.answer(question).await,
        Err(error) => Err(Refusal::Other(format!("it does not understand what it was asked, {error}"))),
    };
    let position = *engine.parts.position.borrow();
    // Values of JSON can always be written.
    serde_json::to_string(&Answer { outcome, position }).unwrap_or_default()
}

fn bulletin(status: &EngineStatus) -> String {
    serde_json::to_string(status).unwrap_or_default()
}
