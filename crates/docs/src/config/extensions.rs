//! `markdown_extensions`: the settings of TechDocs with those of the site laid over them.

use super::yaml::Yaml;
use super::{Reader, named_options};
use crate::markdown::{CodeHost, CustomFence, EmojiIndex, NumberStyle, Options, Permalink, Shorthand, Slugs};
use crate::report::{Subject, Weight};

/// Extensions whose effect every site has.
const BUILT_IN: &[&str] = &[
    "abbr",
    "admonition",
    "attr_list",
    "codehilite",
    "def_list",
    "extra",
    "fenced_code",
    "footnotes",
    "md_in_html",
    "meta",
    "tables",
    "toc",
    "markdown_inline_graphviz",
    "mdx_truly_sane_lists",
    "plantuml_markdown",
    "pymdownx.arithmatex",
    "pymdownx.blocks.admonition",
    "pymdownx.blocks.details",
    "pymdownx.blocks.tab",
    "pymdownx.betterem",
    "pymdownx.caret",
    "pymdownx.critic",
    "pymdownx.details",
    "pymdownx.emoji",
    "pymdownx.extra",
    "pymdownx.highlight",
    "pymdownx.inlinehilite",
    "pymdownx.keys",
    "pymdownx.magiclink",
    "pymdownx.mark",
    "pymdownx.smartsymbols",
    "pymdownx.snippets",
    "pymdownx.superfences",
    "pymdownx.tabbed",
    "pymdownx.tasklist",
    "pymdownx.tilde",
];

pub(super) fn options(reader: &mut Reader) -> Options {
    let mut options = Options::default();
    let list = reader.yaml.get("markdown_extensions").cloned().unwrap_or(Yaml::Null);
    for (name, settings) in named_options(&list) {
        let name = name.strip_prefix("markdown.extensions.").unwrap_or(&name).to_owned();
        if !BUILT_IN.contains(&name.as_str()) {
            let message = format!("the Markdown extension {name} is not built in and is left out");
            reader.find(Weight::Warning, Subject::Extension, message);
            continue;
        }
        apply(reader, &mut options, &name, &settings);
    }
    if reader.settings.mermaid && !options.custom_fences.iter().any(|fence| fence.name == "mermaid") {
        let fence = CustomFence { name: "mermaid".to_owned(), class: "mermaid".to_owned(), div: false };
        options.custom_fences.push(fence);
    }
    options
}

fn apply(reader: &mut Reader, options: &mut Options, name: &str, settings: &Yaml) {
    let flag = |key: &str, target: &mut bool| {
        if let Some(value) = settings.get(key).and_then(Yaml::as_bool) {
            *target = value;
        }
    };
    let text = |key: &str, target: &mut String| {
        if let Some(value) = settings.get(key).and_then(Yaml::to_text) {
            *target = value;
        }
    };
    match name {
        "toc" => {
            toc(options, settings);
            text("permalink_title", &mut options.permalink_title);
            text("permalink_class", &mut options.permalink_class);
            flag("permalink_leading", &mut options.permalink_leading);
            text("marker", &mut options.toc_marker);
            text("title", &mut options.toc_title);
            text("separator", &mut options.separator);
        }
        "pymdownx.highlight" => {
            match settings.get("linenums") {
                Some(Yaml::Bool(on)) => options.line_numbers = Some(*on),
                Some(Yaml::Null) => options.line_numbers = None,
                _ => {}
            }
            if let Some(style) = settings.get("linenums_style").and_then(Yaml::as_text) {
                options.number_style = match style {
                    "table" => NumberStyle::Table,
                    "pymdownx-inline" => NumberStyle::Attribute,
                    _ => NumberStyle::Inline,
                };
            }
            flag("pygments_lang_class", &mut options.language_class);
            flag("use_pygments", &mut options.pygments);
            flag("anchor_linenums", &mut options.line_anchors);
            text("line_anchors", &mut options.anchor_prefix);
            text("line_spans", &mut options.line_spans);
        }
        "pymdownx.superfences" => {
            let fences = settings.get("custom_fences").and_then(Yaml::as_list).unwrap_or_default();
            options.custom_fences.extend(fences.iter().filter_map(custom_fence));
        }
        "pymdownx.extra" | "extra" => {
            for (inner, settings) in settings.entries() {
                let inner = inner.strip_prefix("markdown.extensions.").unwrap_or(inner);
                apply(reader, options, inner, settings);
            }
        }
        "pymdownx.tabbed" => {
            options.tab_slugs = settings.get("slugify").and_then(slugs);
            if settings.get("alternate_style") == Some(&Yaml::Bool(false)) {
                let message = "pymdownx.tabbed: only the alternate style is built in".to_owned();
                reader.find(Weight::Note, Subject::Option, message);
            }
        }
        "pymdownx.tasklist" => {
            flag("custom_checkbox", &mut options.custom_checkbox);
            flag("clickable_checkbox", &mut options.clickable_checkbox);
        }
        "pymdownx.critic" => {
            options.critic_accept = match settings.get("mode").and_then(Yaml::as_text) {
                Some("accept") => Some(true),
                Some("reject") => Some(false),
                _ => None,
            };
        }
        "pymdownx.emoji" => {
            if let Some(Yaml::Tagged(tag, _)) = settings.get("emoji_index")
                && tag.ends_with("twemoji")
            {
                options.emoji = EmojiIndex::Twemoji;
            }
        }
        "pymdownx.magiclink" => magiclink(reader, options, settings),
        "pymdownx.blocks.admonition" | "pymdownx.blocks.details" | "pymdownx.blocks.tab" => options.block_syntax = true,
        "pymdownx.keys" => options.keys = true,
        "pymdownx.arithmatex" => {
            options.arithmatex = Some(settings.get("generic").and_then(Yaml::as_bool).unwrap_or(false));
        }
        "codehilite" => {
            options.codehilite = Some(settings.get("linenums").and_then(Yaml::as_bool).unwrap_or(false));
        }
        "pymdownx.snippets" => snippets(reader, options, settings),
        _ => {}
    }
}

