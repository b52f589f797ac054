//! What every page promises: nobody sees it who is not signed in, nothing an author wrote runs in it, it works without
//! JavaScript, and its links lead somewhere.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;

use axum::Router;
use http::{StatusCode, header};
use support::{Answer, form, get, guest, pages, send};

/// Every text an author can write tries to get out of its place.
const NASTY: &str = r##"
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: pay.ment_s-1
  title: "<img src=x onerror=alert(1)>"
  description: "</title><script>alert(2)</script> \" onmouseover=alert(3) & \u202e"
  tags: [java, go]
  links:
    - { url: "javascript:alert(4)", title: bad }
    - { url: "https://ok.example/?a=1&b=\"2", title: "<b>ok</b>" }
  annotations:
    backstage.io/view-url: "javascript:alert(5)"
    backstage.io/source-location: "url:javascript:alert(6)"
    "a.b/c": "</script><script>alert(7)</script>"
spec: { type: "<i>service</i>", lifecycle: "\" onclick=alert(8)", owner: team-a, system: shop, providesApis: [orders], dependsOn: ["resource:missing"] }
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: { name: orders }
spec: { type: openapi, lifecycle: production, owner: team-a, definition: "</code></pre><script>alert(9)</script>" }
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: { name: shop, title: The Shop }
spec: { owner: team-a }
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: till, namespace: other }
spec: { type: website, lifecycle: experimental, owner: default/team-a, consumesApis: [default/orders] }
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: { name: team-a, title: Team A }
spec: { type: team, children: [], members: [ann], profile: { displayName: "<u>A</u>" } }
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: broken, title: "<img src=x>" }
spec: { type: "<i>service</i>", lifecycle: production }
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: { name: ann }
spec: { memberOf: [team-a], profile: { displayName: "Ann <Bee>", email: "a@b.example?cc=<x>" } }
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: { name: parent }
spec: { type: department, children: [team-a] }
---
apiVersion: backstage.io/v1alpha1
kind: Domain
metadata: { name: above, title: Above everything }
spec: { owner: parent }
---
apiVersion: callboard.io/v1alpha1
kind: KindDefinition
metadata: { name: environment, description: "</style><script>alert(10)</script>" }
spec:
  kind: Environment
  title: "<u>Environment</u>"
  plural: "Places <b>to</b> run"
  icon: cloud
  apiVersions: [acme.example/v1]
  relations:
    - { path: spec.hosts, forward: hosts, reverse: runsOn, forwardTitle: "gives <i>room</i> to", reverseTitle: "runs \" onclick=alert(11)" , defaultKind: Component }
  columns:
    - { key: metadata.name, label: Name }
    - { key: spec.region, label: "<i>Region</i>" }
    - { key: spec.hosts, label: Hosted }
  layout:
    - { panel: fields, title: "<b>Where</b>", fields: [{ key: spec.region, label: Region }, { key: spec.zones, label: Zones }] }
    - { panel: related, relation: hosts }
---
apiVersion: acme.example/v1
kind: Environment
metadata: { name: live }
spec: { region: "<script>alert(12)</script>", zones: [a, 2], hosts: [pay.ment_s-1] }
"##;

struct Folder {
    pages: Router,
    cookie: String,
    _folder: tempfile::TempDir,
}

async fn nasty() -> Folder {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("catalog-info.yaml");
    std::fs::write(&file, NASTY).unwrap();
    let pages = pages(&file, true).await;
    let cookie = guest(&pages).await;
    Folder { pages, cookie, _folder: folder }
}

impl Folder {
    async fn get(&self, path: &str) -> Answer {
        get(&self.pages, path, &self.cookie).await
    }
}

/// Addresses of the page's links and forms.
fn addresses(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for attribute in [" href=\"", " action=\"", " hx-get=\""] {
        for (at, _) in html.match_indices(attribute) {
            let rest = &html[at + attribute.len()..];
            found.push(rest[..rest.find('"').unwrap()].replace("&amp;", "&").replace("&quot;", "\""));
        }
    }
    found
}

