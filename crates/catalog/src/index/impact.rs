//! What fails with an entity: everything that chosen relations lead to from it, nearest first, with who owns it.

use std::collections::{BTreeMap, HashMap};

use model::{EntityRef, ReadScope};

use super::Index;
use super::org::{OWNED_BY, Seen};
use crate::query::{Affected, Impact, ImpactRequest, Via};

/// Entities that are followed; what depends on more of them is everything.
const MAX_AFFECTED: usize = 10_000;
/// Ways that are told of those that lead to one entity.
const MAX_WAYS: usize = 5;

/// An entity on the way.
struct Node {
    entity_ref: EntityRef,
    /// `None`: nothing defines it, or the reader may not see it.
    number: Option<u32>,
    distance: usize,
    via: Vec<Via>,
}

impl Index {
    /// What fails with an entity, without names; `None` when there is no such entity to see. What the reader may not see looks like what is not
    /// there, and leads nowhere.
    pub(crate) fn impact(&self, scope: &ReadScope, request: &ImpactRequest) -> Option<Impact> {
        let seen = Seen::of(self, scope);
        let visible = |entity_ref: &EntityRef| self.number_of(entity_ref).filter(|number| seen.has(*number));
        let root = visible(&request.root)?;
        let keys: Vec<(String, &str)> = request
            .relations
            .iter()
            .map(|kind| (format!("relations.{}", kind.to_lowercase()), kind.as_str()))
            .collect();
        let root = Node { entity_ref: request.root.clone(), number: Some(root), distance: 0, via: Vec::new() };
        let mut places: HashMap<EntityRef, usize> = HashMap::from([(request.root.clone(), 0)]);
        let (mut nodes, mut at, mut truncated) = (vec![root], 0, false);
        while at < nodes.len() {
            let (from, number, distance) = (nodes[at].entity_ref.clone(), nodes[at].number, nodes[at].distance + 1);
            at += 1;
            let Some(number) = number.filter(|_| distance <= request.depth) else { continue };
            for (key, relation) in &keys {
                for target in self.values(number, key).filter_map(|text| EntityRef::parse_full(text).ok()) {
                    let way = || Via { from: from.clone(), relation: (*relation).to_owned() };
                    if let Some(place) = places.get(&target) {
                        let known = &mut nodes[*place];
                        if known.distance == distance && known.via.len() < MAX_WAYS {
                            known.via.push(way());
                        }
                    } else if nodes.len() > MAX_AFFECTED {
                        truncated = true;
                    } else {
                        let (number, via) = (visible(&target), vec![way()]);
                        places.insert(target.clone(), nodes.len());
                        nodes.push(Node { entity_ref: target, number, distance, via });
                    }
                }
            }
        }
        let mut affected = nodes.split_off(1);
        affected.sort_by(|a, b| (a.distance, &a.entity_ref).cmp(&(b.distance, &b.entity_ref)));
        Some(self.impact_of(affected, request, truncated))
    }

    fn impact_of(&self, affected: Vec<Node>, request: &ImpactRequest, truncated: bool) -> Impact {
        let owners = |node: &Node| -> Vec<EntityRef> {
            let texts = node.number.into_iter().flat_map(|number| self.values(number, OWNED_BY));
            texts.filter_map(|text| EntityRef::parse_full(text).ok()).collect()
        };
        let mut counts: BTreeMap<EntityRef, u64> = BTreeMap::new();
        let mut impact = Impact { total: affected.len() as u64, truncated, ..Impact::default() };
        for node in &affected {
            let owners = owners(node);
            impact.unowned += u64::from(owners.is_empty());
            owners.into_iter().for_each(|owner| *counts.entry(owner).or_default() += 1);
        }
        impact.owners = counts.into_iter().collect();
        impact.owners.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let shown = affected.into_iter().skip(request.offset).take(request.limit);
        impact.items = shown
            .map(|node| Affected {
                name: None,
                owners: owners(&node),
                entity_ref: node.entity_ref,
                distance: node.distance,
                via: node.via,
            })
            .collect();
        impact
    }
}
