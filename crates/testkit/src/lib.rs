//! What integration tests need: a running Callboard, a web server for files, and the sample corpus.
//!
//! Tests talk to the real binary over loopback, as its users do.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot set up its world should stop loudly"
)]

mod app;
mod corpus;
mod files;
mod identity;
mod line;
mod postgres;

pub use app::{Answer, App, AppBuilder, TOKEN};
pub use corpus::corpus;
pub use files::FileServer;
pub use identity::{CLIENT, IdentityProvider};
pub use line::{Line, Wire};
pub use postgres::{postgres, postgres_address, postgres_through, postgres_url};
