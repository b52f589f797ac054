//! One small page for each construct, with the HTML that the original (mkdocs-techdocs-core 1.7.1) makes of it. The
//! marks that highlighting puts around words of code are left out on both sides.

use docs::markdown::{Alone, CodeHost, CustomFence, NumberStyle, Options, Permalink, Shorthand, Slugs, render};

/// What the page `name` is rendered with.
fn options(name: &str) -> Options {
    let plain = Options { code_words: false, ..Options::default() };
    match name {
        "slashes" => Options { block_syntax: true, indented_boxes: false, ..plain },
        "options" => Options {
            keys: true,
            arithmatex: Some(true),
            shorthand: Some(Shorthand {
                host: CodeHost::GitHub,
                user: "owner".to_owned(),
                repo: "project".to_owned(),
                normalize: false,
            }),
            permalink: Permalink::Text("#".to_owned()),
            toc_depth: (2, 3),
            toc_title: "Contents".to_owned(),
            slugs: Slugs::Unicode,
            line_anchors: true,
            line_spans: "__span".to_owned(),
            number_style: NumberStyle::Attribute,
            line_numbers: None,
            custom_fences: vec![CustomFence { name: "mermaid".to_owned(), class: "mermaid".to_owned(), div: false }],
            tab_slugs: Some(Slugs::Unicode),
            clickable_checkbox: true,
            critic_accept: Some(true),
            ..plain
        },
        _ => plain,
    }
}

#[test]
fn every_construct_is_rendered_as_the_original_does() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut wrong = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        count += 1;
        let source = std::fs::read_to_string(&path).unwrap();
        let expected = std::fs::read_to_string(path.with_extension("html")).unwrap();
        let options = options(&path.file_stem().unwrap_or_default().to_string_lossy());
        let html = render(&source, &options, &Alone).html.replace("<pre><span></span><code>", "<pre><code>");
        let expected = expected.trim_end().replace("<pre><span></span><code>", "<pre><code>");
        if html != expected {
            let line = html.lines().zip(expected.lines()).position(|(a, b)| a != b).unwrap_or(0);
            let show = |text: &str| text.lines().nth(line).unwrap_or_default().to_owned();
            wrong.push(format!(
                "{} line {}\n  is     {}\n  should {}",
                path.display(),
                line + 1,
                show(&html),
                show(&expected)
            ));
        }
    }
    assert!(count > 25, "only {count} pages");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
