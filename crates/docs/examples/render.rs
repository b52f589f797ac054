//! Renders for comparing with another renderer: `render [--slashes] FILE…` writes `FILE.html`, and `render --site DIR OUT` every page
//! of a site as `OUT/<address>index.html`, its search index and what is wrong with it.
//! `render --time DIR` says how long a build takes.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use docs::markdown::{Alone, Options, render};
use docs::{DirTree, Sanitizer, Settings, Site};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, dir, out] = args.as_slice()
        && flag == "--site"
    {
        return site(Path::new(dir), Path::new(out));
    }
    if let [flag, dir] = args.as_slice()
        && flag == "--time"
    {
        return time(Path::new(dir));
    }
    let slashes = args.first().is_some_and(|flag| flag == "--slashes");
    let options = Options { block_syntax: slashes, indented_boxes: !slashes, ..Options::default() };
    for path in args.into_iter().skip(usize::from(slashes)) {
        let page = render(&std::fs::read_to_string(&path)?, &options, &Alone);
        std::fs::write(format!("{path}.html"), page.html)?;
    }
    Ok(())
}

/// How long the parts of a build take.
fn time(dir: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings { site_name: "Site".to_owned(), ..Settings::default() };
    let tree = Arc::new(DirTree::open(dir)?);
    let mut start = Instant::now();
    let mut lap = |what: &str| {
        println!("{what}: {:?}", start.elapsed());
        start = Instant::now();
    };
    let site = Site::load(tree.clone(), &settings)?;
    lap("load");
    let pages: Vec<_> = site.urls().iter().map(|url| site.render(url)).collect::<Result<_, _>>()?;
    lap(&format!(
        "render {} pages, {} bytes",
        pages.len(),
        pages.iter().map(|page| page.raw_html.len()).sum::<usize>()
    ));
    let sanitizer = Sanitizer::default();
    let safe: usize = pages.iter().map(|page| page.html(&sanitizer).len()).sum();
    lap(&format!("clean, {safe} bytes"));
    site.search_index()?;
    lap("search index");
    site.check()?;
    lap("check");
    let again = Site::load_after(&site, tree, &settings)?;
    lap(&format!("load again, {} kept", again.rendered()));
    if let Some(url) = site.urls().last() {
        again.document(url, Some(&sanitizer))?;
        lap("one document");
    }
    Ok(())
}

fn site(dir: &Path, out: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings { site_name: "Site".to_owned(), ..Settings::default() };
    let site = Site::load(Arc::new(DirTree::open(dir)?), &settings)?;
    for url in site.urls() {
        let page = site.render(&url)?;
        let file = if url.is_empty() || url.ends_with('/') { format!("{url}index.html") } else { url.clone() };
        let path = out.join(file);
        std::fs::create_dir_all(path.parent().unwrap_or(out))?;
        std::fs::write(&path, page.raw_html)?;
        std::fs::write(path.with_extension("doc"), site.document(&url, None)?)?;
    }
    std::fs::create_dir_all(out.join("search"))?;
    std::fs::write(out.join("search/search_index.json"), site.search_index()?)?;
    let findings: String = site.check()?.iter().map(|finding| format!("{finding}\n")).collect();
    std::fs::write(out.join("findings.txt"), findings)?;
    Ok(())
}
