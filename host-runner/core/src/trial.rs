//! The names of trials.

use crate::{Family, Generation, Settings};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// The name of a trial: `0.2/unbound::local_address::ipv6`,
/// `0.2/limit::code::ipv4@fd-limit`.
///
/// The generation comes first; what departs from the default set-up comes last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct TrialName {
    /// The generation of WASI.
    pub generation: Generation,
    /// The topic: a guest component and its file of expectations.
    pub topic: String,
    /// The case of the topic.
    pub case: String,
    /// The family that the case is asked to use.
    pub family: Family,
    /// What departs from the default set-up.
    pub settings: Settings,
}

impl TrialName {
    /// The name of a trial from its parts.
    #[doc(hidden)]
    pub fn new(
        generation: Generation,
        topic: impl Into<String>,
        case: impl Into<String>,
        family: Family,
        settings: Settings,
    ) -> Self {
        Self {
            generation,
            topic: topic.into(),
            case: case.into(),
            family,
            settings,
        }
    }

    /// The name of its case: `0.2/limit::code`.
    #[doc(hidden)]
    #[must_use]
    pub fn case_name(&self) -> String {
        format!("{}/{}::{}", self.generation, self.topic, self.case)
    }
}

impl TrialName {
    /// The same trial with the guest that is built in.
    #[doc(hidden)]
    #[must_use]
    pub fn with_built_in_guest(&self) -> Self {
        let mut name = self.clone();
        name.settings.guest = None;
        name
    }
}

impl fmt::Display for TrialName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut name = format!("{}::{}", self.case_name(), self.family);
        if self.settings != Settings::default() {
            name = format!("{name}@{}", self.settings);
        }
        f.pad(&name)
    }
}

impl FromStr for TrialName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (generation, rest) = text.split_once('/')?;
            let (path, settings) = match rest.split_once('@') {
                Some((path, settings)) => (path, Some(settings)),
                None => (rest, None),
            };
            let mut parts = path.split("::");
            let name = Self::new(
                generation.parse().ok()?,
                parts.next().filter(is_word)?,
                parts.next().filter(is_word)?,
                Family::named(parts.next()?)?,
                Settings::named(settings.into_iter().flat_map(|it| it.split(','))).ok()?,
            );
            (name.to_string() == text).then_some(name)
        };
        parse().ok_or_else(|| {
            format!("`{text}` is no name of a trial, such as 0.2/unbound::local_address::ipv6")
        })
    }
}

/// Whether this can name a topic or a case: both are names in Rust.
fn is_word(text: &&str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !text.is_empty() && text.bytes().all(is_part)
}

impl Serialize for TrialName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TrialName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

#[doc(hidden)]
impl JsonSchema for TrialName {
    fn schema_name() -> Cow<'static, str> {
        "TrialName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^0\.\d+/\w+::\w+::ipv[46](@[a-z0-9.,-]+)?$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_one_spelling() {
        for name in [
            "0.2/unbound::local_address::ipv6",
            "0.2/limit::code::ipv4@fd-limit",
            "0.2/link::connection::ipv4@denied,fd-limit,wasi-0.2.3",
            "0.2/limit::code::ipv4@fd-limit,python",
        ] {
            assert_eq!(name.parse::<TrialName>().unwrap().to_string(), name);
        }
        for name in [
            "unbound::local_address::ipv6",
            "0.2/unbound::ipv6",
            "0.2/unbound::local_address::ipv7",
            "0.2/unbound::local_address::ipv6::more",
            "0.2/unbound::local_address::ipv6@",
            "0.2/unbound::local_address::ipv6@fd-limit,denied",
            "0.2/unbound::local_address::ipv6@default",
            "0.2/::local_address::ipv6",
            "0.2/un\u{1b}bound::local_address::ipv6",
            "",
        ] {
            assert!(name.parse::<TrialName>().is_err(), "{name}");
        }
    }
}
