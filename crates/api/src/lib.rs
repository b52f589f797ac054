//! The Backstage wire: what clients, scripts and plugins of a Backstage call, answered by Callboard.
//!
//! A folder is a plugin, a file is an endpoint: what it takes from the request, the call, the shape of the answer, its
//! tests. Contract: catalog.md sections 9 to 15, auth.md, platform-services.md section 2.

pub mod audit;
pub mod auth;
pub mod catalog;
pub mod error;
pub mod extract;
pub mod health;
pub mod layers;
pub mod permission;
mod plugin;
pub mod proxy;
pub mod respond;
mod state;
pub mod techdocs;
#[cfg(test)]
mod testing;

use axum::Router;
use axum::middleware::from_fn;
use tower::Layer;

pub use state::{ApiState, Services};

use crate::extract::Plugin;

/// Everything under `/api` and `/.backstage`.
pub fn router(state: ApiState) -> Router {
    let plugins = Router::new()
        .nest("/catalog", plugin::mount(Plugin("catalog"), catalog::router(&state), &state))
        .nest("/auth", auth::router())
        .nest(
            "/permission",
            plugin::mount(Plugin("permission"), permission::router(&state), &state).merge(permission::open_router()),
        )
        .nest("/proxy", proxy::router())
        .nest("/techdocs", plugin::mount(Plugin("techdocs"), techdocs::router(), &state))
        .nest(
            "/audit",
            plugin::mount(Plugin("audit"), audit::router().merge(permission::integration::router("audit")), &state),
        )
        .nest("/app", plugin::mount(Plugin("app"), Router::new(), &state))
        .fallback(error::not_found);
    health(state.clone()).nest_service("/api", from_fn(layers::tolerate).layer(marked(plugins, &state)))
}

/// What a process answers that serves nobody: whether it is well.
pub fn health(state: ApiState) -> Router {
    let health = from_fn(layers::tolerate).layer(marked(health::router(), &state));
    Router::new().nest_service("/.backstage", health).fallback(error::not_found)
}

/// A router whose routes are known to measurements.
fn marked(router: Router<ApiState>, state: &ApiState) -> Router {
    router.layer(from_fn(layers::mark_route)).with_state(state.clone())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::body::Body;
    use http::Request;
    use tower::ServiceExt;

    use crate::layers::Route;
    use crate::testing::{Fixture, error};

    #[tokio::test]
    async fn measurements_know_the_route_and_not_the_path() {
        let fixture = Fixture::with_components(0).await;
        for (path, route) in [
            ("/api/catalog/entities/by-uid/1", Some("/api/catalog/entities/by-uid/{uid}")),
            ("/.backstage/health/v1/liveness/", Some("/.backstage/health/v1/liveness")),
            ("/api/catalog/nope/1", None),
        ] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let response = super::router(fixture.state.clone()).oneshot(request).await.unwrap();
            let found = response.extensions().get::<Route>().map(|route| route.0.as_str().to_owned());
            assert_eq!(found.filter(|found| !found.contains("{*")).as_deref(), route, "{path}");
        }
    }

    #[tokio::test]
    async fn segments_are_decoded_and_head_answers_without_a_body() {
        let fixture = Fixture::with_components(1).await;
        let found = fixture.get("/entities/by-name/component/default/a%2Fb%20c").await.json();
        assert_eq!(
            found["error"]["message"],
            "No entity named 'a/b c' found, with kind 'component' in namespace 'default'"
        );
        for path in ["/entities/by-name/component/default/%ff", "/entities/by-uid/%", "/entities/by-uid/a%2"] {
            let message = "malformed uri'";
            assert_eq!(fixture.get(path).await.json(), error(400, "InputError", message, "GET", path));
        }
        let empty = fixture.get("/entities/by-name/component//c0").await;
        assert_eq!((empty.status, empty.text.as_str()), (404, ""));
        let head = fixture.call("HEAD", "/entities/by-name/component/default/c0", &[], "").await;
        assert_eq!((head.status, head.text.as_str()), (200, ""));
    }
}
