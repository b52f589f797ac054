#![allow(clippy::unwrap_used)]

use config::Guest;
use serde_json::json;

use super::*;
use crate::{
    guest,
    test_support::{Bench, ada},
};

fn part(token: &str, index: usize) -> Value {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap()).unwrap()
}

fn user(principal: &Principal) -> &User {
    principal.require_user().unwrap()
}

#[tokio::test]
async fn a_user_token_has_the_claims_of_the_wire() {
    let bench = Bench::new(Auth::default());
    let token = bench.token_of_ada().await;
    let kid = &bench.authority.jwks().await.unwrap()["keys"][0]["kid"];
    assert_eq!(
        part(&token, 0).to_string(),
        json!({"typ": "vnd.backstage.user", "alg": "ES256", "kid": kid}).to_string()
    );
    let claims = part(&token, 1);
    let names: Vec<_> = claims.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["iss", "sub", "aud", "iat", "exp", "uip"]);
    assert_eq!(claims["iss"], "http://localhost:7007/api/auth");
    assert_eq!(claims["sub"], "user:default/ada");
    assert_eq!(claims["aud"], "backstage");
    assert_eq!(claims["iat"], 1_800_000_000);
    assert_eq!(claims["exp"], 1_800_003_600);

    let with_claim = Bench::new(Auth { omit_ownership_claim: false, ..Auth::default() });
    let claims = part(&with_claim.token_of_ada().await, 1);
    assert_eq!(claims["ent"], json!(["user:default/ada", "group:default/engines"]));
}

#[tokio::test]
async fn a_user_is_known_by_the_token_until_it_ends() {
    let bench = Bench::new(Auth::default());
    let token = bench.token_of_ada().await;
    for _ in 0..2 {
        let principal = bench.authority.authenticate(Some(&token), "catalog").await.unwrap();
        assert_eq!(user(&principal).entity_ref, ada());
        assert_eq!(user(&principal).ownership.len(), 2);
        assert_eq!(user(&principal).expires_at, bench.now() + 3_600_000);
    }
    bench.pass(3599);
    bench.authority.authenticate(Some(&token), "catalog").await.unwrap();
    bench.pass(1);
    let refusal = bench.authority.authenticate(Some(&token), "catalog").await.unwrap_err();
    assert_eq!(
        (refusal.to_string().as_str(), refusal.status(), refusal.name()),
        ("Failed user token verification", 401, "AuthenticationError")
    );
}

#[tokio::test]
async fn tokens_survive_a_restart() {
    let bench = Bench::new(Auth::default());
    let token = bench.token_of_ada().await;
    let now = bench.now();
    let again = Authority::new(
        Auth::default(),
        "http://localhost:7007",
        bench.keys.clone(),
        Arc::new(crate::test_support::OneUser),
    )
    .unwrap()
    .with_clock(Arc::new(move || now));
    again.authenticate(Some(&token), "catalog").await.unwrap();
}

#[tokio::test]
async fn without_credentials_the_policy_decides() {
    let strict = Bench::new(Auth::default());
    let refusal = strict.authority.authenticate(None, "catalog").await.unwrap_err();
    assert_eq!((refusal.to_string().as_str(), refusal.status()), ("Missing credentials", 401));
    let open = Bench::new(Auth { disable_default_policy: true, ..Auth::default() });
    assert_eq!(open.authority.authenticate(None, "catalog").await.unwrap(), Principal::None);
    assert!(open.authority.authenticate(Some("junk"), "catalog").await.is_err(), "a wrong token is wrong all the same");
}

#[tokio::test]
async fn a_route_may_be_for_one_kind_of_caller() {
    let bench = Bench::new(Auth::default());
    let principal = bench.authority.authenticate(Some(&bench.token_of_ada().await), "catalog").await.unwrap();
    let refusal = principal.require_service().unwrap_err();
    assert_eq!(
        (refusal.to_string().as_str(), refusal.status()),
        ("This endpoint does not allow 'user' credentials", 403)
    );
    assert_eq!(Principal::None.require_user().unwrap_err().to_string(), "Missing credentials");
}

#[tokio::test]
async fn a_limited_token_opens_limited_routes_only() {
    let bench = Bench::new(Auth::default());
    let token = bench.token_of_ada().await;
    bench.pass(60);
    let limited = bench.authority.limit(&token).await.unwrap();
    assert_eq!(limited.lifetime.as_secs(), 3540);
    let kid = part(&token, 0)["kid"].clone();
    let header = json!({"typ": "vnd.backstage.limited-user", "alg": "ES256", "kid": kid});
    assert_eq!(part(&limited.token, 0).to_string(), header.to_string());
    let claims = json!({"sub": "user:default/ada", "iat": 1_800_000_000, "exp": 1_800_003_600});
    assert_eq!(part(&limited.token, 1).to_string(), claims.to_string());
    assert_eq!(limited.token.rsplit('.').next(), part(&token, 1)["uip"].as_str());

    let principal = bench.authority.authenticate_limited(&limited.token).await.unwrap();
    assert_eq!(user(&principal).entity_ref, ada());
    let refusal = bench.authority.authenticate(Some(&limited.token), "catalog").await.unwrap_err();
    assert_eq!((refusal.to_string().as_str(), refusal.status()), ("Illegal limited user token", 401));
    assert!(bench.authority.authenticate_limited(&token).await.is_err());
    assert!(bench.authority.limit(&limited.token).await.is_err());
    bench.pass(3540);
    assert!(bench.authority.authenticate_limited(&limited.token).await.is_err());
}

