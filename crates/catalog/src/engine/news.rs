//! Telling the log what is wrong: once when it arises and once when it is gone, with the place to repair it.

use std::collections::{HashMap, HashSet};

use model::{Place, Problem};

use super::graph::Id;
use super::state::{State, TargetId};
use super::status::Trouble;

/// Lines of one kind that one change may write; a folder that goes away is not told file by file.
const MOST_LINES: usize = 50;

/// What something can be wrong with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    Entity(Id),
    Target(TargetId),
    /// Several sources define the entity.
    Conflict(Id),
}

/// What the log knows, and where that may no longer be so.
#[derive(Default)]
pub struct News {
    told: HashMap<Fault, Vec<Problem>>,
    changed: HashSet<Fault>,
}

/// What arose and what is gone since the log was told the last time.
#[derive(Default, Debug)]
pub struct Difference {
    pub arose: Vec<Trouble>,
    pub gone: Vec<Problem>,
}

impl News {
    pub fn changed(&mut self, fault: Fault) {
        self.changed.insert(fault);
    }
}

impl State {
    /// What changed since the last time; what came and went in between is no news.
    pub fn news(&mut self) -> Difference {
        let mut difference = Difference::default();
        let mut changed: Vec<Fault> = std::mem::take(&mut self.news.changed).into_iter().collect();
        changed.sort_unstable();
        for fault in changed {
            let troubles = self.troubles_with(fault);
            let told = self.news.told.remove(&fault).unwrap_or_default();
            let now: Vec<Problem> = troubles.iter().map(|trouble| trouble.problem.clone()).collect();
            difference.gone.extend(told.iter().filter(|problem| !now.contains(problem)).cloned());
            difference.arose.extend(troubles.into_iter().filter(|trouble| !told.contains(&trouble.problem)));
            if !now.is_empty() {
                self.news.told.insert(fault, now);
            }
        }
        difference
    }
}

/// Writes the news into the log.
pub fn tell(news: &Difference) {
    for trouble in news.arose.iter().take(MOST_LINES) {
        let entity = trouble.entity_ref.as_ref().map(tracing::field::display);
        let at = place_of(&trouble.problem).or_else(|| trouble.location.clone());
        let (at, visible, problem) = (at.map(tracing::field::display), trouble.visible, &trouble.problem.message);
        tracing::warn!(entity, at, visible, problem, "something is wrong in the catalog");
    }
    for problem in news.gone.iter().take(MOST_LINES) {
        let at = place_of(problem).map(tracing::field::display);
        tracing::info!(at, problem = problem.message, "no longer wrong in the catalog");
    }
    let beyond = |count: usize| count.saturating_sub(MOST_LINES);
    let (arose, gone) = (beyond(news.arose.len()), beyond(news.gone.len()));
    if arose + gone > 0 {
        tracing::warn!(arose, gone, "more changed than is told here; the list of problems has all");
    }
}

fn place_of(problem: &Problem) -> Option<String> {
    problem.place.as_ref().map(Place::to_string)
}
