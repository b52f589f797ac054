//! What the tests need beyond Rust. Each is installed where the machine allows it; else the message says in plain words
//! what to install by hand.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::postgres;
use crate::run::{program, root};

/// The oldest Node.js that the tests and the build of the pages run on.
const NODE: u32 = 20;

/// Node.js with npm.
pub fn node() -> Result<()> {
    if node_version() < Some(NODE) || !program("npm", &["--version"]).works() {
        // What Debian has may be too old; then the message below says so.
        let _ = apt(&["nodejs", "npm"]);
    }
    match node_version() {
        Some(version) if version < NODE => {
            bail!("Node.js {version} is too old: install Node.js {NODE} or newer with npm, then run this again")
        }
        Some(_) if program("npm", &["--version"]).works() => Ok(()),
        _ => bail!("Node.js is missing: install Node.js {NODE} or newer with npm, then run this again"),
    }
}

/// The first number of `v20.1.0`.
fn node_version() -> Option<u32> {
    let version = program("node", &["--version"]).output()?;
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

/// Chromium for the browser tests; answers the path of the program.
pub fn chromium() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("CALLBOARD_CHROMIUM") {
        return Ok(path.into());
    }
    let installed = || {
        ["chromium", "chromium-browser", "google-chrome"]
            .into_iter()
            .filter_map(on_path)
            .find(|path| program(&path.to_string_lossy(), &["--version"]).works())
    };
    if let Some(path) = installed() {
        return Ok(path);
    }
    if apt(&["chromium"]).is_err() {
        bail!("Chromium is missing: install it, or set CALLBOARD_CHROMIUM to the path of a Chromium or Chrome");
    }
    installed().ok_or_else(|| anyhow::anyhow!("Chromium was installed but does not start"))
}

/// The programs of a PostgreSQL server; answers their folder.
pub fn postgres() -> Result<PathBuf> {
    if let Some(folder) = postgres::installed() {
        return Ok(folder);
    }
    if apt(&["postgresql"]).is_err() {
        bail!(
            "PostgreSQL is missing: install its server, or set {} to the address of one that tests may use",
            postgres::VARIABLE
        );
    }
    postgres::installed().ok_or_else(|| anyhow::anyhow!("PostgreSQL was installed but its programs are not found"))
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Installs the packages of a folder as its lock file says.
pub fn npm_packages(folder: &str) -> Result<()> {
    node()?;
    program("npm", &["ci", "--no-audit", "--no-fund"]).within(folder).go()
}

/// A Python environment in a folder with what its `requirements.txt` names. Without Python the clients that need it are
/// skipped by the tests, which say so.
pub fn python_packages(folder: &str) -> Result<()> {
    // Debian has `venv` without what it needs to put pip into an environment.
    let able = || program("python3", &["-c", "import ensurepip, venv"]).works();
    if !able() && (apt(&["python3", "python3-venv"]).is_err() || !able()) {
        println!("Python with venv is missing: the Python clients are skipped");
        return Ok(());
    }
    program("python3", &["-m", "venv", ".venv"]).within(folder).go()?;
    program(".venv/bin/python", &["-m", "pip", "install", "--quiet", "-r", "requirements.txt"]).within(folder).go()
}

/// Installs Debian packages when this is a Debian machine and we may: as root, or where nobody is asked for a password.
fn apt(packages: &[&str]) -> Result<()> {
    if on_path("apt-get").is_none() {
        bail!("this machine has no apt-get");
    }
    let is_root = program("id", &["-u"]).output().is_some_and(|id| id.trim() == "0");
    let apt_get: &[&str] = match is_root {
        true => &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"],
        false if program("sudo", &["-n", "true"]).works() => {
            &["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
        }
        false => bail!("only root may install packages"),
    };
    let run = |args: &[&str]| program(apt_get[0], &[&apt_get[1..], args].concat()).go();
    run(&["update", "-qq"])?;
    run(&[&["install", "-y", "-qq", "--no-install-recommends"], packages].concat())
}

/// The binary under test, wherever this build puts it.
pub fn binary() -> Result<PathBuf> {
    built("debug", "callboard", &["build", "--workspace"])
}

/// The benchmarks, beside the release binary that they measure.
pub fn benchmarks() -> Result<PathBuf> {
    built("release", "bench", &["build", "--workspace", "--release"])
}

fn built(profile: &str, name: &str, build: &[&str]) -> Result<PathBuf> {
    program("cargo", build).go()?;
    let metadata = program("cargo", &["metadata", "--format-version", "1", "--no-deps"]).output().unwrap_or_default();
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let target = metadata["target_directory"].as_str().map_or_else(|| root().join("target"), PathBuf::from);
    let binary = target.join(profile).join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if !binary.is_file() {
        bail!("{} was not built; what this machine's own target makes is run", binary.display());
    }
    Ok(binary)
}
