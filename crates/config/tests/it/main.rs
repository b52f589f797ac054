//! Whole loads through the public face: files on disk in, values, places and messages out.

mod auth;
mod load;
mod masking;
mod real;
mod sections;
mod unknown;

use std::fs;

use config::{Config, LoadOptions};
use tempfile::TempDir;

/// A directory of configuration files with an environment of its own.
struct Fixture {
    directory: TempDir,
    options: LoadOptions,
}

impl Fixture {
    fn new(files: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let options = LoadOptions { directory: directory.path().to_owned(), ..LoadOptions::default() };
        let fixture = Self { directory, options };
        for (name, text) in files {
            fixture.write(name, text);
        }
        fixture
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.directory.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    fn env(mut self, variables: &[(&str, &str)]) -> Self {
        self.options.environment = variables.iter().copied().collect();
        self
    }

    fn targets(mut self, targets: &[&str]) -> Self {
        self.options.targets = targets.iter().map(|target| (*target).to_owned()).collect();
        self
    }

    fn load(&self) -> Result<Config, String> {
        self.options.load().map_err(|error| error.to_string())
    }
}

/// Loads one `app-config.yaml`.
fn load(text: &str) -> Config {
    Fixture::new(&[("app-config.yaml", text)]).load().expect("a configuration that loads")
}
