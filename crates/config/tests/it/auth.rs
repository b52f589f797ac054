//! The sections `auth` and `backend.auth`.

use std::time::Duration;

use config::{Auth, Config, ExternalCredential, Settings};
use serde_json::{Value, json};

const TOKEN: &str = "a-static-token-0123456789";

fn read(config: &Value) -> Result<Auth, Vec<String>> {
    let config = Config::from_yaml(&config.to_string()).expect("a configuration that loads");
    let settings = Settings::read(&config);
    settings.map(|settings| settings.auth).map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

fn auth(section: Value) -> Auth {
    read(&json!({ "auth": section })).expect("a section that can be used")
}

fn static_access(extra: Value) -> Value {
    let mut entry = json!({"type": "static", "options": {"token": TOKEN, "subject": "ci"}});
    for (name, value) in extra.as_object().expect("an object") {
        entry[name] = value.clone();
    }
    entry
}

#[test]
fn nothing_configured_lets_nobody_in() {
    let auth = read(&json!({})).unwrap();
    assert_eq!(auth, Auth::default());
    assert!(auth.guest.is_none() && auth.external_access.is_empty() && !auth.disable_default_policy);
    assert!(auth.omit_ownership_claim);
    assert_eq!(auth.token_lifetime, Duration::from_secs(3600));
}

#[test]
fn the_lifetime_stays_within_bounds() {
    for (written, seconds) in [
        (json!({"minutes": 30}), 1800),
        (json!("PT2H"), 7200),
        (json!({"seconds": 1}), 600),
        (json!({"days": 30}), 86_400),
    ] {
        let auth = auth(json!({"backstageTokenExpiration": written}));
        assert_eq!(auth.token_lifetime.as_secs(), seconds, "{written}");
    }
}

#[test]
fn a_guest_is_switched_on_by_its_key() {
    let guest = |section: Value| auth(json!({"providers": {"guest": section}})).guest.unwrap();
    let plain = guest(json!({}));
    assert_eq!(plain.user.as_str(), "user:development/guest");
    assert!(plain.ownership.is_none() && !plain.allow_outside_development);
    let full = guest(json!({
        "userEntityRef": "Visitor", "ownershipEntityRefs": ["group:default/all"],
        "dangerouslyAllowOutsideDevelopment": true, "future": 1,
    }));
    assert_eq!(full.user.as_str(), "user:default/visitor");
    assert_eq!(full.ownership.unwrap()[0].as_str(), "group:default/all");
    assert!(full.allow_outside_development);
}

#[test]
fn programs_come_in_by_token_or_shared_secret() {
    let restrictions = json!([
        {"plugin": "search"},
        {"plugin": "catalog", "permission": "catalog.entity.read, catalog.entity.create", "permissionAttribute": {"action": ["read"]}},
    ]);
    let auth = read(&json!({"backend": {"auth": {
        "externalAccess": [
            static_access(json!({"accessRestrictions": restrictions})),
            {"type": "legacy", "options": {"secret": "c2VjcmV0LW9uZQ==", "subject": "legacy-one"}},
        ],
        "keys": [{"secret": "c2VjcmV0LXR3bw"}],
    }}}))
    .unwrap();
    let [first, second, third] = &auth.external_access[..] else { panic!("{auth:?}") };
    assert!(matches!(&first.credential, ExternalCredential::Static(token) if token.expose() == TOKEN));
    let restrictions = first.restrictions.as_ref().unwrap();
    assert_eq!(restrictions["catalog"].permissions, ["catalog.entity.read", "catalog.entity.create"]);
    assert_eq!(restrictions["catalog"].actions, ["read"]);
    assert!(restrictions["search"].permissions.is_empty());
    assert!(matches!(&second.credential, ExternalCredential::Legacy(secret) if secret.expose() == b"secret-one"));
    assert!(matches!(&third.credential, ExternalCredential::Legacy(secret) if secret.expose() == b"secret-two"));
    assert_eq!((second.subject.as_str(), third.subject.as_str()), ("legacy-one", "external:backstage-plugin"));
    let shown = format!("{auth:?}");
    assert!(!shown.contains(TOKEN) && !shown.contains("secret-two"), "{shown}");
}

#[test]
fn mistakes_are_told_by_key_and_place() {
    let backend = |section: Value| json!({"backend": {"auth": section}});
    let entry = |options: Value| backend(json!({"externalAccess": [{"type": "static", "options": options}]}));
    let restricted = |restrictions: Value| {
        backend(json!({"externalAccess": [static_access(json!({"accessRestrictions": restrictions}))]}))
    };
    let cases = [
        (json!({"auth": {"identityTokenAlgorithm": "RS256"}}), "auth.identityTokenAlgorithm", "'ES256'"),
        (json!({"auth": {"backstageTokenExpiration": "soon"}}), "auth.backstageTokenExpiration", "duration"),
        (
            json!({"auth": {"providers": {"guest": {"userEntityRef": "user:/"}}}}),
            "auth.providers.guest.userEntityRef",
            "",
        ),
        (
            json!({"auth": {"providers": {"guest": {"ownershipEntityRefs": "all"}}}}),
            "auth.providers.guest.ownershipEntityRefs",
            "string-array",
        ),
        (backend(json!({"externalAccess": {}})), "backend.auth.externalAccess", "object-array"),
        (backend(json!({"externalAccess": [{}]})), "backend.auth.externalAccess[0].type", "Missing"),
        (
            backend(json!({"externalAccess": [{"type": "magic"}]})),
            "backend.auth.externalAccess[0].type",
            "got \"magic\"",
        ),
        (
            backend(json!({"externalAccess": [{"type": "jwks"}]})),
            "backend.auth.externalAccess[0].options.url",
            "Missing required config value",
        ),
        (
            backend(
                json!({"externalAccess": [{"type": "jwks", "options": {"url": "https://h/keys", "algorithm": "HS256"}}]}),
            ),
            "backend.auth.externalAccess[0].options.algorithm",
            "there is no algorithm 'HS256'",
        ),
        (entry(json!({"subject": "a"})), "backend.auth.externalAccess[0].options.token", "Missing"),
        (
            entry(json!({"token": "1234567", "subject": "a"})),
            "backend.auth.externalAccess[0].options.token",
            "at least 8",
        ),
        (
            entry(json!({"token": "1234 5678", "subject": "a"})),
            "backend.auth.externalAccess[0].options.token",
            "white space",
        ),
        (entry(json!({"token": "12345678"})), "backend.auth.externalAccess[0].options.subject", "Missing"),
        (
            entry(json!({"token": "12345678", "subject": "a b"})),
            "backend.auth.externalAccess[0].options.subject",
            "white space",
        ),
        (
            backend(json!({"externalAccess": [static_access(json!({})), static_access(json!({}))]})),
            "backend.auth.externalAccess[1].options.token",
            "same token",
        ),
        (restricted(json!([{}])), "backend.auth.externalAccess[0].accessRestrictions[0].plugin", "Missing"),
        (
            restricted(json!([{"plugin": "a", "permissions": "b"}])),
            "backend.auth.externalAccess[0].accessRestrictions[0].permissions",
            "unknown key",
        ),
        (
            restricted(json!([{"plugin": "a"}, {"plugin": "a"}])),
            "backend.auth.externalAccess[0].accessRestrictions[1].plugin",
            "restricted above",
        ),
        (
            restricted(json!([{"plugin": "a", "permissionAttribute": {"action": "fly"}}])),
            "backend.auth.externalAccess[0].accessRestrictions[0].permissionAttribute.action",
            "got \"fly\"",
        ),
        (backend(json!({"keys": [{"secret": "not base64!"}]})), "backend.auth.keys[0].secret", "must"),
        (backend(json!({"keys": [{"secret": "????"}]})), "backend.auth.keys[0].secret", "base64"),
        (backend(json!({"keys": [{}]})), "backend.auth.keys[0].secret", "Missing"),
        (
            backend(json!({"dangerouslyDisableDefaultAuthPolicy": "yes"})),
            "backend.auth.dangerouslyDisableDefaultAuthPolicy",
            "wanted boolean",
        ),
    ];
    for (config, key, message) in cases {
        let errors = read(&config).unwrap_err();
        let [error] = &errors[..] else { panic!("{config}: {errors:?}") };
        assert!(error.starts_with("app-config.yaml:1:"), "{error}");
        assert!(error.contains(key) && error.contains(message), "{error}: {key}, {message}");
        assert!(!error.contains(TOKEN) && !error.contains("1234"), "{error}");
    }
}
