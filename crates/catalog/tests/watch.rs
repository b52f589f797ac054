//! Files under watch: whatever way an editor, a checkout or a cluster changes them, it shows within a second.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

use catalog::Catalog;
use support::*;
use tempfile::TempDir;

async fn watching(locations: &[&Path]) -> Catalog {
    let mut options = options(locations.iter().map(|path| file(path)));
    options.watch = true;
    over(options).await
}

/// Waits until the owner of a component is this; `None` until it is gone.
async fn owned_by(catalog: &Catalog, name: &str, owner: Option<&str>) {
    let began = Instant::now();
    let entity_ref = format!("component:{name}");
    until(catalog, async || {
        let found = get(catalog, &entity_ref).await;
        found.as_ref().and_then(|entity| entity["spec"]["owner"].as_str()) == owner
    })
    .await;
    // A second is the promise; a loaded machine gets some more before a test fails.
    assert!(began.elapsed() < Duration::from_secs(5), "{name} took {:?}", began.elapsed());
}

fn folder() -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    (folder, root)
}

#[tokio::test]
async fn the_ways_in_which_editors_save() {
    let (_folder, root) = folder();
    write(&root, "a.yaml", &component("a", "one"));
    let catalog = watching(&[&root.join("a.yaml")]).await;
    // The old file is put aside and a new one written.
    fs::rename(root.join("a.yaml"), root.join("a.yaml~")).unwrap();
    write(&root, "a.yaml", &component("a", "two"));
    owned_by(&catalog, "a", Some("two")).await;
    // A new file takes the place of the old one.
    for owner in ["three", "four"] {
        write(&root, ".a.yaml.swp", &component("a", owner));
        fs::rename(root.join(".a.yaml.swp"), root.join("a.yaml")).unwrap();
        owned_by(&catalog, "a", Some(owner)).await;
    }
    // Away for a while, then back.
    fs::remove_file(root.join("a.yaml")).unwrap();
    until(&catalog, async || !catalog.engine.problems().await.unwrap().is_empty()).await;
    write(&root, "a.yaml", &component("a", "five"));
    owned_by(&catalog, "a", Some("five")).await;
    until(&catalog, async || catalog.engine.problems().await.unwrap().is_empty()).await;
}

#[tokio::test]
async fn files_of_a_glob_come_and_go_with_their_folders() {
    let (_folder, root) = folder();
    write(&root, "all.yaml", &location("all", &["./teams/**/*.yaml"]));
    let catalog = watching(&[&root.join("all.yaml")]).await;
    // The folder that the glob starts in is not there yet.
    write(&root, "teams/x/deep/a.yaml", &component("a", "one"));
    owned_by(&catalog, "a", Some("one")).await;
    write(&root, "outside/b.yaml", &component("b", "one"));
    fs::rename(root.join("outside"), root.join("teams/moved-in")).unwrap();
    owned_by(&catalog, "b", Some("one")).await;
    write(&root, "teams/moved-in/b.yaml", &component("b", "two"));
    owned_by(&catalog, "b", Some("two")).await;
    fs::rename(root.join("teams/x"), root.join("teams/y")).unwrap();
    until(&catalog, async || {
        let at = get(&catalog, "component:a")
            .await
            .map(|a| a["metadata"]["annotations"]["backstage.io/managed-by-location"].to_string());
        at.is_some_and(|at| at.contains("/y/deep/"))
    })
    .await;
    write(&root, "teams/y/deep/a.yaml", &component("a", "two"));
    owned_by(&catalog, "a", Some("two")).await;
    fs::rename(root.join("teams/moved-in"), root.join("moved-out")).unwrap();
    owned_by(&catalog, "b", None).await;
    fs::remove_dir_all(root.join("teams/y")).unwrap();
    owned_by(&catalog, "a", None).await;
}

#[tokio::test]
async fn a_folder_above_a_file_is_moved_away_and_back() {
    let (_folder, root) = folder();
    write(&root, "all.yaml", &location("all", &["./x/y/z/a.yaml"]));
    write(&root, "x/y/z/a.yaml", &component("a", "one"));
    let catalog = watching(&[&root.join("all.yaml")]).await;
    fs::rename(root.join("x/y"), root.join("gone")).unwrap();
    until(&catalog, async || !catalog.engine.problems().await.unwrap().is_empty()).await;
    write(&root, "gone/z/a.yaml", &component("a", "two"));
    fs::rename(root.join("gone"), root.join("x/y")).unwrap();
    owned_by(&catalog, "a", Some("two")).await;
    // The watch is on what is there now.
    write(&root, "x/y/z/a.yaml", &component("a", "three"));
    owned_by(&catalog, "a", Some("three")).await;
}

#[tokio::test]
async fn folders_behind_links() {
    let (_folder, root) = folder();
    write(&root, "releases/1/all.yaml", &location("all", &["./sub/a.yaml"]));
    write(&root, "releases/1/sub/a.yaml", &component("a", "one"));
    symlink("releases/1", root.join("current")).unwrap();
    let catalog = watching(&[&root.join("current/all.yaml")]).await;
    // Through its real name.
    write(&root, "releases/1/sub/a.yaml", &component("a", "two"));
    owned_by(&catalog, "a", Some("two")).await;
    // Another release takes its place.
    for release in ["2", "3"] {
        write(&root, &format!("releases/{release}/all.yaml"), &location("all", &["./sub/a.yaml"]));
        write(&root, &format!("releases/{release}/sub/a.yaml"), &component("a", &format!("release-{release}")));
        symlink(format!("releases/{release}"), root.join("next")).unwrap();
        fs::rename(root.join("next"), root.join("current")).unwrap();
        owned_by(&catalog, "a", Some(&format!("release-{release}"))).await;
        write(&root, &format!("releases/{release}/sub/a.yaml"), &component("a", &format!("edited-{release}")));
        owned_by(&catalog, "a", Some(&format!("edited-{release}"))).await;
    }
}

