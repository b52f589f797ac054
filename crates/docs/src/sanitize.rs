//! What of a page's HTML a reader's browser gets: everything that Markdown and Material make, and nothing that runs, loads a
//! document, or takes hold of the page around it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

/// Elements beside those that are harmless everywhere.
const TAGS: &[&str] =
    &["input", "label", "details", "summary", "figure", "figcaption", "section", "video", "audio", "source", "button"];

/// Attributes that any element may have. None with `data-`: scripts of the portal listen to those.
const ATTRIBUTES: &[&str] =
    &["class", "id", "title", "lang", "dir", "align", "role", "aria-label", "aria-hidden", "open"];

/// Attributes of one element.
const OWN: &[(&str, &[&str])] = &[
    ("input", &["type", "checked", "disabled", "name"]),
    ("label", &["for"]),
    ("img", &["src", "alt", "width", "height", "loading"]),
    ("video", &["src", "controls", "width", "height", "poster", "muted", "loop"]),
    ("audio", &["src", "controls"]),
    ("source", &["src", "type"]),
    ("a", &["href", "download"]),
    ("td", &["colspan", "rowspan"]),
    ("th", &["colspan", "rowspan", "scope"]),
    ("ol", &["start", "type", "reversed"]),
];

/// Addresses by their schemes; relative ones are always good.
const SCHEMES: &[&str] = &["callto", "cid", "ftp", "ftps", "http", "https", "mailto", "matrix", "sms", "tel", "xmpp"];

static RULES: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut rules = Builder::default();
    let own: HashMap<&str, HashSet<&str>> =
        OWN.iter().map(|(tag, names)| (*tag, names.iter().copied().collect())).collect();
    rules
        .add_tags(TAGS)
        .add_generic_attributes(ATTRIBUTES)
        .tag_attributes(own)
        .url_schemes(SCHEMES.iter().copied().collect())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer"))
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            // The only fields are those of tabs and tasks: nothing can be typed, and nothing sent.
            ("input", "type") if !matches!(value, "radio" | "checkbox") => Some(Cow::Borrowed("checkbox")),
            _ => Some(Cow::Borrowed(value)),
        });
    rules
});

/// The HTML that may be shown.
pub fn sanitize(html: &str) -> String {
    RULES.clean(html).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_taken_out() {
        for html in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<a href=\" java\nscript:alert(1)\">x</a>",
            "<svg><script>alert(1)</script></svg>",
            "<svg onload=alert(1)>",
            "<iframe src=\"//evil\"></iframe>",
            "<math><mtext></p><style><img src onerror=alert(1)>",
            "<object data=x></object><embed src=x><base href=//evil><meta http-equiv=refresh content=0>",
            "<form action=//evil><input type=password name=p><button formaction=//evil>x</button></form>",
            "<div data-island=\"palette\" data-hx-get=\"/x\" hx-get=\"/x\" style=\"position:fixed\">x</div>",
            "<video src=\"data:text/html,x\" onplay=alert(1)></video>",
        ] {
            let clean = sanitize(html).to_lowercase();
            for bad in [
                "alert",
                "<script",
                "<iframe",
                "<object",
                "<embed",
                "<base",
                "<meta",
                "<form",
                "evil",
                "data-",
                "hx-",
                "style=",
                "password",
                "javascript",
                "data:",
            ] {
                assert!(!clean.contains(bad), "{html} lets out {bad}: {clean}");
            }
        }
    }

    #[test]
    fn what_material_makes_stays() {
        for html in [
            "<div class=\"admonition note\"><p class=\"admonition-title\">Note</p></div>",
            "<div class=\"tabbed-set tabbed-alternate\"><input checked=\"\" id=\"__tabbed_1_1\" name=\"__tabbed_1\" type=\"radio\"><label for=\"__tabbed_1_1\">A</label></div>",
            "<details class=\"note\" open=\"\"><summary>x</summary></details>",
            "<img alt=\"x\" src=\"../img/x.png\">",
            "<h2 id=\"a\">A</h2>",
            "<table class=\"highlighttable\"><tbody><tr><td class=\"linenos\">1</td></tr></tbody></table>",
        ] {
            let clean = sanitize(html);
            let words = |text: &str| {
                let mut words: Vec<String> =
                    text.split(['<', '>', ' ']).filter(|w| !w.is_empty()).map(str::to_owned).collect();
                words.sort_unstable();
                words
            };
            assert_eq!(words(&clean), words(html), "{clean}");
        }
        assert!(sanitize("<a class=\"headerlink\" href=\"#a\" title=\"x\">¶</a>").contains("class=\"headerlink\""));
    }
}
