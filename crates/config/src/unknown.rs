//! Keys nobody reads and keys that should go: accepted, and told once.

use std::fmt;

use serde_json::Value;

use crate::keys::{self, Standing};
use crate::{Config, Origin, pointer};

/// A key this version does not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownKey {
    /// `a.b[0].c`
    pub key: String,
    /// Where the key stands.
    pub origin: Option<Origin>,
    /// The key that was meant, if this looks like a slip.
    pub meant: Option<String>,
}

/// A key that works differently from what its writer may expect, or not yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// `a.b[0].c`
    pub key: String,
    /// Where the key stands.
    pub origin: Option<Origin>,
    /// What to do about it.
    pub message: &'static str,
}

/// Keys that were removed or renamed, or that have no effect yet, with what to do. `[]` stands for any list element.
const REMARKS: &[(&str, &str)] = &[
    (
        "techdocs.publisher.openStackSwift",
        "has no effect yet: sites are served from techdocs.publisher.local.publishDirectory",
    ),
    (
        "techdocs.publisher.azureBlobStorage",
        "has no effect yet: sites are served from techdocs.publisher.local.publishDirectory",
    ),
    (
        "techdocs.publisher.googleGcs",
        "has no effect yet: sites are served from techdocs.publisher.local.publishDirectory",
    ),
    ("techdocs.publisher.awsS3", "has no effect yet: sites are served from techdocs.publisher.local.publishDirectory"),
    (
        "catalog.enableRelationsCompatibility",
        "was removed: relations carry only `targetRef`; delete the key and read `targetRef`",
    ),
    ("catalog.stitchingStrategy.mode", "was removed: there is one mode; delete the key"),
    ("catalog.stitchingStrategy.pollingInterval", NO_STITCHING),
    ("catalog.stitchingStrategy.stitchTimeout", NO_STITCHING),
    (
        "catalog.disableDefaultProcessors",
        "has no effect: files and URLs are always read; leave `catalog.locations` empty to read none",
    ),
    (
        "catalog.processorOptions",
        "has no effect: processing is built in, with one order; use `catalog.rules` to keep kinds out",
    ),
    (
        "catalog.providerOptions",
        "has no effect: locations are the only providers; take one off `catalog.locations` or unregister it",
    ),
    ("catalog.providers", "has no effect yet: name files or globs of a repository under `catalog.locations`"),
    ("catalog.processors", "has no effect yet: name files or globs of a repository under `catalog.locations`"),
    ("catalog.scmEvents", "has no effect yet: URLs are asked for changes every `catalog.processingInterval`"),
    ("catalog.actions", "has no effect yet: there are no actions for agents"),
    (
        "integrations.bitbucket",
        "is not read: move the entries to `integrations.bitbucketCloud` or `integrations.bitbucketServer`",
    ),
    ("integrations.bitbucketCloud[].appPassword", "is deprecated: use an API token in `token`"),
    ("integrations.azure[].token", "is deprecated: use `credentials` with a `personalAccessToken`"),
    ("integrations.azure[].credential", "is deprecated: use `credentials`"),
    ("integrations.github[].apps", "has no effect yet: set `token` to read private repositories"),
    ("integrations.bitbucketCloud[].clientId", "has no effect yet: set `username` and `token` instead"),
    ("integrations.azure[].credentials[].clientId", "has no effect yet: use a `personalAccessToken`"),
    ("integrations.azure[].credentials[].managedIdentityClientId", "has no effect yet: use a `personalAccessToken`"),
    ("integrations.awsCodeCommit", UNSUPPORTED),
    ("integrations.awsS3", UNSUPPORTED),
    ("integrations.azureBlobStorage", UNSUPPORTED),
    ("integrations.googleGcs", UNSUPPORTED),
    ("integrations.harness", UNSUPPORTED),
    ("backend.database.plugin", "has no effect: there is one database for everything"),
    ("backend.database.skipMigrations", "has no effect: tables are brought up to this release at every start"),
    ("backend.auth.keys", "is deprecated: use `backend.auth.externalAccess` with type `legacy`"),
];

const NO_STITCHING: &str =
    "has no effect: nothing is polled, a change shows as soon as it is processed; delete the key";
const UNSUPPORTED: &str = "has no effect yet: this kind of host cannot be read, so locations on it stay unread";

pub(crate) fn unknown_keys(config: &Config) -> Vec<UnknownKey> {
    let mut found = Vec::new();
    walk(config.value(), &mut Vec::new(), "", "", &mut |segments, key, at| {
        let standing = keys::standing(segments);
        if standing == Standing::Unknown && !is_remarked(segments) {
            let parent = segments.last().and_then(|last| key.strip_suffix(last)).unwrap_or_default();
            let meant = keys::nearest(segments).map(|name| format!("{parent}{name}"));
            found.push(UnknownKey { key: key.to_owned(), origin: config.key_origin(at), meant });
        }
        standing == Standing::Parent
    });
    found
}

pub(crate) fn warnings(config: &Config) -> Vec<Warning> {
    let mut found = Vec::new();
    walk(config.value(), &mut Vec::new(), "", "", &mut |segments, key, at| {
        let written = written(segments);
        if let Some((_, message)) = REMARKS.iter().find(|(path, _)| *path == written) {
            found.push(Warning { key: key.to_owned(), origin: config.key_origin(at), message });
        }
        REMARKS
            .iter()
            .any(|(path, _)| path.strip_prefix(written.as_str()).is_some_and(|rest| rest.starts_with(['.', '['])))
    });
    found
}

/// Visits the children of `value`; `descend` says whether to go below one.
fn walk<'v>(
    value: &'v Value,
    segments: &mut Vec<&'v str>,
    key: &str,
    at: &str,
    descend: &mut impl FnMut(&[&str], &str, &str) -> bool,
) {
    for (i, (segment, child)) in keys::children(value).into_iter().enumerate() {
        let (key, at) = match segment {
            "[]" if value.is_array() => (format!("{key}[{i}]"), pointer::index(at, i)),
            name => (pointer::dotted(key, name), pointer::key(at, name)),
        };
        segments.push(segment);
        if descend(segments, &key, &at) {
            walk(child, segments, &key, &at, descend);
        }
        segments.pop();
    }
}

fn is_remarked(segments: &[&str]) -> bool {
    let written = written(segments);
    REMARKS.iter().any(|(path, _)| *path == written)
}

fn written(segments: &[&str]) -> String {
    segments.iter().fold(String::new(), |key, segment| match *segment {
        "[]" => key + "[]",
        name => pointer::dotted(&key, name),
    })
}

impl fmt::Display for UnknownKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        place(f, &self.origin)?;
        write!(f, "{}: not read by this version", self.key)?;
        match &self.meant {
            Some(meant) => write!(f, "; did you mean {meant}?"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        place(f, &self.origin)?;
        write!(f, "{} {}", self.key, self.message)
    }
}

fn place(f: &mut fmt::Formatter<'_>, origin: &Option<Origin>) -> fmt::Result {
    origin.as_ref().map_or(Ok(()), |origin| write!(f, "{origin}: "))
}
