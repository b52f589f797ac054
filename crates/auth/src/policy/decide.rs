//! Roles put together into decisions, each with the reason for it (contract permissions.md section 6.2).

use std::collections::{HashMap, HashSet};

use model::EntityRef;

use super::criteria::Criteria;
use super::permission::Permission;
use super::role::{Effect, Grant, Role, Source};

/// A decision, and why it came to that.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub decision: Decision,
    pub reason: Reason,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    Allow,
    Deny,
    /// Allowed where the resource meets these.
    Conditional(Criteria),
}

/// Why a decision is what it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// `permission.enabled` is not set.
    NotEnforced,
    /// There is no policy.
    NoPolicy,
    /// A program with a token that is not restricted.
    Program,
    /// A program whose token is restricted to other permissions.
    RestrictedToken,
    /// Nobody is signed in.
    Nobody,
    /// One of `permission.rbac.admin.superUsers`.
    SuperUser(EntityRef),
    /// A policy of a role says so.
    Policy { held: Held, grant: Grant },
    /// Conditions of roles, by their ids.
    Conditions(Vec<(Held, u32)>),
    /// A role has more than one condition for the permission.
    Ambiguous { held: Held, ids: Vec<u32> },
    /// No role says anything of it.
    Silence,
}

/// A role that somebody has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub role: String,
    pub source: Source,
    pub through: Through,
}

/// How somebody comes to a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Through {
    /// Named as a member.
    Member,
    /// By these groups: the first one the person is in, the last one the member of the role.
    Groups(Vec<EntityRef>),
    /// Everybody who is signed in has it.
    Everybody,
}

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub user: EntityRef,
    /// What the person owns things as: itself and the groups it is in.
    pub owners: Vec<EntityRef>,
    /// The groups it is in and those above, nearest first.
    pub groups: Vec<GroupPath>,
}

/// A group, and the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupPath {
    pub group: EntityRef,
    /// The group below by which the person is in this one; `None` for one it is in itself.
    pub below: Option<EntityRef>,
}

/// Which of the two decides where a role has conditions and another an unconditional policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precedence {
    Conditional,
    Basic,
}

/// Everything that decides.
#[derive(Debug)]
pub struct Policies {
    roles: Vec<(Source, Role)>,
    by_member: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, usize>,
    super_users: HashSet<EntityRef>,
    everybody: Option<usize>,
    precedence: Precedence,
}

impl Policies {
    /// Puts roles together. Of several with one name the first counts; the names of the others are answered.
    pub fn new(
        roles: Vec<(Source, Role)>,
        super_users: HashSet<EntityRef>,
        everybody: Option<&str>,
        precedence: Precedence,
    ) -> (Self, Vec<(Source, String)>) {
        let (mut kept, mut by_name, mut ignored) = (Vec::new(), HashMap::new(), Vec::new());
        for (source, role) in roles {
            if by_name.contains_key(&role.name) {
                ignored.push((source, role.name));
            } else {
                by_name.insert(role.name.clone(), kept.len());
                kept.push((source, role));
            }
        }
        let mut by_member: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, (_, role)) in kept.iter().enumerate() {
            for member in &role.members {
                by_member.entry(member.clone()).or_default().push(at);
            }
        }
        let everybody = everybody.and_then(|name| by_name.get(name).copied());
        (Self { roles: kept, by_member, by_name, super_users, everybody, precedence }, ignored)
    }

    /// Every role with where it comes from.
    pub fn roles(&self) -> &[(Source, Role)] {
        &self.roles
    }

    pub fn role(&self, name: &str) -> Option<&(Source, Role)> {
        self.by_name.get(name).map(|at| &self.roles[*at])
    }

    /// The roles of a person, each with the way to it.
    pub fn held(&self, subject: &Subject) -> Vec<(&Role, Held)> {
        let mut seen = HashSet::new();
        let mut all = Vec::new();
        let mut add = |at: usize, through: &dyn Fn() -> Through| {
            if seen.insert(at) {
                let (source, role) = &self.roles[at];
                all.push((role, Held { role: role.name.clone(), source: *source, through: through() }));
            }
        };
        let of = |member: &EntityRef| self.by_member.get(member.as_str()).into_iter().flatten().copied();
        of(&subject.user).for_each(|at| add(at, &|| Through::Member));
        for path in &subject.groups {
            of(&path.group).for_each(|at| add(at, &|| Through::Groups(way(&subject.groups, path))));
        }
        if let Some(at) = self.everybody {
            add(at, &|| Through::Everybody);
        }
        all
    }

    /// Whether a person may do something.
    pub fn decide(&self, subject: &Subject, permission: &Permission<'_>) -> Verdict {
        if let Some(known) =
            std::iter::once(&subject.user).chain(&subject.owners).find(|r| self.super_users.contains(*r))
        {
            return Verdict { decision: Decision::Allow, reason: Reason::SuperUser(known.clone()) };
        }
        let held = self.held(subject);
        let basic = || basic(&held, permission);
        let conditional = || conditional(&held, permission, subject);
        let verdict = match self.precedence {
            Precedence::Conditional => conditional().or_else(basic),
            Precedence::Basic => basic().or_else(conditional),
        };
        verdict.unwrap_or(Verdict { decision: Decision::Deny, reason: Reason::Silence })
    }
}

