//! `policies-csv-file`: roles as lines, in the form of the community's RBAC plugin (contract permissions.md section 6.3).

use std::collections::BTreeMap;

use super::role::{Grant, Invalid, Role, member_ref, role_ref};

/// Reads roles; lines that cannot be used are skipped, and told with their number.
pub fn read(text: &str) -> (Vec<Role>, Vec<String>) {
    let mut roles: BTreeMap<String, Role> = BTreeMap::new();
    let mut grants: Vec<(usize, String, Grant)> = Vec::new();
    let mut problems = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let fields: Vec<&str> = line.split(',').map(|field| field.trim().trim_matches('"').trim()).collect();
        let read = match fields[..] {
            ["p", role, permission, action, effect] => {
                policy(role, permission, action, effect).map(|(role, grant)| grants.push((at + 1, role, grant)))
            }
            ["g", member, role] => member_of(member, role).map(|(member, role)| {
                let entry = roles.entry(role.clone());
                entry.or_insert_with(|| Role { name: role, ..Role::default() }).add_member(member);
            }),
            _ => Err(Invalid(
                "expected `p, <role>, <permission>, <action>, <allow or deny>` or `g, <user or group>, <role>`"
                    .to_owned(),
            )),
        };
        if let Err(problem) = read {
            problems.push(format!("line {}: {problem}", at + 1));
        }
    }
    for (line, name, grant) in grants {
        match roles.get_mut(&name) {
            Some(role) => role.add_grant(grant),
            None => problems.push(format!("line {line}: {name} has no members; add `g, <user or group>, {name}`")),
        }
    }
    (roles.into_values().collect(), problems)
}

fn policy(role: &str, permission: &str, action: &str, effect: &str) -> Result<(String, Grant), Invalid> {
    Ok((role_ref(role)?, Grant::read(permission, action, effect)?))
}

fn member_of(member: &str, role: &str) -> Result<(String, String), Invalid> {
    Ok((member_ref(member)?, role_ref(role)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::role::Effect;

    #[test]
    fn roles_are_put_together_from_lines() {
        let (roles, problems) = read(
            "# who\n\ng, User:default/Bob, role:default/team_a\ng, group:default/b, role:default/team_a\n\
             p, role:default/team_a, catalog.entity.create, create, deny\n\
             p,role:default/team_a,catalog-entity,read,allow\np,role:default/team_a,catalog-entity,read,allow\n\
             p, role:default/nobody, catalog-entity, read, allow\np, role:default/team_a, x, fly, allow\nq, a\n",
        );
        assert_eq!(roles.len(), 1);
        assert_eq!(roles[0].members, ["user:default/bob", "group:default/b"]);
        let grants: Vec<_> = roles[0].grants.iter().map(|g| (g.permission.as_str(), g.effect)).collect();
        assert_eq!(grants, [("catalog.entity.create", Effect::Deny), ("catalog-entity", Effect::Allow)]);
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems[0].starts_with("line 9: 'policy' has invalid value: 'fly'"));
        assert!(problems[1].starts_with("line 10: expected"));
        assert_eq!(
            problems[2],
            "line 8: role:default/nobody has no members; add `g, <user or group>, role:default/nobody`"
        );
    }
}
