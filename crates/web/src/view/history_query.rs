//! The address of an entity's history: from where on, and which versions are shown.

use model::EntityRef;

use crate::urls;

/// What the address says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Versions before this one.
    pub before: Option<i64>,
    /// A version to show.
    pub version: Option<i64>,
    /// Versions to compare; the second is what readers see now unless it is named.
    pub from: Option<i64>,
    pub to: Option<i64>,
}

impl HistoryQuery {
    /// What cannot be understood is left out.
    pub fn parse(raw: &str) -> Self {
        let mut query = Self::default();
        for (key, value) in form_urlencoded::parse(raw.as_bytes()) {
            let position = value.parse().ok().filter(|position| *position >= 0);
            match &*key {
                "before" => query.before = position,
                "version" => query.version = position,
                "from" => query.from = position,
                "to" => query.to = position,
                _ => {}
            }
        }
        query
    }

    pub fn address(&self, entity_ref: &EntityRef) -> String {
        let text = |position: Option<i64>| position.map(|position| position.to_string()).unwrap_or_default();
        let [before, version, from, to] = [self.before, self.version, self.from, self.to].map(text);
        let query = urls::query([("before", &*before), ("version", &version), ("from", &from), ("to", &to)]);
        let address = urls::entity_tab(entity_ref, "history");
        if query.is_empty() { address } else { format!("{address}?{query}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_the_state() {
        let query = HistoryQuery { before: Some(7), from: Some(3), to: Some(5), version: None };
        let address = query.address(&EntityRef::new("component", "default", "a"));
        assert_eq!(address, "/catalog/default/component/a/history?before=7&from=3&to=5");
        assert_eq!(HistoryQuery::parse(address.split_once('?').unwrap().1), query);
        assert_eq!(HistoryQuery::parse("version=x&before=-1&more"), HistoryQuery::default());
    }
}
