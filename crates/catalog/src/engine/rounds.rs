//! Asking providers: when, page by page, and what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::Problem;
use sdk::{EntityProvider, ProviderError, Rhythm};

use super::actor::{Actor, Report};
use super::providers::{Offers, Seen, Tally};
use super::schedule::{Look, Went};
use super::state::State;
use super::status::ProviderStatus;
use crate::process::Rules;

/// A provider that is not asked by itself is asked again after this at most when it could not answer.
const RETRY_AT_MOST: Duration = Duration::from_secs(60);

/// All providers, by name.
#[derive(Default)]
pub struct Rounds {
    sources: BTreeMap<Arc<str>, Source>,
    /// Pages that were asked for and did not come yet.
    pub under_way: usize,
    newest: u64,
    /// The number of the next provider.
    next_number: u32,
}

/// A provider and how it goes.
struct Source {
    provider: Arc<dyn EntityProvider>,
    /// For the schedule.
    number: u32,
    round: Option<Round>,
    /// Something changed while a round was under way.
    again: bool,
    next_at: Option<i64>,
    failure: Option<ProviderError>,
    last: Last,
}

/// A round under way.
struct Round {
    number: u64,
    from: Option<String>,
    seen: Seen,
}

/// The last whole round.
#[derive(Default)]
struct Last {
    ended_at: Option<i64>,
    tally: Tally,
    problems: Vec<Problem>,
}

impl Rounds {
    pub fn add(&mut self, provider: Arc<dyn EntityProvider>) -> Arc<str> {
        let name: Arc<str> = provider.name().into();
        let number = self.next_number;
        self.next_number = number.wrapping_add(1);
        let last = Last::default();
        let source = Source { provider, number, round: None, again: false, next_at: None, failure: None, last };
        self.sources.insert(name.clone(), source);
        name
    }

    pub fn remove(&mut self, name: &str) {
        self.sources.remove(name);
    }

    /// Whether a round of this provider is under way, or broken off.
    pub fn is_open(&self, name: &str) -> bool {
        self.sources.get(name).is_some_and(|source| source.round.is_some())
    }

    /// What of the last whole round of a provider could not be taken.
    pub fn refused(&self, name: &str) -> &[Problem] {
        self.sources.get(name).map_or(&[], |source| &source.last.problems)
    }

    pub fn names(&self) -> Vec<&str> {
        self.sources.keys().map(|name| &**name).collect()
    }

    fn named(&self, number: u32) -> Option<Arc<str>> {
        self.sources.iter().find(|(_, source)| source.number == number).map(|(name, _)| name.clone())
    }

    /// A whole round before the engine runs, for what has to be there from the beginning.
    ///
    /// # Errors
    /// The provider cannot answer.
    pub async fn first(&mut self, name: &Arc<str>, state: &mut State, rules: &Arc<Rules>) -> Result<(), ProviderError> {
        let Some(source) = self.sources.get_mut(name) else { return Ok(()) };
        let (mut seen, mut from) = (Seen::default(), None);
        loop {
            let offers = Offers::ask(&*source.provider, from.as_deref(), rules.clone()).await?;
            from.clone_from(&offers.next);
            state.take_offers(name, offers, &mut seen, base::clock::now_millis());
            if from.is_none() {
                break;
            }
        }
        state.end_round(name, &mut seen);
        source.ended(seen);
        Ok(())
    }
}

impl Source {
    fn ended(&mut self, seen: Seen) {
        self.failure = None;
        self.last = Last { ended_at: Some(base::clock::now_millis()), tally: seen.tally, problems: seen.problems };
    }
}

impl Actor {
    /// Providers for which something changed are asked.
    pub fn ask_due_providers(&mut self) {
        for name in std::mem::take(&mut self.state.providers_due) {
            self.ask_provider(&name);
        }
    }

    /// Asks a provider for everything it has, after the round that may be under way. False when there is none of this name.
    pub fn ask_provider(&mut self, name: &Arc<str>) -> bool {
        let Some(source) = self.rounds.sources.get_mut(name) else { return false };
        if source.round.is_some() {
            source.again = true;
        } else {
            self.begin_round(name);
        }
        true
    }

    /// What a round under way has seen is old: it begins anew.
    pub fn restart_round(&mut self, name: &Arc<str>) {
        let under_way = self.rounds.sources.get_mut(name).and_then(|source| source.round.take());
        if under_way.is_some() {
            self.begin_round(name);
        }
    }

