//! Takes out of a page what could act on behalf of its reader. Documentation is written by many and read by everyone.
//!
//! What stays is what Backstage's reader lets through (contract techdocs.md section 8), less what this portal's own pages
//! would act on: scripts, event handlers, forms, styles that lay themselves over the page, and `data-` attributes, which
//! islands and htmx look for.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use regex::Regex;

use crate::scan::{Met, walk};

/// What a portal allows beside the built-in rules: `techdocs.sanitizer` of its configuration.
#[derive(Clone, Debug, Default)]
pub struct SanitizerRules {
    /// Hosts whose pages may be shown inside a page.
    pub iframe_hosts: Vec<String>,
    /// Names of custom elements that a page may have, and of their attributes.
    pub custom_elements: Option<Regex>,
    pub custom_attributes: Option<Regex>,
    /// Protocols of links beside the usual ones.
    pub protocols: Option<Regex>,
}

/// Cleans the HTML of pages.
#[derive(Clone, Debug, Default)]
pub struct Sanitizer {
    rules: SanitizerRules,
}

const TAGS: &[&str] = &[
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "audio",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "i",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "li",
    "main",
    "map",
    "area",
    "mark",
    "menu",
    "meter",
    "nav",
    "nobr",
    "ol",
    "p",
    "picture",
    "pre",
    "progress",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "track",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
    // Drawings, without what runs, links or loads.
    "svg",
    "g",
    "path",
    "circle",
    "ellipse",
    "line",
    "polygon",
    "polyline",
    "rect",
    "text",
    "tspan",
    "defs",
    "marker",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "pattern",
    "title",
    "desc",
];

const GENERIC: &[&str] = &[
    "class",
    "id",
    "title",
    "lang",
    "dir",
    "role",
    "align",
    "style",
    "tabindex",
    "hidden",
    "width",
    "height",
    "markdown",
    "data-tabs",
    "data-linenos",
    "data-icon",
];

const DRAWING: &[&str] = &[
    "viewBox",
    "fill",
    "stroke",
    "stroke-width",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-dasharray",
    "transform",
    "d",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "x",
    "y",
    "x1",
    "x2",
    "y1",
    "y2",
    "points",
    "offset",
    "opacity",
    "stop-color",
    "stop-opacity",
    "fill-opacity",
    "fill-rule",
    "clip-rule",
    "text-anchor",
    "font-size",
    "font-family",
    "dx",
    "dy",
    "preserveAspectRatio",
    "xmlns",
    "gradientUnits",
    "gradientTransform",
    "orient",
    "refX",
    "refY",
    "markerWidth",
    "markerHeight",
];

const STYLES: &[&str] = &[
    "text-align",
    "vertical-align",
    "width",
    "max-width",
    "min-width",
    "height",
    "max-height",
    "color",
    "background-color",
    "font-weight",
    "font-style",
    "font-size",
    "text-decoration",
    "white-space",
    "border",
    "border-color",
    "border-style",
    "border-width",
    "border-radius",
    "border-collapse",
    "padding",
    "margin",
    "margin-left",
    "margin-right",
    "margin-top",
    "margin-bottom",
    "float",
    "clear",
    "list-style-type",
];

const PROTOCOLS: &[&str] = &["callto", "cid", "ftp", "ftps", "http", "https", "mailto", "matrix", "sms", "tel", "xmpp"];

/// Protocols that run or replace the page, whatever is allowed.
const NEVER: &[&str] = &["javascript", "vbscript", "data", "blob", "file", "about"];

/// Pictures that may stand in a page as they are.
const INLINE_IMAGES: &[&str] =
    &["data:image/png", "data:image/gif", "data:image/jpeg", "data:image/webp", "data:image/svg+xml"];

/// Whether an address that a configuration names may be a link: relative, or of a protocol that runs nothing.
pub(crate) fn is_safe_link(url: &str) -> bool {
    let url: String = url.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    match url.split_once(':') {
        Some((scheme, _)) if !scheme.contains(['/', '?', '#']) => {
            PROTOCOLS.iter().any(|known| known.eq_ignore_ascii_case(scheme))
        }
        _ => true,
    }
}

/// Names in a page that only the rules of the portal can allow.
#[derive(Debug, Default)]
struct Custom {
    elements: HashMap<String, HashSet<String>>,
    protocols: HashSet<String>,
}

impl Sanitizer {
    pub fn new(rules: SanitizerRules) -> Self {
        Self { rules }
    }

