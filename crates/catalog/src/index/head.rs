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
    #[serde(borrow)]
    status: Option<&'a RawValue>,
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
    #[serde(borrow)]
    profile: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Profile<'a> {
    #[serde(borrow)]
    display_name: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status<'a> {
    #[serde(borrow)]
    items: Vec<StatusItem<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct StatusItem<'a> {
    #[serde(borrow)]
    level: Option<&'a RawValue>,
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

    /// What to call it: the title, else the display name of a person or group; `None` where there is neither or it is blank.
    pub fn title(&self) -> Option<String> {
        let profile = || read::<Profile<'_>>(read::<Spec<'_>>(self.spec)?.profile);
        let title = self.names().title.or_else(|| text(profile()?.display_name));
        title.filter(|title| !title.trim().is_empty())
    }

    /// Whether its newest processing found an error.
    pub fn is_troubled(&self) -> bool {
        let items = read::<Status<'_>>(self.status).map(|status| status.items).unwrap_or_default();
        items.iter().any(|item| text(item.level).as_deref() == Some("error"))
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
