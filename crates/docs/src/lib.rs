//! TechDocs: `mkdocs.yml` and Markdown to pages in the shape of Material for MkDocs, without Python.

pub mod markdown;
pub mod published;
