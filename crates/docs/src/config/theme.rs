//! What a site says about its looks.

use super::yaml::Yaml;

/// The part of `theme` that shapes pages. The theme is always Material.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Theme {
    pub features: Vec<String>,
    pub language: Option<String>,
    pub direction: Option<String>,
    pub logo: Option<String>,
    pub favicon: Option<String>,
}

impl Theme {
    /// Whether a feature of Material is switched on.
    pub fn has(&self, feature: &str) -> bool {
        self.features.iter().any(|on| on == feature)
    }
}

pub(super) fn read(yaml: &Yaml) -> Theme {
    let theme = yaml.get("theme");
    let is_material = theme.and_then(|theme| theme.get("name")).and_then(Yaml::as_text) == Some("material")
        || theme.and_then(Yaml::as_text) == Some("material");
    let text = |key| theme.and_then(|theme| theme.get(key)).and_then(Yaml::to_text);
    let mut read = match is_material {
        true => Theme {
            features: theme
                .and_then(|theme| theme.get("features"))
                .and_then(Yaml::as_list)
                .unwrap_or_default()
                .iter()
                .filter_map(Yaml::to_text)
                .collect(),
            language: text("language"),
            direction: text("direction"),
            logo: text("logo"),
            favicon: text("favicon"),
        },
        // Another theme is replaced, and loses its options.
        false => Theme::default(),
    };
    for feature in ["navigation.footer", "content.action.edit"] {
        if !read.has(feature) {
            read.features.push(feature.to_owned());
        }
    }
    read
}
