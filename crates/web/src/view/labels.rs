//! What to call the entities a page points at. References are resolved in one read per page.

use std::collections::HashMap;

use catalog::{CatalogReader, EntityName};
use model::{EntityRef, ReadScope, Severity};

use super::entity::EntityView;

/// Labels of references; those without one have no entity behind them that the reader may see.
#[derive(Clone, Debug, Default)]
pub struct Labels(HashMap<EntityRef, EntityName>);

impl Labels {
    /// Reads the labels of all these references.
    pub fn read(reader: &CatalogReader, scope: &ReadScope, mut refs: Vec<EntityRef>) -> Self {
        refs.sort_unstable();
        refs.dedup();
        let names = reader.names(scope, &refs);
        Self(refs.into_iter().zip(names).filter_map(|(entity_ref, name)| Some((entity_ref, name?))).collect())
    }

    pub fn get(&self, entity_ref: &EntityRef) -> Option<&EntityName> {
        self.0.get(entity_ref)
    }

    /// The title of the target, else its name.
    pub fn title<'a>(&'a self, entity_ref: &'a EntityRef) -> &'a str {
        self.get(entity_ref).map_or(entity_ref.name(), |label| &label.title)
    }

    pub fn insert(&mut self, entity: &EntityView) {
        let name = EntityName {
            title: entity.label().to_owned(),
            kind_type: entity.kind_type().map(str::to_owned),
            description: entity.description().map(str::to_owned),
            troubled: entity.problems().iter().any(|problem| problem.severity == Severity::Error),
        };
        self.0.insert(entity.entity_ref.clone(), name);
    }
}
