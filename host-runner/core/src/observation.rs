//! What came of a case: what the guest saw, or how it failed to say.

use crate::json;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::fmt;

/// The outcome of one case under one implementation.
///
/// As JSON, what the guest saw is that value. Everything else is an object with
/// one key that begins with `$`, such as `{"$trap": "call"}`. No guest can print
/// one: [`protocol::read`](crate::protocol::read) refuses such keys.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Observation {
    /// The guest saw this.
    Seen(Value),
    /// A step of the guest's set-up was refused.
    Blocked {
        /// The step.
        step: String,
        /// The error code.
        code: String,
    },
    /// The guest trapped.
    Trapped {
        /// The last step that the guest printed.
        step: String,
    },
    /// The runtime ended in a way that is neither its success nor its trap.
    Crashed {
        /// The signal or the exit code.
        how: String,
        /// The last step that the guest printed, if it printed one.
        step: Option<String>,
    },
    /// The time limit passed.
    TimedOut {
        /// The last step that the guest printed, if it printed one.
        step: Option<String>,
    },
    /// The runtime ended as after success, but no result came.
    Silent {
        /// The last step that the guest printed, if it printed one.
        step: Option<String>,
    },
    /// The runtime ended before the guest printed anything: the component
    /// was not instantiated, or its output did not arrive.
    NotStarted {
        /// The signal or the exit code.
        how: String,
    },
    /// The output is not what a guest prints.
    Garbled {
        /// Why.
        why: String,
    },
    /// The suite or the adapter failed. This says nothing of the implementation.
    Unobserved {
        /// What went wrong.
        why: String,
    },
}

impl Observation {
    /// What happened, in words, where the guest did not say what it saw.
    #[must_use]
    pub fn explanation(&self) -> Option<String> {
        let at = |step: &Option<String>| match step {
            Some(step) => format!("at the step `{step}`"),
            None => "before the guest printed anything".to_owned(),
        };
        Some(match self {
            Self::Seen(_) => return None,
            Self::Blocked { step, code } => {
                format!("the set-up stopped: {step} answered {code}")
            }
            Self::Trapped { step } => format!("the guest trapped at the step `{step}`"),
            Self::Crashed { how, step } => format!("the runtime ended with {how}, {}", at(step)),
            Self::TimedOut { step } => format!("the time limit passed {}", at(step)),
            Self::Silent { step } => {
                format!("the runtime ended without a result, {}", at(step))
            }
            Self::NotStarted { how } => {
                format!("the runtime ended with {how} before the guest printed anything")
            }
            Self::Garbled { why } | Self::Unobserved { why } => why.clone(),
        })
    }

    fn to_value(&self) -> Value {
        match self {
            Self::Seen(value) => value.clone(),
            Self::Blocked { step, code } => json!({ "$blocked": { "step": step, "code": code } }),
            Self::Trapped { step } => json!({ "$trap": step }),
            Self::Crashed { how, step } => json!({ "$crash": { "how": how, "step": step } }),
            Self::TimedOut { step } => json!({ "$timeout": { "step": step } }),
            Self::Silent { step } => json!({ "$silent": { "step": step } }),
            Self::NotStarted { how } => json!({ "$not-started": how }),
            Self::Garbled { why } => json!({ "$garbled": why }),
            Self::Unobserved { why } => json!({ "$unobserved": why }),
        }
    }

    fn from_value(value: Value) -> Result<Self, String> {
        let tag = match &value {
            Value::Object(object) => object.keys().find(|key| key.starts_with('$')).cloned(),
            _ => None,
        };
        let Some(tag) = tag else {
            return if is_plain(&value) {
                Ok(Self::Seen(value))
            } else {
                Err("a key that begins with `$` stands inside of what a guest saw".to_owned())
            };
        };
        let Value::Object(mut object) = value else {
            return Err("this is no observation".to_owned());
        };
        let inner = object.remove(&tag).unwrap_or_default();
        let tagged = if object.is_empty() {
            Self::tagged(&tag, inner)
        } else {
            None
        };
        tagged.ok_or_else(|| format!("`{tag}`: this is no observation that the format describes"))
    }

