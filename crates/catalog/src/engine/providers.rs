//! What providers hand in, as the state keeps it: each has a bucket of roots (contract catalog.md section 6.1).

use std::collections::HashSet;
use std::sync::Arc;

use model::Problem;
use model::kind::DEFINITION_KIND;
use sdk::{EntityProvider, ProviderError};

use super::graph::Id;
use super::state::{Emit, Loser, ParentId, State};
use crate::ingest::{Emitted, emit};
use crate::process::Rules;

/// What a provider has handed in.
#[derive(Default)]
pub struct Provider {
    pub entities: HashSet<Id>,
    /// What it would have if others did not hold the references.
    pub lost: HashSet<Id>,
}

/// A page of offers, ready to be kept.
pub struct Offers {
    pub entities: Vec<Emitted>,
    /// What is wrong with the others.
    pub problems: Vec<Problem>,
    pub next: Option<String>,
}

/// What offers changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Tally {
    pub added: usize,
    pub updated: usize,
    pub removed: usize,
    pub unchanged: usize,
}

/// What the pages of a round had so far.
#[derive(Default)]
pub struct Seen {
    ids: HashSet<Id>,
    pub tally: Tally,
    pub problems: Vec<Problem>,
}

impl Offers {
    /// Asks for a page and gets it ready. The rules hold where the provider says so.
    ///
    /// # Errors
    /// The provider cannot answer.
    pub async fn ask(
        provider: &dyn EntityProvider,
        from: Option<&str>,
        rules: Arc<Rules>,
    ) -> Result<Self, ProviderError> {
        let page = provider.page(from).await?;
        let is_judged = provider.is_judged();
        let sealed = tokio::task::spawn_blocking(move || {
            let mut offers =
                Self { entities: Vec::with_capacity(page.offers.len()), problems: Vec::new(), next: page.next };
            for offer in page.offers {
                // What entities of a kind must look like is for nobody but the rules to hand out.
                let is_held = is_judged || offer.entity.kind() == DEFINITION_KIND;
                match emit::admit(offer, is_held.then_some(&*rules)) {
                    Ok(emitted) => offers.entities.push(emitted),
                    Err(problem) => offers.problems.push(problem),
                }
            }
            offers
        });
        sealed.await.map_err(|error| ProviderError(format!("its entities could not be read, {error}")))
    }
}

impl State {
    /// Takes in a page of a round.
    pub fn take_offers(&mut self, name: &Arc<str>, offers: Offers, seen: &mut Seen, now: i64) {
        seen.problems.extend(offers.problems);
        for emitted in offers.entities {
            let id = self.intern(&emitted.entity_ref);
            let parent = ParentId::Provider(name.clone());
            let known = self.record(id).filter(|record| record.parent.as_ref() == Some(&parent));
            let count = match known {
                None => &mut seen.tally.added,
                Some(record) if record.unprocessed_hash == emitted.hash => &mut seen.tally.unchanged,
                Some(_) => &mut seen.tally.updated,
            };
            *count += 1;
            seen.ids.insert(self.add_root(name, emitted, now));
        }
    }

    /// Ends a round: what no page of it had goes, with everything below it.
    pub fn end_round(&mut self, name: &Arc<str>, seen: &mut Seen) {
        let provider = self.providers.entry(name.clone()).or_default();
        let had = provider.entities.iter().chain(&provider.lost);
        let gone: Vec<Id> = had.copied().filter(|id| !seen.ids.contains(id)).collect();
        seen.tally.removed += gone.len();
        gone.into_iter().for_each(|id| self.remove_root(name, id));
    }

    /// Adds a root or changes it.
    pub fn add_root(&mut self, name: &Arc<str>, root: Emitted, now: i64) -> Id {
        let key = root.location_key.clone();
        match self.emit(&ParentId::Provider(name.clone()), None, root) {
            Emit::Kept(id) => id,
            Emit::Lost(id) => {
                let held = self.record(id).filter(|record| matches!(record.parent, Some(ParentId::Provider(_))));
                if held.is_some_and(|record| record.location_key.as_deref() == Some(&*key)) {
                    self.twins.entry(id).or_default().insert(name.clone());
                } else {
                    self.lose(id, Loser::Provider(name.clone()), &key, 0, now);
                }
                self.providers.entry(name.clone()).or_default().lost.insert(id);
                id
            }
        }
    }

    /// Removes a root with everything below it, or gives up what it would have been.
    pub fn remove_root(&mut self, name: &Arc<str>, id: Id) {
        if self.record(id).is_some_and(|record| record.parent == Some(ParentId::Provider(name.clone()))) {
            self.prune(vec![id]);
        } else if self.providers.get_mut(name).is_some_and(|provider| provider.lost.remove(&id)) {
            self.withdraw(id, &Loser::Provider(name.clone()));
            if let Some(twins) = self.twins.get_mut(&id) {
                twins.remove(name);
            }
        }
    }

    /// A reference is free: providers that lost it are asked once more.
    pub fn offer_again(&mut self, id: Id, losers: impl IntoIterator<Item = Arc<str>>) {
        for name in losers.into_iter().chain(self.twins.remove(&id).into_iter().flatten()) {
            if let Some(provider) = self.providers.get_mut(&name) {
                provider.lost.remove(&id);
            }
            self.providers_due.insert(name);
        }
    }

    /// Removes what providers other than these have left.
    pub fn drop_other_providers(&mut self, existing: &[&str]) {
        let gone: Vec<Arc<str>> = self.providers.keys().filter(|name| !existing.contains(&&***name)).cloned().collect();
        for name in gone {
            let entities = self.providers.remove(&name).map(|provider| provider.entities).unwrap_or_default();
            tracing::info!(provider = %name, count = entities.len(), "removing entities of a provider that no longer exists");
            self.prune(entities.into_iter().collect());
        }
    }
}
