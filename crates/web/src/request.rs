//! What every page knows of a request: who asks, in which language and light, and what they starred. Built once by a
//! layer; handlers take it by saying who may call them: [`SignedIn`] or [`Anyone`].

use std::convert::Infallible;
use std::sync::Arc;

use auth::permission::{ENTITY_READ, UNPROCESSED_READ};
use auth::policy::decide::Held;
use auth::{Permission, Permissions, Principal, User};
use axum::extract::{FromRequestParts, OriginalUri, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header, request::Parts};
use model::ReadScope;

use crate::cookies::{self, Stars, Theme};
use crate::i18n::{Lang, Messages};
use crate::pages::errors::{self, Failure};
use crate::session::{self, Viewer};
use crate::view::kinds::{BUILTIN, Faces};
use crate::{Branding, WebState, urls};

/// A request as pages see it.
#[derive(Clone)]
pub struct Ctx {
    pub lang: Lang,
    /// How kinds and relations are shown now.
    pub faces: Arc<Faces>,
    pub theme: Theme,
    /// The sidebar shows icons alone.
    pub narrow_sidebar: bool,
    pub stars: Stars,
    pub viewer: Option<Viewer>,
    /// What decides what the viewer may do.
    access: Option<Access>,
    /// The browser brought a session that is over.
    pub session_ended: bool,
    /// Entities and sources something is wrong with.
    pub troubles: usize,
    /// Path and query, for coming back after a form.
    pub here: String,
    /// The id to quote when something failed.
    pub request_id: Option<String>,
    /// The id of the element htmx wants replaced, when it is htmx that asks.
    pub fragment: Option<String>,
    pub branding: Arc<Branding>,
}

/// A person who is signed in, with what decides for everybody.
#[derive(Clone)]
struct Access {
    principal: Principal,
    permissions: Arc<Permissions>,
    scope: ReadScope,
}

impl Access {
    fn of(viewer: &Viewer, permissions: &Arc<Permissions>) -> Self {
        let (entity_ref, ownership) = (viewer.entity_ref.clone(), viewer.ownership.clone());
        let principal = Principal::User(User { entity_ref, ownership, expires_at: 0 });
        let scope = permissions.scope(&principal, &ENTITY_READ);
        Self { principal, permissions: Arc::clone(permissions), scope }
    }

    fn may(&self, permission: &Permission<'_>) -> bool {
        self.permissions.may(&self.principal, permission)
    }
}

impl Ctx {
    fn new(state: &WebState, headers: &HeaderMap, uri: &Uri, viewer: Option<Viewer>) -> Self {
        let accept = || headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let lang = cookies::read(headers, cookies::LANG)
            .and_then(|code| Lang::from_code(&code))
            .unwrap_or_else(|| Lang::negotiate(accept()));
        let theme = cookies::read(headers, cookies::THEME).and_then(|code| Theme::from_code(&code));
        let stars = cookies::read(headers, cookies::STARS).map(|text| Stars::parse(&text));
        let access = viewer.as_ref().map(|viewer| Access::of(viewer, &state.permissions));
        let sees_problems = access.as_ref().is_some_and(|access| access.may(&UNPROCESSED_READ));
        Self {
            lang,
            faces: state.faces(),
            theme: theme.unwrap_or_default(),
            narrow_sidebar: cookies::read(headers, cookies::SIDEBAR).is_some_and(|width| width == "narrow"),
            stars: stars.unwrap_or_default(),
            session_ended: viewer.is_none() && cookies::read(headers, auth::SESSION_COOKIE).is_some(),
            troubles: if sees_problems { state.engine.status().problems } else { 0 },
            viewer,
            access,
            here: uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            request_id: text(headers, "x-request-id"),
            fragment: text(headers, "hx-target").filter(|_| text(headers, "hx-history-restore-request").is_none()),
            branding: state.branding.clone(),
        }
    }

