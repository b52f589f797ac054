//! Configurations as Backstage's users have them load unchanged.

use config::{Database, Settings};

use crate::Fixture;

const CREATED: &str = include_str!("real/create-app.yaml");
const PRODUCTION: &str = include_str!("real/create-app.production.yaml");
const ORGANISATION: &str = include_str!("real/organisation.yaml");
const CREDENTIALS: &str =
    "appId: 1\nclientId: c\nclientSecret: s\nwebhookSecret: w\nprivateKey: |\n  -----BEGIN RSA PRIVATE KEY-----\n  x\n";

#[test]
fn the_configuration_of_a_new_backstage_loads() {
    let config = Fixture::new(&[("app-config.yaml", CREATED)]).env(&[("NODE_ENV", "development")]).load().unwrap();
    let settings = Settings::read(&config).unwrap();
    assert_eq!(settings.app.title, "Scaffolded Backstage App");
    assert_eq!(settings.catalog.locations.len(), 3);
    assert_eq!(settings.backend.database, Database::Memory);
    assert!(settings.auth.guest.is_some() && settings.auth.environment.as_deref() == Some("development"));
    assert!(settings.integrations.github[0].token.is_none(), "a variable that is not set says nothing");
    assert!(config.warnings().is_empty(), "{:?}", config.warnings());
    let unknown = config.unknown_keys();
    let keys: Vec<&str> = unknown.iter().map(|unknown| unknown.key.as_str()).collect();
    assert_eq!(keys, ["catalog.import", "catalog.useUrlReadersSearch"]);
    assert!(unknown.iter().all(|unknown| unknown.meant.is_none()), "{unknown:?}");
}

#[test]
fn what_production_adds_to_it_loads() {
    let files = [("app-config.yaml", CREATED), ("app-config.production.yaml", PRODUCTION)];
    let variables = [("POSTGRES_HOST", "db"), ("POSTGRES_PORT", "5433"), ("POSTGRES_PASSWORD", "hush")];
    let fixture = Fixture::new(&files).targets(&["app-config.yaml", "app-config.production.yaml"]);
    let settings = Settings::read(&fixture.env(&variables).load().unwrap()).unwrap();
    let Database::Postgres(postgres) = settings.backend.database else { panic!("{:?}", settings.backend.database) };
    assert_eq!((postgres.server.host.as_deref(), postgres.server.port), (Some("db"), Some(5433)));
    assert_eq!(postgres.server.database.as_deref(), Some("backstage_plugin_callboard"));
    assert!(postgres.server.user.is_none(), "a variable that is not set says nothing");
}

#[test]
fn the_configuration_of_an_organisation_loads_and_shows_no_secret() {
    let names = ORGANISATION.split("${").skip(1).filter_map(|rest| rest.split(['}', ':']).next());
    let variables: Vec<(&str, &str)> =
        names.chain(["GITLAB_TOKEN"]).filter(|name| *name != "PORT").map(|name| (name, "aHVzaGh1c2gx")).collect();
    let files = [("app-config.yaml", ORGANISATION), ("credentials.yaml", CREDENTIALS)];
    let config = Fixture::new(&files).env(&variables).load().unwrap();
    let settings = Settings::read(&config).map_err(|errors| format!("{errors:#?}")).unwrap();
    assert_eq!(settings.auth.external_access.len(), 3);
    assert_eq!(settings.backend.listen.port, 7007);
    let shown = config.masked().to_string();
    assert!(!shown.contains("aHVzaGh1c2gx") && !shown.contains("PRIVATE KEY"), "{shown}");
    let slips: Vec<_> = config.unknown_keys().into_iter().filter(|unknown| unknown.meant.is_some()).collect();
    assert!(slips.is_empty(), "{slips:?}");
}
