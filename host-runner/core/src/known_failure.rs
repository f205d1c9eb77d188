//! Known failures: what an implementation is known to get wrong, and why.

use crate::json::Text;
use crate::{Error, Observation, Problem, TrialName, Untrusted, Verdict};
use schemars::JsonSchema;
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeSet;
use std::ops::Not;

/// A failure that is known. It excuses one observation of one trial.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct KnownFailure {
    /// The name of the trial.
    pub trial: TrialName,
    /// The observation that it allows, as reports spell it.
    pub observed: Observation,
    /// Why it is so, in one line.
    pub reason: Untrusted,
    /// Whether it is seen on some runs only: then a pass is no news.
    #[serde(default, skip_serializing_if = "<&bool>::not")]
    pub sometimes: bool,
    /// The versions of the implementation that it is about, such as `<42` or
    /// `>=42, <49`; every version by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub versions: Option<VersionReq>,
    /// Where it is tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Untrusted>,
}

impl KnownFailure {
    /// The failure of a trial, of every version of the implementation, on every
    /// run.
    pub fn new(trial: TrialName, observed: Observation, reason: impl Into<Untrusted>) -> Self {
        Self {
            trial,
            observed,
            reason: reason.into(),
            sometimes: false,
            versions: None,
            link: None,
        }
    }

    /// Whether the entry is about the implementation that says this of its
    /// version, such as `wasmtime 36.0.9 (5c9c56ff7)`.
    #[doc(hidden)]
    #[must_use]
    pub fn is_about(&self, version: &str) -> bool {
        is_of_versions(self.versions.as_ref(), version)
    }

    /// Whether the entry expects this: the observation that it lists, or a pass
    /// if the failure is seen on some runs only.
    #[doc(hidden)]
    #[must_use]
    pub fn expects(&self, verdict: Verdict, observed: &Observation) -> bool {
        self.observed == *observed || (verdict == Verdict::Pass && self.sometimes)
    }
}

/// Whether these versions, or all, are about the implementation that says this of its
/// version.
pub(crate) fn is_of_versions(versions: Option<&VersionReq>, version: &str) -> bool {
    versions.is_none_or(|versions| {
        version_number(version).is_some_and(|version| versions.matches(&version))
    })
}

/// Reads the entries of a baseline, which are parts of `text`. Each names one of these
/// trials, once, and gives a reason.
///
/// # Errors
/// The first mistake, with its line and what to do about it.
pub fn parse_entries(
    text: Text<'_>,
    parts: &[&RawValue],
    trials: &BTreeSet<TrialName>,
) -> Result<Vec<KnownFailure>, Error> {
    let mut baseline = Vec::with_capacity(parts.len());
    for part in parts {
        let known: KnownFailure = text.parse_part(part)?;
        check(&known, &baseline, trials).map_err(|problem| text.mistake(part, problem))?;
        baseline.push(known);
    }
    Ok(baseline)
}

fn check(
    known: &KnownFailure,
    others: &[KnownFailure],
    trials: &BTreeSet<TrialName>,
) -> Result<(), Problem> {
    let trial = &known.trial;
    // Guests come from folders, which need not be at hand. One that the suite has never heard of
    // is a mistyped setting.
    let is_of_guest = || {
        let guest = trial.settings.guest;
        let mut others = trials.iter();
        guest.is_some()
            && trials.contains(&trial.with_built_in_guest())
            && others.any(|it| it.settings.guest == guest)
    };
    if !trials.contains(trial) && !is_of_guest() {
        let help = match trial.settings.guest {
            Some(_) => "name the folder of the guest with `--guests`, or correct the setting",
            None => "remove the entry, or name one that `wasi-tcp-conformance list` prints",
        };
        return Err(Problem::new(
            format!("the suite has no trial `{trial}`"),
            help,
        ));
    }
    let is_same = |other: &KnownFailure| other.trial == *trial && other.versions == known.versions;
    if others.iter().any(is_same) {
        return Err(Problem::new(
            format!("the trial `{trial}` is listed twice"),
            "keep one of them",
        ));
    }
    if known.reason.as_raw().trim().is_empty() {
        return Err(Problem::new(
            format!("the known failure `{trial}` has no reason"),
            "give the reason in one line",
        ));
    }
    Ok(())
}

/// The version number in what an implementation says of its version.
#[must_use]
pub fn version_number(said: &str) -> Option<Version> {
    said.split(|it: char| it.is_whitespace() || matches!(it, '(' | ')' | ','))
        .find_map(|word| Version::parse(word.trim_start_matches('v')).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_a_runtime_says() {
        let known = |versions: Option<&str>| KnownFailure {
            versions: versions.map(|it| it.parse().unwrap()),
            ..KnownFailure::new(
                "0.2/bind::in_use::ipv4".parse().unwrap(),
                Observation::Seen("ok".into()),
                "",
            )
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
