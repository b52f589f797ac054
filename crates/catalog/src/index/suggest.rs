//! What the command palette offers while a name is typed.

use std::collections::HashSet;

use memchr::memmem::Finder;
use model::ReadScope;
use roaring::RoaringBitmap;

use super::{Index, head::Head, key::Key};
use crate::query::{EntityName, Suggestion};

/// How well a name fits, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Exact,
    Prefix,
    WordStart,
    Inside,
}

impl Fit {
    const ALL: usize = 4;

    fn of(name: &str, term: &str, finder: &Finder<'_>) -> Option<Self> {
        let first = finder.find(name.as_bytes())?;
        Some(if first == 0 {
            if name.len() == term.len() { Self::Exact } else { Self::Prefix }
        } else if finder.find_iter(name.as_bytes()).any(|at| at == 0 || starts_word(name, at)) {
            Self::WordStart
        } else {
            Self::Inside
        })
    }
}

fn starts_word(name: &str, at: usize) -> bool {
    !name[..at].ends_with(char::is_alphanumeric)
}

impl Index {
    /// Entities whose name or title has the text; better fits first, then in order of name.
    pub(crate) fn suggest(&self, scope: &ReadScope, text: &str, limit: usize) -> Vec<Suggestion> {
        let term = text.trim().to_lowercase();
        if term.is_empty() || limit == 0 {
            return Vec::new();
        }
        let visible = self.select(scope, None);
        let mut found = Vec::new();
        for key in ["metadata.name", "metadata.title"].into_iter().filter_map(|name| self.key(name)) {
            fits(key, &term, &visible, limit, &mut found);
        }
        found.sort_unstable();
        let mut seen = HashSet::new();
        found.retain(|(_, _, number)| seen.insert(*number));
        found.truncate(limit);
        found.into_iter().filter_map(|(_, _, number)| self.suggestion(number)).collect()
    }

    /// What an entity is called and what it is, as links to it say.
    pub(crate) fn name_of(&self, number: u32) -> Option<EntityName> {
        let head = Head::of(self.kept_json(number)?);
        let names = head.names();
        let description = names.description.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let name = names.name.unwrap_or_else(|| self.ref_of(number).map_or_else(String::new, |r| r.name().to_owned()));
        Some(EntityName {
            title: head.title().unwrap_or(name),
            kind_type: head.kind_type(),
            description,
            troubled: head.is_troubled(),
        })
    }

    fn suggestion(&self, number: u32) -> Option<Suggestion> {
        let entity_ref = self.ref_of(number)?.clone();
        let head = Head::of(self.kept_json(number)?);
        let names = head.names();
        Some(Suggestion {
            kind: head.kind().unwrap_or_else(|| entity_ref.kind().to_owned()),
            name: names.name.unwrap_or_else(|| entity_ref.name().to_owned()),
            title: names.title,
            description: names.description,
            kind_type: head.kind_type(),
            entity_ref,
        })
    }
}

/// Up to `limit` entities for each fit. Values are met in order, so these are the first in order of name.
fn fits<'a>(key: &'a Key, term: &str, visible: &RoaringBitmap, limit: usize, found: &mut Vec<(Fit, &'a str, u32)>) {
    let finder = Finder::new(term.as_bytes());
    let mut counts = [0; Fit::ALL];
    let mut look = |values: &[u32]| {
        for value in values {
            let name = key.lower(*value);
            let Some(fit) = Fit::of(name, term, &finder) else { continue };
            let count = &mut counts[fit as usize];
            if *count >= limit {
                continue;
            }
            let entities = &*key.postings(*value).bitmap() & visible;
            for number in entities.iter().take(limit - *count) {
                found.push((fit, name, number));
                *count += 1;
            }
        }
        counts[Fit::Exact as usize] + counts[Fit::Prefix as usize] >= limit
    };
    // The best fits stand together in the dictionary; often they are enough.
    let order = key.order();
    let prefixed = key.prefixed(&order, term);
    if !look(&order[prefixed.clone()]) {
        look(&order[..prefixed.start]);
        look(&order[prefixed.end..]);
    }
}
