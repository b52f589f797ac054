//! Changing roles through the pages and the API. Roles of files and of the configuration are changed there alone
//! (contract permissions.md section 6.2).

use super::Roles;
use super::role::{Condition, Grant, Role, RoleMetadata, Source};
use super::stored::{ChangeError, Changeable};

/// The most roles and plugins that are kept.
const MAX_ROLES: usize = 10_000;
const MAX_PLUGINS: usize = 1_000;

/// Why roles were not changed as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("{0}")]
    Invalid(String),
    #[error("{0}")]
    NotAllowed(String),
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    Conflict(String),
}

type Result<T> = std::result::Result<T, ChangeError<Refused>>;

/// Who changes something, and when: an RFC 1123 text.
#[derive(Clone, Copy, Debug)]
pub struct Edit<'a> {
    pub by: &'a str,
    pub at: &'a str,
}

/// A role as it is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub name: String,
    pub members: Vec<String>,
    pub description: Option<String>,
    pub owner: Option<String>,
}

impl Roles {
    /// Adds a role without policies.
    ///
    /// # Errors
    /// There is a role of this name.
    pub async fn create_role(&self, edit: Edit<'_>, wanted: Wanted) -> Result<()> {
        self.change(&wanted.name, |roles| {
            if roles.roles.iter().any(|role| role.name == wanted.name) {
                return Err(Refused::Conflict(format!("Role {} already exists", wanted.name)));
            }
            if roles.roles.len() >= MAX_ROLES {
                return Err(Refused::Invalid(format!("There may be {MAX_ROLES} roles")));
            }
            let metadata = RoleMetadata {
                description: wanted.description.clone(),
                owner: wanted.owner.clone(),
                author: Some(edit.by.to_owned()),
                modified_by: Some(edit.by.to_owned()),
                created_at: Some(edit.at.to_owned()),
                last_modified: Some(edit.at.to_owned()),
            };
            let mut role = Role { name: wanted.name.clone(), metadata, ..Role::default() };
            wanted.members.iter().for_each(|member| role.add_member(member.clone()));
            roles.roles.push(role);
            Ok(())
        })
        .await
    }

    /// Makes a role what is wanted; its policies and conditions stay. Answers whether that changed anything.
    ///
    /// # Errors
    /// There is no such role, it has not the members it was thought to have, or the new name is taken.
    pub async fn update_role(
        &self,
        edit: Edit<'_>,
        name: &str,
        old_members: &[String],
        wanted: Wanted,
    ) -> Result<bool> {
        if wanted.name != name {
            self.must_be_free(&wanted.name)?;
        }
        self.change(name, |roles| {
            if wanted.name != name && roles.roles.iter().any(|role| role.name == wanted.name) {
                return Err(Refused::Conflict(format!("Role {} already exists", wanted.name)));
            }
            let role = find(roles, name)?;
            if let Some(stranger) = old_members.iter().find(|member| !role.members.contains(member)) {
                return Err(Refused::NotFound(format!("Member reference: {stranger} was not found for role {name}")));
            }
            let same = role.name == wanted.name
                && role.members.len() == wanted.members.len()
                && wanted.members.iter().all(|member| role.members.contains(member))
                && wanted.description.as_ref().is_none_or(|text| role.metadata.description.as_ref() == Some(text))
                && wanted.owner.as_ref().is_none_or(|owner| role.metadata.owner.as_ref() == Some(owner));
            if same {
                return Ok(false);
            }
            role.name.clone_from(&wanted.name);
            role.members.clear();
            wanted.members.iter().for_each(|member| role.add_member(member.clone()));
            if wanted.description.is_some() {
                role.metadata.description.clone_from(&wanted.description);
            }
            if wanted.owner.is_some() {
                role.metadata.owner.clone_from(&wanted.owner);
            }
            touch(role, edit);
            Ok(true)
        })
        .await
    }

    /// Removes a role with everything that belongs to it, or only one member from it.
    ///
    /// # Errors
    /// There is no such role or no such member.
    pub async fn remove_role(&self, edit: Edit<'_>, name: &str, member: Option<&str>) -> Result<()> {
        self.change(name, |roles| {
            let role = find(roles, name)?;
            let Some(member) = member else {
                roles.roles.retain(|role| role.name != name);
                return Ok(());
            };
            let before = role.members.len();
            role.members.retain(|other| other != member);
            if role.members.len() == before {
                return Err(Refused::NotFound(format!("role member '{member}' was not found")));
            }
            touch(role, edit);
            Ok(())
        })
        .await
    }

