//! Groups within groups: who belongs to one at any depth, and what that means for who owns what. Resolved here once, for filters,
//! pages and policies alike. Relations are followed, not kinds, and only those of entities that the reader may see.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::BuildHasher;

use model::filter::{MEMBER_OF_THROUGH, OWNED_BY_THROUGH, Predicate};
use model::{EntityRef, ReadScope};
use roaring::RoaringBitmap;

use super::Index;
use crate::query::Membership;

pub(super) const OWNED_BY: &str = "relations.ownedby";
const MEMBER_OF: &str = "relations.memberof";
const HAS_MEMBER: &str = "relations.hasmember";
const CHILD_OF: &str = "relations.childof";
const PARENT_OF: &str = "relations.parentof";

/// Groups followed from one; an organisation has fewer.
const MAX_GROUPS: usize = 10_000;
/// Members listed of one group with all below it.
const MAX_MEMBERS: usize = 50_000;

impl Index {
    /// The predicate with conditions that look through groups made into plain ones.
    pub(crate) fn resolved<'a>(&self, predicate: &'a Predicate, scope: &ReadScope) -> Cow<'a, Predicate> {
        if looks_through(predicate) {
            Cow::Owned(self.plain(predicate, &Seen::of(self, scope)))
        } else {
            Cow::Borrowed(predicate)
        }
    }

    fn plain(&self, predicate: &Predicate, seen: &Seen) -> Predicate {
        let each = |parts: &[Predicate]| parts.iter().map(|part| self.plain(part, seen)).collect();
        match predicate {
            Predicate::All(parts) => Predicate::All(each(parts)),
            Predicate::Any(parts) => Predicate::Any(each(parts)),
            Predicate::Not(part) => Predicate::Not(Box::new(self.plain(part, seen))),
            Predicate::Exists(key) => Predicate::Exists(direct(key).unwrap_or(key).into()),
            Predicate::Prefix(key, prefix) => Predicate::Prefix(direct(key).unwrap_or(key).into(), prefix.clone()),
            Predicate::Contains(keys, text) => {
                let keys = keys.iter().map(|key| direct(key).unwrap_or(key).into()).collect();
                Predicate::Contains(keys, text.clone())
            }
            Predicate::In(key, values) => match direct(key) {
                None => predicate.clone(),
                Some(OWNED_BY) => Predicate::In(OWNED_BY.into(), self.owners_through(values, seen)),
                Some(key) => Predicate::In(key.into(), self.reached(values.iter().cloned(), PARENT_OF, seen)),
            },
        }
    }

    /// What owns something as one of these or for it: of a group the groups below it, of a person the groups it is in and those
    /// above them.
    fn owners_through(&self, owners: &[Box<str>], seen: &Seen) -> Vec<Box<str>> {
        let mut all = self.reached(owners.iter().cloned(), PARENT_OF, seen);
        let groups: Vec<Box<str>> = owners.iter().flat_map(|owner| self.related(owner, MEMBER_OF, seen)).collect();
        all.extend(self.reached(groups.into_iter(), CHILD_OF, seen));
        all
    }

    /// These, and the groups above those they are in or are themselves.
    pub(crate) fn owners(&self, scope: &ReadScope, owners: &[EntityRef]) -> Vec<EntityRef> {
        let seen = Seen::of(self, scope);
        let own = owners.iter().map(|owner| Box::from(owner.as_str()));
        let groups = owners.iter().flat_map(|owner| self.related(owner.as_str(), MEMBER_OF, &seen));
        refs(self.reached(own.chain(groups), CHILD_OF, &seen))
    }

    /// The groups somebody is in, and as many above them as said, each once and nearest first, with the group below by which
    /// it was reached.
    pub(crate) fn groups_of(
        &self,
        member: &EntityRef,
        max_depth: Option<usize>,
    ) -> Vec<(EntityRef, Option<EntityRef>)> {
        let everything = Seen(None);
        let mut known: HashSet<Box<str>> = HashSet::new();
        let mut all: Vec<(Box<str>, Option<Box<str>>, usize)> = Vec::new();
        for group in self.related(member.as_str(), MEMBER_OF, &everything) {
            if known.insert(group.clone()) {
                all.push((group, None, 0));
            }
        }
        let mut at = 0;
        while at < all.len() && all.len() < MAX_GROUPS {
            let (group, _, depth) = all[at].clone();
            if max_depth.is_none_or(|max| depth < max) {
                let above = self.related(&group, CHILD_OF, &everything).filter(|above| known.insert(above.clone()));
                all.extend(above.map(|above| (above, Some(group.clone()), depth + 1)).collect::<Vec<_>>());
            }
            at += 1;
        }
        all.into_iter()
            .filter_map(|(group, below, _)| Some((parsed(&group)?, below.and_then(|b| parsed(&b)))))
            .collect()
    }

    /// Who belongs to a group.
    pub(crate) fn membership(&self, scope: &ReadScope, group: &EntityRef) -> Membership {
        let seen = Seen::of(self, scope);
        let groups = self.reached(std::iter::once(Box::from(group.as_str())), PARENT_OF, &seen);
        let truncated = groups.len() >= MAX_GROUPS;
        let direct: BTreeSet<Box<str>> = self.related(group.as_str(), HAS_MEMBER, &seen).collect();
        let mut through: BTreeMap<Box<str>, Vec<Box<str>>> = BTreeMap::new();
        let mut subgroups: Vec<Box<str>> = groups.into_iter().skip(1).collect();
        subgroups.sort_unstable();
        for subgroup in &subgroups {
            for member in self.related(subgroup, HAS_MEMBER, &seen).filter(|member| !direct.contains(member)) {
                if through.len() < MAX_MEMBERS || through.contains_key(&member) {
                    through.entry(member).or_default().push(subgroup.clone());
                }
            }
        }
        Membership {
            truncated: truncated || through.len() >= MAX_MEMBERS,
            direct: refs(direct),
            through: through.into_iter().filter_map(|(member, by)| Some((parsed(&member)?, refs(by)))).collect(),
            subgroups: refs(subgroups),
        }
    }

    /// References and all that they lead to by one relation, at any depth, nearest first; circles end where they began.
    fn reached(&self, from: impl Iterator<Item = Box<str>>, key: &str, seen: &Seen) -> Vec<Box<str>> {
        let mut known: HashSet<Box<str>> = HashSet::new();
        let mut all: Vec<Box<str>> = from.filter(|reference| known.insert(reference.clone())).collect();
        let mut at = 0;
        while at < all.len() && all.len() < MAX_GROUPS {
            let next: Vec<Box<str>> = self.related(&all[at], key, seen).filter(|r| known.insert(r.clone())).collect();
            all.extend(next);
            at += 1;
        }
        all
    }

    /// Where one relation of an entity leads.
    fn related<'a>(&'a self, reference: &str, key: &'a str, seen: &Seen) -> impl Iterator<Item = Box<str>> + use<'a> {
        let hash = self.hasher.hash_one(reference);
        let at = |number: &u32| self.ref_of(*number).is_some_and(|found| found.as_str() == reference);
        let number = self.by_ref.find(hash, at).copied().filter(|number| seen.has(*number));
        number.into_iter().flat_map(move |number| self.values(number, key)).map(Box::from)
    }
}

