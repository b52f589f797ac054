#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;

fn read(auth: Value) -> Result<AuthOptions, ConfigProblem> {
    AuthOptions::from_config(&auth, &Value::Null)
}

#[test]
fn nothing_configured_lets_nobody_in() {
    let options = read(Value::Null).unwrap();
    assert!(options.guest.is_none() && options.external.is_empty() && !options.disable_default_policy);
    assert!(options.omit_ownership_claim);
    assert_eq!(options.token_lifetime, Duration::from_secs(3600));
}

#[test]
fn the_lifetime_stays_within_bounds() {
    for (written, seconds) in [
        (json!({"minutes": 30}), 1800),
        (json!("PT2H"), 7200),
        (json!({"seconds": 1}), 600),
        (json!({"days": 30}), 86_400),
    ] {
        let options = read(json!({"backstageTokenExpiration": written})).unwrap();
        assert_eq!(options.token_lifetime.as_secs(), seconds, "{written}");
    }
    assert_eq!(read(json!({"backstageTokenExpiration": "soon"})).unwrap_err().key, "auth.backstageTokenExpiration");
}

#[test]
fn a_guest_is_switched_on_by_its_key() {
    let guest = |section: Value| read(json!({"providers": {"guest": section}})).map(|options| options.guest.unwrap());
    for section in [json!({}), Value::Null] {
        let guest = guest(section).unwrap();
        assert_eq!(guest.user.as_str(), "user:development/guest");
        assert!(guest.ownership.is_none() && !guest.allow_outside_development);
    }
    let full = json!({
        "userEntityRef": "Visitor", "ownershipEntityRefs": ["group:default/all"],
        "dangerouslyAllowOutsideDevelopment": true, "future": 1,
    });
    let guest_of_full = guest(full).unwrap();
    assert_eq!(guest_of_full.user.as_str(), "user:default/visitor");
    assert_eq!(guest_of_full.ownership.unwrap()[0].as_str(), "group:default/all");
    assert!(guest_of_full.allow_outside_development);

    let problem = guest(json!({"userEntityRef": "user:/"})).unwrap_err();
    assert_eq!(problem.key, "auth.providers.guest.userEntityRef");
    let problem = guest(json!({"ownershipEntityRefs": "all"})).unwrap_err();
    assert_eq!(problem.key, "auth.providers.guest.ownershipEntityRefs");
}

#[test]
fn other_algorithms_are_refused_rather_than_ignored() {
    assert!(read(json!({"identityTokenAlgorithm": "ES256"})).is_ok());
    assert_eq!(read(json!({"identityTokenAlgorithm": "RS256"})).unwrap_err().key, "auth.identityTokenAlgorithm");
}
