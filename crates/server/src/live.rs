//! The running portal: what lives as long as the process, and what is made anew when the configuration changes.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use api::health::Lifecycle;
use api::layers::{apply_layers, content_security_policy, mark_route};
use api::proxy::Proxies;
use api::techdocs::TechDocs;
use api::{ApiState, Services};
use arc_swap::ArcSwap;
use async_trait::async_trait;
use auth::audit::Auditor;
use auth::policy::stored::StoredRoles;
use auth::{Authority, Permissions, SignIn};
use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn;
use base::http::HttpOptions as OutboundOptions;
use catalog::Catalog;
use catalog::ingest::SourceReader;
use config::Role;
use connect::Readers;
use docs::Library;
use docs::published::Published;
use metrics_exporter_prometheus::PrometheusHandle;
use model::KindRegistry;
use sdk::{ReadError, ReadOptions, ReadOutcome, Repository, SearchResult, UrlReader};
use store::audit::AuditStore;
use store_sql::SqlStore;
use tower::ServiceExt;
use url::Url;
use web::WebState;

use crate::compose::{self, Settings};
use crate::directory::CatalogUsers;
use crate::listen::Tls;
use crate::metrics;
use crate::telemetry::Telemetry;

/// Everything that runs.
pub struct Live {
    store: Arc<SqlStore>,
    catalog: Catalog,
    readers: Arc<CurrentReaders>,
    roles: Arc<StoredRoles>,
    lifecycle: Lifecycle,
    telemetry: Telemetry,
    tls: Option<Tls>,
    /// What the process started with.
    started: Arc<Settings>,
    settings: ArcSwap<Settings>,
    router: Arc<ArcSwap<Router>>,
}

impl Live {
    /// Opens the database, loads the last state and starts to look at the sources.
    pub async fn start(settings: Settings, tls: Option<Tls>, telemetry: Telemetry) -> Result<Self> {
        let store = SqlStore::open(&settings.database).await.context("backend.database: the database does not open")?;
        let store = Arc::new(store);
        let readers = Arc::new(CurrentReaders(ArcSwap::from_pointee(readers(&settings)?)));
        let kinds = Arc::new(KindRegistry::builtin());
        let (urls, options) = (readers.clone(), settings.catalog.clone());
        let catalog = match store.replicas() {
            None => Catalog::start(store.clone(), urls, options, kinds).await,
            Some(replicas) => {
                let may_lead = matches!(settings.typed.backend.role, Role::All | Role::Worker);
                Catalog::start_shared(store.clone(), replicas, urls, options, kinds, may_lead).await
            }
        };
        let catalog = catalog.context("the catalog does not start")?;
        let lifecycle = Lifecycle::default();
        let roles = Arc::new(StoredRoles::open(store.clone()).await.context("the roles cannot be read")?);
        if store.replicas().is_some() {
            follow_roles(&roles);
        }
        forget_events(&store, settings.typed.audit.retention);
        let router = Parts {
            store: &store,
            catalog: &catalog,
            readers: &readers,
            roles: &roles,
            lifecycle: &lifecycle,
            telemetry: &telemetry,
        }
        .router(&settings)?;
        let router = Arc::new(ArcSwap::from_pointee(router));
        let settings = Arc::new(settings);
        Ok(Self {
            store,
            catalog,
            readers,
            roles,
            lifecycle,
            telemetry,
            tls,
            settings: ArcSwap::new(Arc::clone(&settings)),
            started: settings,
            router,
        })
    }

    /// Takes over a changed configuration, as far as that can be done while running.
    ///
    /// # Errors
    /// Nothing changed, or what is named takes effect at the next start; the rest is in force.
    pub async fn apply(&self, settings: Settings) -> Result<()> {
        let router = self.parts().router(&settings)?;
        let readers = readers(&settings)?;
        self.telemetry.set_level(settings.typed.backend.log_level.as_deref())?;
        if let (Some(tls), Some(https)) = (&self.tls, &settings.typed.backend.https) {
            tls.renew(https)?;
        }
        self.telemetry.set_secrets(&settings.secrets);
        // Before the engine looks at new locations, which these may be needed for.
        self.readers.0.store(Arc::new(readers));
        self.catalog.engine.apply_config(settings.catalog.clone()).await?;
        self.router.store(Arc::new(router));
        let settings = Arc::new(settings);
        self.settings.store(Arc::clone(&settings));
        compose::needs_restart(&self.started, &settings)
    }

    fn parts(&self) -> Parts<'_> {
        Parts {
            store: &self.store,
            catalog: &self.catalog,
            readers: &self.readers,
            roles: &self.roles,
            lifecycle: &self.lifecycle,
            telemetry: &self.telemetry,
        }
    }

    /// The router in force at each request.
    pub fn router(&self) -> Router {
        let current = Arc::clone(&self.router);
        Router::new().fallback_service(tower::service_fn(move |request: Request| {
            let router = Router::clone(&current.load());
            async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {})) }
        }))
    }

    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    pub fn settings(&self) -> Arc<Settings> {
        self.settings.load_full()
    }

    pub fn lifecycle(&self) -> &Lifecycle {
        &self.lifecycle
    }

    pub fn metrics(&self) -> PrometheusHandle {
        self.telemetry.metrics.clone()
    }

    /// Writes what is ready, closes the database and sends the last traces.
    pub async fn stop(&self) {
        self.catalog.engine.shutdown().await;
        self.store.close().await;
        self.telemetry.stop();
    }
}