    /// Adds policies to roles; all or none.
    ///
    /// # Errors
    /// There is no such role, or a policy is there already.
    pub async fn add_grants(&self, edit: Edit<'_>, grants: &[(String, Grant)]) -> Result<()> {
        for (name, _) in grants {
            self.must_be_ours(name)?;
        }
        self.change_any(|roles| {
            for (name, grant) in grants {
                let role = find(roles, name)
                    .map_err(|_| Refused::NotFound(format!("Corresponding role {name} was not found")))?;
                if role.grants.contains(grant) {
                    return Err(Refused::Conflict(format!("Policy '{}' has been already stored", shown(name, grant))));
                }
                role.add_grant(grant.clone());
                touch(role, edit);
            }
            Ok(())
        })
        .await
    }

    /// Replaces policies of a role by others. Answers whether that changed anything.
    ///
    /// # Errors
    /// There is no such role, an old policy is not there, or a new one is.
    pub async fn update_grants(&self, edit: Edit<'_>, name: &str, old: &[Grant], new: &[Grant]) -> Result<bool> {
        self.change(name, |roles| {
            let role = find(roles, name)?;
            if old.len() == new.len() && old.iter().all(|grant| new.contains(grant)) {
                return Ok(false);
            }
            take(role, old)?;
            for grant in new {
                if role.grants.contains(grant) {
                    return Err(Refused::Conflict(format!("Policy '{}' has been already stored", shown(name, grant))));
                }
                role.add_grant(grant.clone());
            }
            touch(role, edit);
            Ok(true)
        })
        .await
    }

    /// Takes policies from a role.
    ///
    /// # Errors
    /// There is no such role or no such policy.
    pub async fn remove_grants(&self, edit: Edit<'_>, name: &str, grants: &[Grant]) -> Result<()> {
        self.change(name, |roles| {
            let role = find(roles, name)?;
            take(role, grants)?;
            touch(role, edit);
            Ok(())
        })
        .await
    }

    /// Adds a condition to a role; answers its id.
    ///
    /// # Errors
    /// There is no such role, or it has a condition for one of the permissions.
    pub async fn add_condition(&self, edit: Edit<'_>, name: &str, condition: &Condition) -> Result<u32> {
        self.change(name, |roles| {
            let id = roles.newest_condition + 1;
            let role = find(roles, name)?;
            must_be_alone(role, condition)?;
            role.conditions.push(Condition { id, ..condition.clone() });
            touch(role, edit);
            roles.newest_condition = id;
            Ok(id)
        })
        .await
    }

    /// Replaces a condition; it stays with its role.
    ///
    /// # Errors
    /// There is no such condition, it belongs to another role, or the role has another one for one of the permissions.
    pub async fn update_condition(&self, edit: Edit<'_>, id: u32, name: &str, condition: &Condition) -> Result<()> {
        self.change(name, |roles| {
            let role = find(roles, name)?;
            let at = role.conditions.iter().position(|known| known.id == id);
            let at = at.ok_or_else(|| Refused::NotFound(format!("Condition with id {id} was not found")))?;
            let replaced = Condition { id, ..condition.clone() };
            must_be_alone(role, &replaced)?;
            role.conditions[at] = replaced;
            touch(role, edit);
            Ok(())
        })
        .await
    }

    /// Removes a condition of a role.
    ///
    /// # Errors
    /// There is none.
    pub async fn remove_condition(&self, edit: Edit<'_>, id: u32, name: &str) -> Result<()> {
        self.change(name, |roles| {
            let role = find(roles, name)?;
            let before = role.conditions.len();
            role.conditions.retain(|condition| condition.id != id);
            if role.conditions.len() == before {
                return Err(Refused::NotFound(format!("Condition with id {id} was not found")));
            }
            touch(role, edit);
            Ok(())
        })
        .await
    }

