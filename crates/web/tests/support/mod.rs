//! The pages over a catalog read from files, called without a network.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use auth::audit::Auditor;
use auth::policy::decide::GroupPath;
use auth::policy::stored::StoredRoles;
use auth::{Authority, Permissions, SignIn, UserDirectory, UserQuery};
use axum::Router;
use axum::body::{Body, to_bytes};
use catalog::{Catalog, CatalogOptions, ConfigLocation};
use config::{AllowedKind, Auth, Guest, Rule};
use http::{HeaderMap, Request, StatusCode, header};
use model::{EntityRef, KindRegistry, LocationRef};
use sdk::{ReadError, ReadOptions, ReadOutcome, SearchResult, UrlReader};
use store_sql::{DatabaseLocation, DatabaseOptions, SqlStore};
use tower::ServiceExt;
use url::Url;
use web::{Branding, WebState};

/// No address can be read.
struct NoUrls;

#[async_trait]
impl UrlReader for NoUrls {
    async fn read(&self, url: &Url, _: &ReadOptions) -> Result<ReadOutcome, ReadError> {
        Err(ReadError::NotAllowed(format!("Reading from '{url}' is not allowed.")))
    }

    async fn search(&self, _: &str, _: &ReadOptions) -> Result<Option<SearchResult>, ReadError> {
        Ok(None)
    }

    fn resolve(&self, reference: &str, _: &str) -> Result<String, ReadError> {
        Err(ReadError::NotSupported(reference.to_owned()))
    }

    fn edit_url(&self, _: &str) -> Option<String> {
        None
    }

    fn same_repository(&self, _: &str, _: &str) -> bool {
        false
    }
}

/// The guest is in one group.
struct OneTeam;

#[async_trait]
impl UserDirectory for OneTeam {
    async fn ownership(&self, user: &EntityRef) -> Option<Vec<EntityRef>> {
        Some(vec![user.clone(), EntityRef::new("group", "default", "team-a")])
    }

    async fn find_users(&self, _: &UserQuery) -> Vec<EntityRef> {
        Vec::new()
    }

    fn groups(&self, _: &EntityRef, _: Option<usize>) -> Vec<GroupPath> {
        vec![GroupPath { group: EntityRef::new("group", "default", "team-a"), below: None }]
    }
}

/// The pages over a file, with a guest who may come in or not.
pub async fn pages(file: &Path, guests: bool) -> Router {
    let store = Arc::new(SqlStore::open(&DatabaseOptions::new(DatabaseLocation::Memory)).await.unwrap());
    let kinds = [
        "Component",
        "API",
        "Resource",
        "System",
        "Domain",
        "Group",
        "User",
        "Location",
        "KindDefinition",
        "Environment",
    ];
    let location = LocationRef::new("file", file.to_string_lossy());
    let options = CatalogOptions {
        locations: vec![ConfigLocation { location, rules: Vec::new() }],
        rules: vec![Rule {
            allow: kinds.map(|kind| AllowedKind { kind: kind.to_owned(), spec_type: None }).to_vec(),
            locations: None,
        }],
        processing_interval: None,
        orphan_interval: Duration::from_secs(60),
        watch: false,
        ..CatalogOptions::default()
    };
    let catalog =
        Catalog::start(store.clone(), Arc::new(NoUrls), options, Arc::new(KindRegistry::builtin())).await.unwrap();
    catalog.engine.wait_idle().await.unwrap();
    let guest = guests.then(|| Guest { allow_outside_development: true, ..Guest::default() });
    let options = Auth { guest, ..Auth::default() };
    let roles = Arc::new(StoredRoles::open(store.clone()).await.unwrap());
    let permissions = Permissions::new(&config::Permission::default(), roles, Arc::new(OneTeam), |_| {});
    let base_url = Url::parse("http://localhost:7007").unwrap();
    let audit = Auditor::new(store.clone());
    let authority = Arc::new(Authority::new(options.clone(), base_url.as_str(), store, Arc::new(OneTeam)).unwrap());
    let sign_in = SignIn::new(&options, &base_url, &base_url, authority.clone()).unwrap();
    let services = web::Services {
        auth: authority,
        permissions: Arc::new(permissions),
        sign_in: Arc::new(sign_in),
        audit,
        docs: Arc::new(docs::Library::new(true)),
    };
    web::router(WebState::new(catalog, services, Branding::default()))
}

/// An answer, read whole.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// Where it sends to.
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }
}

pub async fn send(pages: &Router, request: Request<Body>) -> Answer {
    let response = pages.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 16 << 20).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
}

/// The `Cookie` header of a guest who just came in.
pub async fn guest(pages: &Router) -> String {
    let answer = send(pages, form("/sign-in", "next=/", "")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned()
}

pub fn form(path: &str, body: &str, cookie: &str) -> Request<Body> {
    Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::COOKIE, cookie)
        .body(Body::from(body.to_owned()))
        .unwrap()
}

pub async fn get(pages: &Router, path: &str, cookie: &str) -> Answer {
    send(pages, Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).await
}
