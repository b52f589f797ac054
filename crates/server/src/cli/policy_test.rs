//! `callboard policy test`: cases of who may do what, decided offline by the roles of the configuration and its files.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use auth::Permission;
use auth::permission;
use auth::policy::criteria::Criteria;
use auth::policy::decide::{Decision, GroupPath, Policies, Reason, Subject};
use auth::policy::{configured_policies, rules};
use clap::Args;
use config::LoadOptions;
use model::flatten::Rows;
use model::yaml::{self, Limits};
use model::{Entity, EntityRef, KindRegistry, RefDefaults};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Outcome, Status, count};
use crate::compose;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Files with cases
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Write a report in the form of JUnit to this file
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    user: String,
    #[serde(default)]
    groups: Vec<String>,
    permission: Asked,
    entity: Option<Value>,
    expect: Expected,
    by: Option<String>,
}

/// A permission by its name, or with all that is to be known of it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Asked {
    Name(String),
    Whole {
        name: String,
        action: Option<String>,
        #[serde(rename = "resourceType")]
        resource_type: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Expected {
    Allow,
    Deny,
    Conditional,
}

/// What came of a case.
struct Ran {
    file: String,
    name: String,
    line: u32,
    failure: Option<String>,
}

pub(super) fn run(options: &LoadOptions, arguments: &Arguments) -> Result<Outcome> {
    let settings = compose::settings(&options.load()?)?;
    let rbac = settings.typed.permission.rbac;
    let rbac = rbac.ok_or_else(|| anyhow!("no roles to test: set permission.enabled and permission.rbac"))?;
    let mut output = String::new();
    let policies = configured_policies(&rbac, |warning| output.push_str(&format!("warning: {warning}\n")));
    let mut ran = Vec::new();
    for file in &arguments.files {
        ran.extend(run_file(&policies, file)?);
    }
    let failed = ran.iter().filter(|case| case.failure.is_some()).count();
    for case in &ran {
        if let Some(failure) = &case.failure {
            // Writing to a String cannot fail.
            let _ = writeln!(output, "{}:{}: {}: {failure}", case.file, case.line, case.name);
        }
    }
    if let Some(path) = &arguments.junit {
        std::fs::write(path, junit(&ran)).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let _ = writeln!(output, "{}, {failed} failed", count(ran.len(), "case"));
    Ok(Outcome { output, status: if failed == 0 { Status::Ok } else { Status::Problems } })
}

fn run_file(policies: &Policies, path: &Path) -> Result<Vec<Ran>> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    let value = yaml::parse_single(&text, &Limits::default()).map_err(|error| anyhow!("{shown}: {error}"))?;
    let cases: Cases = serde_json::from_value(value).with_context(|| format!("{shown} is no file of cases"))?;
    let line = |at: usize| yaml::locate(&text, 0, &format!("/cases/{at}")).map_or(1, |(line, _)| line);
    let ran = cases.cases.iter().enumerate().map(|(at, case)| Ran {
        file: shown.clone(),
        name: case.name.clone(),
        line: line(at),
        failure: decide(policies, case).err(),
    });
    Ok(ran.collect())
}

/// Decides a case; the error says how it came out otherwise.
fn decide(policies: &Policies, case: &Case) -> Result<(), String> {
    let permission = permission(&case.permission)?;
    let verdict = policies.decide(&subject(case)?, &permission);
    let found = match (&verdict.decision, &case.entity) {
        (Decision::Allow, _) => Expected::Allow,
        (Decision::Deny, _) => Expected::Deny,
        (Decision::Conditional(_), None) => Expected::Conditional,
        (Decision::Conditional(criteria), Some(entity)) => {
            if holds(criteria, entity)? {
                Expected::Allow
            } else {
                Expected::Deny
            }
        }
    };
    let why = verdict.because(&permission);
    if found != case.expect {
        return Err(format!("expected {:?}, got {found:?}. {why}", case.expect));
    }
    match &case.by {
        Some(role) if !roles(&verdict.reason).contains(&role.as_str()) => {
            Err(format!("{found:?} as expected, but not by {role}. {why}"))
        }
        _ => Ok(()),
    }
}

fn roles(reason: &Reason) -> Vec<&str> {
    match reason {
        Reason::Policy { held, .. } | Reason::Ambiguous { held, .. } => vec![&held.role],
        Reason::Conditions(by) => by.iter().map(|(held, _)| held.role.as_str()).collect(),
        _ => Vec::new(),
    }
}

fn permission(asked: &Asked) -> Result<Permission<'_>, String> {
    match asked {
        Asked::Name(name) => {
            let known = permission::named(name);
            known.copied().ok_or_else(|| format!("{name} is no permission known here; say its action and resourceType"))
        }
        Asked::Whole { name, action, resource_type } => {
            Ok(Permission { name, action: action.as_deref(), resource_type: resource_type.as_deref() })
        }
    }
}

fn subject(case: &Case) -> Result<Subject, String> {
    let parse = |text: &str, kind| {
        let defaults = RefDefaults { kind: Some(kind), namespace: None };
        EntityRef::parse(text, defaults).map_err(|error| error.to_string())
    };
    let user = parse(&case.user, "user")?;
    let groups = case.groups.iter().map(|group| parse(group, "group")).collect::<Result<Vec<_>, _>>()?;
    let owners = std::iter::once(user.clone()).chain(groups.iter().cloned()).collect();
    let groups = groups.into_iter().map(|group| GroupPath { group, below: None }).collect();
    Ok(Subject { user, owners, groups })
}

