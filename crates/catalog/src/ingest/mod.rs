//! Ingestion: what a `Location` names becomes raw entities. Everything that waits for disks or hosts is here; what is read
//! is handed to the engine, which decides what it changes.

pub mod emit;
pub mod fetch;
pub mod file;
pub mod source;
pub mod targets;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use model::{Entity, EntityRef, LocationRef, Problem};

use crate::process::stable::Hash;
use crate::process::{Rules, Written};

pub use source::SourceReader;
pub use targets::{LocationTargets, Target, TargetKind, targets_of};

/// An entity as a source wrote it, with both managed-by annotations, ready to be kept.
#[derive(Clone, Debug)]
pub struct Emitted {
    pub entity: Entity,
    pub entity_ref: EntityRef,
    /// The body as JSON text.
    pub text: Box<str>,
    /// Hash of the text.
    pub hash: Hash,
    /// `type:target` of the file it stands in.
    pub location_key: Arc<str>,
    /// First line of its document.
    pub line: u32,
    /// The file it stands in, until it is processed.
    pub written: Option<Written>,
}

/// What to read and how.
#[derive(Clone, Debug)]
pub struct ReadRequest {
    pub target: Target,
    /// The location somebody configured or registered that led here; rules and folders are judged by it.
    pub origin: LocationRef,
    /// The `Location` entity that names the target.
    pub parent: EntityRef,
    pub rules: Arc<Rules>,
    /// What the last clean read saw; `None` reads anew whatever the host says.
    pub known: Option<Known>,
    /// Somebody waits for it: it does not queue behind reads that nobody waits for.
    pub urgent: bool,
}

/// What was remembered of a clean read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    pub etag: Option<String>,
    pub content_hash: Option<String>,
}

/// What reading a target gave.
#[derive(Debug)]
pub enum ReadReport {
    /// The same as the last clean read.
    Unchanged {
        etag: Option<String>,
    },
    /// Entities, and what was wrong with the rest of the documents.
    Documents {
        entities: Vec<Emitted>,
        problems: Vec<Problem>,
        known: Known,
    },
    /// The files a glob matched.
    Listing {
        files: Vec<LocationRef>,
        /// Folders that could not be looked into; what was known to lie there still does.
        unread: Vec<PathBuf>,
        problems: Vec<Problem>,
    },
    /// There is no such file.
    Missing(Problem),
    Failed(Problem),
    /// The host asks to be left alone for a while.
    RateLimited {
        problem: Problem,
        wait: Duration,
    },
}