fn magiclink(reader: &mut Reader, options: &mut Options, settings: &Yaml) {
    let text = |key| settings.get(key).and_then(Yaml::to_text).unwrap_or_default();
    let on = |key| settings.get(key).and_then(Yaml::as_bool).unwrap_or(false);
    if on("repo_url_shorthand") {
        options.shorthand = Some(Shorthand {
            host: match text("provider").as_str() {
                "gitlab" => CodeHost::GitLab,
                "bitbucket" => CodeHost::Bitbucket,
                _ => CodeHost::GitHub,
            },
            user: text("user"),
            repo: text("repo"),
            normalize: on("normalize_issue_symbols"),
        });
    }
    for option in ["repo_url_shortener", "social_url_shortener", "social_url_shorthand", "hide_protocol"] {
        if on(option) {
            let message = format!("pymdownx.magiclink: the option {option} is not built in");
            reader.find(Weight::Note, Subject::Option, message);
        }
    }
}

fn toc(options: &mut Options, settings: &Yaml) {
    match settings.get("permalink") {
        Some(Yaml::Bool(true)) => options.permalink = Permalink::Sign,
        Some(Yaml::Bool(false) | Yaml::Int(0)) => options.permalink = Permalink::No,
        Some(Yaml::Text(text)) => options.permalink = Permalink::Text(text.clone()),
        _ => {}
    }
    let depth = settings.get("toc_depth").and_then(Yaml::to_text);
    if let Some(depth) = depth {
        let level = |text: &str| text.trim().parse::<u8>().ok();
        options.toc_depth = match depth.split_once('-') {
            Some((top, bottom)) => (level(top).unwrap_or(1), level(bottom).unwrap_or(6)),
            None => (1, level(&depth).unwrap_or(6)),
        };
    }
    if let Some(Yaml::Int(level)) = settings.get("baselevel") {
        options.base_level = u8::try_from((*level).clamp(1, 6)).unwrap_or(1);
    }
    if let Some(slugs) = settings.get("slugify").and_then(slugs) {
        options.slugs = slugs;
    }
}

/// The way to make anchors that a Python name stands for.
fn slugs(yaml: &Yaml) -> Option<Slugs> {
    let Yaml::Tagged(tag, arguments) = yaml else { return None };
    let case = arguments.get("kwds").and_then(|words| words.get("case")).and_then(Yaml::as_text);
    Some(match tag.rsplit_once('.').map_or(tag.as_str(), |(_, name)| name) {
        "slugify" if case.is_some_and(|case| case != "none") => Slugs::Unicode,
        "slugify" | "uslugify_cased" => Slugs::UnicodeCased,
        _ => Slugs::Unicode,
    })
}

fn custom_fence(yaml: &Yaml) -> Option<CustomFence> {
    let text = |key| yaml.get(key).and_then(Yaml::to_text);
    let div = matches!(yaml.get("format"), Some(Yaml::Tagged(tag, _)) if tag.ends_with("fence_div_format"));
    Some(CustomFence { name: text("name")?, class: text("class")?, div })
}

fn snippets(reader: &mut Reader, options: &mut Options, settings: &Yaml) {
    if settings.entries().is_empty() {
        return;
    }
    if !reader.settings.snippet_options {
        let message = "the options of pymdownx.snippets have no effect here".to_owned();
        reader.find(Weight::Note, Subject::Option, message);
        return;
    }
    let list = |key: &str| match settings.get(key) {
        Some(Yaml::List(items)) => items.iter().filter_map(Yaml::to_text).collect(),
        Some(value) => value.to_text().into_iter().collect(),
        None => Vec::new(),
    };
    options.auto_append = list("auto_append");
    let paths: Vec<String> = list("base_path");
    if !paths.is_empty() {
        options.snippet_paths = paths;
    }
    options.dedent_snippets = settings.get("dedent_subsections").and_then(Yaml::as_bool).unwrap_or(false);
}
