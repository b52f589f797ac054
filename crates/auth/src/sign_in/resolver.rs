//! From a person at a provider to a user of the catalog, by the resolvers that the configuration names, in their order
//! (contract auth.md section 2.1).

use model::{EntityRef, RefDefaults};
use serde_json::Value;

use super::SetupError;
use super::person::Person;
use super::site::Annotations;
use crate::{AuthError, UserDirectory, UserQuery};

/// What to look for of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// `spec.profile.email`.
    ProfileEmail,
    EmailLocalPart,
    Username,
    PreferredUsername,
    DisplayName,
    UserIdAnnotation,
    UsernameAnnotation,
    EmailAnnotation,
    /// The reference that a text with claims gives.
    Expression,
}

/// The names of the configuration.
const RULES: &[(&str, Rule)] = &[
    ("emailMatchingUserEntityProfileEmail", Rule::ProfileEmail),
    ("emailLocalPartMatchingUserEntityName", Rule::EmailLocalPart),
    ("usernameMatchingUserEntityName", Rule::Username),
    ("preferredUsernameMatchingUserEntityName", Rule::PreferredUsername),
    ("forwardedUserMatchingUserEntityName", Rule::Username),
    ("forwardedPreferredUsernameMatchingUserEntityName", Rule::PreferredUsername),
    ("displayNameMatchingUserEntityName", Rule::DisplayName),
    ("userIdMatchingUserEntityAnnotation", Rule::UserIdAnnotation),
    ("idMatchingUserEntityAnnotation", Rule::UserIdAnnotation),
    ("usernameMatchingUserEntityAnnotation", Rule::UsernameAnnotation),
    ("emailMatchingUserEntityAnnotation", Rule::EmailAnnotation),
    ("claimsMatchingUserEntityRef", Rule::Expression),
];

/// A configured resolver.
#[derive(Debug)]
pub(super) struct Resolver {
    name: String,
    rule: Rule,
    /// Empty is all.
    allowed_domains: Vec<String>,
    /// Who is not in the catalog may come in too.
    without_user: bool,
    /// The text of [`Rule::Expression`]: `user:default/${claim}`.
    expression: String,
}

impl Resolver {
    pub(super) fn new(configured: &config::Resolver, key: &str) -> Result<Self, SetupError> {
        let refuse = |reason: String| SetupError(format!("{key}: {reason}"));
        let rule = RULES.iter().find(|(name, _)| *name == configured.name).map(|(_, rule)| *rule);
        let rule = rule.ok_or_else(|| {
            let known = RULES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            refuse(format!("there is no resolver '{}'; there are {known}", configured.name))
        })?;
        let domains = configured.options.get("allowedDomains");
        let domains = match domains {
            None => Vec::new(),
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_lowercase).collect(),
            Some(_) => return Err(refuse("allowedDomains expects a list".to_owned())),
        };
        let without = configured.options.get("dangerouslyAllowSignInWithoutUserInCatalog");
        let expression = configured.options.get("userEntityRef").and_then(Value::as_str).unwrap_or_default();
        if rule == Rule::Expression && !expression.contains("${") {
            return Err(refuse(
                "userEntityRef expects a text with claims, such as user:default/${preferred_username}".to_owned(),
            ));
        }
        Ok(Self {
            name: configured.name.clone(),
            rule,
            allowed_domains: domains,
            without_user: without.and_then(Value::as_bool).unwrap_or(false),
            expression: expression.to_owned(),
        })
    }

    /// What to ask the catalog for, each in turn; the error says what the person lacks.
    fn queries(&self, person: &Person, annotations: &Annotations) -> Result<Vec<UserQuery>, String> {
        let needs =
            |value: &Option<String>, what: &str| value.clone().ok_or_else(|| format!("the provider told no {what}"));
        let named = |name: &str| user_ref(name).map(|user| vec![UserQuery::Ref(user)]);
        let annotated = |key: &Option<String>, value: Result<String, String>| {
            let key = key.clone().ok_or_else(|| "this provider has no annotation for it".to_owned())?;
            Ok(vec![UserQuery::Annotation(key, value?)])
        };
        match self.rule {
            Rule::ProfileEmail => {
                let email = needs(&person.email, "email")?;
                let plain = without_tag(&email);
                let mut queries = vec![UserQuery::Email(email.clone())];
                queries.extend((plain != email).then_some(UserQuery::Email(plain)));
                Ok(queries)
            }
            Rule::EmailLocalPart => {
                let email = needs(&person.email, "email")?;
                named(email.split('@').next().unwrap_or_default())
            }
            Rule::Username => named(&needs(&person.username, "username")?),
            Rule::PreferredUsername => named(&needs(&person.preferred_username, "preferred username")?),
            Rule::DisplayName => named(&needs(&person.display_name, "name")?),
            Rule::UserIdAnnotation => annotated(&annotations.user_id, needs(&person.id, "id")),
            Rule::UsernameAnnotation => annotated(&annotations.username, needs(&person.username, "username")),
            Rule::EmailAnnotation => annotated(&annotations.email, needs(&person.email, "email")),
            Rule::Expression => {
                let text = filled(&self.expression, &person.claims)?;
                let defaults = RefDefaults { kind: Some("user"), namespace: None };
                let user = EntityRef::parse(&text, defaults).map_err(|error| error.to_string())?;
                Ok(vec![UserQuery::Ref(user)])
            }
        }
    }

    fn refuses_domain(&self, person: &Person) -> bool {
        let domain =
            person.email.as_deref().and_then(|email| email.rsplit_once('@')).map(|(_, domain)| domain.to_lowercase());
        !self.allowed_domains.is_empty() && domain.is_none_or(|domain| !self.allowed_domains.contains(&domain))
    }
}

