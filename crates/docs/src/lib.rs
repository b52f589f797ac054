//! TechDocs: `mkdocs.yml` and Markdown to pages in the shape of Material for MkDocs, without Python.
//!
//! A [`Site`] is made from a [`Tree`] of files and rendered page by page; [`Site::load_after`] takes over the pages whose
//! sources did not change. What a site asks for and does not get is in [`Site::report`], and everything that is wrong
//! with its links in [`Site::check`]. A [`Library`] keeps the sites of entities; [`published`] serves those that others made.

mod config;
mod error;
mod library;
pub mod markdown;
pub mod published;
mod report;
mod sanitize;
mod scan;
mod shell;
mod site;
pub mod source;
mod tree;

pub use config::{Config, Settings, SyntaxError, Theme};
pub use error::DocsError;
pub use library::{Library, LibraryError};
pub use report::{Finding, Subject, Weight};
pub use sanitize::{Sanitizer, SanitizerRules};
pub use shell::stylesheet;
pub use site::{Build, NavEntry, Page, PageLink, SearchDoc, Site};
pub use tree::{DirTree, MemoryTree, Tree, TreeError};
