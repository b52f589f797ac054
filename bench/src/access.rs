//! What permission costs: the same questions by a program that may read everything, and by a person whose role has conditions
//! that hold for every entity, so that both get the same answers.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::generate::{self, Shape};
use crate::http::{Connection, raw};
use crate::load::measure;
use crate::{Load, portal};

/// Entities with a label are read, and those that the person owns: of what is generated, all.
const ROLES: &str = "roles:\n  - name: role:default/reader\n    members: [user:development/guest]\n    allow:\n      - permission: \
                     catalog.entity.read\n        when:\n          anyOf:\n            - { rule: HAS_LABEL, params: { label: tier } }\n            \
                     - { rule: IS_ENTITY_OWNER, params: { claims: [$ownerRefs] } }\n";

pub async fn run(load: &Load) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let shape = Shape { entities: load.entities, seed: 1, definition: 400, skewed: load.skewed };
    generate::catalog(&folder.path().join(portal::CATALOG), &shape)?;
    std::fs::write(folder.path().join("roles.yaml"), ROLES)?;
    let more = "permission: {enabled: true, rbac: {rolesFile: roles.yaml}}\n";
    let database = "{client: better-sqlite3, connection: {directory: ./data}}";
    let portal = portal::start_configured(folder.path(), database, more).await?;
    portal.until_visible(load.entities).await?;
    portal.settle().await?;
    let host = &portal.host;
    let token = raw("POST", host, "/api/auth/guest/refresh", "", None);
    let answer: Value = serde_json::from_slice(&Connection::open(host).await?.fetch(&token).await?.body)?;
    let guest = answer["backstageIdentity"]["token"].as_str().context("guests cannot sign in")?.to_owned();
    let catalog = "/api/catalog";
    let component = load.entities * 35 / 100;
    println!("{} entities, {} connections\n", load.entities, load.connections);
    println!(
        "| request | everything, req/s | with conditions, req/s | share | p99 with conditions |\n|---|---|---|---|---|"
    );
    for (name, path) in [
        (
            "by-query kind=component, 20, ordered",
            format!("{catalog}/entities/by-query?filter=kind=component&orderField=metadata.name,asc&limit=20"),
        ),
        ("facets spec.type", format!("{catalog}/entity-facets?facet=spec.type&filter=kind=component")),
        ("by-name", format!("{catalog}/entities/by-name/component/default/component-{component}")),
        ("ancestry", format!("{catalog}/entities/by-name/component/default/component-{component}/ancestry")),
    ] {
        let length = Duration::from_secs(load.seconds);
        let ask = |token: &str| vec![raw("GET", host, &path, &format!("authorization: Bearer {token}\r\n"), None)];
        let all = measure(host, &ask(portal::TOKEN), load.connections, length).await?;
        let some = measure(host, &ask(&guest), load.connections, length).await?;
        println!(
            "| {name} | {:.0} | {:.0} | {:.0} % | {:.2} ms |",
            all.per_second,
            some.per_second,
            100.0 * some.per_second / all.per_second,
            some.p99.as_secs_f64() * 1e3
        );
    }
    portal.stop().await
}