    fn tagged(tag: &str, value: Value) -> Option<Self> {
        let text = |value: Value| match value {
            Value::String(text) => Some(text),
            _ => None,
        };
        let fields = |value: Value, keys: &[&str]| match value {
            Value::Object(fields)
                if fields.len() == keys.len()
                    && keys.iter().all(|key| fields.contains_key(*key)) =>
            {
                Some(fields)
            }
            _ => None,
        };
        let step = |fields: &mut Map<String, Value>| match fields.remove("step")? {
            Value::Null => Some(None),
            step => Some(Some(text(step)?)),
        };
        Some(match tag {
            "$blocked" => {
                let mut fields = fields(value, &["step", "code"])?;
                Self::Blocked {
                    step: text(fields.remove("step")?)?,
                    code: text(fields.remove("code")?)?,
                }
            }
            "$trap" => Self::Trapped { step: text(value)? },
            "$crash" => {
                let mut fields = fields(value, &["how", "step"])?;
                Self::Crashed {
                    step: step(&mut fields)?,
                    how: text(fields.remove("how")?)?,
                }
            }
            "$timeout" => Self::TimedOut {
                step: step(&mut fields(value, &["step"])?)?,
            },
            "$silent" => Self::Silent {
                step: step(&mut fields(value, &["step"])?)?,
            },
            "$not-started" => Self::NotStarted { how: text(value)? },
            "$garbled" => Self::Garbled { why: text(value)? },
            "$unobserved" => Self::Unobserved { why: text(value)? },
            _ => return None,
        })
    }
}

/// Whether no object in a value has a key that begins with `$`.
pub(crate) fn is_plain(value: &Value) -> bool {
    match value {
        Value::Object(object) => object
            .iter()
            .all(|(key, value)| !key.starts_with('$') && is_plain(value)),
        Value::Array(values) => values.iter().all(is_plain),
        _ => true,
    }
}

/// The observation as JSON, on one line and escaped: a guest may print anything.
impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::untrusted::escape(&self.to_value().to_string()))
    }
}

impl Serialize for Observation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Observation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json::Unique(value) = json::Unique::deserialize(deserializer)?;
        Self::from_value(value).map_err(D::Error::custom)
    }
}

#[doc(hidden)]
impl JsonSchema for Observation {
    fn schema_name() -> Cow<'static, str> {
        "Observation".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What the guest saw, as it is. What the guest did not say is an object \
                            with one of the keys $blocked, $trap, $crash, $timeout, $silent, \
                            $not-started, $garbled and $unobserved.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_kind() -> Vec<Observation> {
        let step = || Some("call".to_owned());
        vec![
            Observation::Seen(json!({ "a": [1, null, "trap:call"] })),
            Observation::Seen(Value::Null),
            Observation::Blocked {
                step: "bind".to_owned(),
                code: "unknown".to_owned(),
            },
            Observation::Trapped {
                step: "call".to_owned(),
            },
            Observation::Crashed {
                how: "signal 11".to_owned(),
                step: step(),
            },
            Observation::Crashed {
                how: "signal 11".to_owned(),
                step: None,
            },
            Observation::TimedOut { step: step() },
            Observation::Silent { step: None },
            Observation::NotStarted {
                how: "exit code 3".to_owned(),
            },
            Observation::Garbled {
                why: "two results came".to_owned(),
            },
            Observation::Unobserved {
                why: "no such program".to_owned(),
            },
        ]
    }

    #[test]
    fn every_kind_is_read_back() {
        for observation in every_kind() {
            let json = serde_json::to_string(&observation).unwrap();
            let read: Observation = serde_json::from_str(&json).expect(&json);
            assert_eq!(read, observation, "{json}");
        }
    }

    #[test]
    fn what_nobody_writes_is_refused() {
        for json in [
            r#"{"$trap": 1}"#,
            r#"{"$trap": "call", "more": 1}"#,
            r#"{"$timeout": null}"#,
            r#"{"$crash": {"how": "signal 11"}}"#,
            r#"{"$unknown": "call"}"#,
            r#"{"a": {"$trap": "call"}}"#,
            r#"{"a": 1, "a": 2}"#,
        ] {
            let read: Result<Observation, _> = serde_json::from_str(json);
            assert!(read.is_err(), "{json}");
        }
    }
}
