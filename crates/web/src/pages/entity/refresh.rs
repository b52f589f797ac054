//! `POST …/refresh`: the entity and what it comes from are read again, now rather than when their time comes.

use auth::permission::ENTITY_REFRESH;
use axum::extract::State;
use axum::response::Redirect;

use super::Subject;
use crate::pages::errors::Failure;
use crate::{WebState, urls};

/// What the address of the source tab says after a fresh read was asked for.
pub const ASKED: &str = "asked=refresh";

pub async fn ask(subject: Subject, State(state): State<WebState>) -> Result<Redirect, Failure> {
    if !subject.may_refresh {
        return Err(subject.ctx.refusal(&ENTITY_REFRESH));
    }
    let entity_ref = &subject.entity.entity_ref;
    if !state.engine.refresh(entity_ref).await? {
        return Err(Failure::BadRequest(subject.ctx.t().text("refresh-orphan").into_owned()));
    }
    Ok(Redirect::to(&format!("{}?{ASKED}", urls::entity_tab(entity_ref, "source"))))
}