/// Whether an entity, as its file says it, meets conditions.
fn holds(criteria: &Criteria, entity: &Value) -> Result<bool, String> {
    let predicate = rules::predicate(criteria).map_err(|error| error.to_string())?;
    let mut entity = Entity(entity.clone());
    let (edges, problems) = KindRegistry::builtin().relations(&entity);
    if let Some(problem) = problems.first() {
        return Err(format!("the entity cannot be used: {}", problem.message));
    }
    let own = edges.iter().filter(|edge| edge.source_ref == entity.entity_ref());
    let relations: Vec<Value> = own.map(|edge| json!({ "type": edge.kind, "targetRef": edge.target_ref })).collect();
    entity.0["relations"] = relations.into();
    let rows = Rows::of(&entity.0).map_err(|_| "the entity has two keys that differ in case alone".to_owned())?;
    Ok(predicate.matches(&rows))
}

fn junit(ran: &[Ran]) -> String {
    let failed = ran.iter().filter(|case| case.failure.is_some()).count();
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"policies\" tests=\"{}\" failures=\"{failed}\">\n",
        ran.len()
    );
    for case in ran {
        let (file, name) = (escaped(&case.file), escaped(&case.name));
        let _ = match &case.failure {
            None => writeln!(xml, "  <testcase classname=\"{file}\" name=\"{name}\"/>"),
            Some(failure) => {
                let failure = escaped(failure);
                writeln!(
                    xml,
                    "  <testcase classname=\"{file}\" name=\"{name}\"><failure message=\"{failure}\"/></testcase>"
                )
            }
        };
    }
    xml.push_str("</testsuite>\n");
    xml
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const ROLES: &str = "roles:\n  - name: role:default/dev\n    members: [group:default/eng]\n    allow:\n      - \
                         catalog.location.create\n      - permission: catalog.entity.read\n        when: { rule: \
                         IS_ENTITY_OWNER, params: { claims: [$ownerRefs] } }\n";

    fn ran(cases: &str) -> (String, Status, String) {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("app-config.yaml"), "permission: {enabled: true, rbac: {rolesFile: roles.yaml}}\n").unwrap();
        fs::write(at("roles.yaml"), ROLES).unwrap();
        fs::write(at("tests.yaml"), cases).unwrap();
        let options = LoadOptions { directory: folder.path().to_owned(), ..LoadOptions::default() };
        let arguments = Arguments { files: vec![at("tests.yaml")], junit: Some(at("report.xml")) };
        let outcome = run(&options, &arguments).unwrap();
        let output = outcome.output.replace(&format!("{}/", folder.path().display()), "");
        (output, outcome.status, fs::read_to_string(at("report.xml")).unwrap())
    }

    fn case(name: &str, more: &str) -> String {
        format!("  - {{name: {name}, user: ann, groups: [team-a, eng], {more}}}\n")
    }

    #[test]
    fn cases_pass_where_roles_say_so() {
        let entity = |owner: &str| {
            format!(
                "entity: {{apiVersion: backstage.io/v1alpha1, kind: Component, metadata: {{name: x}}, spec: {{type: s, lifecycle: l, owner: {owner}}}}}"
            )
        };
        let cases = [
            case(
                "own",
                &format!("permission: catalog.entity.read, {}, expect: allow, by: role:default/dev", entity("team-a")),
            ),
            case("other", &format!("permission: catalog.entity.read, {}, expect: deny", entity("team-b"))),
            case("open", "permission: catalog.entity.read, expect: conditional"),
            case("create", "permission: catalog.location.create, expect: allow"),
            case("foreign", "permission: {name: x.y, action: read}, expect: deny"),
        ];
        let (output, status, report) = ran(&format!("cases:\n{}", cases.concat()));
        assert_eq!((output.as_str(), status), ("5 cases, 0 failed\n", Status::Ok));
        assert!(report.contains("tests=\"5\" failures=\"0\""), "{report}");
    }

    #[test]
    fn what_comes_out_otherwise_is_told_with_its_line_and_reason() {
        let cases = [
            case("a", "permission: catalog.location.create, expect: deny"),
            case("b", "permission: catalog.location.create, expect: allow, by: role:default/other"),
            case("c", "permission: no.such, expect: allow"),
        ];
        let (output, status, report) = ran(&format!("cases:\n{}", cases.concat()));
        assert_eq!(status, Status::Problems);
        let lines: Vec<&str> = output.lines().collect();
        assert!(
            lines[0]
                .starts_with("tests.yaml:2: a: expected Deny, got Allow. role:default/dev (source: roles-file) allows"),
            "{output}"
        );
        assert!(lines[1].starts_with("tests.yaml:3: b: Allow as expected, but not by role:default/other."), "{output}");
        assert!(lines[2].starts_with("tests.yaml:4: c: no.such is no permission known here"), "{output}");
        assert_eq!(lines[3], "3 cases, 3 failed");
        assert!(report.contains("<failure message=\"expected Deny, got Allow."), "{report}");
    }
}
