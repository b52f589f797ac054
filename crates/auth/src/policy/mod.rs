//! Who may do what: policies as data, and what they decide (contract permissions.md).
//!
//! [`Permissions`] answers for every caller. Roles come from the configuration, from files and from the pages
//! ([`stored`]); [`decide`] puts them together, [`rules`] turns conditions into what the catalog can be asked.

pub mod criteria;
mod csv;
pub mod decide;
pub mod documents;
pub mod edit;
pub mod explain;
pub mod permission;
pub mod role;
mod roles_file;
pub mod rules;
pub mod stored;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use config::{PolicyFile, Rbac};
use model::filter::Predicate;
use model::flatten::Rows;
use model::{EntityRef, ReadScope};
use serde_json::json;

use crate::principal::{Principal, Service, User};
use crate::{Restriction, UserDirectory};
use criteria::CriteriaLimits;
use decide::{Decision, Held, Policies, Precedence, Reason, Subject, Verdict};
use documents::FileLimits;
use permission::{POLICY_ENTITY, Permission};
use role::{ADMIN_ROLE, Grant, Role, Source};
use stored::StoredRoles;

/// Ids of conditions from files begin here; those of the pages stay below.
const FIRST_FILE_ID: u32 = 1 << 30;

/// What decides for every caller.
pub struct Permissions {
    policy: Policy,
    directory: Arc<dyn UserDirectory>,
}

enum Policy {
    /// `permission.enabled` is not set.
    Off,
    /// Nothing says who may do what.
    Everything,
    Roles(Box<Roles>),
}

/// Roles of every source.
pub struct Roles {
    options: Rbac,
    configured: Vec<(Source, Role)>,
    stored: Arc<StoredRoles>,
    /// What was put together last, with the version of the stored roles it was made of.
    merged: ArcSwapOption<(i64, Policies)>,
}

impl Permissions {
    /// What decides under a configuration; `warnings` are told of what in files is not used.
    pub fn new(
        options: &config::Permission,
        stored: Arc<StoredRoles>,
        directory: Arc<dyn UserDirectory>,
        mut warnings: impl FnMut(String),
    ) -> Self {
        let policy = match (&options.rbac, options.enabled) {
            (_, false) => Policy::Off,
            (None, true) => Policy::Everything,
            (Some(rbac), true) => Policy::Roles(Box::new(Roles::new(rbac.clone(), stored, &mut warnings))),
        };
        Self { policy, directory }
    }

    /// The roles, where roles decide.
    pub fn roles(&self) -> Option<&Roles> {
        match &self.policy {
            Policy::Roles(roles) => Some(roles),
            Policy::Off | Policy::Everything => None,
        }
    }

    /// Whether a caller may do something, and why.
    pub fn verdict(&self, who: &Principal, permission: &Permission<'_>) -> Verdict {
        let settled = |decision, reason| Verdict { decision, reason };
        match (who, &self.policy) {
            (Principal::Service(Service { restriction: Some(limits), .. }), _) if !reaches(limits, permission) => {
                settled(Decision::Deny, Reason::RestrictedToken)
            }
            (Principal::Service(_), _) => settled(Decision::Allow, Reason::Program),
            (_, Policy::Off) => settled(Decision::Allow, Reason::NotEnforced),
            (_, Policy::Everything) => settled(Decision::Allow, Reason::NoPolicy),
            (Principal::None, _) => settled(Decision::Deny, Reason::Nobody),
            (Principal::User(user), Policy::Roles(roles)) => roles.decide(&self.subject(user), permission),
        }
    }

    /// Whether a caller may do something whatever it is done to.
    pub fn may(&self, who: &Principal, permission: &Permission<'_>) -> bool {
        self.verdict(who, permission).decision == Decision::Allow
    }

    /// The entities that a caller may do something with.
    pub fn scope(&self, who: &Principal, permission: &Permission<'_>) -> ReadScope {
        match self.verdict(who, permission).decision {
            Decision::Allow => ReadScope::All,
            Decision::Deny => ReadScope::None,
            Decision::Conditional(criteria) => rules::scope(&criteria),
        }
    }

