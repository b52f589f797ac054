//! Decisions in words: which rule of which role of which source decided, and what would change it.

use model::EntityRef;
use serde_json::{Value, json};

use super::decide::{Decision, Held, Reason, Through, Verdict};
use super::permission::Permission;
use super::role::Effect;

impl Decision {
    /// The word of the wire.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Allow => "ALLOW",
            Self::Deny => "DENY",
            Self::Conditional(_) => "CONDITIONAL",
        }
    }
}

impl Verdict {
    /// The whole of it as JSON, for the API.
    pub fn explained(&self, permission: &Permission<'_>) -> Value {
        let mut told = json!({
            "result": self.decision.word(),
            "permission": permission.name,
            "action": permission.policy_action(),
            "reason": self.reason.word(),
            "because": self.because(permission),
            "roles": self.reason.held().into_iter().map(described).collect::<Vec<_>>(),
        });
        if let Some(change) = self.remedy(permission) {
            told["whatWouldChangeIt"] = change.into();
        }
        if let Decision::Conditional(criteria) = &self.decision {
            told["conditions"] = serde_json::to_value(criteria).unwrap_or_default();
        }
        match &self.reason {
            Reason::Policy { grant, .. } => {
                told["policy"] =
                    json!({ "permission": grant.permission, "policy": grant.action, "effect": grant.effect });
            }
            Reason::Conditions(by) => {
                told["conditionIds"] = by.iter().map(|(_, id)| *id).collect();
            }
            Reason::Ambiguous { ids, .. } => told["conditionIds"] = ids.clone().into(),
            _ => {}
        }
        told
    }

    /// Why, in a sentence.
    pub fn because(&self, permission: &Permission<'_>) -> String {
        let name = permission.name;
        match &self.reason {
            Reason::NotEnforced => "Policies do not decide here: permission.enabled is not true.".to_owned(),
            Reason::NoPolicy => "There are no roles: permission.rbac is not configured.".to_owned(),
            Reason::Program => "A program whose token is not restricted may do everything.".to_owned(),
            Reason::RestrictedToken => {
                format!("The token's access is restricted, and its accessRestrictions do not list {name}.")
            }
            Reason::Nobody => "Nobody is signed in.".to_owned(),
            Reason::SuperUser(who) => format!("{who} is one of permission.rbac.admin.superUsers."),
            Reason::Policy { held, grant } => {
                let says = if grant.effect == Effect::Allow { "allows" } else { "denies" };
                format!("{} {says} {} {}; {}.", held.name_and_source(), grant.action, grant.permission, held.through)
            }
            Reason::Conditions(by) => {
                let roles: Vec<String> = by.iter().map(|(held, _)| held.name_and_source()).collect();
                format!("{} allows it where its conditions are met.", roles.join(" or "))
            }
            Reason::Ambiguous { held, ids } => {
                format!("{} has {} conditions for {name}, and one is the most.", held.name_and_source(), ids.len())
            }
            Reason::Silence => format!("No role of this person says anything of {name}."),
        }
    }

    /// What would have to be changed for another answer; nothing where it is allowed.
    pub fn remedy(&self, permission: &Permission<'_>) -> Option<String> {
        let (name, action) = (permission.name, permission.policy_action());
        match &self.reason {
            Reason::RestrictedToken => {
                Some(format!("Add {name} to the accessRestrictions of the token in backend.auth.externalAccess."))
            }
            Reason::Nobody => Some("Sign in.".to_owned()),
            Reason::Silence => Some(format!(
                "Give a role of this person the policy `{name}, {action}, allow`, or make the person a member of a role that \
                 has it."
            )),
            Reason::Policy { held, grant } if grant.effect == Effect::Deny => Some(format!(
                "Remove the policy `{}, {}, deny` from {}, or take the person out of that role.",
                grant.permission, grant.action, held.role
            )),
            Reason::Ambiguous { held, ids } => {
                Some(format!("Join the conditions {ids:?} of {} into one with anyOf or allOf.", held.role))
            }
            Reason::Conditions(by) if matches!(self.decision, Decision::Conditional(_)) => Some(format!(
                "Where it is refused: make the resource meet the conditions of {}, or widen them.",
                by.iter().map(|(held, _)| held.role.as_str()).collect::<Vec<_>>().join(" or ")
            )),
            _ => None,
        }
    }
}

impl Reason {
    fn word(&self) -> &'static str {
        match self {
            Self::NotEnforced => "not-enforced",
            Self::NoPolicy => "no-policy",
            Self::Program => "program",
            Self::RestrictedToken => "restricted-token",
            Self::Nobody => "nobody",
            Self::SuperUser(_) => "super-user",
            Self::Policy { .. } => "policy",
            Self::Conditions(_) => "conditions",
            Self::Ambiguous { .. } => "ambiguous-conditions",
            Self::Silence => "no-policy-matches",
        }
    }

    fn held(&self) -> Vec<&Held> {
        match self {
            Self::Policy { held, .. } | Self::Ambiguous { held, .. } => vec![held],
            Self::Conditions(by) => by.iter().map(|(held, _)| held).collect(),
            _ => Vec::new(),
        }
    }
}

impl Held {
    fn name_and_source(&self) -> String {
        format!("{} (source: {})", self.role, self.source.word())
    }
}

impl std::fmt::Display for Through {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Member => f.write_str("the person is a member"),
            Self::Everybody => f.write_str("everybody who is signed in has this role"),
            Self::Groups(way) => {
                let way: Vec<&str> = way.iter().map(EntityRef::as_str).collect();
                write!(f, "the person has it through {}", way.join(", which is in "))
            }
        }
    }
}

fn described(held: &Held) -> Value {
    let groups: &[EntityRef] = if let Through::Groups(way) = &held.through { way } else { &[] };
    json!({ "role": held.role, "source": held.source.word(), "through": held.through.to_string(), "groups": groups })
}
