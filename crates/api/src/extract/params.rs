//! Query parameters: repeated keys, closed lists of names, and types with the messages clients have seen.

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::error::ApiError;

/// The parameters of a request, decoded, in their order.
#[derive(Debug)]
pub struct Params {
    list: Vec<Param>,
}

#[derive(Debug)]
struct Param {
    name: String,
    value: String,
    form: Form,
}

/// How the name of a parameter is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `filter`
    Plain,
    /// `filter[]` or `filter[0]`, as some clients write what makes a list.
    Item,
    /// `filter[key]`: an object, which no parameter is.
    Member,
}

/// A request type made from query parameters.
pub trait FromParams: Sized {
    /// The names this request knows; any other is refused.
    const NAMES: &'static [&'static str];
    /// Those of them that make a list; all others come once.
    const LISTS: &'static [&'static str] = &[];

    fn from_params(params: &Params) -> Result<Self, ApiError>;
}

/// Extracts a request type from the query.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Sync, T: FromParams> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let params = Params::parse(parts.uri.query().unwrap_or_default());
        params.check(T::NAMES, T::LISTS)?;
        T::from_params(&params).map(Self)
    }
}

/// A request without parameters: any is refused.
#[derive(Debug)]
pub struct NoParams;

impl FromParams for NoParams {
    const NAMES: &'static [&'static str] = &[];

    fn from_params(_: &Params) -> Result<Self, ApiError> {
        Ok(Self)
    }
}