fn readers(settings: &Settings) -> Result<Readers> {
    Ok(Readers::new(&settings.typed.integrations, &settings.typed.backend.reading, OutboundOptions::default())?)
}

/// How soon a change of roles by another process takes effect.
const FOLLOW_ROLES: Duration = Duration::from_secs(1);

/// Takes over what other processes change of the roles, for as long as they are used here.
fn follow_roles(roles: &Arc<StoredRoles>) {
    let roles = Arc::downgrade(roles);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(FOLLOW_ROLES).await;
            let Some(roles) = roles.upgrade() else { return };
            if let Err(error) = roles.refresh().await {
                tracing::warn!(%error, "the roles are as old as the last look at them");
            }
        }
    });
}

/// How often what was done long ago is forgotten.
const FORGET_EVENTS: Duration = Duration::from_secs(3600);

/// Forgets what was done longer ago than this, for as long as the store is used.
fn forget_events(store: &Arc<SqlStore>, retention: Duration) {
    let store = Arc::downgrade(store);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(FORGET_EVENTS).await;
            let Some(store) = store.upgrade() else { return };
            let kept = i64::try_from(retention.as_millis()).unwrap_or(i64::MAX);
            if let Err(error) = store.forget_events(base::clock::now_millis().saturating_sub(kept)).await {
                tracing::warn!(%error, "what was done long ago is not forgotten yet");
            }
        }
    });
}

/// What routers are made of, again and again.
struct Parts<'a> {
    store: &'a Arc<SqlStore>,
    catalog: &'a Catalog,
    readers: &'a Arc<CurrentReaders>,
    roles: &'a Arc<StoredRoles>,
    lifecycle: &'a Lifecycle,
    telemetry: &'a Telemetry,
}

impl Parts<'_> {
    fn router(&self, settings: &Settings) -> Result<Router> {
        let base_url = settings.typed.backend.base_url.as_str();
        let users = Arc::new(CatalogUsers(self.catalog.reader.clone()));
        let permission = &settings.typed.permission;
        let permissions = Permissions::new(permission, self.roles.clone(), users.clone(), |warning| {
            tracing::warn!(warning, "a part of the policies is not used");
        });
        let permissions = Arc::new(permissions);
        let authority = Authority::new(settings.typed.auth.clone(), base_url, self.store.clone(), users)?;
        let authority = Arc::new(authority);
        let (app_url, backend_url) = (&settings.typed.app.base_url, &settings.typed.backend.base_url);
        let sign_in = Arc::new(SignIn::new(&settings.typed.auth, app_url, backend_url, authority.clone())?);
        let audit = Auditor::new(self.store.clone());
        let library = Arc::new(Library::new(settings.typed.techdocs.builds));
        let techdocs = &settings.typed.techdocs;
        let published = Published::new(techdocs.publish_directory.clone(), techdocs.case_sensitive_paths);
        let docs = Arc::new(TechDocs { published, library: Arc::clone(&library) });
        for one in &settings.typed.auth.misconfigured {
            tracing::warn!(provider = one.id, reason = one.reason, "nobody can sign in with this provider");
        }
        let state = ApiState::new(Services {
            catalog: self.catalog.reader.clone(),
            engine: self.catalog.engine.clone(),
            sources: Arc::new(SourceReader::new(self.readers.clone())),
            store: self.store.clone(),
            auth: authority.clone(),
            permissions: permissions.clone(),
            sign_in: sign_in.clone(),
            audit: audit.clone(),
            docs: docs.clone(),
            proxies: Proxies::new(&settings.typed.proxy)?,
            lifecycle: self.lifecycle.clone(),
        });
        let metrics = metrics::router(self.telemetry.metrics.clone(), authority.clone()).layer(from_fn(mark_route));
        if settings.typed.backend.role == Role::Worker {
            return Ok(apply_layers(api::health(state).merge(metrics), &settings.http)?);
        }
        let policy = content_security_policy(web::CONTENT_SECURITY_POLICY, &settings.http.csp)?;
        let services = web::Services { auth: authority, permissions, sign_in, audit, docs: library };
        let pages = WebState::new(self.catalog.clone(), services, compose::branding(&settings.typed));
        let web = web::router(pages.with_content_security_policy(policy)).layer(from_fn(mark_route));
        Ok(apply_layers(api::router(state).merge(metrics).fallback_service(web), &settings.http)?)
    }
}

/// The readers of the configuration in force.
struct CurrentReaders(ArcSwap<Readers>);

#[async_trait]
impl UrlReader for CurrentReaders {
    async fn read(&self, url: &Url, options: &ReadOptions) -> Result<ReadOutcome, ReadError> {
        self.0.load_full().read(url, options).await
    }

    async fn search(&self, url: &str, options: &ReadOptions) -> Result<Option<SearchResult>, ReadError> {
        self.0.load_full().search(url, options).await
    }

    fn resolve(&self, reference: &str, base: &str) -> Result<String, ReadError> {
        self.0.load().resolve(reference, base)
    }

    fn edit_url(&self, url: &str) -> Option<String> {
        self.0.load().edit_url(url)
    }

    fn same_repository(&self, a: &str, b: &str) -> bool {
        self.0.load().same_repository(a, b)
    }

    fn repository(&self, url: &str) -> Option<Repository> {
        self.0.load().repository(url)
    }

    async fn find_files(&self, url: &str, name: &str) -> Result<Option<Vec<String>>, ReadError> {
        self.0.load_full().find_files(url, name).await
    }
}