    /// The safe part of `html`.
    pub fn clean(&self, html: &str) -> String {
        let custom = self.custom(html);
        let hosts = self.rules.iframe_hosts.clone();
        let mut builder = ammonia::Builder::empty();
        let mut tags: HashSet<&str> = TAGS.iter().copied().collect();
        if !self.rules.iframe_hosts.is_empty() {
            tags.insert("iframe");
        }
        let mut attributes = tag_attributes();
        for (element, names) in &custom.elements {
            tags.insert(element);
            attributes.insert(element, names.iter().map(String::as_str).collect());
        }
        let mut protocols: HashSet<&str> = PROTOCOLS.iter().copied().collect();
        protocols.insert("data");
        protocols.extend(custom.protocols.iter().map(String::as_str));
        builder
            .tags(tags)
            .clean_content_tags(HashSet::from(["script", "style", "template", "noscript", "object", "embed"]))
            .generic_attributes(GENERIC.iter().copied().collect())
            .generic_attribute_prefixes(HashSet::from(["aria-"]))
            .tag_attributes(attributes)
            .filter_style_properties(STYLES.iter().copied().collect())
            .url_schemes(protocols)
            .url_relative(ammonia::UrlRelative::PassThrough)
            .link_rel(Some("noopener noreferrer"))
            .strip_comments(true)
            .attribute_filter(move |element, attribute, value| filter(&hosts, element, attribute, value));
        builder.clean(html).to_string()
    }

    fn custom(&self, html: &str) -> Custom {
        let mut custom = Custom::default();
        let rules = &self.rules;
        if rules.custom_elements.is_none() && rules.protocols.is_none() {
            return custom;
        }
        walk(html, |met| {
            let Met::Start(tag, attrs) = met else { return };
            let is_custom = tag.contains('-')
                && rules.custom_elements.as_ref().is_some_and(|pattern| pattern.is_match(tag))
                && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
            if is_custom {
                let names = custom.elements.entry(tag.to_owned()).or_default();
                let allowed = attrs.iter().map(|(name, _)| name).filter(|name| {
                    !name.starts_with("on")
                        && !name.starts_with("hx-")
                        && !name.starts_with("data-")
                        && rules.custom_attributes.as_ref().is_some_and(|pattern| pattern.is_match(name))
                });
                names.extend(allowed.cloned());
            }
            let Some(pattern) = &rules.protocols else { return };
            for (_, value) in attrs {
                let scheme = value.as_deref().and_then(|value| value.trim().split_once(':'));
                let scheme = scheme.map(|(scheme, _)| scheme.to_lowercase()).unwrap_or_default();
                let plain = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
                if plain && !NEVER.contains(&scheme.as_str()) && pattern.is_match(&scheme) {
                    custom.protocols.insert(scheme);
                }
            }
        });
        custom
    }
}

fn filter<'v>(hosts: &[String], element: &str, attribute: &str, value: &'v str) -> Option<Cow<'v, str>> {
    let lower = value.trim_start().to_lowercase();
    let keep = match (element, attribute) {
        ("input", "type") => matches!(value, "checkbox" | "radio"),
        ("iframe", "src") => url::Url::parse(value).is_ok_and(|url| {
            let host = url.host_str().unwrap_or_default();
            url.scheme() == "https" && hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
        }),
        ("img", "src") if lower.starts_with("data:") => INLINE_IMAGES.iter().any(|image| lower.starts_with(image)),
        (_, "href" | "src" | "poster" | "cite") => !lower.starts_with("data:"),
        (_, "srcset") => !lower.contains("javascript:") && !lower.contains("data:"),
        // A fill may load from an address.
        (_, "fill" | "stroke") => !lower.contains("url(") || lower.starts_with("url(#"),
        _ => true,
    };
    keep.then_some(Cow::Borrowed(value))
}

fn tag_attributes() -> HashMap<&'static str, HashSet<&'static str>> {
    let mut attributes: HashMap<&'static str, HashSet<&'static str>> = [
        ("a", &["href", "name", "target", "download", "rel"][..]),
        ("img", &["src", "srcset", "alt", "loading", "sizes"]),
        ("source", &["src", "srcset", "type", "media"]),
        ("track", &["src", "kind", "srclang", "label"]),
        ("video", &["src", "poster", "controls", "loop", "muted", "preload", "playsinline"]),
        ("audio", &["src", "controls", "loop", "muted", "preload"]),
        ("iframe", &["src", "allowfullscreen", "frameborder", "loading"]),
        ("input", &["type", "name", "checked", "disabled"]),
        ("label", &["for"]),
        ("details", &["open"]),
        ("ol", &["start", "reversed", "type"]),
        ("li", &["value"]),
        ("td", &["colspan", "rowspan", "headers"]),
        ("th", &["colspan", "rowspan", "headers", "scope"]),
        ("col", &["span"]),
        ("colgroup", &["span"]),
        ("time", &["datetime"]),
        ("ins", &["cite", "datetime"]),
        ("del", &["cite", "datetime"]),
        ("q", &["cite"]),
        ("blockquote", &["cite"]),
        ("meter", &["value", "min", "max", "low", "high", "optimum"]),
        ("progress", &["value", "max"]),
        ("font", &["color"]),
        ("area", &["href", "shape", "coords", "alt"]),
        ("map", &["name"]),
    ]
    .into_iter()
    .map(|(tag, names)| (tag, names.iter().copied().collect()))
    .collect();
    let drawing = TAGS.iter().skip_while(|tag| **tag != "svg");
    for tag in drawing {
        attributes.entry(tag).or_default().extend(DRAWING);
    }
    // `rel` is set on every link.
    if let Some(link) = attributes.get_mut("a") {
        link.remove("rel");
    }
    attributes
}