/// The user that a person is.
pub(super) async fn resolve(
    resolvers: &[Resolver],
    person: &Person,
    annotations: &Annotations,
    directory: &dyn UserDirectory,
) -> Result<EntityRef, AuthError> {
    let mut tried = Vec::new();
    for resolver in resolvers {
        if resolver.refuses_domain(person) {
            return Err(AuthError::DomainNotAllowed);
        }
        let queries = match resolver.queries(person, annotations) {
            Ok(queries) => queries,
            Err(lack) => {
                tried.push(format!("{}: {lack}", resolver.name));
                continue;
            }
        };
        for query in &queries {
            match &directory.find_users(query).await[..] {
                [] => {}
                [user] => return Ok(user.clone()),
                _ => return Err(AuthError::SeveralUsers),
            }
        }
        if resolver.without_user
            && let Some(user) = queries.iter().find_map(|query| query.stands_for(person))
        {
            return Ok(user);
        }
        let asked = queries.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
        tried.push(format!("{}: the catalog has no user with {asked}", resolver.name));
    }
    Err(AuthError::NobodyFound { tried, person: person.described() })
}

impl UserQuery {
    /// Who a person is that the catalog does not know.
    fn stands_for(&self, person: &Person) -> Option<EntityRef> {
        match self {
            Self::Ref(user) => Some(user.clone()),
            Self::Email(email) => user_ref(email.split('@').next()?).ok(),
            Self::Annotation(..) => user_ref(person.username.as_ref().or(person.id.as_ref())?).ok(),
        }
    }
}

/// The user of this name, if it can be one.
fn user_ref(name: &str) -> Result<EntityRef, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > 63 || !name.chars().all(fits) {
        return Err(format!("\"{name}\" cannot be the name of an entity"));
    }
    Ok(EntityRef::new("user", model::reference::DEFAULT_NAMESPACE, name))
}

/// `ann@x` for `ann+news@x`.
fn without_tag(email: &str) -> String {
    match email.split_once('@') {
        Some((local, domain)) => format!("{}@{domain}", local.split('+').next().unwrap_or(local)),
        None => email.to_owned(),
    }
}

/// A text with `${claim}` and `${nested.claim}` replaced; `${claim|local}` is what stands before an @.
fn filled(text: &str, claims: &Value) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (inside, behind) =
            after.split_once('}').ok_or_else(|| format!("\"{text}\" has a `${{` without its end"))?;
        let (path, local) = match inside.trim().split_once('|') {
            Some((path, filter)) if filter.trim() == "local" => (path.trim(), true),
            Some((_, filter)) => {
                return Err(format!("\"{}\" is no way to shorten a claim; there is `local`", filter.trim()));
            }
            None => (inside.trim(), false),
        };
        let found = path.split('.').try_fold(claims, |at, name| at.get(name));
        let value = match found {
            Some(Value::String(value)) => value.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => return Err(format!("the provider told no claim \"{path}\"")),
        };
        // A claim fills a name. It cannot choose another kind or namespace.
        let value = if local { value.split('@').next().unwrap_or_default().to_owned() } else { value };
        if value.is_empty() || value.contains([':', '/']) {
            return Err(format!("the claim \"{path}\" cannot be part of a reference"));
        }
        filled.push_str(before);
        filled.push_str(&value);
        rest = behind;
    }
    Ok(filled + rest)
}

#[cfg(test)]
#[path = "resolver_tests.rs"]
mod tests;
