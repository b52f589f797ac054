//! `callboard docs build`: documentation as a site of files, as `techdocs-cli generate` makes it. The same source gives the same
//! bytes.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use docs::{Build, Sanitizer};

use super::{Outcome, count, docs_check};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder with mkdocs.yml or a folder docs
    folder: PathBuf,
    /// Where to write the site; a folder that is there has to be empty
    #[arg(long, value_name = "FOLDER")]
    output: PathBuf,
    /// The version of the source, for the site's metadata
    #[arg(long)]
    etag: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome> {
    let out = &arguments.output;
    if out.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("{} is not empty; name another folder, or remove what is in it", out.display());
    }
    let site = docs_check::load(&arguments.folder)?;
    let build = Build { etag: arguments.etag.clone(), ..Build::default() };
    let files = site.paths();
    for path in &files {
        let bytes = site.file(path, &build, Some(&Sanitizer::default()))?;
        let file = out.join(path);
        let folder = file.parent().unwrap_or(out);
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        std::fs::write(&file, bytes).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(Outcome::ok(format!(
        "{}: {}, {}\n",
        out.display(),
        count(site.urls().len(), "page"),
        count(files.len(), "file")
    )))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    use super::*;

    fn files(folder: &Path, below: &Path, all: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() {
                files(&entry.path(), below, all);
            } else {
                let name = entry.path().strip_prefix(below).unwrap().to_string_lossy().into_owned();
                all.insert(name, fs::read(entry.path()).unwrap());
            }
        }
    }

    #[test]
    fn the_same_source_gives_the_same_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("in/docs/guide")).unwrap();
        fs::write(folder.path().join("in/docs/index.md"), "# A\n").unwrap();
        fs::write(folder.path().join("in/docs/guide/b.md"), "# B\n").unwrap();
        let build = |name: &str| {
            let output = folder.path().join(name);
            let arguments =
                Arguments { folder: folder.path().join("in"), output: output.clone(), etag: Some("v1".to_owned()) };
            let mut all = BTreeMap::new();
            run(&arguments).map(|_| files(&output, &output, &mut all)).map(|()| all)
        };
        let first = build("one").unwrap();
        assert!(
            first.contains_key("guide/b/index.html") && first.contains_key("search/search_index.json"),
            "{:?}",
            first.keys()
        );
        let metadata: serde_json::Value = serde_json::from_slice(&first["techdocs_metadata.json"]).unwrap();
        assert_eq!(metadata["etag"], "v1");
        assert_eq!(first, build("two").unwrap());
        assert!(build("two").unwrap_err().to_string().contains("is not empty"));
    }
}
