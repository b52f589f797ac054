//! The icons: one set, drawn on a 16-unit grid with a 1.5-unit line, inlined where they are used.

use maud::{Markup, PreEscaped, Render};

macro_rules! icons {
    ($($(#[$doc:meta])* $name:ident => $body:literal,)*) => {
        /// An icon. It is decoration: the words beside it say what it means.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Icon { $($(#[$doc])* $name,)* }

        impl Icon {
            /// The shapes inside the 16 by 16 box.
            pub fn shapes(self) -> &'static str {
                match self { $(Self::$name => $body,)* }
            }
        }
    };
}

icons! {
    Component => r#"<path d="M8 1.8 13.6 5v6L8 14.2 2.4 11V5z"/><path d="M2.6 5.1 8 8.2l5.4-3.1M8 8.2v5.8"/>"#,
    Api => r#"<path d="M5.2 4 1.6 8l3.6 4M10.8 4l3.6 4-3.6 4M9.2 2.8 6.8 13.2"/>"#,
    Resource => r#"<ellipse cx="8" cy="3.9" rx="5.2" ry="2.1"/><path d="M2.8 3.9v8.2c0 1.2 2.3 2.1 5.2 2.1s5.2-.9 5.2-2.1V3.9M2.8 8c0 1.2 2.3 2.1 5.2 2.1s5.2-.9 5.2-2.1"/>"#,
    System => r#"<rect x="2" y="2" width="5" height="5" rx="1"/><rect x="9" y="2" width="5" height="5" rx="1"/><rect x="2" y="9" width="5" height="5" rx="1"/><path d="M11.5 9v5M9 11.5h5"/>"#,
    Domain => r#"<circle cx="8" cy="8" r="6.2"/><path d="M1.8 8h12.4M8 1.8c1.9 1.9 2.8 4 2.8 6.2S9.9 12.3 8 14.2C6.1 12.3 5.2 10.2 5.2 8S6.1 3.7 8 1.8z"/>"#,
    Group => r#"<circle cx="5.8" cy="5.4" r="2.4"/><path d="M1.6 13.2c.2-2.5 1.9-4 4.2-4s4 1.5 4.2 4M10.6 3.2a2.4 2.4 0 0 1 0 4.5M11.9 9.5c1.5.5 2.4 1.8 2.5 3.7"/>"#,
    User => r#"<circle cx="8" cy="5.2" r="2.8"/><path d="M2.8 14c.3-3 2.3-4.8 5.2-4.8s4.9 1.8 5.2 4.8"/>"#,
    Location => r#"<path d="M8 14.4c3-3.2 4.7-5.7 4.7-8A4.7 4.7 0 0 0 3.3 6.4c0 2.3 1.7 4.8 4.7 8z"/><circle cx="8" cy="6.4" r="1.7"/>"#,
    Template => r#"<rect x="2" y="2" width="12" height="12" rx="2"/><path d="M2 6h12M6.2 6v8"/>"#,
    Sparkle => r#"<path d="M8 1.8 9.6 6.4 14.2 8 9.6 9.6 8 14.2 6.4 9.6 1.8 8l4.6-1.6z"/>"#,
    Service => r#"<rect x="2" y="2.6" width="12" height="4.4" rx="1.2"/><rect x="2" y="9" width="12" height="4.4" rx="1.2"/><path d="M4.6 4.8h.1M4.6 11.2h.1M7.4 4.8h3.8M7.4 11.2h3.8"/>"#,
    Website => r#"<rect x="1.8" y="2.8" width="12.4" height="10.4" rx="1.6"/><path d="M1.8 6.2h12.4M4 4.5h.1M6.2 4.5h.1"/>"#,
    Library => r#"<path d="M2.4 2.6h3.2v10.8H2.4zM5.6 2.6h3.2v10.8H5.6zM9.6 3.3l2.6-.7 2 10.2-2.6.7z"/>"#,
    Docs => r#"<path d="M3.4 1.8h5.8l3.4 3.4v9H3.4zM9 1.8v3.6h3.6M5.8 8.4h4.4M5.8 11h4.4"/>"#,
    Bucket => r#"<ellipse cx="8" cy="4" rx="5.8" ry="1.9"/><path d="M2.2 4.2 3.8 13c1.2 1.4 7.2 1.4 8.4 0l1.6-8.8"/>"#,
    Cluster => r#"<rect x="5.6" y="1.8" width="4.8" height="4.4" rx="1"/><rect x="1.8" y="9.8" width="4.8" height="4.4" rx="1"/><rect x="9.4" y="9.8" width="4.8" height="4.4" rx="1"/><path d="M8 6.2v1.8M4.2 9.8V8h7.6v1.8"/>"#,
    Cloud => r#"<path d="M4.6 12.8a3 3 0 0 1-.4-6 4 4 0 0 1 7.8.6 2.7 2.7 0 0 1-.2 5.4z"/>"#,
    Queue => r#"<rect x="1.8" y="4.6" width="12.4" height="6.8" rx="1.2"/><path d="M5 4.6v6.8M8 4.6v6.8M11 4.6v6.8"/>"#,
    Bolt => r#"<path d="M9.2 1.8 3.4 9h4.2l-.8 5.2L12.6 7H8.4z"/>"#,
    Shield => r#"<path d="m8 1.8 5.2 1.9v4c0 3-2.1 5.4-5.2 6.5-3.1-1.1-5.2-3.5-5.2-6.5v-4z"/>"#,
    Flag => r#"<path d="M3.4 14.2V2.2h9.2l-2 3.2 2 3.2H3.4"/>"#,
    Chart => r#"<path d="M2.2 2.2v11.6h11.6M5.4 11.2V8.4M8.4 11.2V5M11.4 11.2V6.8"/>"#,
    Tag => r#"<path d="M2 2h5.6L14 8.4 8.4 14 2 7.6z"/><circle cx="5.2" cy="5.2" r=".9"/>"#,
    Entity => r#"<rect x="2.4" y="2.4" width="11.2" height="11.2" rx="2.4"/><path d="M5.6 8h4.8"/>"#,
    Home => r#"<path d="M2.2 7.2 8 2.2l5.8 5v5.9a.9.9 0 0 1-.9.9H3.1a.9.9 0 0 1-.9-.9z"/><path d="M6.2 14V9.6h3.6V14"/>"#,
    Catalog => r#"<path d="M2.4 3.6h11.2M2.4 8h11.2M2.4 12.4h7"/>"#,
    Graph => r#"<circle cx="3.6" cy="8" r="1.9"/><circle cx="12.4" cy="3.6" r="1.9"/><circle cx="12.4" cy="12.4" r="1.9"/><path d="m5.3 7.1 5.4-2.7M5.3 8.9l5.4 2.7"/>"#,
    Search => r#"<circle cx="7" cy="7" r="4.6"/><path d="m10.4 10.4 3.8 3.8"/>"#,
    Settings => r#"<path d="M2 4.6h5.2M11.2 4.6H14M2 11.4h2.8M8.8 11.4H14"/><circle cx="9.2" cy="4.6" r="2"/><circle cx="6.8" cy="11.4" r="2"/>"#,
    Star => r#"<path d="m8 1.9 1.9 3.9 4.3.6-3.1 3 .7 4.3L8 11.7l-3.8 2 .7-4.3-3.1-3 4.3-.6z"/>"#,
    Menu => r#"<path d="M2 4h12M2 8h12M2 12h12"/>"#,
    Close => r#"<path d="m3.6 3.6 8.8 8.8M12.4 3.6l-8.8 8.8"/>"#,
    ChevronRight => r#"<path d="m6 3.4 4.6 4.6L6 12.6"/>"#,
    ChevronLeft => r#"<path d="M10 3.4 5.4 8l4.6 4.6"/>"#,
    ChevronDown => r#"<path d="M3.4 6 8 10.6 12.6 6"/>"#,
    ArrowUp => r#"<path d="M8 13V3.4M4 7.2l4-3.8 4 3.8"/>"#,
    ArrowDown => r#"<path d="M8 3v9.6M4 8.8l4 3.8 4-3.8"/>"#,
    External => r#"<path d="M6.4 3H3.6A1.6 1.6 0 0 0 2 4.6v7.8A1.6 1.6 0 0 0 3.6 14h7.8a1.6 1.6 0 0 0 1.6-1.6V9.6M9.4 2H14v4.6M13.6 2.4 7.4 8.6"/>"#,
    Link => r#"<path d="M6.6 9.4a3 3 0 0 0 4.3 0l2.3-2.3a3 3 0 0 0-4.3-4.3l-.8.8M9.4 6.6a3 3 0 0 0-4.3 0L2.8 8.9a3 3 0 0 0 4.3 4.3l.8-.8"/>"#,
    Edit => r#"<path d="m10.4 2.9 2.7 2.7L5.6 13.1l-3.4.7.7-3.4z"/>"#,
    Warning => r#"<path d="M8 2.2 14.6 13.4H1.4zM8 6.4v3.4M8 11.4v.4"/>"#,
    Ok => r#"<circle cx="8" cy="8" r="6.2"/><path d="m5.2 8.2 2 2 3.6-4"/>"#,
    More => r#"<path d="M3.2 8h.1M8 8h.1M12.8 8h.1" stroke-width="2.4"/>"#,
    Refresh => r#"<path d="M13.4 6.2A5.8 5.8 0 0 0 2.9 5.4M2.6 9.8a5.8 5.8 0 0 0 10.5.8M13.6 2.6v3.7H9.9M2.4 13.4V9.7h3.7"/>"#,
    Copy => r#"<rect x="5.6" y="5.6" width="8" height="8" rx="1.6"/><path d="M10.4 5.6V4A1.6 1.6 0 0 0 8.8 2.4H4A1.6 1.6 0 0 0 2.4 4v4.8A1.6 1.6 0 0 0 4 10.4h1.6"/>"#,
    Inspect => r#"<path d="M2.4 3.6h11.2M2.4 8h3.2M2.4 12.4h3.2"/><circle cx="10" cy="9.6" r="2.6"/><path d="m12 11.6 2 2"/>"#,
    Download => r#"<path d="M8 2.4v7.6M4.8 6.8 8 10l3.2-3.2M2.6 13.4h10.8"/>"#,
    Pulse => r#"<path d="M1.6 8.4h2.8l1.8-4.8 3.2 8.8 1.8-4h3.2"/>"#,
    Panel => r#"<rect x="2" y="2.8" width="12" height="10.4" rx="1.8"/><path d="M6.2 2.8v10.4"/>"#,
    Help => r#"<circle cx="8" cy="8" r="6.2"/><path d="M6.2 6.3a1.85 1.85 0 1 1 2.6 1.7c-.5.2-.8.6-.8 1.1v.3M8 11.5v.1"/>"#,
    SignOut => r#"<path d="M6.2 14H3.6A1.6 1.6 0 0 1 2 12.4V3.6A1.6 1.6 0 0 1 3.6 2h2.6M10.4 11 13.6 8l-3.2-3M13.4 8H6"/>"#,
    Empty => r#"<path d="M2 9.6h3.4l1 2h3.2l1-2H14M2 9.6 4 3.6h8l2 6v3.2a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1z"/>"#,
}

impl Icon {
    /// The icon a kind definition names; `docs/recipes/kind.md` lists them.
    pub fn named(key: &str) -> Option<Self> {
        Some(match key {
            "component" => Self::Component,
            "api" => Self::Api,
            "resource" => Self::Resource,
            "system" => Self::System,
            "domain" => Self::Domain,
            "group" => Self::Group,
            "user" => Self::User,
            "location" => Self::Location,
            "template" => Self::Template,
            "ai" | "mcp" => Self::Sparkle,
            "kind" => Self::Tag,
            "service" => Self::Service,
            "website" => Self::Website,
            "library" => Self::Library,
            "docs" => Self::Docs,
            "database" => Self::Resource,
            "bucket" => Self::Bucket,
            "cluster" => Self::Cluster,
            "environment" | "cloud" => Self::Cloud,
            "queue" => Self::Queue,
            "bolt" => Self::Bolt,
            "shield" => Self::Shield,
            "flag" => Self::Flag,
            "chart" => Self::Chart,
            _ => return None,
        })
    }
}

impl Render for Icon {
    fn render(&self) -> Markup {
        PreEscaped(format!(r#"<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">{}</svg>"#, self.shapes()))
    }
}
