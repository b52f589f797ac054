//! What to call the entities a page points at. References are resolved in one read per page.

use std::collections::HashMap;

use catalog::{CatalogReader, QueryError};
use model::{EntityRef, ReadScope, Severity};

use super::entity::EntityView;

/// What is known of a reference's target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub title: String,
    pub kind_type: Option<String>,
    pub description: Option<String>,
    /// Its newest processing found an error.
    pub troubled: bool,
}

/// Labels of references; those without one have no entity behind them that the reader may see.
#[derive(Clone, Debug, Default)]
pub struct Labels(HashMap<EntityRef, Label>);

impl Labels {
    /// Reads the labels of all these references.
    pub async fn read(reader: &CatalogReader, scope: &ReadScope, refs: Vec<EntityRef>) -> Result<Self, QueryError> {
        let mut refs: Vec<String> = refs.iter().map(ToString::to_string).collect();
        refs.sort_unstable();
        refs.dedup();
        if refs.is_empty() {
            return Ok(Self::default());
        }
        let bodies = reader.by_refs(scope, &refs, None, super::label_fields()).await?;
        let entities = bodies.into_iter().flatten().filter_map(|json| EntityView::parse(&json));
        Ok(Self(entities.map(|entity| (entity.entity_ref.clone(), Label::of(&entity))).collect()))
    }

    pub fn get(&self, entity_ref: &EntityRef) -> Option<&Label> {
        self.0.get(entity_ref)
    }

    /// The title of the target, else its name.
    pub fn title<'a>(&'a self, entity_ref: &'a EntityRef) -> &'a str {
        self.get(entity_ref).map_or(entity_ref.name(), |label| &label.title)
    }

    pub fn insert(&mut self, entity: &EntityView) {
        self.0.insert(entity.entity_ref.clone(), Label::of(entity));
    }
}

impl Label {
    fn of(entity: &EntityView) -> Self {
        Self {
            title: entity.label().to_owned(),
            kind_type: entity.kind_type().map(str::to_owned),
            description: entity.description().map(str::to_owned),
            troubled: entity.problems().iter().any(|problem| problem.severity == Severity::Error),
        }
    }
}
