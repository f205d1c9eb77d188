//! Known failures: what an implementation is known to get wrong, and why.

mod new;

pub(crate) use new::NewBaseline;

use crate::Error;
use crate::json::Text;
use crate::report::Record;
use crate::trial::Trial;
use crate::verdict::Verdict;
use schemars::JsonSchema;
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use std::ops::Not;

/// A failure that is known. It excuses one observation of one trial.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct KnownFailure {
    /// The trial's name.
    pub trial: String,
    /// The observation that it allows, as reports spell it.
    pub observed: Value,
    /// Why it is so, in one line.
    pub reason: String,
    /// Whether it is seen on some runs only: then a pass is no news.
    #[serde(default, skip_serializing_if = "<&bool>::not")]
    pub sometimes: bool,
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
    /// The failure of a trial, of every version of the implementation, on every
    /// run.
    #[must_use]
    pub fn new(trial: String, observed: Value, reason: String) -> Self {
        Self {
            trial,
            observed,
            reason,
            sometimes: false,
            versions: None,
            link: None,
        }
    }

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

/// A file of known failures.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "A baseline")]
pub(crate) struct BaselineFile<'a> {
    /// The schema, for editors.
    #[serde(rename = "$schema")]
    #[expect(dead_code, reason = "only editors read it")]
    schema: Option<String>,
    /// What the implementation is known to get wrong.
    #[serde(borrow)]
    #[schemars(with = "Vec<KnownFailure>")]
    baseline: Vec<&'a RawValue>,
}

/// Reads a file of known failures; each must name a trial of the suite, once,
/// and say why.
///
/// ```
/// use wasi_tcp_conformance::{Suite, parse_baseline, trial};
///
/// # fn main() -> Result<(), wasi_tcp_conformance::Error> {
/// let suite = Suite::embedded()?;
/// let trials = trial::all(&suite);
/// let text = r#"{ "baseline": [
///     { "trial": "bind::in_use::ipv4", "observed": "ok", "reason": "listen opens the socket" }
/// ] }"#;
/// let known = parse_baseline("known.json", text, &trials)?;
/// assert_eq!(known[0].observed, "ok");
///
/// let mistaken = text.replace("in_use", "in_ues");
/// let error = parse_baseline("known.json", &mistaken, &trials).unwrap_err();
/// assert!(error.to_string().starts_with("known.json:2: the suite has no trial"));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// The first mistake, with its line and what to do about it.
pub fn parse_baseline(
    file: &str,
    text: &str,
    trials: &[Trial<'_>],
) -> Result<Vec<KnownFailure>, Error> {
    let text = Text { file, text };
    let parsed: BaselineFile<'_> = text.parse()?;
    known_failures(text, &parsed.baseline, trials)
}

/// Reads the entries of a baseline, which are parts of `text`.
pub(crate) fn known_failures(
    text: Text<'_>,
    parts: &[&RawValue],
    trials: &[Trial<'_>],
) -> Result<Vec<KnownFailure>, Error> {
    let mut baseline: Vec<KnownFailure> = Vec::with_capacity(parts.len());
    for part in parts {
        let known: KnownFailure = text.parse_part(part)?;
        let twice = |it: &KnownFailure| it.trial == known.trial && it.versions == known.versions;
        let (problem, mend) = if trials.iter().all(|it| it.id.to_string() != known.trial) {
            (
                format!("the suite has no trial `{}`", known.trial),
                "remove the entry, or name one that `wasi-tcp-conformance list` prints",
            )
        } else if baseline.iter().any(twice) {
            (
                format!("the trial `{}` is listed twice", known.trial),
                "keep one of them",
            )
        } else if known.reason.trim().is_empty() {
            (
                format!("the known failure `{}` has no reason", known.trial),
                "say in one line why it is so",
            )
        } else {
            baseline.push(known);
            continue;
        };
        return Err(text.mistake(part, problem, mend));
    }
    Ok(baseline)
}

/// The baseline that fits the records of one implementation of this version.
///
/// What is known keeps its reason; what is not gets none, and has to be given
/// one before the baseline is read again. Entries that these records say
/// nothing about are kept: those of other trials, of other versions, and of
/// failures that are seen on some runs only.
fn fitting(records: &[Record], known: &[KnownFailure], version: &str) -> Vec<KnownFailure> {
    let mut baseline = Vec::new();
    for record in records {
        let (about, other): (Vec<_>, Vec<_>) = known
            .iter()
            .filter(|it| it.trial == record.trial)
            .partition(|it| it.is_about(version));
        let about = about.first();
        let is_listed = about.is_some_and(|it| it.observed == record.observed);
        let is_over = about.is_none_or(|it| !it.sometimes);
        match record.verdict {
            Verdict::Fail if !is_listed => baseline.push(unexplained(record)),
            Verdict::Deviation if !is_listed && is_over => baseline.push(unexplained(record)),
            Verdict::Pass | Verdict::StaleKnownFailure if is_over => {}
            // It is as it is listed, or nothing was seen that says otherwise.
            _ => baseline.extend(about.map(|it| (*it).clone())),
        }
        baseline.extend(other.into_iter().cloned());
    }
    let elsewhere = |it: &&KnownFailure| records.iter().all(|record| record.trial != it.trial);
    baseline.extend(known.iter().filter(elsewhere).cloned());
    baseline
}

/// The entry for what nobody gave a reason for yet.
fn unexplained(record: &Record) -> KnownFailure {
    KnownFailure::new(record.trial.clone(), record.observed.clone(), String::new())
}

/// A baseline as a file, an entry a line.
fn to_text(baseline: &[KnownFailure]) -> String {
    let lines: Vec<String> = baseline
        .iter()
        .map(|it| serde_json::to_string(it).unwrap_or_default())
        .collect();
    if lines.is_empty() {
        return "{ \"baseline\": [] }\n".to_owned();
    }
    format!(
        "{{\n  \"baseline\": [\n    {}\n  ]\n}}\n",
        lines.join(",\n    ")
    )
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
            versions: versions.map(|it| it.parse().unwrap()),
            ..KnownFailure::new(String::new(), Value::Null, String::new())
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
