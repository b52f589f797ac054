//! View models: what pages show, read from the catalog and shaped. No HTML here, no request handling.

pub mod definition;
pub mod entity;
pub mod export;
pub mod graph;
pub mod graph_layout;
pub mod graph_query;
pub mod history_query;
pub mod impact;
pub mod kinds;
pub mod labels;
pub mod list_query;
pub mod listing;
pub mod org;
pub mod parts;
pub mod registration;
pub mod relations;
pub mod troubles;
pub mod yaml;
