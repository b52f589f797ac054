//! However sources were edited on the way, the catalog is what a fresh look at them gives.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use support::*;

/// One step: what a file holds from now on.
#[derive(Clone, Debug)]
enum Edit {
    /// Entities of a file, each with the number of its owner; an owner beyond the range makes it invalid.
    Write {
        file: usize,
        entities: Vec<(usize, usize)>,
    },
    Remove {
        file: usize,
    },
    /// Which files the location names itself, beside its glob.
    Name {
        files: Vec<usize>,
    },
}

const FILES: usize = 4;
const OWNERS: usize = 3;

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let file = 0..FILES;
    let entities = prop::collection::vec((0..3usize, 0..OWNERS), 0..4);
    let edit = prop_oneof![
        4 => (file.clone(), entities).prop_map(|(file, entities)| Edit::Write { file, entities }),
        1 => file.clone().prop_map(|file| Edit::Remove { file }),
        1 => prop::collection::vec(file, 0..FILES).prop_map(|files| Edit::Name { files }),
    ];
    prop::collection::vec(edit, 1..8)
}

/// The first half of the files is found by a glob, the others are there when they are named.
fn path(file: usize) -> String {
    if file < FILES / 2 { format!("found/{file}.yaml") } else { format!("named/{file}.yaml") }
}

fn apply(folder: &Path, edit: &Edit) {
    match edit {
        Edit::Write { file, entities } => {
            let mut seen = std::collections::BTreeSet::new();
            let entity = |(name, owner): &(usize, usize)| {
                format!(
                    "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: f{file}-{name}}}\n\
                     spec: {{type: service, lifecycle: production, owner: o{owner}}}\n"
                )
            };
            let text: String = entities.iter().filter(|(name, _)| seen.insert(*name)).map(entity).collect();
            fs::write(folder.join(path(*file)), text).unwrap();
        }
        Edit::Remove { file } if *file < FILES / 2 => drop(fs::remove_file(folder.join(path(*file)))),
        Edit::Remove { file } => fs::write(folder.join(path(*file)), "").unwrap(),
        Edit::Name { files } => {
            let targets: Vec<String> = files.iter().map(|file| format!("./{}", path(*file))).collect();
            let text = format!(
                "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {{name: all}}\n\
                 spec: {{presence: optional, target: './found/*.yaml', targets: {targets:?}}}\n"
            );
            fs::write(folder.join("all.yaml"), text).unwrap();
        }
    }
}

async fn run(edits: Vec<Edit>) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("found")).unwrap();
    fs::create_dir_all(folder.path().join("named")).unwrap();
    apply(folder.path(), &Edit::Name { files: vec![2] });
    let options = || options([file(&folder.path().join("all.yaml"))]);
    let store = memory().await;
    let catalog = start(store.clone(), FolderReader::new("/nonexistent"), options()).await;
    for edit in &edits {
        apply(folder.path(), edit);
        look_again(&catalog).await;
    }
    // What a claim in the newest location led to is read after it; look once more so that all of it was looked at.
    look_again(&catalog).await;
    let fresh = stable(&over(options()).await).await;
    until(&catalog, async || stable(&catalog).await.len() == fresh.len()).await;
    assert_eq!(stable(&catalog).await, fresh, "{edits:?}");
    catalog.engine.shutdown().await;
    let again = start(store, FolderReader::new("/nonexistent"), options()).await;
    assert_eq!(stable(&again).await, fresh, "after a restart, {edits:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_end_where_a_fresh_look_does(edits in edits()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(run(edits));
    }
}
