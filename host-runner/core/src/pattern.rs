//! What an expectation accepts.

use crate::{ErrorCodes, Observation, json};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Prefixes of observations that name an error code.
const CODED: [&str; 2] = ["error:", "deferred:"];

/// The operator of a pattern that a trap matches. Observations tag a trap in the
/// same way.
const TRAP: &str = "$trap";

/// A pattern that an observation matches or not.
///
/// A JSON value stands for itself: an object for one with exactly its keys,
/// an array for one of its length. `"error:*"` and `"deferred:*"` stand for
/// every error code of the generation that is an outcome, and for nothing else.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Pattern {
    /// This value and no other.
    Exactly(Value),
    /// The prefix, followed by any error code that is an outcome.
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

#[doc(hidden)]
impl Pattern {
    /// Whether this pattern accepts an observation.
    #[must_use]
    pub fn accepts(&self, observation: &Observation, codes: &ErrorCodes) -> bool {
        match (self, observation) {
            (Self::Trap(at), Observation::Trapped { step }) => at == step,
            (pattern, Observation::Seen(value)) => pattern.matches(value, codes),
            _ => false,
        }
    }

    /// Whether this pattern accepts what a guest saw.
    #[must_use]
    pub fn matches(&self, value: &Value, codes: &ErrorCodes) -> bool {
        match (self, value) {
            (Self::Exactly(expected), value) => expected == value,
            (Self::AnyCode(prefix), Value::String(text)) => text
                .strip_prefix(prefix)
                .is_some_and(|code| codes.is_outcome(code)),
            (Self::AtLeast(least), Value::Number(number)) => {
                number.as_u64().is_some_and(|number| number >= *least)
            }
            (Self::AnyOf(patterns), value) => {
                patterns.iter().any(|pattern| pattern.matches(value, codes))
            }
            (Self::Object(fields), Value::Object(object)) => {
                fields.len() == object.len()
                    && fields.iter().all(|(key, pattern)| {
                        object
                            .get(key)
                            .is_some_and(|value| pattern.matches(value, codes))
                    })
            }
            (Self::Array(patterns), Value::Array(values)) => {
                patterns.len() == values.len()
                    && patterns
                        .iter()
                        .zip(values)
                        .all(|(pattern, value)| pattern.matches(value, codes))
            }
            _ => false,
        }
    }

    /// Whether everything that `other` accepts is accepted here too. It may
    /// answer no where that takes more than a comparison of the two, and never
    /// answers yes where it is no.
    #[must_use]
    pub fn covers(&self, other: &Self, codes: &ErrorCodes) -> bool {
        match (self, other) {
            (_, Self::AnyOf(others)) => others.iter().all(|other| self.covers(other, codes)),
            (Self::AnyOf(patterns), other) => {
                patterns.iter().any(|pattern| pattern.covers(other, codes))
            }
            (Self::AtLeast(least), Self::AtLeast(other)) => other >= least,
            (Self::Object(fields), Self::Object(others)) => {
                fields.len() == others.len()
                    && fields.iter().all(|(key, pattern)| {
                        let mut others = others.iter();
                        others.any(|(name, other)| name == key && pattern.covers(other, codes))
                    })
            }
            (Self::Array(patterns), Self::Array(others)) => {
                patterns.len() == others.len()
                    && patterns
                        .iter()
                        .zip(others)
                        .all(|(pattern, other)| pattern.covers(other, codes))
            }
            (_, Self::Exactly(value)) => self.matches(value, codes),
            (one, other) => one == other,
        }
    }

