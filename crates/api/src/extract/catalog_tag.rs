//! `ETag` and `If-None-Match` for answers that show many entities (an addition to the contract): who polls a list that did
//! not change is told so without the list being made.

use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};
use std::sync::LazyLock;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};

use super::Scope;
use crate::error::ApiError;
use crate::respond;
use crate::state::ApiState;

/// Keys of this process, so that a tag from before a restart, where the count of changes began anew, is not known.
static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// The tag of what a request asks for, as the catalog is now: of its address, of what the caller may read, and of the
/// number of the catalog's newest change. Taken before the answer is made: a change in between makes it too old at worst.
#[derive(Debug)]
pub struct CatalogTag {
    hasher: DefaultHasher,
    /// `If-None-Match`.
    known: Vec<HeaderValue>,
}

impl FromRequestParts<ApiState> for CatalogTag {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let Scope(scope) = Scope::from_request_parts(parts, state).await?;
        let mut hasher = KEYS.build_hasher();
        state.catalog.generation().hash(&mut hasher);
        parts.uri.hash(&mut hasher);
        format!("{scope:?}").hash(&mut hasher);
        let known = parts.headers.get_all(header::IF_NONE_MATCH).iter().cloned().collect();
        Ok(Self { hasher, known })
    }
}

impl CatalogTag {
    /// The tag with what is asked for beside the address.
    #[must_use]
    pub fn with(mut self, asked: impl Hash) -> Self {
        asked.hash(&mut self.hasher);
        self
    }

    /// Makes the answer and tags it, or answers 304 where the caller has it already.
    ///
    /// # Errors
    /// Those of making the answer.
    pub async fn answer(self, make: impl Future<Output = Result<Response, ApiError>>) -> Result<Response, ApiError> {
        let quoted = format!("\"{:016x}\"", self.hasher.finish());
        if respond::is_known(&self.known, &quoted) {
            return Ok(respond::with_etag(&quoted, StatusCode::NOT_MODIFIED.into_response()));
        }
        Ok(respond::with_etag(&quoted, make.await?))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use crate::testing::Fixture;

    const READS: &[&str] =
        &["/entities/by-query?limit=2", "/entities?limit=2", "/entities", "/entity-facets?facet=kind"];

    #[tokio::test]
    async fn a_list_that_did_not_change_is_not_sent_again() {
        let fixture = Fixture::with_components(3).await;
        for path in READS {
            let first = fixture.get(path).await;
            let etag = first.header("etag");
            assert!(first.status == 200 && etag.starts_with('"') && etag.len() == 18, "{path}: {first:?}");
            for given in [etag.to_owned(), format!("W/{etag}"), format!("\"other\", {etag}")] {
                let again = fixture.get_with(path, &[("if-none-match", &given)]).await;
                assert_eq!(
                    (again.status, again.text.as_str(), again.header("etag")),
                    (304, "", etag),
                    "{path} {given}"
                );
            }
            fixture.touch();
            let changed = fixture.get_with(path, &[("if-none-match", etag)]).await;
            assert_eq!(changed.status, 200, "{path}");
            assert_ne!(changed.header("etag"), etag, "{path}");
        }
    }

    #[tokio::test]
    async fn every_question_and_every_view_has_its_own_tag() {
        let fixture = Fixture::with_components(3).await;
        let mut tags = std::collections::BTreeSet::new();
        let more =
            ["/entities/by-query?limit=1", "/entities/by-query?limit=2&fields=kind", "/entity-facets?facet=spec"];
        for path in READS.iter().chain(&more) {
            tags.insert(fixture.get(path).await.header("etag").to_owned());
        }
        assert_eq!(tags.len(), READS.len() + more.len());
        // Who may read nothing is not told "not modified" for what somebody else has seen.
        let all = fixture.get("/entities").await.header("etag").to_owned();
        let limited = [("authorization", fixture.blind()), ("if-none-match", all)];
        let limited: Vec<(&str, &str)> = limited.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let blind = fixture.root("GET", "/api/catalog/entities", &limited, "").await;
        assert_eq!((blind.status, blind.text.as_str()), (200, "[]"));
    }

    #[tokio::test]
    async fn many_by_reference_are_tagged_by_what_the_body_asks() {
        let fixture = Fixture::with_components(3).await;
        let ask = |name: &str, more: serde_json::Value| {
            let mut body = json!({"entityRefs": [format!("component:default/{name}")]});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body.to_string()
        };
        let bodies = [
            ask("c0", json!({})),
            ask("c1", json!({})),
            ask("c0", json!({"fields": ["kind"]})),
            ask("c0", json!({"query": {"kind": "api"}})),
        ];
        let mut tags = Vec::new();
        for body in &bodies {
            let answer = fixture.call("POST", "/entities/by-refs", &[("content-type", "application/json")], body).await;
            tags.push(answer.header("etag").to_owned());
        }
        for (body, own) in bodies.iter().zip(&tags) {
            for tag in &tags {
                let headers = [("content-type", "application/json"), ("if-none-match", tag.as_str())];
                let answer = fixture.call("POST", "/entities/by-refs", &headers, body).await;
                assert_eq!(answer.status, if tag == own { 304 } else { 200 }, "{body}");
            }
        }
    }

    #[tokio::test]
    async fn errors_have_no_tag() {
        let fixture = Fixture::with_components(0).await;
        let error = fixture.get_with("/entities/by-query?cursor=garbage", &[("if-none-match", "\"x\"")]).await;
        assert_eq!((error.status, error.header("etag")), (400, ""));
    }
}
