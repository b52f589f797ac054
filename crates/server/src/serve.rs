//! Starts the portal and keeps it running until it is told to stop.

use anyhow::{Result, bail};
use config::{Loader, Settings};

/// Serves until the process is told to stop.
///
/// # Errors
/// The configuration cannot be used, or the server does not start.
pub fn run(loader: Loader) -> Result<()> {
    match Settings::read(&loader.current()) {
        Ok(_) => bail!("serving is not part of this build"),
        Err(errors) => {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            bail!("the configuration cannot be used\n{}", lines.join("\n"))
        },
    }
}
