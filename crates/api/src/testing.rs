//! A small catalog in memory for the tests of endpoints.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use async_trait::async_trait;
use auth::audit::Auditor;
use auth::policy::decide::GroupPath;
use auth::policy::stored::StoredRoles;
use auth::{Authority, Permissions, SignIn, UserDirectory, UserQuery};
use axum::Router;
use axum::body::Body;
use catalog::index::{FinalEntity, Index, Prepared};
use catalog::ingest::SourceReader;
use catalog::{CatalogOptions, CatalogReader};
use config::{Config, Settings};
use docs::Library;
use docs::published::Published;
use http::{HeaderMap, Request};
use model::kind::KindRegistry;
use model::{Entity, EntityRef};
use parking_lot::RwLock;
use sdk::{ReadError, ReadOptions, ReadOutcome, SearchResult, UrlReader};
use serde_json::{Value, json};
use store_sql::{DatabaseLocation, DatabaseOptions, SqlStore};
use tower::ServiceExt;
use url::Url;

use crate::techdocs::TechDocs;
use crate::{ApiState, Services};

/// Where the entities of the fixture say they come from.
pub const ORIGIN: &str = "https://h.example/catalog-info.yaml";

const TOKEN: &str = "fixture-static-token-0123456789";
const BLIND_TOKEN: &str = "fixture-limited-token-0123456789";

/// The router over a small catalog.
pub struct Fixture {
    pub state: ApiState,
    index: Arc<RwLock<Index>>,
    router: Router,
}

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body as JSON; `null` where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// A header, empty where it is not sent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

struct NoUsers;

#[async_trait]
impl UserDirectory for NoUsers {
    async fn ownership(&self, _: &EntityRef) -> Option<Vec<EntityRef>> {
        None
    }

    async fn find_users(&self, _: &UserQuery) -> Vec<EntityRef> {
        Vec::new()
    }

    fn groups(&self, _: &EntityRef, _: Option<usize>) -> Vec<GroupPath> {
        Vec::new()
    }
}

struct NoHosts;

#[async_trait]
impl UrlReader for NoHosts {
    async fn read(&self, url: &Url, _: &ReadOptions) -> Result<ReadOutcome, ReadError> {
        Err(ReadError::NotAllowed(format!("Reading from '{url}' is not allowed")))
    }

    async fn search(&self, url: &str, _: &ReadOptions) -> Result<Option<SearchResult>, ReadError> {
        Err(ReadError::NotAllowed(format!("Reading from '{url}' is not allowed")))
    }

    fn resolve(&self, reference: &str, _: &str) -> Result<String, ReadError> {
        Ok(reference.to_owned())
    }

    fn edit_url(&self, _: &str) -> Option<String> {
        None
    }

    fn same_repository(&self, _: &str, _: &str) -> bool {
        false
    }
}

impl Fixture {
    /// Components `c0`, `c1` … of the type `service`.
    pub async fn with_components(count: usize) -> Self {
        Self::with_permission(count, &json!({})).await
    }

