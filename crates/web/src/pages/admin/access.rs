//! `/admin/access`: which roles there are, who has them and what they allow; and what would be decided for somebody, with the
//! reason.

use auth::policy::decide::Decision;
use auth::policy::role::{Condition, Effect, Role, Source};
use auth::policy::rules;
use auth::{Principal, User, permission};
use axum::extract::{RawQuery, State};
use maud::{Markup, html};
use model::{EntityRef, RefDefaults};

use crate::WebState;
use crate::components::{card, code_block, empty, icon::Icon, named_card};
use crate::i18n::Messages;
use crate::pages::errors::Failure;
use crate::request::SignedIn;

pub const PATH: &str = "/admin/access";

/// Members of a role that are listed; the rest is counted.
const MAX_MEMBERS: usize = 20;

/// What is to be decided, as the address says it.
#[derive(Default)]
struct Question {
    user: String,
    permission: String,
    entity: String,
}

impl Question {
    fn parse(query: &str) -> Self {
        let mut question = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim().chars().take(400).collect();
            match &*name {
                "user" => question.user = value,
                "permission" => question.permission = value,
                "entity" => question.entity = value,
                _ => {}
            }
        }
        question
    }
}

/// What was decided.
struct Answer {
    allowed: Option<bool>,
    because: String,
    remedy: Option<String>,
    groups: Vec<String>,
}

pub async fn page(
    SignedIn(ctx): SignedIn,
    State(state): State<WebState>,
    RawQuery(raw): RawQuery,
) -> Result<Markup, Failure> {
    super::enter(&ctx, "access")?;
    let t = ctx.t();
    let Some(roles) = state.permissions.roles() else {
        let body = empty(&t.text("access-open"), &t.text("access-open-what"), html! {});
        return Ok(super::page(&ctx, "access", html! {}, body));
    };
    let question = Question::parse(raw.as_deref().unwrap_or_default());
    let answer = if question.user.is_empty() { None } else { Some(decide(&state, &question).await) };
    let policies = roles.policies();
    let body = html! {
        (card(&t.text("access-ask"), html! {}, html! {
            p.quiet { (t.text("access-ask-what")) }
            (form(t, &question))
            @match &answer {
                None => {}
                Some(Ok(answer)) => { (decided(t, answer)) }
                Some(Err(reason)) => { p.row-problem data-tone="bad" role="alert" { (reason) } }
            }
        }))
        @for (source, role) in policies.1.roles() { (one_role(t, *source, role)) }
        @if policies.1.roles().is_empty() { (empty(&t.text("access-none"), &t.text("access-none-what"), html! {})) }
    };
    Ok(super::page(&ctx, "access", html! {}, body))
}

async fn decide(state: &WebState, question: &Question) -> Result<Answer, String> {
    let parse = |text: &str, kind| {
        EntityRef::parse(text, RefDefaults { kind, namespace: None }).map_err(|error| error.to_string())
    };
    let user = parse(&question.user, Some("user"))?;
    let permission = permission::named(&question.permission).unwrap_or(&permission::ENTITY_READ);
    let user = User { ownership: state.auth.ownership(&user).await, entity_ref: user, expires_at: 0 };
    let groups = state.permissions.subject(&user).groups.iter().map(|path| path.group.to_string()).collect();
    let verdict = state.permissions.verdict(&Principal::User(user), permission);
    let allowed = match &verdict.decision {
        Decision::Allow => Some(true),
        Decision::Deny => Some(false),
        Decision::Conditional(_) if question.entity.is_empty() => None,
        Decision::Conditional(criteria) => {
            Some(state.catalog.sees(&rules::scope(criteria), &parse(&question.entity, Some("component"))?))
        }
    };
    Ok(Answer { allowed, because: verdict.because(permission), remedy: verdict.remedy(permission), groups })
}

fn form(t: Messages, question: &Question) -> Markup {
    let chosen = if question.permission.is_empty() { permission::ENTITY_READ.name } else { &question.permission };
    html! {
        form.access-form action=(PATH) {
            label.field { span { (t.text("access-user")) } input type="text" name="user" required value=(question.user) placeholder="user:default/…"; }
            label.field {
                span { (t.text("access-permission")) }
                select name="permission" {
                    @for plugin in permission::PLUGINS {
                        @for one in plugin.permissions { option value=(one.name) selected[one.name == chosen] { (one.name) } }
                    }
                }
            }
            label.field { span { (t.text("access-entity")) } input type="text" name="entity" value=(question.entity) placeholder="component:default/…"; }
            button.button.primary type="submit" { (t.text("access-decide")) }
        }
    }
}

fn decided(t: Messages, answer: &Answer) -> Markup {
    let (tone, key) = match answer.allowed {
        Some(true) => ("good", "access-allowed"),
        Some(false) => ("bad", "access-denied"),
        None => ("new", "access-conditional"),
    };
    html! {
        div.banner data-tone=(tone) role="status" {
            @if tone == "good" { (Icon::Ok) } @else { (Icon::Warning) }
            div {
                p.banner-title { (t.text(key)) }
                p.wrap { (answer.because) }
                @if let Some(remedy) = &answer.remedy { p.quiet.wrap { (remedy) } }
                p.quiet { (t.text("access-groups")) " " @if answer.groups.is_empty() { "–" } @else { code.wrap { (answer.groups.join(", ")) } } }
            }
        }
    }
}

fn one_role(t: Messages, source: Source, role: &Role) -> Markup {
    let badge = html! { span.badge data-tone="plain" { (t.text(&format!("access-source-{}", source.word()))) } };
    named_card(
        &role.name,
        badge,
        html! {
            @if let Some(description) = &role.metadata.description { p { bdi { (description) } } }
            p.quiet.wrap {
                (t.text("access-members")) " "
                @for (at, member) in role.members.iter().take(MAX_MEMBERS).enumerate() { @if at > 0 { ", " } code { (member) } }
                @if role.members.is_empty() { (t.text("access-no-members")) }
                @if role.members.len() > MAX_MEMBERS { " " (t.count("and-more", (role.members.len() - MAX_MEMBERS) as u64)) }
            }
            @if !role.grants.is_empty() {
                ul.plain {
                    @for grant in &role.grants {
                        li {
                            @let allows = grant.effect == Effect::Allow;
                            span.badge data-tone=(if allows { "good" } else { "bad" }) { (t.text(if allows { "access-allows" } else { "access-denies" })) }
                            " " code.wrap { (grant.permission) } span.quiet { " · " (grant.action) }
                        }
                    }
                }
            }
            @for condition in &role.conditions { (one_condition(t, condition)) }
            @if role.grants.is_empty() && role.conditions.is_empty() { p.quiet { (t.text("access-allows-nothing")) } }
        },
    )
}

fn one_condition(t: Messages, condition: &Condition) -> Markup {
    let permissions = condition.permissions();
    let names: Vec<&str> = permissions.iter().map(|one| one.name.as_deref().unwrap_or(&one.action)).collect();
    let text = serde_json::to_string_pretty(&condition.conditions).unwrap_or_default();
    html! {
        details.fold {
            summary { span.badge data-tone="new" { (t.text("access-allows-if")) } " " code.wrap { (names.join(", ")) } }
            (code_block(&t.text("access-conditions"), &text))
        }
    }
}
