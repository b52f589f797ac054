//! What the tests need beyond Rust. Each is installed where the machine allows it; else the message says in plain words
//! what to install by hand.

use anyhow::{Result, bail};

use crate::run::program;

/// Node.js 20 or newer with npm.
pub fn node() -> Result<()> {
    if program("npm", &["--version"]).works() {
        return Ok(());
    }
    apt(&["nodejs", "npm"])
        .or_else(|_| bail!("Node.js is missing: install Node.js 20 or newer with npm, then run this again"))
}

/// Chromium for the browser tests; answers the path of the program.
pub fn chromium() -> Result<String> {
    if let Ok(path) = std::env::var("CALLBOARD_CHROMIUM") {
        return Ok(path);
    }
    let installed = || {
        ["chromium", "chromium-browser", "google-chrome"]
            .into_iter()
            .find(|name| program(name, &["--version"]).works())
            .map(str::to_owned)
    };
    if let Some(name) = installed() {
        return Ok(name);
    }
    if apt(&["chromium"]).is_err() {
        bail!("Chromium is missing: install it, or set CALLBOARD_CHROMIUM to the path of a Chromium or Chrome");
    }
    installed().ok_or_else(|| anyhow::anyhow!("Chromium was installed but does not start"))
}

/// Installs the packages of a folder as its lock file says.
pub fn npm_packages(folder: &str) -> Result<()> {
    node()?;
    program("npm", &["ci", "--no-audit", "--no-fund"]).within(folder).go()
}

/// A Python environment in a folder with what its `requirements.txt` names. Without Python the clients that need it are
/// skipped by the tests, which say so.
pub fn python_packages(folder: &str) -> Result<()> {
    let python = program("python3", &["-m", "venv", "--help"]).works() || apt(&["python3", "python3-venv"]).is_ok();
    if !python {
        println!("Python with venv is missing: the Python clients are skipped");
        return Ok(());
    }
    program("python3", &["-m", "venv", ".venv"]).within(folder).go()?;
    program(".venv/bin/python", &["-m", "pip", "install", "--quiet", "-r", "requirements.txt"]).within(folder).go()
}

/// Installs Debian packages when this is a Debian machine and we may.
fn apt(packages: &[&str]) -> Result<()> {
    program("apt-get", &["update", "-qq"]).go()?;
    let mut args = vec!["install", "-y", "-qq", "--no-install-recommends"];
    args.extend(packages);
    program("apt-get", &args).env("DEBIAN_FRONTEND", "noninteractive").go()
}
