//! JSON bodies: size, media type, syntax and shape, with the messages clients have seen.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::BytesMut;
use futures::StreamExt;
use http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::ApiError;

/// The most bytes a JSON body may have (contract catalog.md section 9).
pub const BODY_LIMIT: usize = 100 * 1024;

/// A request type made from a JSON object.
pub trait FromObject: Sized {
    /// What a request without a body is told; with nothing to tell, it counts as `{}`.
    const MISSING: Option<&'static str> = Some("unsupported media type undefined");

    fn from_object(body: &Object<'_>) -> Result<Self, ApiError>;
}

/// Extracts a request type from the body.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: FromObject> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let value = match (is_json(&parts.headers)?, T::MISSING) {
            (true, _) => {
                let bytes = read(&parts.headers, body, BODY_LIMIT).await?;
                if bytes.is_empty() { Value::Object(Map::new()) } else { parse(&bytes)? }
            }
            (false, None) => Value::Object(Map::new()),
            (false, Some(message)) => return Err(ApiError::Input(message.to_owned())),
        };
        let object = value.as_object().ok_or_else(|| ApiError::Input("request/body must be object".to_owned()))?;
        T::from_object(&Object { path: "request/body".to_owned(), map: object }).map(Self)
    }
}

/// Reads a body that is a list of objects.
pub async fn read_objects<T>(
    request: Request,
    read_one: impl Fn(&Object<'_>) -> Result<T, ApiError>,
) -> Result<Vec<T>, ApiError> {
    let items: Vec<Value> = read_json(request, BODY_LIMIT).await?;
    let object = |(at, item): (usize, &Value)| {
        let path = format!("request/body/{at}");
        let map = item.as_object().ok_or_else(|| ApiError::Input(format!("{path} must be object")))?;
        read_one(&Object { path, map })
    };
    items.iter().enumerate().map(object).collect()
}

/// Reads a large body of JSON, off the async threads.
pub async fn read_json<T: DeserializeOwned + Send + 'static>(request: Request, limit: usize) -> Result<T, ApiError> {
    let (parts, body) = request.into_parts();
    if !is_json(&parts.headers)? {
        return Err(ApiError::Input("unsupported media type undefined".to_owned()));
    }
    let bytes = read(&parts.headers, body, limit).await?;
    let parsed = tokio::task::spawn_blocking(move || parse(&bytes));
    parsed.await.map_err(|error| ApiError::internal(&error))?
}

/// Whether there is a body of JSON; any other is refused.
fn is_json(headers: &HeaderMap) -> Result<bool, ApiError> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let (media_type, charset) = content_type.map(media_type).unwrap_or_default();
    match (media_type.as_str(), charset) {
        ("application/json", Some(charset)) if !charset.eq_ignore_ascii_case("utf-8") => {
            Err(ApiError::Input(format!("unsupported charset \"{}\"", charset.to_uppercase())))
        }
        ("application/json", _) => Ok(true),
        ("", _) => Ok(false),
        (other, _) => Err(ApiError::Input(format!("unsupported media type {other}"))),
    }
}

/// The media type in lower case, and the charset if one is named.
fn media_type(content_type: &str) -> (String, Option<&str>) {
    let mut parts = content_type.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
    let parameters = parts.filter_map(|parameter| parameter.split_once('='));
    let mut charsets = parameters.filter(|(name, _)| name.eq_ignore_ascii_case("charset"));
    (media_type, charsets.next().map(|(_, charset)| charset.trim_matches('"')))
}

/// Backstage's catalog says so with 400: its check of requests makes every complaint one about the input.
fn too_large() -> ApiError {
    ApiError::Input("request entity too large".to_owned())
}

