//! What the engine measures, under the names that dashboards of a Backstage use (contract catalog.md section 9.4).

use std::time::Duration;

use parking_lot::RwLock;

use super::apply::{Item, ItemResult};
use super::state::State;
use crate::index::Index;

/// The gauges of what the catalog holds, kept from one measurement to the next.
#[derive(Default)]
pub struct Holdings {
    kinds: Vec<String>,
}

impl Holdings {
    /// Counts anew.
    pub fn measure(&mut self, state: &State, index: &RwLock<Index>) {
        let counts: Vec<(String, u64)> = index.read().kinds().map(|(kind, count)| (kind.to_owned(), count)).collect();
        // A kind that is gone is told so once; a gauge would keep its last value.
        let gone = self.kinds.iter().filter(|kind| counts.iter().all(|(found, _)| found != *kind));
        gone.for_each(|kind| entities(kind, 0));
        counts.iter().for_each(|(kind, count)| entities(kind, *count));
        self.kinds = counts.into_iter().map(|(kind, _)| kind).collect();
        metrics::gauge!("catalog_relations_count").set(state.graph.len() as f64);
        metrics::gauge!("catalog_stitching_queue_length").set(state.dirty_finals.len() as f64);
    }
}

fn entities(kind: &str, count: u64) {
    metrics::gauge!("catalog_entities_count", "kind" => kind.to_owned()).set(count as f64);
}

/// Locations that were registered, not those of the configuration.
pub fn registered(locations: usize) {
    metrics::gauge!("catalog_registered_locations_count").set(locations as f64);
}

/// Entities that were processed and are about to be taken in.
pub fn processed(state: &State, items: &[Item]) {
    for item in items {
        let result = match &item.result {
            ItemResult::Good(good) => {
                let known = state.record(item.id).and_then(|record| record.result_hash.as_ref());
                if known == Some(&good.hash) { "unchanged" } else { "changed" }
            }
            ItemResult::Bad { .. } => "errors",
            ItemResult::Retry => "failed",
        };
        metrics::counter!("catalog_processed_entities_count", "result" => result).increment(1);
    }
}

/// One write of what changed: how long the first change had waited, how long it took, how many entities it was.
pub fn flushed(waited: Duration, took: Duration, entities: usize) {
    metrics::counter!("catalog_stitched_entities_count").increment(entities as u64);
    metrics::histogram!("catalog_stitching_queue_delay_seconds").record(waited.as_secs_f64());
    metrics::histogram!("catalog_stitching_duration_seconds").record(took.as_secs_f64());
}
