//! `?asOf=`: reads of the catalog as it was (an addition to the contract). `docs/history.md` tells how to use it.

use catalog::{CatalogReader, Moment};

use crate::error::ApiError;
use crate::extract::{FromParams, Params};
use crate::state::ApiState;

/// A request that may ask about the past, and has no other parameter.
#[derive(Debug)]
pub struct AsOf(Option<Moment>);

impl FromParams for AsOf {
    const NAMES: &'static [&'static str] = &["asOf"];

    fn from_params(params: &Params) -> Result<Self, ApiError> {
        moment(params).map(Self)
    }
}

impl AsOf {
    /// The catalog that is asked about.
    pub async fn catalog(&self, state: &ApiState) -> Result<CatalogReader, ApiError> {
        catalog_of(state, self.0).await
    }
}

/// The time or position that a request names.
pub fn moment(params: &Params) -> Result<Option<Moment>, ApiError> {
    let text = params.text("asOf")?;
    let moment = text.map(|text| text.parse()).transpose();
    moment.map_err(|error: catalog::history::NoMoment| ApiError::Input(format!("request/query/asOf: {error}")))
}

/// The catalog as it was, or as it is where nothing else was asked for.
pub async fn catalog_of(state: &ApiState, moment: Option<Moment>) -> Result<CatalogReader, ApiError> {
    match moment {
        Some(moment) => Ok(state.catalog.as_of(moment).await?),
        None => Ok(state.catalog.clone()),
    }
}
