//! The query battery at a number of connections, beside the floor.

use anyhow::Result;

use crate::compare::{self, Case};
use crate::http::request;
use crate::{Load, portal};

fn battery(host: &str, entities: usize) -> Vec<Case> {
    let get = |name, paths: Vec<String>| Case {
        name,
        requests: paths.iter().map(|path| request("GET", host, path, None)).collect(),
    };
    let post = |name, path: &str, body: &str| Case { name, requests: vec![request("POST", host, path, Some(body))] };
    let spread = |count: usize| (0..100).map(move |i| i * (count / 100).max(1));
    let components = entities * 70 / 100;
    let catalog = "/api/catalog";
    let refs: Vec<String> =
        spread(components).take(50).map(|i| format!("\"component:default/component-{i}\"")).collect();
    vec![
        get(
            "by-query kind=component, 20, ordered",
            vec![format!("{catalog}/entities/by-query?filter=kind=component&orderField=metadata.name,asc&limit=20")],
        ),
        get(
            "… without the count",
            vec![format!(
                "{catalog}/entities/by-query?filter=kind=component&orderField=metadata.name,asc&limit=20&totalItems=exclude"
            )],
        ),
        get(
            "… with full text on name and title",
            vec![format!(
                "{catalog}/entities/by-query?filter=kind=component&orderField=metadata.name,asc&limit=20&fullTextFilterTerm=bill&fullTextFilterFields=metadata.name,metadata.title"
            )],
        ),
        get(
            "… with a text nobody looked for lately",
            (10..110)
                .map(|i| {
                    format!("{catalog}/entities/by-query?filter=kind=component&orderField=metadata.name,asc&limit=20&fullTextFilterTerm={i}&fullTextFilterFields=metadata.name,metadata.title")
                })
                .collect(),
        ),
        get(
            "by-query by owner relation",
            spread(entities / 100)
                .map(|i| {
                    format!("{catalog}/entities/by-query?filter=relations.ownedBy=group:default/group-{i}&limit=20")
                })
                .collect(),
        ),
        get("facets spec.type", vec![format!("{catalog}/entity-facets?facet=spec.type&filter=kind=component")]),
        get("facets metadata.tags", vec![format!("{catalog}/entity-facets?facet=metadata.tags")]),
        get(
            "by-name",
            spread(components).map(|i| format!("{catalog}/entities/by-name/component/default/component-{i}")).collect(),
        ),
        get(
            "ancestry",
            spread(components)
                .map(|i| format!("{catalog}/entities/by-name/component/default/component-{i}/ancestry"))
                .collect(),
        ),
        post(
            "by-refs, 50 refs",
            &format!("{catalog}/entities/by-refs"),
            &format!("{{\"entityRefs\":[{}]}}", refs.join(",")),
        ),
        post(
            "by-query $any, ordered",
            &format!("{catalog}/entities/by-query"),
            r#"{"query":{"$any":[{"spec.type":"service"},{"kind":"api"}]},"orderBy":[{"field":"metadata.name","order":"asc"}],"limit":20}"#,
        ),
    ]
}

pub async fn run(load: &Load) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let portal = portal::loaded(folder.path(), load.entities, load.skewed).await?;
    compare::rows(&portal.host, &battery(&portal.host, load.entities), load).await?;
    println!("\nresident after the battery: {} MB", portal.memory()?);
    portal.stop().await
}
