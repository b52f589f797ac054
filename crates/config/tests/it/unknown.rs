use crate::load;

#[test]
fn unknown_keys_are_accepted_and_listed_once() {
    let config = load(
        "app: {title: x, tittle: y}\n\
         backend:\n  listen: {host: h, port: 1, prot: 2}\n  csp: {img-src: [x]}\n  rateLimit: true\n\
         auth: {providers: {x: {y: z}}}\n\
         jenkins: {a: {b: 1}, c: 2}\n\
         catalog: {rules: [{allow: [{kind: A, spec.type: b}], where: x}]}\n",
    );
    let keys: Vec<String> = config.unknown_keys().iter().map(ToString::to_string).collect();
    assert_eq!(
        keys,
        [
            "app-config.yaml:1:17: app.tittle: not read by this version; did you mean app.title?",
            "app-config.yaml:3:30: backend.listen.prot: not read by this version; did you mean backend.listen.port?",
            "app-config.yaml:5:3: backend.rateLimit: not read by this version",
            "app-config.yaml:6:20: auth.providers.x: not read by this version",
            "app-config.yaml:7:1: jenkins: not read by this version",
            "app-config.yaml:8:54: catalog.rules[0].where: not read by this version",
        ]
    );
}

#[test]
fn retired_keys_say_what_to_do() {
    let config = load(
        "catalog:\n  enableRelationsCompatibility: true\n  stitchingStrategy: {mode: deferred}\n\
         integrations:\n  bitbucket: [{host: x}]\n  azure: [{token: x}]\n\
         backend: {auth: {keys: [{secret: x}]}}\n",
    );
    let keys: Vec<String> = config.warnings().into_iter().map(|warning| warning.key).collect();
    assert_eq!(
        keys,
        [
            "catalog.enableRelationsCompatibility",
            "catalog.stitchingStrategy.mode",
            "integrations.bitbucket",
            "integrations.azure[0].token",
            "backend.auth.keys",
        ]
    );
    assert_eq!(config.unknown_keys(), []);
    assert_eq!(
        config.warnings()[1].to_string(),
        "app-config.yaml:3:23: catalog.stitchingStrategy.mode was removed: there is one mode; delete the key"
    );
}

#[test]
fn keys_of_the_catalog_without_effect_say_why() {
    let config = load(
        "catalog:\n  readonly: true\n  disableDefaultProcessors: true\n  orphanStrategy: keep\n\
         \x20 orphanProviderStrategy: keep\n  stitchingStrategy: {pollingInterval: 1s, stitchTimeout: 1m}\n\
         \x20 defaultLocationConflictStrategy: refresh\n  processingInterval: false\n\
         \x20 providerOptions: {x: {disabled: true}}\n  processorOptions: {UrlReaderProcessor: {disabled: true}}\n\
         \x20 scmEvents: true\n  actions: {experimentalCatalogLayersDescriptions: {enabled: true}}\n\
         \x20 providers: {github: {a: {organization: o}}}\n  processors: {ldapOrg: {}}\n",
    );
    let told: Vec<String> = config.warnings().iter().map(ToString::to_string).collect();
    let keys = [
        "3:3: catalog.disableDefaultProcessors",
        "6:23: catalog.stitchingStrategy.pollingInterval",
        "6:44: catalog.stitchingStrategy.stitchTimeout",
        "9:3: catalog.providerOptions",
        "10:3: catalog.processorOptions",
        "11:3: catalog.scmEvents",
        "12:3: catalog.actions",
        "13:3: catalog.providers",
        "14:3: catalog.processors",
    ];
    assert_eq!(told.len(), keys.len(), "{told:#?}");
    for (told, key) in told.iter().zip(keys) {
        assert!(told.starts_with(&format!("app-config.yaml:{key} has no effect")), "{told}");
    }
    assert_eq!(config.unknown_keys(), []);
}

#[test]
fn hosts_that_cannot_be_read_yet_are_told() {
    let config = load(
        "integrations:\n  harness: [{host: h}]\n  awsS3: [{endpoint: e}]\n  new: [{host: n}]\n\
         \x20 github: [{apps: [{appId: 1, privateKey: x}]}]\n  azure: [{credentials: [{clientId: c}]}]\n",
    );
    let keys: Vec<String> = config.warnings().into_iter().map(|warning| warning.key).collect();
    let expected = [
        "integrations.harness",
        "integrations.awsS3",
        "integrations.github[0].apps",
        "integrations.azure[0].credentials[0].clientId",
    ];
    assert_eq!(keys, expected);
    let unknown: Vec<String> = config.unknown_keys().into_iter().map(|unknown| unknown.key).collect();
    assert_eq!(unknown, ["integrations.new"]);
}

#[test]
fn what_the_rooms_read_is_not_unknown() {
    let config = load(
        "auth:\n  environment: development\n  backstageTokenExpiration: {minutes: 30}\n  providers: {guest: {userEntityRef: a}}\n\
         backend:\n  auth: {externalAccess: [{type: static, options: {token: t, subject: s}, accessRestrictions: [{plugin: p}]}]}\n\
         \x20 referrer: {policy: [same-origin]}\n  server: {requestTimeout: 5, headersTimeout: 0}\n",
    );
    assert_eq!(config.unknown_keys(), []);
}
