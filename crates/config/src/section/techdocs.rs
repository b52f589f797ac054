//! `techdocs`: where documentation is built and kept. Contract: techdocs sections 3 and 5.

use std::path::PathBuf;

use crate::View;
use crate::keys::Key;
use crate::problems::Problems;

pub(crate) const KEYS: &[Key] = &[
    Key::new(
        "techdocs.builder",
        "`local`: the portal renders documentation; `external`: it serves what others published.",
    ),
    Key::new("techdocs.generator.**", "Without effect: documentation is rendered by the portal itself."),
    Key::new("techdocs.publisher.type", "`local`: sites are kept in a folder; others are warned of."),
    Key::new("techdocs.publisher.local.publishDirectory", "The folder; `data/techdocs` unless it says otherwise."),
    Key::new("techdocs.legacyUseCaseSensitiveTripletPaths", "Whether folders are named as entities are written."),
    Key::new("techdocs.cache.**", "Without effect: files are read from disk."),
];

/// Where sites are kept unless the configuration says otherwise.
const FOLDER: &str = "data/techdocs";

/// How documentation comes to readers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TechDocs {
    /// Sites are rendered here.
    pub builds: bool,
    pub publish_directory: PathBuf,
    pub case_sensitive_paths: bool,
}

impl TechDocs {
    pub(crate) fn read(root: &View<'_>, problems: &mut Problems) -> Self {
        let builds = problems.optional(root.word("techdocs.builder", &[("local", true), ("external", false)]));
        let folder = match root.find("techdocs.publisher.local.publishDirectory") {
            Some(view) => problems.kept(view.as_str().map(|path| view.folder().join(path))),
            None => None,
        };
        let case = problems.optional(root.bool("techdocs.legacyUseCaseSensitiveTripletPaths"));
        Self {
            builds: builds.unwrap_or(true),
            publish_directory: folder.unwrap_or_else(|| PathBuf::from(FOLDER)),
            case_sensitive_paths: case.unwrap_or(false),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Config, ConfigError, Settings};

    fn read(techdocs: &str) -> Result<TechDocs, String> {
        let config = Config::from_yaml(&format!("techdocs: {techdocs}")).unwrap();
        let told = |errors: Vec<ConfigError>| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        Settings::read(&config).map(|settings| settings.techdocs).map_err(told)
    }

    #[test]
    fn sites_are_built_and_kept_beside_the_database_unless_it_says_otherwise() {
        let usual = read("{builder: local, generator: {runIn: docker}, publisher: {type: local}}").unwrap();
        assert_eq!((usual.builds, usual.publish_directory), (true, PathBuf::from("data/techdocs")));
        let other =
            read("{builder: external, publisher: {type: local, local: {publishDirectory: /srv/sites}}}").unwrap();
        assert_eq!((other.builds, other.publish_directory), (false, PathBuf::from("/srv/sites")));
        assert!(read("{publisher: {type: awsS3, awsS3: {bucketName: b}}}").is_ok(), "it is warned of");
    }
}