/// What the reader may see.
pub(super) struct Seen(Option<RoaringBitmap>);

impl Seen {
    pub(super) fn of(index: &Index, scope: &ReadScope) -> Self {
        Self((!matches!(scope, ReadScope::All)).then(|| index.select(scope, None).into_owned()))
    }

    pub(super) fn has(&self, number: u32) -> bool {
        self.0.as_ref().is_none_or(|visible| visible.contains(number))
    }
}

/// The relation that a key looks through groups for.
fn direct(key: &str) -> Option<&'static str> {
    match key {
        OWNED_BY_THROUGH => Some(OWNED_BY),
        MEMBER_OF_THROUGH => Some(MEMBER_OF),
        _ => None,
    }
}

fn looks_through(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::All(parts) | Predicate::Any(parts) => parts.iter().any(looks_through),
        Predicate::Not(part) => looks_through(part),
        Predicate::Exists(key) | Predicate::In(key, _) | Predicate::Prefix(key, _) => direct(key).is_some(),
        Predicate::Contains(keys, _) => keys.iter().any(|key| direct(key).is_some()),
    }
}

fn parsed(reference: &str) -> Option<EntityRef> {
    EntityRef::parse_full(reference).ok()
}

fn refs(texts: impl IntoIterator<Item = Box<str>>) -> Vec<EntityRef> {
    texts.into_iter().filter_map(|text| parsed(&text)).collect()
}
