//! The one integration-test binary: the real `callboard` over loopback, and the rules of the house.
#![allow(clippy::unwrap_used, reason = "a test that meets the unexpected should stop there")]

mod access;
mod archive;
mod catalog;
mod crash;
mod guest;
mod history;
mod hostile;
mod house;
mod http;
mod kinds;
mod locations;
mod postgres;
mod proxy;
mod register;
mod reload;
mod replicas;
mod sets;
mod sign_in;
mod start;
mod techdocs;
mod telemetry;
mod wire;

use testkit::AppBuilder;

/// An app of the binary under test.
fn app() -> AppBuilder {
    AppBuilder::new(env!("CARGO_BIN_EXE_callboard"))
}
