//! `GET /kinds/{kind}`.

use axum::extract::State;
use axum::response::Response;

use super::KindItem;
use crate::catalog::schema;
use crate::error::ApiError;
use crate::extract::{NoParams, Query, Scope, Segments};
use crate::respond;
use crate::state::ApiState;

/// One kind by its name, in any casing.
#[utoipa::path(
    get, path = "/kinds/{kind}", operation_id = "GetKind", tag = "Kinds", params(("kind" = String, Path)),
    responses((status = 200, description = "The kind", body = KindItem), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    Scope(scope): Scope,
    _: Query<NoParams>,
    Segments(kind): Segments<String>,
) -> Result<Response, ApiError> {
    let all = catalog::kinds::list(&state.catalog, &scope, &state.engine.kinds());
    let found = all.into_iter().find(|status| status.kind.eq_ignore_ascii_case(&kind));
    let found = found.ok_or_else(|| ApiError::NotFound(format!("No kind named '{kind}'")))?;
    Ok(respond::json(&KindItem::from(found)))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Fixture, error};

    #[tokio::test]
    async fn a_kind_is_found_in_any_casing_or_not_at_all() {
        let fixture = Fixture::with_components(1).await;
        assert_eq!(fixture.get("/kinds/API").await.json()["plural"], "APIs");
        assert_eq!(fixture.get("/kinds/component").await.json()["entities"], 1);
        let message = "No kind named 'nope'";
        let missing = fixture.get("/kinds/nope").await.json();
        assert_eq!(missing, error(404, "NotFoundError", message, "GET", "/kinds/nope"));
    }
}
