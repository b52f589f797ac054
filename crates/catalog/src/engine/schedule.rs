//! When what was read is looked at again: after the configured interval, or sooner while it cannot be read.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;

use tokio::time::Instant;

use super::apply::ItemResult;
use super::graph::Id;
use super::state::TargetId;
use crate::ingest::ReadReport;

/// What could not be read is asked again after this, and then after ever longer waits up to the interval.
const FIRST_RETRY: Duration = Duration::from_secs(1);

/// What is looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Look {
    Target(TargetId),
    /// The files that an entity pulls in by URL.
    Pulled(Id),
    /// Everything a provider has.
    Provider(u32),
}

/// How a look went, for when the next one is due.
#[derive(Clone, Copy, Debug)]
pub enum Went {
    Well,
    Badly,
    /// The host asks to be left alone for so long.
    Refused(Duration),
}

impl From<&ReadReport> for Went {
    fn from(report: &ReadReport) -> Self {
        match report {
            ReadReport::Unchanged { .. } | ReadReport::Documents { .. } | ReadReport::Listing { .. } => Self::Well,
            // What is not there yet is often about to come.
            ReadReport::Missing(_) | ReadReport::Failed(_) => Self::Badly,
            ReadReport::RateLimited { wait, .. } => Self::Refused(*wait),
        }
    }
}

impl From<&ItemResult> for Went {
    fn from(result: &ItemResult) -> Self {
        match result {
            ItemResult::Bad { unreadable: true, .. } => Self::Badly,
            _ => Self::Well,
        }
    }
}

/// The next look at everything that has one, each once.
#[derive(Default)]
pub struct Schedule {
    queue: BinaryHeap<Reverse<(Instant, Look)>>,
    next: HashMap<Look, Instant>,
    /// How often in a row it went badly.
    failures: HashMap<Look, u32>,
}

impl Schedule {
    /// Plans the next look after one that went like this, instead of whatever was planned before. `spread` moves it by up to
    /// half the wait, so that not everything comes due at once. Answers the wait.
    pub fn plan(&mut self, look: Look, went: Went, interval: Duration, spread: u8, now: Instant) -> Duration {
        let wait = match went {
            Went::Well => {
                self.failures.remove(&look);
                interval
            }
            Went::Badly | Went::Refused(_) => {
                let failures = self.failures.entry(look).or_default();
                let wait = interval.min(FIRST_RETRY * 2u32.pow((*failures).min(8)));
                *failures += 1;
                if let Went::Refused(asked) = went { wait.max(asked) } else { wait }
            }
        };
        let wait = wait + wait / 2 * u32::from(spread) / 255;
        let due = now + wait;
        self.next.insert(look, due);
        self.queue.push(Reverse((due, look)));
        wait
    }

    /// When the next look is due.
    pub fn next_due(&self) -> Option<Instant> {
        self.queue.peek().map(|Reverse((due, _))| *due)
    }

    /// Takes what is due.
    pub fn due(&mut self, now: Instant) -> Vec<Look> {
        let mut looks = Vec::new();
        while let Some(Reverse((due, look))) = self.queue.peek().copied().filter(|Reverse((due, _))| *due <= now) {
            self.queue.pop();
            // What was planned anew in the meantime is in the queue a second time.
            if self.next.get(&look) == Some(&due) {
                self.next.remove(&look);
                looks.push(look);
            }
        }
        looks
    }

    /// Forgets what is gone.
    pub fn forget(&mut self, look: Look) {
        self.next.remove(&look);
        self.failures.remove(&look);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_secs(100);

    fn waits(went: &[Went]) -> Vec<u64> {
        let mut schedule = Schedule::default();
        let now = Instant::now();
        went.iter().map(|went| schedule.plan(Look::Target(1), *went, INTERVAL, 0, now).as_secs()).collect()
    }

    #[test]
    fn what_fails_is_tried_soon_and_then_ever_less_often() {
        assert_eq!(waits(&[Went::Badly; 10]), [1, 2, 4, 8, 16, 32, 64, 100, 100, 100]);
        assert_eq!(waits(&[Went::Badly, Went::Badly, Went::Well, Went::Badly]), [1, 2, 100, 1]);
        assert_eq!(waits(&[Went::Refused(Duration::from_secs(3600)), Went::Badly]), [3600, 2]);
    }

    #[test]
    fn everything_is_due_once_however_often_it_was_planned() {
        let mut schedule = Schedule::default();
        let now = Instant::now();
        for _ in 0..5 {
            schedule.plan(Look::Target(1), Went::Well, INTERVAL, 255, now);
        }
        schedule.plan(Look::Pulled(1), Went::Badly, INTERVAL, 0, now);
        assert!(schedule.due(now).is_empty());
        assert_eq!(schedule.due(now + Duration::from_secs(1)), [Look::Pulled(1)]);
        assert!(schedule.due(now + INTERVAL).is_empty());
        assert_eq!(schedule.due(now + INTERVAL * 3 / 2), [Look::Target(1)]);
        assert!(schedule.due(now + INTERVAL * 9).is_empty() && schedule.next_due().is_none());
    }
}
