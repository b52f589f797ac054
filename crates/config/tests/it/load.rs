use std::path::PathBuf;

use config::{Environment, LoadOptions, Loader};
use serde_json::json;

use crate::{Fixture, load};

#[test]
fn layers_are_laid_over_each_other() {
    let files = [
        ("app-config.yaml", "app: {title: base, a: 1}\nlist: [1, 2]\ngone: {x: 1}\n"),
        ("app-config.production.yaml", "app: {title: production}\nlist: [3]\n"),
        ("app-config.local.yaml", "app: {a: 2}\ngone: null\n"),
        ("app-config.production.local.yaml", "app: {b: 3}\n"),
        ("other.yaml", "app: {title: other}\n"),
        ("empty.yaml", "# nothing\n"),
    ];
    let plain = Fixture::new(&files).load().unwrap();
    assert_eq!(*plain.value(), json!({"app": {"title": "base", "a": 2}, "list": [1, 2]}));
    let production = Fixture::new(&files).env(&[("BACKSTAGE_ENV", "production")]).load().unwrap();
    assert_eq!(*production.value(), json!({"app": {"title": "production", "a": 2, "b": 3}, "list": [3]}));
    let named = Fixture::new(&files).targets(&["app-config.yaml", "other.yaml", "empty.yaml"]).load().unwrap();
    assert_eq!(*named.value(), json!({"app": {"title": "other", "a": 1}, "list": [1, 2], "gone": {"x": 1}}));
    let overridden = Fixture::new(&files).env(&[("APP_CONFIG_app_a", "7"), ("APP_CONFIG_list", "[]")]).load().unwrap();
    assert_eq!(*overridden.value(), json!({"app": {"title": "base", "a": 7}, "list": []}));
}

#[test]
fn undefined_variables_take_their_value_away() {
    let fixture = Fixture::new(&[(
        "app-config.yaml",
        "a: ${A}\nb: ${B}\nc: [x, '${B}', '${B:-y}']\nd: {$env: B}\ne: {$env: A}\nf: $${A}\ng: {h: '${B}'}\n",
    )]);
    let config = fixture.env(&[("A", " 1 ")]).load().unwrap();
    assert_eq!(*config.value(), json!({"a": "1", "c": ["x", "y"], "e": "1", "f": "${A}", "g": {}}));
}

#[test]
fn files_are_included_relative_to_the_file_that_names_them() {
    let fixture = Fixture::new(&[
        (
            "conf/app-config.yaml",
            "a: {$file: ../token.txt}\nb: {$include: sub/b.yaml}\nc: {$include: 'sub/b.yaml#x.y'}\n\
             d: {$include: 'sub/${WHICH}.json#k'}\ne: {$include: 'sub/b.yaml#missing'}\nf: {$include: 'sub/b.yaml#'}\n",
        ),
        ("token.txt", "t0ken\n\n"),
        ("conf/sub/b.yaml", "x: {y: {$file: inner.txt}}\nz: {$include: c.yml}\nhome: ${WHICH}\n"),
        ("conf/sub/inner.txt", "inner"),
        ("conf/sub/c.yml", "{$include: 'd.json#k'}"),
        ("conf/sub/d.json", "{\"k\": \"${WHICH}!\"}"),
    ]);
    let loader =
        Loader::open(fixture.targets(&["conf/app-config.yaml"]).env(&[("WHICH", "d")]).options.clone()).unwrap();
    let config = loader.current();
    let b = json!({"x": {"y": "inner"}, "z": "d!", "home": "d"});
    assert_eq!(*config.value(), json!({"a": "t0ken", "b": b, "c": "inner", "d": "d!", "f": b}));
    let home = config.root().find("b.home").unwrap();
    assert_eq!(home.origin().unwrap().to_string(), "conf/sub/b.yaml:3:7");
    let files = loader.files();
    let mut names: Vec<_> = files.iter().filter_map(|path| path.file_name()?.to_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names, ["app-config.yaml", "b.yaml", "c.yml", "d.json", "inner.txt", "token.txt"]);
}