#[tokio::test]
async fn every_page_sends_strangers_to_sign_in_and_back() {
    let site = nasty().await;
    for path in [
        "/",
        "/catalog?kind=api&q=x",
        "/catalog/export.csv",
        "/catalog/export.json",
        "/catalog/default/component/pay.ment_s-1",
        "/catalog/default/component/pay.ment_s-1/inspect",
        "/catalog/default/component/pay.ment_s-1/docs",
        "/catalog/default/component/nonesuch",
        "/catalog-graph",
        "/search?query=x",
        "/palette?query=x",
        "/settings",
        "/admin/problems",
        "/admin/problems/export.csv",
        "/admin/sources",
        "/admin/kinds",
        "/admin/kinds/component",
        "/admin/kinds/try-definition",
        "/catalog-graph/export.svg?root=component:default/pay.ment_s-1",
        "/catalog/default/component/pay.ment_s-1/freshness",
        "/catalog/default/component/pay.ment_s-1/impact",
        "/catalog/default/component/pay.ment_s-1/impact/export.csv",
    ] {
        for cookie in ["", "callboard-session=forged.to.ken"] {
            let answer = get(&site.pages, path, cookie).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
            assert!(answer.location().starts_with("/sign-in"), "{path} sends to {}", answer.location());
            assert!(!answer.text.contains("pay.ment"), "{path}");
        }
    }
    let refresh = "/catalog/default/component/pay.ment_s-1/refresh";
    for path in ["/star", "/settings", "/admin/kinds/try-definition", refresh] {
        let answer = send(&site.pages, form(path, "add=component:a&theme=dark", "")).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/sign-in"), "{path}");
    }
    let answer = send(&site.pages, form("/sign-in", "next=%2Fcatalog%3Fkind%3Dapi", "")).await;
    assert_eq!(answer.location(), "/catalog?kind=api");
    let answer = send(&site.pages, form("/sign-in", "next=%2F%2Fevil.example", "")).await;
    assert_eq!(answer.location(), "/");
}

#[tokio::test]
async fn following_every_link_finds_pages_in_which_nothing_an_author_wrote_runs() {
    let site = nasty().await;
    let mut seen = BTreeSet::new();
    let mut waiting = VecDeque::from(["/".to_owned()]);
    let mut elsewhere = BTreeSet::new();
    while let Some(address) = waiting.pop_front() {
        let address = address.split('#').next().unwrap().to_owned();
        if address.is_empty() || seen.len() > 1500 || !seen.insert(address.clone()) {
            continue;
        }
        if !address.starts_with('/') {
            elsewhere.insert(address);
            continue;
        }
        // Where only forms go.
        if matches!(address.as_str(), "/star" | "/sign-out") || address.ends_with("/refresh") {
            continue;
        }
        let answer = site.get(&address).await;
        // A relation may name what does not exist; its page says so.
        let missing = address.contains("resource/missing") || address.contains("development/user/guest");
        let expected = if missing { StatusCode::NOT_FOUND } else { StatusCode::OK };
        assert_eq!(answer.status, expected, "{address}: {}", answer.text.chars().take(300).collect::<String>());
        let is_html = answer.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html");
        if !is_html {
            continue;
        }
        for hostile in [
            "<script>",
            "<img src=x",
            "onerror=alert(1)>",
            "<i>service",
            "<u>A",
            "\" onclick=alert",
            "<b>ok",
            "Ann <Bee",
        ] {
            assert!(!answer.text.contains(hostile), "{address} lets out {hostile}");
        }
        assert!(!answer.text.contains(" style=\""), "{address} has a style attribute, which the policy forbids");
        assert!(answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("script-src 'self'"));
        waiting.extend(addresses(&answer.text));
    }
    assert!(seen.len() > 60, "only {} addresses were found", seen.len());
    let expected = ["https://ok.example/?a=1&b=\"2", "mailto:a@b.example?cc=<x>"]
        .map(|a| a.replace('<', "&lt;").replace('>', "&gt;"));
    assert_eq!(
        elsewhere.into_iter().filter(|a| !a.ends_with("annotation-rejected-for-security-reasons")).collect::<Vec<_>>(),
        expected,
        "only safe addresses are linked"
    );
}

