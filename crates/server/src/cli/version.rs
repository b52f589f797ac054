//! `callboard version`.

use super::Outcome;

pub(super) fn run() -> Outcome {
    Outcome::ok(format!("callboard {}\n", env!("CARGO_PKG_VERSION")))
}