async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<BytesMut, ApiError> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    if announced.is_some_and(|length: usize| length > limit) {
        return Err(too_large());
    }
    let mut bytes = BytesMut::with_capacity(announced.unwrap_or_default().min(BODY_LIMIT));
    let mut stream = body.into_data_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| ApiError::Input("request aborted".to_owned()))?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(bytes).map_err(|error| {
        let ended = error.is_eof();
        ApiError::Input(if ended { "Unexpected end of JSON input".to_owned() } else { error.to_string() })
    })
}

/// An object inside a body that knows where it is, so that each complaint names the place.
#[derive(Debug)]
pub struct Object<'a> {
    path: String,
    map: &'a Map<String, Value>,
}

impl<'a> Object<'a> {
    /// Complains of the first of these properties that is missing.
    pub fn require(&self, names: &[&str]) -> Result<(), ApiError> {
        match names.iter().find(|name| !self.map.contains_key(**name)) {
            Some(name) => Err(ApiError::Input(format!("{} must have required property '{name}'", self.path))),
            None => Ok(()),
        }
    }

    /// Complains of any property but these.
    pub fn only(&self, names: &[&str]) -> Result<(), ApiError> {
        if self.map.keys().any(|key| !names.contains(&key.as_str())) {
            return Err(ApiError::Input(format!("{} must NOT have additional properties", self.path)));
        }
        Ok(())
    }