    /// The same where roles decide: those of this `rolesFile`.
    pub async fn with_roles(count: usize, roles: &str) -> Self {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), roles).unwrap();
        Self::with_permission(count, &json!({ "enabled": true, "rbac": { "rolesFile": file.path() } })).await
    }

    /// The same with this section `permission`.
    pub async fn with_permission(count: usize, permission: &Value) -> Self {
        let options = DatabaseOptions::new(DatabaseLocation::Memory);
        let store = Arc::new(SqlStore::open(&options).await.unwrap());
        let mut index = Index::default();
        index.apply((0..count).map(component).collect(), &[]);
        let index = Arc::new(RwLock::new(index));
        let written = json!({
            "permission": permission,
            "auth": {"environment": "development", "providers": {"guest": {}}},
            "backend": {"auth": {"externalAccess": [
                {"type": "static", "options": {"token": TOKEN, "subject": "fixture"}},
                {"type": "static", "options": {"token": BLIND_TOKEN, "subject": "blind"},
                    "accessRestrictions": [{"plugin": "catalog", "permission": "catalog.location.read"}]},
            ]}},
        });
        let settings = Settings::read(&Config::from_yaml(&written.to_string()).unwrap()).unwrap();
        let roles = Arc::new(StoredRoles::open(store.clone()).await.unwrap());
        let permissions =
            Permissions::new(&settings.permission, roles, Arc::new(NoUsers), |warning| panic!("{warning}"));
        let base_url = Url::parse("http://localhost:7007").unwrap();
        let options = settings.auth.clone();
        let authority =
            Arc::new(Authority::new(settings.auth, base_url.as_str(), store.clone(), Arc::new(NoUsers)).unwrap());
        let sign_in = SignIn::new(&options, &base_url, &base_url, authority.clone()).unwrap();
        let kinds = Arc::new(KindRegistry::builtin());
        // The engine has an empty catalog of its own; what is read here is put in by hand.
        let options = CatalogOptions { watch: false, ..CatalogOptions::default() };
        let engine =
            catalog::engine::start(store.clone(), Arc::new(NoHosts), options, kinds, Arc::default(), Vec::new());
        let state = ApiState::new(Services {
            catalog: CatalogReader::of(index.clone(), store.clone()),
            engine: engine.await.unwrap(),
            sources: Arc::new(SourceReader::new(Arc::new(NoHosts))),
            store: store.clone(),
            auth: authority,
            sign_in: Arc::new(sign_in),
            permissions: Arc::new(permissions),
            audit: Auditor::new(store.clone()),
            docs: Arc::new(TechDocs {
                published: Published::new("no/sites".into(), false),
                library: Arc::new(Library::new(true)),
            }),
            proxies: Default::default(),
            lifecycle: Default::default(),
        });
        state.lifecycle.ready();
        Self { router: crate::router(state.clone()), state, index }
    }

    /// Takes in `c0` anew.
    pub fn touch(&self) {
        self.index.write().apply(vec![component(0)], &[]);
    }

    /// The value of `Authorization` for a program that may read no entities.
    pub fn blind(&self) -> String {
        format!("Bearer {BLIND_TOKEN}")
    }

    /// The value of `Authorization` for a program that may do everything.
    pub fn service(&self) -> String {
        format!("Bearer {TOKEN}")
    }

    /// A token for the guest.
    pub async fn user_token(&self) -> String {
        let user = EntityRef::new("user", "development", "guest");
        self.state.auth.issue_user_token(&user, &[]).await.unwrap().token
    }

    /// Registers a location of type `url`; answers it.
    pub async fn register(&self, target: &str) -> Value {
        let registered = self.post("/locations", &json!({ "type": "url", "target": target })).await;
        assert_eq!(registered.status, 201, "{}", registered.text);
        registered.json()["location"].clone()
    }

    /// Gets a path of the catalog.
    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], "").await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.call("GET", path, headers, "").await
    }

    /// Posts JSON to a path of the catalog.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, &[("content-type", "application/json")], &body.to_string()).await
    }

    /// Calls the catalog as a program that may do everything.
    pub async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let bearer = self.service();
        let mut headers = headers.to_vec();
        headers.push(("authorization", &bearer));
        self.root(method, &format!("/api/catalog{path}"), &headers, body).await
    }

    /// Calls with exactly these headers.
    pub async fn root(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, headers, text: String::from_utf8(body.to_vec()).unwrap() }
    }
}

/// The error envelope.
pub fn error(status: u16, name: &str, message: &str, method: &str, url: &str) -> Value {
    json!({"error": {"name": name, "message": message}, "request": {"method": method, "url": url},
        "response": {"statusCode": status}})
}

fn component(number: usize) -> Prepared {
    let id = base::ids::new_id();
    let origin = format!("url:{ORIGIN}");
    let body = Entity(json!({
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": {
            "name": format!("c{number}"),
            "namespace": "default",
            "uid": id.to_string(),
            "etag": format!("{number:040x}"),
            "annotations": {
                model::entity::MANAGED_BY_LOCATION: &origin,
                model::entity::MANAGED_BY_ORIGIN_LOCATION: &origin,
            },
        },
        "spec": { "type": "service", "lifecycle": "production", "owner": "team-a" },
        "relations": [{ "type": "ownedBy", "targetRef": "group:default/team-a" }],
    }));
    let entity = FinalEntity { id, entity_ref: body.entity_ref(), body, parent: None };
    Prepared::new(entity).unwrap()
}
