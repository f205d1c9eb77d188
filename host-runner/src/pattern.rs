//! What an expectation accepts.

use crate::json;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The error codes of `wasi:sockets/network`, in the order of the enum.
pub const ERROR_CODES: [&str; 21] = [
    "unknown",
    "access-denied",
    "not-supported",
    "invalid-argument",
    "out-of-memory",
    "timeout",
    "concurrency-conflict",
    "not-in-progress",
    "would-block",
    "invalid-state",
    "new-socket-limit",
    "address-not-bindable",
    "address-in-use",
    "remote-unreachable",
    "connection-refused",
    "connection-reset",
    "connection-aborted",
    "datagram-too-large",
    "name-unresolvable",
    "temporary-resolver-failure",
    "permanent-resolver-failure",
];

/// The codes that are no outcome: one says that there is none yet, the other
/// that nothing was begun. A host that never tells of a failure answers these.
const NO_OUTCOME: [&str; 2] = ["would-block", "not-in-progress"];

/// Prefixes of observations that name an error code.
const CODED: [&str; 2] = ["error:", "deferred:"];

/// A pattern that an observation matches or not.
///
/// A JSON value stands for itself: an object for one with exactly its keys,
/// an array for one of its length. `"error:*"` and `"deferred:*"` stand for
/// every error code of the interface that is an outcome, which is all but
/// `would-block` and `not-in-progress`, and for nothing else.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Pattern {
    /// This value and no other.
    Exactly(Value),
    /// The prefix, followed by any error code of the interface that is an
    /// outcome.
    AnyCode(&'static str),
    /// A number that is not smaller.
    AtLeast(u64),
    /// One of these.
    AnyOf(Vec<Pattern>),
    /// An object with exactly these keys.
    Object(Vec<(String, Pattern)>),
    /// An array of this length.
    Array(Vec<Pattern>),
    /// A trap, while the guest was at this step. No value matches it.
    Trap(String),
}

