//! Pages as a signed-in person gets them: time on the server beside the floor of their size.

use anyhow::{Context, Result, ensure};

use crate::compare::{self, Case};
use crate::http::{Connection, header, raw};
use crate::{Load, portal};

pub async fn run(load: &Load) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let portal = portal::loaded(folder.path(), load.entities, load.skewed).await?;
    let cookie = sign_in(&portal.host).await?;
    compare::rows(&portal.host, &pages(&portal.host, &cookie, load.entities), load).await?;
    portal.stop().await
}

/// Enters as a guest; the session cookie.
async fn sign_in(host: &str) -> Result<String> {
    let form = raw("POST", host, "/sign-in", "", Some(("application/x-www-form-urlencoded", "next=/")));
    let answer = Connection::open(host).await?.fetch(&form).await?;
    ensure!(answer.status == 303, "signing in was answered with {}", answer.status);
    let cookie = header(&answer.head, "set-cookie").context("no session")?;
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

fn pages(host: &str, cookie: &str, entities: usize) -> Vec<Case> {
    let case = |name, paths: Vec<String>| {
        let headers = format!("cookie: {cookie}\r\naccept: text/html\r\n");
        Case { name, requests: paths.iter().map(|path| raw("GET", host, path, &headers, None)).collect() }
    };
    let components: Vec<usize> = (0..100).map(|i| i * (entities * 70 / 100 / 100).max(1)).collect();
    let each = |tab: &str| {
        components.iter().map(|i| format!("/catalog/default/component/component-{i}{tab}")).collect::<Vec<_>>()
    };
    vec![
        case("home", vec!["/".to_owned()]),
        case("catalog, all kinds", vec!["/catalog".to_owned()]),
        case("catalog, filtered", vec!["/catalog?kind=component&type=service&lifecycle=production".to_owned()]),
        case("catalog, text", vec!["/catalog?q=billing".to_owned()]),
        case("entity", each("")),
        case("entity, relations", each("/relations")),
        case("entity, graph", each("/graph")),
        case("entity, source", each("/source")),
        case(
            "group",
            (0..(entities / 100).clamp(1, 50)).map(|i| format!("/catalog/default/group/group-{i}")).collect(),
        ),
        case("search", vec!["/search?q=pay".to_owned()]),
        case("palette", vec!["/palette?q=comp".to_owned()]),
    ]
}
