//! Lists as files: CSV for spreadsheets, JSON for scripts.

use serde_json::{Map, Value, json};

use super::entity::EntityView;

/// The columns of an export, whatever the list shows.
const COLUMNS: [&str; 13] = [
    "ref",
    "kind",
    "namespace",
    "name",
    "title",
    "type",
    "lifecycle",
    "owner",
    "partOf",
    "tags",
    "description",
    "location",
    "problems",
];

fn value(entity: &EntityView, column: &str) -> Value {
    let refs = |relation: &str| entity.related(relation).iter().map(ToString::to_string).collect::<Vec<_>>();
    match column {
        "ref" => json!(entity.entity_ref),
        "kind" => json!(entity.body.kind()),
        "namespace" => json!(entity.body.namespace()),
        "name" => json!(entity.body.name()),
        "title" => json!(entity.body.title()),
        "type" => json!(entity.kind_type()),
        "lifecycle" => json!(entity.lifecycle()),
        "owner" => json!(refs("ownedBy")),
        "partOf" => json!(refs("partOf")),
        "tags" => json!(entity.tags()),
        "description" => json!(entity.description()),
        "location" => json!(entity.location()),
        _ => json!(entity.problems().len()),
    }
}

/// One object per entity.
pub fn to_json(rows: &[EntityView]) -> Value {
    let row = |entity: &EntityView| -> Map<String, Value> {
        COLUMNS.iter().map(|column| ((*column).to_owned(), value(entity, column))).collect()
    };
    rows.iter().map(row).collect()
}

/// A heading and one line per entity.
pub fn to_csv(rows: &[EntityView]) -> String {
    to_csv_rows(&COLUMNS, rows.iter().map(|entity| COLUMNS.map(|column| value(entity, column))))
}

/// A heading and one line per row (RFC 4180); lists are joined by spaces.
pub fn to_csv_rows<const N: usize>(columns: &[&str; N], rows: impl Iterator<Item = [Value; N]>) -> String {
    let mut out = columns.join(",");
    out.push_str("\r\n");
    for row in rows {
        for (at, value) in row.into_iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            let text = match value {
                Value::Null => String::new(),
                Value::String(text) => text,
                Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
                other => other.to_string(),
            };
            push_cell(&mut out, &text);
        }
        out.push_str("\r\n");
    }
    out
}

/// Quotes what needs it. A cell that a spreadsheet would run as a formula gets an apostrophe in front.
fn push_cell(out: &mut String, text: &str) {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if guard.is_empty() && !text.contains([',', '"', '\n', '\r']) {
        out.push_str(text);
        return;
    }
    out.push('"');
    out.push_str(guard);
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}

#[cfg(test)]
mod tests {
    use model::Entity;

    use super::*;

    #[test]
    fn nothing_breaks_out_of_a_cell() {
        let entity = EntityView::new(Entity(json!({
            "kind": "Component",
            "metadata": { "name": "a", "title": "=cmd()", "description": "say \"hi\",\nbye", "tags": ["x", "y"] },
            "relations": [{ "type": "ownedBy", "targetRef": "group:default/t" }],
        })));
        let expected = "component:default/a,Component,default,a,\"'=cmd()\",,,group:default/t,,x y,\"say \"\"hi\"\",\nbye\",,0\r\n";
        assert_eq!(to_csv(&[entity]).split_once("\r\n").map(|(_, rows)| rows), Some(expected));
    }
}