impl Pattern {
    /// Whether the guest's value is one that this pattern accepts.
    #[must_use]
    pub fn matches(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Exactly(expected), value) => expected == value,
            (Self::AnyCode(prefix), Value::String(text)) => text
                .strip_prefix(prefix)
                .is_some_and(|code| ERROR_CODES.contains(&code) && !NO_OUTCOME.contains(&code)),
            (Self::AtLeast(least), Value::Number(number)) => {
                number.as_u64().is_some_and(|number| number >= *least)
            }
            (Self::AnyOf(patterns), value) => patterns.iter().any(|it| it.matches(value)),
            (Self::Object(fields), Value::Object(object)) => {
                fields.len() == object.len()
                    && fields.iter().all(|(key, pattern)| {
                        object.get(key).is_some_and(|value| pattern.matches(value))
                    })
            }
            (Self::Array(patterns), Value::Array(values)) => {
                patterns.len() == values.len()
                    && patterns
                        .iter()
                        .zip(values)
                        .all(|(it, value)| it.matches(value))
            }
            _ => false,
        }
    }

    /// Whether everything that `other` accepts is accepted here too. It may
    /// say no where the answer takes more than a look at the two, never yes
    /// where it is no.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::AnyOf(others)) => others.iter().all(|other| self.covers(other)),
            (Self::AnyOf(patterns), other) => patterns.iter().any(|it| it.covers(other)),
            (Self::AtLeast(least), Self::AtLeast(other)) => other >= least,
            (Self::Object(fields), Self::Object(others)) => {
                fields.len() == others.len()
                    && fields.iter().all(|(key, pattern)| {
                        others
                            .iter()
                            .any(|(other, it)| other == key && pattern.covers(it))
                    })
            }
            (Self::Array(patterns), Self::Array(others)) => {
                patterns.len() == others.len()
                    && patterns
                        .iter()
                        .zip(others)
                        .all(|(it, other)| it.covers(other))
            }
            (_, Self::Exactly(value)) => self.matches(value),
            (one, other) => one == other,
        }
    }

    fn parse(value: Value) -> Result<Self, String> {
        match value {
            Value::String(text) => Self::parse_text(text),
            Value::Array(values) => values
                .into_iter()
                .map(Self::parse)
                .collect::<Result<_, _>>()
                .map(Self::Array),
            Value::Object(object) => Self::parse_object(object),
            value => Ok(Self::Exactly(value)),
        }
    }

    fn parse_text(text: String) -> Result<Self, String> {
        if let Some(step) = text.strip_prefix("trap:") {
            return Ok(Self::Trap(step.to_owned()));
        }
        for prefix in CODED {
            match text.strip_prefix(prefix) {
                Some("*") => return Ok(Self::AnyCode(prefix)),
                Some(code) if !ERROR_CODES.contains(&code) => {
                    return Err(format!("`{code}` is no error code of wasi:sockets"));
                }
                _ => {}
            }
        }
        if text.ends_with('*') {
            return Err(format!(
                "`{text}`: only error:* and deferred:* stand for many"
            ));
        }
        Ok(Self::Exactly(Value::String(text)))
    }

    fn parse_object(mut object: Map<String, Value>) -> Result<Self, String> {
        let operator = object.keys().find(|key| key.starts_with('$')).cloned();
        let Some(operator) = operator else {
            return object
                .into_iter()
                .map(|(key, value)| Ok((key, Self::parse(value)?)))
                .collect::<Result<_, _>>()
                .map(Self::Object);
        };
        let operand = object.remove(&operator);
        match (operator.as_str(), operand, object.is_empty()) {
            ("$any-of", Some(Value::Array(values)), true) if !values.is_empty() => values
                .into_iter()
                .map(Self::parse)
                .collect::<Result<_, _>>()
                .map(Self::AnyOf),
            ("$at-least", Some(Value::Number(number)), true) => number
                .as_u64()
                .map(Self::AtLeast)
                .ok_or_else(|| format!("`{number}`: $at-least takes a whole number")),
            _ => Err(format!(
                "`{operator}`: a pattern is {{\"$any-of\": […]}}, {{\"$at-least\": N}} or a plain value"
            )),
        }
    }

    fn to_value(&self) -> Value {
        match self {
            Self::Exactly(value) => value.clone(),
            Self::AnyCode(prefix) => format!("{prefix}*").into(),
            Self::AtLeast(least) => serde_json::json!({ "$at-least": least }),
            Self::AnyOf(patterns) => serde_json::json!({ "$any-of": patterns }),
            Self::Object(fields) => fields
                .iter()
                .map(|(key, pattern)| (key.clone(), pattern.to_value()))
                .collect::<Map<_, _>>()
                .into(),
            Self::Array(patterns) => patterns.iter().map(Self::to_value).collect(),
            Self::Trap(step) => format!("trap:{step}").into(),
        }
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json::Unique(value) = json::Unique::deserialize(deserializer)?;
        Self::parse(value).map_err(D::Error::custom)
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

impl JsonSchema for Pattern {
    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A JSON value that stands for itself, \"error:*\", \"deferred:*\", \
                            {\"$any-of\": [PATTERN, …]}, {\"$at-least\": NUMBER}, or, as a whole, \
                            \"trap:STEP\".",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pattern(value: &Value) -> Pattern {
        serde_json::from_value(value.clone()).unwrap()
    }

    #[test]
    fn a_pattern_matches_what_it_names_and_nothing_else() {
        for (accepts, value, expected) in [
            (json!("ok"), json!("ok"), true),
            (json!("ok"), json!("okay"), false),
            (json!("error:*"), json!("error:unknown"), true),
            (json!("error:*"), json!("error:no-such-code"), false),
            (json!("error:*"), json!("error:would-block"), false),
            (
                json!("deferred:*"),
                json!("deferred:not-in-progress"),
                false,
            ),
            (json!("error:*"), json!("error:"), false),
            (json!("error:*"), json!("error:*"), false),
            (json!("error:*"), json!("deferred:unknown"), false),
            (json!("error:unknown"), json!("error:timeout"), false),
            (json!({ "$at-least": 1 }), json!(1), true),
            (json!({ "$at-least": 1 }), json!(0), false),
            (json!({ "$at-least": 1 }), json!("1"), false),
            (json!({ "$any-of": [true, 1] }), json!(1), true),
            (json!({ "$any-of": [true, 1] }), json!(false), false),
            (
                json!({ "a": "error:*" }),
                json!({ "a": "error:timeout" }),
                true,
            ),
            (json!({ "a": 1 }), json!({ "a": 1, "b": 2 }), false),
            (json!({ "a": 1, "b": 2 }), json!({ "a": 1 }), false),
            (json!([1, 2]), json!([1, 2]), true),
            (json!([1, 2]), json!([2, 1]), false),
            (json!([1]), json!([1, 2]), false),
            (json!("trap:call"), json!("trap:call"), false),
        ] {
            assert_eq!(
                pattern(&accepts).matches(&value),
                expected,
                "{accepts} {value}"
            );
        }
    }

    #[test]
    fn covering_is_matching_everything() {
        for (one, other, expected) in [
            (json!("error:*"), json!("error:timeout"), true),
            (json!("error:*"), json!("error:*"), true),
            (json!("error:timeout"), json!("error:*"), false),
            (
                json!({ "a": "error:*" }),
                json!({ "a": "error:timeout" }),
                true,
            ),
            (json!({ "a": 1 }), json!({ "b": 1 }), false),
            (
                json!({ "$any-of": ["a", "b"] }),
                json!({ "$any-of": ["b"] }),
                true,
            ),
            (
                json!({ "$any-of": ["a", "b"] }),
                json!({ "$any-of": ["b", "c"] }),
                false,
            ),
            (json!({ "$at-least": 1 }), json!(7), true),
            (json!({ "$at-least": 1 }), json!({ "$at-least": 0 }), false),
        ] {
            assert_eq!(
                pattern(&one).covers(&pattern(&other)),
                expected,
                "{one} {other}"
            );
        }
    }

    #[test]
    fn a_pattern_that_could_match_nothing_is_refused() {
        for (value, problem) in [
            (r#""error:new-sockets-limit""#, "is no error code"),
            (r#""err*""#, "only error:* and deferred:*"),
            (r#"{"$any-of": []}"#, "$any-of"),
            (r#"{"$least": 1}"#, "$least"),
            (r#"{"$at-least": 1, "x": 2}"#, "$at-least"),
            (r#"{"a": 1, "a": 2}"#, "twice"),
        ] {
            let error = serde_json::from_str::<Pattern>(value)
                .unwrap_err()
                .to_string();
            assert!(error.contains(problem), "{value}: {error}");
        }
    }
}