impl Params {
    fn parse(query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| !name.is_empty());
        let list = pairs.map(|(name, value)| {
            let (name, form) = match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
                Some((outer, inner)) if !outer.is_empty() => {
                    let item = inner.bytes().all(|b| b.is_ascii_digit());
                    (outer.to_owned(), if item { Form::Item } else { Form::Member })
                }
                _ => (name.into_owned(), Form::Plain),
            };
            Param { name, value: value.into_owned(), form }
        });
        Self { list: list.collect() }
    }

    fn check(&self, names: &[&str], lists: &[&str]) -> Result<(), ApiError> {
        for Param { name, value, form } in &self.list {
            if !names.contains(&name.as_str()) {
                return Err(ApiError::Input(format!("Unknown query parameter '{name}'")));
            }
            if value.is_empty() && *form == Form::Plain && self.values(name).count() == 1 {
                return Err(ApiError::Input(format!("Empty value found for query parameter '{name}'")));
            }
        }
        match self.list.iter().find(|param| param.form == Form::Member && lists.contains(&param.name.as_str())) {
            Some(Param { name, .. }) => Err(ApiError::Input(format!("request/query/{name}/0 must be string"))),
            None => Ok(()),
        }
    }

    /// All values of a parameter, in order.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.values(name).map(str::to_owned).collect()
    }

    /// All values of a parameter that is a list with commas, repeated or not.
    pub fn comma_separated(&self, name: &str) -> Vec<String> {
        self.values(name)
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// The parts of a parameter that is a list with commas: as they are, and of repeated ones each is one part.
    pub fn separated(&self, name: &str) -> Option<Vec<String>> {
        let values = self.all(name);
        match &values[..] {
            [] => None,
            [single] => Some(single.split(',').map(str::to_owned).collect()),
            _ => Some(values),
        }
    }

    /// The value of a parameter that may come once.
    pub fn text(&self, name: &str) -> Result<Option<String>, ApiError> {
        Ok(self.once(name, "string")?.map(str::to_owned))
    }

    /// A whole number of at least 0.
    pub fn count(&self, name: &str) -> Result<Option<usize>, ApiError> {
        let Some(value) = self.once(name, "integer")? else { return Ok(None) };
        let number = value.trim().parse::<f64>().ok().filter(|number| number.is_finite() && number.fract() == 0.0);
        let number = number.ok_or_else(|| ApiError::Input(format!("request/query/{name} must be integer")))?;
        if number < 0.0 {
            return Err(ApiError::Input(format!("request/query/{name} must be >= 0")));
        }
        Ok(Some(number as usize))
    }

    /// One of a closed list of values.
    pub fn one_of(&self, name: &str, allowed: &[&str]) -> Result<Option<String>, ApiError> {
        let value = self.text(name)?;
        if value.as_deref().is_some_and(|value| !allowed.contains(&value)) {
            let allowed = allowed.join(", ");
            let message = format!("request/query/{name} must be equal to one of the allowed values: {allowed}");
            return Err(ApiError::Input(message));
        }
        Ok(value)
    }

    /// At least one value.
    pub fn required(&self, name: &str) -> Result<Vec<String>, ApiError> {
        let values = self.all(name);
        if values.is_empty() {
            return Err(ApiError::Input(format!("request/query must have required property '{name}'")));
        }
        Ok(values)
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.list.iter().filter(move |param| param.name == name).map(|param| param.value.as_str())
    }

    fn once<'a>(&'a self, name: &'a str, what: &str) -> Result<Option<&'a str>, ApiError> {
        let mut values = self.values(name);
        let first = values.next();
        let is_plain = self.list.iter().all(|param| param.name != name || param.form == Form::Plain);
        if values.next().is_some() || !is_plain {
            return Err(ApiError::Input(format!("request/query/{name} must be {what}")));
        }
        Ok(first)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn count(query: &str) -> Result<Option<usize>, String> {
        Params::parse(query).count("limit").map_err(|e| e.to_string())
    }

    #[test]
    fn counts_are_whole_numbers_from_zero() {
        for (query, expected) in [
            ("", Ok(None)),
            ("limit=0", Ok(Some(0))),
            ("limit=20", Ok(Some(20))),
            ("limit=-1", Err("request/query/limit must be >= 0")),
            ("limit=abc", Err("request/query/limit must be integer")),
            ("limit=1.5", Err("request/query/limit must be integer")),
            ("limit=inf", Err("request/query/limit must be integer")),
            ("limit=1&limit=2", Err("request/query/limit must be integer")),
            ("limit=99999999999999999999999", Ok(Some(usize::MAX))),
        ] {
            assert_eq!(count(query), expected.map_err(str::to_owned), "{query}");
        }
    }

    #[test]
    fn unknown_and_empty_parameters_are_refused() {
        let names = ["filter", "limit"];
        for (query, expected) in [
            ("filter=a&limit=1", None),
            ("=x&filter=&filter=", None),
            ("filter[]=&filter[0]=a", None),
            ("foo=bar", Some("Unknown query parameter 'foo'")),
            ("foo[]=bar", Some("Unknown query parameter 'foo'")),
            ("limit=1&a%20b=", Some("Unknown query parameter 'a b'")),
            ("limit=", Some("Empty value found for query parameter 'limit'")),
            ("filter&foo=1", Some("Empty value found for query parameter 'filter'")),
            ("filter[a]=b", Some("request/query/filter/0 must be string")),
        ] {
            let found = Params::parse(query).check(&names, &["filter"]).err().map(|e| e.to_string());
            assert_eq!(found.as_deref(), expected, "{query}");
        }
    }

    #[test]
    fn lists_may_be_written_with_brackets_and_nothing_else_may() {
        let params = Params::parse("filter[]=a&filter[1]=b&limit[]=1&cursor[x]=y");
        assert_eq!(params.all("filter"), ["a", "b"]);
        assert_eq!(params.count("limit").unwrap_err().to_string(), "request/query/limit must be integer");
        assert_eq!(params.text("cursor").unwrap_err().to_string(), "request/query/cursor must be string");
    }

    #[test]
    fn a_list_with_commas_is_split_unless_it_is_repeated() {
        let separated = |query: &str| Params::parse(query).separated("f");
        assert_eq!(separated(""), None);
        assert_eq!(separated("f=a,%20b,"), Some(vec!["a".to_owned(), " b".to_owned(), String::new()]));
        assert_eq!(separated("f=a,b&f=c"), Some(vec!["a,b".to_owned(), "c".to_owned()]));
    }

    #[test]
    fn repeats_and_commas_make_one_list() {
        let params = Params::parse("fields=kind,metadata.name&fields=spec.type,%20&filter=a=b,c&filter=d");
        assert_eq!(params.comma_separated("fields"), ["kind", "metadata.name", "spec.type"]);
        assert_eq!(params.all("filter"), ["a=b,c", "d"]);
    }

    #[test]
    fn closed_lists_name_what_is_allowed() {
        let found = Params::parse("totalItems=maybe").one_of("totalItems", &["include", "exclude"]);
        assert_eq!(
            found.err().map(|e| e.to_string()).as_deref(),
            Some("request/query/totalItems must be equal to one of the allowed values: include, exclude")
        );
    }
}
