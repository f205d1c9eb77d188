//! What departs from the default set-up of a trial.

use crate::fault::FAULTS;
use crate::{Fault, GuestName, Policy, WasiVersion};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::borrow::Cow;
use std::fmt;

/// The prefix of a setting that names a version.
const VERSION: &str = "wasi-";

/// How a trial is set up, where that is not the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Settings {
    /// The policy of the runtime.
    pub policy: Policy,
    /// The fault of the host.
    pub fault: Option<Fault>,
    /// The version at which the component imports the interfaces, where it is
    /// not that of the run.
    pub version: Option<WasiVersion>,
    /// The guest, where it is not the one built in.
    pub guest: Option<GuestName>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            policy: Policy::Allowed,
            fault: None,
            version: None,
            guest: None,
        }
    }
}

impl Settings {
    /// The names of what departs from the default, in the order that the names
    /// of trials have: policy, fault, version, guest.
    #[doc(hidden)]
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let policy = (self.policy != Policy::Allowed).then(|| self.policy.to_string());
        let fault = self.fault.map(|fault| fault.name.to_owned());
        let version = self.version.map(|version| format!("{VERSION}{version}"));
        let guest = self.guest.map(|guest| guest.to_string());
        let names = policy.into_iter().chain(fault).chain(version);
        names.chain(guest).collect()
    }

    /// What each setting does, in words; nothing for the default.
    #[doc(hidden)]
    #[must_use]
    pub fn descriptions(&self) -> Vec<String> {
        let policy = (self.policy != Policy::Allowed).then(|| self.policy.description().to_owned());
        let fault = self.fault.map(|fault| fault.rule.to_string());
        let version = self
            .version
            .map(|version| format!("the component imports the interfaces at {version}"));
        let guest = self.guest.map(|guest| format!("the guest is `{guest}`"));
        let descriptions = policy.into_iter().chain(fault).chain(version);
        descriptions.chain(guest).collect()
    }

    /// The settings with these names, in any order.
    ///
    /// # Errors
    /// When a name is unknown, or two say the same thing.
    #[doc(hidden)]
    pub fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut settings = Self::default();
        for name in names {
            let is_first = if let Some(policy) = Policy::named(name).filter(is_departure) {
                std::mem::replace(&mut settings.policy, policy) == Policy::Allowed
            } else if let Some(fault) = Fault::named(name) {
                settings.fault.replace(fault).is_none()
            } else if let Some(version) = version(name) {
                settings.version.replace(version).is_none()
            } else if let Ok(guest) = name.parse() {
                settings.guest.replace(guest).is_none()
            } else {
                return Err(unknown(name));
            };
            if !is_first {
                return Err(format!("the setting `{name}` contradicts one before it"));
            }
        }
        Ok(settings)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "a filter")]
fn is_departure(policy: &Policy) -> bool {
    *policy != Policy::Allowed
}

fn version(name: &str) -> Option<WasiVersion> {
    name.strip_prefix(VERSION)?.parse().ok()
}

fn unknown(name: &str) -> String {
    let policies = Policy::ALL.iter().copied().filter(is_departure);
    let names: Vec<_> = policies
        .map(Policy::name)
        .chain(FAULTS.iter().map(|fault| fault.name))
        .collect();
    format!(
        "there is no setting `{name}`: there are {} and {VERSION}0.2.N",
        names.join(", ")
    )
}

/// The suffix of a trial's name, without its `@`; nothing for the default.
impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.names().join(","))
    }
}

impl Serialize for Settings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.names().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        let settings = Self::named(names.iter().map(String::as_str)).map_err(D::Error::custom)?;
        // What is written down is written for every guest.
        match settings.guest {
            Some(guest) => Err(D::Error::custom(unknown(guest.as_str()))),
            None => Ok(settings),
        }
    }
}

#[doc(hidden)]
impl JsonSchema for Settings {
    fn schema_name() -> Cow<'static, str> {
        "Settings".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let policies = Policy::ALL
            .iter()
            .copied()
            .filter(is_departure)
            .map(Policy::name);
        let names: Vec<_> = policies
            .chain(FAULTS.iter().map(|fault| fault.name))
            .collect();
        json_schema!({
            "type": "array",
            "items": {
                "anyOf": [
                    { "type": "string", "enum": names },
                    { "type": "string", "pattern": r"^wasi-0\.\d+\.\d+$" },
                ],
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_have_one_order_and_one_of_a_kind() {
        let named = |text: &str| Settings::named(text.split(',').filter(|it| !it.is_empty()));
        assert_eq!(named("").unwrap(), Settings::default());
        assert_eq!(
            named("wasi-0.2.3,fd-limit,denied").unwrap().to_string(),
            "denied,fd-limit,wasi-0.2.3"
        );
        assert_eq!(named("c,fd-limit").unwrap().to_string(), "fd-limit,c");
        for wrong in [
            "allowed",
            "denied,denied",
            "denied,denied-addresses",
            "fd-limit,ipv6-missing",
            "wasi-0.2",
            "wasi-0.2.1,wasi-0.2.2",
            "fd_limit",
            "c,python",
        ] {
            assert!(named(wrong).is_err(), "{wrong}");
        }
    }
}