    /// Whether a caller may do something with a role.
    pub fn may_with_role(&self, who: &Principal, permission: &Permission<'_>, role: &Role) -> bool {
        debug_assert_eq!(permission.resource_type, Some(POLICY_ENTITY));
        match self.verdict(who, permission).decision {
            Decision::Allow => true,
            Decision::Deny => false,
            Decision::Conditional(criteria) => {
                rules::predicate(&criteria).is_ok_and(|predicate| meets(role, &predicate))
            }
        }
    }

    /// The roles of a person, each with the way to it; none where roles do not decide.
    pub fn held(&self, user: &User) -> Vec<Held> {
        let Some(roles) = self.roles() else { return Vec::new() };
        roles.policies().1.held(&self.subject(user)).into_iter().map(|(_, held)| held).collect()
    }

    /// A person as policies see it.
    pub fn subject(&self, user: &User) -> Subject {
        let max_depth = self.roles().and_then(|roles| roles.options.max_depth);
        let mut groups = self.directory.groups(&user.entity_ref, max_depth);
        if self.roles().is_some_and(|roles| roles.options.use_ownership) {
            let claimed = user.ownership.iter().filter(|owner| **owner != user.entity_ref);
            let unknown: Vec<_> = claimed.filter(|owner| groups.iter().all(|path| path.group != **owner)).collect();
            groups.extend(unknown.into_iter().map(|group| decide::GroupPath { group: group.clone(), below: None }));
        }
        Subject { user: user.entity_ref.clone(), owners: user.ownership.clone(), groups }
    }
}

/// Whether a restricted token reaches so far.
fn reaches(limits: &Restriction, permission: &Permission<'_>) -> bool {
    let listed = |list: &[String], wanted: Option<&str>| {
        list.is_empty() || wanted.is_some_and(|wanted| list.iter().any(|one| one == wanted))
    };
    listed(&limits.permissions, Some(permission.name)) && listed(&limits.actions, permission.action)
}

/// Whether a role meets conditions on roles: it is looked at as an entity would be.
pub fn meets(role: &Role, predicate: &Predicate) -> bool {
    let body = json!({ "kind": "Role", "metadata": { "name": role.name, "owner": role.metadata.owner } });
    Rows::of(&body).is_ok_and(|rows| predicate.matches(&rows))
}

impl Roles {
    fn new(options: Rbac, stored: Arc<StoredRoles>, warnings: &mut impl FnMut(String)) -> Self {
        let configured = configured(&options, warnings);
        Self { options, configured, stored, merged: ArcSwapOption::empty() }
    }

    /// The configuration they are under.
    pub fn options(&self) -> &Rbac {
        &self.options
    }

    /// The ones that people change.
    pub fn stored(&self) -> &StoredRoles {
        &self.stored
    }

    /// How large conditions may be.
    pub fn criteria_limits(&self) -> CriteriaLimits {
        criteria_limits(&self.options)
    }

    /// All roles, put together.
    pub fn policies(&self) -> Arc<(i64, Policies)> {
        let stored = self.stored.current();
        if let Some(merged) = self.merged.load_full().filter(|merged| merged.0 == stored.0) {
            return merged;
        }
        let stored_roles = stored.1.roles.iter().map(|role| (Source::Rest, role.clone()));
        let policies =
            together(&self.options, self.configured.iter().cloned().chain(stored_roles).collect(), |warning| {
                tracing::warn!(warning, "a role is ignored");
            });
        let merged = Arc::new((stored.0, policies));
        self.merged.store(Some(Arc::clone(&merged)));
        merged
    }

    fn decide(&self, subject: &Subject, permission: &Permission<'_>) -> Verdict {
        self.policies().1.decide(subject, permission)
    }
}

/// The roles of a configuration and its files alone, put together.
pub fn configured_policies(options: &Rbac, mut warnings: impl FnMut(String)) -> Policies {
    let roles = configured(options, &mut warnings);
    together(options, roles, warnings)
}

