#![allow(clippy::unwrap_used)]
use async_trait::async_trait;
use serde_json::json;

use super::*;
use crate::policy::decide::GroupPath;

/// Ann, with everything a resolver may look for, and two users with one email.
struct Catalog;

#[async_trait]
impl UserDirectory for Catalog {
    async fn ownership(&self, _: &EntityRef) -> Option<Vec<EntityRef>> {
        None
    }

    fn groups(&self, _: &EntityRef, _: Option<usize>) -> Vec<GroupPath> {
        Vec::new()
    }

    async fn find_users(&self, query: &UserQuery) -> Vec<EntityRef> {
        let user = |name: &str| EntityRef::new("user", "default", name);
        match query {
            UserQuery::Ref(wanted) if wanted.name() == "ann" => vec![user("ann")],
            UserQuery::Email(email) if email == "ann@example.com" => vec![user("ann")],
            UserQuery::Email(email) if email == "two@example.com" => vec![user("a"), user("b")],
            UserQuery::Annotation(key, value) if key == "github.com/user-id" && value == "7" => vec![user("ann")],
            _ => Vec::new(),
        }
    }
}

async fn resolved(rule: Value, person: &Person) -> Result<String, String> {
    let mut options = rule.as_object().unwrap().clone();
    let name = options.remove("resolver").unwrap().as_str().unwrap().to_owned();
    let resolver = Resolver::new(&config::Resolver { name, options }, "auth").unwrap();
    let annotations = Annotations { user_id: Some("github.com/user-id".to_owned()), ..Annotations::default() };
    let found = resolve(&[resolver], person, &annotations, &Catalog).await;
    found.map(|user| user.to_string()).map_err(|error| error.to_string())
}

fn ann() -> Person {
    let text = |text: &str| Some(text.to_owned());
    Person {
        id: text("7"),
        username: text("Ann"),
        preferred_username: text("ann"),
        email: text("ann+news@example.com"),
        display_name: text("Ann B"),
        picture: None,
        claims: json!({ "preferred_username": "ann", "realm": { "name": "ann" }, "mail": "ann@x", "evil": "a/b", "n": 7 }),
    }
}

#[tokio::test]
async fn each_resolver_looks_for_its_own() {
    for rule in [
        json!({ "resolver": "emailMatchingUserEntityProfileEmail" }),
        json!({ "resolver": "usernameMatchingUserEntityName" }),
        json!({ "resolver": "preferredUsernameMatchingUserEntityName" }),
        json!({ "resolver": "userIdMatchingUserEntityAnnotation" }),
        json!({ "resolver": "emailMatchingUserEntityProfileEmail", "allowedDomains": ["Example.com"] }),
        json!({ "resolver": "claimsMatchingUserEntityRef", "userEntityRef": "user:default/${realm.name}" }),
        json!({ "resolver": "claimsMatchingUserEntityRef", "userEntityRef": "${mail|local}" }),
    ] {
        assert_eq!(resolved(rule.clone(), &ann()).await.as_deref(), Ok("user:default/ann"), "{rule}");
    }
}

#[tokio::test]
async fn who_is_not_found_is_told_what_was_looked_for() {
    let stranger = Person { username: Some("zoe".to_owned()), ..Person::default() };
    let error = resolved(json!({ "resolver": "usernameMatchingUserEntityName" }), &stranger).await.unwrap_err();
    assert!(error.starts_with("Failed to sign-in, unable to resolve user identity."), "{error}");
    assert!(error.contains("the catalog has no user with the reference user:default/zoe"), "{error}");
    let error = resolved(json!({ "resolver": "emailMatchingUserEntityProfileEmail" }), &stranger).await.unwrap_err();
    assert!(error.contains("the provider told no email"), "{error}");
    let without =
        json!({ "resolver": "usernameMatchingUserEntityName", "dangerouslyAllowSignInWithoutUserInCatalog": true });
    assert_eq!(resolved(without, &stranger).await.as_deref(), Ok("user:default/zoe"));
}

#[tokio::test]
async fn several_users_and_foreign_domains_end_it() {
    let two = Person { email: Some("two@example.com".to_owned()), ..Person::default() };
    let error = resolved(json!({ "resolver": "emailMatchingUserEntityProfileEmail" }), &two).await.unwrap_err();
    assert_eq!(error, "User lookup resulted in multiple matches");
    let rule = json!({ "resolver": "emailLocalPartMatchingUserEntityName", "allowedDomains": ["other.org"] });
    assert_eq!(resolved(rule, &ann()).await.unwrap_err(), "Sign-in user email is not from an allowed domain");
}

#[tokio::test]
async fn a_claim_fills_a_name_and_nothing_else() {
    for (expression, complaint) in [
        ("user:default/${evil}", "the claim \"evil\" cannot be part of a reference"),
        ("user:default/${none}", "the provider told no claim \"none\""),
        ("user:default/${n", "without its end"),
        ("user:default/${n|upper}", "\"upper\" is no way to shorten a claim"),
    ] {
        let rule = json!({ "resolver": "claimsMatchingUserEntityRef", "userEntityRef": expression });
        let error = resolved(rule, &ann()).await.unwrap_err();
        assert!(error.contains(complaint), "{error}");
    }
    assert!(user_ref("a b").is_err() && user_ref("a:b").is_err());
}

#[test]
fn an_unknown_resolver_is_refused() {
    let unknown = config::Resolver { name: "nope".to_owned(), options: serde_json::Map::new() };
    let error = Resolver::new(&unknown, "auth.providers.github.signIn").unwrap_err().to_string();
    assert!(error.starts_with("auth.providers.github.signIn: there is no resolver 'nope'; there are email"), "{error}");
}