    /// Adds plugins whose permissions are offered; answers all of them.
    ///
    /// # Errors
    /// One is there already.
    pub async fn add_plugins(&self, ids: &[String]) -> Result<Vec<String>> {
        self.change_any(|roles| {
            for id in ids {
                if roles.plugins.contains(id) || self.options().plugins.contains(id) {
                    return Err(Refused::Conflict(format!("Plugin ID {id} already exists in the system")));
                }
                if roles.plugins.len() >= MAX_PLUGINS {
                    return Err(Refused::Invalid(format!("There may be {MAX_PLUGINS} plugins")));
                }
                roles.plugins.push(id.clone());
            }
            Ok(roles.plugins.clone())
        })
        .await
    }

    /// Removes plugins; answers those that are left.
    ///
    /// # Errors
    /// One is not there, or is named by the configuration.
    pub async fn remove_plugins(&self, ids: &[String]) -> Result<Vec<String>> {
        self.change_any(|roles| {
            for id in ids {
                if self.options().plugins.contains(id) {
                    return Err(Refused::NotAllowed(format!(
                        "Plugin ID {id} can be removed only with help of configuration"
                    )));
                }
                if !roles.plugins.contains(id) {
                    return Err(Refused::NotFound(format!("Plugin ID {id} was not found")));
                }
                roles.plugins.retain(|known| known != id);
            }
            Ok(roles.plugins.clone())
        })
        .await
    }

    async fn change<T>(
        &self,
        name: &str,
        change: impl Fn(&mut Changeable) -> std::result::Result<T, Refused>,
    ) -> Result<T> {
        self.must_be_ours(name)?;
        self.change_any(change).await
    }

    async fn change_any<T>(&self, change: impl Fn(&mut Changeable) -> std::result::Result<T, Refused>) -> Result<T> {
        self.stored().change(change).await
    }

    /// Refuses to touch what a file or the configuration says.
    fn must_be_ours(&self, name: &str) -> Result<()> {
        match self.policies().1.role(name) {
            Some((source, _)) if *source != Source::Rest => {
                let place = source.word().to_uppercase();
                Err(ChangeError::Refused(Refused::NotAllowed(format!(
                    "Unable to edit role: source does not match originating role {name}, consider making changes to the \
                     '{place}'"
                ))))
            }
            _ => Ok(()),
        }
    }

    fn must_be_free(&self, name: &str) -> Result<()> {
        self.must_be_ours(name)?;
        match self.policies().1.role(name) {
            Some(_) => Err(ChangeError::Refused(Refused::Conflict(format!("Role {name} already exists")))),
            None => Ok(()),
        }
    }
}

fn find<'a>(roles: &'a mut Changeable, name: &str) -> std::result::Result<&'a mut Role, Refused> {
    let role = roles.roles.iter_mut().find(|role| role.name == name);
    role.ok_or_else(|| Refused::NotFound(format!("Role {name} was not found")))
}

fn touch(role: &mut Role, edit: Edit<'_>) {
    role.metadata.modified_by = Some(edit.by.to_owned());
    role.metadata.last_modified = Some(edit.at.to_owned());
}

fn take(role: &mut Role, grants: &[Grant]) -> std::result::Result<(), Refused> {
    for grant in grants {
        if !role.grants.contains(grant) {
            return Err(Refused::NotFound(format!("Policy '{}' not found", shown(&role.name, grant))));
        }
        role.grants.retain(|known| known != grant);
    }
    Ok(())
}

/// A role has one condition for a permission: two would contradict each other.
fn must_be_alone(role: &Role, condition: &Condition) -> std::result::Result<(), Refused> {
    let wanted = condition.permissions();
    let other = role.conditions.iter().find(|other| {
        other.id != condition.id
            && other.plugin_id == condition.plugin_id
            && other.resource_type == condition.resource_type
            && other.permissions().iter().any(|mapping| wanted.contains(mapping))
    });
    match other {
        None => Ok(()),
        Some(other) => Err(Refused::Conflict(format!(
            "Found condition with conflicted permission action: condition {} of {} is about the same permission",
            other.id, role.name
        ))),
    }
}

fn shown(role: &str, grant: &Grant) -> String {
    let effect = if grant.effect == super::role::Effect::Allow { "allow" } else { "deny" };
    format!("[{role}, {}, {}, {effect}]", grant.permission, grant.action)
}