    /// Whether every error code in the pattern is one of the generation.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self, codes: &ErrorCodes) -> Result<(), String> {
        match self {
            Self::Exactly(Value::String(text)) => {
                let mut named = CODED.iter().filter_map(|prefix| text.strip_prefix(prefix));
                match named.find(|code| !codes.contains(code)) {
                    Some(code) => Err(format!("`{code}` is no error code of wasi:sockets")),
                    None => Ok(()),
                }
            }
            Self::AnyOf(patterns) | Self::Array(patterns) => {
                patterns.iter().try_for_each(|pattern| pattern.check(codes))
            }
            Self::Object(fields) => fields
                .iter()
                .try_for_each(|(_, pattern)| pattern.check(codes)),
            Self::Exactly(_) | Self::AnyCode(_) | Self::AtLeast(_) | Self::Trap(_) => Ok(()),
        }
    }

    fn parse(value: Value) -> Result<Self, String> {
        match value {
            Value::String(text) => Self::parse_text(text),
            Value::Array(values) => Self::parse_all(values).map(Self::Array),
            Value::Object(object) => Self::parse_object(object),
            value => Ok(Self::Exactly(value)),
        }
    }

    fn parse_all(values: Vec<Value>) -> Result<Vec<Self>, String> {
        values.into_iter().map(Self::parse).collect()
    }

    fn parse_text(text: String) -> Result<Self, String> {
        for prefix in CODED {
            if text.strip_prefix(prefix) == Some("*") {
                return Ok(Self::AnyCode(prefix));
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
            ("$any-of", Some(Value::Array(values)), true) if !values.is_empty() => {
                Self::parse_all(values).map(Self::AnyOf)
            }
            ("$at-least", Some(Value::Number(number)), true) => number
                .as_u64()
                .map(Self::AtLeast)
                .ok_or_else(|| format!("`{number}`: $at-least takes a whole number")),
            (TRAP, Some(Value::String(step)), true) => Ok(Self::Trap(step)),
            _ => Err(format!(
                "`{operator}`: a pattern is {{\"$any-of\": […]}}, {{\"$at-least\": N}}, \
                 {{\"{TRAP}\": STEP}} or a plain value"
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
            Self::Trap(step) => serde_json::json!({ TRAP: step }),
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

#[doc(hidden)]
impl JsonSchema for Pattern {
    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A JSON value that stands for itself, \"error:*\", \"deferred:*\", \
                            {\"$any-of\": [PATTERN, …]}, {\"$at-least\": NUMBER}, or, as a whole, \
                            {\"$trap\": STEP}.",
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

    fn codes() -> ErrorCodes {
        ErrorCodes {
            outcomes: ["unknown", "timeout"].map(str::to_owned).into(),
            others: ["would-block", "not-in-progress"].map(str::to_owned).into(),
        }
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
            (
                json!({ "$trap": "call" }),
                json!({ "$trap": "call" }),
                false,
            ),
            (json!({ "$trap": "call" }), json!("trap:call"), false),
        ] {
            assert_eq!(
                pattern(&accepts).matches(&value, &codes()),
                expected,
                "{accepts} {value}"
            );
        }
    }

    #[test]
    fn only_a_trap_at_the_step_is_accepted_as_one() {
        let trap = pattern(&json!({ "$trap": "call" }));
        let at = |step: &str| Observation::Trapped {
            step: step.to_owned(),
        };
        assert!(trap.accepts(&at("call"), &codes()));
        assert!(!trap.accepts(&at("create"), &codes()));
        assert!(!trap.accepts(&Observation::Seen("trap:call".into()), &codes()));
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
                pattern(&one).covers(&pattern(&other), &codes()),
                expected,
                "{one} {other}"
            );
        }
    }

    #[test]
    fn a_pattern_that_could_match_nothing_is_refused() {
        for (value, problem) in [
            (r#""err*""#, "only error:* and deferred:*"),
            (r#"{"$any-of": []}"#, "$any-of"),
            (r#"{"$least": 1}"#, "$least"),
            (r#"{"$trap": 1}"#, "$trap"),
            (r#"{"$at-least": 1, "x": 2}"#, "$at-least"),
            (r#"{"a": 1, "a": 2}"#, "twice"),
        ] {
            let error = serde_json::from_str::<Pattern>(value)
                .unwrap_err()
                .to_string();
            assert!(error.contains(problem), "{value}: {error}");
        }
        let unknown = pattern(&json!({ "a": ["error:new-sockets-limit"] }));
        assert!(unknown.check(&codes()).unwrap_err().contains("new-sockets"));
    }
}
