//! What handlers take from a request, checked as the recorded API checks it: same limits, same texts.

mod body;
mod caller;
mod catalog_tag;
mod params;
mod path;

pub use body::{BODY_LIMIT, FromObject, JsonBody, Object, read_json, read_objects};
pub use caller::{Caller, Plugin, Scope, authenticate, optional_bearer};
pub use catalog_tag::CatalogTag;
pub use params::{FromParams, NoParams, Params, Query};
pub use path::Segments;
