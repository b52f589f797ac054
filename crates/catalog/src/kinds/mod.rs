//! The kinds as readers see them: what is defined, by what, and how many entities there are of each; and what another
//! definition would do.

mod preview;

use model::kind::{DEFINITION_KIND, KindRegistry, Known};
use model::reference::DEFAULT_NAMESPACE;
use model::{EntityRef, ReadScope};

use crate::reader::CatalogReader;

pub use preview::{Difference, Effect, Effects, Preview, preview};

/// A kind that is defined, or that entities have although nothing defines it any more.
#[derive(Clone, Debug)]
pub struct KindStatus {
    /// As written in entities.
    pub kind: String,
    /// `None` when nothing that the reader may see defines it.
    pub known: Option<Known>,
    /// The entity that defines it or extends it, if the reader may see it.
    pub defined_by: Option<EntityRef>,
    /// Entities that the reader may see.
    pub entities: u64,
}

/// The entity that defines a kind, if it is one's own.
pub fn definition_ref(kind: &str) -> EntityRef {
    EntityRef::new(DEFINITION_KIND, DEFAULT_NAMESPACE, kind)
}

/// All kinds: the built-in ones in the order of lists, one's own, and those that nothing defines.
pub fn list(reader: &CatalogReader, scope: &ReadScope, kinds: &KindRegistry) -> Vec<KindStatus> {
    let counted = reader.facets(scope, &["kind".to_owned()], None).pop().map(|(_, values)| values).unwrap_or_default();
    let count =
        |kind: &str| counted.iter().filter(|value| value.value.eq_ignore_ascii_case(kind)).map(|v| v.count).sum();
    let mut all = Vec::new();
    for known in kinds.iter() {
        let kind = known.definition.kind.clone();
        let definition = definition_ref(&kind);
        let named = || reader.names(scope, std::slice::from_ref(&definition)).into_iter().flatten().next();
        let is_visible = known.own.is_some() && named().is_some();
        let known = match &known.own {
            Some(_) if !is_visible => known.without_own(),
            _ => Some(known.clone()),
        };
        let entities = count(&kind);
        let defined_by = is_visible.then_some(definition);
        if known.is_some() || entities > 0 {
            all.push(KindStatus { kind, known, defined_by, entities });
        }
    }
    for value in counted.iter() {
        if !all.iter().any(|status| status.kind.eq_ignore_ascii_case(&value.value)) {
            let entities = count(&value.value);
            all.push(KindStatus { kind: value.value.clone(), known: None, defined_by: None, entities });
        }
    }
    all
}
