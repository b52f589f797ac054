//! The cursor of a page: base64 JSON that carries the whole question, so that any replica can go on
//! (contract catalog.md section 9.1).
//!
//! The predicate travels as `predicate`: the official client goes on with POST when it sees `query`.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use model::filter::Predicate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{OrderField, PageRequest, QueryError, TextFilter};

/// Longer cursors than a request body can make are not ours.
const MAX_LENGTH: usize = 512 * 1024;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a page is a page of, and where it starts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cursor {
    #[serde(default)]
    order_fields: Vec<CursorOrder>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_text_filter: Option<TextFilter>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicate: Option<Predicate>,
    /// The item that the page follows, or precedes when going back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_field_values: Option<Place>,
    #[serde(default)]
    pub is_previous: bool,
    /// The first item of the first page: a page that starts there has none before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_sort_field_values: Option<Place>,
    #[serde(default)]
    pub total_items: u64,
}

/// Where an item stands in the order: its value of the sort field, if there is one, and its id.
pub(crate) type Place = (Option<String>, Uuid);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct CursorOrder {
    field: String,
    order: Direction,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Direction {
    Asc,
    Desc,
}

impl Cursor {
    /// The cursor of a first page.
    pub fn first(request: &PageRequest) -> Self {
        let order = request.order.as_ref().map(|order| CursorOrder {
            field: order.key.to_lowercase(),
            order: if order.descending { Direction::Desc } else { Direction::Asc },
        });
        Self {
            order_fields: order.into_iter().collect(),
            full_text_filter: request.text.clone(),
            predicate: request.predicate.clone(),
            ..Self::default()
        }
    }

    pub fn order(&self) -> Option<OrderField> {
        let first = self.order_fields.first()?;
        Some(OrderField { key: first.field.clone(), descending: matches!(first.order, Direction::Desc) })
    }

    pub fn encode(&self) -> String {
        // Texts, numbers and lists of them always serialise.
        BASE64.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    pub fn decode(text: &str) -> Result<Self, QueryError> {
        let malformed = |reason: String| QueryError::MalformedCursor(reason);
        if text.len() > MAX_LENGTH {
            return Err(malformed("it is too long".to_owned()));
        }
        // A plus sign that a client left unescaped in a query arrives as a space.
        let json = BASE64.decode(text.trim().replace(' ', "+")).map_err(|error| malformed(error.to_string()))?;
        let cursor: Self = serde_json::from_slice(&json).map_err(|error| malformed(error.to_string()))?;
        if let Some(predicate) = &cursor.predicate {
            predicate.check_size().map_err(|error| malformed(error.to_string()))?;
        }
        let ordered = !cursor.order_fields.is_empty();
        if [&cursor.order_field_values, &cursor.first_sort_field_values]
            .into_iter()
            .flatten()
            .any(|(value, _)| value.is_some() != ordered)
        {
            return Err(malformed("its order values do not fit its order fields".to_owned()));
        }
        Ok(cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_says_everything_but_query() {
        let request = PageRequest {
            predicate: Some(Predicate::equals("kind", "Component")),
            order: Some(OrderField { key: "metadata.name".to_owned(), descending: true }),
            text: Some(TextFilter { term: "x".to_owned(), fields: None }),
            ..PageRequest::default()
        };
        let cursor = Cursor {
            order_field_values: Some((Some("b".to_owned()), Uuid::nil())),
            total_items: 3,
            ..Cursor::first(&request)
        };
        let text = cursor.encode();
        assert_eq!(Cursor::decode(&text).unwrap(), cursor);
        assert_eq!(Cursor::decode(text.trim_end_matches('=')).unwrap(), cursor);
        let json: serde_json::Value = serde_json::from_slice(&BASE64.decode(text).unwrap()).unwrap();
        assert_eq!(json["orderFields"][0]["order"], "desc");
        assert!(json.get("query").is_none() && json.get("filter").is_none());
    }

    #[test]
    fn what_is_no_cursor_is_malformed() {
        let encode = |json: &str| BASE64.encode(json);
        for text in [
            "!!".to_owned(),
            "garbage".to_owned(),
            String::new(),
            encode("[]x"),
            encode("{\"orderFields\":1}"),
            encode("{\"orderFields\":[],\"orderFieldValues\":[\"a\",\"00000000-0000-0000-0000-000000000000\"]}"),
            encode(&format!("{{\"predicate\":{}{{\"all\":[]}}{}}}", "{\"not\":".repeat(60), "}".repeat(60))),
            "A".repeat(MAX_LENGTH + 1),
        ] {
            let error = Cursor::decode(&text).unwrap_err().to_string();
            assert!(error.starts_with("Malformed cursor: "), "{error}");
        }
    }
}
