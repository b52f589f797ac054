//! One small page for each construct, with the HTML that the original (mkdocs-techdocs-core 1.7.1) makes of it. The
//! marks that highlighting puts around words of code are left out on both sides.

use docs::markdown::{Alone, Options, render};

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
        let slashes = path.file_stem().is_some_and(|name| name.to_string_lossy().starts_with("slashes"));
        let options =
            Options { block_syntax: slashes, indented_boxes: !slashes, code_words: false, ..Options::default() };
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
