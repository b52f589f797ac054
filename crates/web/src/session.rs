//! Who is looking at a page: the session cookie of [`auth`], read once per request.

use auth::{AuthError, Authority, Session};
use catalog::CatalogReader;
use http::{HeaderMap, HeaderValue, header};
use model::{EntityRef, ReadScope};

/// A signed-in person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub entity_ref: EntityRef,
    /// What the session claims: the user and its groups.
    pub ownership: Vec<EntityRef>,
    /// What the person owns things as: the same, and the groups above those.
    pub owners: Vec<EntityRef>,
}

impl Viewer {
    /// What to call the person where nothing more is known.
    pub fn name(&self) -> &str {
        self.entity_ref.name()
    }

    /// The groups among what the person owns things as.
    pub fn groups(&self) -> impl Iterator<Item = &EntityRef> {
        self.ownership.iter().filter(|owner| **owner != self.entity_ref)
    }
}

/// Who the cookies of a request speak of, with the cookie that renews the session when it is due.
pub async fn identify(
    authority: &Authority,
    catalog: &CatalogReader,
    headers: &HeaderMap,
) -> (Option<Viewer>, Option<HeaderValue>) {
    let Some(cookies) = headers.get(header::COOKIE).and_then(|value| value.to_str().ok()) else { return (None, None) };
    let session = match authority.read_session(cookies).await {
        Ok(Some(session)) => session,
        Ok(None) => return (None, None),
        Err(error) => {
            // Without keys nobody is known; the sign-in page says what is wrong when it is used.
            tracing::error!(%error, "sessions cannot be read");
            return (None, None);
        }
    };
    let Session { user, renew } = session;
    let renewed = if renew { start(authority, &user.entity_ref).await.ok() } else { None };
    // What a person owns does not depend on what that person may see.
    let owners = catalog.owners(&ReadScope::All, &user.ownership);
    (Some(Viewer { entity_ref: user.entity_ref, ownership: user.ownership, owners }), renewed)
}

/// The cookie of a session for a person.
///
/// # Errors
/// As [`Authority::start_session`].
pub async fn start(authority: &Authority, user: &EntityRef) -> Result<HeaderValue, AuthError> {
    let issued = authority.start_session(user).await?;
    Ok(cookie_value(&auth::session_cookie(&issued.token, is_secure(authority))))
}

/// The cookie of a new guest session.
///
/// # Errors
/// As [`Authority::guest_session`]: there are no guests, or keys are not available.
pub async fn start_guest(authority: &Authority) -> Result<HeaderValue, AuthError> {
    let issued = authority.guest_session().await?;
    Ok(cookie_value(&auth::session_cookie(&issued.token, is_secure(authority))))
}

/// The cookie that ends a session.
pub fn end(authority: &Authority) -> HeaderValue {
    cookie_value(&auth::clear_cookie(is_secure(authority)))
}

fn is_secure(authority: &Authority) -> bool {
    authority.issuer().starts_with("https:")
}

/// Tokens are base64 and dots, which headers can hold.
fn cookie_value(cookie: &str) -> HeaderValue {
    HeaderValue::from_str(cookie).unwrap_or(HeaderValue::from_static(""))
}
