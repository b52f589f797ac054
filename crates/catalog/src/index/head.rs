//! The few parts of an entity that lists and graphs show, read from its kept JSON without building the rest.

use model::EntityRef;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Unread parts; [`text`] reads one.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Head<'a> {
    #[serde(borrow)]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
    #[serde(borrow)]
    spec: Option<&'a RawValue>,
    #[serde(borrow)]
    relations: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata<'a> {
    #[serde(borrow)]
    name: Option<&'a RawValue>,
    #[serde(borrow)]
    title: Option<&'a RawValue>,
    #[serde(borrow)]
    description: Option<&'a RawValue>,
    #[serde(borrow)]
    etag: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Spec<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Relation {
    #[serde(rename = "type")]
    kind: String,
    target_ref: String,
}

/// `metadata`, read.
#[derive(Default)]
pub(crate) struct Names {
    pub name: Option<String>,
    pub title: Option<String>,
    pub description: Option<String>,
    pub etag: Option<String>,
}

impl<'a> Head<'a> {
    /// Parts that are missing or of another type are left out.
    pub fn of(json: &'a [u8]) -> Self {
        serde_json::from_slice(json).unwrap_or_default()
    }

    pub fn kind(&self) -> Option<String> {
        text(self.kind)
    }

    pub fn names(&self) -> Names {
        let metadata: Metadata<'_> = read(self.metadata).unwrap_or_default();
        Names {
            name: text(metadata.name),
            title: text(metadata.title),
            description: text(metadata.description),
            etag: text(metadata.etag),
        }
    }

    /// `spec.type`
    pub fn kind_type(&self) -> Option<String> {
        read::<Spec<'_>>(self.spec).and_then(|spec| text(spec.kind))
    }

    /// Type and target of each relation.
    pub fn relations(&self) -> Vec<(String, EntityRef)> {
        let relations: Vec<Relation> = read(self.relations).unwrap_or_default();
        let parsed = relations
            .into_iter()
            .map(|relation| Some((relation.kind, EntityRef::parse_full(&relation.target_ref).ok()?)));
        parsed.flatten().collect()
    }
}

fn read<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}

fn text(raw: Option<&RawValue>) -> Option<String> {
    read(raw)
}
