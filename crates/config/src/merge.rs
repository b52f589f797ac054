//! Values that remember where they came from, and how a later layer is laid over an earlier one.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use crate::origin::Mark;
use crate::pointer;

/// A value with the mark of each of its parts.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub mark: Mark,
    /// The value came from a variable or file whose name announces a secret.
    pub secret: bool,
    /// A variable or a file of its own says the value, not the text of the configuration.
    pub given: bool,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Scalar(Value),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// What is known of one value besides the value.
#[derive(Clone, Debug)]
pub(crate) struct Mention {
    pub mark: Mark,
    pub secret: bool,
    pub given: bool,
}

/// Mentions by JSON pointer into the merged value.
pub(crate) type Mentions = BTreeMap<String, Mention>;

impl Node {
    /// `value` and all its parts, marked from `mark` downwards.
    pub(crate) fn plain(value: Value, mark: Mark) -> Self {
        let kind = match value {
            Value::Array(items) => {
                Kind::Array(items.into_iter().enumerate().map(|(i, item)| Self::plain(item, mark.index(i))).collect())
            }
            Value::Object(members) => Kind::Object(
                members
                    .into_iter()
                    .map(|(key, member)| {
                        let mark = mark.key(&key);
                        (key, Self::plain(member, mark))
                    })
                    .collect(),
            ),
            scalar => Kind::Scalar(scalar),
        };
        let given = matches!(mark, Mark::Variable(_));
        Self { mark, secret: false, given, kind }
    }

    /// Lays `over` on this: objects merge key by key, anything else is replaced, `null` included.
    pub(crate) fn merge(&mut self, over: Self) {
        match (&mut self.kind, over.kind) {
            (Kind::Object(members), Kind::Object(changes)) => {
                let mut positions: HashMap<String, usize> =
                    members.iter().enumerate().map(|(i, (key, _))| (key.clone(), i)).collect();
                for (key, change) in changes {
                    if let Some(&position) = positions.get(&key) {
                        members[position].1.merge(change);
                    } else {
                        positions.insert(key.clone(), members.len());
                        members.push((key, change));
                    }
                }
                self.mark = over.mark;
                self.secret |= over.secret;
            }
            (_, kind) => *self = Self { kind, ..over },
        }
    }

    /// The plain value; object members that are `null` are absent, which is how a later layer takes a key away.
    pub(crate) fn flatten(self, at: &str, mentions: &mut Mentions) -> Value {
        mentions.insert(at.to_owned(), Mention { mark: self.mark, secret: self.secret, given: self.given });
        match self.kind {
            Kind::Scalar(value) => value,
            Kind::Array(items) => {
                items.into_iter().enumerate().map(|(i, item)| item.flatten(&pointer::index(at, i), mentions)).collect()
            }
            Kind::Object(members) => Value::Object(
                members
                    .into_iter()
                    .filter(|(_, member)| !matches!(member.kind, Kind::Scalar(Value::Null)))
                    .map(|(key, member)| {
                        let value = member.flatten(&pointer::key(at, &key), mentions);
                        (key, value)
                    })
                    .collect::<Map<_, _>>(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn layer(value: Value, name: &str) -> Node {
        Node::plain(value, Mark::Variable(name.to_owned()))
    }

    #[test]
    fn later_layers_win_key_by_key() {
        for (low, high, expected) in [
            (json!({"a": {"b": 1, "c": 2}}), json!({"a": {"b": 3}}), json!({"a": {"b": 3, "c": 2}})),
            (json!({"a": [1, 2]}), json!({"a": [3]}), json!({"a": [3]})),
            (json!({"a": {"b": 1}}), json!({"a": 5}), json!({"a": 5})),
            (json!({"a": 5}), json!({"a": {"b": 1}}), json!({"a": {"b": 1}})),
            (json!({"a": 5, "b": 1}), json!({"a": null}), json!({"b": 1})),
            (json!({"a": {"b": 1}}), json!({"a": {"b": null}}), json!({"a": {}})),
            (json!({"a": null}), json!({"a": {"b": 1}}), json!({"a": {"b": 1}})),
            (json!({"a": [null, 1]}), json!({}), json!({"a": [null, 1]})),
        ] {
            let mut node = layer(low.clone(), "low");
            node.merge(layer(high.clone(), "high"));
            assert_eq!(node.flatten("", &mut Mentions::new()), expected, "{low} + {high}");
        }
    }

    #[test]
    fn every_value_remembers_its_layer() {
        let mut node = layer(json!({"a": {"b": 1, "c": [1]}}), "low");
        node.merge(layer(json!({"a": {"b": 2}}), "high"));
        let mut mentions = Mentions::new();
        node.flatten("", &mut mentions);
        let of = |pointer: &str| mentions.get(pointer).map(|mention| mention.mark.clone());
        assert_eq!(of("/a/b"), Some(Mark::Variable("high".into())));
        assert_eq!(of("/a/c/0"), Some(Mark::Variable("low".into())));
    }
}
