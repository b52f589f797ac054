//! Sites as a whole: configuration, navigation, includes, links, search, checks, and rendering again.

use std::sync::Arc;

use docs::{DirTree, DocsError, MemoryTree, Sanitizer, Settings, Site, Subject, Tree, TreeError, Weight};

fn tree(files: &[(&str, &str)]) -> Arc<MemoryTree> {
    Arc::new(files.iter().map(|(path, text)| (*path, *text)).collect())
}

fn load(files: &[(&str, &str)]) -> Site {
    Site::load(tree(files), &Settings { site_name: "The entity".to_owned(), ..Settings::default() }).expect("it loads")
}

fn error(files: &[(&str, &str)]) -> String {
    match Site::load(tree(files), &Settings::default()) {
        Ok(_) => panic!("it loads"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_source_without_configuration_is_a_site() {
    let site = load(&[("docs/index.md", "Hello"), ("docs/Guide/set-up.md", "# Setting up"), ("docs/a.png", "x")]);
    assert_eq!(site.config().site_name, "The entity");
    assert_eq!(site.urls(), ["", "Guide/set-up/"]);
    let page = site.render("").unwrap();
    assert_eq!((page.title.as_str(), page.raw_html.as_str()), ("Home", "<h1>Home</h1>\n<p>Hello</p>"));
    assert_eq!(page.next.unwrap().title, "Setting up");
    assert_eq!(site.assets().collect::<Vec<_>>(), [("a.png", "docs/a.png")]);
    assert!(matches!(site.render("nope/"), Err(DocsError::NoPage { .. })));
}

#[test]
fn settings_are_laid_over_those_of_techdocs() {
    let site = load(&[
        (
            "mkdocs.yml",
            "INHERIT: base.yml\nsite_name: !ENV [NAME, Top]\nhooks: [x.py]\nplugins:\n  - techdocs-core\n  - awesome-pages\n\
             markdown_extensions:\n  - toc:\n      permalink: '#'\n  - pymdownx.highlight:\n      linenums: false\n  - made_up\n",
        ),
        ("base.yml", "site_name: Base\nsite_description: From the base\n"),
        ("docs/index.md", "# T\n\n```\nx\n```\n"),
    ]);
    assert_eq!(site.config().site_name, "Top");
    assert_eq!(site.config().site_description.as_deref(), Some("From the base"));
    let html = site.render("").unwrap().raw_html;
    assert!(html.contains(">#</a>") && !html.contains("linenos"), "{html}");
    let report: Vec<(Subject, String)> =
        site.report().iter().map(|finding| (finding.subject, finding.message.clone())).collect();
    assert_eq!(
        report,
        [
            (Subject::Key, "the key hooks has no effect here".to_owned()),
            (Subject::Plugin, "the plugin awesome-pages is not built in and is left out".to_owned()),
            (Subject::Extension, "the Markdown extension made_up is not built in and is left out".to_owned()),
        ]
    );
}

#[test]
fn a_configuration_cannot_run_code_or_leave_its_source() {
    let python = "site_name: x\nextra: !!python/object/apply:os.system ['id']\n";
    assert!(error(&[("mkdocs.yml", python)]).contains("Unsupported Python YAML tag '!!python/object/apply:os.system'"));
    assert!(error(&[("mkdocs.yml", "site_name: x\ndocs_dir: ../other\n")]).contains("outside of the source"));
    assert!(error(&[("mkdocs.yml", "site_name: x\ndocs_dir: /etc\n")]).contains("outside of the source"));
    assert!(error(&[("mkdocs.yml", "INHERIT: ../base.yml\n")]).contains("outside of the source"));
    assert!(error(&[("mkdocs.yml", "site_name: x\ndocs_dir: .\n")]).contains("below the configuration"));
    assert!(error(&[("mkdocs.yml", "site_name: [\n")]).contains("mkdocs.yml cannot be read"));
    assert!(error(&[("mkdocs.yml", "just text")]).contains("must be a mapping"));
    let slugs = "site_name: x\nmarkdown_extensions:\n  - toc:\n      slugify: !!python/object/apply:pymdownx.slugs.slugify\n        kwds:\n          case: lower\n";
    let site = load(&[("mkdocs.yml", slugs), ("docs/index.md", "# Größe Zwei")]);
    assert_eq!(site.render("").unwrap().toc[0].id, "größe-zwei");
}

#[test]
fn the_navigation_names_pages_sections_and_links() {
    let nav = "site_name: x\nrepo_url: https://github.com/o/r\nnav:\n  - index.md\n  - Guide:\n    - Start: guide/start.md\n    - guide/more.md\n  - Elsewhere: https://example.com\n  - Gone: gone.md\n";
    let site = load(&[
        ("mkdocs.yml", nav),
        ("docs/index.md", "---\ntitle: Front\n---\ntext"),
        ("docs/guide/start.md", "# A heading"),
        ("docs/guide/more.md", "# More & *more*"),
        ("docs/hidden.md", "# Not in nav"),
    ]);
    let document = site.document("guide/more/", Some(&Sanitizer::default())).unwrap();
    for part in [
        "<title>More &amp; more - x</title>",
        "md-nav__item--active md-nav__item--nested",
        "<a href=\"../start/\" class=\"md-nav__link\"><span class=\"md-ellipsis\">Start</span></a>",
        "<a href=\"https://example.com\" class=\"md-nav__link\">",
        "<a href=\"https://github.com/o/r/edit/master/docs/guide/more.md\" title=\"Edit this page\"",
        "md-footer__link--prev",
        "href=\"../../assets/stylesheets/main.",
    ] {
        assert!(document.contains(part), "{part} is not in {document}");
    }
    assert_eq!(site.render("").unwrap().title, "Front");
    let messages: Vec<String> = site.report().iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        ["mkdocs.yml: nav: 'gone.md' is not among the pages", "mkdocs.yml: the page hidden.md is not in the nav"]
    );
}

#[test]
fn a_configuration_cannot_make_pages_act() {
    let config = "site_name: <img src=x onerror=a()>\nsite_description: '\"><script>a()</script>'\nrepo_url: 'javascript:a()//'\nedit_uri: x/\ncopyright: <b onclick=a()>c</b>\ntheme:\n  name: material\n  logo: 'javascript:a()'\n  language: '\"><script>'\nnav:\n  - index.md\n  - '<script>a()</script>': b.md\n  - Bad: ' javascript:a()'\n  - Worse: \"java\\tscript:a()\"\n";
    let site = load(&[
        ("mkdocs.yml", config),
        (
            "docs/index.md",
            "---\nstatus: '\"><script>'\nsubtitle: <script>\n---\n# <b title='<i>'>*T* `<script>`</b> <?x><script>a()//?>",
        ),
        ("docs/b.md", "text"),
    ]);
    for url in ["", "b/"] {
        let document = site.document(url, Some(&Sanitizer::default())).unwrap();
        for bad in ["<script", "javascript:", "onerror=a()>", "onclick", "java\tscript"] {
            let place =
                document.find(bad).map(|at| document[at.saturating_sub(80)..].chars().take(160).collect::<String>());
            assert!(place.is_none(), "{bad} in {place:?}");
        }
    }
    assert_eq!(site.render("").unwrap().edit_url, None);
}

#[test]
fn sites_are_made_of_several() {
    let files = [
        (
            "mkdocs.yml",
            "site_name: Root\nrepo_url: https://github.com/o/r\nnav:\n  - Home: index.md\n  - One: '!include parts/one/mkdocs.yml'\n  - Rest: '*include parts/r*/mkdocs.yml'\n",
        ),
        ("docs/index.md", "# Root\n\n[one](part-one/a.md)"),
        ("parts/one/mkdocs.yml", "site_name: Part One\nnav:\n  - A: a.md\n"),
        ("parts/one/docs/a.md", "# A"),
        ("parts/r2/mkdocs.yml", "site_name: r2\n"),
        ("parts/r2/docs/index.md", "# Second"),
        ("parts/r1/mkdocs.yml", "site_name: r1\ndocs_dir: d\n"),
        ("parts/r1/d/deep/x.md", "# X"),
    ];
    let site = load(&files);
    assert_eq!(site.urls(), ["", "part-one/a/", "r1/deep/x/", "r2/"]);
    assert!(site.render("").unwrap().raw_html.contains("href=\"part-one/a/\""));
    let edit = site.render("part-one/a/").unwrap().edit_url.unwrap();
    assert_eq!(edit, "https://github.com/o/r/edit/master/parts/one/docs/a.md");
    let order: Vec<String> =
        ["part-one/a/", "r1/deep/x/"].map(|url| site.render(url).unwrap().next.unwrap().url).into();
    assert_eq!(order, ["r1/deep/x/", "r2/"]);

    let with = |path: &str, text: &str| {
        let mut files = files.to_vec();
        files.push((path, text).to_owned());
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect::<MemoryTree>()
    };
    for (path, text, message) in [
        ("parts/one/mkdocs.yml", "site_name: Part One\nnav:\n  - '!include x/mkdocs.yml'\n", "nested !include"),
        ("parts/r2/mkdocs.yml", "docs_dir: docs\n", "no 'site_name'"),
        ("parts/r2/mkdocs.yml", "site_name: r1\n", "two included sites are named 'r1'"),
        ("parts/r2/mkdocs.yml", "site_name: r2\ndocs_dir: nowhere\n", "has no files"),
        ("mkdocs.yml", "site_name: x\nnav:\n  - A: '!include no/mkdocs.yml'\n", "no/mkdocs.yml does not exist"),
        ("mkdocs.yml", "site_name: x\nnav:\n  - A: '!include ../x/mkdocs.yml'\n", "outside of the source"),
    ] {
        let error = Site::load(Arc::new(with(path, text)), &Settings::default()).err().unwrap();
        assert!(error.to_string().contains(message), "{error}");
    }
}

#[test]
fn what_leads_nowhere_is_told_with_its_line() {
    let site = load(&[
        ("mkdocs.yml", "site_name: x\n"),
        (
            "docs/index.md",
            "---\ntitle: T\n---\n\n# T\n\n[ok](b.md#there) [bad](missing.md) [bad](missing.md)\n\n![img](no.png)\n[anchor](b.md#nowhere)\n\
             [own](#gone) [near](b) [abs](/x)\n\n<img src=\"raw.png\"> <a href=\"b/\">fine</a>\n\n--8<-- \"gone.txt\"\n",
        ),
        ("docs/b.md", "# B\n\n## There\n"),
    ]);
    let mut told: Vec<String> = site.check().unwrap().iter().map(ToString::to_string).collect();
    told.sort();
    assert_eq!(
        told,
        [
            "docs/index.md:10: the link 'b.md#nowhere' leads to an anchor that b.md does not have",
            "docs/index.md:11: the link '#gone' leads to an anchor that this page does not have",
            "docs/index.md:11: the link '/x' begins with '/' and leaves the site",
            "docs/index.md:11: the link 'b' is neither a page nor a file of the site; did you mean 'b.md'?",
            "docs/index.md:13: the address 'raw.png' in HTML leads nowhere in the finished site",
            "docs/index.md:15: snippet 'gone.txt' is not found",
            "docs/index.md:7: the link 'missing.md' is not among the files of the site",
            "docs/index.md:9: the link 'no.png' is not among the files of the site",
        ]
    );
    let errors = site.check().unwrap().into_iter().filter(|finding| finding.weight == Weight::Error).count();
    assert_eq!(errors, 2);
}

#[test]
fn only_what_changed_is_rendered_again() {
    let files = [
        ("docs/index.md", "# I\n\n[a](a.md)"),
        ("docs/a.md", "# A\n\n--8<-- \"inc.txt\""),
        ("docs/b.md", "# B"),
        ("inc.txt", "first"),
    ];
    let settings = Settings::default();
    let first = Site::load(tree(&files), &settings).unwrap();
    first.search_index().unwrap();
    assert_eq!(first.rendered(), 3);

    let again = Site::load_after(&first, tree(&files), &settings).unwrap();
    assert_eq!(again.rendered(), 3);

    let mut changed = files;
    changed[2] = ("docs/b.md", "# New B");
    let again = Site::load_after(&first, tree(&changed), &settings).unwrap();
    assert_eq!(again.rendered(), 2);
    assert_eq!(again.render("b/").unwrap().title, "New B");

    let mut changed = files;
    changed[3] = ("inc.txt", "second");
    let again = Site::load_after(&first, tree(&changed), &settings).unwrap();
    assert_eq!(again.rendered(), 2);
    assert!(again.render("a/").unwrap().raw_html.contains("second"));

    // A page more may be what a link of any other waits for.
    let more: Vec<(&str, &str)> = files.into_iter().chain([("docs/c.md", "# C")]).collect();
    assert_eq!(Site::load_after(&first, tree(&more), &settings).unwrap().rendered(), 0);
}

#[test]
fn a_page_that_cannot_be_rendered_costs_no_other() {
    let mut files = MemoryTree::default();
    files.insert("docs/index.md", "# Fine\n");
    files.insert("docs/latin.md", b"# Caf\xe9\n".to_vec());
    files.insert("docs/huge.md", "x".repeat(9 * 1024 * 1024));
    assert!(!files.insert("../out.md", "x"));
    let site = Site::load(Arc::new(files), &Settings::default()).unwrap();
    assert_eq!(site.render("latin/").unwrap().title, "Caf\u{fffd}");
    let told: Vec<String> = site.check().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "docs/huge.md: the page is larger than 8388608 bytes and is not rendered",
            "docs/latin.md: the page is not UTF-8, or has signs that were lost before",
        ]
    );
}

