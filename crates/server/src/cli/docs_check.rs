//! `callboard docs check`: links, anchors and pictures that lead nowhere, pages that nothing leads to, and what of a
//! configuration has no effect.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;
use docs::{DirTree, Settings, Site, Weight};

use super::{Outcome, Status, count};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder with mkdocs.yml or a folder docs
    #[arg(default_value = ".")]
    folder: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome> {
    let findings = load(&arguments.folder)?.check()?;
    let mut output: String = findings.iter().map(|finding| format!("{finding}\n")).collect();
    let wrong = findings.iter().filter(|finding| finding.weight != Weight::Note).count();
    output.push_str(&format!("{}, {}\n", count(wrong, "problem"), count(findings.len() - wrong, "note")));
    Ok(Outcome { output, status: if wrong == 0 { Status::Ok } else { Status::Problems } })
}

/// The site of a folder.
pub(super) fn load(folder: &std::path::Path) -> Result<Site> {
    let shown = folder.display();
    let tree = DirTree::open(folder).with_context(|| format!("cannot read {shown}"))?;
    let name = folder.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    let settings =
        Settings { site_name: name.unwrap_or_default(), mermaid: true, readme_as_index: true, ..Settings::default() };
    Site::load(Arc::new(tree), &settings).with_context(|| format!("{shown} is no documentation"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_leads_nowhere_is_told_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("docs")).unwrap();
        let page = |text: &str| fs::write(folder.path().join("docs/index.md"), text).unwrap();
        let check = || run(&Arguments { folder: folder.path().to_owned() }).unwrap();
        page("# A\n\n[a](#a)\n");
        assert_eq!(check(), Outcome { output: "0 problems, 0 notes\n".to_owned(), status: Status::Ok });
        page("# A\n\n[gone](gone.md)\n");
        let outcome = check();
        assert_eq!(outcome.status, Status::Problems);
        assert!(outcome.output.contains("docs/index.md:3") && outcome.output.contains("gone.md"), "{}", outcome.output);
    }
}
