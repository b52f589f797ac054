use std::path::PathBuf;
use std::time::Duration;

use config::{
    AzureSecret, BitbucketCredential, ClientCertificate, ConflictStrategy, Database, Https, Listen, OrphanStrategy,
    Postgres, PostgresServer, PostgresTls, ProcessingInterval, Secret, Settings, TargetMatch,
};

use crate::{Fixture, load};

fn settings(text: &str) -> Settings {
    Settings::read(&load(text)).unwrap_or_else(|errors| panic!("{text}: {errors:?}"))
}

fn error(text: &str) -> String {
    match Settings::read(&load(text)) {
        Ok(_) => panic!("{text} is accepted"),
        Err(errors) => errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn an_empty_configuration_has_defaults() {
    let settings = settings("{}");
    assert_eq!(settings.app.title, "Callboard");
    assert_eq!(settings.app.base_url.as_str(), "http://localhost:7007/");
    assert_eq!(settings.backend.listen, Listen { host: None, port: 7007 });
    assert_eq!(settings.backend.https, None);
    assert_eq!(settings.backend.cors, None);
    assert_eq!(settings.backend.database, Database::File(PathBuf::from("./data/callboard.sqlite")));
    assert_eq!(settings.backend.lifecycle.startup_request_pause_timeout, Duration::from_secs(5));
    let kinds: Vec<_> = settings.catalog.rules[0].allow.iter().map(|allowed| allowed.kind.as_str()).collect();
    assert_eq!(kinds, ["Component", "API", "Location"]);
    assert_eq!(settings.catalog.orphan_strategy, OrphanStrategy::Delete);
    assert_eq!(settings.catalog.location_conflict_strategy, ConflictStrategy::Reject);
    assert_eq!(settings.catalog.processing_interval, ProcessingInterval::Default);
}

#[test]
fn addresses_to_listen_on() {
    for (written, host, port) in [
        ("':7008'", None, 7008),
        ("7008", None, 7008),
        ("'7008'", None, 7008),
        ("localhost:80", Some("localhost"), 80),
        ("0.0.0.0:0", Some("0.0.0.0"), 0),
        ("'[::1]:80'", Some("::1"), 80),
        ("{port: 80}", None, 80),
        ("{host: h, port: '80'}", Some("h"), 80),
        ("{host: h}", Some("h"), 7007),
    ] {
        let settings = settings(&format!("backend: {{listen: {written}}}"));
        assert_eq!(settings.backend.listen, Listen { host: host.map(str::to_owned), port }, "{written}");
    }
    assert_eq!(
        error("backend:\n  listen: abc\n"),
        "app-config.yaml:2:11: backend.listen: expected a port or host:port, got \"abc\""
    );
    for bad in ["a:b:80", "':70070'", "-1", "'::1:80:'", "{port: x}"] {
        assert!(error(&format!("backend: {{listen: {bad}}}")).contains("expected a port"), "{bad}");
    }
}

#[test]
fn the_server_section() {
    let settings = settings(
        "backend:\n  baseUrl: https://api.example.com\n  https: {certificate: {cert: C, key: K}}\n\
         \x20 cors: {origin: 'http://*.x', methods: 'GET, POST', credentials: true, maxAge: 60}\n\
         \x20 csp: {img-src: ['*'], upgrade-insecure-requests: false}\n\
         \x20 reading: {allow: [{host: '*.Example.com'}, {host: 'a:80', paths: [/x]}]}\n\
         \x20 lifecycle: {serverShutdownDelay: 10s}\n  logger: {level: debug}\n",
    );
    let backend = settings.backend;
    assert_eq!(settings.app.base_url.as_str(), "https://api.example.com/");
    assert!(matches!(backend.https, Some(Https::Certificate(certificate)) if certificate.key == Secret::new("K")));
    let cors = backend.cors.unwrap();
    assert_eq!((cors.origins, cors.methods.unwrap()), (vec!["http://*.x".into()], vec!["GET".into(), "POST".into()]));
    let csp: Vec<_> =
        backend.csp.iter().map(|directive| (directive.name.as_str(), directive.sources.clone())).collect();
    assert_eq!(csp, [("img-src", Some(vec!["*".to_owned()])), ("upgrade-insecure-requests", None)]);
    assert_eq!(backend.reading[0].host.to_string(), "*.example.com");
    assert_eq!(backend.reading[1].paths.as_deref(), Some(&["/x".to_owned()][..]));
    assert_eq!(backend.lifecycle.server_shutdown_delay, Duration::from_secs(10));
    assert_eq!(backend.log_level.as_deref(), Some("debug"));
}

#[test]
fn where_the_data_is_kept() {
    let file = |path: &str| Database::File(PathBuf::from(path));
    for (written, expected) in [
        ("{client: better-sqlite3, connection: ':memory:'}", Database::Memory),
        ("{client: better-sqlite3, connection: a/b.db}", file("a/b.db")),
        ("{client: better-sqlite3, connection: 'file:a.db'}", file("a.db")),
        ("{client: better-sqlite3, connection: {filename: ':memory:'}}", Database::Memory),
        ("{client: better-sqlite3, connection: {filename: a.db}}", file("a.db")),
        ("{client: better-sqlite3, connection: {directory: d}}", file("d/callboard.sqlite")),
        ("{client: better-sqlite3, directory: d}", file("d/callboard.sqlite")),
        ("{client: better-sqlite3}", file("./data/callboard.sqlite")),
    ] {
        assert_eq!(settings(&format!("backend: {{database: {written}}}")).backend.database, expected, "{written}");
    }
    for (written, complaint) in [
        ("{client: oracle}", "1:30: backend.database.client: expected 'better-sqlite3' or 'pg', got \"oracle\""),
        (
            "{client: better-sqlite3, connection: 'postgres://h/d'}",
            "1:58: backend.database.connection: this is the address of a PostgreSQL server; use client 'pg' for it",
        ),
    ] {
        assert_eq!(error(&format!("backend: {{database: {written}}}")), format!("app-config.yaml:{complaint}"));
    }
}

fn postgres(written: &str) -> Postgres {
    match settings(&format!("backend: {{database: {written}}}")).backend.database {
        Database::Postgres(postgres) => *postgres,
        other => panic!("{written}: {other:?}"),
    }
}

#[test]
fn where_postgres_is_and_what_of_it_is_ours() {
    let full = PostgresServer {
        host: Some("db".to_owned()),
        port: Some(6543),
        user: Some("me".to_owned()),
        password: Some(Secret::new("p@ss")),
        database: Some("portal".to_owned()),
        ..PostgresServer::default()
    };
    for written in [
        "{client: pg, connection: 'postgres://me:p%40ss@db:6543/portal'}",
        "{connection: 'postgresql://me:p%40ss@db:6543/portal'}",
        "{client: pg, connection: 'postgres:///?host=db&port=6543&user=me&password=p%40ss&dbname=portal'}",
        "{client: pg, connection: {host: db, port: '6543', user: me, password: p@ss, database: portal}}",
        "{client: pg, connection: {connectionString: 'postgres://me@x/portal', host: db, port: 6543, password: p@ss}}",
    ] {
        assert_eq!(postgres(written).server, full, "{written}");
    }
    assert_eq!(postgres("{client: pg, connection: 'postgres://[::1]/x'}").server.host.as_deref(), Some("::1"));

    let names = |written: &str| {
        let postgres = postgres(written);
        (postgres.server.database.unwrap_or_default(), postgres.schema.unwrap_or_default())
    };
    let own = |database: &str, schema: &str| (database.to_owned(), schema.to_owned());
    assert_eq!(names("{client: pg}"), own("backstage_plugin_callboard", ""));
    assert_eq!(names("{client: pg, prefix: x_}"), own("x_callboard", ""));
    assert_eq!(names("{client: pg, pluginDivisionMode: schema}"), own("", "callboard"));
    let shared = "{client: pg, connection: {database: all}, pluginDivisionMode: schema, schemaPrefix: x_}";
    assert_eq!(names(shared), own("all", "x_callboard"));

    let plain = postgres("{client: pg}");
    assert!(plain.create_database && plain.create_schema && plain.role.is_none());
    assert_eq!((plain.connections, plain.server.tls), (5, PostgresTls::IfOffered));
    let tuned = postgres("{client: pg, ensureExists: false, role: owner, knexConfig: {pool: {min: 0, max: 12}}}");
    assert!(!tuned.create_database && !tuned.create_schema && tuned.connections == 12);
    assert_eq!(tuned.role.as_deref(), Some("owner"));
}

#[test]
fn how_the_connection_to_postgres_is_protected() {
    let checked = |ca: Option<&str>| PostgresTls::Checked { ca: ca.map(str::to_owned), client: None };
    let client = ClientCertificate { certificate: "C".to_owned(), key: Secret::new("K") };
    for (written, expected) in [
        ("'postgres://h/d'", PostgresTls::IfOffered),
        ("'postgres://h/d?sslmode=disable'", PostgresTls::Off),
        ("'postgres://h/d?sslmode=prefer'", PostgresTls::IfOffered),
        ("'postgres://h/d?sslmode=no-verify'", PostgresTls::Unchecked { client: None }),
        ("'postgres://h/d?sslmode=require'", checked(None)),
        ("'postgres://h/d?sslmode=verify-full'", checked(None)),
        ("'postgres://h/d?ssl=true'", checked(None)),
        ("{ssl: true}", checked(None)),
        ("{ssl: 'false'}", PostgresTls::Off),
        ("{ssl: {ca: A}}", checked(Some("A"))),
        ("{ssl: {ca: [A, B]}}", checked(Some("A\nB"))),
        ("{ssl: {rejectUnauthorized: false}}", PostgresTls::Unchecked { client: None }),
        ("{ssl: {cert: C, key: K}}", PostgresTls::Checked { ca: None, client: Some(client) }),
        ("{connectionString: 'postgres://h/d?sslmode=require', ssl: {ca: A}}", checked(Some("A"))),
    ] {
        assert_eq!(postgres(&format!("{{client: pg, connection: {written}}}")).server.tls, expected, "{written}");
    }
}

#[test]
fn what_of_postgres_cannot_be_used() {
    for (written, complaint) in [
        ("connection: 'postgres://me:hush@h:port/d'", "connection: expected an address such as postgres://"),
        ("connection: 'mysql://me:hush@h/d'", "connection: expected an address such as postgres://"),
        ("connection: 'postgres://h/d?sslmode=maybe'", "connection: `sslmode` of the address: expected 'disable'"),
        ("connection: 'postgres://h/d?sslcert=x'", "connection: the parameter `sslcert` of the address is not read"),
        ("connection: {port: 70000}", "connection.port: expected a port, got 70000"),
        ("connection: {type: rds}", "connection.type: expected 'default', got \"rds\"; give `user` and `password`"),
        ("connection: {ssl: {cert: x}}", "connection.ssl: `cert` and `key` belong together"),
        ("pluginDivisionMode: tables", "pluginDivisionMode: expected one of 'database', 'schema', got \"tables\""),
        ("knexConfig: {pool: {max: 1}}", "knexConfig.pool.max: expected a number of connections of 2 or more, got 1"),
    ] {
        let error = error(&format!("backend: {{database: {{client: pg, {written}}}}}"));
        let (place, said) = error.split_once(": backend.database.").unwrap();
        assert!(place.starts_with("app-config.yaml:1:") && said.starts_with(complaint), "{written}: {error}");
        assert!(!error.contains("hush"), "{error}");
    }
}

#[test]
fn the_catalog_section() {
    let catalog = settings(
        "catalog:\n  locations:\n    - {type: file, target: ./a.yaml, rules: [{allow: [User]}]}\n\
         \x20 rules:\n    - allow: [Component, {kind: API, spec.type: openapi}]\n\
         \x20   - allow: [Template]\n      locations: [{type: url, pattern: 'https://*'}, {type: url, exact: x}, {type: file}]\n\
         \x20 orphanStrategy: keep\n  processingInterval: {minutes: 1}\n  readonly: true\n\
         \x20 defaultLocationConflictStrategy: refresh\n  sets: {rejectRemovalsAbovePercentage: 20}\n  providers: {github: {x: {organization: y}}}\n",
    )
    .catalog;
    assert_eq!(catalog.locations[0].rules[0][0].kind, "User");
    assert_eq!(catalog.locations[0].origin.as_ref().unwrap().to_string(), "app-config.yaml:3:7");
    assert_eq!(catalog.rules[0].allow[1].spec_type.as_deref(), Some("openapi"));
    let targets: Vec<_> = catalog.rules[1].locations.iter().flatten().map(|location| location.target.clone()).collect();
    let expected = [TargetMatch::Pattern("https://*".into()), TargetMatch::Exact("x".into()), TargetMatch::Any];
    assert_eq!(targets, expected);
    assert_eq!(catalog.orphan_strategy, OrphanStrategy::Keep);
    assert_eq!(catalog.processing_interval, ProcessingInterval::Every(Duration::from_secs(60)));
    assert!(catalog.readonly);
    assert_eq!(catalog.most_removals, 20);
    assert_eq!(settings("catalog: {processingInterval: false}").catalog.processing_interval, ProcessingInterval::Never);
    assert!(settings("catalog: {rules: []}").catalog.rules.is_empty(), "no rules let nothing in");
}

#[test]
fn catalog_mistakes_stop_the_start() {
    for (text, message) in [
        (
            "catalog:\n  rules:\n    - allow: [X]\n      locations:\n        - {type: url, exact: a, pattern: b}\n",
            "app-config.yaml:5:11: catalog.rules[0].locations[0]: \
             A catalog rule location cannot have both exact and pattern values",
        ),
        (
            "catalog:\n  rules:\n    - locations: []\n",
            "app-config.yaml:3:7: Missing required config value at 'catalog.rules[0].allow'",
        ),
        (
            "catalog: {orphanStrategy: burn}",
            "app-config.yaml:1:27: catalog.orphanStrategy: expected one of 'delete', 'keep', got \"burn\"",
        ),
        (
            "catalog: {processingInterval: '5'}",
            "app-config.yaml:1:31: catalog.processingInterval: \
             The value cannot be a plain number; try adding a unit like 'ms' or 'seconds'",
        ),
        (
            "catalog: {locations: [{type: file}]}",
            "app-config.yaml:1:23: Missing required config value at 'catalog.locations[0].target'",
        ),
    ] {
        assert_eq!(error(text), message);
    }
}

#[test]
fn public_hosts_are_there_without_being_written() {
    let integrations = settings("{}").integrations;
    assert_eq!(integrations.github[0].api_base_url.as_str(), "https://api.github.com/");
    assert_eq!(integrations.gitlab[0].api_base_url.as_str(), "https://gitlab.com/api/v4");
    assert_eq!(integrations.azure[0].host, "dev.azure.com");
    assert_eq!(integrations.bitbucket_cloud.len(), 1);
    assert!(
        integrations.gitea.is_empty() && integrations.gerrit.is_empty() && integrations.bitbucket_server.is_empty()
    );
}

#[test]
fn the_integrations_section() {
    let integrations = settings(
        "integrations:\n  github: [{token: ' t '}, {host: GHE.example.com, apps: [{appId: 1, privateKey: P}]}]\n\
         \x20 gitlab: [{host: 'gl.example.com:8443'}]\n\
         \x20 bitbucketCloud: [{username: u, appPassword: p}]\n  bitbucketServer: [{host: bb, token: t}]\n\
         \x20 azure: [{credentials: [{organizations: [o], personalAccessToken: p}, {clientId: c}]}]\n\
         \x20 gerrit: [{host: g, gitilesBaseUrl: 'https://g/plugins/gitiles'}]\n  gitea: [{host: t, password: hush}]\n",
    )
    .integrations;
    assert_eq!(integrations.github[0].token, Some(Secret::new("t")));
    assert_eq!(integrations.github[1].api_base_url.as_str(), "https://ghe.example.com/api/v3");
    assert_eq!(integrations.github[1].apps[0].app_id, "1");
    assert_eq!(integrations.gitlab[0].base_url.as_str(), "https://gl.example.com:8443/");
    assert_eq!(
        integrations.bitbucket_cloud[0].credential,
        Some(BitbucketCredential::Basic { username: "u".into(), password: Secret::new("p") })
    );
    assert_eq!(integrations.bitbucket_server[0].api_base_url.as_str(), "https://bb/rest/api/1.0");
    assert_eq!(integrations.azure[0].credentials[1].secret, AzureSecret::ManagedIdentity { client_id: "c".into() });
    assert_eq!(integrations.gerrit[0].gitiles_base_url.as_str(), "https://g/plugins/gitiles");
    assert_eq!(integrations.gitea[0].password, Some(Secret::new("hush")));
    assert!(!format!("{integrations:?}").contains("hush"), "secrets do not print");
}

#[test]
fn hosts_and_secrets_are_read_generously() {
    let integrations = settings(
        "integrations:\n  github: [{host: 'GHE.corp:443', token: ' '}]\n\
         \x20 gitlab: [{host: git.corp, baseUrl: 'https://git.corp/gitlab/'}]\n\
         \x20 bitbucketCloud: [{host: 'b:8443', apiBaseUrl: 'http://b/2.0'}]\n\
         \x20 bitbucketServer: [{host: bb, username: u}, {host: both, token: t, username: u, password: p}]\n\
         \x20 gerrit: [{host: g, disableEditUrl: true}]\n  gitea: [{host: t, password: 12345}]\n",
    )
    .integrations;
    assert_eq!((integrations.github[0].host.as_str(), &integrations.github[0].token), ("ghe.corp", &None));
    assert_eq!(integrations.gitlab[0].api_base_url.as_str(), "https://git.corp/gitlab/api/v4");
    let clouds: Vec<_> = integrations.bitbucket_cloud.iter().map(|cloud| cloud.host.as_str()).collect();
    assert_eq!(clouds, ["b:8443", "bitbucket.org"]);
    assert_eq!(integrations.bitbucket_server[0].credential, None, "half a credential is none");
    assert!(matches!(integrations.bitbucket_server[1].credential, Some(BitbucketCredential::Basic { .. })));
    assert!(!integrations.gerrit[0].edit_urls);
    assert_eq!(integrations.gitea[0].password, Some(Secret::new("12345")));
}

#[test]
fn integration_mistakes_name_the_line() {
    for (text, message) in [
        (
            "integrations: {gitea: [{}]}",
            "app-config.yaml:1:24: Missing required config value at 'integrations.gitea[0].host'",
        ),
        (
            "integrations: {github: [{host: 'https://x'}]}",
            "app-config.yaml:1:32: integrations.github[0].host: \
             Invalid GitHub integration config, 'https://x' is not a valid host",
        ),
        (
            "integrations: {github: [{apiBaseUrl: x}]}",
            "app-config.yaml:1:38: integrations.github[0].apiBaseUrl: \
             expected a URL such as https://portal.example.com, got \"x\"",
        ),
    ] {
        assert_eq!(error(text), message);
    }
}

#[test]
fn every_mistake_is_told_at_once() {
    let errors = error(
        "app: {baseUrl: x}\nbackend:\n  listen: x\n  cors: {credentials: x, origin: '[a'}\n\
         \x20 csp: {img-src: [\"a\\nb\"]}\n  reading: {allow: [{host: 'https://x'}, {paths: []}]}\n\
         catalog:\n  readonly: x\n  locations: [{type: file}, {target: x}]\n",
    );
    let lines: Vec<&str> = errors.lines().map(|line| line.split(':').nth(1).unwrap_or_default()).collect();
    assert_eq!(lines, ["3", "4", "4", "5", "6", "6", "1", "9", "9", "8"], "{errors}");
}

#[test]
fn values_that_cannot_be_used_are_refused_where_they_stand() {
    for (text, message) in [
        (
            "backend:\n  reading: {allow: [{host: 'https://x'}]}\n",
            "app-config.yaml:2:28: backend.reading.allow[0].host: expected a host such as example.com, \
             *.example.com or example.com:8080; 'https://x' is not a host: its port is not valid",
        ),
        (
            "backend: {cors: {origin: ['http://[a']}}",
            "app-config.yaml:1:26: backend.cors.origin: \"http://[a\" is no pattern for origins: \
             unclosed character class; missing ']'",
        ),
        (
            "backend: {cors: {optionsSuccessStatus: 7}}",
            "app-config.yaml:1:40: backend.cors.optionsSuccessStatus: expected an HTTP status such as 200 or 204, got 7",
        ),
        (
            "backend: {csp: {img-src: [\"a\\nb\"]}}",
            "app-config.yaml:1:26: backend.csp.img-src: \"a\\nb\" cannot be sent in a header",
        ),
        (
            "catalog: {rules: [{allow: [X], locations: [{type: url, pattern: '{a'}]}]}",
            "app-config.yaml:1:65: catalog.rules[0].locations[0].pattern: \"{a\" is no pattern: \
             unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
        ),
    ] {
        assert_eq!(error(text), message);
    }
}

#[test]
fn locations_start_at_the_file_that_names_them() {
    let fixture = Fixture::new(&[
        ("app-config.yaml", "catalog: {locations: [{type: file, target: a.yaml}]}"),
        ("more/app-config.yaml", "catalog: {locations: {$include: deep/locations.yaml}}"),
        ("more/deep/locations.yaml", "[{type: file, target: b.yaml}]"),
    ]);
    let folder = |fixture: &Fixture| {
        let settings = Settings::read(&fixture.load().unwrap()).unwrap();
        settings.catalog.locations[0].folder.clone()
    };
    let root = fixture.directory.path().to_owned();
    assert_eq!(folder(&fixture), root);
    let fixture = fixture.targets(&["app-config.yaml", "more/app-config.yaml"]);
    assert_eq!(folder(&fixture), root.join("more/deep"));
    let fixture = fixture.env(&[("APP_CONFIG_catalog_locations", r#"[{"type": "file", "target": "c.yaml"}]"#)]);
    assert_eq!(folder(&fixture), std::env::current_dir().unwrap());
}

#[test]
fn an_organisation_makes_the_portal_its_own() {
    let fixture = Fixture::new(&[
        (
            "app-config.yaml",
            "app:\n  branding:\n    iconLogo: ./brand/mark.svg\n    fullLogo: data:image/svg+xml,%3Csvg%20a='1+1'/%3E\n    theme: {light: {primaryColor: '#0a5'}, dark: {primaryColor: '#5FD494'}}\n    welcome: {en: Hello, it: Ciao}\n  support: {url: 'https://help.example'}\n",
        ),
        ("brand/mark.svg", "<svg/>"),
    ]);
    let branding = Settings::read(&fixture.load().expect("it loads")).expect("it can be used").branding;
    let icon = branding.icon.expect("an icon");
    assert_eq!((icon.media_type, &*icon.bytes), ("image/svg+xml", &b"<svg/>"[..]));
    assert_eq!(branding.logo.map(|logo| logo.bytes), Some(b"<svg a='1+1'/>".to_vec()));
    assert_eq!((branding.light, branding.dark), (Some([0, 0xaa, 0x55]), Some([0x5f, 0xd4, 0x94])));
    assert_eq!(branding.welcome["it"], "Ciao");
    assert_eq!(branding.support.map(|url| url.to_string()).as_deref(), Some("https://help.example/"));
    for (written, said) in [
        ("iconLogo: ./none.svg", "app.branding.iconLogo: "),
        ("iconLogo: https://cdn.example/logo.svg", "pages show no pictures from other hosts"),
        ("iconLogo: 'data:text/html,x'", "expected a picture: SVG, PNG, WebP, JPEG or GIF"),
        ("iconLogo: 'data:image/png;base64,%%%'", "expected a URI such as"),
        ("fullLogo: 'data:image/png;base64,'", "this one has 0"),
        ("theme: {light: {primaryColor: red}}", "expected a colour such as '#3b4cca', got \"red\""),
        ("theme: {dark: {primaryColor: '#12345é'}}", "expected a colour"),
        ("welcome: {en: 3}", "app.branding.welcome.en"),
    ] {
        let told = error(&format!("app:\n  branding:\n    {written}\n"));
        assert!(told.starts_with("app-config.yaml:3:") && told.contains(said), "{written}: {told}");
    }
}