    /// The words for this reader.
    pub fn t(&self) -> Messages<'_> {
        Messages::new(self.lang, &self.faces)
    }

    /// The path without the query, for marking where one is.
    pub fn path(&self) -> &str {
        self.here.split('?').next().unwrap_or("/")
    }

    /// What this reader may see of the catalog.
    pub fn scope(&self) -> ReadScope {
        self.access.as_ref().map_or(ReadScope::None, |access| access.scope.clone())
    }

    /// The entities that this reader may do something with.
    pub fn scope_for(&self, permission: &Permission<'_>) -> ReadScope {
        self.access.as_ref().map_or(ReadScope::None, |access| access.permissions.scope(&access.principal, permission))
    }

    /// Whether this reader may do something, whatever it is done to.
    pub fn may(&self, permission: &Permission<'_>) -> bool {
        self.access.as_ref().is_some_and(|access| access.may(permission))
    }

    /// The roles of this reader, each with the way to it.
    pub fn roles(&self) -> Vec<Held> {
        let held = |access: &Access| match &access.principal {
            Principal::User(user) => access.permissions.held(user),
            Principal::Service(_) | Principal::None => Vec::new(),
        };
        self.access.as_ref().map(held).unwrap_or_default()
    }

    /// Turns away who may not do something.
    ///
    /// # Errors
    /// [`Failure::NotAllowed`], with the reason.
    pub fn require(&self, permission: &Permission<'_>) -> Result<(), Failure> {
        if self.may(permission) { Ok(()) } else { Err(self.refusal(permission)) }
    }

    /// Why this reader may not do something.
    pub fn refusal(&self, permission: &Permission<'_>) -> Failure {
        let verdict = self.access.as_ref().map(|access| access.permissions.verdict(&access.principal, permission));
        Failure::NotAllowed {
            permission: permission.name.to_owned(),
            because: verdict.as_ref().map(|verdict| verdict.because(permission)).unwrap_or_default(),
            remedy: verdict.and_then(|verdict| verdict.remedy(permission)),
        }
    }
}

fn text(headers: &HeaderMap, name: &'static str) -> Option<String> {
    headers.get(HeaderName::from_static(name))?.to_str().ok().map(str::to_owned)
}

/// Puts the [`Ctx`] into the request and, on the way back, gives failures their page.
pub async fn context(
    State(state): State<WebState>,
    OriginalUri(uri): OriginalUri,
    mut request: Request,
    next: Next,
) -> Response {
    let (viewer, renewed) = session::identify(&state.auth, &state.catalog, request.headers()).await;
    let ctx = Ctx::new(&state, request.headers(), &uri, viewer);
    request.extensions_mut().insert(ctx.clone());
    let mut response = errors::dress(next.run(request).await, &ctx);
    // A page that starts or ends a session has the last word on its cookie.
    if let Some(renewed) = renewed.filter(|_| !response.headers().contains_key(header::SET_COOKIE)) {
        response.headers_mut().append(header::SET_COOKIE, renewed);
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Cookie, Accept-Language, HX-Target"));
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    response
}

/// A page for people who are signed in; others are sent to sign in and come back.
pub struct SignedIn(pub Ctx);

/// A page for everybody.
pub struct Anyone(pub Ctx);

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let Ok(Anyone(ctx)) = Anyone::from_request_parts(parts, state).await;
        if ctx.viewer.is_some() {
            return Ok(Self(ctx));
        }
        let to = urls::sign_in(if parts.method == http::Method::GET { &ctx.here } else { "/" });
        if ctx.fragment.is_some() {
            // htmx follows a redirect into the fragment; this header moves the whole page instead.
            let to = HeaderValue::from_str(&to).unwrap_or(HeaderValue::from_static("/sign-in"));
            return Err((StatusCode::UNAUTHORIZED, [(HeaderName::from_static("hx-redirect"), to)]).into_response());
        }
        Err(Redirect::to(&to).into_response())
    }
}

impl<S: Sync> FromRequestParts<S> for Anyone {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        // The layer puts it there for every route of `router`; without it the request is a stranger's.
        Ok(Self(parts.extensions.get::<Ctx>().cloned().unwrap_or_else(|| Ctx {
            lang: Lang::default(),
            faces: BUILTIN.clone(),
            theme: Theme::System,
            narrow_sidebar: false,
            stars: Stars::default(),
            viewer: None,
            access: None,
            session_ended: false,
            troubles: 0,
            here: parts.uri.path().to_owned(),
            request_id: None,
            fragment: None,
            branding: Arc::default(),
        })))
    }
}
