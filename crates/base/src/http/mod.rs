//! Outbound HTTP. Everything the product fetches goes through [`HttpClient`], so that the same rules hold everywhere: which
//! addresses may be asked, how long an answer may take, how large it may be, and how politely a busy host is asked again.
//!
//! A portal reads addresses that people and files name, so the client trusts none of them. A host is *trusted* when the
//! configuration names it (an integration, a `backend.reading.allow` entry); only those may lie on an internal address.

mod address;
mod body;
mod client;
mod egress;
mod error;
mod forward;
mod gates;
mod redact;
mod resolver;
mod retry;
#[cfg(test)]
mod tests;

pub use address::AddressClass;
pub use client::{HttpClient, HttpOptions, Request, Response};
pub use egress::{Egress, HostRule, InvalidHostRule};
pub use error::HttpError;
pub use forward::{Forward, Forwarded};
pub use redact::{redact, redact_query};
pub use reqwest::{StatusCode, header};