#[tokio::test]
async fn lists_are_filtered_sorted_and_exported_by_address_alone() {
    let site = nasty().await;
    for (query, shown, hidden) in [
        ("", vec!["pay.ment_s-1", "other/till"], vec!["/api/orders\""]),
        ("?kind=all&type=openapi", vec!["/api/orders\""], vec!["/component/"]),
        ("?q=TILL", vec!["other/component/till"], vec!["/component/pay"]),
        ("?show=owned&kind=system", vec!["/system/shop\""], vec!["/component/pay"]),
        ("?show=starred", vec![], vec!["/component/pay"]),
        ("?namespace=other", vec!["component/till"], vec!["/component/pay"]),
        ("?tag=java&tag=rust", vec!["/component/pay"], vec!["component/till"]),
        // What has no system is not lost by ordering by it.
        ("?sort=part-of", vec!["/component/pay", "component/till"], vec![]),
        ("?sort=part-of&limit=1&page=2", vec!["component/till"], vec!["/component/pay"]),
    ] {
        let answer = site.get(&format!("/catalog{query}")).await;
        let list = answer.text.split("<section class=\"list\"").nth(1).unwrap_or_default();
        for text in shown {
            assert!(list.contains(text), "{query} does not show {text}:\n{list}");
        }
        for text in hidden {
            assert!(!list.contains(text), "{query} shows {text}");
        }
    }
    let csv = site.get("/catalog/export.csv?kind=all&namespace=other").await;
    assert_eq!(csv.text.lines().count(), 2);
    assert!(csv.text.contains("component:other/till,Component,other,till,"), "{}", csv.text);
    let json = site.get("/catalog/export.json?kind=api").await;
    let json: serde_json::Value = serde_json::from_str(&json.text).unwrap();
    assert_eq!(json[0]["owner"][0], "group:default/team-a");
    let old = site.get("/catalog?filters%5Bkind%5D=api&filters%5Buser%5D=all").await;
    assert_eq!((old.status, old.location()), (StatusCode::SEE_OTHER, "/catalog?kind=api"));
}

