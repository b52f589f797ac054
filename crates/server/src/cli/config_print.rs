//! `callboard config print`: what the server would see, and who said so.

use anyhow::Result;
use clap::{Args, ValueEnum};
use config::{Config, LoadOptions};
use serde_json::{Map, Value, json};

use super::Outcome;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// One line per key: `key: value  # origin`
    #[default]
    Text,
    /// `{"config": …, "origins": {key: origin}}`
    Json,
}

pub(super) fn run(options: &LoadOptions, arguments: &Arguments) -> Result<Outcome> {
    let config = options.load()?;
    let output = match arguments.format {
        Format::Text => text(&config),
        Format::Json => serde_json::to_string_pretty(&as_json(&config))? + "\n",
    };
    Ok(Outcome::ok(output))
}

fn text(config: &Config) -> String {
    /// Where origins line up, unless a line is longer.
    const ORIGIN_COLUMN: usize = 56;
    let lines = config.entries().into_iter().map(|entry| {
        let value = format!("{}: {}", entry.key, entry.value);
        match entry.origin {
            Some(origin) => format!("{value:<ORIGIN_COLUMN$}  # {origin}\n"),
            None => value + "\n",
        }
    });
    lines.collect()
}

fn as_json(config: &Config) -> Value {
    let origins: Map<String, Value> =
        config.entries().into_iter().filter_map(|entry| Some((entry.key, entry.origin?.to_string().into()))).collect();
    json!({ "config": config.masked(), "origins": origins })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn print(format: Format) -> String {
        let directory = tempfile::tempdir().unwrap();
        let text = "app: {title: x}\nintegrations:\n  github:\n    - token: ${GH_TOKEN}\n";
        fs::write(directory.path().join("app-config.yaml"), text).unwrap();
        let environment = [("GH_TOKEN", "hush"), ("APP_CONFIG_app_title", "y")].into_iter().collect();
        let options = LoadOptions { directory: directory.path().to_owned(), environment, ..LoadOptions::default() };
        run(&options, &Arguments { format }).unwrap().output
    }

    #[test]
    fn every_key_has_its_origin_and_no_secret_shows() {
        let lines: Vec<String> =
            print(Format::Text).lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(
            lines,
            [
                "app.title: \"y\" # environment variable APP_CONFIG_app_title",
                "integrations.github[0].token: \"***\" # app-config.yaml:4:7",
            ]
        );
    }

    #[test]
    fn machines_get_json() {
        let printed: Value = serde_json::from_str(&print(Format::Json)).unwrap();
        assert_eq!(
            printed,
            json!({
                "config": {"app": {"title": "y"}, "integrations": {"github": [{"token": "***"}]}},
                "origins": {
                    "app.title": "environment variable APP_CONFIG_app_title",
                    "integrations.github[0].token": "app-config.yaml:4:7"
                }
            })
        );
    }
}