#[tokio::test]
async fn a_session_lives_as_long_as_it_is_used() {
    let bench = Bench::new(Auth::default());
    let cookie = |issued: IssuedToken| format!("theme=dark; callboard-session={}", issued.token);
    let first = cookie(bench.authority.start_session(&ada()).await.unwrap());
    let session = bench.authority.read_session(&first).await.unwrap().unwrap();
    assert_eq!((session.user.entity_ref, session.renew), (ada(), false));
    bench.pass(4 * 3600);
    assert!(bench.authority.read_session(&first).await.unwrap().unwrap().renew);
    let second = cookie(bench.authority.start_session(&ada()).await.unwrap());
    bench.pass(8 * 3600);
    assert!(bench.authority.read_session(&first).await.unwrap().is_none());
    assert!(bench.authority.read_session(&second).await.unwrap().is_some());
    assert!(bench.authority.read_session(&format!("callboard-session=junk; {second}")).await.unwrap().is_some());
    assert!(bench.authority.read_session("").await.unwrap().is_none());
}

#[tokio::test]
async fn a_session_is_no_bearer_token_and_a_bearer_token_no_session() {
    let bench = Bench::new(Auth::default());
    let session = bench.authority.start_session(&ada()).await.unwrap().token;
    assert!(bench.authority.authenticate(Some(&session), "catalog").await.is_err());
    let token = bench.token_of_ada().await;
    assert!(bench.authority.read_session(&format!("callboard-session={token}")).await.unwrap().is_none());
}

#[tokio::test]
async fn the_guest_is_who_the_configuration_says() {
    let development =
        |guest| Auth { environment: Some("development".to_owned()), guest: Some(guest), ..Auth::default() };
    let body = Bench::new(development(Guest::default())).authority.guest_refresh().await.unwrap();
    let token = body["backstageIdentity"]["token"].clone();
    let expected = json!({
        "profile": {},
        "backstageIdentity": {
            "token": token,
            "identity": {
                "type": "user",
                "userEntityRef": "user:development/guest",
                "ownershipEntityRefs": ["user:development/guest"],
            },
            "expiresInSeconds": 3600,
        },
    });
    assert_eq!(body.to_string(), expected.to_string());

    let owned = EntityRef::new("group", "default", "visitors");
    let visitor = Guest { ownership: Some(vec![owned.clone()]), ..Guest::default() };
    let bench = Bench::new(development(visitor));
    let body = bench.authority.guest_refresh().await.unwrap();
    assert_eq!(body["backstageIdentity"]["identity"]["ownershipEntityRefs"], json!(["group:default/visitors"]));
    let token = body["backstageIdentity"]["token"].as_str().unwrap().to_owned();
    let principal = bench.authority.authenticate(Some(&token), "catalog").await.unwrap();
    assert_eq!(user(&principal).ownership, [owned], "the same refs when the token comes back");

    let known = Bench::new(development(Guest { user: ada(), ownership: Some(Vec::new()), ..Guest::default() }));
    let body = known.authority.guest_refresh().await.unwrap();
    let refs = &body["backstageIdentity"]["identity"]["ownershipEntityRefs"];
    assert_eq!(*refs, json!(["user:default/ada", "group:default/engines"]), "the catalog knows better");
}

#[test]
fn guests_are_for_development() {
    let options = |environment: Option<&str>, allow_outside_development| Auth {
        environment: environment.map(str::to_owned),
        guest: Some(Guest { allow_outside_development, ..Guest::default() }),
        ..Auth::default()
    };
    assert!(guest(&options(Some("development"), false)).is_ok());
    assert!(guest(&options(Some("production"), true)).is_ok());
    for environment in [None, Some("production")] {
        let options = options(environment, false);
        let refusal = guest(&options).unwrap_err();
        assert_eq!((refusal.status(), refusal.name()), (403, "NotAllowedError"));
    }
    let nobody = Auth::default();
    let refusal = guest(&nobody).unwrap_err();
    assert_eq!((refusal.to_string().as_str(), refusal.status()), ("Unknown auth provider 'guest'", 404));
}

#[tokio::test]
async fn a_token_that_no_server_takes_is_not_issued() {
    let bench = Bench::new(Auth { omit_ownership_claim: false, ..Auth::default() });
    let groups: Vec<_> =
        (0..2000).map(|number| EntityRef::new("group", "default", &format!("group-{number}"))).collect();
    let refusal = bench.authority.issue_user_token(&ada(), &groups).await.unwrap_err();
    assert!(matches!(refusal, AuthError::TokenTooLong { .. }), "{refusal}");
}
