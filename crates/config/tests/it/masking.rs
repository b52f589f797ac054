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
        (
            "app-config.yaml",
            "app: {title: 'x ${MY_TOKEN} y', baseUrl: {$env: MY_TOKEN}}\norganization: {name: {$file: run/my-secret.txt}}\n",
        ),
        ("run/my-secret.txt", "hush\n"),
    ]);
    let config = fixture.env(&[("MY_TOKEN", "t0p")]).load().unwrap();
    let masked = json!({"app": {"title": "***", "baseUrl": "***"}, "organization": {"name": "***"}});
    assert_eq!(config.masked(), masked);
    assert_eq!(config.redactions(), ["x t0p y", "hush", "t0p"]);
}

#[test]
fn what_comes_from_outside_shows_only_under_keys_that_are_known() {
    let fixture = Fixture::new(&[
        (
            "app-config.yaml",
            "app: {title: '${WORD}'}\nbackend: {csp: {img-src: ['${WORD}']}}\n\
             sentry: {dsn: '${WORD}', plain: x, file: {$file: f.txt}, fallback: '${NO:-y}', list: [{$env: WORD}]}\n\
             proxy: {/a.b: {target: 'https://x/${WORD}'}, inc: {$include: i.yaml}}\n",
        ),
        ("f.txt", "from a file"),
        ("i.yaml", "written: here\nvariable: ${WORD}\n"),
    ]);
    let config = fixture.env(&[("WORD", "w0rd"), ("APP_CONFIG_sonar_x", "w0rd")]).load().unwrap();
    assert_eq!(
        config.masked(),
        json!({
            "app": {"title": "w0rd"},
            "backend": {"csp": {"img-src": ["w0rd"]}},
            "sentry": {"dsn": "***", "plain": "x", "file": "***", "fallback": "y", "list": ["***"]},
            "proxy": {"/a.b": {"target": "***"}, "inc": {"written": "here", "variable": "***"}},
            "sonar": {"x": "***"},
        })
    );
}

#[test]
fn messages_quote_no_secret() {
    let config = load(
        "app: {baseUrl: 'htps://me:hush1@h'}\nbackend: {baseUrl: 'ftp://h?token=hush2', listen: 'Bearer hush3'}\n\
         integrations: {gitea: [{host: g, baseUrl: 'x://hush4:hush5@g'}]}\n",
    );
    let errors = config::Settings::read(&config).unwrap_err();
    assert_eq!(errors.len(), 4, "{errors:?}");
    for error in errors {
        assert!(!error.to_string().contains("hush") || error.to_string().contains("x://hush4:***@g"), "{error}");
    }
}

#[test]
fn entries_say_where_each_key_stands() {
    let fixture = Fixture::new(&[
        ("app-config.yaml", "app:\n  title: x\n  token: t\nlist:\n  - {a: 1}\nnone: {}\n"),
        ("app-config.local.yaml", "\napp: {title: y}\n"),
    ]);
    let config = fixture.env(&[("APP_CONFIG_app_baseUrl", "1")]).load().unwrap();
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
            "app.baseUrl 1 environment variable APP_CONFIG_app_baseUrl",
            "list[0].a 1 app-config.yaml:5:6",
            "none {} app-config.yaml:6:1",
        ]
    );
}
