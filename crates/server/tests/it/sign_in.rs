//! Signing in at other providers: by window, by redirect, into the pages; refreshing, signing out, and what is refused.

use std::collections::BTreeMap;

use reqwest::Method;
use reqwest::header::{CONTENT_SECURITY_POLICY, LOCATION, SET_COOKIE};
use serde_json::{Value, json};
use testkit::{Answer, App, CLIENT, IdentityProvider};

use crate::app;

const USERS: &str = "apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: ann, annotations: {github.com/user-id: '7'}}
spec: {profile: {email: ann@example.com}, memberOf: [team-a]}
";

fn ann() -> Value {
    json!({ "sub": "7", "id": 7, "login": "Ann", "username": "ann", "preferred_username": "ann", "name": "Ann B",
        "email": "ann@example.com", "email_verified": true })
}

async fn start(provider: &IdentityProvider) -> App {
    let (id, secret) = CLIENT;
    let url = provider.url();
    let client = format!("clientId: {id}, clientSecret: {secret}");
    let resolvers = |name: &str| format!("signIn: {{resolvers: [{{resolver: {name}}}]}}");
    let config = format!(
        "catalog:\n  rules: [{{allow: [User]}}]\n  locations: [{{type: file, target: users.yaml}}]\nauth:\n  providers:\n    \
         github: {{development: {{{client}, enterpriseInstanceUrl: '{url}', {}}}}}\n    \
         gitlab: {{development: {{{client}, audience: '{url}', {}}}}}\n    \
         oauth2: {{development: {{{client}, authorizationUrl: '{url}/authorize', tokenUrl: '{url}/token', {}}}}}\n    \
         oidc: {{development: {{{client}, metadataUrl: '{url}/.well-known/openid-configuration', tokenSignedResponseAlg: ES256, prompt: auto, {}}}}}\n",
        resolvers("userIdMatchingUserEntityAnnotation"),
        resolvers("usernameMatchingUserEntityName"),
        resolvers("preferredUsernameMatchingUserEntityName"),
        resolvers("emailMatchingUserEntityProfileEmail"),
    );
    let app = app().file("users.yaml", USERS).config(&config).start().await;
    app.until("/api/catalog/entities/by-name/user/default/ann", |answer| answer.status == 200).await;
    app
}

/// A browser at the portal: it keeps cookies.
struct Browser<'a> {
    app: &'a App,
    cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    fn at(app: &'a App) -> Self {
        Self { app, cookies: BTreeMap::new() }
    }

    async fn call(&mut self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let mut all = headers.to_vec();
        all.push(("cookie", &cookies));
        let answer = self.app.call(method, path, None, &all).await;
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Off to the provider and back; answers the path to come back with.
    async fn out_and_back(&mut self, start: &str) -> String {
        let off = self.call(Method::GET, start, &[]).await;
        assert_eq!(off.status, 302, "{}", off.text);
        let back = self.app.elsewhere(off.headers[LOCATION].to_str().unwrap()).await;
        let back = back.headers[LOCATION].to_str().unwrap();
        back.strip_prefix("http://localhost:7007").unwrap().to_owned()
    }

    async fn refresh(&mut self, provider: &str) -> Answer {
        let path = format!("/api/auth/{provider}/refresh?optional=true&env=development");
        self.call(Method::GET, &path, &[("x-requested-with", "XMLHttpRequest")]).await
    }
}

/// The message of a window, and for whom it is.
fn message(answer: &Answer) -> (Value, String) {
    let argument = |at: usize| {
        let encoded = answer.text.split("decodeURIComponent('").nth(at).unwrap().split('\'').next().unwrap();
        let pair = format!("v={encoded}");
        url::form_urlencoded::parse(pair.as_bytes()).next().unwrap().1.into_owned()
    };
    (serde_json::from_str(&argument(1)).unwrap(), argument(2))
}

fn popup(provider: &str) -> String {
    format!("/api/auth/{provider}/start?env=development&scope=&origin=http%3A%2F%2Flocalhost%3A7007&flow=popup")
}

