//! What is wrong with the shape of a predicate, in the words clients of Backstage have seen.
//!
//! There the shape is a choice of alternatives, and what fits none is told what it lacks for each of them. A value that is
//! of the right type but refused otherwise (a key that may not be there) tells that alone.

use serde_json::Value;

/// Longer complaints are cut: a large query can be wrong in many places.
const MAX_COMPLAINT: usize = 8 * 1024;

/// A step from the root of a body to a part of it.
#[derive(Clone, Copy)]
pub(super) enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

/// Why a value is no predicate; `None` when it is one. `at` is where in its body the value is.
pub(super) fn complaint<'a>(query: &'a Value, at: &[Step<'a>]) -> Option<String> {
    let verdict = Checker { path: at.to_vec() }.predicate(Some(query));
    if verdict.status == Status::Good {
        return None;
    }
    let mut text = format!("Validation error: {}", verdict.issues.join("; "));
    if text.len() > MAX_COMPLAINT {
        text.truncate(text.floor_char_boundary(MAX_COMPLAINT));
        text.push('…');
    }
    Some(text)
}

/// Whether a key names a field rather than an operator.
pub(super) fn is_field(key: &str) -> bool {
    !key.starts_with('$') && !key.contains(['\n', '\r', '\u{2028}', '\u{2029}'])
}

/// How well a value fits, worse ones later.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    Good,
    /// Of the right type, and refused nevertheless.
    Flawed,
    Wrong,
}

struct Verdict {
    status: Status,
    issues: Vec<String>,
}

impl Verdict {
    fn good() -> Self {
        Self { status: Status::Good, issues: Vec::new() }
    }

    fn add(&mut self, other: Self) {
        self.status = self.status.max(other.status);
        self.issues.extend(other.issues);
    }
}

/// A test of a value that may be missing.
type Test<'a> = fn(&mut Checker<'a>, Option<&'a Value>) -> Verdict;

struct Checker<'a> {
    path: Vec<Step<'a>>,
}

impl<'a> Checker<'a> {
    fn predicate(&mut self, value: Option<&'a Value>) -> Verdict {
        self.choice(
            value,
            &[
                Self::expression,
                Self::primitive,
                |checker, value| {
                    checker.member(value, "$all", true, |checker, value| checker.list(value, Self::predicate))
                },
                |checker, value| {
                    checker.member(value, "$any", true, |checker, value| checker.list(value, Self::predicate))
                },
                |checker, value| checker.member(value, "$not", true, Self::predicate),
            ],
        )
    }

    fn expression(&mut self, value: Option<&'a Value>) -> Verdict {
        self.choice(
            value,
            &[
                |checker, value| checker.record(value, is_field, Self::condition),
                |checker, value| checker.record(value, |key| key.starts_with('$'), Self::never),
            ],
        )
    }

    fn condition(&mut self, value: Option<&'a Value>) -> Verdict {
        self.choice(
            value,
            &[
                Self::primitive,
                |checker, value| checker.member(value, "$exists", false, Self::boolean),
                |checker, value| {
                    checker.member(value, "$in", false, |checker, value| checker.list(value, Self::primitive))
                },
                |checker, value| checker.member(value, "$contains", false, Self::predicate),
                |checker, value| checker.member(value, "$hasPrefix", false, Self::text),
            ],
        )
    }

    fn primitive(&mut self, value: Option<&'a Value>) -> Verdict {
        self.choice(value, &[Self::text, Self::number, Self::boolean])
    }

    fn text(&mut self, value: Option<&'a Value>) -> Verdict {
        self.typed(value, "string", Value::is_string)
    }

    fn number(&mut self, value: Option<&'a Value>) -> Verdict {
        self.typed(value, "number", Value::is_number)
    }

    fn boolean(&mut self, value: Option<&'a Value>) -> Verdict {
        self.typed(value, "boolean", Value::is_boolean)
    }

    fn never(&mut self, value: Option<&'a Value>) -> Verdict {
        self.typed(value, "never", |_| false)
    }

    fn typed(&self, value: Option<&Value>, expected: &str, fits: fn(&Value) -> bool) -> Verdict {
        match value {
            Some(value) if fits(value) => Verdict::good(),
            Some(value) => self.issue(Status::Wrong, &format!("Expected {expected}, received {}", type_of(value))),
            None => self.issue(Status::Wrong, "Required"),
        }
    }