#[tokio::test]
async fn a_link_that_appears_below_a_glob() {
    let (_folder, root) = folder();
    write(&root, "store/a.yaml", &component("a", "one"));
    fs::create_dir_all(root.join("found")).unwrap();
    write(&root, "all.yaml", &location("all", &["./found/**/*.yaml"]));
    let catalog = watching(&[&root.join("all.yaml")]).await;
    symlink("../store", root.join("found/linked")).unwrap();
    owned_by(&catalog, "a", Some("one")).await;
    write(&root, "store/a.yaml", &component("a", "two"));
    owned_by(&catalog, "a", Some("two")).await;
}

#[tokio::test]
async fn a_file_that_is_a_link_is_saved_where_it_really_is() {
    let (_folder, root) = folder();
    write(&root, "store/real.yaml", &component("a", "one"));
    fs::create_dir_all(root.join("links")).unwrap();
    symlink("../store/real.yaml", root.join("links/a.yaml")).unwrap();
    write(&root, "all.yaml", &location("all", &["./links/*.yaml"]));
    let catalog = watching(&[&root.join("all.yaml")]).await;
    write(&root, "store/real.yaml", &component("a", "two"));
    owned_by(&catalog, "a", Some("two")).await;
    write(&root, "store/other.yaml", &component("a", "three"));
    symlink("../store/other.yaml", root.join("links/next")).unwrap();
    fs::rename(root.join("links/next"), root.join("links/a.yaml")).unwrap();
    owned_by(&catalog, "a", Some("three")).await;
    write(&root, "store/other.yaml", &component("a", "four"));
    owned_by(&catalog, "a", Some("four")).await;
}

/// A ConfigMap in a volume: the files are links through `..data`, which is swapped for another folder.
#[tokio::test]
async fn a_config_map_is_updated() {
    for by_glob in [false, true] {
        let (_folder, root) = folder();
        let publish = |version: usize, owner: &str| {
            let data = format!("..{version}");
            write(&root, &format!("{data}/a.yaml"), &component("a", owner));
            write(&root, &format!("{data}/text.txt"), owner);
            let api = "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: api}\n\
                       spec: {type: x, lifecycle: production, owner: a, definition: {$text: ./text.txt}}\n";
            write(&root, &format!("{data}/api.yaml"), api);
            symlink(&data, root.join("..data_tmp")).unwrap();
            fs::rename(root.join("..data_tmp"), root.join("..data")).unwrap();
        };
        publish(1, "one");
        for name in ["a.yaml", "api.yaml", "text.txt"] {
            symlink(format!("..data/{name}"), root.join(name)).unwrap();
        }
        let locations =
            if by_glob { vec![root.join("*.yaml")] } else { vec![root.join("a.yaml"), root.join("api.yaml")] };
        let catalog = watching(&locations.iter().map(std::path::PathBuf::as_path).collect::<Vec<_>>()).await;
        owned_by(&catalog, "a", Some("one")).await;
        for (version, owner) in [(2, "two"), (3, "three")] {
            publish(version, owner);
            owned_by(&catalog, "a", Some(owner)).await;
            until(&catalog, async || get(&catalog, "api:api").await.unwrap()["spec"]["definition"] == owner).await;
            fs::remove_dir_all(root.join(format!("..{}", version - 1))).unwrap();
        }
    }
}

#[tokio::test]
async fn a_file_that_a_placeholder_names_is_saved() {
    let (_folder, root) = folder();
    write(&root, "text/one.txt", "first");
    let api = "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: api}\n\
               spec: {type: x, lifecycle: production, owner: a, definition: {$text: ./text/one.txt}}\n";
    write(&root, "api.yaml", api);
    let catalog = watching(&[&root.join("api.yaml")]).await;
    let definition = async || get(&catalog, "api:api").await.unwrap()["spec"]["definition"].clone();
    assert_eq!(definition().await, "first");
    write(&root, "text/one.txt", "second");
    until(&catalog, async || definition().await == "second").await;
    fs::remove_file(root.join("text/one.txt")).unwrap();
    until(&catalog, async || get(&catalog, "api:api").await.unwrap().get("status").is_some()).await;
    assert_eq!(definition().await, "second");
    write(&root, "text/one.txt", "third");
    until(&catalog, async || definition().await == "third").await;
    assert!(catalog.engine.problems().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_checkout_of_many_files_at_once() {
    let (_folder, root) = folder();
    write(&root, "all.yaml", &location("all", &["./**/catalog-info.yaml"]));
    let catalog = watching(&[&root.join("all.yaml")]).await;
    for number in 0..400 {
        write(
            &root,
            &format!("repo/{}/{number}/catalog-info.yaml", number % 7),
            &component(&format!("c{number}"), "one"),
        );
        write(&root, &format!("repo/{}/{number}/src/main.rs", number % 7), "fn main() {}");
    }
    until(&catalog, async || entities(&catalog).await.len() == 402).await;
    fs::rename(root.join("repo"), root.join("repository")).unwrap();
    until(&catalog, async || {
        let all = entities(&catalog).await;
        all.len() == 402 && all.values().all(|entity| !entity.to_string().contains("/repo/"))
    })
    .await;
}
