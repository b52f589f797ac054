//! `organization`: whose portal it is.

use crate::View;
use crate::keys::Key;
use crate::problems::Problems;

pub(crate) const KEYS: &[Key] = &[Key::new("organization.name", "The organisation's name, shown beside the portal's.")];

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Organization {
    pub name: Option<String>,
}

impl Organization {
    pub(crate) fn read(root: &View<'_>, problems: &mut Problems) -> Self {
        Self { name: problems.optional(root.string("organization.name")) }
    }
}
