//! The words of the catalog: entities, references, kinds, relations, filters and what can be wrong with them.
//! Nothing here does I/O, knows a clock or is async; every other crate speaks these types.

mod check;
pub mod descriptor;
pub mod entity;
pub mod fields;
pub mod filter;
pub mod flatten;
pub mod js;
pub mod kind;
pub mod location;
pub mod problem;
pub mod reference;
pub mod relation;
mod schema;
pub mod scope;
pub mod validate;
pub mod yaml;

pub use entity::Entity;
pub use kind::{Kind, KindDefinition, KindRegistry};
pub use location::LocationRef;
pub use problem::{Place, Problem, Severity};
pub use reference::{EntityRef, RefDefaults, RefError};
pub use relation::Relation;
pub use scope::ReadScope;
