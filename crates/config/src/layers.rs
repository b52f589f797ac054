//! Which files make up the configuration, lowest first.

use std::path::{Path, PathBuf};

use crate::{ConfigError, Environment};

/// One file to read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// As the user would write it.
    pub name: String,
    pub path: PathBuf,
    /// May be missing.
    pub optional: bool,
}

/// The files named with `--config` in their order; without any, the default ones in `directory`, where `BACKSTAGE_ENV`
/// picks the variant. Contract: platform-services section 1.
pub(crate) fn targets(
    named: &[String],
    directory: &Path,
    environment: &Environment,
) -> Result<Vec<Target>, ConfigError> {
    if named.is_empty() {
        let variant = environment.get("BACKSTAGE_ENV").filter(|variant| !variant.is_empty());
        let names = [
            Some("app-config.yaml".to_owned()),
            variant.map(|variant| format!("app-config.{variant}.yaml")),
            Some("app-config.local.yaml".to_owned()),
            variant.map(|variant| format!("app-config.{variant}.local.yaml")),
        ];
        return Ok(names
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(i, name)| Target { path: directory.join(&name), name, optional: i > 0 })
            .collect());
    }
    named
        .iter()
        .map(|name| match name.contains("://") {
            true => Err(ConfigError::RemoteTarget { target: name.clone() }),
            false => Ok(Target { path: directory.join(name), name: name.clone(), optional: false }),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(named: &[&str], variant: Option<&str>) -> Vec<(String, bool)> {
        let named: Vec<String> = named.iter().map(|name| (*name).to_owned()).collect();
        let environment = variant.map(|variant| ("BACKSTAGE_ENV", variant)).into_iter().collect();
        let targets = targets(&named, Path::new("/app"), &environment).unwrap();
        targets.into_iter().map(|target| (target.name, target.optional)).collect()
    }

    #[test]
    fn the_default_files_follow_the_environment() {
        let list = |names: &[(&str, bool)]| names.iter().map(|(n, o)| ((*n).to_owned(), *o)).collect::<Vec<_>>();
        let plain = list(&[("app-config.yaml", false), ("app-config.local.yaml", true)]);
        assert_eq!(names(&[], None), plain);
        assert_eq!(names(&[], Some("")), plain);
        assert_eq!(
            names(&[], Some("production")),
            list(&[
                ("app-config.yaml", false),
                ("app-config.production.yaml", true),
                ("app-config.local.yaml", true),
                ("app-config.production.local.yaml", true)
            ])
        );
        assert_eq!(names(&["b.yaml", "a.yaml"], Some("production")), list(&[("b.yaml", false), ("a.yaml", false)]));
    }

    #[test]
    fn urls_are_refused_in_plain_words() {
        let error = targets(&["https://example.net/a.yaml".into()], Path::new("."), &Environment::default());
        assert_eq!(
            error.unwrap_err().to_string(),
            "https://example.net/a.yaml: reading configuration from a URL is not supported yet; pass a local file"
        );
    }
}