#[test]
fn what_cannot_be_loaded_is_said_with_its_place() {
    for (files, message) in [
        (
            &[][..],
            "app-config.yaml: the configuration file does not exist; create it or name another one with --config <file>",
        ),
        (&[("app-config.yaml", "- a\n")], "app-config.yaml:1:1: expected object at config root"),
        (&[("app-config.yaml", "${X}")], "app-config.yaml:1:1: expected object at config root"),
        (
            &[("app-config.yaml", "a:\n  $file: x\n  b: 1\n")],
            "app-config.yaml:2:10: a: include key $file should not have adjacent keys",
        ),
        (&[("app-config.yaml", "a: {$env: 5}\n")], "app-config.yaml:1:11: a: $env include value is not a string"),
        (
            &[("app-config.yaml", "a: {$file: '${NO}'}\n")],
            "app-config.yaml:1:12: a: $file substitution value was undefined",
        ),
        (
            &[("app-config.yaml", "a:\n  - $file: no.txt\n")],
            "app-config.yaml:2:12: a[0]: failed to read file no.txt, the file does not exist",
        ),
        (
            &[("app-config.yaml", "a: {$include: x.js}\n")],
            "app-config.yaml:1:15: a: no configuration parser available for included file x.js",
        ),
        (
            &[("app-config.yaml", "a: {$include: 'b.yaml#x.y.z'}\n"), ("b.yaml", "x: {y: 1}\n")],
            "app-config.yaml:1:15: a: value at 'x.y' in included file b.yaml is not an object",
        ),
        (
            &[("app-config.yaml", "a: {$include: 'b.yaml#no.y'}\n"), ("b.yaml", "x: 1\n")],
            "app-config.yaml:1:15: a: value at 'no' in included file b.yaml is not an object",
        ),
        (
            &[("app-config.yaml", "a: 1\n---\nb: 1\n")],
            "app-config.yaml:3:1: expected one YAML document, found a second one",
        ),
    ] {
        assert_eq!(Fixture::new(files).load().err().as_deref(), Some(message), "{files:?}");
    }
}

#[test]
fn broken_yaml_names_its_line() {
    let message = Fixture::new(&[("app-config.yaml", "a: 1\nb: [}\n")]).load().unwrap_err();
    assert!(message.starts_with("app-config.yaml:2:"), "{message}");
    let include = Fixture::new(&[("app-config.yaml", "a: {$include: b.yaml}\n"), ("b.yaml", "x: 1\ny: [}\n")]);
    let message = include.load().unwrap_err();
    assert!(
        message.starts_with("app-config.yaml:1:15: a: failed to parse included file b.yaml, b.yaml:2:"),
        "{message}"
    );
    let binary = Fixture::new(&[]);
    binary.write("app-config.yaml", [b'a', b':', b' ', 0xff]);
    assert!(binary.load().unwrap_err().starts_with("app-config.yaml:1:4: "));
}

#[test]
fn hostile_files_are_bounded() {
    let circle = Fixture::new(&[("app-config.yaml", "a: {$include: b.yaml}\n"), ("b.yaml", "x: {$include: b.yaml}\n")]);
    let message = circle.load().unwrap_err();
    assert!(message.contains("files include each other more than 16 levels deep"), "{message}");

    let fan = "[{$include: b.yaml}, {$include: b.yaml}, {$include: b.yaml}]";
    let multiplied = Fixture::new(&[("app-config.yaml", "a: {$include: b.yaml}\n"), ("b.yaml", fan)]);
    assert!(multiplied.load().is_err());

    let large = Fixture::new(&[]);
    large.write("app-config.yaml", vec![b'#'; 5 * 1024 * 1024]);
    assert_eq!(large.load().unwrap_err(), "app-config.yaml: the file is larger than 4194304 bytes");
}

