//! The face of Callboard: server-rendered pages that are complete without JavaScript and better with it.
//!
//! ```text
//! request ─► request::context (who, language, theme) ─► pages::* ─► view::* (reads, shapes) ─► components::* (HTML)
//! ```
//!
//! A page is one file in `pages`; it decides who may call it, asks `view` for what it shows and lays it out with
//! `components`. Words are in `web/messages`, looks in `web/styles`, and what needs a browser in `web/islands`.

pub mod assets;
pub mod branding;
mod components;
mod cookies;
mod i18n;
mod pages;
mod record;
mod request;
mod router;
mod security;
mod session;
mod state;
mod urls;
mod view;

pub use branding::Branding;
pub use router::router;
pub use security::CONTENT_SECURITY_POLICY;
pub use state::{Services, WebState};
