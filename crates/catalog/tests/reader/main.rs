//! What readers of the catalog get, through the same door as everybody: index in, answers out.
#![allow(clippy::unwrap_used)]

mod answers;
mod cursors;
mod impact;
mod oracle;
mod org;
mod support;
