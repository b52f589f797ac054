//! View models: what pages show, read from the catalog and shaped. No HTML here, no request handling.

use std::sync::LazyLock;

use model::fields::FieldSet;

pub mod definition;
pub mod entity;
pub mod export;
pub mod graph;
pub mod graph_layout;
pub mod graph_query;
pub mod kinds;
pub mod labels;
pub mod list_query;
pub mod listing;
pub mod org;
pub mod parts;
pub mod relations;
pub mod troubles;
pub mod yaml;

/// What a link to an entity needs.
fn label_fields() -> Option<&'static FieldSet> {
    static FIELDS: LazyLock<Option<FieldSet>> = LazyLock::new(|| {
        let metadata = ["metadata.name", "metadata.namespace", "metadata.title", "metadata.description"];
        FieldSet::parse(&[&metadata[..], &["kind", "spec.type", "spec.profile.displayName", "status.items"]].concat())
            .ok()
    });
    FIELDS.as_ref()
}

/// Identity alone.
fn uid_field() -> Option<FieldSet> {
    FieldSet::parse(&["metadata.uid"]).ok()
}