fn together(options: &Rbac, roles: Vec<(Source, Role)>, mut warnings: impl FnMut(String)) -> Policies {
    let super_users = options.super_users.iter().cloned().collect();
    let everybody = options.default_role.as_ref().map(|role| role.name.as_str());
    let precedence = if options.basic_first { Precedence::Basic } else { Precedence::Conditional };
    let (policies, ignored) = Policies::new(roles, super_users, everybody, precedence);
    for (source, name) in ignored {
        warnings(format!("{name} (source: {}): another source has a role of this name", source.word()));
    }
    policies
}

fn criteria_limits(options: &Rbac) -> CriteriaLimits {
    CriteriaLimits { depth: options.limits.depth, nodes: options.limits.nodes, items: options.limits.items }
}

/// The roles that the configuration and its files name.
fn configured(options: &Rbac, warnings: &mut impl FnMut(String)) -> Vec<(Source, Role)> {
    let mut roles: Vec<(Source, Role)> = Vec::new();
    if !options.admins.is_empty() {
        roles.push((Source::Configuration, admins(&options.admins)));
    }
    if let Some(default) = &options.default_role {
        let grants = default.permissions.iter().map(|(permission, action)| Grant::read(permission, action, "allow"));
        let (grants, refused): (Vec<_>, Vec<_>) = grants.partition(Result::is_ok);
        refused
            .into_iter()
            .filter_map(Result::err)
            .for_each(|problem| warnings(format!("{}: {problem}", default.name)));
        let role =
            Role { name: default.name.clone(), grants: grants.into_iter().flatten().collect(), ..Role::default() };
        roles.push((Source::Configuration, role));
    }
    let told = |file: &PolicyFile, problems: Vec<String>, warnings: &mut dyn FnMut(String)| {
        problems.into_iter().for_each(|problem| warnings(format!("{}: {problem}", file.path.display())));
    };
    if let Some(file) = &options.csv {
        let (read, problems) = csv::read(&file.text);
        roles.extend(read.into_iter().map(|role| (Source::CsvFile, role)));
        told(file, problems, warnings);
    }
    if let Some(file) = &options.roles {
        let (read, problems) = roles_file::read(&file.text, criteria_limits(options));
        roles.extend(read.into_iter().map(|role| (Source::RolesFile, role)));
        told(file, problems, warnings);
    }
    if let Some(file) = &options.conditions {
        let limits = FileLimits {
            bytes: options.limits.bytes,
            documents: options.limits.documents,
            criteria: criteria_limits(options),
        };
        let (read, mut problems) = documents::read(&file.text, limits);
        for (name, condition) in read {
            match roles.iter_mut().find(|(_, role)| role.name == name) {
                Some((_, role)) => role.conditions.push(condition),
                None => problems.push(format!("{name} is in no file; its condition is not used")),
            }
        }
        told(file, problems, warnings);
    }
    let conditions = roles.iter_mut().flat_map(|(_, role)| &mut role.conditions);
    conditions.zip(FIRST_FILE_ID..).for_each(|(condition, id)| condition.id = id);
    roles
}

/// The role of those who may change roles.
fn admins(members: &[EntityRef]) -> Role {
    let grant = |permission: &str, action: &str| Grant {
        permission: permission.to_owned(),
        action: action.to_owned(),
        effect: role::Effect::Allow,
    };
    let members: HashSet<&str> = members.iter().map(EntityRef::as_str).collect();
    let mut members: Vec<String> = members.into_iter().map(str::to_owned).collect();
    members.sort_unstable();
    Role {
        name: ADMIN_ROLE.to_owned(),
        members,
        metadata: role::RoleMetadata {
            description: Some("Those who may change roles, as the configuration says.".to_owned()),
            ..role::RoleMetadata::default()
        },
        grants: vec![
            grant(POLICY_ENTITY, "read"),
            grant("policy.entity.create", "create"),
            grant(POLICY_ENTITY, "update"),
            grant(POLICY_ENTITY, "delete"),
            grant("catalog-entity", "read"),
        ],
        conditions: Vec::new(),
    }
}
