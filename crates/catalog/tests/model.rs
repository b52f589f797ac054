//! Whatever is pushed, removed and refreshed, and whenever the process ends: the catalog is what a map says that was told the
//! same, its history is what the map went through, and what readers see is what a start makes of what is kept.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use catalog::{Catalog, ListRequest, Moment, Push};
use model::{EntityRef, ReadScope};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::faulty::Faulty;
use support::*;

const SETS: usize = 2;
const NAMES: usize = 4;
const OWNERS: usize = 3;

/// One step.
#[derive(Clone, Debug)]
enum Step {
    /// All that a set has from now on: owners by name.
    Replace(usize, BTreeMap<usize, usize>),
    /// What comes into a set or changes there, and what goes.
    Change(usize, BTreeMap<usize, usize>, usize),
    RemoveSet(usize),
    Refresh(usize, usize),
    Restart,
    /// The database takes so many writes more, then the process ends.
    Crash(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let owners = || prop::collection::btree_map(0..NAMES, 0..OWNERS, 0..NAMES);
    let step = prop_oneof![
        4 => (0..SETS, owners()).prop_map(|(set, owners)| Step::Replace(set, owners)),
        4 => (0..SETS, owners(), 0..NAMES).prop_map(|(set, owners, gone)| Step::Change(set, owners, gone)),
        1 => (0..SETS).prop_map(Step::RemoveSet),
        1 => (0..SETS, 0..NAMES).prop_map(|(set, name)| Step::Refresh(set, name)),
        1 => Just(Step::Restart),
        2 => (0..3usize).prop_map(Step::Crash),
    ];
    prop::collection::vec(step, 1..16)
}

type Owners = BTreeMap<String, String>;

/// What the catalog is to be.
#[derive(Default)]
struct Oracle {
    sets: BTreeMap<usize, BTreeMap<usize, usize>>,
    shown: Owners,
    /// Every owner that each entity had, in order.
    went_through: BTreeMap<String, Vec<String>>,
    /// What there was at positions of the change feed.
    moments: Vec<(i64, Owners)>,
}

impl Oracle {
    /// The sets are otherwise from now on.
    fn tell(&mut self) {
        let all =
            self.sets.iter().flat_map(|(set, owners)| owners.iter().map(move |(name, owner)| (*set, *name, *owner)));
        let next: Owners = all.map(|(set, name, owner)| (entity_ref(set, name), format!("owner-{owner}"))).collect();
        for (entity_ref, owner) in &next {
            if self.shown.get(entity_ref) != Some(owner) {
                self.went_through.entry(entity_ref.clone()).or_default().push(owner.clone());
            }
        }
        self.shown = next;
    }
}

fn entity_ref(set: usize, name: usize) -> String {
    format!("component:default/{set}-{name}")
}

fn entity(set: usize, name: usize, owner: usize) -> Value {
    json!({ "apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": { "name": format!("{set}-{name}") },
        "spec": { "type": "x", "lifecycle": "y", "owner": format!("owner-{owner}") } })
}

fn entities_of(set: usize, owners: &BTreeMap<usize, usize>) -> Vec<Value> {
    owners.iter().map(|(name, owner)| entity(set, *name, *owner)).collect()
}

/// The owner of each component, as readers see it now or at a moment.
async fn owners(catalog: &Catalog, moment: Option<i64>) -> Owners {
    let reader = match moment {
        Some(position) => catalog.reader.as_of(Moment::Position(position)).await.unwrap(),
        None => catalog.reader.clone(),
    };
    let list = reader.list(&ReadScope::All, &ListRequest::default()).await.unwrap();
    let owner = |json: &bytes::Bytes| {
        let entity: Value = serde_json::from_slice(json).unwrap();
        let owner = entity["spec"]["owner"].as_str()?.to_owned();
        Some((model::Entity(entity).entity_ref().to_string(), owner))
    };
    list.items.iter().filter_map(owner).collect()
}

async fn begin(store: &Arc<Faulty>) -> Catalog {
    start(store.clone(), FolderReader::new("/nonexistent"), options([])).await
}

/// Does one step; answers whether it was acknowledged.
async fn act(catalog: &Catalog, oracle: &mut Oracle, step: &Step) -> bool {
    let push = || Push { by: "model".to_owned(), force: true };
    let id = |set: &usize| format!("set-{set}");
    let engine = &catalog.engine;
    let pushed = match step {
        Step::Replace(set, owners) => engine.replace_set(&id(set), entities_of(*set, owners), push()).await,
        Step::Change(set, owners, gone) => {
            let removed = if owners.contains_key(gone) { vec![] } else { vec![entity_ref(*set, *gone)] };
            let removed = removed.iter().map(|text| EntityRef::parse_full(text).unwrap()).collect();
            engine.change_set(&id(set), entities_of(*set, owners), removed, push()).await
        }
        Step::RemoveSet(set) => engine.remove_set(&id(set), "model").await,
        Step::Refresh(set, name) => {
            // What is not there is not refreshed.
            let _ = engine.refresh(&EntityRef::parse_full(&entity_ref(*set, *name)).unwrap()).await;
            return true;
        }
        Step::Restart | Step::Crash(_) => return true,
    };
    if pushed.is_err() {
        return false;
    }
    match step {
        Step::Replace(set, owners) => drop(oracle.sets.insert(*set, owners.clone())),
        Step::Change(set, owners, gone) => {
            let known = oracle.sets.get_mut(set).unwrap();
            if !owners.contains_key(gone) {
                known.remove(gone);
            }
            known.extend(owners);
        }
        Step::RemoveSet(set) => drop(oracle.sets.remove(set)),
        Step::Refresh(..) | Step::Restart | Step::Crash(_) => {}
    }
    oracle.tell();
    true
}

/// A set is emptied before it is forgotten: of a removal that was not acknowledged, the first half may be done.
async fn emptied(store: &Faulty, oracle: &mut Oracle, set: usize) {
    if store.inner.pushed_heads(&format!("set-{set}")).await.unwrap().is_empty()
        && let Some(known) = oracle.sets.get_mut(&set)
    {
        known.clear();
        oracle.tell();
    }
}

async fn run(steps: Vec<Step>) {
    let store = Faulty::new(memory().await);
    let (mut catalog, mut oracle) = (begin(&store).await, Oracle::default());
    let mut dying = false;
    for step in &steps {
        if let Step::Crash(writes) = step {
            store.writes_left.store(*writes, Ordering::SeqCst);
            dying = true;
            continue;
        }
        let acknowledged = act(&catalog, &mut oracle, step).await;
        if dying || matches!(step, Step::Restart) {
            catalog.engine.shutdown().await;
            store.writes_left.store(usize::MAX, Ordering::SeqCst);
            if let (Step::RemoveSet(set), false) = (step, acknowledged) {
                emptied(&store, &mut oracle, *set).await;
            }
            catalog = begin(&store).await;
            dying = false;
        } else if !acknowledged {
            let is_known = |set| oracle.sets.contains_key(set);
            assert!(matches!(step, Step::Change(set, ..) | Step::RemoveSet(set) if !is_known(set)), "{step:?}");
        }
        catalog.engine.wait_idle().await.unwrap();
        assert_eq!(owners(&catalog, None).await, oracle.shown, "after {step:?} of {steps:?}");
        oracle.moments.push((catalog.engine.position(), oracle.shown.clone()));
    }
    for (name, expected) in &oracle.went_through {
        let entity_ref = EntityRef::parse_full(name).unwrap();
        let history = catalog.reader.history(&ReadScope::All, &entity_ref, None, 1000).await.unwrap().unwrap();
        let bodies =
            history.versions.iter().rev().map(|past| serde_json::from_str::<Value>(&past.version.body).unwrap());
        let told: Vec<String> = bodies.map(|body| body["spec"]["owner"].as_str().unwrap().to_owned()).collect();
        assert_eq!(&told, expected, "what {name} went through in {steps:?}");
    }
    for (position, expected) in &oracle.moments {
        assert_eq!(&owners(&catalog, Some(*position)).await, expected, "at {position} of {steps:?}");
    }
    let before = entities(&catalog).await;
    catalog.engine.shutdown().await;
    assert_eq!(entities(&begin(&store).await).await, before, "what a start shows after {steps:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_catalog_is_what_a_map_says(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(run(steps));
    }
}
