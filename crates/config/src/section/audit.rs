//! `audit`: how long what was done is remembered.

use std::time::Duration;

use crate::View;
use crate::keys::Key;
use crate::problems::Problems;

pub(crate) const KEYS: &[Key] =
    &[Key::new("audit.retention", "How long what was done is kept in the database; a year, unless said otherwise.")];

const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audit {
    pub retention: Duration,
}

impl Audit {
    pub(crate) fn read(root: &View<'_>, problems: &mut Problems) -> Self {
        Self { retention: problems.optional(root.duration("audit.retention")).unwrap_or(YEAR) }
    }
}
