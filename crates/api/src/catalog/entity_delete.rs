//! `DELETE /entities/by-uid/{uid}`.

use axum::extract::State;
use catalog::engine::Deletion;
use http::StatusCode;
use model::ReadScope;
use uuid::Uuid;

use super::schema;
use crate::error::ApiError;
use crate::extract::{Caller, NoParams, Query, Segments};
use crate::state::ApiState;
use ::auth::permission::ENTITY_DELETE;

/// Removes an entity. A source that still defines it brings it back, as another one; what it had brought becomes orphans.
#[utoipa::path(
    delete, path = "/entities/by-uid/{uid}", operation_id = "DeleteEntityByUid", tag = "Entity",
    params(("uid" = String, Path)),
    responses((status = 204, description = "There is no such entity any more"), schema::Failure)
)]
pub async fn handler(
    State(state): State<ApiState>,
    caller: Caller,
    _: Query<NoParams>,
    Segments(uid): Segments<String>,
) -> Result<StatusCode, ApiError> {
    let scope = caller.scope(&ENTITY_DELETE);
    let uid = Uuid::try_parse(&uid).ok();
    // Who may not delete everything is not told whether there is what may not be deleted.
    if scope != ReadScope::All {
        let seen = match uid {
            Some(uid) => state.catalog.by_uid(&scope, uid).await?.is_some(),
            None => false,
        };
        if !seen {
            return Err(caller.refusal(&ENTITY_DELETE));
        }
    }
    // What is no id names no entity, and what is not there is gone.
    if let Some(uid) = uid {
        state.engine.delete(uid, Deletion::AskSource).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use crate::testing::Fixture;

    #[tokio::test]
    async fn what_is_not_there_is_gone() {
        let fixture = Fixture::with_components(0).await;
        for uid in ["00000000-0000-0000-0000-000000000000", "no-uid"] {
            let answer = fixture.call("DELETE", &format!("/entities/by-uid/{uid}"), &[], "").await;
            assert_eq!((answer.status, answer.text.as_str()), (204, ""));
        }
        let limited = [("authorization", &*fixture.blind())];
        let path = "/api/catalog/entities/by-uid/00000000-0000-0000-0000-000000000000";
        assert_eq!(fixture.root("DELETE", path, &limited, "").await.status, 403);
        let by_name = fixture.call("DELETE", "/entities/by-name/component/default/x", &[], "").await;
        assert_eq!((by_name.status, by_name.text.as_str()), (404, ""));
    }
}
