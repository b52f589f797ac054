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
            "app-config.yaml:1:17: app.tittle: not read by this version",
            "app-config.yaml:3:30: backend.listen.prot: not read by this version",
            "app-config.yaml:5:3: backend.rateLimit: not read by this version",
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
