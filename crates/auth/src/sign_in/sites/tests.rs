#![allow(clippy::unwrap_used)]
use std::collections::BTreeMap;
use std::time::Duration;

use config::{ProviderKind, SignInProvider};
use serde_json::{Value, json};

use super::*;
use crate::sign_in::person::Person;
use crate::sign_in::site::Profile;

fn provider(id: &'static str, options: &[(&str, &str)]) -> SignInProvider {
    SignInProvider {
        id,
        kind: ProviderKind::OAuth,
        environment: "development".to_owned(),
        client_id: "client".to_owned(),
        client_secret: None,
        callback_url: None,
        additional_scopes: Vec::new(),
        session: Duration::ZERO,
        resolvers: Vec::new(),
        options: options
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<BTreeMap<_, _>>(),
    }
}

fn site_of(id: &'static str, options: &[(&str, &str)]) -> Site {
    site(&Settings(&provider(id, options))).unwrap().unwrap()
}

fn person(site: &Site, answer: &Value) -> Person {
    match &site.profile {
        Profile::Endpoints(_, read) => read(std::slice::from_ref(answer)),
        Profile::NameThen { read, .. } => read(answer),
        Profile::IdToken => Person::from_claims(answer),
    }
}

#[test]
fn each_provider_has_the_addresses_of_its_documentation() {
    for (id, options, authorize, token) in [
        ("github", &[][..], "https://github.com/login/oauth/authorize", "https://github.com/login/oauth/access_token"),
        (
            "github",
            &[("enterpriseInstanceUrl", "https://ghe.example.com/")],
            "https://ghe.example.com/login/oauth/authorize",
            "https://ghe.example.com/login/oauth/access_token",
        ),
        (
            "gitlab",
            &[("audience", "https://gl.example.com/sub")],
            "https://gl.example.com/sub/oauth/authorize",
            "https://gl.example.com/sub/oauth/token",
        ),
        ("google", &[], "https://accounts.google.com/o/oauth2/v2/auth", "https://oauth2.googleapis.com/token"),
        (
            "microsoft",
            &[("tenantId", "t1")],
            "https://login.microsoftonline.com/t1/oauth2/v2.0/authorize",
            "https://login.microsoftonline.com/t1/oauth2/v2.0/token",
        ),
        (
            "okta",
            &[("audience", "https://o.okta.com"), ("authServerId", "s")],
            "https://o.okta.com/oauth2/s/v1/authorize",
            "https://o.okta.com/oauth2/s/v1/token",
        ),
        (
            "okta",
            &[("audience", "https://o.okta.com")],
            "https://o.okta.com/oauth2/v1/authorize",
            "https://o.okta.com/oauth2/v1/token",
        ),
        ("auth0", &[("domain", "d.auth0.com")], "https://d.auth0.com/authorize", "https://d.auth0.com/oauth/token"),
        ("atlassian", &[], "https://auth.atlassian.com/authorize", "https://auth.atlassian.com/oauth/token"),
        (
            "bitbucket",
            &[],
            "https://bitbucket.org/site/oauth2/authorize",
            "https://bitbucket.org/site/oauth2/access_token",
        ),
        (
            "bitbucketServer",
            &[("host", "bb.example.com")],
            "https://bb.example.com/rest/oauth2/latest/authorize",
            "https://bb.example.com/rest/oauth2/latest/token",
        ),
        (
            "onelogin",
            &[("issuer", "https://o.onelogin.com")],
            "https://o.onelogin.com/oidc/2/auth",
            "https://o.onelogin.com/oidc/2/token",
        ),
        (
            "oauth2",
            &[("authorizationUrl", "https://a.example/x?y=1"), ("tokenUrl", "https://a.example/t")],
            "https://a.example/x?y=1",
            "https://a.example/t",
        ),
    ] {
        let site = site_of(id, options);
        assert_eq!((site.authorize.as_str(), site.token.as_str()), (authorize, token), "{id}");
    }
    assert!(site(&Settings(&provider("okta", &[("audience", "okta")]))).is_err());
}

#[test]
fn each_provider_tells_who_somebody_is() {
    for (id, options, answer, expected) in [
        (
            "github",
            &[][..],
            json!({"id": 7, "login": "ann", "name": null, "email": null, "avatar_url": "https://p"}),
            (Some("7"), Some("ann"), None, Some("ann")),
        ),
        (
            "gitlab",
            &[],
            json!({"id": 7, "username": "ann", "name": "Ann", "email": "a@x"}),
            (Some("7"), Some("ann"), Some("a@x"), Some("Ann")),
        ),
        (
            "google",
            &[],
            json!({"sub": "7", "email": "a@x", "email_verified": false, "name": "Ann"}),
            (Some("7"), None, None, Some("Ann")),
        ),
        (
            "microsoft",
            &[("tenantId", "t")],
            json!({"id": "7", "userPrincipalName": "a@x", "mail": null, "displayName": "Ann"}),
            (Some("7"), Some("a@x"), Some("a@x"), Some("Ann")),
        ),
        (
            "atlassian",
            &[],
            json!({"account_id": "7", "email": "a@x", "name": "Ann", "nickname": "ann"}),
            (Some("7"), Some("ann"), Some("a@x"), Some("Ann")),
        ),
        (
            "bitbucket",
            &[],
            json!({"uuid": "{7}", "username": "ann", "display_name": "Ann"}),
            (Some("{7}"), Some("ann"), None, Some("Ann")),
        ),
        (
            "bitbucketServer",
            &[("host", "h")],
            json!({"id": 7, "name": "ann", "emailAddress": "a@x", "displayName": "Ann"}),
            (Some("7"), Some("ann"), Some("a@x"), Some("Ann")),
        ),
    ] {
        let found = person(&site_of(id, options), &answer);
        let found =
            (found.id.as_deref(), found.username.as_deref(), found.email.as_deref(), found.display_name.as_deref());
        assert_eq!(found, expected, "{id}");
    }
}

#[test]
fn a_discovery_document_makes_a_site() {
    let document = json!({ "issuer": "https://i", "authorization_endpoint": "https://i/a", "token_endpoint": "https://i/t",
        "userinfo_endpoint": "https://i/u", "jwks_uri": "https://i/k" });
    let plain = provider("oidc", &[]);
    let site = oidc::site(&Settings(&plain), &document).unwrap();
    assert_eq!(site.parameters, [("prompt".to_owned(), "none".to_owned())]);
    assert_eq!(person(&site, &json!({ "sub": "1", "email": "a@x" })).email, None);
    assert_eq!(
        person(&site, &json!({ "sub": "1", "email": "a@x", "email_verified": true })).email.as_deref(),
        Some("a@x")
    );
    let auto = provider("oidc", &[("prompt", "auto"), ("startUrlSearchParams.kc_idp_hint", "x")]);
    assert_eq!(
        oidc::site(&Settings(&auto), &document).unwrap().parameters,
        [("kc_idp_hint".to_owned(), "x".to_owned())]
    );
    let mut without = document;
    without.as_object_mut().unwrap().remove("userinfo_endpoint");
    assert_eq!(oidc::site(&Settings(&plain), &without).unwrap_err(), "it has no userinfo_endpoint");
}
