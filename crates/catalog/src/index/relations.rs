//! The relations of an entity, told from its search rows: kept as JSON as well they would be a third of a catalog's memory.

use bytes::Bytes;
use model::EntityRef;

use super::prepared::{Body, StoredBody, with_relations};
use super::{Index, NO_VALUE, Slot, head::Head};

impl Index {
    /// The JSON of an entity, complete but for large texts.
    pub(crate) fn body_of(&self, number: u32) -> Option<Body> {
        let slot = self.slot(number)?;
        let StoredBody { json, relations_at, cuts } = &slot.body;
        let json = match relations_at {
            None => Bytes::copy_from_slice(json),
            Some(at) => with_relations(json, *at as usize, &self.told(&slot.rows)).into(),
        };
        Some(Body { json, cuts: cuts.clone() })
    }

    /// The JSON of an entity as it is kept, for reading single fields; relations and large texts may be missing.
    pub(crate) fn kept_json(&self, number: u32) -> Option<&[u8]> {
        self.slot(number).map(|slot| &*slot.body.json)
    }

    /// Type and target of each relation of an entity, in order.
    pub(crate) fn relations_of(&self, number: u32) -> Vec<(String, EntityRef)> {
        let Some(Slot { body, rows, .. }) = self.slot(number) else { return Vec::new() };
        if body.relations_at.is_none() {
            return Head::of(&body.json).relations();
        }
        let told = self.told(rows).into_iter();
        told.filter_map(|(kind, target)| Some((kind.to_owned(), EntityRef::parse_full(target).ok()?))).collect()
    }

    /// Whether the rows of an entity tell its relations, so that its body need not. They do unless one type is written in
    /// several casings or a reference is too long for a row.
    pub(super) fn tells(&mut self, rows: &[(u32, u32)], relations: &[(String, String)]) -> bool {
        let mut newest: Option<&str> = None;
        for (kind, _) in relations {
            if newest != Some(kind) {
                newest = Some(kind);
                let Some(id) = self.key_id(&format!("relations.{}", kind.to_lowercase())) else { return false };
                let key = &mut self.keys[id as usize];
                if key.relation.is_none() {
                    key.relation = Some(kind.as_str().into());
                    self.relation_keys.insert(self.relation_keys.partition_point(|other| *other < id), id);
                }
                if key.relation.as_deref() != Some(kind) {
                    return false;
                }
            }
        }
        let told = self.told(rows);
        told.len() == relations.len()
            && told.iter().zip(relations).all(|(told, (kind, target))| *told == (kind, target))
    }

    fn told(&self, rows: &[(u32, u32)]) -> Vec<(&str, &str)> {
        let mut relations = Vec::with_capacity(8);
        // The rows are in order of key, and most keys are none of these.
        for id in &self.relation_keys {
            let key = &self.keys[*id as usize];
            let Some(kind) = key.relation.as_deref() else { continue };
            let start = rows.partition_point(|(other, _)| other < id);
            let values = rows[start..].iter().take_while(|(other, value)| other == id && *value != NO_VALUE);
            relations.extend(values.map(|(_, value)| (kind, key.original(*value))));
        }
        relations.sort_unstable();
        relations
    }
}
