//! Targets that wait to be read. Every host has a queue of its own and only a few reads under way, so that one that does
//! not answer holds up nobody but itself, however many targets lie on it. Files have no host and wait for nobody.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::state::TargetId;
use crate::ingest::source::PER_HOST;

/// Reads by URL under way on all hosts together.
const ON_ALL_HOSTS: usize = 256;

/// What is to be read, in which order.
#[derive(Default)]
pub struct ReadQueue {
    /// Targets that somebody waits for, with their hosts: they come before all others and beside what is under way.
    urgent: VecDeque<(TargetId, Option<Arc<str>>)>,
    files: VecDeque<TargetId>,
    hosts: HashMap<Arc<str>, Host>,
    /// Hosts with something to read and room to read it; each is in here once.
    turn: VecDeque<Arc<str>>,
    waiting: usize,
    under_way: usize,
    /// Targets nobody has looked at since the start, with their hosts.
    unseen: HashMap<TargetId, Option<Arc<str>>>,
}

#[derive(Default)]
struct Host {
    waiting: VecDeque<TargetId>,
    under_way: usize,
    in_turn: bool,
    /// It let the newest read wait and then did not answer; until it answers, only one read at a time tries.
    silent: bool,
}

impl Host {
    fn room(&self) -> bool {
        !self.waiting.is_empty() && self.under_way < if self.silent { 1 } else { PER_HOST }
    }
}

impl ReadQueue {
    /// Adds a target at the end of its queue; `seen` if it was looked at since the start. Files have no host. One that waits
    /// already may be added as urgent: it is then taken twice.
    pub fn push(&mut self, target: TargetId, host: Option<&Arc<str>>, seen: bool, urgent: bool) {
        self.waiting += 1;
        if !seen {
            self.unseen.insert(target, host.cloned());
        }
        if urgent {
            return self.urgent.push_back((target, host.cloned()));
        }
        match host {
            None => self.files.push_back(target),
            Some(host) => {
                self.hosts.entry(host.clone()).or_default().waiting.push_back(target);
                self.take_turn(host);
            }
        }
    }

    /// The next target that somebody waits for; on a host it is under way until [`ReadQueue::done_urgent`].
    pub fn next_urgent(&mut self) -> Option<(TargetId, Option<Arc<str>>)> {
        let next = self.urgent.pop_front()?;
        self.waiting -= 1;
        self.under_way += usize::from(next.1.is_some());
        Some(next)
    }

    pub fn next_file(&mut self) -> Option<TargetId> {
        let target = self.files.pop_front()?;
        self.waiting -= 1;
        Some(target)
    }

    /// The next target on some host, which is under way from now on until [`ReadQueue::done`].
    pub fn next_url(&mut self) -> Option<(TargetId, Arc<str>)> {
        if self.under_way >= ON_ALL_HOSTS {
            return None;
        }
        let name = self.turn.pop_front()?;
        let host = self.hosts.get_mut(&name)?;
        host.in_turn = false;
        let target = host.waiting.pop_front()?;
        host.under_way += 1;
        self.under_way += 1;
        self.waiting -= 1;
        self.take_turn(&name);
        Some((target, name))
    }

    /// A read by URL has ended.
    pub fn done(&mut self, host: &Arc<str>, silent: bool) {
        self.under_way -= 1;
        if let Some(state) = self.hosts.get_mut(host) {
            state.under_way -= 1;
            state.silent = silent;
            if state.under_way == 0 && state.waiting.is_empty() && !silent {
                self.hosts.remove(host);
                return;
            }
        }
        self.take_turn(host);
    }

    /// An urgent read by URL has ended.
    pub fn done_urgent(&mut self) {
        self.under_way -= 1;
    }

    /// A target was looked at, or is gone.
    pub fn saw(&mut self, target: TargetId) {
        self.unseen.remove(&target);
    }

    fn take_turn(&mut self, name: &Arc<str>) {
        if let Some(host) = self.hosts.get_mut(name).filter(|host| host.room() && !host.in_turn) {
            host.in_turn = true;
            self.turn.push_back(name.clone());
        }
    }

    /// Targets that wait or are being read by URL.
    pub fn len(&self) -> usize {
        self.waiting + self.under_way
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn has_files(&self) -> bool {
        !self.files.is_empty()
    }

    /// Whether something is still to be looked at for the first time since the start, on hosts that answer.
    pub fn surveying(&self) -> bool {
        let silent = |host: &Arc<str>| self.hosts.get(host).is_some_and(|host| host.silent);
        !self.unseen.values().all(|host| host.as_ref().is_some_and(silent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(queue: &mut ReadQueue) -> Vec<(TargetId, Arc<str>)> {
        std::iter::from_fn(|| queue.next_url()).collect()
    }

    #[test]
    fn a_host_with_many_targets_leaves_room_for_others() {
        let (crowded, other): (Arc<str>, Arc<str>) = ("crowded".into(), "other".into());
        let mut queue = ReadQueue::default();
        (0..10_000).for_each(|target| queue.push(target, Some(&crowded), false, false));
        queue.push(10_000, Some(&other), false, false);
        queue.push(10_001, None, false, false);
        assert_eq!((queue.len(), queue.has_files()), (10_002, true));
        assert_eq!(queue.next_file(), Some(10_001));
        let taken = urls(&mut queue);
        assert_eq!(taken.len(), PER_HOST + 1);
        assert!(taken.contains(&(10_000, other)));
        queue.done(&crowded, false);
        assert_eq!(urls(&mut queue), [(8, crowded)]);
    }

    #[test]
    fn a_silent_host_is_tried_once_at_a_time_until_it_answers() {
        let host: Arc<str> = "h".into();
        let mut queue = ReadQueue::default();
        (0..100).for_each(|target| queue.push(target, Some(&host), false, false));
        let taken = urls(&mut queue);
        assert!(queue.surveying());
        for (target, host) in &taken {
            queue.saw(*target);
            queue.done(host, true);
        }
        assert!(!queue.surveying(), "nobody waits for a host that does not answer");
        assert_eq!(urls(&mut queue).len(), 1);
        queue.done(&host, false);
        assert!(queue.surveying());
        assert_eq!(urls(&mut queue).len(), PER_HOST);
    }

    #[test]
    fn what_somebody_waits_for_is_read_beside_everything_else() {
        let host: Arc<str> = "h".into();
        let mut queue = ReadQueue::default();
        (0..100).for_each(|target| queue.push(target, Some(&host), false, false));
        let under_way = urls(&mut queue).len();
        queue.push(100, Some(&host), false, true);
        assert_eq!(queue.next_urgent(), Some((100, Some(host.clone()))));
        assert_eq!((queue.next_urgent(), queue.len()), (None, 101));
        queue.done_urgent();
        assert_eq!((queue.len(), urls(&mut queue).len()), (100, 0), "it gave nobody else room: {under_way}");
    }

    #[test]
    fn what_was_seen_before_is_no_survey() {
        let mut queue = ReadQueue::default();
        queue.push(1, None, false, false);
        queue.push(2, None, true, false);
        assert!(queue.surveying());
        queue.saw(1);
        assert!(!queue.surveying() && !queue.is_empty());
    }
}