#[test]
fn the_search_index_has_the_form_of_mkdocs() {
    let site = load(&[
        ("mkdocs.yml", "site_name: x\n"),
        ("docs/index.md", "# One\n\nText a &amp; b\n\n## Two\n\nMore `code`\n"),
    ]);
    let index: serde_json::Value = serde_json::from_str(&site.search_index().unwrap()).unwrap();
    assert_eq!(
        index["docs"],
        serde_json::json!([
            {"location": "", "text": "One ¶ Text a & b Two ¶ More code", "title": "One"},
            {"location": "#one", "text": "Text a & b", "title": "One"},
            {"location": "#two", "text": "More code", "title": "Two"},
        ])
    );
    assert_eq!(index["config"]["lang"], serde_json::json!(["en"]));
    let metadata = site.metadata(7, &["index.html".to_owned()], Some("e"));
    assert_eq!(
        metadata,
        serde_json::json!({"site_name": "x", "site_description": "None", "build_timestamp": 7, "files": ["index.html"], "etag": "e"})
    );
    assert!(!site.sitemap("2026-01-01").contains("<loc>"));
}

#[test]
fn a_site_is_the_files_that_mkdocs_writes() {
    let config = "site_name: x\nsite_url: https://docs.example/x\nexclude_docs: |\n  *.tmp\n  /drafts/\n  !keep.tmp\nplugins:\n  - techdocs-core\n  - redirects:\n      redirect_maps:\n        old/page.md: guide/a.md#top\n        gone.md: https://example.com\n        lost.md: nowhere.md\n";
    let site = load(&[
        ("mkdocs.yml", config),
        ("docs/index.md", "# I"),
        ("docs/guide/a.md", "# A <script>x</script>"),
        ("docs/guide/README.md", "# G"),
        ("docs/drafts/d.md", "# D"),
        ("docs/x.tmp", "x"),
        ("docs/keep.tmp", "kept"),
        ("docs/.hidden.md", "# H"),
        ("docs/img/a b.png", "png"),
    ]);
    let (style, _) = docs::stylesheet();
    let paths = site.paths();
    assert_eq!(
        paths,
        [
            "404.html",
            style.as_str(),
            "gone/index.html",
            "guide/a/index.html",
            "guide/index.html",
            "img/a b.png",
            "index.html",
            "keep.tmp",
            "old/page/index.html",
            "search/search_index.json",
            "sitemap.xml",
            "techdocs_metadata.json",
        ]
    );
    let build = docs::Build { timestamp: 5, date: "2026-01-31".to_owned(), etag: Some("e".to_owned()) };
    let sanitizer = Sanitizer::default();
    let text = |path: &str| String::from_utf8(site.file(path, &build, Some(&sanitizer)).unwrap()).unwrap();
    for path in &paths {
        assert!(!text(path).is_empty(), "{path}");
    }
    assert!(text("old/page/index.html").contains("url=../../guide/a/#top"));
    assert!(text("gone/index.html").contains("url=https://example.com"));
    assert!(!text("guide/a/index.html").contains("<script>"));
    assert!(text("sitemap.xml").contains("<loc>https://docs.example/x/guide/a/</loc>"));
    assert!(text("techdocs_metadata.json").contains("\"etag\":\"e\""));
    assert!(matches!(site.file("../secret", &build, None), Err(DocsError::NoPage { .. })));
    assert!(error(&[("mkdocs.yml", "site_name: x\ndocs_dir: d\n")]).contains("has no files"));
}

