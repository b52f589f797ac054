//! The rules of the house (ARCHITECTURE.md), as tests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Which floor each crate stands on. A crate may only use crates of lower floors.
const FLOORS: &[(&str, u8)] = &[
    ("model", 0),
    ("nunjucks", 0),
    ("base", 0),
    ("config", 0),
    ("store", 1),
    ("sdk", 1),
    ("store-sql", 2),
    ("catalog", 2),
    ("auth", 2),
    ("connect", 2),
    ("docs", 2),
    ("api", 3),
    ("web", 3),
    ("server", 4),
    ("testkit", 4),
    ("bench", 4),
    ("xtask", 4),
];

/// Pairs on one floor that may see each other: configuration files are YAML, and the reader of YAML is the model's; hosts
/// that configuration names are rules of outbound requests; numbers print as JavaScript's in templates and on the wire alike.
const NEIGHBOURS: &[(&str, &str)] = &[("config", "model"), ("config", "base"), ("nunjucks", "model")];

/// Only the composition names what can be exchanged.
const NAMED_BY_SERVER_ONLY: &[&str] = &["store-sql", "integrations", "actions"];

const MOST_LINES: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Workspace crate -> the workspace crates it uses outside its tests, and all crates it uses so.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let used = |package: &Value| {
        package["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|dependency| dependency["kind"] != "dev")
            .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let packages = metadata["packages"].as_array().unwrap();
    packages.iter().map(|package| (package["name"].as_str().unwrap().to_owned(), used(package))).collect()
}

/// The files git tracks (or would track), relative to the root.
fn tracked() -> Vec<PathBuf> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .unwrap();
    let files = String::from_utf8(output.stdout).unwrap();
    files.lines().map(PathBuf::from).filter(|path| root().join(path).is_file()).collect()
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(root().join(path)).unwrap()).into_owned()
}

/// Rust files of production: not tests, benches or examples.
fn production_sources() -> impl Iterator<Item = (PathBuf, String)> {
    tracked()
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .filter(|path| !path.components().any(|c| ["tests", "benches", "examples"].iter().any(|t| c.as_os_str() == *t)))
        .filter(|path| !path.to_string_lossy().ends_with("tests.rs"))
        .map(|path| {
            let text = read(&path);
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned();
            (path, code)
        })
}

#[test]
fn arrows_never_point_up() {
    let floors: BTreeMap<_, _> = FLOORS.iter().copied().collect();
    for (name, used) in dependencies() {
        let floor = *floors.get(name.as_str()).unwrap_or_else(|| panic!("{name} stands on no floor: add it to FLOORS"));
        for dependency in used {
            let Some(below) = floors.get(dependency.as_str()) else { continue };
            let neighbour = NEIGHBOURS.contains(&(name.as_str(), dependency.as_str()));
            assert!(*below < floor || neighbour, "{name} (floor {floor}) must not use {dependency} (floor {below})");
        }
    }
}

#[test]
fn only_the_server_names_what_can_be_exchanged() {
    for (name, used) in dependencies() {
        for exchanged in NAMED_BY_SERVER_ONLY {
            assert!(name == "server" || !used.contains(*exchanged), "{name} must not name {exchanged}");
        }
    }
}

#[test]
fn the_model_does_no_io() {
    let used = &dependencies()["model"];
    for heavy in ["tokio", "sqlx", "axum", "reqwest", "async-trait"] {
        assert!(!used.contains(heavy), "model must not use {heavy}");
    }
}

#[test]
fn sql_stays_in_store_sql() {
    for (name, used) in dependencies() {
        assert!(name == "store-sql" || !used.contains("sqlx"), "{name} must not use sqlx");
    }
    let sql = ["select ", "insert into ", "update ", "delete from ", "create table ", "pragma ", "with recursive "];
    for (path, code) in production_sources() {
        if path.starts_with("crates/store-sql") {
            continue;
        }
        for text in code.split('"').map(|text| text.trim_start_matches(['\\', '\n', ' ']).to_ascii_lowercase()) {
            // Sentences may begin with such a word; statements go on in a way of their own.
            let statement = sql
                .iter()
                .find(|word| text.starts_with(**word))
                .filter(|_| [" from ", " set ", " into ", " (", " ="].iter().any(|part| text.contains(part)));
            assert!(statement.is_none(), "{} has SQL: {text}", path.display());
        }
    }
}

#[test]
fn what_only_one_database_understands_stays_in_the_dialect() {
    for (path, code) in production_sources() {
        if path.starts_with("crates/store-sql/src") && !path.starts_with("crates/store-sql/src/dialect") {
            for word in ["Sqlite", "sqlite_", "PRAGMA", "Postgres", "cfg!("] {
                assert!(!code.contains(word), "{} knows {word}: that belongs into the dialect", path.display());
            }
        }
    }
}

