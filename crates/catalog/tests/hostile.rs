//! Sources that mean harm or are broken in odd ways: each costs only itself, in bounds.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::process::Command;
use std::sync::atomic::Ordering;

use support::*;

fn api(name: &str, definition: &str) -> String {
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {{name: {name}}}\n\
         spec: {{type: x, lifecycle: production, owner: a, definition: {definition}}}\n"
    )
}

async fn messages(catalog: &catalog::Catalog) -> Vec<String> {
    catalog.engine.problems().await.unwrap().into_iter().map(|trouble| trouble.problem.message).collect()
}

#[tokio::test]
async fn a_pipe_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    for pipe in ["pipe.yaml", "text.txt"] {
        assert!(Command::new("mkfifo").arg(folder.path().join(pipe)).status().unwrap().success());
    }
    write(folder.path(), "api.yaml", &api("api", "{$text: ./text.txt}"));
    write(folder.path(), "a.yaml", &component("a", "team"));
    let roots = ["pipe.yaml", "api.yaml", "a.yaml"].map(|path| file(&folder.path().join(path)));
    let catalog = over(options(roots)).await;
    assert!(get(&catalog, "component:a").await.is_some());
    let messages = messages(&catalog).await;
    assert_eq!(messages.len(), 2, "{messages:#?}");
    assert!(messages.iter().all(|message| message.contains("it is not a file")), "{messages:#?}");
}

#[tokio::test]
async fn what_is_nested_too_deep_together_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let nested = |depth: usize, inner: &str| format!("{}{inner}{}", "[".repeat(depth), "]".repeat(depth));
    write(folder.path(), "deep.yaml", &nested(80, "x"));
    write(folder.path(), "deep.json", &nested(120, "1"));
    let with = |name: &str, deep: &str| component(name, "team").replace("{type", &format!("{{deep: {deep}, type"));
    write(folder.path(), "yaml.yaml", &with("yaml", &nested(70, "{$yaml: ./deep.yaml}")));
    write(folder.path(), "json.yaml", &with("json", &nested(20, "{$json: ./deep.json}")));
    write(folder.path(), "fine.yaml", &with("fine", &nested(10, "{$yaml: ./deep.yaml}")));
    let roots = || options(["yaml.yaml", "json.yaml", "fine.yaml"].map(|path| file(&folder.path().join(path))));
    let store = memory().await;
    let first = start(store.clone(), FolderReader::new("/nonexistent"), roots()).await;
    let messages = messages(&first).await;
    assert_eq!(messages.len(), 2, "{messages:#?}");
    assert!(messages.iter().all(|message| message.contains("nested more than 100 levels deep")), "{messages:#?}");
    let before = entities(&first).await;
    assert!(before.contains_key("component:default/fine"));
    first.engine.shutdown().await;
    let second = start(store, FolderReader::new("/nonexistent"), roots()).await;
    assert_eq!(entities(&second).await, before, "after a restart");
}

#[tokio::test]
async fn a_description_out_of_too_many_bytes_is_given_up_early() {
    let folder = tempfile::tempdir().unwrap();
    let references: String = (0..300).map(|i| format!("p{i}: {{$ref: './{i}.yaml'}}\n")).collect();
    write(folder.path(), "root.yaml", &references);
    let part = format!("text: {}\n", "x".repeat(1 << 20));
    (0..300).for_each(|i| write(folder.path(), &format!("{i}.yaml"), &part));
    write(folder.path(), "api.yaml", &api("api", &format!("{{$openapi: '{HOST}root.yaml'}}")));
    let urls = FolderReader::new(folder.path());
    let catalog = start(memory().await, urls.clone(), options([file(&folder.path().join("api.yaml"))])).await;
    let messages = messages(&catalog).await;
    assert_eq!(messages.len(), 1, "{messages:#?}");
    assert!(messages[0].contains("refers to more than"), "{messages:#?}");
    let reads = urls.reads.load(Ordering::SeqCst);
    assert!(reads < 100, "{reads} files were read");
}

#[tokio::test]
async fn files_in_a_folder_that_cannot_be_read_for_now_stay() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "all.yaml", &location("all", &["./found/**/*.yaml"]));
    write(root, "found/a.yaml", &component("a", "team"));
    write(root, "found/sub/b.yaml", &component("b", "team"));
    let catalog = over(options([file(&root.join("all.yaml"))])).await;
    assert!(get(&catalog, "component:b").await.is_some());
    // A path that is too long cannot be read, whoever asks.
    let chain = format!("{}/", "d".repeat(250)).repeat(9);
    for start in ["found/sub", "aside"] {
        fs::create_dir_all(root.join(start).join(&chain)).unwrap();
    }
    fs::rename(root.join("aside"), root.join("found/sub").join(&chain).join("aside")).unwrap();
    fs::remove_file(root.join("found/a.yaml")).unwrap();
    look_again(&catalog).await;
    let messages = messages(&catalog).await;
    assert!(messages.iter().any(|message| message.contains("cannot be read")), "{messages:#?}");
    until(&catalog, async || get(&catalog, "component:a").await.is_none()).await;
    assert!(get(&catalog, "component:b").await.is_some());
}

#[tokio::test]
async fn names_and_targets_that_no_store_could_keep_are_refused_alone() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, "long.yaml", &format!("{}---\n{}", component(&"n".repeat(5000), "team"), component("fine", "team")));
    let far = format!("{HOST}{}", "t".repeat(5000));
    write(root, "far.yaml", &format!("{}---\n{}", location("far", &[&far]), component("near", "team")));
    let catalog = over(options(["long.yaml", "far.yaml"].map(|path| file(&root.join(path))))).await;
    assert!(get(&catalog, "component:fine").await.is_some());
    assert!(get(&catalog, "component:near").await.is_some());
    let messages = messages(&catalog).await;
    assert_eq!(messages.len(), 2, "{messages:#?}");
    assert!(
        messages.iter().any(|message| message.contains("have 5018 bytes together; 1024 are allowed")),
        "{messages:#?}"
    );
    assert!(messages.iter().any(|message| message.ends_with(" bytes; 2048 are allowed")), "{messages:#?}");
}
