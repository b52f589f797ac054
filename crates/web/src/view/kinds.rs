//! How each kind is shown: its icon, the columns of its list and the panels of its overview. Icons and columns come
//! from the kind definitions; kinds without a definition are shown like any other entity.

use std::sync::LazyLock;

use model::KindDefinition;

use crate::components::icon::Icon;

static DEFINITIONS: LazyLock<Vec<KindDefinition>> = LazyLock::new(KindDefinition::builtin);
static FACES: LazyLock<Vec<Face>> = LazyLock::new(|| DEFINITIONS.iter().map(Face::of).collect());
static OTHER: LazyLock<Face> = LazyLock::new(Face::other);

/// A column of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Any other field, as its definition names it.
    Field(&'static model::kind::Column),
}

impl Column {
    /// The column for a field of a kind definition; `None` for the description, which stands under the name.
    fn of(column: &'static model::kind::Column) -> Option<Self> {
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
            _ => Self::Field(column),
        })
    }

    /// Its name in an address.
    pub fn name(self) -> &'static str {
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
            Self::Field(column) => &column.key,
        }
    }

    /// The search row it is sorted by; `None` for prose and lists.
    pub fn sort_key(self) -> Option<&'static str> {
        Some(match self {
            Self::Name => "metadata.name",
            Self::Kind => "kind",
            Self::Type => "spec.type",
            Self::Lifecycle => "spec.lifecycle",
            Self::Owner => "relations.ownedby",
            Self::PartOf => "relations.partof",
            Self::Parent => "relations.childof",
            Self::Email => "spec.profile.email",
            Self::MemberOf | Self::Target | Self::Tags | Self::Field(_) => return None,
        })
    }
}

/// A panel of an overview, beside those every entity has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// The parts it is made of.
    Parts,
    /// The parts and how they hang together, drawn.
    Diagram,
    /// APIs its parts offer to others and use of others.
    Border,
    /// APIs it provides and consumes.
    Apis,
    /// Who provides and who consumes it.
    ApiUsers,
    Definition,
    Members,
    /// The groups a person is in.
    Groups,
    /// What it owns, by kind and type.
    Ownership,
    /// Where a location points.
    Targets,
}

/// How a kind is shown.
#[derive(Debug)]
pub struct Face {
    /// Lower case.
    kind: String,
    pub icon: Icon,
    pub columns: Vec<Column>,
    pub panels: &'static [Panel],
}

/// What lists across kinds show.
pub const MIXED_COLUMNS: &[Column] = &[Column::Name, Column::Kind, Column::Owner, Column::PartOf, Column::Lifecycle];

/// The panels of kinds whose overview is more than its parts.
const PANELS: &[(&str, &[Panel])] = &[
    ("component", &[Panel::Parts, Panel::Apis]),
    ("api", &[Panel::ApiUsers, Panel::Definition]),
    ("system", &[Panel::Diagram, Panel::Parts, Panel::Border]),
    ("domain", &[Panel::Diagram, Panel::Parts, Panel::Border]),
    ("group", &[Panel::Members, Panel::Ownership]),
    ("user", &[Panel::Groups, Panel::Ownership]),
    ("location", &[Panel::Targets]),
];

impl Face {
    fn of(definition: &'static KindDefinition) -> Self {
        let kind = definition.kind.to_lowercase();
        let panels =
            PANELS.iter().find(|(name, _)| *name == kind).map_or(&[Panel::Parts] as &[Panel], |(_, panels)| panels);
        let icon = definition.icon.as_deref().and_then(Icon::named).unwrap_or(Icon::Entity);
        let mut columns: Vec<Column> = definition.columns.iter().filter_map(Column::of).collect();
        if columns.is_empty() {
            columns = Self::other().columns;
        }
        Self { kind, icon, columns, panels }
    }

    fn other() -> Self {
        let columns = vec![Column::Name, Column::Type, Column::Owner, Column::PartOf, Column::Lifecycle];
        Self { kind: String::new(), icon: Icon::Entity, columns, panels: &[Panel::Parts] }
    }
}

/// How a kind is shown, by its lower-case name.
pub fn face(kind: &str) -> &'static Face {
    FACES.iter().find(|face| face.kind == kind).unwrap_or(&OTHER)
}

/// The columns of a list of one kind, or of all.
pub fn columns(kind: Option<&str>) -> &'static [Column] {
    kind.map_or(MIXED_COLUMNS, |kind| &face(kind).columns)
}

/// What a definition calls its kind: one and many.
pub fn titles(kind: &str) -> Option<(&'static str, &'static str)> {
    let definition = DEFINITIONS.iter().find(|definition| definition.kind.eq_ignore_ascii_case(kind))?;
    Some((&definition.title, &definition.plural))
}
