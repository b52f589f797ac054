//! Roles and their policies, with the routes of the community's RBAC plugin (contract permissions.md section 6.5).

mod conditions;
mod plugins;
mod policies;
mod probe;
mod refresh;
mod roles;

use auth::policy::Roles;
use auth::policy::edit::Refused;
use auth::policy::role::{Role, role_ref};
use auth::policy::stored::ChangeError;
use auth::{Permission, Principal};
use axum::Router;
use axum::routing::{get, post};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::error::ApiError;
use crate::extract::Caller;
use crate::state::ApiState;

/// Everything about roles, without the prefix `/api/permission`.
pub fn router() -> Router<ApiState> {
    Router::new()
        .route("/", get(probe::handler))
        .route("/roles", get(roles::list::handler).post(roles::create::handler))
        .route(
            "/roles/{kind}/{namespace}/{name}",
            get(roles::get::handler).put(roles::update::handler).delete(roles::remove::handler),
        )
        .route("/policies", get(policies::list::handler).post(policies::create::handler))
        .route(
            "/policies/{kind}/{namespace}/{name}",
            get(policies::get::handler).put(policies::update::handler).delete(policies::remove::handler),
        )
        .route("/roles/conditions", get(conditions::list::handler).post(conditions::create::handler))
        .route(
            "/roles/conditions/{id}",
            get(conditions::get::handler).put(conditions::update::handler).delete(conditions::remove::handler),
        )
        .route("/plugins/policies", get(plugins::policies::handler))
        .route("/plugins/condition-rules", get(plugins::rules::handler))
        .route("/plugins/id", get(plugins::ids::list).post(plugins::ids::add).delete(plugins::ids::remove))
        .route("/refresh/{id}", post(refresh::handler))
}

/// The roles, which these routes are there for.
fn roles_of(state: &ApiState) -> Result<&Roles, ApiError> {
    state.permissions.roles().ok_or_else(|| ApiError::NotFound("Roles do not decide here".to_owned()))
}

/// Who asks for a change.
fn author(caller: &Caller) -> String {
    match &caller.principal {
        Principal::User(user) => user.entity_ref.to_string(),
        Principal::Service(service) => service.subject.clone(),
        Principal::None => "unknown".to_owned(),
    }
}

/// The time of a change, as the wire shows it.
fn now() -> String {
    let format =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    let at = OffsetDateTime::from_unix_timestamp(base::clock::now_millis() / 1000);
    at.ok().and_then(|at| at.format(format).ok()).unwrap_or_default()
}

/// Changes something with who and when, and tells why it was refused.
macro_rules! change {
    ($caller:expr, |$edit:ident| $change:expr) => {{
        let (by, at) = ($crate::permission::rbac::author(&$caller), $crate::permission::rbac::now());
        let $edit = auth::policy::edit::Edit { by: &by, at: &at };
        $change.await.map_err($crate::permission::rbac::refused)
    }};
}
use change;

/// The one table from refused changes to errors of the wire.
fn refused(error: ChangeError<Refused>) -> ApiError {
    match error {
        ChangeError::Refused(Refused::Invalid(text)) => ApiError::Input(text),
        ChangeError::Refused(Refused::NotAllowed(text)) => ApiError::NotAllowed(text),
        ChangeError::Refused(Refused::NotFound(text)) => ApiError::NotFound(text),
        ChangeError::Refused(Refused::Conflict(text)) => ApiError::Conflict(text),
        ChangeError::Busy => ApiError::Conflict(error.to_string()),
        ChangeError::Store(_) | ChangeError::Unreadable(_) => ApiError::internal(&error),
    }
}

/// The reference of a path.
fn reference((kind, namespace, name): &(String, String, String)) -> Result<String, ApiError> {
    role_ref(&format!("{kind}:{namespace}/{name}")).map_err(|error| ApiError::Input(error.to_string()))
}

/// Turns away who may not do this with any role.
fn require_some(state: &ApiState, caller: &Caller, permission: &Permission<'_>) -> Result<(), ApiError> {
    let decision = state.permissions.verdict(&caller.principal, permission).decision;
    if decision == auth::policy::decide::Decision::Deny { Err(caller.refusal(permission)) } else { Ok(()) }
}

/// Turns away who may not do this with one role. Of a role that is not there, who may do it with some is told so.
fn require_for(state: &ApiState, caller: &Caller, permission: &Permission<'_>, name: &str) -> Result<(), ApiError> {
    require_some(state, caller, permission)?;
    let policies = roles_of(state)?.policies();
    match policies.1.role(name) {
        Some((_, role)) if !allowed(state, caller, permission, role) => Err(caller.refusal(permission)),
        _ => Ok(()),
    }
}

fn allowed(state: &ApiState, caller: &Caller, permission: &Permission<'_>, role: &Role) -> bool {
    state.permissions.may_with_role(&caller.principal, permission, role)
}

#[cfg(test)]
mod tests;