    /// One of these alternatives: the first that fits, else the first that is only flawed.
    fn choice(&mut self, value: Option<&'a Value>, options: &[Test<'a>]) -> Verdict {
        let mut flawed = None;
        let mut complaints: Vec<String> = Vec::new();
        for option in options {
            let verdict = option(self, value);
            match verdict.status {
                Status::Good => return verdict,
                Status::Flawed => {
                    flawed.get_or_insert(verdict);
                }
                Status::Wrong => {
                    let complaint = verdict.issues.join("; ");
                    if !complaints.contains(&complaint) {
                        complaints.push(complaint);
                    }
                }
            }
        }
        flawed.unwrap_or_else(|| Verdict { status: Status::Wrong, issues: vec![complaints.join(", or ")] })
    }

    /// An object with this member, and when `alone` with no other.
    fn member(&mut self, value: Option<&'a Value>, key: &'static str, alone: bool, test: Test<'a>) -> Verdict {
        let Some(Value::Object(map)) = value else { return self.typed(value, "object", Value::is_object) };
        let mut verdict = self.within(Step::Key(key), |checker| test(checker, map.get(key)));
        let others: Vec<String> = map.keys().filter(|other| *other != key).map(|other| format!("'{other}'")).collect();
        if alone && !others.is_empty() {
            let text = format!("Unrecognized key(s) in object: {}", others.join(", "));
            verdict.add(self.issue(Status::Flawed, &text));
        }
        verdict
    }

    fn record(&mut self, value: Option<&'a Value>, known: fn(&str) -> bool, test: Test<'a>) -> Verdict {
        let Some(Value::Object(map)) = value else { return self.typed(value, "object", Value::is_object) };
        let mut verdict = Verdict::good();
        for (key, value) in map {
            self.within(Step::Key(key), |checker| {
                if !known(key) {
                    verdict.add(checker.issue(Status::Flawed, "Invalid"));
                }
                verdict.add(test(checker, Some(value)));
            });
        }
        verdict
    }

    fn list(&mut self, value: Option<&'a Value>, test: Test<'a>) -> Verdict {
        let Some(Value::Array(items)) = value else { return self.typed(value, "array", Value::is_array) };
        let mut verdict = Verdict::good();
        for (at, item) in items.iter().enumerate() {
            verdict.add(self.within(Step::Item(at), |checker| test(checker, Some(item))));
        }
        verdict
    }

    fn within<T>(&mut self, step: Step<'a>, check: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let result = check(self);
        self.path.pop();
        result
    }

    fn issue(&self, status: Status, text: &str) -> Verdict {
        let text = if self.path.is_empty() { text.to_owned() } else { format!("{text} at \"{}\"", self.place()) };
        Verdict { status, issues: vec![text] }
    }

    fn place(&self) -> String {
        if let [Step::Key(key)] = self.path[..] {
            return if key.is_empty() { "\"\"".to_owned() } else { key.to_owned() };
        }
        let mut place = String::new();
        for step in &self.path {
            match step {
                Step::Item(at) => place += &format!("[{at}]"),
                Step::Key(key) if key.contains('"') => place += &format!("[\"{}\"]", key.replace('"', "\\\"")),
                Step::Key(key) if !key.contains(|c: char| c == '$' || c == '_' || c.is_alphabetic()) => {
                    place += &format!("[\"{key}\"]");
                }
                Step::Key(key) => {
                    if !place.is_empty() {
                        place.push('.');
                    }
                    place += key;
                }
            }
        }
        place
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_predicate_is_told_what_it_lacks_for_each_alternative() {
        for (query, expected) in [
            (json!({ "$foo": 1 }), r#"Invalid at "$foo""#),
            (json!({ "$all": [{ "kind": "api" }, { "$bad": 1 }] }), r#"Invalid at "$all[1].$bad""#),
            (json!({ "$all": [], "kind": "api", "x": 1 }), "Unrecognized key(s) in object: 'kind', 'x'"),
            (
                json!({ "kind": null }),
                r#"Expected string, received null at "kind", or Expected number, received null at "kind", or Expected boolean, received null at "kind", or Expected object, received null at "kind", or Invalid at "kind"; Expected never, received null at "kind", or Expected string, received object, or Expected number, received object, or Expected boolean, received object, or Required at "$all"; Unrecognized key(s) in object: 'kind', or Required at "$any"; Unrecognized key(s) in object: 'kind', or Required at "$not"; Unrecognized key(s) in object: 'kind'"#,
            ),
            (
                json!({ "$not": null }),
                r#"Invalid at "$not"; Expected string, received null at "$not", or Expected number, received null at "$not", or Expected boolean, received null at "$not", or Expected object, received null at "$not", or Expected never, received null at "$not", or Expected string, received object, or Expected number, received object, or Expected boolean, received object, or Required at "$all"; Unrecognized key(s) in object: '$not', or Required at "$any"; Unrecognized key(s) in object: '$not', or Expected object, received null at "$not", or Expected string, received null at "$not", or Expected number, received null at "$not", or Expected boolean, received null at "$not""#,
            ),
            (
                json!({ "kind": { "$in": ["a", null] } }),
                r#"Expected string, received object at "kind", or Expected number, received object at "kind", or Expected boolean, received object at "kind", or Required at "kind.$exists", or Expected string, received null at "kind.$in[1]", or Expected number, received null at "kind.$in[1]", or Expected boolean, received null at "kind.$in[1]", or Required at "kind.$contains", or Required at "kind.$hasPrefix", or Invalid at "kind"; Expected never, received object at "kind", or Expected string, received object, or Expected number, received object, or Expected boolean, received object, or Required at "$all"; Unrecognized key(s) in object: 'kind', or Required at "$any"; Unrecognized key(s) in object: 'kind', or Required at "$not"; Unrecognized key(s) in object: 'kind'"#,
            ),
        ] {
            assert_eq!(complaint(&query, &[]), Some(format!("Validation error: {expected}")), "{query}");
        }
    }

    #[test]
    fn a_place_is_written_as_a_path() {
        for (query, at, expected) in [
            (json!({ "$foo": 1 }), "query", "query.$foo"),
            (json!({ "$\"": 1 }), "query", r#"query["$\""]"#),
            (json!({ "\n": 1 }), "query", "query[\"\n\"]"),
        ] {
            let expected = format!("Validation error: Invalid at \"{expected}\"");
            assert_eq!(complaint(&query, &[Step::Key(at)]), Some(expected), "{query}");
        }
    }

    #[test]
    fn predicates_have_no_complaint_and_huge_ones_are_cut() {
        for query in [json!({}), json!({ "": 1, "a b": { "$exists": true, "$in": 1 } }), json!({ "$all": ["x", {}] })] {
            assert_eq!(complaint(&query, &[]), None, "{query}");
        }
        let nothings = json!({ "kind": { "$in": vec![Value::Null; 1000] } });
        assert!(complaint(&nothings, &[]).unwrap().len() < MAX_COMPLAINT + 10);
    }
}