#[tokio::test]
async fn a_window_tells_its_opener_who_signed_in_and_refreshes_later() {
    let provider = IdentityProvider::start(ann()).await;
    let app = start(&provider).await;
    for id in ["github", "gitlab", "oidc"] {
        let mut browser = Browser::at(&app);
        let back = browser.out_and_back(&popup(id)).await;
        let frame = browser.call(Method::GET, &back, &[]).await;
        assert_eq!(frame.status, 200, "{id}");
        assert!(frame.headers[CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("script-src 'sha256-"));
        let (told, target) = message(&frame);
        assert_eq!((&told["type"], target.as_str()), (&json!("authorization_response"), "http://localhost:7007"));
        let identity = &told["response"]["backstageIdentity"]["identity"];
        assert_eq!(identity["userEntityRef"], "user:default/ann", "{id}: {told}");
        assert_eq!(identity["ownershipEntityRefs"], json!(["user:default/ann", "group:default/team-a"]));
        assert_eq!(told["response"]["profile"]["displayName"], "Ann B");
        // The token of the provider is longer than a cookie may be.
        assert!(browser.cookies.contains_key(&format!("{id}-refresh-token-1")), "{:?}", browser.cookies.keys());
        assert!(!browser.cookies.contains_key(&format!("{id}-nonce")));
        let again = browser.refresh(id).await;
        assert_eq!(again.status, 200, "{id}: {}", again.text);
        let token = again.json()["backstageIdentity"]["token"].as_str().unwrap().to_owned();
        let entities = app
            .call(Method::GET, "/api/catalog/entities", None, &[("authorization", &format!("Bearer {token}"))])
            .await;
        assert_eq!(entities.status, 200);
        // The code was used.
        let replayed = browser.call(Method::GET, &back, &[]).await;
        assert_eq!(message(&replayed).0["error"]["message"], "Auth response is missing cookie nonce");
    }
}

#[tokio::test]
async fn refreshing_ends_with_the_sign_in() {
    let provider = IdentityProvider::start(ann()).await;
    let app = start(&provider).await;
    let mut browser = Browser::at(&app);
    let missing = browser.refresh("oidc").await;
    assert_eq!(missing.status, 401);
    assert_eq!(missing.json()["error"]["message"], "Refresh failed; caused by InputError: Missing session cookie");
    let back = browser.out_and_back(&popup("oidc")).await;
    browser.call(Method::GET, &back, &[]).await;
    let refused = browser.call(Method::GET, "/api/auth/oidc/refresh?env=development", &[]).await;
    assert_eq!(refused.json()["error"]["message"], "Invalid X-Requested-With header");
    provider.revoke();
    let revoked = browser.refresh("oidc").await;
    assert_eq!(revoked.status, 401);
    assert!(revoked.text.contains("the provider refused: invalid_grant"), "{}", revoked.text);
    let out = [("x-requested-with", "XMLHttpRequest"), ("origin", "http://localhost:7007")];
    let gone = browser.call(Method::POST, "/api/auth/oidc/logout?env=development", &out).await;
    assert_eq!(gone.status, 200);
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
}

#[tokio::test]
async fn the_pages_sign_in_with_a_session_and_say_why_not() {
    let provider = IdentityProvider::start(ann()).await;
    let app = start(&provider).await;
    let mut browser = Browser::at(&app);
    let page = browser.call(Method::GET, "/sign-in?next=%2Fcatalog", &[]).await;
    assert!(
        page.text.contains("Sign in with GitHub") && page.text.contains("Sign in with OpenID Connect"),
        "{}",
        page.text
    );
    let link = page.text.split("href=\"").find(|part| part.starts_with("/api/auth/github/start")).unwrap();
    let link = link.split('"').next().unwrap().replace("&amp;", "&");
    let back = browser.out_and_back(&link).await;
    let inside = browser.call(Method::GET, &back, &[]).await;
    assert_eq!((inside.status, inside.headers[LOCATION].to_str().unwrap()), (302, "/catalog"));
    let settings = browser.call(Method::GET, "/settings", &[]).await;
    assert!(settings.text.contains("user:default/ann"));

    provider.person(json!({ "id": 8, "login": "zoe", "name": "Zoe" }));
    let mut stranger = Browser::at(&app);
    let back = stranger.out_and_back(&link).await;
    let refused = stranger.call(Method::GET, &back, &[]).await;
    assert_eq!(refused.headers[LOCATION].to_str().unwrap(), "/sign-in");
    let page = stranger.call(Method::GET, "/sign-in", &[]).await;
    for text in [
        "You were not signed in",
        "userIdMatchingUserEntityAnnotation",
        "github.com/user-id: 8",
        "username &quot;zoe&quot;",
    ] {
        assert!(page.text.contains(text), "{text}: {}", page.text);
    }
    let once = stranger.call(Method::GET, "/sign-in", &[]).await;
    assert!(!once.text.contains("You were not signed in"));
}

#[tokio::test]
async fn tokens_of_identity_are_verified() {
    let provider = IdentityProvider::start(ann()).await;
    let app = start(&provider).await;
    for (claims, complaint) in [
        (json!({ "nonce": "of another sign-in" }), "made for another sign-in"),
        (json!({ "aud": "another-client" }), "InvalidAudience"),
        (json!({ "iss": "https://evil.example" }), "InvalidIssuer"),
        (json!({ "exp": 1 }), "ExpiredSignature"),
        (json!({ "sub": "8" }), "the provider speaks of two persons"),
    ] {
        provider.claims(claims.clone());
        let mut browser = Browser::at(&app);
        let back = browser.out_and_back(&popup("oidc")).await;
        let told = message(&browser.call(Method::GET, &back, &[]).await).0;
        assert!(told["error"]["message"].as_str().unwrap().contains(complaint), "{claims}: {told}");
        assert!(!browser.cookies.keys().any(|name| name.contains("refresh")), "{claims}");
    }
}

#[tokio::test]
async fn what_comes_from_elsewhere_is_refused() {
    let provider = IdentityProvider::start(ann()).await;
    let app = start(&provider).await;
    let mut browser = Browser::at(&app);
    for (path, status, text) in [
        ("/api/auth/github/start", 400, "No env provided in request query parameters"),
        ("/api/auth/github/start?env=nope", 404, "No configuration available for the 'nope' environment"),
        (
            "/api/auth/github/start?env=development&origin=https://evil.example",
            403,
            "Origin 'https://evil.example' is not allowed",
        ),
        ("/api/auth/github/start?env=development&flow=redirect", 400, "No redirectUrl provided"),
        (
            "/api/auth/github/start?env=development&flow=redirect&redirectUrl=https://evil.example",
            403,
            "not on an allowed origin",
        ),
        (
            "/api/auth/github/start?env=development&flow=session&redirectUrl=//evil.example",
            403,
            "not on an allowed origin",
        ),
        (
            "/api/auth/github/start?env=development&flow=session&redirectUrl=/%5Cevil.example",
            403,
            "not on an allowed origin",
        ),
        ("/api/auth/okta/start?env=development", 404, "Unknown auth provider 'okta'"),
        ("/api/auth/github/handler/frame", 403, "OAuth state is invalid, missing nonce"),
        ("/api/auth/github/handler/frame?state=zz&code=1", 403, "OAuth state is invalid, missing nonce"),
    ] {
        let refused = browser.call(Method::GET, path, &[]).await;
        assert_eq!(refused.status, status, "{path}: {}", refused.text);
        assert!(refused.text.contains(text), "{path}: {}", refused.text);
    }
    // A way back that another browser began: this one has no nonce, or one of its own.
    let mut other = Browser::at(&app);
    let back = other.out_and_back(&popup("github")).await;
    assert_eq!(
        message(&browser.call(Method::GET, &back, &[]).await).0["error"]["message"],
        "Auth response is missing cookie nonce"
    );
    browser.out_and_back(&popup("github")).await;
    assert_eq!(message(&browser.call(Method::GET, &back, &[]).await).0["error"]["message"], "Invalid nonce");
}

#[tokio::test]
async fn a_redirect_ends_where_it_was_told_to() {
    let provider = IdentityProvider::start(ann()).await;
    let app = start(&provider).await;
    let mut browser = Browser::at(&app);
    let start =
        "/api/auth/gitlab/start?env=development&flow=redirect&redirectUrl=http%3A%2F%2Flocalhost%3A7007%2Fx%3Fa%3D1";
    let back = browser.out_and_back(start).await;
    let there = browser.call(Method::GET, &back, &[]).await;
    assert_eq!(there.headers[LOCATION].to_str().unwrap(), "http://localhost:7007/x?a=1");
    assert_eq!(browser.refresh("gitlab").await.status, 200);
    provider.person(json!({ "id": 9, "username": "zoe" }));
    let back = browser.out_and_back(start).await;
    let there = browser.call(Method::GET, &back, &[]).await;
    assert!(
        there.headers[LOCATION].to_str().unwrap().starts_with("http://localhost:7007/x?a=1&error=Failed+to+sign-in")
    );
}

#[tokio::test]
async fn a_proxy_in_front_signs_people_in() {
    let config = "catalog:\n  rules: [{allow: [User]}]\n  locations: [{type: file, target: users.yaml}]\nauth:\n  providers:\n    \
                  guest: null\n    oauth2Proxy: {signIn: {resolvers: [{resolver: forwardedUserMatchingUserEntityName}]}}\n";
    let app = app().file("users.yaml", USERS).config(config).start().await;
    app.until("/api/catalog/entities/by-name/user/default/ann", |answer| answer.status == 200).await;
    let ann = [("x-forwarded-user", "ann")];
    let told = app.call(Method::GET, "/api/auth/oauth2Proxy/refresh", None, &ann).await.json();
    assert_eq!(told["backstageIdentity"]["identity"]["userEntityRef"], "user:default/ann", "{told}");
    assert_eq!(app.call(Method::GET, "/api/auth/oauth2Proxy/start?env=development", None, &[]).await.status, 501);
    let without = app.call(Method::GET, "/api/auth/oauth2Proxy/refresh", None, &[]).await;
    assert_eq!(without.status, 401, "{}", without.text);
    let mut browser = Browser::at(&app);
    let entered = browser.call(Method::GET, "/sign-in?next=%2Fsettings", &ann).await;
    assert_eq!((entered.status, entered.headers[LOCATION].to_str().unwrap()), (303, "/settings"));
    assert!(browser.call(Method::GET, "/settings", &ann).await.text.contains("user:default/ann"));
}

#[tokio::test]
async fn programs_come_with_tokens_of_issuers_that_are_trusted() {
    let provider = IdentityProvider::start(ann()).await;
    let url = provider.url();
    let config = format!(
        "backend: {{auth: {{externalAccess: [{{type: jwks, options: {{url: '{url}/keys', issuer: '{url}', audience: portal, \
         subjectPrefix: ci}}, accessRestrictions: [{{plugin: catalog, permission: catalog.location.read}}]}}]}}}}\n"
    );
    let app = app().config(&config).start().await;
    let now = base::clock::now_millis() / 1000;
    let good = json!({ "iss": url, "aud": "portal", "sub": "job", "exp": now + 600 });
    let status = async |claims: &Value, path: &str| {
        let bearer = format!("Bearer {}", provider.token(claims));
        app.call(Method::GET, path, None, &[("authorization", &bearer)]).await.status
    };
    assert_eq!(status(&good, "/api/catalog/locations").await, 200);
    assert_eq!(status(&good, "/api/permission/roles").await, 403);
    for (name, value) in
        [("iss", json!("https://evil")), ("aud", json!("other")), ("exp", json!(1)), ("exp", json!(null))]
    {
        let mut bad = good.clone();
        bad[name] = value;
        assert_eq!(status(&bad, "/api/catalog/locations").await, 401, "{bad}");
    }
    let none = format!("Bearer {}.{}.", "eyJhbGciOiJub25lIn0", "eyJzdWIiOiJqb2IifQ");
    let unsigned = app.call(Method::GET, "/api/catalog/locations", None, &[("authorization", &none)]).await;
    assert_eq!(unsigned.status, 401);
}