#[test]
fn getters_speak_backstage_and_name_the_line() {
    let config = load("a:\n  b: text\n  n: 5\n  empty: ''\n  list: [x, 1]\n  objects: [{}, 7]\n");
    let root = config.root();
    let error = |result: Result<(), config::ConfigError>| result.unwrap_err().to_string();
    for (got, wanted) in [
        (
            error(root.required_string("a.missing").map(drop)),
            "app-config.yaml:1:1: Missing required config value at 'a.missing'",
        ),
        (
            error(root.string("a.n").map(drop)),
            "app-config.yaml:3:6: Invalid type in config for key 'a.n' in 'app-config.yaml', got number, wanted string",
        ),
        (
            error(root.string("a.empty").map(drop)),
            "app-config.yaml:4:10: Invalid type in config for key 'a.empty' in 'app-config.yaml', \
             got empty-string, wanted string",
        ),
        (
            error(root.bool("a.b").map(drop)),
            "app-config.yaml:2:6: Invalid type in config for key 'a.b' in 'app-config.yaml', got string, wanted boolean",
        ),
        (
            error(root.strings("a.list").map(drop)),
            "app-config.yaml:5:13: Invalid type in config for key 'a.list[1]' in 'app-config.yaml', \
             got number, wanted string-array",
        ),
        (
            error(root.objects("a.objects").map(drop)),
            "app-config.yaml:6:17: Invalid type in config for key 'a.objects[1]' in 'app-config.yaml', \
             got number, wanted object-array",
        ),
        (
            error(root.string("a.b.c").map(drop)),
            "app-config.yaml:2:6: Invalid type in config for key 'a.b' in 'app-config.yaml', got string, wanted object",
        ),
    ] {
        assert_eq!(got, wanted);
    }
    assert_eq!(root.string("a.b").unwrap().as_deref(), Some("text"));
    assert_eq!(root.string("x.y").unwrap(), None);
}

#[test]
fn environment_overrides_are_named_in_errors() {
    let fixture = Fixture::new(&[("app-config.yaml", "app: {title: x}\n")]).env(&[("APP_CONFIG_app_title", "5")]);
    let error = fixture.load().unwrap().root().string("app.title").unwrap_err().to_string();
    let wanted = "environment variable APP_CONFIG_app_title: \
                  Invalid type in config for key 'app.title' in 'env', got number, wanted string";
    assert_eq!(error, wanted);
}

#[test]
fn a_reload_of_the_same_is_none_and_a_failed_one_knows_what_to_wait_for() {
    let fixture = Fixture::new(&[("app-config.yaml", "a: 1\n")]);
    let loader = Loader::open(fixture.options.clone()).unwrap();
    fixture.write("app-config.yaml", "a: 1 # as before\n");
    assert!(loader.reload().unwrap().is_none());
    fixture.write("app-config.yaml", "a: {$file: run/late.txt}\n");
    assert!(loader.reload().is_err());
    assert!(loader.files().iter().any(|path| path.ends_with("run/late.txt")));
    fixture.write("run/late.txt", "2");
    assert_eq!(*loader.reload().unwrap().unwrap().value(), json!({"a": "2"}));
}

#[test]
fn where_nobody_wrote_a_configuration_there_is_a_built_in_one() {
    let mut fixture = Fixture::new(&[]);
    fixture.options.built_in = Some("app: {title: built in}\n");
    let loader = Loader::open(fixture.options.clone()).unwrap();
    let config = loader.current();
    assert!(config.is_built_in());
    assert_eq!(*config.value(), json!({"app": {"title": "built in"}}));
    let title = config.root().find("app.title").unwrap();
    assert_eq!(title.origin().unwrap().to_string(), "built-in configuration:1:14");
    assert!(loader.files().iter().any(|path| path.ends_with("app-config.yaml")));
    fixture.write("app-config.yaml", "a: 1\n");
    let written = loader.reload().unwrap().unwrap();
    assert!(!written.is_built_in());
    assert_eq!(*written.value(), json!({"a": 1}));
    // Whoever said anything expects it to be found.
    for (files, targets, variables) in [
        (&[][..], &["app-config.yaml"][..], &[][..]),
        (&[("app-config.local.yaml", "a: 1\n")], &[], &[]),
        (&[], &[], &[("BACKSTAGE_ENV", "production")]),
        (&[], &[], &[("APP_CONFIG_app_title", "x")]),
    ] {
        let mut fixture = Fixture::new(files).targets(targets).env(variables);
        fixture.options.built_in = Some("app: {title: built in}\n");
        let error = fixture.load().unwrap_err();
        assert!(error.starts_with("app-config.yaml: the configuration file does not exist"), "{error}");
    }
}