#[tokio::test]
async fn a_kind_of_ones_own_has_its_names_columns_panels_and_relations() {
    let folder = nasty().await;
    let list = folder.get("/catalog?kind=environment&sort=spec.region").await.text;
    let head = ["Places &lt;b&gt;to&lt;/b&gt; run", "&lt;i&gt;Region&lt;/i&gt;", "Hosted", "&lt;script&gt;alert(12)"];
    for part in head.into_iter().chain(["href=\"/catalog/default/component/pay.ment_s-1\"", "aria-sort=\"ascending\""])
    {
        assert!(list.contains(part), "{part}: {list}");
    }
    let page = folder.get("/catalog/default/environment/live").await.text;
    for part in
        ["&lt;u&gt;Environment&lt;/u&gt;", "&lt;b&gt;Where&lt;/b&gt;", "a, 2", "gives &lt;i&gt;room&lt;/i&gt; to"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    let other = folder.get("/catalog/default/component/pay.ment_s-1/relations").await.text;
    assert!(other.contains("runs &quot; onclick=alert(11)") && other.contains("⇄ hosts"), "{other}");
    let graph = folder.get("/catalog-graph?root=environment:default/live&direction=out").await.text;
    assert!(graph.contains("value=\"hosts\"") && graph.contains("pay.ment_s-1"), "{graph}");
    let inwards = folder.get("/catalog-graph?root=environment:default/live&direction=in").await.text;
    assert!(inwards.contains("value=\"runsOn\"") && !inwards.contains("data-ref=\"component:"), "{inwards}");
}

#[tokio::test]
async fn what_depends_on_an_entity_is_listed_by_distance_and_owner() {
    let site = nasty().await;
    let of = |query: &str| format!("/catalog/default/system/shop/impact{query}");
    let all = site.get(&of("")).await.text;
    for part in [
        "3 entities would be affected",
        "One step away",
        "2 steps away",
        "3 steps away",
        "pay.ment_s-1",
        "/catalog/other/component/till",
    ] {
        assert!(all.contains(part), "{part}: {all}");
    }
    assert!(!all.contains("<img src=x") && all.contains("consumes API"), "{all}");
    let near = site.get(&of("?depth=1&by=owner")).await.text;
    assert!(near.contains("1 entity would be affected") && near.contains(">Team A<"), "{near}");
    assert!(near.contains(&of("/export.csv?depth=1&amp;by=owner")), "{near}");
    let other = site.get(&of("?relation=ownedBy")).await.text;
    assert!(other.contains("/catalog/default/group/team-a") && !other.contains("Without owner"), "{other}");
    let none = site.get("/catalog/other/component/till/impact").await.text;
    assert!(none.contains("Nothing is known to depend on it"), "{none}");
    let csv = site.get(&of("/export.csv")).await;
    assert_eq!(csv.text.lines().count(), 4);
    assert!(csv.text.contains("1,component:default/pay.ment_s-1,<img src=x onerror=alert(1)>"), "{}", csv.text);
    let json: serde_json::Value = serde_json::from_str(&site.get(&of("/export.json?depth=1")).await.text).unwrap();
    assert_eq!(json[0]["owners"], serde_json::json!(["group:default/team-a"]));
    let graph = site.get("/catalog-graph?root=system:default/shop").await.text;
    assert!(graph.contains("href=\"/catalog/default/system/shop/impact\""), "{graph}");
}

#[tokio::test]
async fn what_groups_own_is_found_through_the_groups_above_them() {
    let site = nasty().await;
    let group = site.get("/catalog/default/group/parent").await.text;
    assert!(group.contains("Members through sub-groups") && group.contains("/catalog/default/user/ann"), "{group}");
    let through = "/catalog?owner=group%3Adefault%2Fparent&amp;nested=yes";
    assert!(group.contains("kind=domain&amp;owner=group%3Adefault%2Fparent\"") && group.contains(through), "{group}");
    let list = site.get(&through.replace("&amp;", "&")).await.text;
    assert!(list.contains("pay.ment_s-1") && list.contains("with groups within"), "{list}");
    assert!(!site.get("/catalog?owner=group%3Adefault%2Fparent").await.text.contains("pay.ment_s-1"));
    let ann = site.get("/catalog/default/user/ann").await.text;
    assert!(ann.contains("Owns through groups") && ann.contains("owner=user%3Adefault%2Fann&amp;nested=yes"), "{ann}");
    // The guest is in team-a by its session; what a group above owns is the guest's too.
    assert!(site.get("/catalog?kind=domain&show=owned").await.text.contains("Above everything"));
}

#[tokio::test]
async fn a_definition_is_tried_before_it_is_applied() {
    let site = nasty().await;
    let list = site.get("/admin/kinds").await.text;
    for part in
        ["href=\"/admin/kinds/Environment\"", "kinddefinition:default/environment", "Built in", "acme.example/v1"]
    {
        assert!(list.contains(part), "{part}: {list}");
    }
    let kind = site.get("/admin/kinds/environment").await.text;
    assert!(kind.contains("name=\"remove\"") && kind.contains("spec.hosts") && kind.contains("<textarea"), "{kind}");
    assert!(
        !site.get("/admin/kinds/location").await.text.contains("<textarea"),
        "what runs the catalog stays as it is"
    );
    assert_eq!(site.get("/admin/kinds/nope").await.status, StatusCode::NOT_FOUND);

    let send_form = async |name: &str, value: &str| {
        let body = form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
        send(&site.pages, form("/admin/kinds/try-definition", &body, &site.cookie)).await.text
    };
    let strict = |required: &str| {
        format!(
            "apiVersion: callboard.io/v1alpha1\nkind: KindDefinition\nmetadata: {{name: environment}}\nspec:\n  \
             kind: Environment\n  apiVersions: [acme.example/v1]\n  schema:\n    required: {required}\n"
        )
    };
    let broken = send_form("definition", &strict("[region, '<b>owner</b>']")).await;
    assert!(broken.contains("One entity would no longer be valid") && broken.contains("environment/live"), "{broken}");
    assert!(broken.contains("&lt;b&gt;owner&lt;/b&gt;") && !broken.contains("<b>owner"), "{broken}");
    let fine = send_form("definition", &strict("[region]")).await;
    assert!(fine.contains("Nothing would break") && fine.contains("−1"), "a relation goes: {fine}");
    let refused = send_form("definition", &strict("region")).await;
    assert!(refused.contains("definition:8:15") && refused.contains("required: region"), "{refused}");
    let gone = send_form("remove", "Environment").await;
    assert!(gone.contains("One entity would no longer be valid") && gone.contains("No processor recognized"), "{gone}");
    assert!(site.get("/catalog/default/environment/live").await.text.contains("a, 2"), "nothing was changed");
}

#[tokio::test]
async fn a_fragment_is_answered_to_htmx_and_the_whole_page_to_others() {
    let site = nasty().await;
    let request = |target: &str| {
        let request = http::Request::get("/catalog").header(header::COOKIE, &site.cookie).header("HX-Target", target);
        request.body(axum::body::Body::empty()).unwrap()
    };
    let fragment = send(&site.pages, request("results")).await;
    assert!(fragment.text.starts_with("<div class=\"results\""), "{}", &fragment.text[..80]);
    assert!(send(&site.pages, request("other")).await.text.starts_with("<!DOCTYPE html>"));
    let mut stranger = request("results");
    stranger.headers_mut().remove(header::COOKIE);
    let refused = send(&site.pages, stranger).await;
    assert_eq!(
        (refused.status, &refused.headers["hx-redirect"]),
        (StatusCode::UNAUTHORIZED, &"/sign-in?next=%2Fcatalog".parse().unwrap())
    );
}

#[tokio::test]
async fn stars_theme_and_language_are_kept_without_scripts() {
    let site = nasty().await;
    let mut star = form("/star", "add=component:default/pay.ment_s-1", &site.cookie);
    star.headers_mut().insert(header::REFERER, "http://localhost:7007/catalog?kind=all".parse().unwrap());
    let answer = send(&site.pages, star).await;
    assert_eq!(answer.location(), "/catalog?kind=all");
    let kept = answer.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let starred = get(&site.pages, "/catalog?show=starred", &format!("{}; {kept}", site.cookie)).await;
    assert!(starred.text.contains("name=\"remove\" value=\"component:default/pay.ment_s-1\""));

    let answer = send(&site.pages, form("/settings", "theme=dark&lang=it", &site.cookie)).await;
    let kept: Vec<_> = answer
        .headers
        .get_all(header::SET_COOKIE)
        .iter()
        .map(|v| v.to_str().unwrap().split(';').next().unwrap())
        .collect();
    assert_eq!(kept, ["theme=dark", "lang=it"]);
    let page = get(&site.pages, "/catalog", &format!("{}; {}", site.cookie, kept.join("; "))).await;
    assert!(page.text.contains("<html lang=\"it\" data-theme=\"dark\">"));

    let mut foreign = form("/settings", "theme=dark", &site.cookie);
    foreign.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    assert_eq!(send(&site.pages, foreign).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_not_there_says_so() {
    let site = nasty().await;
    let answer = site.get("/catalog/default/component/nonesuch").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.text.contains("component:default/nonesuch"));
    for path in ["/nonesuch", "/catalog/a/b", "/catalog/a/b/c/d/e/%3Cscript%3E"] {
        let answer = site.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.text.contains("<!DOCTYPE html>") && !answer.text.contains("<script>"), "{path}");
    }
    let moved = site.get("/catalog/default/Component/PAY.ment_s-1/dependencies").await;
    assert_eq!(moved.location(), "/catalog/default/component/pay.ment_s-1/relations");
    assert_eq!(get(&site.pages, "/static/nonesuch.js", "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_wrong_is_told_where_it_is_with_what_to_do() {
    let site = nasty().await;
    let page = site.get("/admin/problems").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("component:default/broken") && page.text.contains("catalog-info.yaml:"),
        "{}",
        page.text
    );
    assert!(page.text.contains("Not shown") && page.text.contains("Correct the source"));
    assert!(!site.get("/admin/problems?q=no-such-text").await.text.contains("component:default/broken"));
    let csv = site.get("/admin/problems/export.csv?show=hidden").await;
    assert!(csv.text.lines().skip(1).all(|line| line.contains("component:default/broken")), "{}", csv.text);
    let json: serde_json::Value =
        serde_json::from_str(&site.get("/admin/problems/export.json?show=hidden").await.text).unwrap();
    assert!(json[0]["line"].as_u64() > Some(1), "{json}");
    let sources = site.get("/admin/sources").await;
    assert!(sources.text.contains("catalog-info.yaml") && sources.text.contains("<time datetime="));
    // Its own page says why it is not there.
    let hidden = site.get("/catalog/default/component/broken").await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    assert!(hidden.text.contains("cannot be shown yet") && hidden.text.contains("InputError"), "{}", hidden.text);
}

#[tokio::test]
async fn an_entity_is_read_again_when_asked() {
    let site = nasty().await;
    let path = "/catalog/default/component/pay.ment_s-1";
    let asked = send(&site.pages, form(&format!("{path}/refresh"), "", &site.cookie)).await;
    assert_eq!(asked.location(), format!("{path}/source?asked=refresh"));
    assert!(site.get(asked.location()).await.text.contains("being read again"));
    let fresh = site.get(&format!("{path}/freshness")).await;
    assert!(fresh.text.starts_with("<div class=\"fact\"") && fresh.text.contains("<time datetime="), "{}", fresh.text);
    let gone = send(&site.pages, form("/catalog/default/component/nonesuch/refresh", "", &site.cookie)).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn many_stars_come_and_go_at_once() {
    let site = nasty().await;
    let both = "component:default/pay.ment_s-1,component:other/till";
    let kept =
        |answer: &Answer| answer.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let added = send(&site.pages, form("/star", &format!("add={both}"), &site.cookie)).await;
    let cookie = format!("{}; {}", site.cookie, kept(&added));
    let starred = get(&site.pages, "/catalog?show=starred", &cookie).await;
    assert!(starred.text.contains(&format!("name=\"remove\" value=\"{both}\"")), "{}", starred.text);
    let removed = send(&site.pages, form("/star", &format!("remove={both}"), &cookie)).await;
    assert_eq!(kept(&removed), "starred=");
    let bad = send(&site.pages, form("/star", "add=component:a,%00", &site.cookie)).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_refused_with_a_page() {
    let site = nasty().await;
    let mut request = form("/settings", "theme=dark", &site.cookie);
    request.headers_mut().insert(header::CONTENT_TYPE, "text/csv".parse().unwrap());
    let refused = send(&site.pages, request).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.text.starts_with("<!DOCTYPE html>"), "{}", refused.text);
}

#[tokio::test]
async fn who_comes_back_too_late_is_told_so_and_returns_to_the_same_page() {
    let site = nasty().await;
    let late = get(&site.pages, "/catalog?kind=api", "callboard-session=over.and.out").await;
    let page = get(&site.pages, late.location(), "callboard-session=over.and.out").await;
    assert!(page.text.contains("Your session is over") && page.text.contains("value=\"/catalog?kind=api\""));
    let first = get(&site.pages, "/sign-in", "").await;
    assert!(!first.text.contains("Your session is over"));
}

#[tokio::test]
async fn a_portal_without_ways_to_sign_in_says_what_to_do() {
    let pages = pages(&PathBuf::from("/nonexistent.yaml"), false).await;
    let page = get(&pages, "/sign-in", "").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("auth.providers") && !page.text.contains("<form"));
    let refused = send(&pages, form("/sign-in", "next=/", "")).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert!(refused.text.contains("role=\"alert\"") && !refused.headers.contains_key(header::SET_COOKIE));
}

#[tokio::test]
async fn files_are_served_packed_and_for_ever() {
    let site = nasty().await;
    let page = site.get("/sign-in").await;
    assert_eq!(page.location(), "/", "who is in already goes on");
    let page = get(&site.pages, "/sign-in", "").await;
    let style = addresses(&page.text).into_iter().find(|address| address.ends_with(".css")).unwrap();
    let request =
        http::Request::get(&style).header(header::ACCEPT_ENCODING, "gzip, br").body(axum::body::Body::empty()).unwrap();
    let answer = send(&site.pages, request).await;
    assert_eq!(answer.headers[header::CONTENT_ENCODING], "br");
    assert!(answer.headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
}
