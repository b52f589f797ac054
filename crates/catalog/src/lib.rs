//! The catalog: what is read becomes raw entities, processing makes entities of them, one commit door keeps them,
//! and an index in memory answers every read.
//!
//! ```text
//! ingest ─► process (pure) ─► engine (commit) ─► index ─► reader
//! ```

mod bodies;
pub mod index;
pub mod query;
pub mod reader;

pub use query::{
    Ancestor, EntityHit, FacetValue, Facets, Graph, GraphEdge, GraphNode, GraphRequest, List, ListRequest, OrderField,
    Page, PageRequest, QueryError, Suggestion, TextFilter,
};
pub use reader::CatalogReader;