#[test]
fn clock_chance_environment_and_clients_have_one_owner_each() {
    let owners = [
        "crates/base/src/clock.rs",
        "crates/base/src/http/client.rs",
        "crates/base/src/http/retry.rs",
        "crates/base/src/ids.rs",
        "crates/config/src/environment.rs",
        "crates/testkit/src/lib.rs",
        "crates/web/build.rs",
        "bench/src/main.rs",
        "xtask/src/main.rs",
    ];
    for (path, code) in production_sources() {
        let exempt = owners.iter().any(|owner| path == Path::new(owner));
        assert!(exempt || !code.contains("disallowed_methods"), "{} exempts itself (see clippy.toml)", path.display());
    }
    let clippy = read(Path::new("clippy.toml"));
    for method in ["SystemTime::now", "now_utc", "rand::rng", "new_v4", "env::var\"", "env::vars_os", "Client::builder"]
    {
        assert!(clippy.contains(method), "clippy.toml does not disallow {method}");
    }
}

#[test]
fn tasks_that_nobody_waits_for_are_the_binarys() {
    // The watcher's task ends with the watcher, and so does the one that frees the memory of the past.
    let owners = [
        "crates/server/src",
        "crates/testkit/src",
        "bench/src",
        "crates/catalog/src/watch.rs",
        "crates/catalog/src/history/past.rs",
    ];
    for (path, code) in production_sources() {
        let owner = owners.iter().any(|owner| path.starts_with(owner));
        assert!(owner || !code.contains("tokio::spawn("), "{} spawns a task that nobody waits for", path.display());
    }
}

#[test]
fn what_is_registered_is_listed_and_not_linked_in() {
    let lock = read(Path::new("Cargo.lock"));
    for magic in ["inventory", "linkme", "ctor"] {
        assert!(!lock.contains(&format!("name = \"{magic}\"\n")), "{magic} registers behind the reader's back");
    }
}

#[test]
fn no_file_outgrows_its_reader() {
    for (path, code) in production_sources() {
        let lines = code.lines().count();
        assert!(lines <= MOST_LINES, "{} has {lines} lines: it is asking to be two rooms", path.display());
    }
}

#[test]
fn nothing_unfinished_lands() {
    // Written in two parts so that this file does not find itself.
    let marks = [
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("TO", "DO"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
    ];
    for (path, code) in production_sources() {
        for mark in marks {
            assert!(!code.contains(mark), "{} has {mark}", path.display());
        }
    }
}

/// What people read: the documents at the root and the pages of the documentation.
fn documents() -> impl Iterator<Item = (PathBuf, String)> {
    let markdown = tracked().into_iter().filter(|path| path.extension().is_some_and(|e| e == "md"));
    let named =
        |path: &PathBuf| path.components().count() == 1 || path.starts_with("docs") || path.starts_with("bench");
    markdown.filter(named).map(|path| (path.clone(), read(&path)))
}

#[test]
fn paths_named_in_the_documents_exist() {
    let folders = ["crates/", "web/", "docs/", "examples/", "bench/", "compat/", "xtask/", ".ci/"];
    for (path, text) in documents() {
        for named in text.split('`').skip(1).step_by(2) {
            let plain = !named.contains(['*', '<', '{', ' ', '$', '…']);
            if plain && folders.iter().any(|folder| named.starts_with(folder)) {
                assert!(root().join(named).exists(), "{} names `{named}`, which does not exist", path.display());
            }
        }
    }
}

#[test]
fn links_in_the_documents_lead_somewhere() {
    for (path, text) in documents() {
        let folder = root().join(path.parent().unwrap());
        for target in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let elsewhere = target.contains("://") || target.is_empty();
            assert!(elsewhere || folder.join(target).exists(), "{} links to {target}", path.display());
        }
    }
    for page in read(Path::new("mkdocs.yml")).split_whitespace().filter(|word| word.ends_with(".md")) {
        assert!(root().join("docs").join(page).exists(), "mkdocs.yml names {page}");
    }
}

#[test]
fn the_project_speaks_of_the_product_alone() {
    let hosts = [
        concat!("registry.", "npmjs"),
        concat!("static.", "crates.io"),
        concat!("files.", "pythonhosted"),
        concat!("/wo", "rk/"),
    ];
    for path in tracked() {
        if path == Path::new("Cargo.lock") || path.extension().is_some_and(|e| e == "png" || e == "ico") {
            continue;
        }
        let text = read(&path);
        for host in hosts {
            assert!(!text.contains(host), "{} names {host}", path.display());
        }
    }
}
