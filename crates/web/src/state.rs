//! What pages work with.

use std::collections::BTreeSet;
use std::sync::Arc;

use auth::audit::Auditor;
use auth::{Authority, Permissions, SignIn};
use catalog::{Catalog, CatalogReader, EngineError, EngineHandle};
use docs::Library;
use http::HeaderValue;
use model::{EntityRef, KindRegistry, ReadScope, Severity};
use parking_lot::Mutex;

use crate::branding::Branding;
use crate::security::CONTENT_SECURITY_POLICY;
use crate::view::kinds::Faces;

/// What pages work with. Cheap to clone.
#[derive(Clone)]
pub struct WebState {
    pub(crate) catalog: CatalogReader,
    pub(crate) engine: EngineHandle,
    pub(crate) auth: Arc<Authority>,
    pub(crate) permissions: Arc<Permissions>,
    pub(crate) sign_in: Arc<SignIn>,
    pub(crate) audit: Auditor,
    pub(crate) docs: Arc<Library>,
    pub(crate) branding: Arc<Branding>,
    pub(crate) content_security_policy: HeaderValue,
    /// Kept from one page to the next: every list asks, few flushes change it.
    problematic: Arc<Mutex<Problematic>>,
    /// Made anew when a definition changes.
    faces: Arc<Mutex<(Arc<KindRegistry>, Arc<Faces>)>>,
}

/// What pages ask beside the catalog.
pub struct Services {
    pub auth: Arc<Authority>,
    pub permissions: Arc<Permissions>,
    pub sign_in: Arc<SignIn>,
    pub audit: Auditor,
    pub docs: Arc<Library>,
}

/// The entities with problems, as of a state of the engine.
#[derive(Default)]
struct Problematic {
    /// Flushes and problems the engine had counted; `None` before the first page.
    as_of: Option<(u64, usize)>,
    refs: Arc<[EntityRef]>,
}

impl WebState {
    pub fn new(catalog: Catalog, services: Services, branding: Branding) -> Self {
        let kinds = catalog.engine.kinds();
        let faces = Arc::new(Faces::of(&kinds));
        let Services { auth, permissions, sign_in, audit, docs } = services;
        Self {
            faces: Arc::new(Mutex::new((kinds, faces))),
            catalog: catalog.reader,
            engine: catalog.engine,
            auth,
            permissions,
            sign_in,
            audit,
            docs,
            branding: Arc::new(branding),
            content_security_policy: HeaderValue::from_static(CONTENT_SECURITY_POLICY),
            problematic: Arc::default(),
        }
    }

    /// The same with another `Content-Security-Policy`, from `backend.csp`.
    #[must_use]
    pub fn with_content_security_policy(self, policy: HeaderValue) -> Self {
        Self { content_security_policy: policy, ..self }
    }

    /// How kinds and relations are shown now.
    pub(crate) fn faces(&self) -> Arc<Faces> {
        let kinds = self.engine.kinds();
        let mut known = self.faces.lock();
        if !Arc::ptr_eq(&known.0, &kinds) {
            *known = (kinds.clone(), Arc::new(Faces::of(&kinds)));
        }
        known.1.clone()
    }

    /// The entities to see whose newest processing found an error, in order.
    pub(crate) async fn problematic(&self, scope: &ReadScope) -> Result<Arc<[EntityRef]>, EngineError> {
        let all = self.all_problematic().await?;
        if *scope == ReadScope::All {
            return Ok(all);
        }
        Ok(all.iter().filter(|entity_ref| self.catalog.sees(scope, entity_ref)).cloned().collect())
    }

    async fn all_problematic(&self) -> Result<Arc<[EntityRef]>, EngineError> {
        let status = self.engine.status();
        let as_of = Some((status.flushes, status.problems));
        {
            let known = self.problematic.lock();
            if known.as_of == as_of {
                return Ok(known.refs.clone());
            }
        }
        let troubles = self.engine.problems().await?;
        let errors = troubles.into_iter().filter(|t| t.visible && t.problem.severity == Severity::Error);
        let refs: BTreeSet<EntityRef> = errors.filter_map(|trouble| trouble.entity_ref).collect();
        let refs: Arc<[EntityRef]> = refs.into_iter().collect();
        *self.problematic.lock() = Problematic { as_of, refs: refs.clone() };
        Ok(refs)
    }
}
