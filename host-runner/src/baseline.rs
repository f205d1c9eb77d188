//! Known failures: what an implementation is known to get wrong, and why.

use schemars::JsonSchema;
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A failure that is known. It excuses one observation of one trial.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KnownFailure {
    /// The trial's name.
    pub trial: String,
    /// The observation that it allows, as reports spell it.
    pub observed: Value,
    /// Why it is so, in one line.
    pub reason: String,
    /// The versions of the implementation that it is about, such as `<42` or
    /// `>=42, <49`; every version, unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub versions: Option<VersionReq>,
    /// Where it is tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl KnownFailure {
    /// Whether the entry is about the implementation that says this of its
    /// version, such as `wasmtime 36.0.9 (5c9c56ff7)`.
    #[must_use]
    pub fn is_about(&self, version: &str) -> bool {
        let Some(versions) = &self.versions else {
            return true;
        };
        number(version).is_some_and(|version| versions.matches(&version))
    }
}

/// The version number in what an implementation says of its version.
pub(crate) fn number(said: &str) -> Option<Version> {
    said.split(|it: char| it.is_whitespace() || matches!(it, '(' | ')' | ','))
        .find_map(|word| Version::parse(word.trim_start_matches('v')).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_a_runtime_says() {
        let known = |versions: Option<&str>| KnownFailure {
            trial: String::new(),
            observed: Value::Null,
            reason: String::new(),
            versions: versions.map(|it| it.parse().unwrap()),
            link: None,
        };
        for (versions, said, expected) in [
            (None, "anything", true),
            (Some("<42"), "wasmtime 36.0.9 (5c9c56ff7 2026-01-01)", true),
            (Some("<42"), "wasmtime 42.0.1", false),
            (Some(">=42, <49"), "v48.0.0", true),
            (Some("<42"), "no version at all", false),
        ] {
            assert_eq!(
                known(versions).is_about(said),
                expected,
                "{versions:?} {said}"
            );
        }
    }
}
