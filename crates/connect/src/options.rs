//! What the configuration says about hosts to read from: `integrations` and `backend.reading` (contract
//! platform-services.md section 3.1).

use base::http::HostRule;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use url::Url;

use crate::secret::Secret;

/// Every host that may be read from. Public hosts that are not named here are added when the readers are built.
#[derive(Clone, Debug, Default)]
pub struct ReaderOptions {
    pub github: Vec<GithubOptions>,
    pub gitlab: Vec<GitlabOptions>,
    pub bitbucket_cloud: Vec<BitbucketCloudOptions>,
    pub bitbucket_server: Vec<BitbucketServerOptions>,
    pub azure: Vec<AzureOptions>,
    pub gerrit: Vec<GerritOptions>,
    pub gitea: Vec<GiteaOptions>,
    /// `backend.reading.allow`.
    pub allow: Vec<AllowedHost>,
    /// Keys of `integrations` that nothing here reads from.
    pub unsupported: Vec<String>,
}

/// `integrations.github[]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GithubOptions {
    /// Default `github.com`.
    pub host: Option<String>,
    pub api_base_url: Option<Url>,
    pub raw_base_url: Option<Url>,
    pub token: Option<Secret>,
    /// Only counted: signing in as a GitHub App is not supported yet.
    pub apps: Vec<IgnoredAny>,
}

/// `integrations.gitlab[]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GitlabOptions {
    /// Default `gitlab.com`.
    pub host: Option<String>,
    pub api_base_url: Option<Url>,
    /// Where the web pages are, with the path that a relative-URL installation has.
    pub base_url: Option<Url>,
    pub token: Option<Secret>,
}

/// `integrations.bitbucketCloud[]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BitbucketCloudOptions {
    /// Default `bitbucket.org`.
    pub host: Option<String>,
    pub api_base_url: Option<Url>,
    pub username: Option<String>,
    pub token: Option<Secret>,
    pub app_password: Option<Secret>,
    /// Only looked at: OAuth consumers are not supported yet.
    pub client_id: Option<IgnoredAny>,
}

/// `integrations.bitbucketServer[]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BitbucketServerOptions {
    pub host: Option<String>,
    pub api_base_url: Option<Url>,
    pub token: Option<Secret>,
    pub username: Option<String>,
    pub password: Option<Secret>,
}

/// `integrations.azure[]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AzureOptions {
    /// Default `dev.azure.com`.
    pub host: Option<String>,
    pub credentials: Vec<AzureCredential>,
    /// The older way to give a personal access token.
    pub token: Option<Secret>,
}

/// `integrations.azure[].credentials[]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AzureCredential {
    /// The organisations it is for; none means all.
    pub organizations: Vec<String>,
    pub personal_access_token: Option<Secret>,
}

/// `integrations.gerrit[]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GerritOptions {
    pub host: Option<String>,
    pub base_url: Option<Url>,
    /// Where the files are browsed, and so what addresses of files look like.
    pub gitiles_base_url: Option<Url>,
    pub disable_edit_url: bool,
    pub username: Option<String>,
    pub password: Option<Secret>,
}

/// `integrations.gitea[]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GiteaOptions {
    pub host: Option<String>,
    pub base_url: Option<Url>,
    pub username: Option<String>,
    pub password: Option<Secret>,
}

/// One entry of `backend.reading.allow`.
#[derive(Clone, Debug)]
pub struct AllowedHost {
    pub host: HostRule,
    /// Path prefixes at segment boundaries; `None` allows every path.
    pub paths: Option<Vec<String>>,
}

/// A part of the configuration that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("configuration key '{key}' is not valid: {reason}")]
pub struct OptionsError {
    /// For example `integrations.github[0]`.
    pub key: String,
    pub reason: String,
}

impl OptionsError {
    pub(crate) fn new(key: impl Into<String>, reason: impl ToString) -> Self {
        Self { key: key.into(), reason: reason.to_string() }
    }
}

#[derive(Deserialize)]
struct RawAllow {
    host: String,
    paths: Option<Vec<String>>,
}