    /// The properties that are none of these, as written.
    pub fn others(&self, names: &[&str]) -> Vec<&'a str> {
        self.map.keys().map(String::as_str).filter(|key| !names.contains(key)).collect()
    }

    /// Whether a property is there and `null`.
    pub fn is_null(&self, name: &str) -> bool {
        self.map.get(name).is_some_and(Value::is_null)
    }

    pub fn text(&self, name: &str) -> Result<Option<String>, ApiError> {
        self.typed(name, "string", |value| value.as_str().map(str::to_owned))
    }

    pub fn number(&self, name: &str) -> Result<Option<f64>, ApiError> {
        self.typed(name, "number", Value::as_f64)
    }

    /// A number of at least 0, cut to a whole one.
    pub fn count(&self, name: &str) -> Result<Option<usize>, ApiError> {
        let Some(number) = self.number(name)? else { return Ok(None) };
        if number < 0.0 {
            return Err(ApiError::Input(format!("{}/{name} must be >= 0", self.path)));
        }
        Ok(Some(number as usize))
    }

    pub fn one_of(&self, name: &str, allowed: &[&str]) -> Result<Option<String>, ApiError> {
        let value = self.text(name)?;
        if value.as_deref().is_some_and(|value| !allowed.contains(&value)) {
            let allowed = allowed.join(", ");
            let message = format!("{}/{name} must be equal to one of the allowed values: {allowed}", self.path);
            return Err(ApiError::Input(message));
        }
        Ok(value)
    }

    pub fn texts(&self, name: &str) -> Result<Option<Vec<String>>, ApiError> {
        let Some(items) = self.typed(name, "array", |value| value.as_array())? else { return Ok(None) };
        let text = |(at, item): (usize, &Value)| match item.as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(ApiError::Input(format!("{}/{name}/{at} must be string", self.path))),
        };
        items.iter().enumerate().map(text).collect::<Result<_, _>>().map(Some)
    }

    pub fn object(&self, name: &str) -> Result<Option<Object<'a>>, ApiError> {
        let map = self.typed(name, "object", Value::as_object)?;
        Ok(map.map(|map| Object { path: format!("{}/{name}", self.path), map }))
    }

    pub fn objects(&self, name: &str) -> Result<Vec<Object<'a>>, ApiError> {
        let items = self.typed(name, "array", |value| value.as_array())?.map_or(&[][..], Vec::as_slice);
        let object = |(at, item): (usize, &'a Value)| {
            let path = format!("{}/{name}/{at}", self.path);
            let map = item.as_object().ok_or_else(|| ApiError::Input(format!("{path} must be object")))?;
            Ok(Object { path, map })
        };
        items.iter().enumerate().map(object).collect()
    }

    /// A property as it is; `null` counts as none.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// An object property as it is.
    pub fn raw_object(&self, name: &str) -> Result<Option<&'a Value>, ApiError> {
        self.typed(name, "object", |value| value.is_object().then_some(value))
    }

    fn typed<T>(&self, name: &str, what: &str, read: impl Fn(&'a Value) -> Option<T>) -> Result<Option<T>, ApiError> {
        let Some(value) = self.map.get(name) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| ApiError::Input(format!("{}/{name} must be {what}", self.path)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[derive(Debug)]
    struct Ask;

    impl FromObject for Ask {
        fn from_object(body: &Object<'_>) -> Result<Self, ApiError> {
            body.require(&["refs"])?;
            body.only(&["refs", "limit", "order", "mode", "query"])?;
            body.texts("refs")?;
            body.count("limit")?;
            body.raw_object("query")?;
            body.one_of("mode", &["include", "exclude"])?;
            for order in body.objects("order")? {
                order.require(&["field"])?;
                order.text("field")?;
            }
            Ok(Self)
        }
    }

    async fn ask(content_type: Option<&str>, body: impl Into<Body>) -> Option<String> {
        let mut request = Request::post("/");
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        JsonBody::<Ask>::from_request(request.body(body.into()).unwrap(), &()).await.err().map(|e| e.to_string())
    }

    #[tokio::test]
    async fn complaints_name_the_place() {
        for (body, message) in [
            (r#"{"refs":["a"],"limit":1,"order":[{"field":"x"}],"query":{}}"#, None),
            ("{}", Some("request/body must have required property 'refs'")),
            ("[]", Some("request/body must be object")),
            (r#"{"refs":"a"}"#, Some("request/body/refs must be array")),
            (r#"{"refs":["a",1]}"#, Some("request/body/refs/1 must be string")),
            (r#"{"refs":[],"limit":"abc"}"#, Some("request/body/limit must be number")),
            (r#"{"refs":[],"limit":-1}"#, Some("request/body/limit must be >= 0")),
            (r#"{"refs":[],"query":[]}"#, Some("request/body/query must be object")),
            (r#"{"refs":[],"order":[1]}"#, Some("request/body/order/0 must be object")),
            (r#"{"refs":[],"order":[{}]}"#, Some("request/body/order/0 must have required property 'field'")),
            (r#"{"refs":[],"x":1}"#, Some("request/body must NOT have additional properties")),
            (
                r#"{"refs":[],"mode":"maybe"}"#,
                Some("request/body/mode must be equal to one of the allowed values: include, exclude"),
            ),
            (r#"{"refs":["#, Some("Unexpected end of JSON input")),
            ("", Some("request/body must have required property 'refs'")),
        ] {
            assert_eq!(ask(Some("application/json"), body).await.as_deref(), message, "{body}");
        }
    }

    #[tokio::test]
    async fn only_json_is_read() {
        let good = r#"{"refs":[]}"#;
        assert_eq!(ask(Some("Application/JSON; charset=utf-8"), good).await, None);
        assert_eq!(ask(Some("text/plain"), good).await.as_deref(), Some("unsupported media type text/plain"));
        assert_eq!(ask(None, good).await.as_deref(), Some("unsupported media type undefined"));
        assert_eq!(ask(Some(""), good).await.as_deref(), Some("unsupported media type undefined"));
        assert_eq!(
            ask(Some("application/json; Charset=latin1"), good).await.as_deref(),
            Some("unsupported charset \"LATIN1\"")
        );
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_refused_before_it_is_read_whole() {
        let large = format!(r#"{{"refs":["{}"]}}"#, "x".repeat(BODY_LIMIT));
        assert_eq!(ask(Some("application/json"), large.clone()).await.as_deref(), Some("request entity too large"));
        let chunks = futures::stream::iter([Ok::<_, std::io::Error>(large)]);
        assert_eq!(
            ask(Some("application/json"), Body::from_stream(chunks)).await.as_deref(),
            Some("request entity too large")
        );
    }
}
