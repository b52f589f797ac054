//! `permission`: whether policies decide, and which. Contract: permissions sections 5 and 6.1.

use std::path::PathBuf;

use model::{EntityRef, RefDefaults};

use crate::keys::Key;
use crate::problems::Problems;
use crate::{ConfigError, View};

pub(crate) const KEYS: &[Key] = &[
    Key::new("permission.enabled", "Whether policies decide what people may see and do; default false."),
    Key::new("permission.EXPERIMENTAL_enableBatchedRequests", "Without effect: decisions are made inside the process."),
    Key::new("permission.rbac.admin.users[].name", "A user or group that may change roles."),
    Key::new("permission.rbac.admin.superUsers[].name", "A user or group that may do everything."),
    Key::new(
        "permission.rbac.pluginsWithPermission",
        "Plugins whose permissions are offered; the built-in ones always are.",
    ),
    Key::new("permission.rbac.policies-csv-file", "Roles, members and policies as lines of a CSV file."),
    Key::new("permission.rbac.conditionalPoliciesFile", "Conditions of roles, as documents of a YAML file."),
    Key::new("permission.rbac.rolesFile", "Roles with members, policies and conditions, as a YAML file."),
    Key::new("permission.rbac.policyFileReload", "Whether changes of these files take effect at once; default true."),
    Key::new("permission.rbac.maxDepth", "How many groups above those of a person give their roles; all by default."),
    Key::new(
        "permission.rbac.policyDecisionPrecedence",
        "What decides where there are both: `conditional` (the default) or `basic` policies.",
    ),
    Key::new("permission.rbac.useOwnershipEntityRefs", "Whether what a token says of ownership gives roles too."),
    Key::new("permission.rbac.defaultPermissions.defaultRole", "The role that everybody has who is signed in."),
    Key::new("permission.rbac.defaultPermissions.basicPermissions[].permission", "A permission of that role."),
    Key::new("permission.rbac.defaultPermissions.basicPermissions[].action", "Its action."),
    Key::new("permission.rbac.validation.conditionalPolicies.maxConditionDepth", "How deep conditions nest; 12."),
    Key::new("permission.rbac.validation.conditionalPolicies.maxConditionNodeCount", "How many there are in one; 256."),
    Key::new("permission.rbac.validation.conditionalPolicies.maxCriteriaItems", "How many stand in one list; 64."),
    Key::new(
        "permission.rbac.validation.conditionalPoliciesFile.maxBytes",
        "The size of the file of conditions; 1 MiB.",
    ),
    Key::new("permission.rbac.validation.conditionalPoliciesFile.maxDocuments", "How many stand in it; 256."),
];

/// The most bytes of a file with roles or policies.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// Whether policies decide, and which.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permission {
    pub enabled: bool,
    /// Roles; everything is allowed without.
    pub rbac: Option<Rbac>,
}

/// Roles and what they may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rbac {
    pub admins: Vec<EntityRef>,
    pub super_users: Vec<EntityRef>,
    pub plugins: Vec<String>,
    pub csv: Option<PolicyFile>,
    pub conditions: Option<PolicyFile>,
    pub roles: Option<PolicyFile>,
    pub reload: bool,
    /// Groups above the ones a person is in that count; all when `None`.
    pub max_depth: Option<usize>,
    /// Policies without conditions decide before those with.
    pub basic_first: bool,
    pub use_ownership: bool,
    pub default_role: Option<DefaultRole>,
    pub limits: RbacLimits,
}

/// A file, read whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFile {
    pub path: PathBuf,
    pub text: String,
}

/// The role that everybody has who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultRole {
    pub name: String,
    /// Permissions with their actions.
    pub permissions: Vec<(String, String)>,
}

/// How large conditions and the file of them may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RbacLimits {
    pub depth: usize,
    pub nodes: usize,
    pub items: usize,
    pub bytes: usize,
    pub documents: usize,
}

impl Permission {
    pub(crate) fn read(root: &View<'_>, problems: &mut Problems) -> Self {
        let enabled = problems.optional(root.bool("permission.enabled")).unwrap_or(false);
        let rbac = problems.optional(root.object("permission.rbac"));
        Self { enabled, rbac: rbac.filter(|_| enabled).map(|rbac| Rbac::read(&rbac, problems)) }
    }

    /// The files that are to be read again when they change.
    pub fn watched_files(&self) -> Vec<PathBuf> {
        let rbac = self.rbac.iter().filter(|rbac| rbac.reload);
        let files = rbac.flat_map(|rbac| [&rbac.csv, &rbac.conditions, &rbac.roles]);
        files.flatten().map(|file| file.path.clone()).collect()
    }
}