    fn begin_round(&mut self, name: &Arc<str>) {
        self.rounds.newest += 1;
        let number = self.rounds.newest;
        if let Some(source) = self.rounds.sources.get_mut(name) {
            source.again = false;
            source.round = Some(Round { number, from: None, seen: Seen::default() });
            self.ask_page(name);
        }
    }

    fn ask_page(&mut self, name: &Arc<str>) {
        let Some(source) = self.rounds.sources.get(name) else { return };
        let Some(round) = &source.round else { return };
        let (provider, number, from) = (source.provider.clone(), round.number, round.from.clone());
        let (name, rules, sender) = (name.clone(), self.worker.rules.load_full(), self.reports.0.clone());
        let stop = self.stop.clone();
        self.rounds.under_way += 1;
        self.tracker.spawn(async move {
            let asking = Offers::ask(&*provider, from.as_deref(), rules);
            if let Some(offers) = stop.run_until_cancelled(asking).await {
                // The loop only ends together with everything else.
                let _ = sender.send(Report::Offers { provider: name, round: number, offers });
            }
        });
    }

    /// Takes in a page, and asks for the next or ends the round.
    pub fn take_page(&mut self, name: &Arc<str>, number: u64, offers: Result<Offers, ProviderError>, now: i64) {
        self.rounds.under_way -= 1;
        let Some(source) = self.rounds.sources.get_mut(name) else { return };
        let Some(round) = source.round.as_mut().filter(|round| round.number == number) else { return };
        let went = match offers {
            Ok(offers) => {
                source.failure = None;
                round.from.clone_from(&offers.next);
                self.state.take_offers(name, offers, &mut round.seen, now);
                if round.from.is_some() {
                    return self.ask_page(name);
                }
                if let Some(mut round) = source.round.take() {
                    self.state.end_round(name, &mut round.seen);
                    source.ended(round.seen);
                }
                Went::Well
            }
            Err(error) => {
                tracing::warn!(provider = %name, %error, "a provider of entities cannot answer; it is asked again");
                source.failure = Some(error);
                Went::Badly
            }
        };
        self.plan_round(name, went);
    }

    /// Plans when a provider is asked next.
    fn plan_round(&mut self, name: &Arc<str>, went: Went) {
        let Some(source) = self.rounds.sources.get_mut(name) else { return };
        let look = Look::Provider(source.number);
        let interval = match (source.provider.rhythm(), went) {
            (Rhythm::Every(interval), _) => Some(interval),
            (Rhythm::OnRequest, Went::Well) => None,
            (Rhythm::OnRequest, _) => Some(RETRY_AT_MOST),
        };
        source.next_at = interval.map(|interval| {
            let wait = self.progress.plan(look, went, interval, name);
            base::clock::now_millis().saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
        });
        if source.next_at.is_none() {
            self.progress.forget(look);
        }
        if std::mem::take(&mut source.again) {
            self.begin_round(name);
        }
    }

    /// The time of a provider has come: a round begins, or one that broke off goes on where it was.
    pub fn provider_due(&mut self, number: u32) {
        let Some(name) = self.rounds.named(number) else { return };
        let broken_off = self.rounds.sources.get(&name).is_some_and(|source| source.round.is_some());
        if broken_off { self.ask_page(&name) } else { self.begin_round(&name) }
    }

    /// Providers whose entities are judged by the rules are asked again after these changed.
    pub fn judge_providers_again(&mut self) {
        let judged = self.rounds.sources.iter().filter(|(_, source)| source.provider.is_judged());
        let judged: Vec<Arc<str>> = judged.map(|(name, _)| name.clone()).collect();
        self.state.providers_due.extend(judged);
    }

    pub fn provider_statuses(&self) -> Vec<ProviderStatus> {
        let status = |(name, source): (&Arc<str>, &Source)| {
            let held = self.state.providers.get(name);
            ProviderStatus {
                name: name.to_string(),
                entities: held.map_or(0, |held| held.entities.len()),
                lost: held.map_or(0, |held| held.lost.len()),
                running: source.round.is_some() && source.failure.is_none(),
                ended_at: source.last.ended_at,
                next_at: source.next_at,
                last: source.last.tally.clone(),
                refused: source.last.problems.clone(),
                failure: source.failure.as_ref().map(ToString::to_string),
            }
        };
        self.rounds.sources.iter().map(status).collect()
    }
}
