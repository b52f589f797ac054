//! A definition made ready to check entities by.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{KindDefinition, RelationField};
use crate::schema::{Failure, Fault, Schema, child};

/// A kind whose schemas are compiled.
#[derive(Clone, Debug)]
pub struct Kind {
    pub definition: KindDefinition,
    schema: Schema,
    by_type: HashMap<String, Schema>,
}

impl Kind {
    /// Compiles a definition. The pointer of a fault starts at the definition.
    pub(super) fn compile(definition: KindDefinition) -> Result<Self, Fault> {
        let at = |base: String| move |fault: Fault| Fault { pointer: base + &fault.pointer, ..fault };
        let schema = Schema::new(definition.schema.clone()).map_err(at("/schema".to_owned()))?;
        let mut by_type = HashMap::new();
        for (name, spec_type) in &definition.types {
            if let Some(raw) = &spec_type.schema {
                let place = child("/types", name) + "/schema";
                by_type.insert(name.clone(), Schema::new(raw.clone()).map_err(at(place))?);
            }
        }
        Ok(Self { definition, schema, by_type })
    }

    /// What does not fit in the `spec` of an entity; a type's own schema takes the place of the kind's.
    pub(super) fn check(&self, spec: &Value) -> Vec<Failure> {
        let of_type = spec.get("type").and_then(Value::as_str).and_then(|name| self.by_type.get(name));
        of_type.unwrap_or(&self.schema).check(spec, "/spec")
    }

    /// What the result of processing depends on; how entities are shown is left out.
    pub(super) fn decisive(&self) -> Value {
        let definition = &self.definition;
        let fields = |fields: &[RelationField]| -> Value {
            let decisive = fields.iter().map(|field| {
                json!([
                    field.path,
                    field.forward,
                    field.reverse,
                    field.default_kind,
                    field.default_namespace,
                    field.allowed_kinds
                ])
            });
            decisive.collect()
        };
        let types = definition.types.iter().map(|(name, t)| json!([name, t.schema, fields(&t.relations)]));
        json!([
            definition.kind,
            definition.api_versions,
            definition.processor,
            definition.schema,
            fields(&definition.relations),
            definition.sorted_arrays,
            types.collect::<Value>(),
        ])
    }
}