#[test]
fn links_on_disk_cannot_leave_the_source() {
    let folder = tempfile::tempdir().unwrap();
    let docs = folder.path().join("site/docs");
    std::fs::create_dir_all(&docs).unwrap();
    std::fs::write(folder.path().join("secret.md"), "secret").unwrap();
    std::fs::write(docs.join("index.md"), "# Fine").unwrap();
    std::os::unix::fs::symlink("index.md", docs.join("also.md")).unwrap();
    let tree = DirTree::open(&folder.path().join("site")).unwrap();
    assert_eq!(tree.paths(), ["docs/also.md", "docs/index.md"]);
    assert!(matches!(tree.read("../secret.md"), Err(TreeError::Missing { .. })));
    std::os::unix::fs::symlink("../../secret.md", docs.join("stolen.md")).unwrap();
    assert!(
        matches!(DirTree::open(&folder.path().join("site")), Err(TreeError::Escapes { path }) if path == "docs/stolen.md")
    );
    // A link that is put there after the files were listed.
    std::fs::remove_file(docs.join("index.md")).unwrap();
    std::os::unix::fs::symlink("../../secret.md", docs.join("index.md")).unwrap();
    assert!(matches!(tree.read("docs/index.md"), Err(TreeError::Escapes { .. })));
}

#[test]
fn snippets_cannot_leave_the_source() {
    let site = load(&[
        ("docs/index.md", "a\n\n--8<-- \"../secret.txt\"\n--8<-- \"/etc/passwd\"\n--8<-- \"ok.txt\"\n"),
        ("ok.txt", "fine"),
    ]);
    let html = site.render("").unwrap().raw_html;
    assert!(html.contains("fine") && !html.contains("root"), "{html}");
}
