//! Running programs from the root of the repository, with every command printed before it runs.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// A program about to run.
pub struct Run {
    command: Command,
    shown: String,
}

/// Prepares a program with arguments, to run in the root of the repository.
pub fn program(name: &str, args: &[&str]) -> Run {
    let mut command = Command::new(name);
    command.args(args).current_dir(root());
    // What Cargo tells this program about itself would be taken by build scripts for news about their own package, and half
    // the dependencies would be built again.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(name);
        }
    }
    Run { command, shown: format!("{name} {}", args.join(" ")) }
}

impl Run {
    pub fn args(mut self, args: &[String]) -> Self {
        self.command.args(args);
        for arg in args {
            self.shown = format!("{} {arg}", self.shown);
        }
        self
    }

    /// Runs in a folder below the root; a relative path of a program is meant from there.
    pub fn within(mut self, folder: &str) -> Self {
        let folder_path = root().join(folder);
        let name = self.command.get_program().to_owned();
        if Path::new(&name).components().count() > 1 && Path::new(&name).is_relative() {
            let mut command = Command::new(folder_path.join(&name));
            command.args(self.command.get_args());
            for (name, value) in self.command.get_envs() {
                match value {
                    Some(value) => command.env(name, value),
                    None => command.env_remove(name),
                };
            }
            self.command = command;
        }
        self.command.current_dir(folder_path);
        self.shown = format!("({folder}) {}", self.shown);
        self
    }

    pub fn env(mut self, key: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    /// Runs it with its output shown; fails when it does.
    pub fn go(mut self) -> Result<()> {
        println!("\n$ {}", self.shown.trim());
        let status = self.command.status().with_context(|| format!("could not start `{}`", self.shown))?;
        if !status.success() {
            bail!("`{}` failed ({status})", self.shown.trim());
        }
        Ok(())
    }

    /// Whether it starts and succeeds, silently.
    pub fn works(self) -> bool {
        self.output().is_some()
    }

    /// What it writes to standard output, if it starts and succeeds; silently.
    pub fn output(mut self) -> Option<String> {
        let output = self.command.output().ok().filter(|output| output.status.success())?;
        String::from_utf8(output.stdout).ok()
    }
}