impl ReaderOptions {
    /// Reads the values of `integrations` and of `backend.reading`; either may be null.
    ///
    /// # Errors
    /// [`OptionsError`] for the first entry that cannot be understood.
    pub fn from_config(integrations: &Value, reading: &Value) -> Result<Self, OptionsError> {
        let mut options = Self::default();
        let families = match integrations {
            Value::Null => return Ok(Self { allow: allowed(reading)?, ..options }),
            Value::Object(families) => families,
            _ => return Err(OptionsError::new("integrations", "it must be an object")),
        };
        for (family, value) in families {
            let key = format!("integrations.{family}");
            match family.as_str() {
                "github" => options.github = list(&key, value)?,
                "gitlab" => options.gitlab = list(&key, value)?,
                "bitbucketCloud" => options.bitbucket_cloud = list(&key, value)?,
                "bitbucketServer" => options.bitbucket_server = list(&key, value)?,
                "azure" => options.azure = list(&key, value)?,
                "gerrit" => options.gerrit = list(&key, value)?,
                "gitea" => options.gitea = list(&key, value)?,
                _ => options.unsupported.push(family.clone()),
            }
        }
        options.allow = allowed(reading)?;
        Ok(options)
    }
}

fn allowed(reading: &Value) -> Result<Vec<AllowedHost>, OptionsError> {
    let key = "backend.reading.allow";
    let entries: Vec<RawAllow> = list(key, reading.get("allow").unwrap_or(&Value::Null))?;
    let parse = |(index, entry): (usize, RawAllow)| {
        let host = entry.host.parse().map_err(|error| OptionsError::new(format!("{key}[{index}].host"), error))?;
        Ok(AllowedHost { host, paths: entry.paths })
    };
    entries.into_iter().enumerate().map(parse).collect()
}

fn list<T: DeserializeOwned>(key: &str, value: &Value) -> Result<Vec<T>, OptionsError> {
    let entries = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Array(entries) => entries,
        _ => return Err(OptionsError::new(key, "it must be a list")),
    };
    let parse = |(index, entry): (usize, &Value)| {
        T::deserialize(entry).map_err(|error| OptionsError::new(format!("{key}[{index}]"), error))
    };
    entries.iter().enumerate().map(parse).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn configuration_is_read_and_secrets_are_not_shown() {
        let integrations = json!({
            "github": [{"host": "ghe.corp", "apiBaseUrl": "https://ghe.corp/api/v3", "token": " hush\n", "apps": [{"appId": 1}]}],
            "azure": [{"credentials": [{"organizations": ["o"], "personalAccessToken": "hush"}]}],
            "gitea": [{"host": "g", "password": 12345}],
            "harness": [{"host": "h"}],
        });
        let reading = json!({"allow": [{"host": "*.example.com"}, {"host": "a:8080", "paths": ["/x"]}]});
        let options = ReaderOptions::from_config(&integrations, &reading).unwrap();
        assert_eq!(options.github[0].token.as_ref().unwrap().expose(), Some("hush"));
        assert_eq!(options.gitea[0].password.as_ref().unwrap().expose(), Some("12345"));
        assert_eq!(options.unsupported, ["harness"]);
        assert_eq!(options.allow.len(), 2);
        let shown = format!("{options:?}");
        assert!(!shown.contains("hush") && !shown.contains("12345"), "{shown}");
        assert!(ReaderOptions::from_config(&Value::Null, &Value::Null).unwrap().allow.is_empty());
    }

    #[test]
    fn mistakes_are_named() {
        for (integrations, reading, expected) in [
            (json!([]), json!(null), "integrations"),
            (json!({"github": {}}), json!(null), "integrations.github"),
            (json!({"github": [{}, {"apiBaseUrl": "nope"}]}), json!(null), "integrations.github[1]"),
            (json!({"gitlab": [{"token": ["hush"]}]}), json!(null), "integrations.gitlab[0]"),
            (json!(null), json!({"allow": [{"host": "https://x"}]}), "backend.reading.allow[0].host"),
            (json!(null), json!({"allow": [{"paths": []}]}), "backend.reading.allow[0]"),
        ] {
            let error = ReaderOptions::from_config(&integrations, &reading).unwrap_err();
            assert_eq!(error.key, expected);
            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }
}
