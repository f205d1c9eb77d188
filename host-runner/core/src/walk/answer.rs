//! The answers of a walk: what the guest reports of each call.

use serde_json::{Value, json};
use std::fmt;

/// The answer to one call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the replay has to know every answer"
)]
pub enum Answer {
    /// `"skipped"`: what the call is about was not there.
    Skipped,
    /// `"never"`: what it waits for did not happen.
    Never,
    /// `"ok"`.
    Ok,
    /// `"error:invalid-state"`; of a stream `"error:closed"` or `"error:failed"`.
    Error(String),
    /// The value of an option, or how many bytes were written.
    Number(u64),
    /// Of `is-listening`, `keep-alive-enabled` and `ready`.
    Bool(bool),
    /// `"a"` or `"b"` is told as `"ipv4"` or `"ipv6"`.
    Family(crate::Family),
    /// `{"ip": "127.0.0.1", "port": "s0"}`.
    Address {
        /// The IP address, as text.
        ip: String,
        /// Whose port it is.
        port: Port,
    },
    /// `{"bytes": 5, "right": true, "end": false}`.
    Read {
        /// How many bytes.
        bytes: u64,
        /// Whether they are those that the peer wrote next.
        right: bool,
        /// Whether the end of the stream was seen.
        end: bool,
    },
    /// `[0, 2]`: which pollables of a list are ready.
    Ready(Vec<usize>),
    /// `{"again": ["ok"]}`: what calls answered that were made again, where it was not
    /// the same.
    Again(Vec<Answer>),
}

/// A port, told by a name that the guest gives to each: that of the first socket
/// that showed it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there is no third")]
pub enum Port {
    /// `"0"`.
    Zero,
    /// `"s0"`: the port that this socket was the first to show. `"s0.remote"`: as the
    /// port of its peer. `"s0.2"`: the second of its ports.
    Of(String),
}

impl Answer {
    /// Reads the answers of a whole walk.
    ///
    /// # Errors
    /// What is wrong with the first that is none.
    pub fn read_all(observed: &Value) -> Result<Vec<Self>, String> {
        let answers = match observed {
            Value::Object(fields) if fields.len() == 1 => fields.get("walk"),
            _ => None,
        };
        let answers = answers
            .and_then(Value::as_array)
            .ok_or("the observation of a walk is `{\"walk\": [answers]}`")?;
        let read = |(index, answer)| {
            Self::read(answer).map_err(|why| format!("answer {index}, {answer}: {why}"))
        };
        answers.iter().enumerate().map(read).collect()
    }

    /// Reads one answer.
    ///
    /// # Errors
    /// Why it is none.
    pub fn read(value: &Value) -> Result<Self, String> {
        match value {
            Value::Bool(it) => Ok(Self::Bool(*it)),
            Value::Number(number) => number
                .as_u64()
                .map(Self::Number)
                .ok_or_else(|| "no call answers this number".to_owned()),
            Value::String(text) => Self::word(text),
            Value::Array(indices) => indices
                .iter()
                .map(|index| index.as_u64().and_then(|index| index.try_into().ok()))
                .collect::<Option<Vec<usize>>>()
                .map(Self::Ready)
                .ok_or_else(|| "a list is one of indices".to_owned()),
            Value::Object(fields) if fields.len() == 1 => match fields.get("again") {
                Some(Value::Array(answers)) => {
                    let answers = answers.iter().map(Self::read);
                    answers.collect::<Result<_, _>>().map(Self::Again)
                }
                _ => Err("an object with one field is what was answered `again`".to_owned()),
            },
            Value::Object(fields) => {
                let get = |key| fields.get(key);
                match (fields.len(), get("ip"), get("port")) {
                    (2, Some(Value::String(ip)), Some(Value::String(port))) => Ok(Self::Address {
                        ip: ip.clone(),
                        port: port.parse()?,
                    }),
                    _ => Self::bytes(fields),
                }
            }
            Value::Null => Err("no call answers nothing".to_owned()),
        }
    }

    fn word(text: &str) -> Result<Self, String> {
        match text {
            "ok" => Ok(Self::Ok),
            "never" => Ok(Self::Never),
            "skipped" => Ok(Self::Skipped),
            _ => match (crate::Family::named(text), text.strip_prefix("error:")) {
                (Some(family), _) => Ok(Self::Family(family)),
                (_, Some(code)) if !code.is_empty() => Ok(Self::Error(code.to_owned())),
                _ => Err("no call answers this word".to_owned()),
            },
        }
    }

    fn bytes(fields: &serde_json::Map<String, Value>) -> Result<Self, String> {
        let (Some(bytes), Some(right), Some(end), 3) = (
            fields.get("bytes").and_then(Value::as_u64),
            fields.get("right").and_then(Value::as_bool),
            fields.get("end").and_then(Value::as_bool),
            fields.len(),
        ) else {
            return Err("an object is an address or what was read".to_owned());
        };
        Ok(Self::Read { bytes, right, end })
    }

    /// The answer as the guest reports it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::Skipped => "skipped".into(),
            Self::Never => "never".into(),
            Self::Ok => "ok".into(),
            Self::Error(code) => format!("error:{code}").into(),
            Self::Number(number) => (*number).into(),
            Self::Bool(it) => (*it).into(),
            Self::Family(family) => family.to_string().into(),
            Self::Address { ip, port } => json!({ "ip": ip, "port": port.to_string() }),
            Self::Read { bytes, right, end } => {
                json!({ "bytes": bytes, "right": right, "end": end })
            }
            Self::Ready(indices) => json!(indices),
            Self::Again(answers) => {
                let answers: Vec<Value> = answers.iter().map(Self::to_value).collect();
                json!({ "again": answers })
            }
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_value() {
            Value::String(word) => f.write_str(&word),
            value => write!(f, "{value}"),
        }
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zero => f.write_str("0"),
            Self::Of(name) => f.write_str(name),
        }
    }
}

impl std::str::FromStr for Port {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "0" => Ok(Self::Zero),
            _ if text.starts_with('s') => Ok(Self::Of(text.to_owned())),
            _ => Err("a port is `0`, or named after a socket".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_written_as_they_were_read() {
        let observed = json!({ "walk": [
            "skipped", "never", "ok", "error:invalid-state", 7, true, "ipv4", "ipv6",
            { "ip": "::1", "port": "s0" }, { "ip": "0.0.0.0", "port": "0" },
            { "bytes": 5, "right": true, "end": false }, [0, 2], [],
            { "again": ["ok", { "ip": "::1", "port": "s0" }] },
        ] });
        let answers = Answer::read_all(&observed).unwrap();
        let written: Vec<Value> = answers.iter().map(Answer::to_value).collect();
        assert_eq!(json!({ "walk": written }), observed);
    }

    #[test]
    fn what_no_call_answers_is_refused() {
        for value in [
            json!(null),
            json!(-1),
            json!("fine"),
            json!("error:"),
            json!([true]),
            json!({ "ip": "::1" }),
            json!({ "again": "ok" }),
            json!({ "again": ["fine"] }),
            json!({ "ip": "::1", "port": "x" }),
            json!({ "bytes": 5, "right": true }),
            json!({ "bytes": 5, "right": true, "end": false, "more": 1 }),
        ] {
            let error = Answer::read_all(&json!({ "walk": ["ok", value] })).unwrap_err();
            assert!(error.starts_with("answer 1, "), "{error}");
        }
        assert!(Answer::read_all(&json!(["ok"])).is_err());
    }
}
