//! From files, addresses and environment to one [`Config`], and again when one of them changes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use url::Url;

use crate::files::Files;
use crate::layers::{Source, targets, variant};
use crate::merge::{Kind, Node};
use crate::origin::Mark;
use crate::overrides;
use crate::transform::Transform;
use crate::{Config, ConfigError, Environment};

/// Reads the text at an address, of at most so many bytes; the error says why it could not be.
pub type ReadRemote = fn(&Url, u64) -> Result<String, String>;

/// The name of [`LoadOptions::built_in`] where a file's would stand.
const BUILT_IN: &str = "built-in configuration";

/// What to load.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// The `--config` arguments in their order; empty for the default files.
    pub targets: Vec<String>,
    /// Where relative targets and the default files are looked for; empty for the working directory.
    pub directory: PathBuf,
    pub environment: Environment,
    /// The configuration, in YAML, where nobody wrote one: no file is named, no default one exists, and no variable
    /// says anything. Without it that is an error.
    pub built_in: Option<&'static str>,
    /// How targets that are addresses are read. Without it they are an error.
    pub remote: Option<ReadRemote>,
}

impl LoadOptions {
    /// Reads the layers and merges them.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub fn load(&self) -> Result<Config, ConfigError> {
        self.read().1
    }

    /// Whether an address is among the targets; nothing tells when one of those changes.
    pub fn has_remote_targets(&self) -> bool {
        targets(&self.targets, &self.directory, &self.environment)
            .is_ok_and(|targets| targets.iter().any(|target| matches!(target.source, Source::Remote(_))))
    }

    /// As [`LoadOptions::load`], with every file whose change may change the outcome, which is known in failure as well.
    fn read(&self) -> (Vec<PathBuf>, Result<Config, ConfigError>) {
        let mut transform = Transform {
            environment: &self.environment,
            files: Files::default(),
            remote: self.remote,
            secrets: Vec::new(),
        };
        let merged = self.merged(&mut transform);
        let looked_at = transform.files.paths.clone();
        let config =
            merged.map(|(root, is_built_in)| Config::new(root, transform.files, transform.secrets, is_built_in));
        (looked_at, config)
    }

    /// The merged layers, and whether they are [`LoadOptions::built_in`].
    fn merged(&self, transform: &mut Transform<'_>) -> Result<(Node, bool), ConfigError> {
        let overrides = overrides::layer(&self.environment)?;
        let targets = targets(&self.targets, &self.directory, &self.environment)?;
        let mut merged = overrides::node_environment(&self.environment);
        let files = targets.iter().filter_map(|target| match &target.source {
            Source::File(path) => Some(path.clone()),
            Source::Remote(_) => None,
        });
        transform.files.paths.extend(files);
        if let Some(text) = self.built_in
            && self.targets.is_empty()
            && variant(&self.environment).is_none()
            && overrides.is_none()
            && !transform.files.paths.iter().any(|path| path.exists())
        {
            lay(&mut merged, transform.text(Path::new("app-config.yaml"), BUILT_IN, text.to_owned(), false)?);
            return Ok((merged.unwrap_or_else(empty), true));
        }
        for target in targets {
            let missing = matches!(&target.source, Source::File(path) if !path.exists());
            if !(target.optional && missing) {
                lay(&mut merged, transform.target(&target)?);
            }
        }
        lay(&mut merged, overrides);
        Ok((merged.unwrap_or_else(empty), false))
    }
}

impl Config {
    /// A configuration that is in no file: what an `app-config.yaml` with this text in the working directory gives when
    /// no variable is set.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place in `app-config.yaml`.
    pub fn from_yaml(text: &str) -> Result<Self, ConfigError> {
        let environment = Environment::default();
        let mut transform =
            Transform { environment: &environment, files: Files::default(), remote: None, secrets: Vec::new() };
        let name = "app-config.yaml";
        let root = transform.text(Path::new(name), name, text.to_owned(), false)?;
        Ok(Self::new(root.unwrap_or_else(empty), transform.files, transform.secrets, false))
    }
}

fn empty() -> Node {
    let mark = Mark::File { source: 0, pointer: String::new() };
    Node { mark, secret: false, given: false, kind: Kind::Object(Vec::new()) }
}

fn lay(merged: &mut Option<Node>, layer: Option<Node>) {
    match (merged.as_mut(), layer) {
        (Some(merged), Some(layer)) => merged.merge(layer),
        (None, layer) => *merged = layer,
        (Some(_), None) => {}
    }
}

/// The configuration in use, and the way to the next one.
#[derive(Debug)]
pub struct Loader {
    options: LoadOptions,
    current: ArcSwap<Config>,
    looked_at: ArcSwap<Vec<PathBuf>>,
}

impl Loader {
    /// Loads for the first time.
    ///
    /// # Errors
    /// As [`LoadOptions::load`].
    pub fn open(options: LoadOptions) -> Result<Self, ConfigError> {
        let (looked_at, config) = options.read();
        Ok(Self { options, current: ArcSwap::from_pointee(config?), looked_at: ArcSwap::from_pointee(looked_at) })
    }

    pub fn options(&self) -> &LoadOptions {
        &self.options
    }

    /// The configuration of the last load that succeeded.
    pub fn current(&self) -> Arc<Config> {
        self.current.load_full()
    }

    /// The files the last load looked at, whether it succeeded or not: included ones, and those that were missing.
    pub fn files(&self) -> Arc<Vec<PathBuf>> {
        self.looked_at.load_full()
    }

    /// Loads again; `None` when nothing changed. A load that fails changes nothing: [`Loader::current`] stays what it was.
    ///
    /// # Errors
    /// As [`LoadOptions::load`].
    pub fn reload(&self) -> Result<Option<Arc<Config>>, ConfigError> {
        let (looked_at, config) = self.options.read();
        self.looked_at.store(Arc::new(looked_at));
        let config = config?;
        if config.value() == self.current.load().value() {
            return Ok(None);
        }
        let config = Arc::new(config);
        self.current.store(Arc::clone(&config));
        Ok(Some(config))
    }
}
