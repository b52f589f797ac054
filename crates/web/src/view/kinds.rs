//! How each kind is shown: its icon, its names, the columns of its list and the panels of its page, as the kind definitions
//! in force say. Kinds without a definition are shown like any other entity.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use model::fields::FieldSet;
use model::kind::{self, KindDefinition, KindRegistry, Known, Panel};

use super::relations::Relations;
use crate::components::icon::Icon;

/// How kinds are shown where nothing but the built-in ones is known.
pub static BUILTIN: LazyLock<Arc<Faces>> = LazyLock::new(|| Arc::new(Faces::of(&KindRegistry::builtin())));

/// A column of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    Name,
    Kind,
    Type,
    Lifecycle,
    Owner,
    /// What it is part of: a system, a domain, a bigger component.
    PartOf,
    Parent,
    MemberOf,
    Email,
    Target,
    Tags,
    /// The entities that a relation leads to.
    Related {
        column: Arc<kind::Column>,
        relation: Arc<str>,
    },
    /// Any other field, as its definition names it.
    Field(Arc<kind::Column>),
}

impl Column {
    /// The column for a field of a kind definition; `None` for the description, which stands under the name.
    fn of(column: &kind::Column, definition: &KindDefinition) -> Option<Self> {
        Some(match column.key.as_str() {
            "metadata.name" => Self::Name,
            "kind" => Self::Kind,
            "spec.type" => Self::Type,
            "spec.lifecycle" => Self::Lifecycle,
            "spec.owner" => Self::Owner,
            "spec.system" | "spec.domain" => Self::PartOf,
            "spec.parent" => Self::Parent,
            "spec.memberOf" => Self::MemberOf,
            "spec.profile.email" => Self::Email,
            "spec.target" => Self::Target,
            "metadata.description" => return None,
            "metadata.tags" => Self::Tags,
            key => {
                let of_path = definition.all_relation_fields().find(|field| field.path == key);
                let relation = of_path.map(|field| field.forward.as_str()).or_else(|| key.strip_prefix("relations."));
                let column = Arc::new(column.clone());
                match relation {
                    Some(relation) => Self::Related { column, relation: relation.into() },
                    None => Self::Field(column),
                }
            }
        })
    }

    /// Its name in an address.
    pub fn name(&self) -> &str {
        match self {
            Self::Name => "name",
            Self::Kind => "kind",
            Self::Type => "type",
            Self::Lifecycle => "lifecycle",
            Self::Owner => "owner",
            Self::PartOf => "part-of",
            Self::Parent => "parent",
            Self::MemberOf => "member-of",
            Self::Email => "email",
            Self::Target => "target",
            Self::Tags => "tags",
            Self::Related { column, .. } | Self::Field(column) => &column.key,
        }
    }

    /// The search row it is sorted by; `None` for lists.
    pub fn sort_key(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(match self {
            Self::Name => "metadata.name",
            Self::Kind => "kind",
            Self::Type => "spec.type",
            Self::Lifecycle => "spec.lifecycle",
            Self::Owner => "relations.ownedby",
            Self::PartOf => "relations.partof",
            Self::Parent => "relations.childof",
            Self::Email => "spec.profile.email",
            Self::Related { relation, .. } => return Some(format!("relations.{}", relation.to_lowercase()).into()),
            Self::Field(column) => return Some(column.key.to_lowercase().into()),
            Self::MemberOf | Self::Target | Self::Tags => return None,
        }))
    }
}

/// How a kind is shown.
#[derive(Debug)]
pub struct Face {
    icon: Icon,
    /// By `spec.type`.
    icons: HashMap<String, Icon>,
    pub columns: Vec<Column>,
    pub panels: Vec<Panel>,
    one: String,
    many: String,
    /// An entity chose the names, so they are not those of our message catalogs.
    is_renamed: bool,
}

