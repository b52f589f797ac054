//! The `filter` query parameter (contract catalog.md section 10.1).

use super::{FilterError, Predicate};

/// Reads every `filter` parameter of a request: conditions within one AND together, repeated ones OR.
/// `None` when nothing is asked.
pub fn parse_filters(filters: &[String]) -> Result<Option<Predicate>, FilterError> {
    let mut sets = Vec::new();
    for filter in filters {
        if let Some(set) = parse_set(filter)? {
            sets.push(set);
        }
    }
    let predicate = match sets.len() {
        0 => return Ok(None),
        1 => sets.swap_remove(0),
        _ => Predicate::Any(sets),
    };
    predicate.check_size()?;
    Ok(Some(predicate))
}

fn parse_set(filter: &str) -> Result<Option<Predicate>, FilterError> {
    // Keys as written: the same key in another casing is a condition of its own.
    let mut conditions: Vec<(&str, Option<Vec<Box<str>>>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for statement in filter.split(',').map(str::trim).filter(|statement| !statement.is_empty()) {
        let (key, value) = match statement.split_once('=') {
            Some((key, value)) => (key.trim(), Some(value.trim())),
            None => (statement, None),
        };
        if key.is_empty() {
            return Err(FilterError::Statement(statement.to_owned()));
        }
        let place = *places.entry(key).or_insert_with(|| {
            conditions.push((key, None));
            conditions.len() - 1
        });
        if let Some(value) = value {
            conditions[place].1.get_or_insert_default().push(value.to_lowercase().into());
        }
    }
    let mut parts: Vec<Predicate> = conditions
        .into_iter()
        .map(|(key, values)| {
            let key = key.to_lowercase().into();
            values.map_or_else(|| Predicate::Exists(Box::clone(&key)), |values| Predicate::In(Box::clone(&key), values))
        })
        .collect();
    Ok(match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(Predicate::All(parts)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(filters: &[&str]) -> Result<Option<Predicate>, FilterError> {
        parse_filters(&filters.iter().map(|filter| (*filter).to_owned()).collect::<Vec<_>>())
    }

    fn has(key: &str, values: &[&str]) -> Predicate {
        Predicate::In(key.into(), values.iter().map(|value| (*value).into()).collect())
    }

    #[test]
    fn conditions_and_within_one_parameter_and_or_across() {
        assert_eq!(
            parse(&["kind=Component, Spec.Type = Service ,", "metadata.name"]),
            Ok(Some(Predicate::Any(vec![
                Predicate::All(vec![has("kind", &["component"]), has("spec.type", &["service"])]),
                Predicate::Exists("metadata.name".into()),
            ])))
        );
    }

    #[test]
    fn a_repeated_key_ors_its_values_and_a_bare_one_adds_nothing() {
        assert_eq!(parse(&["kind=api,kind,kind=b=c"]), Ok(Some(has("kind", &["api", "b=c"]))));
        assert_eq!(parse(&["kind="]), Ok(Some(has("kind", &[""]))));
    }

    #[test]
    fn empty_filters_ask_for_nothing() {
        assert_eq!(parse(&["", " , "]), Ok(None));
        assert_eq!(parse(&[]), Ok(None));
    }

    #[test]
    fn a_missing_key_is_told() {
        assert_eq!(
            parse(&["kind=a, =x"]).unwrap_err().to_string(),
            "Invalid filter, '=x' is not a valid statement (expected a string on the form a=b or a= or a)"
        );
    }
}
