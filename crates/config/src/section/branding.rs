//! `app.branding` and `app.support`: how an organisation makes the portal its own. `iconLogo`, `fullLogo` and
//! `theme.*.primaryColor` are the names that distributions of Backstage use, so what they have is taken over.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use url::Url;

use super::http_url;
use crate::keys::Key;
use crate::problems::Problems;
use crate::{ConfigError, View};

pub(crate) const KEYS: &[Key] = &[
    Key::new(
        "app.branding.iconLogo",
        "A square picture: the mark beside the name and in browser tabs. A file or `data:` URI.",
    ),
    Key::new("app.branding.fullLogo", "A wide picture that stands for mark and name. A file or `data:` URI."),
    Key::new("app.branding.theme.light.primaryColor", "The accent colour, `#rrggbb`."),
    Key::new("app.branding.theme.dark.primaryColor", "The accent colour on dark pages; default the light one."),
    Key::new("app.branding.welcome", "A sentence for the start page and the sign-in page."),
    Key::new("app.branding.welcome.*", "The same in one language: `en`, `it`."),
    Key::new("app.support.url", "Where readers find the people who run the portal."),
];

/// Pictures are part of many pages.
const MAX_PICTURE_BYTES: usize = 256 * 1024;

/// Name ends and media types of pictures.
const MEDIA: [(&str, &str); 6] = [
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("webp", "image/webp"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
];

/// A picture, read whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The end of its file's name, which says its type: `svg`.
    pub extension: &'static str,
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branding {
    pub icon: Option<Picture>,
    pub logo: Option<Picture>,
    /// Red, green and blue of the accent on light pages.
    pub light: Option<[u8; 3]>,
    /// The same on dark pages.
    pub dark: Option<[u8; 3]>,
    /// By language; the text for all languages stands under an empty one.
    pub welcome: BTreeMap<String, String>,
    pub support: Option<Url>,
}

impl Branding {
    pub(crate) fn read(root: &View<'_>, problems: &mut Problems) -> Self {
        let branding = problems.optional(root.object("app.branding"));
        let mut read = Self { support: problems.optional(http_url(root, "app.support.url")), ..Self::default() };
        let Some(branding) = branding else { return read };
        let at = |key: &str| branding.find(key);
        read.icon = at("iconLogo").and_then(|view| problems.kept(picture(&view)));
        read.logo = at("fullLogo").and_then(|view| problems.kept(picture(&view)));
        read.light = at("theme.light.primaryColor").and_then(|view| problems.kept(colour(&view)));
        read.dark = at("theme.dark.primaryColor").and_then(|view| problems.kept(colour(&view)));
        read.welcome = at("welcome").and_then(|view| problems.kept(words(&view))).unwrap_or_default();
        read
    }
}

fn colour(view: &View<'_>) -> Result<[u8; 3], ConfigError> {
    let refused = || view.invalid(format!("expected a colour such as '#3b4cca', got {}", view.shown()));
    let digits = view.as_str()?.trim().strip_prefix('#').ok_or_else(refused)?;
    let digits = match digits.len() {
        3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
        _ => digits.to_owned(),
    };
    let number = u32::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 6).ok_or_else(refused)?;
    let [_, red, green, blue] = number.to_be_bytes();
    Ok([red, green, blue])
}

fn words(view: &View<'_>) -> Result<BTreeMap<String, String>, ConfigError> {
    if !view.value().is_object() {
        return Ok(BTreeMap::from([(String::new(), view.as_str()?.to_owned())]));
    }
    view.members()?.into_iter().map(|(language, text)| Ok((language.to_owned(), text.as_str()?.to_owned()))).collect()
}

/// A picture from a `data:` URI or from a file, relative to the file that names it.
fn picture(view: &View<'_>) -> Result<Picture, ConfigError> {
    let Value::String(text) = view.value() else { return Err(view.wanted("string")) };
    let (extension, bytes) = match text.strip_prefix("data:") {
        Some(uri) => embedded(view, uri)?,
        None => from_file(view, text)?,
    };
    if bytes.is_empty() || bytes.len() > MAX_PICTURE_BYTES {
        return Err(view.invalid(format!("a picture has 1 to {MAX_PICTURE_BYTES} bytes, this one has {}", bytes.len())));
    }
    let (extension, media_type) = MEDIA
        .into_iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(&extension))
        .ok_or_else(|| view.invalid("expected a picture: SVG, PNG, WebP, JPEG or GIF"))?;
    Ok(Picture { extension, media_type, bytes })
}

fn embedded(view: &View<'_>, uri: &str) -> Result<(String, Vec<u8>), ConfigError> {
    let unreadable = || view.invalid("expected a URI such as data:image/svg+xml;base64,PHN2Zz4…");
    let (media, body) = uri.split_once(',').ok_or_else(unreadable)?;
    let media_type = media.split(';').next().unwrap_or_default();
    let extension = MEDIA.iter().find(|(_, known)| *known == media_type).map_or("", |(extension, _)| extension);
    let bytes = if media.ends_with(";base64") {
        STANDARD.decode(body.trim()).map_err(|_| unreadable())?
    } else {
        percent_decoded(body)
    };
    Ok((extension.to_owned(), bytes))
}

fn percent_decoded(text: &str) -> Vec<u8> {
    // A form's pair decodes as a URI does, but for the plus sign, which stands for itself here.
    let pair = format!("v={}", text.replace('+', "%2B").replace('&', "%26"));
    let decoded = url::form_urlencoded::parse(pair.as_bytes()).next();
    decoded.map(|(_, value)| value.into_owned().into_bytes()).unwrap_or_default()
}

fn from_file(view: &View<'_>, path: &str) -> Result<(String, Vec<u8>), ConfigError> {
    if path.contains("://") {
        return Err(view.invalid("expected a file or a data: URI; pages show no pictures from other hosts"));
    }
    let path = view.folder().join(path);
    let bytes = std::fs::read(&path).map_err(|error| view.invalid(format!("{}: {error}", path.display())))?;
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    Ok((extension.to_owned(), bytes))
}
