use serde_json::json;

use crate::{Fixture, load};

#[test]
fn secrets_are_masked_and_everything_else_is_not() {
    let config = load(
        "integrations:\n  github:\n    - {host: a.b, token: ghp_1, apps: [{appId: 5, privateKey: PEM, publicAccess: true}]}\n\
         backend:\n  https: {certificate: {cert: CERT, key: KEY}}\n  database: {connection: 'postgres://u:pw@db/x'}\n\
         \x20 auth: {externalAccess: [{type: static, options: {token: stat1c, subject: me}}]}\n\
         proxy: {endpoints: {/x: {target: 'https://x', headers: {Authorization: Bearer x1, X-Api-Key: k1}}}}\n\
         other: {secrets: {a: s1, b: [2]}, key: plain, tokenLifetime: 5}\n",
    );
    assert_eq!(
        config.masked(),
        json!({
            "integrations": {"github": [
                {"host": "a.b", "token": "***", "apps": [{"appId": 5, "privateKey": "***", "publicAccess": true}]}
            ]},
            "backend": {
                "https": {"certificate": {"cert": "CERT", "key": "***"}},
                "database": {"connection": "postgres://u:***@db/x"},
                "auth": {"externalAccess": [{"type": "static", "options": {"token": "***", "subject": "me"}}]},
            },
            "proxy": {"endpoints": {"/x": {
                "target": "https://x", "headers": {"Authorization": "***", "X-Api-Key": "***"}
            }}},
            "other": {"secrets": {"a": "***", "b": ["***"]}, "key": "plain", "tokenLifetime": 5},
        })
    );
    let redactions = config.redactions();
    for secret in ["ghp_1", "PEM", "KEY", "pw", "stat1c", "Bearer x1", "k1", "s1"] {
        assert!(redactions.iter().any(|redaction| redaction == secret), "{secret} is not redacted");
    }
    assert!(redactions.iter().all(|redaction| redaction.len() > 1), "a single character would redact everything");
    assert!(redactions.is_sorted_by_key(|redaction| std::cmp::Reverse(redaction.len())));
}

#[test]
fn what_a_secret_variable_or_file_says_is_secret_wherever_it_goes() {
    let fixture = Fixture::new(&[
        ("app-config.yaml", "a: 'x ${MY_TOKEN} y'\nb: {$env: MY_TOKEN}\nc: {$file: run/my-secret.txt}\nd: ${HOST}\n"),
        ("run/my-secret.txt", "hush\n"),
    ]);
    let config = fixture.env(&[("MY_TOKEN", "t0p"), ("HOST", "h0st")]).load().unwrap();
    assert_eq!(config.masked(), json!({"a": "***", "b": "***", "c": "***", "d": "h0st"}));
    assert_eq!(config.redactions(), ["x t0p y", "hush", "t0p"]);
}

#[test]
fn entries_say_where_each_key_stands() {
    let fixture = Fixture::new(&[
        ("app-config.yaml", "app:\n  title: x\n  token: t\nlist:\n  - {a: 1}\nnone: {}\n"),
        ("app-config.local.yaml", "\napp: {title: y}\n"),
    ]);
    let config = fixture.env(&[("APP_CONFIG_app_z", "1")]).load().unwrap();
    let lines: Vec<String> = config
        .entries()
        .iter()
        .map(|entry| format!("{} {} {}", entry.key, entry.value, entry.origin.as_ref().unwrap()))
        .collect();
    assert_eq!(
        lines,
        [
            "app.title \"y\" app-config.local.yaml:2:7",
            "app.token \"***\" app-config.yaml:3:3",
            "app.z 1 environment variable APP_CONFIG_app_z",
            "list[0].a 1 app-config.yaml:5:6",
            "none {} app-config.yaml:6:1",
        ]
    );
}