/// From the group a person is in to the one that is a member.
fn way(groups: &[GroupPath], to: &GroupPath) -> Vec<EntityRef> {
    let mut way = vec![to.group.clone()];
    let mut at = to;
    while let Some(below) = &at.below
        && way.len() <= groups.len()
        && let Some(next) = groups.iter().find(|path| path.group == *below)
    {
        way.push(below.clone());
        at = next;
    }
    way.reverse();
    way
}

/// What policies without conditions say: those that name the permission if there are any, else those for its type of resource.
fn basic(held: &[(&Role, Held)], permission: &Permission<'_>) -> Option<Verdict> {
    let action = permission.policy_action();
    let about = |object: &str| -> Vec<(&Held, &Grant)> {
        held.iter()
            .flat_map(|(role, held)| role.grants.iter().map(move |grant| (held, grant)))
            .filter(|(_, grant)| grant.permission == object && grant.action == action)
            .collect()
    };
    let mut found = about(permission.name);
    if let (true, Some(resource_type)) = (found.is_empty(), permission.resource_type) {
        found = about(resource_type);
    }
    let denied = found.iter().find(|(_, grant)| grant.effect == Effect::Deny);
    let (held, grant) = denied.or(found.first())?;
    let decision = if grant.effect == Effect::Deny { Decision::Deny } else { Decision::Allow };
    Some(Verdict { decision, reason: Reason::Policy { held: (*held).clone(), grant: (*grant).clone() } })
}

/// What conditions say: one of each role is enough.
fn conditional(held: &[(&Role, Held)], permission: &Permission<'_>, subject: &Subject) -> Option<Verdict> {
    permission.resource_type?;
    let (mut any, mut by) = (Vec::new(), Vec::new());
    for (role, held) in held {
        let about: Vec<_> = role.conditions.iter().filter(|condition| condition.is_about(permission)).collect();
        match about[..] {
            [] => {}
            [condition] => {
                any.push(condition.conditions.for_person(&subject.user, &subject.owners));
                by.push((held.clone(), condition.id));
            }
            _ => {
                let ids = about.iter().map(|condition| condition.id).collect();
                let reason = Reason::Ambiguous { held: held.clone(), ids };
                return Some(Verdict { decision: Decision::Deny, reason });
            }
        }
    }
    let decision = Decision::Conditional(Criteria::any_of(any));
    (!by.is_empty()).then_some(Verdict { decision, reason: Reason::Conditions(by) })
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
