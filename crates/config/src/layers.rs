//! Which files and addresses make up the configuration, lowest first.

use std::path::{Path, PathBuf};

use url::Url;

use crate::{ConfigError, Environment};

/// One layer to read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// As the user would write it.
    pub name: String,
    pub source: Source,
    /// May be missing.
    pub optional: bool,
}

/// Where a layer is read from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Source {
    File(PathBuf),
    Remote(Url),
}

/// What is named with `--config`, in its order; without any, the default files in `directory`, where `BACKSTAGE_ENV`
/// picks the variant. Contract: platform-services section 1.
pub(crate) fn targets(
    named: &[String],
    directory: &Path,
    environment: &Environment,
) -> Result<Vec<Target>, ConfigError> {
    if named.is_empty() {
        let variant = variant(environment);
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
            .map(|(i, name)| Target { source: Source::File(directory.join(&name)), name, optional: i > 0 })
            .collect());
    }
    named
        .iter()
        .map(|name| Ok(Target { source: source(name, directory)?, name: name.clone(), optional: false }))
        .collect()
}

/// The variant of the default files that the environment asks for.
pub(crate) fn variant(environment: &Environment) -> Option<&str> {
    environment.get("BACKSTAGE_ENV").filter(|variant| !variant.is_empty())
}

fn source(name: &str, directory: &Path) -> Result<Source, ConfigError> {
    if !name.contains("://") {
        return Ok(Source::File(directory.join(name)));
    }
    match Url::parse(name) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Source::Remote(url)),
        _ => Err(ConfigError::NoAddress { name: name.to_owned() }),
    }
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
    fn addresses_are_told_from_files() {
        let of = |name: &str| targets(&[name.to_owned()], Path::new("/app"), &Environment::default());
        let remote = of("https://example.net/a.yaml").unwrap().remove(0);
        assert_eq!(remote.source, Source::Remote(Url::parse("https://example.net/a.yaml").unwrap()));
        assert_eq!(of("c:a.yaml").unwrap().remove(0).source, Source::File("/app/c:a.yaml".into()));
        assert_eq!(
            of("s3://bucket/a.yaml").unwrap_err().to_string(),
            "s3://bucket/a.yaml: configuration is read from files and from http and https addresses"
        );
    }
}
