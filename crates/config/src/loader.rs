//! From files and environment to one [`Config`], and again when a file changes.

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::files::Files;
use crate::layers::{Target, targets};
use crate::merge::{Kind, Node};
use crate::origin::Mark;
use crate::overrides;
use crate::transform::Transform;
use crate::{Config, ConfigError, Environment};

/// What to load.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// The `--config` arguments in their order; empty for the default files.
    pub targets: Vec<String>,
    /// Where relative targets and the default files are looked for; empty for the working directory.
    pub directory: PathBuf,
    pub environment: Environment,
}

impl LoadOptions {
    /// Reads the layers and merges them.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub fn load(&self) -> Result<Config, ConfigError> {
        let mut transform = Transform { environment: &self.environment, files: Files::default(), secrets: Vec::new() };
        let mut merged: Option<Node> = None;
        let mut missing = Vec::new();
        for target in targets(&self.targets, &self.directory, &self.environment)? {
            if target.optional && !target.path.exists() {
                missing.push(target.path);
                continue;
            }
            lay(&mut merged, transform.file(&target)?);
        }
        lay(&mut merged, overrides::layer(&self.environment)?);
        Ok(Config::new(merged.unwrap_or_else(empty), transform.files, missing, transform.secrets))
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
        let mut transform = Transform { environment: &environment, files: Files::default(), secrets: Vec::new() };
        let name = "app-config.yaml";
        let target = Target { name: name.to_owned(), path: name.into(), optional: false };
        let root = transform.text(&target, text.to_owned())?;
        Ok(Self::new(root.unwrap_or_else(empty), transform.files, Vec::new(), transform.secrets))
    }
}

fn empty() -> Node {
    let mark = Mark::File { source: 0, pointer: String::new() };
    Node { mark, secret: false, kind: Kind::Object(Vec::new()) }
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
}

impl Loader {
    /// Loads for the first time.
    ///
    /// # Errors
    /// As [`LoadOptions::load`].
    pub fn open(options: LoadOptions) -> Result<Self, ConfigError> {
        let config = options.load()?;
        Ok(Self { options, current: ArcSwap::from_pointee(config) })
    }

    /// The configuration of the last load that succeeded.
    pub fn current(&self) -> Arc<Config> {
        self.current.load_full()
    }

    /// Loads again. A load that fails changes nothing: [`Loader::current`] stays what it was.
    ///
    /// # Errors
    /// As [`LoadOptions::load`].
    pub fn reload(&self) -> Result<Arc<Config>, ConfigError> {
        let config = Arc::new(self.options.load()?);
        self.current.store(Arc::clone(&config));
        Ok(config)
    }
}