#[test]
fn a_layer_may_come_from_an_address() {
    fn read(url: &url::Url, _: u64) -> Result<String, String> {
        match url.path() {
            "/a.yaml" => Ok("app: {title: '${WORD}'}\ncatalog: {locations: [{type: file, target: ./x.yaml}]}\n".into()),
            "/file.yaml" => Ok("a: {$file: /etc/passwd}\n".into()),
            "/broken.yaml" => Ok("a: [\n".into()),
            _ => Err("404 Not Found".into()),
        }
    }
    let with = |target: &str| {
        let fixture = Fixture::new(&[("app-config.yaml", "app: {title: low, a: 1}\n")]);
        let mut fixture = fixture.targets(&["app-config.yaml", target]).env(&[("WORD", "high")]);
        fixture.options.remote = Some(read);
        assert_eq!(fixture.options.has_remote_targets(), target.starts_with("http"));
        fixture.load()
    };
    let config = with("https://h/a.yaml").unwrap();
    assert_eq!(config.value()["app"], json!({"title": "high", "a": 1}));
    assert_eq!(config.root().find("app.title").unwrap().origin().unwrap().to_string(), "https://h/a.yaml:1:14");
    let settings = config::Settings::read(&config).unwrap();
    assert_eq!(settings.catalog.locations[0].folder, std::env::current_dir().unwrap());
    for (target, message) in [
        ("https://h/no", "https://h/no: the configuration could not be read: 404 Not Found"),
        (
            "https://h/file.yaml",
            "https://h/file.yaml:1:12: a: $file names a file, which configuration read from an address may not do",
        ),
    ] {
        assert_eq!(with(target).unwrap_err(), message);
    }
    assert!(with("https://h/broken.yaml").unwrap_err().starts_with("https://h/broken.yaml:"));
    let nobody = Fixture::new(&[]).targets(&["https://h/a.yaml"]);
    assert_eq!(
        nobody.load().unwrap_err(),
        "https://h/a.yaml: the configuration could not be read: only files are read here"
    );
}

#[test]
fn node_env_is_the_environment_unless_a_file_says_another() {
    for (text, environment) in [("app: {title: x}", "development"), ("auth: {environment: local}", "local")] {
        let fixture = Fixture::new(&[("app-config.yaml", text)]).env(&[("NODE_ENV", "development")]);
        assert_eq!(fixture.load().unwrap().get("auth.environment"), Some(&json!(environment)), "{text}");
    }
}

#[test]
fn a_failed_reload_keeps_what_is_in_use() {
    let fixture = Fixture::new(&[("app-config.yaml", "a: 1\n")]);
    let loader = Loader::open(fixture.options.clone()).unwrap();
    fixture.write("app-config.yaml", "a: [\n");
    assert!(loader.reload().is_err());
    assert_eq!(*loader.current().value(), json!({"a": 1}));
    fixture.write("app-config.yaml", "a: 2\n");
    fixture.write("app-config.local.yaml", "b: 3\n");
    assert!(loader.files().iter().any(|path| path.ends_with("app-config.local.yaml")));
    loader.reload().unwrap();
    assert_eq!(*loader.current().value(), json!({"a": 2, "b": 3}));
}

#[test]
fn the_wire_replay_configuration_is_understood() {
    let environment = Environment::of_process();
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus");
    let corpus = PathBuf::from(environment.get("CALLBOARD_CORPUS").unwrap_or(beside));
    let file = corpus.join("wire/app-config.yaml");
    if !file.exists() {
        println!("skipped: no corpus at {}", corpus.display());
        return;
    }
    let options = LoadOptions {
        targets: vec![file.display().to_string()],
        environment: Environment::default(),
        ..LoadOptions::default()
    };
    let config = options.load().unwrap();
    let settings = config::Settings::read(&config).unwrap();
    assert_eq!(settings.catalog.locations.len(), 2);
    assert_eq!(settings.backend.database, config::Database::Memory);
    assert_eq!(config.unknown_keys(), []);
}