impl Rbac {
    fn read(rbac: &View<'_>, problems: &mut Problems) -> Self {
        let file = |key: &str, problems: &mut Problems| {
            let view = rbac.find(key)?;
            problems.kept(policy_file(&view))
        };
        let number = |key: &str, default: usize, problems: &mut Problems| {
            problems.optional(rbac.integer(&format!("validation.{key}"))).unwrap_or(default)
        };
        let precedence = [("conditional", false), ("basic", true)];
        let default_role = rbac.find("defaultPermissions.defaultRole");
        Self {
            admins: problems.each(rbac.objects("admin.users"), person),
            super_users: problems.each(rbac.objects("admin.superUsers"), person),
            plugins: problems.optional(rbac.strings("pluginsWithPermission")).unwrap_or_default(),
            csv: file("policies-csv-file", problems),
            conditions: file("conditionalPoliciesFile", problems),
            roles: file("rolesFile", problems),
            reload: problems.optional(rbac.bool("policyFileReload")).unwrap_or(true),
            max_depth: problems.optional(rbac.integer("maxDepth")),
            basic_first: problems.optional(rbac.word("policyDecisionPrecedence", &precedence)).unwrap_or(false),
            use_ownership: problems.optional(rbac.bool("useOwnershipEntityRefs")).unwrap_or(false),
            default_role: default_role.and_then(|role| problems.kept(DefaultRole::read(rbac, &role))),
            limits: RbacLimits {
                depth: number("conditionalPolicies.maxConditionDepth", 12, problems),
                nodes: number("conditionalPolicies.maxConditionNodeCount", 256, problems),
                items: number("conditionalPolicies.maxCriteriaItems", 64, problems),
                bytes: number("conditionalPoliciesFile.maxBytes", 1 << 20, problems),
                documents: number("conditionalPoliciesFile.maxDocuments", 256, problems),
            },
        }
    }
}

impl DefaultRole {
    fn read(rbac: &View<'_>, role: &View<'_>) -> Result<Self, ConfigError> {
        let name = EntityRef::parse(role.as_str()?, RefDefaults::default()).ok().filter(|name| name.kind() == "role");
        let name =
            name.ok_or_else(|| role.invalid("expected the reference of a role, such as role:default/everybody"))?;
        let permissions = rbac.objects("defaultPermissions.basicPermissions")?;
        if permissions.is_empty() {
            return Err(role.invalid("a default role needs at least one of defaultPermissions.basicPermissions"));
        }
        let permission = |view: &View<'_>| {
            let action = view.string("action")?.unwrap_or_else(|| "use".to_owned());
            Ok((view.required_string("permission")?, action))
        };
        let permissions = permissions.iter().map(permission).collect::<Result<_, _>>()?;
        Ok(Self { name: name.as_str().to_owned(), permissions })
    }
}

fn person(entry: &View<'_>) -> Result<EntityRef, ConfigError> {
    let name = entry.required_string("name")?;
    let parsed = EntityRef::parse(&name, RefDefaults::default()).ok();
    parsed.filter(|parsed| matches!(parsed.kind(), "user" | "group")).ok_or_else(|| {
        let at = entry.find("name").unwrap_or_else(|| entry.clone());
        at.invalid(format!("expected user:<namespace>/<name> or group:<namespace>/<name>, got {}", at.shown()))
    })
}

fn policy_file(view: &View<'_>) -> Result<PolicyFile, ConfigError> {
    let path = view.folder().join(view.as_str()?);
    let refuse = |reason: String| view.invalid(format!("{}: {reason}", path.display()));
    let size = std::fs::metadata(&path).map_err(|error| refuse(error.to_string()))?.len();
    if size > MAX_FILE_BYTES {
        return Err(refuse(format!("has {size} bytes, at most {MAX_FILE_BYTES} are read")));
    }
    let text = std::fs::read_to_string(&path).map_err(|error| refuse(error.to_string()))?;
    Ok(PolicyFile { path, text })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::{Config, Settings};

    fn read(permission: &str) -> Result<super::Permission, String> {
        let config = Config::from_yaml(&format!("permission:\n{permission}")).unwrap();
        let told =
            |errors: Vec<crate::ConfigError>| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        Settings::read(&config).map(|settings| settings.permission).map_err(told)
    }

    #[test]
    fn nothing_is_enforced_unless_it_is_asked_for() {
        assert!(!read("  rbac: {maxDepth: 1}").unwrap().enabled);
        assert_eq!(read("  enabled: true").unwrap().rbac, None);
        let rbac = read(
            "  enabled: true\n  rbac: {maxDepth: 2, policyDecisionPrecedence: basic, admin: {users: [{name: \"User:default/Ann\"}]}}",
        );
        let rbac = rbac.unwrap().rbac.unwrap();
        assert_eq!((rbac.max_depth, rbac.basic_first, rbac.limits.depth), (Some(2), true, 12));
        assert_eq!(rbac.admins[0].as_str(), "user:default/ann");
    }

    #[test]
    fn what_cannot_be_used_is_told() {
        for (text, expected) in [
            ("  enabled: true\n  rbac: {admin: {users: [{name: component:a}]}}", "expected user:<namespace>/<name>"),
            ("  enabled: true\n  rbac: {policies-csv-file: ./no-such-file.csv}", "no-such-file.csv: "),
            (
                "  enabled: true\n  rbac: {defaultPermissions: {defaultRole: \"role:default/x\"}}",
                "needs at least one of",
            ),
            ("  enabled: true\n  rbac: {policyDecisionPrecedence: both}", "policyDecisionPrecedence"),
        ] {
            let found = read(text).unwrap_err();
            assert!(found.contains(expected), "{found}");
        }
    }
}