/// What lists across kinds show.
const MIXED_COLUMNS: &[Column] = &[Column::Name, Column::Kind, Column::Owner, Column::PartOf, Column::Lifecycle];
/// What lists show of kinds whose definition says nothing.
const PLAIN_COLUMNS: &[Column] = &[Column::Name, Column::Type, Column::Owner, Column::PartOf, Column::Lifecycle];

impl Face {
    fn of(known: &Known) -> Self {
        let definition = &known.definition;
        let named = |key: &Option<String>| key.as_deref().and_then(Icon::named);
        let icons = definition.types.iter().filter_map(|(name, of_type)| Some((name.clone(), named(&of_type.icon)?)));
        let mut columns: Vec<Column> = definition.columns.iter().filter_map(|c| Column::of(c, definition)).collect();
        if columns.is_empty() {
            columns = PLAIN_COLUMNS.to_vec();
        }
        Self {
            icon: named(&definition.icon).unwrap_or(Icon::Entity),
            icons: icons.collect(),
            columns,
            panels: definition.layout.clone().unwrap_or_else(|| vec![Panel::Parts]),
            one: definition.title().to_owned(),
            many: definition.plural().to_owned(),
            is_renamed: known.own.as_ref().is_some_and(|own| own.definition.title.is_some()),
        }
    }

    fn other() -> Self {
        Self {
            icon: Icon::Entity,
            icons: HashMap::new(),
            columns: PLAIN_COLUMNS.to_vec(),
            panels: vec![Panel::Parts],
            one: String::new(),
            many: String::new(),
            is_renamed: false,
        }
    }

    /// The icon of an entity with this `spec.type`.
    pub fn icon(&self, kind_type: Option<&str>) -> Icon {
        kind_type.and_then(|kind_type| self.icons.get(kind_type).copied()).unwrap_or(self.icon)
    }
}

/// How kinds and relations are shown, as of a state of the catalog.
#[derive(Debug)]
pub struct Faces {
    /// By kind in lower case.
    faces: HashMap<String, Face>,
    other: Face,
    pub relations: Relations,
}

impl Faces {
    pub fn of(kinds: &KindRegistry) -> Self {
        let face = |known: &Known| (known.definition.kind.to_lowercase(), Face::of(known));
        Self { faces: kinds.iter().map(face).collect(), other: Face::other(), relations: Relations::of(kinds) }
    }

    /// How a kind is shown, whatever the casing it is asked in.
    pub fn face(&self, kind: &str) -> &Face {
        self.faces.get(&kind.to_lowercase()).unwrap_or(&self.other)
    }

    /// The columns of a list of one kind, or of all.
    pub fn columns(&self, kind: Option<&str>) -> &[Column] {
        kind.map_or(MIXED_COLUMNS, |kind| &self.face(kind).columns)
    }

    /// The name of a kind, for one or many: what an entity chose, else `ours`, else what the definition says; `None` for a kind
    /// without definition that we have no word for.
    pub fn title<'a>(&'a self, kind: &str, many: bool, ours: Option<Cow<'a, str>>) -> Option<Cow<'a, str>> {
        let face = self.face(kind);
        let defined =
            || Some(Cow::Borrowed(if many { &*face.many } else { &*face.one })).filter(|text| !text.is_empty());
        if face.is_renamed { defined() } else { ours.or_else(defined) }
    }
}

/// What rows of a list need; API definitions and steps stay where they are.
pub fn list_fields(columns: &[Column]) -> Option<FieldSet> {
    const ALWAYS: [&str; 10] = [
        "apiVersion",
        "kind",
        "metadata",
        "relations",
        "status",
        "spec.type",
        "spec.lifecycle",
        "spec.profile",
        "spec.target",
        "spec.targets",
    ];
    let own = columns.iter().filter_map(|column| match column {
        Column::Field(field) => Some(field.key.as_str()),
        _ => None,
    });
    FieldSet::parse(&ALWAYS.into_iter().chain(own).collect::<Vec<_>>()).ok()
}
